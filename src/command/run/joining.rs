//! What is said while a node looks for its group.

use std::collections::BTreeSet;
use std::future;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use rumormill::node::Handle;
use rumormill::protocols::{cyclon, neighbor_management};
use rumormill::stacks::overlay;
use rumormill::{Epoch, SocketPeer};
use tokio::time::{Instant, sleep_until};

use super::settings::Settings;
use crate::command::member::{Machine, known};
use crate::command::numbers::counted;
use crate::command::output::say_aside;

/// A node on its way into a group.
pub(super) struct Joining {
    label: String,
    pause: Duration,
    /// When to look whether it has arrived; `None`: it has, or has nowhere to go.
    due: Option<Instant>,
    /// Who was said not to answer.
    silent: BTreeSet<SocketAddr>,
}

impl Joining {
    /// By way of so many others.
    pub(super) fn new(settings: &Settings, others: usize) -> Self {
        let pause = settings.upkeep();
        let due = (others > 0).then(|| Instant::now() + pause);
        Self { label: settings.label.as_str().into(), pause, due, silent: BTreeSet::new() }
    }

    /// Returns when it is time to look again; never, once the node has arrived.
    pub(super) async fn is_due(&self) {
        match self.due {
            Some(due) => sleep_until(due).await,
            None => future::pending().await,
        }
    }

    /// Whether anybody has answered by now.
    pub(super) async fn look(&mut self, node: &Handle<Machine>) -> Result<()> {
        let known = known(node).await?;
        self.due = (known == 0).then(|| Instant::now() + self.pause);
        if known > 0 {
            let neighbors = counted(known, "neighbour", "neighbours");
            say_aside(format_args!("joined: {neighbors} so far"));
        }
        Ok(())
    }

    /// Tells of each address that does not answer, once.
    pub(super) fn hear(&mut self, notice: &overlay::Notice<SocketPeer>) {
        let (overlay::Notice::Neighbors(neighbor_management::Notice::Failed(peer))
        | overlay::Notice::Shuffle(cyclon::Notice::Failed(peer))) = notice
        else {
            return;
        };
        if peer.epoch() == Epoch::UNKNOWN && self.silent.insert(peer.address()) {
            let then = if self.due.is_some() { "it is tried again" } else { "others do" };
            say_aside(format_args!(
                "cannot join through {}: no node of the cluster `{}` answers there; {then}",
                peer.address(),
                self.label
            ));
        }
    }
}

//! The members, on sockets.

use std::collections::HashSet;
use std::num::NonZeroU16;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rumormill::node::{Config, Handle, Notices, spawn};
use rumormill::stacks::member::{Notice, Request};
use rumormill::trace::Title;
use rumormill::wire::DEFAULT_MAX_DATAGRAM;
use rumormill::{SocketPeer, Ticks, rumor};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::super::loopback;
use super::super::machines::MEMBER;
use super::super::member::{Machine, Ways};
use super::super::numbers::counted;
use super::super::output::Output;
use super::super::replays::Replays;
use super::Arguments;
use super::health::Health;

/// Members that found each other.
pub(super) struct Group {
    alive: Vec<Handle<Machine>>,
    /// The traces of those that were crashed.
    traces: Vec<Vec<u8>>,
    chance: Xoshiro256PlusPlus,
    deliveries: mpsc::UnboundedReceiver<SocketPeer>,
}

/// How far a message came.
#[derive(Serialize)]
pub(super) struct Broadcast {
    pub(super) alive: usize,
    /// How many nodes delivered it, the one that broadcast it included.
    pub(super) delivered: usize,
    /// How many periods of the upkeep it took at the most.
    pub(super) periods: u32,
}

impl Arguments {
    fn config(&self, node: u32) -> Result<Config> {
        let about = format!("node {node} of {} in a cluster", self.nodes);
        let title = Title { machine: MEMBER.into(), about };
        loopback::config(title, self.seed, node, self.loss)
    }

    fn ways(&self) -> Ways {
        Ways {
            size: self.nodes,
            margin: 4 * 64,
            view: self.view,
            upkeep: Ticks(self.period_ms),
            period: Ticks(self.period_ms),
            hot: const { NonZeroU16::new(10).unwrap() },
            max_datagram: DEFAULT_MAX_DATAGRAM,
        }
    }
}

impl Broadcast {
    pub(super) fn say(&self, output: Output) {
        let Self { alive, delivered, periods } = self;
        let periods = counted(*periods as usize, "period", "periods");
        output.say(format_args!("   {delivered} of {alive} delivered it, within {periods}"));
    }
}

impl Group {
    /// Starts the nodes: all but the first know the address of the first, and nothing else.
    pub(super) async fn start(arguments: &Arguments) -> Result<Self> {
        let (tell, deliveries) = mpsc::unbounded_channel();
        let mut alive: Vec<Handle<Machine>> = Vec::new();
        for number in 0..arguments.nodes {
            let first = alive.first().map(|first| SocketPeer::contact(first.peer().address()));
            let contacts = first.into_iter().collect();
            let machine = |me| arguments.ways().machine(me, contacts);
            let mut node = spawn(arguments.config(number)?, machine).await?;
            let notices = node.notices().context("the notices of a new node were taken before")?;
            tokio::spawn(pass_on(node.peer(), notices, tell.clone()));
            alive.push(node);
        }
        let chance = Xoshiro256PlusPlus::seed_from_u64(!arguments.seed);
        Ok(Self { alive, traces: Vec::new(), chance, deliveries })
    }

    pub(super) async fn health(&self, arguments: &Arguments) -> Result<Health> {
        let mut nodes = Vec::new();
        for node in &self.alive {
            let view = node.look(|node| node.neighborhood.peers().to_vec()).await?;
            nodes.push((node.peer(), view));
        }
        Ok(Health::of(&nodes, arguments.view as usize, arguments.loss))
    }

    /// Stops so many nodes, whichever chance takes, without a word.
    pub(super) async fn crash(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            let place = self.chance.random_range(0..self.alive.len());
            let crashed = self.alive.swap_remove(place).shutdown().await?;
            self.traces.extend(crashed.trace);
        }
        Ok(())
    }

    /// Lets one node tell all others, and waits until all have delivered it.
    pub(super) async fn broadcast(&mut self, period: Duration, patience: u32) -> Result<Broadcast> {
        let alive = self.alive.len();
        let teller = self.chance.random_range(0..alive);
        let text = Bytes::from_static(b"Is everybody there?");
        self.alive[teller].request(Request::broadcast(text)).await?;
        let mut delivered = HashSet::new();
        let start = Instant::now();
        let collecting = async {
            while delivered.len() < alive
                && let Some(by) = self.deliveries.recv().await
            {
                delivered.insert(by);
            }
        };
        // Whoever is missing then shows in the number of those that delivered it.
        let _out_of_patience = timeout_at(start + period * patience, collecting).await;
        let periods = start.elapsed().as_secs_f64() / period.as_secs_f64();
        let periods = (periods.ceil() as u32).clamp(1, patience);
        Ok(Broadcast { alive, delivered: delivered.len(), periods })
    }

    /// Lets all nodes leave, and replays what each did, those that were crashed included.
    pub(super) async fn shut_down(mut self) -> Result<Replays> {
        for node in self.alive {
            node.request(Request::leave()).await?;
            self.traces.extend(node.shutdown().await?.trace);
        }
        Ok(Replays::of(&self.traces))
    }
}

async fn pass_on(
    node: SocketPeer,
    mut notices: Notices<Machine>,
    tell: mpsc::UnboundedSender<SocketPeer>,
) {
    while let Some(notice) = notices.next().await {
        if let Notice::Rumor(rumor::Notice::Delivered(_)) = notice {
            // Nobody to tell it to: all is over.
            let _over = tell.send(node);
        }
    }
}

//! How a node comes to know somebody whom it can ask.

use std::time::Duration;

use anyhow::{Result, bail};
use rumormill::node::Handle;
use tokio::time::{Instant, sleep};

use crate::command::member::{Machine, known as neighbors_known};
use crate::command::run::Settings;

/// How often it is looked in each period of the upkeep.
const LOOKS: u32 = 4;

/// After so many periods without another neighbour there are no more to be had.
///
/// Our choice: a view of twenty is full within three.
const STILL: u32 = 3;

/// Waits until the node has as many neighbours as it wants, or has had no more of them for a while, or
/// patience is at its end; tells how many there are.
pub(super) async fn join(
    node: &Handle<Machine>,
    settings: &Settings,
    wanted: usize,
    patience: Duration,
) -> Result<usize> {
    let start = Instant::now();
    let (mut known, mut since) = (0, start);
    while known < wanted && start.elapsed() < patience {
        let is_still = since.elapsed() >= settings.upkeep() * STILL;
        if known > 0 && is_still {
            break;
        }
        sleep(settings.upkeep() / LOOKS).await;
        let neighbors = neighbors_known(node).await?;
        if neighbors != known {
            (known, since) = (neighbors, Instant::now());
        }
    }
    if known == 0 {
        bail!("{}", nobody_answers(settings, patience));
    }
    Ok(known)
}

fn nobody_answers(settings: &Settings, patience: Duration) -> String {
    let addresses: Vec<_> = settings.join.iter().map(ToString::to_string).collect();
    format!(
        "no node of the cluster `{}` answers at {} within {} ms; check --via and --label, or wait \
         longer with --join-ms",
        settings.label.as_str(),
        addresses.join(" or "),
        patience.as_millis()
    )
}

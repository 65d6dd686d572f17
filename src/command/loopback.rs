//! Groups of nodes on sockets of this host.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use rumormill::Bias;
use rumormill::node::{Config, Loss, Recording};
use rumormill::trace::Title;

/// A node of a group, recorded, on any free port: all of its draws, phases and losses follow from the
/// group's seed and its number; `loss` of a hundred datagrams are lost on purpose.
pub(super) fn config(title: Title, group_seed: u64, number: u32, loss: u32) -> Result<Config> {
    let seed = group_seed.wrapping_mul(1000).wrapping_add(number.into());
    let mut config = Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    config.seed = seed;
    config.loss = Loss { probability: Bias::new(loss, 100)?, seed: !seed };
    config.recording = Some(Recording::new(title));
    Ok(config)
}

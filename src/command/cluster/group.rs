//! The members, on sockets.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rumormill::node::{Config, Handle, Loss, Notices, Recording, spawn};
use rumormill::stacks::member::{Notice, Request};
use rumormill::trace::Title;
use rumormill::wire::DEFAULT_MAX_DATAGRAM;
use rumormill::{Bias, SocketPeer, Ticks, rumor};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::super::machines::MEMBER;
use super::super::member::{Machine, Ways};
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
        let seed = self.seed.wrapping_mul(1000).wrapping_add(node.into());
        let mut config = Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        config.seed = seed;
        config.loss = Loss { probability: Bias::new(self.loss, 100)?, seed: !seed };
        let about = format!("node {node} of {} in a cluster", self.nodes);
        config.recording = Some(Recording::new(Title { machine: MEMBER.into(), about }));
        Ok(config)
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
        let plural = if *periods == 1 { "" } else { "s" };
        output.say(format_args!(
            "   {delivered} of {alive} delivered it, within {periods} period{plural}"
        ));
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

    pub(super) async fn health(&self, view: u32) -> Result<Health> {
        let mut nodes = Vec::new();
        for node in &self.alive {
            let view = node.look(|node| node.neighborhood.peers().to_vec()).await?;
            nodes.push((node.peer(), view));
        }
        Ok(Health::of(&nodes, view as usize))
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
        for periods in 1..=patience {
            let end = start + period * periods;
            while delivered.len() < alive {
                tokio::select! {
                    Some(by) = self.deliveries.recv() => drop(delivered.insert(by)),
                    () = sleep_until(end) => break,
                }
            }
            if delivered.len() == alive || periods == patience {
                return Ok(Broadcast { alive, delivered: delivered.len(), periods });
            }
        }
        Ok(Broadcast { alive, delivered: delivered.len(), periods: patience })
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

//! The members, on sockets.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroU16;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rumormill::analysis::size::counted as counted_size;
use rumormill::node::{Config, Handle, Notices, spawn};
use rumormill::protocols::system_size::Notice::Estimated;
use rumormill::stacks::census;
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
    told: mpsc::UnboundedReceiver<(SocketPeer, Told)>,
}

/// What a node tells.
enum Told {
    /// It has delivered a message.
    Delivered,
    /// In that epoch, between what the size lies.
    Size { epoch: u32, low: u64, high: u64 },
}

/// What the nodes say of how many they are.
#[derive(Serialize)]
pub(super) struct Count {
    /// How many they are.
    pub(super) alive: usize,
    /// How many have counted.
    pub(super) told: usize,
    /// How many of them say an interval that holds it.
    pub(super) right: usize,
    /// The least lower end of these intervals.
    low: Option<u64>,
    /// The greatest upper end.
    high: Option<u64>,
    /// With which probability each holds it, at least.
    confidence: f64,
}

impl Count {
    fn of(alive: usize, sizes: &[(u64, u64)], confidence: f64) -> Self {
        let holds = |&&(low, high): &&(u64, u64)| (low..=high).contains(&(alive as u64));
        Self {
            alive,
            told: sizes.len(),
            right: sizes.iter().filter(holds).count(),
            low: sizes.iter().map(|&(low, _)| low).min(),
            high: sizes.iter().map(|&(_, high)| high).max(),
            confidence,
        }
    }

    /// What went wrong, if anything did: that so few are right is no accident.
    pub(super) fn failure(&self) -> Option<String> {
        let Self { alive, told, right, .. } = self;
        let is_well = told == alive && 2 * right >= *alive;
        (!is_well).then(|| format!("{told} of {alive} nodes counted, and {right} rightly"))
    }

    pub(super) fn say(&self, output: Output) {
        let Self { alive, told, right, confidence, .. } = self;
        let (low, high) = (self.low.unwrap_or(0), self.high.unwrap_or(0));
        output.say(format_args!(
            "   they are {alive}; {told} have counted, and say between {low} and {high}\n   \
             of {right} the interval holds it (each does with probability {:.1} % at least)",
            100.0 * confidence
        ));
    }
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
            most: self.nodes,
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
        let (tell, told) = mpsc::unbounded_channel();
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
        Ok(Self { alive, traces: Vec::new(), chance, told })
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

    /// Waits until all have counted how many they are, in an epoch that began after the last of them
    /// crashed, if any did.
    pub(super) async fn count(&mut self, arguments: &Arguments) -> Result<Count> {
        let settings = arguments.ways().census();
        let mut earlier = None;
        for node in &self.alive {
            let time = node.look(|node| node.protocol.census.averaging.time()).await?;
            earlier = earlier.max(time.map(|time| time.epoch));
        }
        let has_crashed = !self.traces.is_empty();
        let counts = |epoch: u32| !has_crashed || Some(epoch) > earlier;
        let alive: HashSet<SocketPeer> = self.alive.iter().map(Handle::peer).collect();
        let mut sizes = BTreeMap::new();
        // An epoch that is under way, and two more, of which one may break.
        let periods = settings.averaging.listens + 3 * settings.averaging.length();
        let patience = arguments.period() * u32::from(periods);
        let hear = |by, told| {
            if let Told::Size { epoch, low, high } = told
                && counts(epoch)
                && alive.contains(&by)
            {
                sizes.insert(by, (low, high));
            }
            sizes.len() == alive.len()
        };
        self.listen(Instant::now() + patience, hear).await;
        let sizes: Vec<_> = sizes.into_values().collect();
        let parts = u64::from(settings.averaging.counts).min(alive.len() as u64);
        let trim = settings.size.trimmed(parts as usize);
        let confidence = counted_size(&vec![1; parts as usize], 1, trim);
        let confidence = confidence.map_or(0.0, |size| size.confidence);
        Ok(Count::of(alive.len(), &sizes, confidence))
    }

    /// Lets one node tell all others, and waits until all have delivered it.
    pub(super) async fn broadcast(&mut self, period: Duration, patience: u32) -> Result<Broadcast> {
        let alive = self.alive.len();
        let teller = self.chance.random_range(0..alive);
        let text = Bytes::from_static(b"Is everybody there?");
        self.alive[teller].request(Request::broadcast(text)).await?;
        let mut delivered = HashSet::new();
        let start = Instant::now();
        let hear = |by, told| {
            if let Told::Delivered = told {
                delivered.insert(by);
            }
            delivered.len() == alive
        };
        self.listen(start + period * patience, hear).await;
        let periods = start.elapsed().as_secs_f64() / period.as_secs_f64();
        let periods = (periods.ceil() as u32).clamp(1, patience);
        Ok(Broadcast { alive, delivered: delivered.len(), periods })
    }

    /// Has `hear` hear what the nodes tell, and who does, until it says that all have, or it is late: then
    /// whoever is missing shows in what it heard.
    async fn listen(&mut self, late: Instant, mut hear: impl FnMut(SocketPeer, Told) -> bool) {
        let listening = async {
            while let Some((by, told)) = self.told.recv().await {
                if hear(by, told) {
                    break;
                }
            }
        };
        let _out_of_patience = timeout_at(late, listening).await;
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
    tell: mpsc::UnboundedSender<(SocketPeer, Told)>,
) {
    while let Some(notice) = notices.next().await {
        let told = match notice {
            Notice::Rumor(rumor::Notice::Delivered(_)) => Told::Delivered,
            Notice::Census(census::Notice::Size(Estimated { averaged, low, high })) => {
                Told::Size { epoch: averaged.epoch, low, high }
            }
            _ => continue,
        };
        // Nobody to tell it to: all is over.
        let _over = tell.send((node, told));
    }
}

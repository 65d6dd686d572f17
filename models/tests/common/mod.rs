//! Worlds in which one node knows a rumor at the start, and figures about them.
#![allow(dead_code, unreachable_pub, reason = "each test is a crate that uses a part of it")]

use std::collections::BTreeMap;

use rumormill_core::protocols::periodic_gossip::{self, Interest, Mode, PeriodicGossip};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::seen::Memory;
use rumormill_core::{Bias, Node, Protocol, Ticks};
use rumormill_models::world::{
    Application, Fault, Scheduler, Seen, Setting, Snapshot, Successors, Witness, World, group,
};
use rumormill_models::{ModelPeer, Weight};

/// A group, and the losses in it.
#[derive(Clone, Copy, Debug)]
pub struct Nodes {
    /// How many there are, those that have crashed included.
    pub size: u8,
    /// How many have crashed: the last ones.
    pub crashed: u8,
    /// The probability that a message is lost.
    pub loss: Bias,
}

impl Nodes {
    /// Nobody has crashed, nothing is lost.
    pub fn sound(size: u8) -> Self {
        Self { size, crashed: 0, loss: Bias::NEVER }
    }

    pub fn alive(self) -> usize {
        usize::from(self.size - self.crashed)
    }

    /// Those that are alive run the one, the others the other.
    fn run<X: Protocol<ModelPeer>>(self, alive: &X, crashed: &X) -> Vec<Node<ModelPeer, X>> {
        let mut nodes = group(self.size, alive);
        let silent = group(self.size, crashed);
        nodes.truncate(self.alive());
        nodes.extend(silent.into_iter().skip(self.alive()));
        nodes
    }

    fn world<X: Protocol<ModelPeer>>(
        self,
        nodes: Vec<Node<ModelPeer, X>>,
        request: X::Request,
    ) -> Setting<X, Witness>
    where
        Witness: Application<X>,
    {
        let mut setting = Setting::new(nodes, Witness::default(), Scheduler::Lockstep);
        setting.first_requests = vec![(ModelPeer(0), request)];
        if self.loss != Bias::NEVER {
            setting.faults.loss = Fault::Chance(self.loss);
        }
        setting
    }
}

/// How many know the rumor.
pub fn informed<X, A>(at: &Snapshot<'_, X, A>) -> usize
where
    X: Protocol<ModelPeer>,
    A: Application<X, State = Seen>,
{
    at.locals().filter(|local| !local.application.delivered.is_empty()).count()
}

const MEMORY: Memory = Memory { origins: 1, forget_after: None };

/// Accepts nothing, so it never has anything to send.
const NO_MEMORY: Memory = Memory { origins: 0, forget_after: None };

/// Periodic gossip of one rumor, which stays hot for ever.
pub fn one_rumor(mode: Mode, fanout: u8) -> periodic_gossip::Settings {
    periodic_gossip::Settings {
        mode,
        fanout,
        period: Ticks(1),
        hot: Interest::ForEver,
        buffer: 1,
        max_message: 1000,
        memory: MEMORY,
    }
}

/// Periodic gossip until all who are alive are informed.
pub fn gossip(nodes: Nodes, mode: Mode, fanout: u8) -> World<PeriodicGossip<ModelPeer>, Witness> {
    let settings = one_rumor(mode, fanout);
    let silent =
        periodic_gossip::Settings { mode: Mode::Push, memory: NO_MEMORY, ..settings.clone() };
    let machines = nodes.run(&PeriodicGossip::new(settings), &PeriodicGossip::new(silent));
    let mut setting = nodes.world(machines, periodic_gossip::Request::Publish("a".into()));
    setting.anonymous_senders = mode == Mode::Push;
    setting.stop = Some(Box::new(move |at| informed(at) == nodes.alive()));
    World::new(setting).expect("a world")
}

fn broadcast(nodes: Nodes, fanout: u16) -> World<RenyiErdos<ModelPeer>, Witness> {
    let logarithm = (f64::from(nodes.size).ln() * 64.0).ceil();
    let settings = renyi_erdos::Settings {
        margin: (f64::from(fanout) - logarithm) as i16,
        memory: MEMORY,
        period: Ticks(1),
        max_payload: 16,
    };
    let silent = renyi_erdos::Settings { memory: NO_MEMORY, ..settings.clone() };
    let machines = nodes.run(&RenyiErdos::new(settings), &RenyiErdos::new(silent));
    let setting = nodes.world(machines, renyi_erdos::Request::Broadcast("a".into()));
    World::new(setting).expect("a world")
}

/// How many nodes infect-and-die reaches, and how likely: each forwards once, to so many 64ths of a
/// peer on average.
pub fn final_sizes(nodes: Nodes, fanout: u16) -> BTreeMap<usize, Weight> {
    let world = broadcast(nodes, fanout);
    let first = world.first_states().expect("first states");
    let mut running: Vec<(Weight, Vec<u8>)> =
        first.choices().flat_map(|c| first.outcomes(c)).map(|(w, s)| (*w, s.to_vec())).collect();
    let mut sizes = BTreeMap::new();
    let mut successors = Successors::default();
    while let Some((weight, state)) = running.pop() {
        world.expand(&state, &mut successors).expect("a pure machine");
        match successors.choices().next() {
            Some(round) => {
                let outcomes = successors.outcomes(round);
                running.extend(outcomes.map(|(w, next)| (weight * w, next.to_vec())));
            }
            None => {
                *sizes.entry(world.look(&state, informed)).or_insert(Weight::ZERO) += weight;
            }
        }
    }
    sizes
}

/// How many are reached, and how likely: numerator and denominator.
pub type Sizes = &'static [(usize, u128, u128)];

/// The final sizes of infect-and-die, for numbers of nodes and of targets, as independent programs
/// computed them.
pub const FINAL_SIZES: [(u8, u16, Sizes); 7] = [
    (3, 1, &[(2, 1, 2), (3, 1, 2)]),
    (4, 1, &[(2, 1, 3), (3, 4, 9), (4, 2, 9)]),
    (4, 2, &[(3, 1, 9), (4, 8, 9)]),
    (5, 1, &[(2, 1, 4), (3, 3, 8), (4, 9, 32), (5, 3, 32)]),
    (5, 2, &[(3, 1, 36), (4, 2, 9), (5, 3, 4)]),
    (5, 3, &[(4, 1, 64), (5, 63, 64)]),
    (6, 2, &[(3, 1, 100), (4, 9, 125), (5, 729, 2500), (6, 783, 1250)]),
];

//! Groups of whole overlays: neighbour management, random walks, adoption and CYCLON over one view,
//! as members of a group run them.

mod churn;
mod farewells;
mod join;
mod look;
mod partition;

use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::rand::{Rng, SeedableRng};
use rumormill_core::stacks::overlay::{Overlay, Request, Settings};
use rumormill_core::{Bias, FromRng, Neighborhood, Node, Randomness, Ticks};

use super::views::{others, subset};
use crate::simulate::{
    Clock, Graph, Group, Network, Observer, PER_TICK, Partition, Setting, Simulation, Tally,
};

pub use churn::OverlayChurn;
pub use join::OverlayJoin;
pub use partition::OverlayPartition;

use look::Look;

/// How long a period is, in ticks.
const PERIOD: u32 = 40;

/// The same in thousandths, the unit of simulated time.
pub(super) const SPAN: u32 = PERIOD * PER_TICK as u32;

/// Nothing is lost, and messages take a tenth of a period.
#[cfg(test)]
pub(super) const SOUND: Network = Network::sound(SPAN as u64 / 10);

/// How many living peers a process knows as contacts that does not begin with the seed alone.
const CONTACTS: u32 = 3;

/// How many periods random views are shuffled before anything is looked at. Our choice: the spread
/// of in-degrees has come to rest after twenty.
const MIXING: u32 = 30;

/// Under which conditions a group lives.
#[derive(Clone, Debug)]
pub(super) struct Conditions {
    /// How many neighbours each has room for, at least 1.
    pub(super) view: u32,
    /// What becomes of messages.
    pub(super) network: Network,
    /// When the network falls into parts.
    pub(super) partitions: Vec<Partition>,
}

impl Conditions {
    /// On a network that never falls into parts.
    pub(super) fn whole(view: u32, network: Network) -> Self {
        Self { view, network, partitions: Vec::new() }
    }
}

/// Processes that keep an overlay, in periods that are not synchronised, while somebody looks on.
pub(super) struct Community<O> {
    view: u32,
    simulation: Simulation<Overlay<u32>>,
    /// What decides who comes and goes, and when.
    pub(super) chance: FromRng<Xoshiro256PlusPlus>,
    /// Who looks on.
    pub(super) watch: O,
}

impl<O: Observer<Overlay<u32>>> Community<O> {
    /// One process, the seed, which knows nobody.
    fn founded(conditions: Conditions, seed: u64, watch: O) -> Self {
        let chance = FromRng(Xoshiro256PlusPlus::seed_from_u64(seed));
        let seed_node = machine(0, conditions.view, &[], Vec::new());
        Self::begin(vec![seed_node], conditions, chance, watch)
    }

    /// So many processes with random views and a few random contacts.
    pub(super) fn random(nodes: u32, conditions: Conditions, seed: u64, watch: O) -> Self {
        let mut chance = FromRng(Xoshiro256PlusPlus::seed_from_u64(seed));
        let mut drawn = |me, many| others(me, many, nodes, &mut chance);
        let view = conditions.view;
        let node = |me| machine(me, view, &drawn(me, view), drawn(me, CONTACTS));
        let machines = (0..nodes).map(node).collect();
        Self::begin(machines, conditions, chance, watch)
    }

    fn begin(
        machines: Vec<Node<u32, Overlay<u32>>>,
        conditions: Conditions,
        mut chance: FromRng<Xoshiro256PlusPlus>,
        mut watch: O,
    ) -> Self {
        let Conditions { view, network, partitions } = conditions;
        let mut setting = Setting::new(machines, Clock::Unsynchronised, SPAN.into(), 0);
        setting.network = network;
        setting.faults.partitions = partitions;
        let simulation = Simulation::new(setting, chance.0.next_u64(), &mut watch);
        let simulation = simulation.expect("a group in its order, and partitions with two sides");
        Self { view, simulation, chance, watch }
    }

    /// Who takes part.
    pub(super) fn group(&self) -> &Group<Overlay<u32>> {
        self.simulation.group()
    }

    /// Who knows whom.
    pub(super) fn graph(&self) -> Graph {
        Graph::of(self.group())
    }

    /// What happened so far, counted.
    fn tally(&self) -> &Tally {
        self.simulation.tally()
    }

    fn look(&self) -> Look {
        Look::at(self.group(), self.view)
    }

    /// Lets so many periods pass.
    pub(super) fn periods(&mut self, periods: u32) {
        self.run_until(self.now() + u64::from(periods) * u64::from(SPAN));
    }

    /// Lets happen what happens until this time.
    pub(super) fn run_until(&mut self, time: u64) {
        self.simulation.run_until(time, &mut self.watch);
    }

    /// The time, in thousandths of a tick.
    pub(super) fn now(&self) -> u64 {
        self.simulation.now()
    }

    /// A time within the period that begins now.
    fn some_time(&mut self) -> u64 {
        self.now() + u64::from(self.chance.below(SPAN))
    }

    /// Asks a process that is alive for something.
    pub(super) fn request(&mut self, peer: u32, request: Request<u32>) {
        let is_alive = self.simulation.request(peer, request, &mut self.watch);
        debug_assert!(is_alive, "who is asked is alive");
    }

    /// Somebody comes who knows these contacts.
    fn join(&mut self, contacts: Vec<u32>) {
        let node = machine(self.group().born(), self.view, &[], contacts);
        self.simulation.admit(node, &mut self.watch);
    }

    /// A few of those that are alive, drawn uniformly.
    fn contacts(&mut self) -> Vec<u32> {
        let alive = self.group().alive();
        let places = subset(CONTACTS.min(alive), alive, &mut self.chance);
        places.into_iter().filter_map(|place| self.group().at(place)).collect()
    }

    /// Somebody says farewell, and stops.
    fn leave(&mut self, peer: u32) {
        self.request(peer, Request::leave());
        self.crash(peer);
    }

    /// Somebody stops without a word.
    fn crash(&mut self, peer: u32) {
        self.simulation.stop(peer, &mut self.watch);
    }

    /// A share of those that are alive stops without a word, rounded down to a whole number.
    fn crash_share(&mut self, share: Bias) {
        let mut peers: Vec<u32> = self.group().nodes().map(|node| node.me()).collect();
        let (numerator, denominator) = share.into();
        let many = peers.len() as u64 * u64::from(numerator) / u64::from(denominator);
        for place in 0..(many as usize).min(peers.len().saturating_sub(1)) {
            let others = (peers.len() - place) as u32;
            peers.swap(place, place + self.chance.below(others) as usize);
        }
        peers.into_iter().take(many as usize).for_each(|peer| self.crash(peer));
    }
}

/// A process with room for `view` neighbours, of whom it knows some, and with contacts.
fn machine(me: u32, view: u32, known: &[u32], contacts: Vec<u32>) -> Node<u32, Overlay<u32>> {
    let mut neighborhood = Neighborhood::new(me, view);
    for &peer in known {
        neighborhood.add(peer).expect("room for another peer");
    }
    Node::new(neighborhood, Overlay::new(Settings::keeping(view, Ticks(PERIOD)), contacts))
}

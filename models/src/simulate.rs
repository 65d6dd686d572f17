//! Seeded simulation of the machines in time: unsynchronised periods, delays and random losses.
//!
//! Bit-identical for a seed. A timer that is armed in the Start step gets a random phase, as the
//! driver on sockets gives it, so the periods of different nodes are not synchronised; later timers
//! keep time exactly.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::rand::{RngExt, SeedableRng};
use rumormill_core::{Bias, Effect, Effects, Event, FromRng, Node, Protocol, Randomness};

/// Simulated time, in thousandths of a tick.
pub const PER_TICK: u64 = 1000;

/// The network between the machines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    /// How long each message takes, in thousandths of a tick.
    pub delay: u64,
    /// The probability that a message is lost, independently of the others.
    pub loss: Bias,
}

/// A group of machines in time; number `i` is the peer `i`.
pub struct Simulation<X: Protocol<u32>> {
    nodes: Vec<Node<u32, X>>,
    network: Network,
    now: u64,
    agenda: BinaryHeap<Reverse<Entry>>,
    /// What is to happen, by the numbers of the agenda's entries.
    due: HashMap<u64, (u32, Event<u32, X>)>,
    /// The entry of each armed timer.
    timers: HashMap<(u32, X::Timer), u64>,
    entries: u64,
    random: FromRng<Xoshiro256PlusPlus>,
    faults: FromRng<Xoshiro256PlusPlus>,
    effects: Effects<u32, X>,
    lost: u64,
}

/// When, and which; what was entered first comes first among equals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    time: u64,
    number: u64,
}

impl<X: Protocol<u32>> Simulation<X> {
    /// Starts the machines at time 0, with all draws, phases and losses from the seed.
    pub fn new(nodes: Vec<Node<u32, X>>, network: Network, seed: u64) -> Self {
        let mut seeds = Xoshiro256PlusPlus::seed_from_u64(seed);
        let random = FromRng(Xoshiro256PlusPlus::from_rng(&mut seeds));
        let faults = FromRng(Xoshiro256PlusPlus::from_rng(&mut seeds));
        let mut simulation = Self {
            nodes,
            network,
            now: 0,
            agenda: BinaryHeap::new(),
            due: HashMap::new(),
            timers: HashMap::new(),
            entries: 0,
            random,
            faults,
            effects: Effects::new(),
            lost: 0,
        };
        for node in 0..simulation.nodes.len() as u32 {
            simulation.handle(node, Event::Start, &mut |_, _, _| ());
        }
        simulation
    }

    /// The machines as they are now.
    #[must_use]
    pub fn nodes(&self) -> &[Node<u32, X>] {
        &self.nodes
    }

    /// How many messages were lost so far.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Asks a machine for something now; `watch` is told the time, the machine and each notice.
    pub fn request(
        &mut self,
        node: u32,
        request: X::Request,
        watch: &mut impl FnMut(u64, u32, X::Notice),
    ) {
        self.handle(node, Event::Request(request), watch);
    }

    /// Lets happen what happens until `end`, in thousandths of a tick; `watch` is told the time, the
    /// machine and each notice.
    pub fn run_until(&mut self, end: u64, watch: &mut impl FnMut(u64, u32, X::Notice)) {
        while let Some(&Reverse(Entry { time, number })) = self.agenda.peek()
            && time <= end
        {
            self.agenda.pop();
            // A timer that was armed anew, or disarmed, has left nothing behind its old entry.
            let Some((node, event)) = self.due.remove(&number) else { continue };
            self.now = time;
            if let Event::Timer(timer) = &event {
                self.timers.remove(&(node, *timer));
            }
            self.handle(node, event, watch);
        }
        self.now = end;
    }

    fn handle(
        &mut self,
        node: u32,
        event: Event<u32, X>,
        watch: &mut impl FnMut(u64, u32, X::Notice),
    ) {
        let starting = matches!(event, Event::Start);
        let mut effects = std::mem::take(&mut self.effects);
        self.nodes[node as usize].handle(event, &mut self.random, &mut effects);
        for effect in effects.drain() {
            match effect {
                Effect::Send { to, message } => {
                    for &peer in to.iter() {
                        self.send(node, peer, message.clone());
                    }
                }
                Effect::Arm { timer, after } => {
                    let after = u64::from(after.0) * PER_TICK;
                    let after = if starting { self.phase(after) } else { after };
                    let entry = self.enter(after, node, Event::Timer(timer));
                    self.replace_timer(node, timer, Some(entry));
                }
                Effect::Disarm { timer } => self.replace_timer(node, timer, None),
                Effect::Notify(notice) => watch(self.now, node, notice),
            }
        }
        self.effects = effects;
    }

    fn send(&mut self, from: u32, to: u32, message: X::Message) {
        let loss = self.network.loss;
        let lost = if loss.is_certain() { loss == Bias::ALWAYS } else { self.faults.coin(loss) };
        if lost {
            self.lost += 1;
        } else if (to as usize) < self.nodes.len() {
            self.enter(self.network.delay, to, Event::Message { from, message });
        }
    }

    /// Uniform in (0, after].
    fn phase(&mut self, after: u64) -> u64 {
        if after == 0 { 0 } else { self.faults.0.random_range(1..=after) }
    }

    fn enter(&mut self, after: u64, node: u32, event: Event<u32, X>) -> u64 {
        self.entries += 1;
        self.agenda.push(Reverse(Entry { time: self.now + after, number: self.entries }));
        self.due.insert(self.entries, (node, event));
        self.entries
    }

    fn replace_timer(&mut self, node: u32, timer: X::Timer, entry: Option<u64>) {
        let key = (node, timer);
        let old = match entry {
            Some(entry) => self.timers.insert(key, entry),
            None => self.timers.remove(&key),
        };
        if let Some(old) = old {
            self.due.remove(&old);
        }
    }
}

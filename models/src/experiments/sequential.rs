//! Cycles in which exchanges do not overlap: one machine after the other begins, and all that follows
//! from it is over before the next one does. Simulators that are driven by cycles have it so, and much
//! of what is published on overlays was measured with them.

use std::collections::VecDeque;

use rumormill_core::rand::SeedableRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::{
    Bias, Effect, Effects, Event, FromRng, Neighborhood, Node, Protocol, Randomness,
};

use crate::simulate::Graph;

type Source = FromRng<Xoshiro256PlusPlus>;

/// Machines that take turns; number `i` is the peer `i`. Messages always arrive, unless nobody is
/// alive there.
pub struct Sequential<X: Protocol<u32>> {
    /// Nothing in the place of those that have stopped.
    nodes: Vec<Option<Node<u32, X>>>,
    /// The timers of each that are armed.
    timers: Vec<Vec<X::Timer>>,
    draws: Source,
    /// What decides who is next, and who stops.
    fortune: Source,
    effects: Effects<u32, X>,
    under_way: VecDeque<Flight<X::Message>>,
}

/// A message on its way.
struct Flight<M> {
    to: u32,
    from: u32,
    message: M,
}

impl<X: Protocol<u32>> Sequential<X> {
    /// Starts the machines, one after the other.
    #[must_use]
    pub fn new(nodes: Vec<Node<u32, X>>, seed: u64) -> Self {
        let mut seeds = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut source = || FromRng(Xoshiro256PlusPlus::from_rng(&mut seeds));
        let (draws, fortune) = (source(), source());
        let timers = nodes.iter().map(|_| Vec::new()).collect();
        let nodes = nodes.into_iter().map(Some).collect();
        let (effects, under_way) = (Effects::new(), VecDeque::new());
        let mut group = Self { nodes, timers, draws, fortune, effects, under_way };
        for node in 0..group.nodes.len() as u32 {
            group.handle(node, Event::Start);
            group.finish();
        }
        group
    }

    /// All that are alive take a turn, in an order that is drawn.
    pub fn cycle(&mut self) {
        self.order().into_iter().for_each(|node| self.turn(node));
    }

    /// What the machine waits for happens, and all that follows from it.
    pub fn turn(&mut self, node: u32) {
        let due = std::mem::take(&mut self.timers[node as usize]);
        for timer in due {
            self.handle(node, Event::Timer(timer));
            self.finish();
        }
    }

    /// The numbers of all machines in an order that is drawn.
    pub fn order(&mut self) -> Vec<u32> {
        self.drawn(self.nodes.len())
    }

    /// One of so many numbers, at least 1.
    pub fn draw(&mut self, many: u32) -> u32 {
        if many > 1 { self.fortune.below(many) } else { 0 }
    }

    /// The machine of that view has it from now on, if it is alive.
    pub fn see(&mut self, view: Neighborhood<u32>) {
        if let Some(Some(machine)) = self.nodes.get_mut(view.me() as usize) {
            machine.neighborhood = view;
        }
    }

    /// The machines that are alive.
    pub fn nodes(&self) -> impl Iterator<Item = &Node<u32, X>> {
        self.nodes.iter().flatten()
    }

    /// This share of those that are alive stops without a word, rounded down to a whole number.
    pub fn crash(&mut self, share: Bias) {
        let alive = self.nodes.iter().flatten().count() as u64;
        let many = alive * u64::from(share.numerator()) / u64::from(share.denominator());
        let order = self.order().into_iter();
        let alive = order.filter(|&node| self.nodes[node as usize].is_some());
        for node in alive.take(many as usize).collect::<Vec<_>>() {
            self.nodes[node as usize] = None;
        }
    }

    /// The views of those that are alive.
    #[must_use]
    pub fn graph(&self) -> Graph {
        Graph::of_nodes(self.nodes.iter().flatten(), self.nodes.len() as u32)
    }

    /// So many numbers in an order that is drawn.
    fn drawn(&mut self, many: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..many as u32).collect();
        for place in (1..many).rev() {
            order.swap(place, self.fortune.below(place as u32 + 1) as usize);
        }
        order
    }

    /// Lets arrive what is under way, and what is sent thereupon.
    fn finish(&mut self) {
        while let Some(Flight { to, from, message }) = self.under_way.pop_front() {
            self.handle(to, Event::Message { from, message });
        }
    }

    fn handle(&mut self, node: u32, event: Event<u32, X>) {
        let Some(Some(machine)) = self.nodes.get_mut(node as usize) else { return };
        machine.handle(event, &mut self.draws, &mut self.effects);
        let timers = &mut self.timers[node as usize];
        for effect in self.effects.drain() {
            match effect {
                Effect::Send { to, message } => {
                    let flights = to.iter().map(|&to| {
                        let message = message.clone();
                        Flight { to, from: node, message }
                    });
                    self.under_way.extend(flights);
                }
                Effect::Arm { timer, .. } if timers.contains(&timer) => {}
                Effect::Arm { timer, .. } => timers.push(timer),
                Effect::Disarm { timer } => timers.retain(|armed| *armed != timer),
                Effect::Notify(_) => {}
            }
        }
    }
}

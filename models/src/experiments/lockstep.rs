//! Machines in lockstep rounds: all timers of a round fire on the state at its start, then messages
//! arrive in waves. The semantics is that of [`Scheduler::Lockstep`](crate::world::Scheduler), for
//! groups of thousands.

use rumormill_core::rand::SeedableRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::{Bias, Effect, Effects, Event, FromRng, Neighborhood, Node, Protocol};

use super::Views;
use super::group::{Group, Watch};

/// A group of which something is to be known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Members {
    /// How many there are, at least 1.
    pub nodes: u32,
    /// How many of them, fewer than `nodes`, have crashed before the start; the last ones. They stay
    /// silent, and are still chosen.
    pub crashed: u32,
    /// Whom they know.
    pub views: Views,
    /// The probability that a message is lost, independently of all else.
    pub loss: Bias,
}

impl Members {
    /// How many have not crashed.
    #[must_use]
    pub fn alive(&self) -> u32 {
        self.nodes - self.crashed
    }
}

/// Machines in lockstep; number `i` is the peer `i`.
pub struct Lockstep<X: Protocol<u32>> {
    members: Members,
    /// Those that are alive.
    nodes: Vec<Node<u32, X>>,
    /// The timers of each that are armed.
    timers: Vec<Vec<X::Timer>>,
    flights: Vec<Flight<X::Message>>,
    rounds: u64,
    sent: u64,
    draws: Draws,
    effects: Effects<u32, X>,
}

/// A message on its way.
struct Flight<M> {
    to: u32,
    from: u32,
    message: M,
}

/// Where randomness comes from: each use has a generator of its own, from one seed.
struct Draws {
    machines: FromRng<Xoshiro256PlusPlus>,
    views: FromRng<Xoshiro256PlusPlus>,
    losses: FromRng<Xoshiro256PlusPlus>,
}

impl Draws {
    fn new(seed: u64) -> Self {
        let mut seeds = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut next = || FromRng(Xoshiro256PlusPlus::from_rng(&mut seeds));
        Self { machines: next(), views: next(), losses: next() }
    }
}

impl<X: Protocol<u32>> Lockstep<X> {
    /// Starts copies of a machine, with all draws and losses from the seed.
    #[must_use]
    pub fn new(members: Members, machine: &X, seed: u64) -> Self {
        let mut draws = Draws::new(seed);
        let view = |me| members.views.draw(me, members.nodes, &mut draws.views);
        let views: Vec<Neighborhood<u32>> = (0..members.alive()).map(view).collect();
        let nodes = views.into_iter().map(|view| Node::new(view, machine.clone())).collect();
        let timers = (0..members.alive()).map(|_| Vec::new()).collect();
        let (flights, effects) = (Vec::new(), Effects::new());
        let mut group =
            Self { members, nodes, timers, flights, rounds: 0, sent: 0, draws, effects };
        for node in 0..members.alive() {
            group.handle(node, Event::Start, &mut |_, _, _| ());
        }
        group
    }

    /// Whether nothing is on its way.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.flights.is_empty()
    }

    /// Lets what is on its way arrive or be lost. Each machine handles its messages in ascending
    /// order, so requests that sort first are answered from the state before the wave.
    pub fn wave(&mut self, watch: Watch<'_, X>) {
        let mut wave = std::mem::take(&mut self.flights);
        wave.sort_unstable_by(|a, b| (a.to, &a.message, a.from).cmp(&(b.to, &b.message, b.from)));
        for Flight { to, from, message } in wave {
            let loss = self.members.loss;
            let is_lost = loss.happens(&mut self.draws.losses);
            if !is_lost && to < self.members.alive() {
                self.handle(to, Event::Message { from, message }, watch);
            }
        }
    }

    fn handle(&mut self, node: u32, event: Event<u32, X>, watch: Watch<'_, X>) {
        let mut effects = std::mem::take(&mut self.effects);
        self.nodes[node as usize].handle(event, &mut self.draws.machines, &mut effects);
        let timers = &mut self.timers[node as usize];
        for effect in effects.drain() {
            match effect {
                Effect::Send { to, message } => {
                    self.sent += to.len() as u64;
                    let flights = to.iter().map(|&to| {
                        let message = message.clone();
                        Flight { to, from: node, message }
                    });
                    self.flights.extend(flights);
                }
                Effect::Arm { timer, .. } if timers.contains(&timer) => {}
                Effect::Arm { timer, .. } => timers.push(timer),
                Effect::Disarm { timer } => timers.retain(|armed| *armed != timer),
                Effect::Notify(notice) => watch(self.rounds as f64, node, notice),
            }
        }
        self.effects = effects;
    }

    /// Fires those timers of a machine that are armed now.
    fn fire(&mut self, node: u32, watch: Watch<'_, X>) {
        if self.members.views != Views::Everybody {
            let view = self.members.views.draw(node, self.members.nodes, &mut self.draws.views);
            self.nodes[node as usize].neighborhood = view;
        }
        let mut due = std::mem::take(&mut self.timers[node as usize]);
        due.sort_unstable();
        for timer in due {
            self.handle(node, Event::Timer(timer), watch);
        }
    }
}

impl<X: Protocol<u32>> Group<X> for Lockstep<X> {
    fn request(&mut self, node: u32, request: X::Request, watch: Watch<'_, X>) {
        self.handle(node, Event::Request(request), watch);
    }

    fn period(&mut self, watch: Watch<'_, X>) {
        self.rounds += 1;
        for node in 0..self.members.alive() {
            self.fire(node, watch);
        }
        while !self.is_quiet() {
            self.wave(watch);
        }
    }

    fn sent(&self) -> Option<u64> {
        Some(self.sent)
    }
}

//! Seeded simulation of the machines, up to millions of them: bit-identical for a seed.
//!
//! The machines are the very [nodes](rumormill_core::Node) that a driver runs; their peers are
//! small integers. There are two notions of time ([`Clock`]): unsynchronised periods and
//! latencies, as on sockets; and lockstep, as the theory of rounds has it. The [network](Network)
//! delays and loses messages, [faults](Faults) stop machines, start others and separate them; all
//! of that is scheduled or random. [Observers](Observer) look on.
//!
//! Each purpose has a source of chance of its own, all of them made from the seed: the draws of the
//! machines, the phases of their timers, latencies, losses, and the other faults.

mod agenda;
mod alarms;
mod chance;
mod distribution;
mod driver;
mod faults;
mod graph;
mod group;
mod incidents;
mod latency;
mod letters;
mod lockstep;
mod network;
mod observer;
mod observers;
mod partitions;
mod setting;
mod shelf;
mod tally;

use rumormill_core::rand::SeedableRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::{Effects, Event, Node, Protocol};

pub use distribution::Distribution;
pub use faults::{Churn, Crash, Fault, Faults, Partition, Sides, Victims};
pub use graph::{Graph, Paths};
pub use group::Group;
pub use latency::Latency;
pub use network::{Bursts, Loss, Network};
pub use observer::{Fate, Moment, Observer};
pub use observers::{Duplicates, Informed, Load, Overlay, Shape};
pub use setting::{Clock, Newcomer, Refused, Setting};
pub use tally::Tally;

use chance::{Source, source};
use driver::{Driver, Due};

/// Thousandths in a tick: the unit of simulated time is a thousandth of a tick.
pub const PER_TICK: u64 = 1000;

/// A group of machines in time.
pub struct Simulation<X: Protocol<u32>> {
    clock: Clock,
    period: u64,
    group: Group<X>,
    /// The draws of the machines.
    draws: Source,
    effects: Effects<u32, X>,
    driver: Driver<X>,
    faults: Faults,
    newcomer: Option<Newcomer<X>>,
    /// What decides whom faults strike, and when.
    fortune: Source,
}

impl<X: Protocol<u32>> Simulation<X> {
    /// Starts the machines at time 0. What is to go wrong at time 0 does so before this returns.
    ///
    /// # Errors
    /// When the setting contradicts itself.
    pub fn new(
        setting: Setting<X>,
        seed: u64,
        observer: &mut impl Observer<X>,
    ) -> Result<Self, Refused> {
        setting.check()?;
        let Setting { nodes, clock, period, network, faults, newcomer } = setting;
        let seeds = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
        let draws = source(seeds);
        let fortune = source(seeds);
        let mut driver = Driver::new(clock, network, seeds);
        for (time, incident) in faults.incidents() {
            driver.agenda.enter(time, Due::Incident(incident));
        }
        let mut group = Group::new();
        nodes.into_iter().for_each(|node| group.admit(node));
        let effects = Effects::new();
        let mut simulation =
            Self { clock, period, group, draws, effects, driver, faults, newcomer, fortune };
        for node in 0..simulation.group.born() {
            simulation.start(node, observer);
        }
        simulation.happen_until(0, observer);
        Ok(simulation)
    }

    /// The machines as they are now.
    #[must_use]
    pub fn group(&self) -> &Group<X> {
        &self.group
    }

    /// The time that was reached, in thousandths of a tick.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.driver.now
    }

    /// What happened so far, counted.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.driver.tally
    }

    /// The faults that were asked for and have not struck so far: a crash that stopped nobody, a
    /// partition that lost no message, a loss that lost none.
    #[must_use]
    pub fn never_struck(&self) -> Vec<Fault> {
        let loss = self.driver.may_lose().then_some(Fault::Loss);
        let asked = loss.into_iter().chain(self.faults.kinds());
        asked.filter(|&fault| self.driver.tally.struck(fault) == 0).collect()
    }

    /// Asks a machine for something now; tells whether it is alive. Otherwise nothing happens.
    #[must_use = "a request to somebody who has stopped is none"]
    pub fn request(
        &mut self,
        node: u32,
        request: X::Request,
        observer: &mut impl Observer<X>,
    ) -> bool {
        let alive = self.group.is_alive(node);
        if alive {
            self.driver.tally.requests += 1;
            observer.on_request(&self.driver.moment(&self.group), node, &request);
            self.step(node, Event::Request(request), observer);
        }
        alive
    }

    /// Starts another machine now. Its peer is the number of those that have been
    /// [born](Group::born) so far.
    ///
    /// # Panics
    /// When its peer is another one.
    pub fn admit(&mut self, node: Node<u32, X>, observer: &mut impl Observer<X>) {
        let peer = self.group.born();
        assert_eq!(node.me(), peer, "a newcomer is made with the number that it was given");
        self.group.admit(node);
        self.driver.partitions.admit();
        observer.on_start(&self.driver.moment(&self.group), peer);
        self.start(peer, observer);
    }

    /// Stops a machine now, without a word; tells whether it was alive. Otherwise nothing happens.
    pub fn stop(&mut self, node: u32, observer: &mut impl Observer<X>) -> bool {
        let Some(member) = self.group.remove(node) else { return false };
        self.driver.forget(&member.alarms);
        observer.on_stop(&self.driver.moment(&self.group), node);
        true
    }

    /// Lets so many periods pass, and has the observer look at the end of each.
    pub fn run_periods(&mut self, periods: u64, observer: &mut impl Observer<X>) {
        for _ in 0..periods {
            self.run_until(self.driver.now + self.period, observer);
            observer.on_period(&self.driver.moment(&self.group));
        }
    }

    /// Lets happen what happens until `end`, that included, in thousandths of a tick; in lockstep,
    /// the cycles that are over by then.
    pub fn run_until(&mut self, end: u64, observer: &mut impl Observer<X>) {
        match self.clock {
            Clock::Unsynchronised => {
                self.happen_until(end, observer);
                self.driver.now = self.driver.now.max(end);
            }
            Clock::Lockstep => {
                while self.driver.now + self.period <= end {
                    self.cycle(observer);
                }
            }
        }
    }

    /// Lets happen what happens until nothing is under way, no timer is armed and no fault is to
    /// come; tells whether that was reached by `limit`, in thousandths of a tick.
    pub fn run_to_rest(&mut self, limit: u64, observer: &mut impl Observer<X>) -> bool {
        match self.clock {
            Clock::Unsynchronised => self.happen_until(limit, observer),
            Clock::Lockstep => {
                while !self.is_at_rest() && self.driver.now + self.period <= limit {
                    self.cycle(observer);
                }
            }
        }
        self.is_at_rest()
    }

    /// Whether nothing will ever happen any more.
    fn is_at_rest(&self) -> bool {
        let rests_in_lockstep = || self.driver.wave.is_empty() && !self.group.anyone_waits();
        self.driver.agenda.is_empty()
            && (self.clock == Clock::Unsynchronised || rests_in_lockstep())
    }

    /// Carries out the agenda.
    fn happen_until(&mut self, end: u64, observer: &mut impl Observer<X>) {
        while let Some((time, due)) = self.driver.agenda.next(end) {
            // In lockstep, what fell into a cycle is late by now.
            self.driver.now = self.driver.now.max(time);
            match due {
                Due::Message { to, letter } => self.deliver(to, letter, observer),
                Due::Timer { node, deadline } => {
                    // One that was armed anew, or disarmed, has left nothing behind.
                    if let Some(timer) = self.driver.expire(deadline) {
                        if let Some(member) = self.group.member(node) {
                            member.alarms.disarm(timer);
                        }
                        self.fire(node, timer, observer);
                    }
                }
                Due::Incident(incident) => self.happen(time, incident, observer),
            }
        }
    }

    fn deliver(&mut self, to: u32, letter: u32, observer: &mut impl Observer<X>) {
        if !self.group.is_alive(to) {
            return self.driver.fall_flat(letter);
        }
        let (message, from) = self.driver.arrive(letter);
        observer.on_message(&self.driver.moment(&self.group), from, to, &message);
        self.step(to, Event::Message { from, message }, observer);
    }

    fn fire(&mut self, node: u32, timer: X::Timer, observer: &mut impl Observer<X>) {
        self.driver.tally.timers += 1;
        observer.on_timer(&self.driver.moment(&self.group), node, timer);
        self.step(node, Event::Timer(timer), observer);
    }

    fn step(&mut self, node: u32, event: Event<u32, X>, observer: &mut impl Observer<X>) {
        if let Some(member) = self.group.member(node) {
            member.node.handle(event, &mut self.draws, &mut self.effects);
            self.driver.carry_out(&mut self.effects, &mut self.group, node, observer);
        }
    }

    /// The first step of a machine.
    fn start(&mut self, node: u32, observer: &mut impl Observer<X>) {
        self.driver.starting = true;
        self.step(node, Event::Start, observer);
        self.driver.starting = false;
    }
}

//! Carries out the effects of the machines, as the driver on sockets does.

use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::{Effect, Effects, Protocol};

use super::agenda::Agenda;
use super::alarms::Alarms;
use super::chance::{Source, below, source};
use super::faults::Incident;
use super::letters::Letters;
use super::network::Links;
use super::partitions::Partitions;
use super::shelf::Shelf;
use super::{Clock, Fate, Fault, Group, Latency, Moment, Network, Observer, PER_TICK, Tally};

/// The time, and everything that is under way or will happen.
#[derive(Debug)]
pub(crate) struct Driver<X: Protocol<u32>> {
    clock: Clock,
    pub(crate) now: u64,
    /// How many cycles have begun, in lockstep.
    pub(crate) cycle: u32,
    /// Whether the effects are those of a start.
    pub(crate) starting: bool,
    pub(crate) agenda: Agenda<Due>,
    /// In lockstep, what arrives in the next wave.
    pub(crate) wave: Vec<Flight>,
    pub(crate) letters: Letters<X::Message>,
    /// The timers of the agenda; `None` where it was disarmed since, or armed anew.
    deadlines: Shelf<Option<X::Timer>>,
    latency: Latency,
    latencies: Source,
    links: Links,
    may_lose: bool,
    pub(crate) partitions: Partitions,
    phases: Source,
    pub(crate) tally: Tally,
}

/// What happens at some time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Due {
    Message { to: u32, letter: u32 },
    Timer { node: u32, deadline: u32 },
    Incident(Incident),
}

/// A message on its way in lockstep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Flight {
    pub(crate) to: u32,
    pub(crate) letter: u32,
}

impl<X: Protocol<u32>> Driver<X> {
    pub(crate) fn new(clock: Clock, network: Network, seeds: &mut Xoshiro256PlusPlus) -> Self {
        Self {
            clock,
            now: 0,
            cycle: 0,
            starting: false,
            agenda: Agenda::new(),
            wave: Vec::new(),
            letters: Letters::new(),
            deadlines: Shelf::new(),
            latency: network.latency,
            latencies: source(seeds),
            links: Links::new(network.loss, source(seeds)),
            may_lose: network.loss.may_strike(),
            partitions: Partitions::new(source(seeds)),
            phases: source(seeds),
            tally: Tally::default(),
        }
    }

    /// Whether the network loses messages.
    pub(crate) fn may_lose(&self) -> bool {
        self.may_lose
    }

    pub(crate) fn moment<'a>(&self, group: &'a Group<X>) -> Moment<'a, X> {
        Moment { time: self.now, group }
    }

    /// One copy of a letter arrives at somebody who is alive: the message, and who sent it.
    pub(crate) fn arrive(&mut self, letter: u32) -> (X::Message, u32) {
        self.tally.messages += 1;
        self.letters.arrive(letter)
    }

    /// One copy of a letter arrives at nobody.
    pub(crate) fn fall_flat(&mut self, letter: u32) {
        self.tally.fell_flat += 1;
        self.letters.discard(letter);
    }

    /// A deadline of the agenda has come: the timer that fires.
    pub(crate) fn expire(&mut self, deadline: u32) -> Option<X::Timer> {
        self.deadlines.take(deadline).flatten()
    }

    /// The timers of a machine that is no more.
    pub(crate) fn forget(&mut self, alarms: &Alarms<X::Timer>) {
        if self.clock == Clock::Unsynchronised {
            alarms.marks().for_each(|deadline| self.void(deadline));
        }
    }

    /// Carries out the effects of a step of `node`, in their order.
    pub(crate) fn carry_out(
        &mut self,
        effects: &mut Effects<u32, X>,
        group: &mut Group<X>,
        node: u32,
        observer: &mut impl Observer<X>,
    ) {
        self.tally.overflow += u64::from(effects.overflow());
        for effect in effects.drain() {
            match effect {
                Effect::Send { to, message } => self.send(group, node, &to, message, observer),
                Effect::Arm { timer, after } => {
                    let mark = self.mark(node, timer, u64::from(after.0) * PER_TICK);
                    let earlier = group.member(node).and_then(|it| it.alarms.arm(timer, mark));
                    self.replaced(earlier);
                }
                Effect::Disarm { timer } => {
                    let earlier = group.member(node).and_then(|it| it.alarms.disarm(timer));
                    self.replaced(earlier);
                }
                Effect::Notify(notice) => observer.on_notice(&self.moment(group), node, &notice),
            }
        }
    }

    fn send(
        &mut self,
        group: &Group<X>,
        from: u32,
        to: &[u32],
        message: X::Message,
        observer: &mut impl Observer<X>,
    ) {
        let letter = self.letters.next();
        let mut copies = 0;
        self.tally.sent += to.len() as u64;
        for &peer in to {
            let fate = self.fate(from, peer);
            observer.on_send(&self.moment(group), from, peer, &message, fate);
            if fate == Fate::UnderWay {
                copies += 1;
                self.let_fly(Flight { to: peer, letter });
            }
        }
        if copies > 0 {
            self.letters.post(from, message, copies);
        }
    }

    #[inline]
    fn fate(&mut self, from: u32, to: u32) -> Fate {
        if let Some(partition) = self.partitions.between(from, to) {
            self.tally.strike(Fault::Partition(partition));
            Fate::Cut
        } else if self.links.lose(from) {
            self.tally.lost += 1;
            Fate::Lost
        } else {
            Fate::UnderWay
        }
    }

    #[inline]
    fn let_fly(&mut self, flight: Flight) {
        match self.clock {
            Clock::Unsynchronised => {
                let Flight { to, letter } = flight;
                let arrival = self.now.saturating_add(self.latency.draw(&mut self.latencies));
                self.agenda.enter(arrival, Due::Message { to, letter });
            }
            Clock::Lockstep => self.wave.push(flight),
        }
    }

    /// Enters a deadline, and returns what the timer is to be marked with.
    fn mark(&mut self, node: u32, timer: X::Timer, after: u64) -> u32 {
        if self.clock == Clock::Lockstep {
            return self.cycle;
        }
        let after = if self.starting { self.phase(after) } else { after };
        let deadline = self.deadlines.put(Some(timer));
        self.agenda.enter(self.now + after, Due::Timer { node, deadline });
        deadline
    }

    /// A timer that had this mark has no longer.
    fn replaced(&mut self, mark: Option<u32>) {
        if self.clock == Clock::Unsynchronised
            && let Some(deadline) = mark
        {
            self.void(deadline);
        }
    }

    fn void(&mut self, deadline: u32) {
        if let Some(timer) = self.deadlines.get_mut(deadline) {
            *timer = None;
        }
    }

    /// Uniform in (0, after].
    fn phase(&mut self, after: u64) -> u64 {
        if after == 0 { 0 } else { 1 + below(&mut self.phases, after) }
    }
}

//! A machine with the little that it needs to run: the timers it asked for, and a time of its own.

use std::collections::VecDeque;
use std::hint::black_box;
use std::time::{Duration, Instant};

use ::iroh_gossip::proto::Command;
use ::iroh_gossip::proto::util::TimerMap;

use super::machine::{Machine, Outside};
use crate::contestants::Effects;

pub struct Driver<M: Machine> {
    identity: M::Peer,
    machine: M,
    timers: TimerMap<M::Timer>,
    now: Instant,
}

impl<M: Machine> Driver<M> {
    pub fn new(identity: M::Peer) -> Self {
        let (machine, timers) = (M::new(identity), TimerMap::new());
        let mut driver = Self { identity, machine, timers, now: Instant::now() };
        // Without a contact: from now on it is in the topic.
        driver.handle(M::command(Command::Join(Vec::new())), |_, _| ());
        driver
    }

    pub fn identity(&self) -> M::Peer {
        self.identity
    }

    /// What is measured: the machine handles all `events`, and their effects are drained.
    pub fn take(&mut self, events: Vec<M::Event>) -> Effects {
        let mut effects = Effects::default();
        for event in events {
            effects.delivered += self.handle(event, |_, message| {
                black_box(&message);
                effects.sent += 1;
            });
        }
        effects
    }

    /// Handles one event, passes messages to `send`, and returns how many were delivered.
    pub fn handle(&mut self, event: M::Event, send: impl FnMut(M::Peer, M::Message)) -> usize {
        let Self { machine, timers, now, .. } = self;
        let mut world = World { timers, now: *now, send, delivered: 0 };
        machine.handle(event, *now, &mut world);
        world.delivered
    }

    /// Lets time pass, and the timers that become due expire.
    pub fn advance(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some((due, timer)) = self.timers.pop_before(end.into()) {
            self.now = due.into();
            self.handle(M::expired(timer), |_, _| ());
        }
        self.now = end;
    }

    /// Joins `contact`; the two talk until neither has anything more to say to the other.
    ///
    /// What they say to third parties is lost. It only concerns additional neighbours.
    pub fn join(&mut self, contact: &mut Self) {
        let (me, other) = (self.identity, contact.identity);
        let mut received = VecDeque::new();
        self.handle(M::command(Command::Join(vec![other])), |_, message| {
            received.push_back(message);
        });
        while let Some(message) = received.pop_front() {
            let mut replies = Vec::new();
            contact.handle(M::received(me, message), |to, reply| {
                if to == me {
                    replies.push(reply);
                }
            });
            for reply in replies {
                self.handle(M::received(other, reply), |to, message| {
                    if to == other {
                        received.push_back(message);
                    }
                });
            }
        }
    }

    pub fn lose(&mut self, neighbor: M::Peer) {
        self.handle(M::disconnected(neighbor), |_, _| ());
    }
}

/// What is around a machine while it handles an event.
struct World<'a, M: Machine, F> {
    timers: &'a mut TimerMap<M::Timer>,
    now: Instant,
    send: F,
    delivered: usize,
}

impl<M: Machine, F: FnMut(M::Peer, M::Message)> Outside<M> for World<'_, M, F> {
    fn send(&mut self, to: M::Peer, message: M::Message) {
        (self.send)(to, message);
    }

    fn deliver(&mut self) {
        self.delivered += 1;
    }

    fn arm(&mut self, delay: Duration, timer: M::Timer) {
        self.timers.insert((self.now + delay).into(), timer);
    }
}

use std::hint::black_box;

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::rumor::{Notice, Rumor};
use rumormill_core::{Effect, Effects, Event, FromRng, Neighborhood, Node, Protocol};

use crate::{Arrivals, Identity};

/// A machine of broadcast in its steady state, with what a driver gives it, and the messages that
/// reach it. It remembers each origin, and its tables have grown to their size.
pub struct Station<P: Identity, X: Protocol<P>> {
    node: Node<P, X>,
    random: FromRng<Xoshiro256PlusPlus>,
    effects: Effects<P, X>,
    armed: Option<X::Timer>,
    arrivals: Arrivals<P>,
    message: fn(Rumor<P>) -> X::Message,
}

/// What a machine did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How many messages it sent, each destination counted.
    pub sent: usize,
    /// How many messages it delivered.
    pub delivered: usize,
    /// How many messages gave way to newer ones.
    pub crowded_out: usize,
}

impl<P: Identity, X: Protocol<P, Notice = Notice<P>>> Station<P, X> {
    /// Starts the protocol and brings it into its steady state with messages of `payload` bytes;
    /// `message` is how the protocol says them.
    #[must_use]
    pub fn new(protocol: X, payload: usize, message: fn(Rumor<P>) -> X::Message) -> Self {
        let arrivals = Arrivals::new(payload);
        let neighborhood = Neighborhood::of(P::numbered(0), arrivals.neighbors().iter().copied());
        let mut station = Self {
            node: Node::new(neighborhood, protocol),
            random: FromRng(Xoshiro256PlusPlus::seed_from_u64(2)),
            effects: Effects::new(),
            armed: None,
            arrivals,
            message,
        };
        station.take([Event::Start]);
        let introductions = station.arrivals.introductions();
        let introductions = station.events(introductions);
        station.take(introductions);
        station.rest();
        station
    }

    /// The protocol's state.
    #[must_use]
    pub fn protocol(&self) -> &X {
        &self.node.protocol
    }

    /// So many messages on their way in that have not come before.
    pub fn new_messages(&mut self, count: usize) -> Vec<Event<P, X>> {
        self.arrivals(count, Arrivals::new_message)
    }

    /// So many messages on their way in that have come before, from any origins.
    pub fn repetitions(&mut self, count: usize) -> Vec<Event<P, X>> {
        self.arrivals(count, Arrivals::repetition)
    }

    /// So many copies of the last new message on their way in.
    pub fn echoes(&mut self, count: usize) -> Vec<Event<P, X>> {
        self.arrivals(count, Arrivals::echo)
    }

    /// By now nobody needs the datagrams of earlier ones.
    fn arrivals(
        &mut self,
        count: usize,
        arrive: fn(&mut Arrivals<P>) -> (P, Rumor<P>),
    ) -> Vec<Event<P, X>> {
        self.arrivals.release();
        let arrivals = (0..count).map(|_| arrive(&mut self.arrivals)).collect();
        self.events(arrivals)
    }

    /// What is measured: the machine handles the events, and their effects are drained and dropped.
    pub fn take(&mut self, events: impl IntoIterator<Item = Event<P, X>>) -> Tally {
        let mut tally = Tally::default();
        for event in events {
            self.node.handle(event, &mut self.random, &mut self.effects);
            for effect in self.effects.drain() {
                black_box(&effect);
                match effect {
                    Effect::Send { to, .. } => tally.sent += to.len(),
                    Effect::Notify(Notice::Delivered(_)) => tally.delivered += 1,
                    Effect::Notify(Notice::CrowdedOut(_)) => tally.crowded_out += 1,
                    Effect::Arm { timer, .. } => self.armed = Some(timer),
                    Effect::Disarm { .. } | Effect::Notify(_) => {}
                }
            }
        }
        tally
    }

    /// A period passes, if the protocol has any.
    pub fn rest(&mut self) -> Tally {
        let timer = self.armed.take();
        self.take(timer.map(Event::Timer))
    }

    fn events(&self, arrivals: Vec<(P, Rumor<P>)>) -> Vec<Event<P, X>> {
        let event = |(from, rumor)| Event::Message { from, message: (self.message)(rumor) };
        arrivals.into_iter().map(event).collect()
    }
}

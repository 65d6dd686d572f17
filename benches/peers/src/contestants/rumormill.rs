//! Our own machines, as our own benchmarks set them up.

use rumormill_benches::{FANOUT, Identity, Station, Tally};
use rumormill_core::Protocol;
use rumormill_core::rumor::Notice;

use super::{Contestant, OTHERS, REMEMBERED};
use crate::cost::Cost;

/// A machine with 30 neighbours, of which it draws 5 for each new message, and 1,000 origins in
/// memory, from each of which it has messages.
pub struct Rumormill<P: Identity, X: Protocol<P>> {
    name: String,
    station: Station<P, X>,
    /// How many messages give way to each new one.
    crowded_out: usize,
}

impl<P: Identity, X: Protocol<P, Notice = Notice<P>>> Rumormill<P, X> {
    /// A machine that has room for a batch of new messages in each period.
    pub fn roomy(name: &str, station: Station<P, X>) -> Self {
        Self { name: name.to_owned(), station, crowded_out: 0 }
    }

    /// A machine in which each new message crowds out an old one.
    pub fn crowded(name: &str, station: Station<P, X>) -> Self {
        Self { crowded_out: 1, ..Self::roomy(name, station) }
    }

    /// Lets as many new messages come as the others remember, so that all begin equally warm.
    fn renew_memory(&mut self) {
        let messages = self.station.new_messages(REMEMBERED);
        assert_eq!(self.station.take(messages).delivered, REMEMBERED);
        self.station.rest();
    }
}

impl<P: Identity, X: Protocol<P, Notice = Notice<P>>> Contestant for Rumormill<P, X> {
    fn name(&self) -> &str {
        &self.name
    }

    fn first_seen(&mut self, batch: usize) -> Cost {
        self.renew_memory();
        let messages = self.station.new_messages(batch);
        let mut tally = Tally::default();
        let cost = Cost::of(batch, || tally = self.station.take(messages));
        let (sent, crowded_out) = (batch * FANOUT, batch * self.crowded_out);
        assert_eq!(tally, Tally { sent, delivered: batch, crowded_out });
        cost
    }

    fn duplicate(&mut self, batch: usize) -> Cost {
        self.renew_memory();
        let mut cost = Cost::default();
        for _ in 0..batch.div_ceil(OTHERS) {
            let message = self.station.new_messages(1);
            assert_eq!(self.station.take(message).delivered, 1);
            let messages = self.station.echoes(OTHERS);
            let mut tally = Tally::default();
            cost += Cost::of(OTHERS, || tally = self.station.take(messages));
            assert_eq!(tally, Tally::default());
        }
        cost
    }
}

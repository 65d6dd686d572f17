use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rumormill_core::Epoch;
use rumormill_core::bytes::Bytes;
use rumormill_core::rumor::{Id, Rumor};
use rumormill_core::wire::{Header, Label, decode_frame, encode_frame};

use crate::{Identity, NEIGHBORS, ORIGINS};

/// The broadcasts that reach a node, through a random neighbour and from a random origin.
///
/// Random, so that no table is walked in its order, which the processor would foresee. A payload is
/// a part of the datagram that it came in, on which the receiver has a hold as well: that is how the
/// driver hands messages over, which uses a datagram's buffer again if nothing of it was kept.
pub struct Arrivals<P> {
    random: Xoshiro256PlusPlus,
    payload: usize,
    /// How many messages each origin has started.
    started: Vec<u64>,
    /// Which origin started the last message.
    last: usize,
    neighbors: Vec<P>,
    origins: Vec<P>,
    datagrams: Vec<Bytes>,
}

impl<P: Identity> Arrivals<P> {
    /// Messages of `payload` bytes.
    #[must_use]
    pub fn new(payload: usize) -> Self {
        let first_origin = NEIGHBORS + 1;
        Self {
            random: Xoshiro256PlusPlus::seed_from_u64(1),
            payload,
            started: vec![0; ORIGINS as usize],
            last: 0,
            neighbors: (1..=NEIGHBORS).map(P::numbered).collect(),
            origins: (first_origin..first_origin + ORIGINS).map(P::numbered).collect(),
            datagrams: Vec::new(),
        }
    }

    /// The neighbours that messages come through.
    #[must_use]
    pub fn neighbors(&self) -> &[P] {
        &self.neighbors
    }

    /// The receiver lets go of the datagrams that have come so far.
    pub fn release(&mut self) {
        self.datagrams.clear();
    }

    /// The first message of each origin.
    pub fn introductions(&mut self) -> Vec<(P, Rumor<P>)> {
        (0..self.origins.len()).map(|origin| self.next_of(origin)).collect()
    }

    /// A message that has not come before.
    pub fn new_message(&mut self) -> (P, Rumor<P>) {
        let origin = self.random.random_range(0..self.origins.len());
        self.next_of(origin)
    }

    /// A message that has come before: the latest of its origin.
    pub fn repetition(&mut self) -> (P, Rumor<P>) {
        let origin = self.random.random_range(0..self.origins.len());
        self.arrival(origin, self.started[origin] - 1)
    }

    /// The last new message again.
    pub fn echo(&mut self) -> (P, Rumor<P>) {
        self.arrival(self.last, self.started[self.last] - 1)
    }

    fn next_of(&mut self, origin: usize) -> (P, Rumor<P>) {
        self.last = origin;
        self.started[origin] += 1;
        self.arrival(origin, self.started[origin] - 1)
    }

    fn arrival(&mut self, origin: usize, sequence: u64) -> (P, Rumor<P>) {
        let from = self.neighbors[self.random.random_range(0..self.neighbors.len())];
        let id = Id { origin: self.origins[origin], sequence };
        let payload = Bytes::from(vec![0; self.payload]);
        (from, self.arrived(&Rumor { id, payload }))
    }

    fn arrived(&mut self, rumor: &Rumor<P>) -> Rumor<P> {
        let header = Header { label: Label::default(), from: Epoch(1), to: Epoch(2) };
        let mut frame = Vec::new();
        encode_frame(&header, rumor, &mut frame);
        let datagram = Bytes::from(frame);
        let (_, rumor) = decode_frame(&header.label, &datagram).expect("what was encoded decodes");
        self.datagrams.push(datagram);
        rumor
    }
}

//! What has been received already: the duplicate filter behind "each process delivers a message at
//! most once".
//!
//! The paper's `Received` grows for ever. Here each origin numbers its messages, and the filter
//! keeps, for a bounded number of origins, a window of the [`WINDOW`] latest sequence numbers.
//!
//! **At most once, exactly.** As long as an origin is remembered, none of its messages is accepted
//! twice. The price: once a sequence number was accepted, those of the same origin that are smaller
//! by [`WINDOW`] or more are refused, whether they came before or not. A message that is overtaken
//! so far is lost to this process, never repeated; and one forged number near `u64::MAX` silences
//! the origin that it names for as long as that is remembered.
//!
//! When all places are taken, the messages of a new origin are refused, unless nothing new has come
//! from some origin during the last `forget_after` calls of [`Seen::period_passed`]; then the first
//! of those, in the order in which they were first heard of, gives way. So acceptance is at most
//! once unconditionally if origins are never forgotten; otherwise it is at most once under the
//! assumption that no copy of a message arrives after its origin has been silent, since the message
//! was accepted, for so many calls: for `forget_after - 1` periods and a fraction at the least.
//!
//! Refusals are told apart ([`Refusal`]) and counted by whoever uses the filter.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash, Hasher};

use hashbrown::DefaultHashBuilder;
use serde::{Deserialize, Serialize};

use crate::Peer;
use crate::index::Index;
use crate::rumor::Id;

/// How many of the latest sequence numbers of each origin are told apart.
///
/// Our choice: one machine word wide on the largest machines, and more than what a burst reorders.
pub const WINDOW: u32 = u128::BITS;

/// How much a filter remembers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Memory {
    /// The most origins that are remembered at the same time.
    pub origins: u32,
    /// After how many periods of silence an origin may give way to a new one; `None`: never.
    pub forget_after: Option<u8>,
}

/// Why a message is not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Refusal {
    /// It was accepted before.
    Repeated,
    /// A number of its origin that is greater by [`WINDOW`] or more was accepted before, so nobody
    /// can tell whether this one was.
    TooOld,
    /// All places are taken by origins that may not be forgotten yet.
    NoRoom,
}

/// Remembers what was received.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "", try_from = "Unindexed<P>", into = "Unindexed<P>")]
pub struct Seen<P: Peer> {
    memory: Memory,
    /// In the order in which they were first heard of.
    origins: Vec<Origin<P>>,
    /// Where each origin is, once there are too many to look through.
    places: Index,
    hasher: DefaultHashBuilder,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Origin<P: Peer> {
    peer: P,
    /// For how many periods nothing new has come; it stops at `forget_after`.
    silent: u8,
    latest: u64,
    /// Bit `i` tells whether `latest - i` was received.
    received: u128,
}

impl<P: Peer> Origin<P> {
    fn first(id: Id<P>) -> Self {
        Self { peer: id.origin, silent: 0, latest: id.sequence, received: 1 }
    }

    fn insert(&mut self, sequence: u64) -> Result<(), Refusal> {
        if sequence > self.latest {
            let advance = sequence - self.latest;
            let kept = u32::try_from(advance).ok().and_then(|by| self.received.checked_shl(by));
            self.received = kept.unwrap_or(0) | 1;
            self.latest = sequence;
        } else {
            let bit = 1 << self.age_within_window(sequence)?;
            if self.received & bit != 0 {
                return Err(Refusal::Repeated);
            }
            self.received |= bit;
        }
        self.silent = 0;
        Ok(())
    }

    /// Whether insertions can lead here: the latest was received, and none before the first.
    fn is_sound(&self, memory: Memory) -> bool {
        self.silent <= memory.forget_after.unwrap_or(0)
            && self.received & 1 == 1
            && u64::from(self.received.ilog2()) <= self.latest
    }

    fn age_within_window(&self, sequence: u64) -> Result<u32, Refusal> {
        let age = self.latest - sequence;
        if age < u64::from(WINDOW) { Ok(age as u32) } else { Err(Refusal::TooOld) }
    }
}

/// Up to here looking through all origins is faster than hashing.
const LOOK_THROUGH: usize = 8;

impl<P: Peer> Seen<P> {
    /// Nothing has been received.
    #[must_use]
    pub fn new(memory: Memory) -> Self {
        Self {
            memory,
            origins: Vec::new(),
            places: Index::default(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// Whether the message was accepted, as far as the window reaches.
    #[must_use]
    pub fn contains(&self, id: &Id<P>) -> bool {
        let Some(place) = self.find(&id.origin) else { return false };
        let origin = &self.origins[place];
        id.sequence <= origin.latest
            && origin
                .age_within_window(id.sequence)
                .is_ok_and(|age| origin.received & (1 << age) != 0)
    }

    /// Accepts a message that is received for the first time.
    ///
    /// # Errors
    /// When it was accepted before, or the bounds of the memory do not let one tell.
    pub fn insert(&mut self, id: Id<P>) -> Result<(), Refusal> {
        if let Some(place) = self.find(&id.origin) {
            return self.origins[place].insert(id.sequence);
        }
        if self.is_full() {
            self.forget_a_silent_one()?;
        }
        self.remember(Origin::first(id));
        Ok(())
    }

    /// Another period has passed.
    pub fn period_passed(&mut self) {
        let limit = self.memory.forget_after.unwrap_or(0);
        for origin in &mut self.origins {
            origin.silent = limit.min(origin.silent.saturating_add(1));
        }
    }

    /// Of how many origins something is remembered.
    #[must_use]
    pub fn origins(&self) -> usize {
        self.origins.len()
    }

    fn find(&self, peer: &P) -> Option<usize> {
        if self.origins.len() <= LOOK_THROUGH {
            return self.origins.iter().position(|origin| origin.peer == *peer);
        }
        let is_it = |place: usize| self.origins[place].peer == *peer;
        self.places.find(self.hasher.hash_one(peer), is_it)
    }

    fn is_full(&self) -> bool {
        self.origins.len() >= self.memory.origins as usize
    }

    fn remember(&mut self, origin: Origin<P>) {
        self.origins.push(origin);
        self.index_last();
    }

    fn forget_a_silent_one(&mut self) -> Result<(), Refusal> {
        let limit = self.memory.forget_after.ok_or(Refusal::NoRoom)?;
        let place = self.origins.iter().position(|origin| origin.silent >= limit);
        self.origins.remove(place.ok_or(Refusal::NoRoom)?);
        self.index_all();
        Ok(())
    }

    fn index_last(&mut self) {
        if self.origins.len() > LOOK_THROUGH {
            let Self { origins, places, hasher, .. } = self;
            places.insert(origins.len() - 1, |place| hasher.hash_one(origins[place].peer));
        }
    }

    fn index_all(&mut self) {
        let Self { origins, places, hasher, .. } = self;
        let indexed = if origins.len() > LOOK_THROUGH { origins.len() } else { 0 };
        places.rebuild(indexed, |place| hasher.hash_one(origins[place].peer));
    }
}

/// The index follows from the list, so it is no part of the value.
impl<P: Peer> PartialEq for Seen<P> {
    fn eq(&self, other: &Self) -> bool {
        self.memory == other.memory && self.origins == other.origins
    }
}

impl<P: Peer> Eq for Seen<P> {}

impl<P: Peer> Hash for Seen<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.memory.hash(state);
        self.origins.hash(state);
    }
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
struct Unindexed<P: Peer> {
    memory: Memory,
    origins: Vec<Origin<P>>,
}

impl<P: Peer> From<Seen<P>> for Unindexed<P> {
    fn from(seen: Seen<P>) -> Self {
        Self { memory: seen.memory, origins: seen.origins }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the filter remembers an origin twice, more of them than it may, or what cannot be")]
struct Unsound;

impl<P: Peer> TryFrom<Unindexed<P>> for Seen<P> {
    type Error = Unsound;

    fn try_from(unindexed: Unindexed<P>) -> Result<Self, Unsound> {
        let mut seen = Self::new(unindexed.memory);
        for origin in unindexed.origins {
            let known = seen.find(&origin.peer).is_some();
            if known || seen.is_full() || !origin.is_sound(unindexed.memory) {
                return Err(Unsound);
            }
            seen.remember(origin);
        }
        Ok(seen)
    }
}

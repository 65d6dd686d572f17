use std::fmt;

use rumormill_core::Peer;
use serde::{Deserialize, Serialize};

/// A process of a modelled group: its place in it, from 0, and which life of that place it is.
///
/// `ModelPeer(place)` is the first life. Which life it is, is in the two highest bits, so a place has
/// four of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ModelPeer(pub u8);

/// How many bits the place takes.
const PLACE_BITS: u32 = 6;

/// The last of all places.
pub(crate) const LAST_PLACE: u8 = (1 << PLACE_BITS) - 1;

/// The last life of a place; the first is 0.
const LAST_LIFE: u8 = u8::MAX >> PLACE_BITS;

impl Peer for ModelPeer {
    fn supersedes(&self, earlier: &Self) -> bool {
        self.place() == earlier.place() && self.life() > earlier.life()
    }
}

impl ModelPeer {
    pub(crate) fn new(place: u8, life: u8) -> Self {
        Self(place & LAST_PLACE | life << PLACE_BITS)
    }

    /// Which place of the group it is at, from 0.
    #[must_use]
    pub fn place(self) -> u8 {
        self.0 & LAST_PLACE
    }

    /// Where its place is in lists of all of them.
    #[must_use]
    pub fn index(self) -> usize {
        self.place().into()
    }

    /// Which life of its place it is, from 0 for the first.
    #[must_use]
    pub fn life(self) -> u8 {
        self.0 >> PLACE_BITS
    }

    /// Who it is when it has been restarted; `None` after the last life.
    #[must_use]
    pub fn next_life(self) -> Option<Self> {
        (self.life() < LAST_LIFE).then(|| Self::new(self.place(), self.life() + 1))
    }

    /// The place, with a stroke for each life before this one.
    fn name(self) -> String {
        let strokes = "'".repeat(self.life().into());
        format!("{}{strokes}", self.place())
    }
}

impl fmt::Display for ModelPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}", self.name())
    }
}

impl fmt::Debug for ModelPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_life_of_the_same_place_supersedes_the_earlier_ones() {
        let first = ModelPeer(5);
        let lives: Vec<_> = std::iter::successors(Some(first), |peer| peer.next_life()).collect();
        assert_eq!(format!("{lives:?}"), "[n5, n5', n5'', n5''']");
        for (place, later) in lives.iter().enumerate() {
            assert_eq!(later.index(), 5);
            assert!(lives[..place].iter().all(|earlier| later.supersedes(earlier)));
            assert!(lives[place..].iter().all(|earlier| !later.supersedes(earlier)));
            assert!(!later.supersedes(&ModelPeer(4)));
        }
    }
}

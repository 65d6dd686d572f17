//! Interface 2 of the paper: the neighbourhood, a bounded partial view of the group.

use alloc::vec::Vec;

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use crate::places::Places;
use crate::view::{List, ring};
use crate::{MAX_CHANGES, Peer};

/// The most failed peers that a view remembers; no more than it has room for.
///
/// Our choice: views have a few dozen places, so that all of one may fail at once and be remembered.
pub const MAX_FAILED: u32 = 64;

/// The peers that a process knows and works with: at most `capacity` of them, never itself, and
/// of each place at most one life. Their order is that of their arrival, and means nothing.
///
/// It remembers who has failed lately, and takes none of them in again before a sign of life: what
/// others hand over may be a pointer to somebody of whom this process knows better.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "", try_from = "Unchecked<P>")]
pub struct Neighborhood<P: Peer> {
    me: P,
    capacity: u32,
    peers: List<P>,
    /// Those that have failed, and of whom nothing was heard since; the last so many, in order.
    failed: Vec<P>,
    /// Every message is a reason to look whether its sender is the later life of a neighbour.
    #[serde(skip)]
    places: Places,
}

/// Why a peer was not added to a neighbourhood.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum NotAdded {
    /// The view holds as many peers as it may; remove one first.
    #[error("the view is full with {capacity} peers; remove one first")]
    Full {
        /// How many peers the view may hold.
        capacity: u32,
    },
    /// The peer, or another life of it, is in the view already.
    #[error("the peer, or another life of it, is in the view already")]
    Present,
    /// A process is no neighbour of itself, nor of its earlier lives.
    #[error("a process is no neighbour of itself")]
    Oneself,
    /// The peer has failed, and nothing was heard of it since.
    #[error("the peer has failed; it is taken in again when something is heard of it")]
    Failed,
    /// The view has changed so often in this step that layers cannot be told of more.
    #[error("the view changed {MAX_CHANGES} times in this step; add the peer in a later one")]
    TooManyChanges,
}

impl<P: Peer> Neighborhood<P> {
    /// An empty view of the process `me`, with room for `capacity` peers.
    #[must_use]
    pub fn new(me: P, capacity: u32) -> Self {
        let (peers, failed) = (List::default(), Vec::new());
        Self { me, capacity, peers, failed, places: Places::default() }
    }

    /// A view that holds all of `peers` but `me`, of each place the first that is named, and has room
    /// for no more.
    #[must_use]
    pub fn of(me: P, peers: impl IntoIterator<Item = P>) -> Self {
        let mut view = Self::new(me, u32::MAX);
        let mut met = HashSet::new();
        for peer in peers.into_iter().filter(|&peer| met.insert(peer)) {
            let _oneself_and_other_lives_are_left_out = view.add_stranger(peer);
        }
        view.capacity = view.peers().len() as u32;
        view
    }

    /// The views of a group in which everybody knows everybody, in the order of `peers`; who is
    /// named twice, or lives where one named before does, is left out. No view has room for more.
    ///
    /// The views share one list. A view that is changed gets a copy of its own.
    pub fn complete(peers: impl IntoIterator<Item = P>) -> impl Iterator<Item = Self> {
        let mut peers = peers.into_iter();
        let of_first = peers.next().map(|first| Self::of(first, peers));
        of_first.into_iter().flat_map(|Self { me, capacity, peers, .. }| {
            let mut everybody = Vec::from([me]);
            everybody.extend_from_slice(peers.as_slice());
            let ring = ring(&everybody);
            everybody.into_iter().enumerate().map(move |(place, me)| {
                let peers = List::all_but(&ring, place);
                let places = Places::of(peers.as_slice());
                Self { me, capacity, peers, failed: Vec::new(), places }
            })
        })
    }

    /// The process whose view this is.
    #[must_use]
    pub fn me(&self) -> P {
        self.me
    }

    /// The most peers that the view can hold.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// The peers in the view.
    #[must_use]
    pub fn peers(&self) -> &[P] {
        self.peers.as_slice()
    }

    /// Whether the peer is in the view.
    #[must_use]
    pub fn contains(&self, peer: &P) -> bool {
        self.peers().contains(peer)
    }

    /// Whether the peer, or another life of it, is in the view.
    #[must_use]
    pub fn knows(&self, peer: &P) -> bool {
        self.contains(peer) || self.places.other_life(self.peers(), peer).is_some()
    }

    /// Whether a later life of the peer is in the view.
    #[must_use]
    pub fn knows_later(&self, peer: &P) -> bool {
        let other = self.places.other_life(self.peers(), peer);
        other.is_some_and(|place| self.peers()[place].supersedes(peer))
    }

    /// Whether the peer is at the place of this process: it is itself, or another life of it.
    #[must_use]
    pub fn is_oneself(&self, peer: &P) -> bool {
        self.me.shares_place_with(peer)
    }

    /// Those that have failed, and of whom nothing was heard since: the last so many, in order.
    #[must_use]
    pub fn failed(&self) -> &[P] {
        &self.failed
    }

    /// Whether the peer has failed, and nothing was heard of it since.
    #[must_use]
    pub fn has_failed(&self, peer: &P) -> bool {
        self.failed.contains(peer)
    }

    /// How many more peers there is room for.
    #[must_use]
    pub fn room(&self) -> usize {
        (self.capacity as usize).saturating_sub(self.peers().len())
    }

    /// Adds a peer. Not in the place of another life of it: only a message from a peer tells that it
    /// lives, and brings it there ([`Node::handle`](crate::Node::handle)). What others say of it may
    /// be old or made up.
    ///
    /// # Errors
    /// When the view is full, or the peer or another life of it is in it, or the peer is at the
    /// place of the process itself, or has failed.
    pub fn add(&mut self, peer: P) -> Result<(), NotAdded> {
        if self.contains(&peer) { Err(NotAdded::Present) } else { self.add_stranger(peer) }
    }

    /// Adds a peer that is not in the view itself; perhaps another life of it is.
    fn add_stranger(&mut self, peer: P) -> Result<(), NotAdded> {
        if self.is_oneself(&peer) {
            Err(NotAdded::Oneself)
        } else if self.places.other_life(self.peers(), &peer).is_some() {
            Err(NotAdded::Present)
        } else if self.has_failed(&peer) && !self.peers().is_empty() {
            Err(NotAdded::Failed)
        } else if self.room() == 0 {
            Err(NotAdded::Full { capacity: self.capacity })
        } else {
            self.failed.retain(|failed| *failed != peer);
            let peers = self.peers.to_mut();
            peers.push(peer);
            self.places.insert_last(peers);
            Ok(())
        }
    }

    /// Removes a peer; tells whether it was there.
    pub fn remove(&mut self, peer: &P) -> bool {
        let Some(place) = self.peers().iter().position(|known| known == peer) else { return false };
        let peers = self.peers.to_mut();
        peers.remove(place);
        self.places.rebuild(peers);
        true
    }

    /// Removes a peer that has failed, and remembers that; tells whether it was there. A contact
    /// names a place, at which somebody may live later, so it may be added again at once. So may
    /// anybody where nobody is left: whoever has lost everybody may well be the one that has failed.
    pub fn remove_failed(&mut self, peer: &P) -> bool {
        let was_there = self.remove(peer);
        if was_there && !peer.is_contact() {
            if self.failed.len() >= self.most_failed() {
                self.failed.remove(0);
            }
            self.failed.push(*peer);
        }
        was_there
    }

    /// How many failed peers are remembered.
    fn most_failed(&self) -> usize {
        self.capacity.min(MAX_FAILED) as usize
    }

    /// A sign of life: whoever has failed has not, nor has the place at which it lived.
    pub(crate) fn hear(&mut self, heard: &P) {
        if !self.failed.is_empty() {
            self.failed.retain(|failed| !heard.answers_for(failed));
        }
    }

    /// Puts a peer into the place of its earlier life or of the contact that it was known by;
    /// returns what it replaced.
    pub(crate) fn renew(&mut self, heard: P) -> Option<P> {
        let place = self.places.other_life(self.peers(), &heard)?;
        let is_later = heard.supersedes(&self.peers()[place]);
        is_later.then(|| core::mem::replace(&mut self.peers.to_mut()[place], heard))
    }
}

/// What a neighbourhood looks like in a file, before anybody has checked it.
#[derive(Deserialize)]
#[serde(bound = "")]
struct Unchecked<P: Peer> {
    me: P,
    capacity: u32,
    peers: Vec<P>,
    failed: Vec<P>,
}

impl<P: Peer> TryFrom<Unchecked<P>> for Neighborhood<P> {
    type Error = NotAdded;

    fn try_from(unchecked: Unchecked<P>) -> Result<Self, NotAdded> {
        let mut view = Self::new(unchecked.me, unchecked.capacity);
        for peer in unchecked.peers {
            view.add(peer)?;
        }
        if unchecked.failed.iter().any(|failed| view.contains(failed) || view.is_oneself(failed)) {
            return Err(NotAdded::Failed);
        }
        if unchecked.failed.len() > view.most_failed() {
            return Err(NotAdded::Full { capacity: view.capacity });
        }
        view.failed = unchecked.failed;
        Ok(view)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_bounded_and_holds_neither_oneself_nor_anyone_twice() {
        let mut view = Neighborhood::new(0_u8, 2);
        assert_eq!(view.add(0), Err(NotAdded::Oneself));
        assert_eq!(view.add(1), Ok(()));
        assert_eq!(view.add(1), Err(NotAdded::Present));
        assert_eq!(view.add(2), Ok(()));
        assert_eq!(view.add(3), Err(NotAdded::Full { capacity: 2 }));
        assert!(view.remove(&1) && !view.remove(&1));
        assert_eq!(view.add(3), Ok(()));
        assert_eq!(view.peers(), [2, 3]);
    }

    #[test]
    fn who_has_failed_is_not_taken_in_before_a_sign_of_life() {
        let mut view = Neighborhood::new(0_u8, 3);
        for peer in 1..=3 {
            assert_eq!(view.add(peer), Ok(()));
        }
        assert!(view.remove_failed(&1) && !view.remove_failed(&1));
        assert_eq!((view.add(1), view.has_failed(&1)), (Err(NotAdded::Failed), true));
        view.hear(&2);
        assert_eq!(view.add(1), Err(NotAdded::Failed));
        view.hear(&1);
        assert_eq!((view.add(1), view.has_failed(&1)), (Ok(()), false));
    }

    #[test]
    fn the_last_failures_are_remembered_also_where_nobody_is_left() {
        let mut view = Neighborhood::new(0_u8, 2);
        let mut fail = |peer, other| {
            let _present = view.add(other);
            assert_eq!(view.add(peer), Ok(()));
            assert!(view.remove_failed(&peer));
            [1, 2, 3].map(|peer| view.has_failed(&peer))
        };
        assert_eq!(fail(1, 9), [true, false, false]);
        assert_eq!(fail(2, 9), [true, true, false]);
        assert_eq!(fail(3, 9), [false, true, true]);
        assert!(view.remove_failed(&9));
        assert_eq!([2, 3, 9].map(|peer| view.has_failed(&peer)), [false, true, true]);
        assert_eq!((view.add(9), view.has_failed(&9)), (Ok(()), false), "nobody is left");
        assert_eq!(view.add(3), Err(NotAdded::Failed));
    }

    #[test]
    fn a_file_cannot_smuggle_in_a_broken_view() {
        let read = |peers: &[u8], failed: &[u8]| {
            let written = postcard::to_allocvec(&(0_u8, 1_u32, peers, failed)).expect("bytes");
            postcard::from_bytes::<Neighborhood<u8>>(&written).is_ok()
        };
        assert!(read(&[1], &[]) && read(&[1], &[2]));
        assert!(!read(&[1, 2], &[]), "an overfull view");
        assert!(!read(&[1], &[1]) && !read(&[1], &[0]) && !read(&[1], &[2, 3]), "broken failures");
    }
}

//! Where in a view each place is.

use core::hash::{Hash, Hasher};

use crate::Peer;
use crate::index::Index;

/// The index of a view by the hints of its peers' places. It follows from the view, so it is no part
/// of a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Index);

impl Places {
    /// Of a list of peers.
    pub(crate) fn of<P: Peer>(peers: &[P]) -> Self {
        let mut places = Self::default();
        places.rebuild(peers);
        places
    }

    /// The list of peers is another now; nothing is indexed where they have no hints.
    pub(crate) fn rebuild<P: Peer>(&mut self, peers: &[P]) {
        let has_hints = peers.iter().all(|peer| peer.place_hint().is_some());
        self.0.rebuild(if has_hints { peers.len() } else { 0 }, |at| hash_at(peers, at));
    }

    /// The last peer of the list is new.
    pub(crate) fn insert_last<P: Peer>(&mut self, peers: &[P]) {
        if peers.last().is_some_and(|peer| peer.place_hint().is_some()) {
            self.0.insert(peers.len() - 1, |at| hash_at(peers, at));
        }
    }

    /// Where an earlier or later life of a peer is in the list that this is the index of.
    pub(crate) fn other_life<P: Peer>(&self, peers: &[P], peer: &P) -> Option<usize> {
        let Some(hint) = peer.place_hint() else {
            let is_other = |known: &P| peer.supersedes(known) || known.supersedes(peer);
            return peers.iter().position(is_other);
        };
        // A place is in a view at most once, so whoever sits there ends the search.
        let sits_there = |at: usize| peers[at].shares_place_with(peer);
        self.0.find(spread(hint), sits_there).filter(|&at| peers[at] != *peer)
    }
}

fn hash_at<P: Peer>(peers: &[P], at: usize) -> u64 {
    peers[at].place_hint().map_or(0, spread)
}

/// Close hints are to lie far apart.
fn spread(hint: u32) -> u64 {
    u64::from(hint).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Places {}

impl Hash for Places {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

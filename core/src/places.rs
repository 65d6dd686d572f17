//! Where in a view each place is.

use core::hash::{Hash, Hasher};

use hashbrown::HashTable;

use crate::Peer;

/// The index of a view by the hints of its peers' places. It follows from the view, so it is no part
/// of a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(HashTable<u32>);

impl Places {
    /// Of a list of peers; empty where they have no hints.
    pub(crate) fn of<P: Peer>(peers: &[P]) -> Self {
        let mut places = Self::default();
        (0..peers.len()).for_each(|at| places.insert(peers, at));
        places
    }

    /// The peer at that place in the list is new.
    pub(crate) fn insert<P: Peer>(&mut self, peers: &[P], at: usize) {
        let hash_at = |&at: &u32| peers[at as usize].place_hint().map_or(0, spread);
        if let Some(hint) = peers[at].place_hint() {
            self.0.insert_unique(spread(hint), at as u32, hash_at);
        }
    }

    /// Where the earlier life of a peer is in the list that this is the index of.
    pub(crate) fn earlier_life<P: Peer>(&self, peers: &[P], heard: &P) -> Option<usize> {
        let is_earlier = |known: &P| heard.supersedes(known);
        let Some(hint) = heard.place_hint() else { return peers.iter().position(is_earlier) };
        // A place is in a view at most once, so whoever sits there ends the search.
        let sits_there =
            |&at: &u32| peers[at as usize] == *heard || is_earlier(&peers[at as usize]);
        let at = *self.0.find(spread(hint), sits_there)? as usize;
        is_earlier(&peers[at]).then_some(at)
    }
}

/// Hash tables look at the highest and the lowest bits.
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

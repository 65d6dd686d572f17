//! The peers of a view: a list of its own, or a part of one that many views share.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use serde::{Serialize, Serializer};

use crate::{Peer, as_set};

/// A list of peers. Whether it is shared is no part of its value.
#[derive(Clone)]
pub(crate) enum List<P> {
    Own(Vec<P>),
    /// All of the ring but one: those from `first` on.
    Shared {
        ring: Ring<P>,
        first: u32,
    },
}

/// Everybody twice in a row, so that everybody but one is a slice of it, whoever the one is.
pub(crate) type Ring<P> = Arc<[P]>;

pub(crate) fn ring<P: Peer>(everybody: &[P]) -> Ring<P> {
    everybody.iter().chain(everybody).copied().collect()
}

impl<P: Peer> List<P> {
    /// Everybody on the ring but the one at `place`.
    pub(crate) fn all_but(ring: &Ring<P>, place: usize) -> Self {
        Self::Shared { ring: Arc::clone(ring), first: place as u32 + 1 }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[P] {
        match self {
            Self::Own(peers) => peers,
            Self::Shared { ring, first } => &ring[*first as usize..][..ring.len() / 2 - 1],
        }
    }

    /// A list of its own, to be changed.
    pub(crate) fn to_mut(&mut self) -> &mut Vec<P> {
        if let Self::Shared { .. } = self {
            *self = Self::Own(self.as_slice().to_vec());
        }
        match self {
            Self::Own(peers) => peers,
            Self::Shared { .. } => unreachable!("it is its own by now"),
        }
    }
}

impl<P> Default for List<P> {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

impl<P: Peer> PartialEq for List<P> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<P: Peer> Eq for List<P> {}

impl<P: Peer> Hash for List<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl<P: Peer> fmt::Debug for List<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

impl<P: Peer> Serialize for List<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        as_set(self.as_slice(), serializer)
    }
}

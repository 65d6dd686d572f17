//! The overlay: from one known address to a healthy random view that stays so.
//!
//! ```text
//!   shuffle: Cyclon        the view is shuffled, and forgets who has failed
//!   neighbors: NeighborManagement ── wanted ──► walk: RandomWalk ── ended ──► adoption: Adoption
//!        ▲                                        │ failed                        │ found,
//!        └──────────── candidate, not found ◄─────┴──────────◄────────────────────┘ not found
//! ```
//!
//! A process that knows nobody begins with its contacts. As long as neighbours are missing, it takes
//! random walks and lets itself be adopted by whom it meets, so that nobody becomes better known
//! than others by being asked first. Then views are shuffled; whoever fails is replaced.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::protocols::adoption::{self, Adoption};
use crate::protocols::cyclon::{self, Cyclon};
use crate::protocols::neighbor_management::{self, NeighborManagement};
use crate::protocols::random_walk::{self, Mode, RandomWalk};
use crate::{Peer, Route, stack};

stack! {
    /// Neighbour management, random walks, adoption and CYCLON over one view.
    pub struct Overlay<P> notifies Notice<P> {
        neighbors: Neighbors(NeighborManagement<P>) => tell_of_neighbors,
        walk: Walk(RandomWalk<P>) => tell_of_walks,
        adoption: Adoption(Adoption<P>) => tell_of_adoption,
        shuffle: Shuffle(Cyclon<P>) => tell_of_shuffles,
    }
}

/// How the layers work.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How neighbours are managed.
    pub neighbors: neighbor_management::Settings,
    /// How random walks are carried.
    pub walk: random_walk::Settings,
    /// How adoption is asked for.
    pub adoption: adoption::Settings,
    /// How views are shuffled.
    pub shuffle: cyclon::Settings,
}

/// What the application is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// Of neighbours.
    Neighbors(neighbor_management::Notice<P>),
    /// Of a walk that the application asked for, or of a message that was refused.
    Walk(random_walk::Notice<P>),
    /// Of a message that was refused.
    Adoption(adoption::Notice<P>),
    /// Of shuffles.
    Shuffle(cyclon::Notice<P>),
}

/// The tag of walks that search for a neighbour; those of the application have others.
const SEARCH: u8 = 0;

/// The smallest tag that the application may give to a walk.
pub const FIRST_TAG: u8 = SEARCH + 1;

impl<P: Peer> Overlay<P> {
    /// A process that begins with these contacts when it knows nobody.
    #[must_use]
    pub fn new(settings: Settings, contacts: Vec<P>) -> Self {
        let Settings { neighbors, walk, adoption, shuffle } = settings;
        Self {
            neighbors: NeighborManagement::new(neighbors, contacts),
            walk: RandomWalk::new(walk),
            adoption: Adoption::new(adoption),
            shuffle: Cyclon::new(shuffle),
        }
    }
}

impl<P: Peer> Request<P> {
    /// "Give me a random node": a plain walk, whose end comes back with the tag, at least
    /// [`FIRST_TAG`].
    #[must_use]
    pub fn random_node(tag: u8) -> Self {
        let tag = tag.max(FIRST_TAG);
        Self::Walk(random_walk::Request { tag, distance: None, mode: Mode::Plain })
    }

    /// Tell those that know this process that it leaves; stop it afterwards.
    #[must_use]
    pub fn leave() -> Self {
        Self::Neighbors(neighbor_management::Request::Leave)
    }
}

fn tell_of_neighbors<P: Peer>(
    notice: neighbor_management::Notice<P>,
) -> Route<Request<P>, Notice<P>> {
    match notice {
        neighbor_management::Notice::Wanted => {
            let (tag, distance, mode) = (SEARCH, None, Mode::Plain);
            Route::Layer(Request::Walk(random_walk::Request { tag, distance, mode }))
        }
        other => Route::Application(Notice::Neighbors(other)),
    }
}

fn tell_of_walks<P: Peer>(notice: random_walk::Notice<P>) -> Route<Request<P>, Notice<P>> {
    match notice {
        random_walk::Notice::Ended { tag: SEARCH, at, .. } => {
            Route::Layer(Request::Adoption(adoption::Request(at)))
        }
        random_walk::Notice::Failed { tag: SEARCH, .. } => {
            Route::Layer(Request::Neighbors(neighbor_management::Request::NotFound))
        }
        other => Route::Application(Notice::Walk(other)),
    }
}

fn tell_of_adoption<P: Peer>(notice: adoption::Notice<P>) -> Route<Request<P>, Notice<P>> {
    match notice {
        adoption::Notice::Found(peer) => {
            Route::Layer(Request::Neighbors(neighbor_management::Request::Candidate(peer)))
        }
        adoption::Notice::NotFound => {
            Route::Layer(Request::Neighbors(neighbor_management::Request::NotFound))
        }
        other @ adoption::Notice::Refused { .. } => Route::Application(Notice::Adoption(other)),
    }
}

fn tell_of_shuffles<P: Peer>(notice: cyclon::Notice<P>) -> Route<Request<P>, Notice<P>> {
    Route::Application(Notice::Shuffle(notice))
}

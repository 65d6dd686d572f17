//! Algorithm 4 over Algorithm 6: a process keeps its degree by random walks, without shuffles.
//!
//! ```text
//!   neighbors: NeighborManagement ── wanted ──► walk: RandomWalk
//!        ▲                                        │ ended: candidate
//!        └────────────────────────────────────────┘ failed: not found
//! ```

use serde::{Deserialize, Serialize};

use crate::protocols::neighbor_management::{self, NeighborManagement};
use crate::protocols::random_walk::{self, Mode, RandomWalk};
use crate::{Peer, Route, stack};

stack! {
    /// Neighbour management that finds new neighbours by random walks.
    pub struct Neighbors<P> notifies Notice<P> {
        neighbors: Neighbors(NeighborManagement<P>) => tell_of_neighbors,
        walk: Walk(RandomWalk<P>) => tell_of_walks,
    }
}

/// What the application is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// Of neighbours.
    Neighbors(neighbor_management::Notice<P>),
    /// Of messages of walks that were refused.
    Walk(random_walk::Notice<P>),
}

fn tell_of_neighbors<P: Peer>(
    notice: neighbor_management::Notice<P>,
) -> Route<Request<P>, Notice<P>> {
    match notice {
        neighbor_management::Notice::Wanted => {
            let (tag, distance, mode) = (0, None, Mode::Plain);
            Route::Layer(Request::Walk(random_walk::Request { tag, distance, mode }))
        }
        other => Route::Application(Notice::Neighbors(other)),
    }
}

fn tell_of_walks<P: Peer>(notice: random_walk::Notice<P>) -> Route<Request<P>, Notice<P>> {
    use neighbor_management::Request::{Candidate, NotFound};
    match notice {
        random_walk::Notice::Ended { at, .. } => Route::Layer(Request::Neighbors(Candidate(at))),
        random_walk::Notice::Failed { .. } => Route::Layer(Request::Neighbors(NotFound)),
        other @ random_walk::Notice::Refused { .. } => Route::Application(Notice::Walk(other)),
    }
}

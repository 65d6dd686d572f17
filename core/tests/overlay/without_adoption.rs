//! The layers of the overlay but adoption: whom a walk meets becomes a neighbour.

use rumormill_core::protocols::cyclon::{self, Cyclon};
use rumormill_core::protocols::neighbor_management::{self, NeighborManagement};
use rumormill_core::protocols::random_walk::{self, Mode, RandomWalk};
use rumormill_core::stacks::overlay::Settings;
use rumormill_core::{Never, Peer, Route, stack};

stack! {
    pub(crate) struct WithoutAdoption<P> notifies Never {
        neighbors: Neighbors(NeighborManagement<P>) => tell_of_neighbors,
        walk: Walk(RandomWalk<P>) => tell_of_walks,
        shuffle: Shuffle(Cyclon<P>) => tell_of_shuffles,
    }
}

impl<P: Peer> WithoutAdoption<P> {
    pub(crate) fn new(settings: Settings, contacts: Vec<P>) -> Self {
        Self {
            neighbors: NeighborManagement::new(settings.neighbors, contacts),
            walk: RandomWalk::new(settings.walk),
            shuffle: Cyclon::new(settings.shuffle),
        }
    }
}

fn tell_of_neighbors<P: Peer>(notice: neighbor_management::Notice<P>) -> Route<Request<P>, Never> {
    let walk = random_walk::Request { tag: 0, distance: None, mode: Mode::Plain };
    match notice {
        neighbor_management::Notice::Wanted => Route::Layer(Request::Walk(walk)),
        _ => Route::Nowhere,
    }
}

fn tell_of_walks<P: Peer>(notice: random_walk::Notice<P>) -> Route<Request<P>, Never> {
    use neighbor_management::Request::{Candidate, NotFound};
    match notice {
        random_walk::Notice::Ended { at, .. } => Route::Layer(Request::Neighbors(Candidate(at))),
        random_walk::Notice::Failed { .. } => Route::Layer(Request::Neighbors(NotFound)),
        random_walk::Notice::Refused { .. } => Route::Nowhere,
    }
}

fn tell_of_shuffles<P: Peer>(_: cyclon::Notice<P>) -> Route<Request<P>, Never> {
    Route::Nowhere
}

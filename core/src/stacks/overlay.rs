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
use core::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use crate::protocols::adoption::{self, Adoption};
use crate::protocols::cyclon::{self, Cyclon};
use crate::protocols::neighbor_management::{self, NeighborManagement};
use crate::protocols::random_walk::{self, Mode, RandomWalk};
use crate::{MAX_REQUESTS, Peer, Route, Ticks, stack};

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

/// The length of a walk that searches for a neighbour.
///
/// Our choice: more hops than lie between any two processes of a million in a random graph whose
/// processes have twenty neighbours each, ln 1e6 / ln 20 = 4.6.
const DISTANCE: u8 = 8;

impl Settings {
    /// A view of `view` neighbours that is pinged and shuffled once in each `period`. A period is to
    /// be several times as long as an answer takes.
    #[must_use]
    pub fn keeping(view: u32, period: Ticks) -> Self {
        let often = Ticks((period.0 / 4).max(1));
        let numbers = NonZeroU16::MAX;
        Self {
            neighbors: neighbor_management::Settings {
                period,
                patience: 3,
                degree: view,
                searches: u8::try_from(view).unwrap_or(u8::MAX).min(MOST_SEARCHES),
                watchers: u16::try_from(WATCHERS * u64::from(view)).unwrap_or(u16::MAX),
                acquaintances: u16::try_from(view).unwrap_or(u16::MAX),
            },
            walk: random_walk::Settings {
                distance: DISTANCE,
                max_distance: 8 * DISTANCE,
                period: often,
                retries: 1,
                detours: 2,
                patience: 4 * DISTANCE,
                started: 2 * MOST_SEARCHES,
                carried: 64,
                path: 0,
                numbers,
            },
            adoption: adoption::Settings { period: often, patience: 4, asked: 2 * MOST_SEARCHES },
            shuffle: cyclon::Settings {
                mode: cyclon::Mode::Enhanced,
                length: (view / 2).clamp(1, 8) as u8,
                period,
                max_age: u8::MAX,
                numbers,
            },
        }
    }
}

/// How many processes are remembered for their pings, for each place of a view.
///
/// Our choice: shuffles move pointers, so in the three periods that pings are remembered for, more
/// processes have pinged this one than have it in their views at a time.
const WATCHERS: u64 = 4;

/// The most searches for neighbours at the same time, so that a newcomer is no flood.
///
/// Our choice: a view of twenty is full within three periods.
const MOST_SEARCHES: u8 = 8;

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

/// The most searches at the same time: all may begin and fail in one step, by two requests each.
pub const MAX_SEARCHES: u8 = (MAX_REQUESTS / 2) as u8;

impl<P: Peer> Overlay<P> {
    /// A process that begins with these contacts when it knows nobody. It searches for no more than
    /// [`MAX_SEARCHES`] neighbours at the same time, whatever `neighbors.searches` says.
    #[must_use]
    pub fn new(settings: Settings, contacts: Vec<P>) -> Self {
        let Settings { mut neighbors, walk, adoption, shuffle } = settings;
        neighbors.searches = neighbors.searches.min(MAX_SEARCHES);
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

//! A member of a group that finds itself: the paper's Figure 1. Whoever speaks to all and whoever
//! searches draws from the view that the overlay keeps.
//!
//! ```text
//!                             application
//!   broadcast │  ▲ delivered   search, │  ▲ asked, hit,   │ supply,    ▲ size
//!             ▼  │             matches ▼  │ ended          ▼ estimate   │
//!      broadcast: Broadcast       search: Search         census: Census
//!             │       ▲ at most so many │                   │    │ wanted ▼ sampled
//!             │       └─────────────────│───────────────────┘    │
//!             └────────────┬────────────┘                        │
//!                          ▼ neighbours                          ▼ walks
//!                          └───────────── overlay: Overlay ──────┘
//! ```
//!
//! Broadcast draws its fanout from the upper end of the size that the census comes to.

use alloc::vec::Vec;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::protocols::random_walk;
use crate::protocols::renyi_erdos;
use crate::protocols::sample_and_collide::{self, Request as Sample};
use crate::protocols::search::{self, Mode, Search};
use crate::protocols::{averaging, system_size};
use crate::rumor::Id;
use crate::stacks::broadcast::{self, Broadcast};
use crate::stacks::census::{self, Census};
use crate::stacks::overlay::{self, Overlay};
use crate::{Peer, Route, rumor, stack};

stack! {
    /// The overlay, and over its view Rényi-Erdős broadcast with its repair, search, and the census.
    pub struct Member<P> notifies Notice<P> {
        overlay: Overlay(Overlay<P>) => tell_of_overlay,
        broadcast: Broadcast(Broadcast<P>) => tell_of_rumors,
        search: Search(Search<P>) => tell_of_searches,
        census: Census(Census<P>) => tell_of_the_census,
    }
}

/// What the application is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// Of the view and of walks.
    Overlay(overlay::Notice<P>),
    /// Of messages to everybody.
    Rumor(rumor::Notice<P>),
    /// Of searches, from here and of others.
    Search(search::Notice<P>),
    /// Of the size of the group, and of what is averaged.
    Census(census::Notice<P>),
}

/// The tag of walks that sample for the census; those of the application have others.
const SAMPLE: u8 = u8::MAX;

/// The greatest tag that the application may give to a walk.
pub const LAST_TAG: u8 = SAMPLE - 1;

impl<P: Peer> Member<P> {
    /// A process that broadcasts, searches and counts over the view that the overlay keeps.
    #[must_use]
    pub fn new(
        overlay: Overlay<P>,
        broadcast: Broadcast<P>,
        search: Search<P>,
        census: Census<P>,
    ) -> Self {
        Self { overlay, broadcast, search, census }
    }
}

impl<P: Peer> Request<P> {
    /// Tell everybody.
    #[must_use]
    pub fn broadcast(payload: Bytes) -> Self {
        Self::Broadcast(broadcast::Request::broadcast(payload))
    }

    /// "Who has that?": at most [`MAX_QUERY`](search::MAX_QUERY) bytes. Hits come back with the tag.
    #[must_use]
    pub fn search(tag: u8, text: Bytes, mode: Mode) -> Self {
        Self::Search(search::Request::Search { tag, text, mode })
    }

    /// This process has what was asked for in a [`search::Notice::Asked`].
    #[must_use]
    pub fn matches(id: Id<P>, results: Vec<Bytes>) -> Self {
        Self::Search(search::Request::Matches { id, results })
    }

    /// "Give me a random node": see [`overlay::Request::random_node`]. The tag is at most
    /// [`LAST_TAG`].
    #[must_use]
    pub fn random_node(tag: u8) -> Self {
        Self::Overlay(overlay::Request::random_node(tag.min(LAST_TAG)))
    }

    /// The value of this process, of which the epochs that begin afterwards tell the mean, the least
    /// and the greatest.
    #[must_use]
    pub fn supply(value: i64) -> Self {
        Self::Census(census::Request::Averaging(averaging::Request(value)))
    }

    /// Estimate the size of the group by samples, besides what is counted all the time.
    #[must_use]
    pub fn estimate_size() -> Self {
        sampled(Sample::Estimate)
    }

    /// Tell those that know this process that it leaves; stop it afterwards.
    #[must_use]
    pub fn leave() -> Self {
        Self::Overlay(overlay::Request::leave())
    }
}

fn tell_of_overlay<P: Peer>(notice: overlay::Notice<P>) -> Route<Request<P>, Notice<P>> {
    use random_walk::Notice::{Ended, Failed};
    match notice {
        overlay::Notice::Walk(Ended { tag: SAMPLE, at, .. }) => {
            Route::Layer(sampled(Sample::Sampled(at)))
        }
        overlay::Notice::Walk(Failed { tag: SAMPLE, .. }) => Route::Layer(sampled(Sample::Lost)),
        other => Route::Application(Notice::Overlay(other)),
    }
}

fn tell_of_rumors<P: Peer>(notice: rumor::Notice<P>) -> Route<Request<P>, Notice<P>> {
    Route::Application(Notice::Rumor(notice))
}

fn tell_of_searches<P: Peer>(notice: search::Notice<P>) -> Route<Request<P>, Notice<P>> {
    Route::Application(Notice::Search(notice))
}

fn tell_of_the_census<P: Peer>(notice: census::Notice<P>) -> Route<Request<P>, Notice<P>> {
    match notice {
        census::Notice::Size(system_size::Notice::AtMost(size)) => {
            let size = renyi_erdos::Request::Size(size);
            Route::Layer(Request::Broadcast(broadcast::Request::Forward(size)))
        }
        census::Notice::Sampling(sample_and_collide::Notice::Wanted) => {
            Route::Layer(Request::Overlay(overlay::Request::random_node(SAMPLE)))
        }
        other => Route::Application(Notice::Census(other)),
    }
}

fn sampled<P: Peer>(request: Sample<P>) -> Request<P> {
    Request::Census(census::Request::Sampling(request))
}

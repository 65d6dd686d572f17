//! A member of a group that finds itself: the paper's Figure 1. Whoever speaks to all and whoever
//! searches draws from the view that the overlay keeps.
//!
//! ```text
//!                       application
//!   broadcast │  ▲ delivered      search, │  ▲ asked, hit,
//!             ▼  │                matches ▼  │ ended
//!      broadcast: Broadcast          search: Search
//!             │                           │
//!             └────────────┬──────────────┘
//!                          ▼ neighbours
//!                  overlay: Overlay
//! ```

use alloc::vec::Vec;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::protocols::search::{self, Mode, Search};
use crate::rumor::Id;
use crate::stacks::broadcast::{self, Broadcast};
use crate::stacks::overlay::{self, Overlay};
use crate::{Peer, Route, rumor, stack};

stack! {
    /// The overlay, and over its view Rényi-Erdős broadcast with its repair, and search.
    pub struct Member<P> notifies Notice<P> {
        overlay: Overlay(Overlay<P>) => tell_of_overlay,
        broadcast: Broadcast(Broadcast<P>) => tell_of_rumors,
        search: Search(Search<P>) => tell_of_searches,
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
}

impl<P: Peer> Member<P> {
    /// A process that broadcasts and searches over the view that the overlay keeps.
    #[must_use]
    pub fn new(overlay: Overlay<P>, broadcast: Broadcast<P>, search: Search<P>) -> Self {
        Self { overlay, broadcast, search }
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

    /// "Give me a random node": see [`overlay::Request::random_node`].
    #[must_use]
    pub fn random_node(tag: u8) -> Self {
        Self::Overlay(overlay::Request::random_node(tag))
    }

    /// Tell those that know this process that it leaves; stop it afterwards.
    #[must_use]
    pub fn leave() -> Self {
        Self::Overlay(overlay::Request::leave())
    }
}

fn tell_of_overlay<P: Peer>(notice: overlay::Notice<P>) -> Route<Request<P>, Notice<P>> {
    Route::Application(Notice::Overlay(notice))
}

fn tell_of_rumors<P: Peer>(notice: rumor::Notice<P>) -> Route<Request<P>, Notice<P>> {
    Route::Application(Notice::Rumor(notice))
}

fn tell_of_searches<P: Peer>(notice: search::Notice<P>) -> Route<Request<P>, Notice<P>> {
    Route::Application(Notice::Search(notice))
}

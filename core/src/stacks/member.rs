//! A member of a group that finds itself: the overlay, and broadcast over the view that it keeps.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::stacks::broadcast::{self, Broadcast};
use crate::stacks::overlay::{self, Overlay};
use crate::{Peer, Route, rumor, stack};

stack! {
    /// The overlay, and Rényi-Erdős broadcast with its repair over one view.
    pub struct Member<P> notifies Notice<P> {
        overlay: Overlay(Overlay<P>) => tell_of_overlay,
        broadcast: Broadcast(Broadcast<P>) => tell_of_rumors,
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
}

impl<P: Peer> Member<P> {
    /// A process that broadcasts over the view that the overlay keeps.
    #[must_use]
    pub fn new(overlay: Overlay<P>, broadcast: Broadcast<P>) -> Self {
        Self { overlay, broadcast }
    }
}

impl<P: Peer> Request<P> {
    /// Tell everybody.
    #[must_use]
    pub fn broadcast(payload: Bytes) -> Self {
        Self::Broadcast(broadcast::Request::broadcast(payload))
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

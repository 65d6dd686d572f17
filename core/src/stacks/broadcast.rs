//! The default stack: fast broadcast, with gossip behind it that repairs what was lost.
//!
//! ```text
//!      application
//!   broadcast │  ▲ delivered
//!             │  │
//!             │ repair: PeriodicGossip
//!             ▼  ▲ delivered: spread it
//!      forward: RenyiErdos ◄── size: FixedSize
//! ```
//!
//! A message reaches most processes within a few network delays through the upper layer's flood;
//! what was delivered there is handed to the gossip layer, which spreads it on for as long as it is
//! hot, and alone delivers to the application: what comes twice, by either way, it delivers once.

use bytes::Bytes;

use crate::protocols::fixed_size::{self, FixedSize};
use crate::protocols::periodic_gossip::{self, PeriodicGossip};
use crate::protocols::renyi_erdos::{self, RenyiErdos};
use crate::rumor::Notice;
use crate::{Peer, Route, stack};

stack! {
    /// Rényi-Erdős broadcast over a known size of the group, repaired by periodic gossip.
    pub struct Broadcast<P> notifies Notice<P> {
        size: Size(FixedSize) => tell_forward,
        forward: Forward(RenyiErdos<P>) => tell_repair,
        repair: Repair(PeriodicGossip<P>) => tell_application,
    }
}

impl<P: Peer> Broadcast<P> {
    /// A node that has received nothing, in a group of `size` processes. It starts no message that
    /// the layer of repair could not carry, whatever `forward.max_payload` says.
    #[must_use]
    pub fn new(
        size: u32,
        mut forward: renyi_erdos::Settings,
        repair: periodic_gossip::Settings,
    ) -> Self {
        forward.max_payload = forward.max_payload.min(repair.max_payload());
        Self {
            size: FixedSize { size },
            forward: RenyiErdos::new(forward),
            repair: PeriodicGossip::new(repair),
        }
    }
}

impl<P: Peer> Request<P> {
    /// Tell everybody. This is the only way to start a message: one that is published by the layer
    /// of repair would have the name of one that the upper layer started.
    #[must_use]
    pub fn broadcast(payload: Bytes) -> Self {
        Self::Forward(renyi_erdos::Request::Broadcast(payload))
    }
}

fn tell_forward<P: Peer>(size: fixed_size::Notice) -> Route<Request<P>, Notice<P>> {
    Route::Layer(Request::Forward(renyi_erdos::Request::Size(size.0)))
}

fn tell_repair<P: Peer>(notice: Notice<P>) -> Route<Request<P>, Notice<P>> {
    match notice {
        Notice::Delivered(rumor) => {
            Route::Layer(Request::Repair(periodic_gossip::Request::Spread(rumor)))
        }
        other => Route::Application(other),
    }
}

fn tell_application<P: Peer>(notice: Notice<P>) -> Route<Request<P>, Notice<P>> {
    Route::Application(notice)
}

//! Gossip protocols as pure state machines.
//!
//! A [`Protocol`] is what an author writes, against the three interfaces of "The Art of Programming
//! Gossip-based Systems" (Eugster, Felber, Le Fessant, 2007): [randomness](Randomness), the
//! [neighbourhood](Neighborhood), and communication (the methods of [`Context`]). A [`Node`] makes
//! the machine of it: one [`Event`] in, its [`Effect`]s out, and nothing else. The machine reads no
//! clock, no socket and no global source of randomness, so the one that runs on sockets is the one
//! that a model checker explored.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod analysis;
mod effects;
mod index;
mod neighborhood;
mod node;
mod peer;
mod places;
mod protocol;
pub mod protocols;
mod randomness;
pub mod rumor;
pub mod seen;
mod set;
mod stack;
pub mod stacks;
pub mod trace;
mod view;
pub mod wire;

pub use bytes;
pub use rand;

pub use effects::{Effect, Effects, Event};
pub use neighborhood::{MAX_FAILED, Neighborhood, NotAdded};
pub use node::Node;
pub use peer::{Epoch, Peer, SocketPeer};
pub use protocol::{Change, Context, MAX_CHANGES, Never, Outbox, Peers, Protocol, Ticks};
pub use randomness::{
    Bias, Draw, FromRng, MAX_FANOUT, NotAProbability, Positions, Randomness, Recorder, Script,
    first_subset,
};
pub use set::{SET, as_set};
pub use stack::{MAX_REQUESTS, Pending, Route, RouteIn, Wiring};

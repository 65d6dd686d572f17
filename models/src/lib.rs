//! Everything that examines a rumormill machine instead of running it on sockets.
//!
//! A [`World`](world::World) is a group of machines, the network between them, the faults and the
//! application; one event in it is one step of one machine, the very [`Node`](rumormill_core::Node)
//! that a driver runs. [`explore`] enumerates every state of a world and judges properties,
//! [`stateright`] puts the same world before an independent checker, [`story`] tells
//! counterexamples and saves them as traces, and [`suites`] is the catalogue of what is checked.
//! [`as_printed`] takes the listings of the paper at their word, and says what is found in them.
#![forbid(unsafe_code)]

// The copies of the core's files in `bugs` name it.
extern crate alloc;

mod arrows;
pub mod as_printed;
mod bugs;
pub mod diagram;
pub mod draws;
pub mod exact;
pub mod experiments;
pub mod explore;
mod intern;
mod markup;
mod peer;
pub mod plot;
mod renaming;
pub mod simulate;
mod space;
pub mod stateright;

pub mod story;
pub mod suites;
pub mod world;

pub use peer::ModelPeer;

/// An exact probability.
pub type Weight = num_rational::Ratio<u128>;

//! The algorithms of "The Art of Programming Gossip-based Systems" taken literally, line by line, and
//! what the checker finds in them; the formulas of the second text, and the exact figures beside them.
//!
//! Nothing here is meant to be run: [`catalogue`] says of each claim that a reader may make of the
//! listings whether it holds, and the worlds are as small as show it.

pub mod cyclon;
pub mod dissemination;
mod figures;
mod findings;
pub mod gnutella;
pub mod neighbor_management;
pub mod random_walk;
pub mod renyi_erdos;

pub use figures::{Figure, figures};
pub use findings::catalogue;

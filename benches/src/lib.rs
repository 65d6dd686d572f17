//! The machines that are measured, in their steady state, and what arrives at them.
//!
//! The benchmarks themselves are in `benches/`; `peers/`, a workspace of its own, measures the same
//! machines beside those of other crates.
#![forbid(unsafe_code)]

mod arrivals;
mod identity;
mod machines;
mod station;

pub use arrivals::Arrivals;
pub use identity::Identity;
pub use machines::{bare, crowded, roomy, stack};
pub use station::{Station, Tally};

/// How many neighbours a machine has.
pub const NEIGHBORS: u32 = 30;

/// To how many of them it forwards a message.
pub const FANOUT: usize = 5;

/// Of how many origins it remembers what came, which is all that it has room for.
pub const ORIGINS: u32 = 1000;

/// How many messages are made in advance. Few enough that they are still in the fastest cache when
/// their turn comes, as they are in a node that has just decoded them.
pub const BATCH: usize = 60;

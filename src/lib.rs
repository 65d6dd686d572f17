//! Gossip protocols as pure state machines: the machine on the sockets is the machine that was
//! checked.
//!
//! This package gathers the rooms of the project under one name:
//!
//! - everything of [`rumormill_core`] is here: the contract (three small interfaces from which
//!   every gossip protocol is built), the protocols, and the mathematics;
//! - `node`, with the feature of that name: a driver that runs a machine on real sockets;
//! - `models`, with the feature of that name: what examines a machine instead of running it.
//!
//! The command `rumormill` comes with the feature `command`, which is on by default; a library that
//! embeds the core wants `default-features = false`.
#![forbid(unsafe_code)]

pub use rumormill_core::*;

#[cfg(feature = "models")]
pub use rumormill_models as models;
#[cfg(feature = "node")]
pub use rumormill_tokio as node;

#[cfg(all(doctest, feature = "command"))]
mod doctests;

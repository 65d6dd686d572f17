//! Copies of the core's protocols, each with one seeded bug: what shows that a property can fail.
//!
//! The build script makes them from the core's own files, by the one replacement that
//! [`list::Bug`] names, so a copy never falls behind what it is a copy of; a replacement that does
//! not fit exactly once breaks the build.
#![allow(
    dead_code,
    missing_docs,
    unreachable_patterns,
    unreachable_pub,
    unused_imports,
    unused_variables,
    clippy::all
)]

pub mod list;

include!(concat!(env!("OUT_DIR"), "/bugs.rs"));

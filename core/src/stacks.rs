//! Protocols that are built to work together, wired into one.

pub mod broadcast;
pub mod census;
pub mod member;
pub mod neighbors;
pub mod overlay;

//! Protocols that are built to work together, wired into one.

pub mod broadcast;

//! The simulator: against published figures, exact values and the explorer; and that each fault
//! strikes as it is said to.

mod clocks;
mod faults;
mod graphs;
mod lockstep;
mod observers;
mod partitions;
mod replay;
mod support;
mod timers;

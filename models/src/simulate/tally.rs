//! What happened, counted.

use std::collections::BTreeMap;

use super::Fault;

/// What happened in a simulation so far, counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Messages that were handled.
    pub messages: u64,
    /// Timers that fired.
    pub timers: u64,
    /// Requests that were made.
    pub requests: u64,
    /// Messages that were sent, each destination counted.
    pub sent: u64,
    /// Messages that the network lost.
    pub lost: u64,
    /// Messages that arrived where nobody is alive.
    pub fell_flat: u64,
    /// How often a step left something undone because of one of its limits
    /// ([`Effects::overflow`](rumormill_core::Effects::overflow)).
    pub overflow: u64,
    /// How often each of the other faults struck.
    struck: BTreeMap<Fault, u64>,
}

impl Tally {
    /// How many steps the machines took, their starts not counted.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.messages + self.timers + self.requests
    }

    /// How often the fault struck: how many messages it lost, how many machines it stopped or
    /// started.
    #[must_use]
    pub fn struck(&self, fault: Fault) -> u64 {
        match fault {
            Fault::Loss => self.lost,
            _ => self.struck.get(&fault).copied().unwrap_or(0),
        }
    }

    pub(crate) fn strike(&mut self, fault: Fault) {
        *self.struck.entry(fault).or_default() += 1;
    }
}

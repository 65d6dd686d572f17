//! What one process does that tells its targets.

use alloc::vec::Vec;

use super::{Group, Number};

/// One who knows the rumor and sends it to its targets once.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Sender<T> {
    /// For each number of processes that have not heard: how likely it is that 0, 1, 2, … of them
    /// do now.
    hits: Vec<Vec<T>>,
}

impl<T: Number> Sender<T> {
    pub(super) fn new(group: &Group<T>) -> Self {
        Self { hits: group.hits(group.arrives()) }
    }

    /// It sends when 0, 1, 2, … processes are informed with these probabilities; at least one, and
    /// `fewest`, are.
    pub(super) fn send(&self, informed: &mut [T], fewest: usize) {
        for before in (fewest..informed.len()).rev() {
            let probability = core::mem::replace(&mut informed[before], T::from(0));
            let after = &mut informed[before..];
            let hits = &self.hits[after.len() - 1];
            for (after, &hit) in after.iter_mut().zip(hits) {
                *after = *after + probability * hit;
            }
        }
    }
}

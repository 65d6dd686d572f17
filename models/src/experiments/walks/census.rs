//! Where the walks of machines ended, counted period by period.

use std::collections::BTreeMap;

use rumormill_core::protocols::random_walk;
use rumormill_core::stacks::overlay::{Notice, Overlay};

use crate::simulate::{Moment, Observer};

/// Where walks ended.
#[derive(Default)]
pub(super) struct Census {
    /// How many ended at each in this period.
    ends: BTreeMap<u32, u64>,
    /// Pairs of walks that ended in the same period, and those that did so at the same process.
    pairs: u64,
    coincide: u64,
    ended: u64,
    failed: u64,
    /// How many ended where they began, and at who was a neighbour of it then.
    home: u64,
    neighbor: u64,
}

impl Census {
    /// A period is over.
    pub(super) fn close_period(&mut self) {
        let pairs = |count: u64| count * count.saturating_sub(1);
        let ends = std::mem::take(&mut self.ends);
        self.pairs += pairs(ends.values().sum());
        self.coincide += ends.into_values().map(pairs).sum::<u64>();
    }

    /// How much more often two walks of the same period ended at the same process than if the ends
    /// had been uniform among so many. Without bias: sampling noise adds nothing to it on average.
    pub(super) fn excess(&self, nodes: u32) -> f64 {
        self.coincide as f64 * f64::from(nodes) / self.pairs as f64 - 1.0
    }

    /// The share of the walks that ended where they began.
    pub(super) fn home(&self) -> f64 {
        self.home as f64 / self.ended as f64
    }

    /// The share of the walks that ended at who was a neighbour of their origin then.
    pub(super) fn neighbor(&self) -> f64 {
        self.neighbor as f64 / self.ended as f64
    }

    /// The share of the walks that failed.
    pub(super) fn failed(&self) -> f64 {
        self.failed as f64 / (self.ended + self.failed) as f64
    }
}

impl Observer<Overlay<u32>> for Census {
    fn on_notice(&mut self, at: &Moment<'_, Overlay<u32>>, node: u32, notice: &Notice<u32>) {
        match notice {
            Notice::Walk(random_walk::Notice::Ended { at: end, .. }) => {
                let origin = at.group.node(node);
                let is_neighbor = origin.is_some_and(|it| it.neighborhood.contains(end));
                *self.ends.entry(*end).or_default() += 1;
                self.ended += 1;
                self.home += u64::from(*end == node);
                self.neighbor += u64::from(is_neighbor);
            }
            Notice::Walk(random_walk::Notice::Failed { .. }) => self.failed += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of four ends among two, as many coincide as of uniform ones on average: pairs of the same walk
    /// do not count, and neither do those of different periods.
    #[test]
    fn coincidences_are_counted_within_a_period() {
        let mut census = Census::default();
        for ends in [[(0, 3), (1, 1)], [(0, 1), (1, 3)]] {
            census.ends = ends.into();
            census.close_period();
        }
        assert_eq!((census.pairs, census.coincide), (24, 12));
        assert_eq!(census.excess(2), 0.0);
        assert_eq!(census.excess(4), 1.0);
    }
}

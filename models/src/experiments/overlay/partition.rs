//! The network falls in two for a while.

use super::look::{curve, share, until};
use super::{Community, Conditions, MIXING, SPAN};
use crate::experiments::{Experiment, Measure, Outcome};
use crate::simulate::{Graph, Network, Partition, Sides};

/// For some periods no message comes from one side to the other. Then the network is whole again, and
/// the question is whether the overlay becomes so.
#[derive(Clone, Copy, Debug)]
pub struct OverlayPartition {
    /// How many processes there are.
    pub nodes: u32,
    /// How many of them, from 1 to `nodes - 1`, are on the one side.
    pub side: u32,
    /// How many neighbours each has room for, at least 1.
    pub view: u32,
    /// What becomes of messages; a period is [`OVERLAY_PERIOD`](crate::experiments::OVERLAY_PERIOD).
    pub network: Network,
    /// For how many periods the sides are separated, at least 1.
    pub split: u32,
    /// How many periods follow.
    pub periods: u32,
}

/// What part of the links that cross in a random graph is taken to be as many.
const NEARLY: f64 = 0.9;

impl OverlayPartition {
    fn partition(&self) -> Partition {
        let at = |periods: u32| u64::from(periods) * u64::from(SPAN);
        let sides = Sides::Lists(vec![(0..self.side).collect()]);
        Partition { from: at(MIXING), until: at(MIXING + self.split), sides }
    }

    /// The share of the links that lead to the other side.
    fn crossing(&self, graph: &Graph) -> f64 {
        let is_across = |from: u32, to: u32| (from < self.side) != (to < self.side);
        let across = |from: u32| graph.targets(from).iter().filter(move |&&to| is_across(from, to));
        let crossing: usize = (0..graph.size()).map(|from| across(from).count()).sum();
        share(crossing as u64, graph.arrows())
    }

    /// The same in a random graph.
    fn expected(&self) -> f64 {
        let (one, all) = (f64::from(self.side), f64::from(self.nodes));
        2.0 * one * (all - one) / (all * (all - 1.0))
    }
}

impl Experiment for OverlayPartition {
    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::figure("left", "share", "of the links cross when the partition ends"),
            Measure::figure("again", "share", "of the links cross in the end"),
            Measure::event("one", "all hang together in the end"),
            Measure::figure("rejoined", "periods", "after the partition, until all hang together"),
            Measure::figure(
                "mixed",
                "periods",
                "after it, until 0.9 of as many links cross as in a random graph",
            ),
            Measure::curve("crossing", "periods", "share", "of the links lead across"),
            Measure::curve("outside", "periods", "share", "outside of the largest part"),
            Measure::curve("missing", "periods", "share", "of the places in views are empty"),
        ]
    }

    fn run(&self, seed: u64) -> Outcome {
        let partitions = vec![self.partition()];
        let conditions = Conditions { view: self.view, network: self.network, partitions };
        let mut community = Community::random(self.nodes, conditions, seed, ());
        community.periods(MIXING);
        let mut looks = vec![community.look()];
        let mut crossing = vec![self.crossing(&community.graph())];
        for _ in 0..self.split + self.periods {
            community.periods(1);
            looks.push(community.look());
            crossing.push(self.crossing(&community.graph()));
        }
        let healed = self.split as usize;
        let is_mixed = |&share: &f64| share >= NEARLY * self.expected();
        let mixed = crossing[healed..].iter().position(is_mixed);
        Outcome::default()
            .figure("left", crossing[healed])
            .figure("again", crossing.last().copied())
            .event("one", looks.last().is_some_and(|look| look.outside == 0.0))
            .figure("rejoined", until(&looks[healed..], |look| look.outside == 0.0))
            .figure("mixed", mixed.map(|periods| periods as f64))
            .curve("crossing", crossing)
            .curve("outside", curve(&looks, |look| look.outside))
            .curve("missing", curve(&looks, |look| look.missing))
    }
}

#[cfg(test)]
mod tests {
    use super::super::SOUND;
    use super::*;

    fn setting(side: u32, split: u32) -> OverlayPartition {
        let (network, periods) = (SOUND, 20);
        OverlayPartition { nodes: 200, side, view: 10, network, split, periods }
    }

    #[test]
    fn a_short_partition_is_got_over() {
        let outcome = setting(100, 1).run(1);
        let figure = |name| outcome.get(name).expect("a figure");
        assert!(figure("left") > 0.4 && (0.45..0.55).contains(&figure("again")));
        assert_eq!((figure("one"), figure("rejoined")), (1.0, 0.0));
        assert_eq!(outcome.curves["crossing"].len(), 22);
    }

    /// No view holds anybody of the other side any more; but those that have failed are tried again.
    #[test]
    fn halves_that_were_apart_for_long_find_together() {
        let outcome = setting(100, 40).run(1);
        assert_eq!((outcome.get("left"), outcome.get("one")), (Some(0.0), Some(1.0)));
        assert!(outcome.get("rejoined").is_some_and(|periods| (0.0..4.0).contains(&periods)));
        assert!(outcome.get("mixed").is_some());
    }

    /// Who is alone loses everybody, and so turns to its contacts again and again.
    #[test]
    fn one_that_was_cut_off_comes_back() {
        let outcome = setting(1, 40).run(1);
        assert_eq!((outcome.get("left"), outcome.get("one")), (Some(0.0), Some(1.0)));
        assert!(outcome.get("rejoined").is_some_and(|periods| periods > 0.0));
    }

    /// Of four that were cut off, those that are alone begin with their contacts; the others have each
    /// other, search in vain, and ask them.
    #[test]
    fn a_few_that_were_cut_off_come_back() {
        for seed in 0..10 {
            let outcome = setting(4, 40).run(seed);
            let last = |name| outcome.curves[name].last().copied().expect("many periods");
            assert_eq!((outcome.get("one"), last("outside")), (Some(1.0), 0.0), "{seed}");
        }
    }
}

//! Sample & Collide with an ideal sampler: whether its estimate is unbiased, and its interval holds
//! what it promises.

use rumormill_core::analysis::size::sampled;
use rumormill_core::protocols::sample_and_collide::{
    Notice, Request, SampleAndCollide as Machine, Settings,
};
use rumormill_core::rand::SeedableRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::{Effect, Effects, Event, FromRng, Neighborhood, Node, Randomness, Ticks};

use super::{Experiment, Measure, Outcome};

/// A process that is given uniform samples of a group until enough of them collide.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    /// How many processes there are, at least 1.
    pub nodes: u32,
    /// How many samples are to collide, at least 1.
    pub collisions: u16,
    /// The confidence of the interval, between 0 and 1.
    pub confidence: f64,
}

impl Sampling {
    /// How many samples it takes, and how many of them collide.
    fn sample(&self, seed: u64) -> Option<(u32, u16)> {
        let settings = Settings {
            period: Ticks(1),
            collisions: self.collisions,
            walks: 1,
            seen: u16::MAX,
            failures: 0,
        };
        let mut node = Node::new(Neighborhood::of(0, []), Machine::new(settings));
        let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(seed));
        let mut effects = Effects::new();
        node.handle(Event::Request(Request::Estimate), &mut random, &mut effects);
        while node.protocol.drawn().is_some() {
            let sample = if self.nodes > 1 { random.below(self.nodes) } else { 0 };
            node.handle(Event::Request(Request::Sampled(sample)), &mut random, &mut effects);
        }
        effects.iter().find_map(|effect| match effect {
            Effect::Notify(Notice::Collided { samples, collisions }) => Some((samples, collisions)),
            _ => None,
        })
    }
}

impl Experiment for Sampling {
    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::figure("likely", "", "the estimate, as a share of the size"),
            Measure::figure("square", "", "of its error, as a share of the square of the size"),
            Measure::figure("simple", "", "C²/2l in its place"),
            Measure::figure("samples", "samples", "drawn"),
            Measure::event("holds", "the interval holds the size"),
            Measure::figure("low", "", "its lower end, as a share of the size"),
            Measure::figure("high", "", "its upper end, as a share of the size"),
        ]
    }

    fn run(&self, seed: u64) -> Outcome {
        let size = f64::from(self.nodes);
        let Some((samples, collisions)) = self.sample(seed) else { return Outcome::default() };
        let simple = f64::from(samples) * f64::from(samples) / (2.0 * f64::from(collisions));
        let outcome = Outcome::default()
            .figure("samples", f64::from(samples))
            .figure("simple", simple / size);
        let Some(ours) = sampled(samples, collisions.into(), self.confidence) else {
            return outcome;
        };
        let high = ours.high.unwrap_or(u64::MAX);
        let likely = ours.likely / size;
        outcome
            .figure("likely", likely)
            .figure("square", (likely - 1.0) * (likely - 1.0))
            .event("holds", (ours.low..=high).contains(&self.nodes.into()))
            .figure("low", ours.low as f64 / size)
            .figure("high", high as f64 / size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In small groups, where few are left to be new. The interval is to hold the size with probability
    /// 0.9; that it does so 30 times less often than 270 of 300, more than five deviations, has a
    /// probability below 1e-6. The seeds are fixed.
    #[test]
    fn intervals_hold_the_size_as_often_as_they_promise() {
        for (nodes, collisions) in [(5, 20), (50, 3), (200, 20)] {
            let sampling = Sampling { nodes, collisions, confidence: 0.9 };
            let held = (0..300).filter(|&seed| sampling.run(seed).get("holds") == Some(1.0));
            let held = held.count();
            assert!(held >= 240, "{nodes} {collisions}: {held}");
        }
    }

    /// A18 on a smaller group: the mean of 300 estimates has a deviation below 0.02.
    #[test]
    fn the_estimate_is_unbiased_and_the_simple_one_is_not() {
        let sampling = Sampling { nodes: 1000, collisions: 20, confidence: 0.9 };
        let mean = |figure: &str| {
            let value = |seed| sampling.run(seed).get(figure).unwrap_or(f64::NAN);
            (0..300).map(value).sum::<f64>() / 300.0
        };
        assert!((mean("likely") - 1.0).abs() < 0.08, "{}", mean("likely"));
        assert!(mean("simple") > mean("likely") + 0.03);
    }
}

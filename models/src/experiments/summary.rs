//! What many values come to.

use serde::{Deserialize, Serialize};

use super::{Kind, Tally};

/// The confidence level of all intervals in a [`Summary`]: of a hundred, 95 contain the true value.
pub const LEVEL: f64 = 0.95;

/// A normal variable is within so many standard deviations of its mean with the probability
/// [`LEVEL`].
const QUANTILE: f64 = 1.959_963_984_540_054;

/// From how many runs on the mean is taken to be normal. Our choice, and the usual one.
const ENOUGH: u64 = 30;

/// A summary of values.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// How many values there are.
    pub count: u64,
    /// Their mean; of an event, the share of the runs in which it happened.
    pub mean: f64,
    /// Their standard deviation, with n - 1; 0 for a single one.
    pub deviation: f64,
    /// Where the [`LEVEL`] interval for the true mean begins, and where it ends: for events that of
    /// Wilson (1927); for others the normal one, `mean ± 1.96 deviation / sqrt(count)`, by the
    /// central limit theorem, from 30 values on.
    pub interval: Option<(f64, f64)>,
    /// The least value.
    pub least: f64,
    /// The value that 5 % do not exceed.
    pub low: f64,
    /// The value that half of them do not exceed.
    pub median: f64,
    /// The value that 95 % do not exceed.
    pub high: f64,
    /// The greatest value.
    pub greatest: f64,
}

impl Summary {
    /// The summary of a measure; `None` where no run has it.
    #[must_use]
    pub fn of(values: &Tally, kind: &Kind) -> Option<Self> {
        let (least, greatest) = values.ends()?;
        let (count, mean) = (values.total(), values.mean()?);
        let deviation = values.deviation().unwrap_or(0.0);
        let interval = match kind {
            Kind::Event => Some(wilson(mean * count as f64, count)),
            _ => (count >= ENOUGH).then(|| {
                let reach = QUANTILE * deviation / libm::sqrt(count as f64);
                (mean - reach, mean + reach)
            }),
        };
        let (low, median) = (values.quantile(0.05)?, values.quantile(0.5)?);
        let high = values.quantile(0.95)?;
        Some(Self { count, mean, deviation, interval, least, low, median, high, greatest })
    }
}

/// The interval of Wilson (1927) for a probability, of which there were so many hits in so many
/// runs, at the level [`LEVEL`]. On average it contains the probability as often as it should,
/// also near 0 and 1.
#[must_use]
pub fn wilson(hits: f64, runs: u64) -> (f64, f64) {
    let (runs, square) = (runs as f64, QUANTILE * QUANTILE);
    let middle = (hits + square / 2.0) / (runs + square);
    let spread = hits * (runs - hits) / runs + square / 4.0;
    let reach = QUANTILE * libm::sqrt(spread) / (runs + square);
    ((middle - reach).max(0.0), (middle + reach).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normal_variable_is_within_the_quantile_as_often_as_it_should() {
        let beyond = libm::erfc(QUANTILE * std::f64::consts::FRAC_1_SQRT_2);
        assert!((beyond - (1.0 - LEVEL)).abs() < 1e-12, "{beyond}");
    }

    /// The ends are the probabilities from which the share is just so many deviations away.
    #[test]
    fn wilsons_ends_solve_wilsons_equation() {
        for (hits, runs) in [(0.0, 10), (1.0, 10), (37.0, 100), (100.0, 100), (5.0, 100_000)] {
            let (low, high) = wilson(hits, runs);
            let share = hits / runs as f64;
            for end in [low, high] {
                let deviation = (end * (1.0 - end) / runs as f64).sqrt();
                let off = (share - end).abs() - QUANTILE * deviation;
                assert!(off.abs() < 1e-12 || end == 0.0 || end == 1.0, "{hits} of {runs}: {end}");
            }
            assert!(low <= share && share <= high);
        }
        assert_eq!(wilson(0.0, 10).0, 0.0);
    }

    #[test]
    fn few_values_have_no_interval() {
        let values = |count: u32| (0..count).map(f64::from).collect::<Tally>();
        let interval = |count| Summary::of(&values(count), &Kind::Figure).expect("some").interval;
        assert_eq!((interval(1), interval(29)), (None, None));
        let (low, high) = interval(30).expect("enough");
        assert!((low + high - 29.0).abs() < 1e-12);
        assert!((high - low - 2.0 * QUANTILE * (77.5_f64 / 30.0).sqrt()).abs() < 1e-12);
        assert_eq!(Summary::of(&values(0), &Kind::Figure), None);
    }

    /// Of intervals at random, as many contain the truth as the level says, within four standard
    /// errors: a false alarm has a probability below 1e-4, and the seed is fixed.
    #[test]
    fn intervals_contain_the_truth_as_often_as_they_say() {
        use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
        use rumormill_core::rand::{RngExt, SeedableRng};
        const TRIALS: u32 = 4000;
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut hits = 0;
        for _ in 0..TRIALS {
            let values: Tally = (0..100).map(|_| f64::from(random.random_range(0..1000))).collect();
            let summary = Summary::of(&values, &Kind::Figure).expect("values");
            let (low, high) = summary.interval.expect("enough");
            hits += u32::from((low..=high).contains(&499.5));
        }
        let share = f64::from(hits) / f64::from(TRIALS);
        let error = (LEVEL * (1.0 - LEVEL) / f64::from(TRIALS)).sqrt();
        assert!((share - LEVEL).abs() < 4.0 * error, "{share}");
    }
}

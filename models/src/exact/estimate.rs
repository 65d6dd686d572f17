//! What random runs say of a number, and how far off that is from the exact one.
//!
//! All functions come from `libm`, so that the same runs give the same bits everywhere.

use serde::Serialize;

use super::Answer;

/// How likely an interval misses the number: they are intervals of 99.9 %.
const MISSED: f64 = 0.001;

/// A normal variable is farther than this from its mean with the probability [`MISSED`].
const QUANTILE: f64 = 3.290_526_731_491_895;

/// A number, as random runs have it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Estimate {
    /// A probability: so many hits in independent runs. Its interval is that of Clopper and Pearson
    /// (1934), which misses with no more than the nominal probability, whatever the number is.
    Share {
        /// Runs in which it was so.
        hits: u64,
        /// All runs.
        runs: u64,
    },
    /// An expectation: the mean of independent runs. Its interval rests on the central limit theorem:
    /// it assumes that the mean of so many runs is normal, with the deviation that the sample has.
    Mean {
        /// The sample's mean.
        mean: f64,
        /// The deviation of the mean: that of the sample over the root of the number of runs.
        error: f64,
    },
}

/// An estimate beside the exact number.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Sampled {
    /// The estimate itself.
    pub mean: f64,
    /// Where the 99.9 % interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// Whether the exact number is in it.
    pub contains_exact: bool,
    /// How likely an estimate is at least as far off, on either side, if the exact number is right.
    pub p_value: f64,
}

impl Estimate {
    /// The share of hits.
    #[must_use]
    pub fn share(hits: usize, runs: usize) -> Self {
        Self::Share { hits: hits as u64, runs: runs as u64 }
    }

    /// The mean of what runs came to, of which there must be two at least. The sums are exact.
    #[must_use]
    pub fn mean(values: impl Iterator<Item = u64> + Clone) -> Self {
        let runs = values.clone().count() as u128;
        let sum: u128 = values.clone().map(u128::from).sum();
        let squares: u128 = values.map(|value| u128::from(value) * u128::from(value)).sum();
        let variance = (runs * squares - sum * sum) as f64 / (runs * (runs - 1)) as f64;
        Self::Mean { mean: sum as f64 / runs as f64, error: libm::sqrt(variance / runs as f64) }
    }

    /// Compares it with the exact answer, if that is a number.
    #[must_use]
    pub fn against(&self, exact: &Answer) -> Option<Sampled> {
        let (least, greatest) = match exact {
            Answer::Exact(_) => {
                let number = exact.approximately()?;
                (number, number)
            }
            Answer::Between(low, high) => (*low, *high),
            Answer::Infinite | Answer::Unknown => return None,
        };
        let (mean, (low, high)) = (self.value(), self.interval());
        let contains_exact = low <= greatest && least <= high;
        let p_value = self.p_value(mean.clamp(least, greatest));
        Some(Sampled { mean, low, high, contains_exact, p_value })
    }

    fn value(&self) -> f64 {
        match *self {
            Self::Share { hits, runs } => hits as f64 / runs as f64,
            Self::Mean { mean, .. } => mean,
        }
    }

    /// The 99.9 % interval.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        match *self {
            Self::Share { hits, runs } => {
                (least_share(hits, runs), 1.0 - least_share(runs - hits, runs))
            }
            Self::Mean { mean, error } => (mean - QUANTILE * error, mean + QUANTILE * error),
        }
    }

    /// How likely an estimate is at least as far off, on either side, if this is the number.
    fn p_value(&self, number: f64) -> f64 {
        match *self {
            Self::Share { hits, runs } => {
                let (above, below) = tails(hits, runs, number);
                (2.0 * above.min(below)).min(1.0)
            }
            Self::Mean { mean, .. } if mean == number => 1.0,
            Self::Mean { mean, error } => {
                libm::erfc((mean - number).abs() / error * std::f64::consts::FRAC_1_SQRT_2)
            }
        }
    }
}

/// The probability with which as many hits, or more, come half as likely as an interval misses; by
/// bisection, from below.
fn least_share(hits: u64, runs: u64) -> f64 {
    let (mut low, mut high) = (0.0, hits as f64 / runs as f64);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return low;
        }
        let (above, _) = tails(hits, runs, middle);
        *(if above < MISSED / 2.0 { &mut low } else { &mut high }) = middle;
    }
}

/// How likely a binomial variable is at least, and at most, `hits`.
fn tails(hits: u64, runs: u64, probability: f64) -> (f64, f64) {
    let here = binomial(hits, runs, probability);
    if hits as f64 > runs as f64 * probability {
        let above = tail(hits, runs, probability);
        (above, 1.0 - above + here)
    } else {
        let below = tail(runs - hits, runs, 1.0 - probability);
        (1.0 - below + here, below)
    }
}

/// How likely a binomial variable is at least `hits`, which is no less than its mean: the sum of
/// terms that fall, until they make no difference.
fn tail(hits: u64, runs: u64, probability: f64) -> f64 {
    let mut term = binomial(hits, runs, probability);
    let mut sum = term;
    for hits in hits..runs {
        let odds = (runs - hits) as f64 / (hits + 1) as f64;
        term *= odds * probability / (1.0 - probability);
        if sum + term == sum {
            break;
        }
        sum += term;
    }
    sum
}

/// How likely a binomial variable is `hits`.
fn binomial(hits: u64, runs: u64, probability: f64) -> f64 {
    let misses = runs - hits;
    let ways = log_factorial(runs) - log_factorial(hits) - log_factorial(misses);
    let each = times_log(hits, probability) + times_log(misses, 1.0 - probability);
    libm::exp(ways + each)
}

fn log_factorial(number: u64) -> f64 {
    libm::lgamma(number as f64 + 1.0)
}

/// The logarithm of a power; that of 0 to the power of 0 is 0.
fn times_log(exponent: u64, base: f64) -> f64 {
    if exponent == 0 { 0.0 } else { exponent as f64 * libm::log(base) }
}

#[cfg(test)]
mod tests {
    use num_rational::BigRational;

    use super::*;

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-12 * other.abs()
    }

    #[test]
    fn a_normal_variable_is_beyond_the_quantile_as_seldom_as_it_should() {
        let beyond = libm::erfc(QUANTILE * std::f64::consts::FRAC_1_SQRT_2);
        assert!(near(beyond, MISSED), "{beyond}");
    }

    /// Summed in fractions, as far as fractions of 128 bits reach.
    #[test]
    fn tails_are_sums_of_binomial_terms() {
        let (runs, third) = (20_u64, 1.0 / 3.0);
        let ways = |hits: u64| (0..hits).fold(1_u64, |ways, i| ways * (runs - i) / (i + 1));
        let term = |hits: u64| (ways(hits) << (runs - hits)) as f64 / 3_f64.powi(20);
        for hits in 0..=runs {
            let (above, below) = tails(hits, runs, third);
            assert!(near(above, (hits..=runs).map(term).sum()), "at least {hits}: {above}");
            assert!(near(below, (0..=hits).map(term).sum()), "at most {hits}: {below}");
        }
        assert_eq!(tails(0, 7, 0.0), (1.0, 1.0));
        assert_eq!(tails(7, 7, 1.0), (1.0, 1.0));
        assert_eq!(tails(6, 7, 1.0).1, 0.0);
    }

    /// Where nothing or everything is a hit, the bound is known in closed form.
    #[test]
    fn the_interval_of_a_share_is_that_of_clopper_and_pearson() {
        for runs in [10, 1000, 100_000] {
            let (low, high) = Estimate::share(runs, runs).interval();
            assert!((low.powf(runs as f64) / (MISSED / 2.0) - 1.0).abs() < 1e-6, "{low}");
            assert_eq!(high, 1.0);
            let (none, some) = Estimate::share(0, runs).interval();
            assert_eq!(none, 0.0);
            assert!((some - (1.0 - low)).abs() < 1e-15);
        }
    }

    /// Its coverage, summed over all that can come: never less than promised.
    #[test]
    fn the_interval_of_a_share_misses_no_more_often_than_it_may() {
        let runs = 60;
        let intervals: Vec<_> = (0..=runs)
            .map(|hits| Estimate::share(hits as usize, runs as usize).interval())
            .collect();
        for percent in 0..=100 {
            let probability = f64::from(percent) / 100.0;
            let misses = (0..=runs).filter(|&hits| {
                let (low, high) = intervals[hits as usize];
                !(low..=high).contains(&probability)
            });
            let missed: f64 = misses.map(|hits| binomial(hits, runs, probability)).sum();
            assert!(missed <= MISSED, "{probability}: {missed}");
        }
    }

    #[test]
    fn a_mean_has_the_deviation_of_its_sample() {
        let estimate = Estimate::mean([1, 2, 3, 6].into_iter());
        let Estimate::Mean { mean, error } = estimate else { panic!("a mean") };
        // Squares of the deviations: 4 + 1 + 0 + 9 = 14.
        assert_eq!(mean, 3.0);
        assert!(near(error, (14.0_f64 / 3.0 / 4.0).sqrt()));
    }

    fn fraction(text: &str) -> Answer {
        Answer::Exact(text.parse::<BigRational>().expect("a fraction"))
    }

    #[test]
    fn what_is_far_off_is_missed_and_implausible() {
        let half = Estimate::share(5050, 10_000);
        let close = half.against(&fraction("1/2")).expect("a number");
        assert!(close.contains_exact && close.p_value > 0.1, "{close:?}");
        let far = half.against(&fraction("2/5")).expect("a number");
        assert!(!far.contains_exact && far.p_value < 1e-20, "{far:?}");
        let between = half.against(&Answer::Between(0.4, 0.5049)).expect("a number");
        assert!(between.contains_exact && between.p_value > 0.9, "{between:?}");
        let never = half.against(&fraction("0")).expect("a number");
        assert_eq!((never.contains_exact, never.p_value), (false, 0.0));
        assert_eq!(half.against(&Answer::Infinite), None);
        let constant = Estimate::mean([2, 2, 2].into_iter());
        assert!(constant.against(&fraction("2")).is_some_and(|two| two.contains_exact));
        assert!(constant.against(&fraction("3")).is_some_and(|three| three.p_value == 0.0));
    }
}

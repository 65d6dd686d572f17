//! How long messages take.

use std::f64::consts::TAU;

use super::chance::{Source, below, unit};

/// How long a message takes, in thousandths of a tick; drawn for each destination by itself, so
/// messages overtake each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Latency {
    /// Always so long.
    Constant(u64),
    /// Each time between these with the same probability.
    Uniform {
        /// The shortest.
        least: u64,
        /// The longest; not below `least`.
        most: u64,
    },
    /// A time that it takes at least, and an exponentially distributed one on top.
    Exponential {
        /// The shortest.
        least: u64,
        /// The mean of what is on top.
        mean_excess: u64,
    },
    /// Its logarithm is normally distributed: most messages are about as fast as the median, and a
    /// few take many times as long.
    LogNormal {
        /// Half of the messages are faster.
        median: u64,
        /// The standard deviation of the natural logarithm, in thousandths.
        spread: u32,
    },
}

impl Latency {
    #[inline]
    pub(crate) fn draw(self, source: &mut Source) -> u64 {
        match self {
            Self::Constant(time) => time,
            Self::Uniform { least, most } => {
                least + below(source, (most - least).saturating_add(1))
            }
            Self::Exponential { least, mean_excess } => {
                least.saturating_add(rounded(-libm::log(unit(source)) * mean_excess as f64))
            }
            Self::LogNormal { median, spread } => {
                let exponent = normal(source) * f64::from(spread) / 1000.0;
                rounded(libm::exp(exponent) * median as f64)
            }
        }
    }
}

/// To the next integer; what is too large is the largest one.
fn rounded(time: f64) -> u64 {
    libm::round(time) as u64
}

/// Normally distributed with mean 0 and variance 1 (G. Box, M. Muller 1958).
fn normal(source: &mut Source) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log(unit(source)));
    radius * libm::cos(TAU * unit(source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rumormill_core::FromRng;
    use rumormill_core::rand::SeedableRng;
    use rumormill_core::rand::rngs::Xoshiro256PlusPlus;

    const DRAWS: usize = 100_000;

    fn drawn(latency: Latency) -> Vec<f64> {
        let mut source = FromRng(Xoshiro256PlusPlus::seed_from_u64(1));
        (0..DRAWS).map(|_| latency.draw(&mut source) as f64).collect()
    }

    /// Mean and standard deviation.
    fn moments(times: &[f64]) -> (f64, f64) {
        let count = times.len() as f64;
        let mean = times.iter().sum::<f64>() / count;
        let variance = times.iter().map(|time| (time - mean) * (time - mean)).sum::<f64>() / count;
        (mean, variance.sqrt())
    }

    /// The mean lies within 4.5 standard errors of what is said: a false alarm has probability below
    /// 1e-5. The deviation lies within 2 %, which is more than 4.5 of its standard errors: at most
    /// 0.32 % for an exponential distribution.
    fn has_moments(times: &[f64], mean: f64, deviation: f64) {
        let measured = moments(times);
        let error = deviation / (times.len() as f64).sqrt();
        assert!((measured.0 - mean).abs() < 4.5 * error, "{measured:?}, not {mean}");
        assert!((measured.1 / deviation - 1.0).abs() < 0.02, "{measured:?}, not {deviation}");
    }

    #[test]
    fn each_distribution_has_its_moments() {
        assert!(drawn(Latency::Constant(7)).iter().all(|&time| time == 7.0));

        let uniform = drawn(Latency::Uniform { least: 1000, most: 3000 });
        assert!(uniform.iter().all(|time| (1000.0..=3000.0).contains(time)));
        has_moments(&uniform, 2000.0, 2000.0 / 12_f64.sqrt());

        let exponential = drawn(Latency::Exponential { least: 500, mean_excess: 2000 });
        assert!(exponential.iter().all(|&time| time >= 500.0));
        has_moments(&exponential, 2500.0, 2000.0);

        let logarithms: Vec<f64> = drawn(Latency::LogNormal { median: 1_000_000, spread: 500 })
            .into_iter()
            .map(|time| (time / 1e6).ln())
            .collect();
        has_moments(&logarithms, 0.0, 0.5);
    }

    #[test]
    fn the_ends_of_a_uniform_latency_are_reached() {
        let dice = drawn(Latency::Uniform { least: 1, most: 6 });
        for face in 1..=6 {
            assert!(dice.contains(&f64::from(face)));
        }
        let mut source = FromRng(Xoshiro256PlusPlus::seed_from_u64(1));
        Latency::Uniform { least: 0, most: u64::MAX }.draw(&mut source);
    }
}

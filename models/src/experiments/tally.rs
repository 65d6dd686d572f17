//! How often each value came.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How often each value came. Whatever is computed from it depends on nothing else: not on the order
/// in which the values came, nor on where.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(into = "Vec<(f64, u64)>", try_from = "Vec<(f64, u64)>")]
pub struct Tally {
    counts: BTreeMap<Finite, u64>,
    total: u64,
}

/// A finite number; there is only one zero.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Finite(f64);

impl Eq for Finite {}

impl PartialOrd for Finite {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Finite {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Tally {
    /// Counts a value so many times more. One that is no finite number is not counted.
    pub fn add(&mut self, value: f64, times: u64) {
        if value.is_finite() && times > 0 {
            // Adding a positive zero turns a negative one into it.
            *self.counts.entry(Finite(value + 0.0)).or_insert(0) += times;
            self.total += times;
        }
    }

    /// Counts all that another one counted.
    pub fn absorb(&mut self, other: &Self) {
        other.iter().for_each(|(value, times)| self.add(value, times));
    }

    /// How many values were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The values, ascending, and how often each came.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> {
        self.counts.iter().map(|(value, &times)| (value.0, times))
    }

    /// The least and the greatest value, if there is one.
    #[must_use]
    pub fn ends(&self) -> Option<(f64, f64)> {
        let (first, last) = (self.counts.first_key_value()?, self.counts.last_key_value()?);
        Some((first.0.0, last.0.0))
    }

    /// The mean; `None` where nothing was counted.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let sum: f64 = self.iter().map(|(value, times)| value * times as f64).sum();
        (self.total > 0).then(|| sum / self.total as f64)
    }

    /// The sample's standard deviation, with n - 1; `None` for fewer than two values.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        let mean = self.mean().filter(|_| self.total > 1)?;
        let square = |value: f64| (value - mean) * (value - mean);
        let squares: f64 = self.iter().map(|(value, times)| square(value) * times as f64).sum();
        Some(libm::sqrt(squares / (self.total - 1) as f64))
    }

    /// The least value such that the `share`, from 0 to 1, of all values are no greater; `None` where
    /// nothing was counted.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = libm::ceil(share * self.total as f64) as u64;
        let mut seen = 0;
        let reaches = |&(_, times): &(f64, u64)| {
            seen += times;
            seen >= wanted
        };
        self.iter().find(reaches).map(|(value, _)| value)
    }
}

impl FromIterator<f64> for Tally {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut tally = Self::default();
        values.into_iter().for_each(|value| tally.add(value, 1));
        tally
    }
}

impl From<Tally> for Vec<(f64, u64)> {
    fn from(tally: Tally) -> Self {
        tally.iter().collect()
    }
}

/// Why a list is no tally.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
#[error("values of a tally ascend, and each came at least once; {0} is out of place")]
pub struct NotATally(f64);

impl TryFrom<Vec<(f64, u64)>> for Tally {
    type Error = NotATally;

    fn try_from(pairs: Vec<(f64, u64)>) -> Result<Self, NotATally> {
        let mut tally = Self::default();
        for (value, times) in pairs {
            let is_next = tally.ends().is_none_or(|(_, last)| last < value);
            if !is_next || !value.is_finite() || times == 0 {
                return Err(NotATally(value));
            }
            tally.total.checked_add(times).ok_or(NotATally(value))?;
            tally.add(value, times);
        }
        Ok(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(values: &[f64]) -> Tally {
        values.iter().copied().collect()
    }

    #[test]
    fn figures_of_a_small_sample_are_those_by_hand() {
        let one = tally(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!((one.mean(), one.total(), one.ends()), (Some(5.0), 8, Some((2.0, 9.0))));
        assert!((one.deviation().expect("eight values") - (32.0_f64 / 7.0).sqrt()).abs() < 1e-15);
        let quantiles = [0.0, 0.125, 0.126, 0.5, 0.51, 1.0].map(|share| one.quantile(share));
        assert_eq!(quantiles, [2.0, 2.0, 4.0, 4.0, 5.0, 9.0].map(Some));
    }

    #[test]
    fn of_nothing_nothing_is_said() {
        let none = tally(&[f64::NAN, f64::INFINITY]);
        assert_eq!((none.total(), none.mean(), none.quantile(0.5)), (0, None, None));
        assert_eq!(tally(&[1.0]).deviation(), None);
    }

    #[test]
    fn the_order_makes_no_difference_and_both_zeros_are_one() {
        let mut one = tally(&[0.1, -0.0, 0.7, 0.1]);
        assert_eq!(one, tally(&[0.1, 0.1, 0.7, 0.0]));
        one.absorb(&tally(&[0.7, 3.0]));
        assert_eq!(one, tally(&[3.0, 0.7, 0.7, 0.1, 0.1, 0.0]));
    }

    #[test]
    fn a_file_cannot_smuggle_in_a_broken_tally() {
        let read = |pairs: &[(f64, u64)]| Tally::try_from(pairs.to_vec());
        assert_eq!(read(&[(0.5, 2), (1.0, 1)]), Ok(tally(&[1.0, 0.5, 0.5])));
        for broken in [&[(1.0, 1), (0.5, 1)][..], &[(1.0, 1), (1.0, 1)], &[(1.0, 0)]] {
            assert!(read(broken).is_err(), "{broken:?}");
        }
        assert!(read(&[(f64::NAN, 1)]).is_err() && read(&[(0.0, u64::MAX), (1.0, 1)]).is_err());
    }
}

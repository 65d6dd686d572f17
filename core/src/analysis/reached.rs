//! How many processes a rumor has reached.

use alloc::vec;
use alloc::vec::Vec;

use super::group::count;
use super::{Number, sum};

/// How many processes know the rumor, of those that have not crashed: the probability of each
/// number.
#[derive(Clone, PartialEq, Debug)]
pub struct Reached<T>(Vec<T>);

impl<T: Number> Reached<T> {
    /// Certainly `informed` of `alive`.
    pub(super) fn certainly(informed: usize, alive: usize) -> Self {
        let mut probabilities = vec![T::from(0); alive + 1];
        probabilities[informed] = T::from(1);
        Self(probabilities)
    }

    pub(super) fn from_probabilities(probabilities: Vec<T>) -> Self {
        Self(probabilities)
    }

    /// The probabilities of 0, 1, 2, … informed processes, up to all that are alive.
    #[must_use]
    pub fn probabilities(&self) -> &[T] {
        &self.0
    }

    /// The probability that exactly so many know it.
    #[must_use]
    pub fn exactly(&self, informed: usize) -> T {
        self.0.get(informed).copied().unwrap_or(T::from(0))
    }

    /// The probability that so many or more know it.
    #[must_use]
    pub fn at_least(&self, informed: usize) -> T {
        sum(self.0.iter().copied().skip(informed))
    }

    /// The probability that fewer know it.
    #[must_use]
    pub fn fewer_than(&self, informed: usize) -> T {
        sum(self.0.iter().copied().take(informed))
    }

    /// The probability that all who are alive know it.
    #[must_use]
    pub fn everybody(&self) -> T {
        self.exactly(self.0.len() - 1)
    }

    /// The expected number of those who know it.
    #[must_use]
    pub fn mean(&self) -> T {
        let numbered = self.0.iter().enumerate();
        sum(numbered.map(|(informed, &probability)| count::<T>(informed) * probability))
    }

    /// The expected share of those who know it among those who are alive, from 0 to 1.
    #[must_use]
    pub fn coverage(&self) -> T {
        self.mean() / count(self.0.len() - 1)
    }
}

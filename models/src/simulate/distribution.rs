//! How often each of some small numbers occurs.

/// A histogram of numbers that are counted, as the in-degrees of a graph are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Distribution {
    /// How often each number occurs; the last one does.
    counts: Vec<u64>,
    total: u64,
}

impl FromIterator<u32> for Distribution {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        let mut distribution = Self::default();
        numbers.into_iter().for_each(|number| distribution.add(number));
        distribution
    }
}

impl Distribution {
    fn add(&mut self, number: u32) {
        let place = number as usize;
        if place >= self.counts.len() {
            self.counts.resize(place + 1, 0);
        }
        self.counts[place] += 1;
        self.total += 1;
    }

    /// How many numbers there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How often this number occurs.
    #[must_use]
    pub fn count(&self, number: u32) -> u64 {
        self.counts.get(number as usize).copied().unwrap_or(0)
    }

    /// Each number that occurs, ascending, and how often.
    pub fn counts(&self) -> impl Iterator<Item = (u32, u64)> {
        let numbered = (0..).zip(self.counts.iter().copied());
        numbered.filter(|&(_, count)| count > 0)
    }

    /// The smallest.
    #[must_use]
    pub fn min(&self) -> Option<u32> {
        self.counts().next().map(|(number, _)| number)
    }

    /// The greatest.
    #[must_use]
    pub fn max(&self) -> Option<u32> {
        self.counts.len().checked_sub(1).map(|last| last as u32)
    }

    /// The mean; `None` where there are no numbers.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let sum: u128 =
            self.counts().map(|(number, count)| u128::from(number) * u128::from(count)).sum();
        (self.total > 0).then(|| sum as f64 / self.total as f64)
    }

    /// The standard deviation of all numbers (their mean squared deviation is divided by how many
    /// they are); `None` where there are no numbers.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        let mean = self.mean()?;
        let squares = self.counts().map(|(number, count)| {
            let deviation = f64::from(number) - mean;
            deviation * deviation * count as f64
        });
        Some(libm::sqrt(squares.sum::<f64>() / self.total as f64))
    }

    /// The share of the numbers from `least` to `most`, both included; `None` where there are no
    /// numbers.
    #[must_use]
    pub fn share(&self, least: u32, most: u32) -> Option<f64> {
        let within = self.counts().filter(|(number, _)| (least..=most).contains(number));
        let count: u64 = within.map(|(_, count)| count).sum();
        (self.total > 0).then(|| count as f64 / self.total as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_shares_are_those_of_the_list() {
        let distribution: Distribution = [2, 4, 4, 4, 5, 5, 7, 9].into_iter().collect();
        assert_eq!(distribution.mean(), Some(5.0));
        assert_eq!(distribution.deviation(), Some(2.0));
        assert_eq!((distribution.min(), distribution.max()), (Some(2), Some(9)));
        assert_eq!((distribution.total(), distribution.count(4), distribution.count(3)), (8, 3, 0));
        assert_eq!(distribution.share(4, 5), Some(5.0 / 8.0));
        let counts: Vec<_> = distribution.counts().collect();
        assert_eq!(counts, [(2, 1), (4, 3), (5, 2), (7, 1), (9, 1)]);
    }

    #[test]
    fn there_is_nothing_to_say_about_no_numbers() {
        let none = Distribution::default();
        assert_eq!((none.min(), none.max(), none.total()), (None, None, 0));
        assert_eq!((none.mean(), none.deviation(), none.share(0, 9)), (None, None, None));
    }
}

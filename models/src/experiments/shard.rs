//! Parts of a sweep, for machines that know nothing of each other.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The part of a whole that is done here. Those of one whole are disjoint and complete.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "(u64, u64)", into = "(u64, u64)")]
pub struct Shard {
    number: u64,
    of: u64,
}

/// Why something is no shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a shard is a number from 1 on and how many there are in all, such as 3/16")]
pub struct NotAShard;

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// The shard of this number, from 1 on, of so many.
    ///
    /// # Errors
    /// When there is no such shard.
    pub fn new(number: u64, of: u64) -> Result<Self, NotAShard> {
        if (1..=of).contains(&number) { Ok(Self { number, of }) } else { Err(NotAShard) }
    }

    /// Its number, from 1 on.
    #[must_use]
    pub fn number(self) -> u64 {
        self.number
    }

    /// How many there are.
    #[must_use]
    pub fn of(self) -> u64 {
        self.of
    }

    /// Whether it is all of it.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.of == 1
    }

    /// Which of so many jobs are done here, ascending: every so manyth, so that each shard has its
    /// part of the long and of the short ones.
    pub fn jobs(self, jobs: u64) -> impl Iterator<Item = u64> {
        (0..self.count(jobs)).map(move |place| self.job(place))
    }

    /// How many of so many jobs are done here.
    #[must_use]
    pub fn count(self, jobs: u64) -> u64 {
        jobs.saturating_sub(self.number - 1).div_ceil(self.of)
    }

    /// The number of the job that is done at this place.
    pub(super) fn job(self, place: u64) -> u64 {
        self.number - 1 + place * self.of
    }
}

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let (number, of) = text.split_once('/').ok_or(NotAShard)?;
        let read = |text: &str| text.parse::<u64>().map_err(|_not_a_number| NotAShard);
        Self::new(read(number)?, read(of)?)
    }
}

impl TryFrom<(u64, u64)> for Shard {
    type Error = NotAShard;

    fn try_from((number, of): (u64, u64)) -> Result<Self, NotAShard> {
        Self::new(number, of)
    }
}

impl From<Shard> for (u64, u64) {
    fn from(shard: Shard) -> Self {
        (shard.number, shard.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_disjoint_and_complete() {
        for of in 1..7 {
            for jobs in 0..20 {
                let shards = (1..=of).map(|number| Shard::new(number, of).expect("a shard"));
                let count = |shard: Shard| shard.jobs(jobs).count() as u64 == shard.count(jobs);
                let shards: Vec<_> = shards.collect();
                assert!(shards.iter().all(|&shard| count(shard)));
                let mut all: Vec<_> = shards.iter().flat_map(|shard| shard.jobs(jobs)).collect();
                all.sort_unstable();
                assert_eq!(all, (0..jobs).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_shard_reads_as_it_is_written() {
        assert_eq!("3/16".parse(), Shard::new(3, 16));
        assert_eq!("3/16".parse::<Shard>().map(|shard| shard.to_string()), Ok("3/16".into()));
        for wrong in ["", "3", "0/3", "4/3", "1/0", "a/3", "1/2/3", "-1/3", "1/"] {
            assert_eq!(wrong.parse::<Shard>(), Err(NotAShard), "{wrong}");
        }
    }
}

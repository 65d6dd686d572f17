//! What a sweep came to, whole or in shards.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Grid, Kind, Measure, Point, Record, RecordError, Shard, Summary};

/// What makes two sweeps the same.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// The name of the experiment.
    pub experiment: String,
    /// The version of the program that ran it.
    pub version: String,
    /// The master seed.
    pub seed: u64,
    /// The runs at each point, in all shards together.
    pub runs: u64,
    /// The values of each parameter.
    pub parameters: Grid,
    /// What is measured.
    pub measures: Vec<Measure>,
}

/// What a sweep came to, or a shard of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Results {
    /// Which sweep it is.
    #[serde(flatten)]
    pub header: Header,
    /// Which part of it.
    pub shard: Shard,
    /// The points of the grid, in its order.
    pub points: Vec<At>,
}

/// What came of a point.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct At {
    /// The parameters.
    pub point: Point,
    /// What the runs came to.
    pub record: Record,
}

/// Why shards are not put together.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MergeError {
    /// There are none.
    #[error("there is nothing to be put together; name the files of all shards")]
    Nothing,
    /// They are not of one sweep.
    #[error(
        "shards {0} and {1} are of different sweeps: their {2} differs; name the files of one sweep"
    )]
    Different(Shard, Shard, &'static str),
    /// They divide the whole differently.
    #[error("shard {0} is one of {of}, and shard {1} one of {other}", of = .0.of(), other = .1.of())]
    Division(Shard, Shard),
    /// Two are the same.
    #[error("shard {0} is there twice; name each file once")]
    Twice(Shard),
    /// Some are not there.
    #[error("{} of the shards are missing, the first of them {}", .0.len(), .0[0])]
    Missing(Vec<Shard>),
    /// One does not hold the runs that are its own.
    #[error("shard {0} does not hold the runs that are its own; run it again")]
    Incomplete(Shard),
    /// The runs of two overlap, although the shards do not.
    #[error("shard {0} overlaps with others: {1}")]
    Overlap(Shard, RecordError),
}

impl Results {
    /// Puts the shards of one sweep together. What comes out is, to the last bit, what one program
    /// comes to that runs all of it.
    ///
    /// # Errors
    /// When they are not all the shards of one sweep, each once and complete.
    pub fn merge(shards: &[Self]) -> Result<Self, MergeError> {
        let first = shards.first().ok_or(MergeError::Nothing)?;
        let mut seen = BTreeSet::new();
        for other in shards {
            first.same_sweep(other)?;
            if !seen.insert(other.shard) {
                return Err(MergeError::Twice(other.shard));
            }
            if !other.is_complete() {
                return Err(MergeError::Incomplete(other.shard));
            }
        }
        let all = (1..=first.shard.of()).filter_map(|n| Shard::new(n, first.shard.of()).ok());
        let missing: Vec<_> = all.filter(|shard| !seen.contains(shard)).take(1000).collect();
        if !missing.is_empty() {
            return Err(MergeError::Missing(missing));
        }
        let mut whole = Self { shard: Shard::WHOLE, ..first.clone() };
        for other in &shards[1..] {
            for (ours, theirs) in whole.points.iter_mut().zip(&other.points) {
                let merged = ours.record.merge(&theirs.record);
                merged.map_err(|error| MergeError::Overlap(other.shard, error))?;
            }
        }
        Ok(whole)
    }

    fn same_sweep(&self, other: &Self) -> Result<(), MergeError> {
        let (ours, theirs) = (&self.header, &other.header);
        let differences = [
            ("experiment", ours.experiment != theirs.experiment),
            ("version of the program", ours.version != theirs.version),
            ("seed", ours.seed != theirs.seed),
            ("number of runs", ours.runs != theirs.runs),
            ("list of parameters", ours.parameters != theirs.parameters),
            ("list of measures", ours.measures != theirs.measures),
        ];
        if let Some((what, _)) = differences.into_iter().find(|&(_, differ)| differ) {
            return Err(MergeError::Different(self.shard, other.shard, what));
        }
        if self.shard.of() != other.shard.of() {
            return Err(MergeError::Division(self.shard, other.shard));
        }
        Ok(())
    }

    /// Whether it holds just the runs that are its own, at the points of its grid.
    fn is_complete(&self) -> bool {
        let Some(points) = self.header.parameters.points() else { return false };
        let runs = self.header.runs;
        let Some(jobs) = (points.len() as u64).checked_mul(runs) else { return false };
        let mut jobs = self.shard.jobs(jobs).peekable();
        let own = points.iter().zip(0..).all(|(point, place)| {
            let here = std::iter::from_fn(|| jobs.next_if(|job| job / runs == place));
            let at = self.points.get(place as usize);
            at.is_some_and(|at| {
                at.point == *point
                    && here.map(|job| job % runs).eq(at.record.runs().iter().copied())
            })
        });
        own && self.points.len() == points.len()
    }

    /// The summary of a figure or an event at a point; `None` where no run has it.
    #[must_use]
    pub fn summary(&self, at: &At, measure: &Measure) -> Option<Summary> {
        Summary::of(&at.record.values(&measure.name), &measure.kind)
    }

    /// The measures that are one number in each run.
    pub fn figures(&self) -> impl Iterator<Item = &Measure> {
        let is_figure = |measure: &&Measure| matches!(measure.kind, Kind::Figure | Kind::Event);
        self.header.measures.iter().filter(is_figure)
    }
}

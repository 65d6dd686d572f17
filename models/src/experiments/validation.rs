//! What is published, or was computed exactly, beside what comes of our machines.
//!
//! A [`Trial`] is a setting of an experiment with the figures that are known of it, each a [`Row`].
//! Its runs give an estimate; the row holds unless such an estimate, or one farther off, would come
//! with a probability below [`IMPLAUSIBLE`] if the known figure were right. For means that is the
//! rule `|ours - theirs| <= 4 standard errors + half a unit of their last digit`, by the central
//! limit theorem; for events the probability is the exact binomial one. If all figures are right, a
//! table fails somewhere with a probability of at most the sum over its rows (Bonferroni).
//!
//! A new table is a file in `validation/` that returns its trials, and a word in [`table`].

mod broadcast;
mod clocks;
mod cyclon;
mod mongering;
mod rounds;
mod search;
mod size;
mod tiny;

use std::fmt;
use std::num::NonZeroUsize;

use serde::Serialize;

use super::{At, Kind, Measure, Point, Progress, Refused, Shard, Summary, Values, find};
use crate::exact::{Answer, Estimate, Sampled};
pub use tiny::{Question, Tiny};

/// What comes with a smaller probability is no accident: a normal variable is more than four standard
/// deviations off. An event's row fails no more often than that, if all is right.
pub const IMPLAUSIBLE: f64 = 6.334_248_366_623_98e-5;

/// How often a mean's row fails, at most, if all is right. The deviation is that of the sample, so it
/// is Student's distribution that tells: from 200 runs on it is beyond four with a probability below
/// this. That the mean of so many runs is normal is taken for granted.
pub const MEAN_FAILS: f64 = 1e-4;

/// What is compared.
pub enum Entry {
    /// Figures of random runs.
    Random(Trial),
    /// A fraction, which is equal or not.
    Exact(Tiny),
}

/// A setting of an experiment, and what is known of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// The name of the experiment.
    pub experiment: &'static str,
    /// Its parameters.
    pub point: Point,
    /// How many runs the full table has.
    pub runs: u64,
    /// How many runs the quick table has; `None`: it is not in it.
    pub quick: Option<u64>,
    /// What is known.
    pub rows: Vec<Row>,
}

/// A known figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its number in the list of known figures.
    pub id: &'static str,
    /// What of the outcome it speaks of.
    pub figure: &'static str,
    /// The figure, with all of its digits.
    pub target: Target,
    /// Whether it speaks of those runs only that have it.
    pub is_conditional: bool,
}

/// A figure as it is printed somewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// Its digits.
    pub digits: &'static str,
    /// How far off the truth may be; `None`: half a unit of the last digit.
    pub tolerance: Option<&'static str>,
    /// Where it comes from.
    pub source: Source,
}

/// Where a figure comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// Computed exactly from the definitions, by an independent program.
    Exact,
    /// The mean of so many runs of an independent program; it has a standard error of its own, which
    /// is reckoned with the deviation of our runs. Of a single run it is the deviation itself, and that
    /// runs are normal is taken for granted.
    Measured(u64),
    /// A law that is not exact.
    Law,
    /// Published; of how many runs, is not known.
    Published,
    /// Of a run or a few of an independent program, in a group so large that one hardly differs from
    /// the next. Each of ours is to be within the tolerance; no probability is told.
    Steady,
}

impl Row {
    /// A figure that was computed exactly.
    #[must_use]
    pub const fn exact(id: &'static str, figure: &'static str, digits: &'static str) -> Self {
        Self::new(id, figure, digits, Source::Exact)
    }

    /// The mean of so many runs of another program.
    #[must_use]
    pub const fn measured(
        id: &'static str,
        figure: &'static str,
        digits: &'static str,
        runs: u64,
    ) -> Self {
        Self::new(id, figure, digits, Source::Measured(runs))
    }

    /// What a law says that is right up to the tolerance.
    #[must_use]
    pub const fn law(
        id: &'static str,
        figure: &'static str,
        digits: &'static str,
        tolerance: &'static str,
    ) -> Self {
        Self::new(id, figure, digits, Source::Law).give_or_take(tolerance)
    }

    /// What was published, rounded.
    #[must_use]
    pub const fn published(id: &'static str, figure: &'static str, digits: &'static str) -> Self {
        Self::new(id, figure, digits, Source::Published)
    }

    /// A figure that hardly differs from run to run, and may be off by the tolerance.
    #[must_use]
    pub const fn steady(
        id: &'static str,
        figure: &'static str,
        digits: &'static str,
        tolerance: &'static str,
    ) -> Self {
        Self::new(id, figure, digits, Source::Steady).give_or_take(tolerance)
    }

    const fn new(
        id: &'static str,
        figure: &'static str,
        digits: &'static str,
        source: Source,
    ) -> Self {
        let target = Target { digits, tolerance: None, source };
        Self { id, figure, target, is_conditional: false }
    }

    /// The same, where the truth may be so far off.
    #[must_use]
    pub const fn give_or_take(self, tolerance: &'static str) -> Self {
        let target = Target { tolerance: Some(tolerance), ..self.target };
        Self { target, ..self }
    }

    /// The same, about those runs only that have the figure.
    #[must_use]
    pub const fn conditional(self) -> Self {
        Self { is_conditional: true, ..self }
    }
}

impl Target {
    /// The figure and its tolerance.
    #[must_use]
    pub fn value(&self) -> (f64, f64) {
        let number = |digits: &str| digits.parse().unwrap_or(f64::NAN);
        let half = || 0.5 * libm::pow(10.0, -(self.after_the_point() as f64));
        (number(self.digits), self.tolerance.map_or_else(half, number))
    }

    fn after_the_point(&self) -> usize {
        self.digits.split_once('.').map_or(0, |(_, after)| after.len())
    }

    /// The standard error that the figure itself has, if runs have this deviation.
    fn error(&self, deviation: f64) -> f64 {
        match self.source {
            Source::Exact | Source::Law | Source::Published | Source::Steady => 0.0,
            Source::Measured(runs) => deviation / libm::sqrt(runs as f64),
        }
    }
}

/// What came of a row.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Line {
    /// Its number in the list of known figures.
    pub id: String,
    /// The setting.
    pub setting: String,
    /// What it speaks of.
    pub figure: String,
    /// The known figure.
    pub known: String,
    /// Where that comes from.
    pub source: String,
    /// Ours.
    pub ours: String,
    /// The 99.9 % interval of ours, or the range of few runs; `None` where it is exact.
    pub interval: Option<(f64, f64)>,
    /// How many runs ours is of; 0 where it is exact.
    pub runs: u64,
    /// How likely ours is at least as far off, if the known figure is right; `None` where it is
    /// exact, or of few runs.
    pub p_value: Option<f64>,
    /// How likely this line fails although all is right, at most; 0 where that is not told.
    pub false_alarm: f64,
    /// Whether it holds.
    pub holds: bool,
}

/// How a table is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effort {
    /// Only what takes little, with few runs.
    pub is_quick: bool,
    /// From which the runs follow.
    pub seed: u64,
    /// On how many threads they run.
    pub threads: NonZeroUsize,
}

/// All that is compared, in the order in which it is to be read.
#[must_use]
pub fn table() -> Vec<Entry> {
    let random = [
        broadcast::trials(),
        rounds::trials(),
        clocks::trials(),
        mongering::trials(),
        cyclon::trials(),
        search::trials(),
        size::trials(),
    ];
    let random = random.into_iter().flatten().map(Entry::Random);
    random.chain(tiny::rows().into_iter().map(Entry::Exact)).collect()
}

impl Entry {
    /// Whether it is in the quick table.
    #[must_use]
    pub fn is_quick(&self) -> bool {
        match self {
            Self::Random(trial) => trial.quick.is_some(),
            Self::Exact(_) => true,
        }
    }

    /// Its lines.
    ///
    /// # Errors
    /// When the experiment does not have such a setting.
    pub fn lines(
        &self,
        effort: Effort,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Line>, Refused> {
        match self {
            Self::Random(trial) => trial.lines(effort, watch),
            Self::Exact(tiny) => Ok(vec![tiny.line()]),
        }
    }
}

impl Trial {
    /// Runs it, and judges each of its rows.
    ///
    /// # Errors
    /// When the experiment does not have such a setting.
    pub fn lines(
        &self,
        effort: Effort,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Line>, Refused> {
        let quick = self.quick.filter(|_| effort.is_quick);
        let values = self.point.iter().map(|(name, value)| (name.into(), Values::from(value)));
        let sweep = find(self.experiment)?.sweep(
            &values.collect(),
            quick.unwrap_or(self.runs),
            effort.seed,
        )?;
        let results = sweep.run(Shard::WHOLE, effort.threads, watch);
        let setting = format!("{}: {}", self.experiment, self.point);
        let measure = |row: &Row| results.figures().find(|measure| measure.name == row.figure);
        let line = |at: &At, row: &Row| row.judge(&setting, at, measure(row));
        Ok(results.points.iter().flat_map(|at| self.rows.iter().map(|row| line(at, row))).collect())
    }
}

impl Row {
    fn judge(&self, setting: &str, at: &At, measure: Option<&Measure>) -> Line {
        let values = at.record.values(self.figure);
        let is_complete = self.is_conditional || values.total() == at.record.runs().len() as u64;
        let kind = measure.map_or(&Kind::Figure, |measure| &measure.kind);
        let summary = Summary::of(&values, kind).filter(|_| is_complete);
        if self.target.source == Source::Steady {
            return self.judge_each(setting, summary);
        }
        let sampled = summary.and_then(|summary| self.against(&summary, kind));
        Line {
            interval: sampled.map(|sampled| (sampled.low, sampled.high)),
            runs: values.total(),
            p_value: sampled.map(|sampled| sampled.p_value),
            false_alarm: if *kind == Kind::Event { IMPLAUSIBLE } else { MEAN_FAILS },
            holds: sampled.is_some_and(|sampled| sampled.p_value >= IMPLAUSIBLE),
            ..self.line(setting, sampled.map(|sampled| sampled.mean))
        }
    }

    /// Each run by itself. In the place of the interval is the range of our runs.
    fn judge_each(&self, setting: &str, summary: Option<Summary>) -> Line {
        let (value, tolerance) = self.target.value();
        let is_near = |ours: f64| (ours - value).abs() <= tolerance;
        Line {
            interval: summary.map(|summary| (summary.least, summary.greatest)),
            runs: summary.map_or(0, |summary| summary.count),
            holds: summary.is_some_and(|all| is_near(all.least) && is_near(all.greatest)),
            ..self.line(setting, summary.map(|summary| summary.mean))
        }
    }

    /// What was known, and the mean of what was measured, if it was in all runs; nothing is judged.
    fn line(&self, setting: &str, mean: Option<f64>) -> Line {
        Line {
            id: self.id.into(),
            setting: setting.into(),
            figure: self.figure.into(),
            known: self.target.to_string(),
            source: self.target.source.to_string(),
            ours: mean.map_or("not in all runs".into(), |mean| self.told(mean)),
            interval: None,
            runs: 0,
            p_value: None,
            false_alarm: 0.0,
            holds: false,
        }
    }

    /// The estimate beside the known figure.
    fn against(&self, summary: &Summary, kind: &Kind) -> Option<Sampled> {
        let &Summary { count, mean, deviation, .. } = summary;
        let error = deviation / libm::sqrt(count as f64);
        let (estimate, with_theirs) = match (kind, self.target.source) {
            (Kind::Event, Source::Exact | Source::Law | Source::Published) => {
                let share = Estimate::share((mean * count as f64).round() as usize, count as usize);
                (share, share)
            }
            _ => {
                let both = libm::hypot(error, self.target.error(deviation));
                (Estimate::Mean { mean, error }, Estimate::Mean { mean, error: both })
            }
        };
        let (value, tolerance) = self.target.value();
        let known = Answer::Between(value - tolerance, value + tolerance);
        let (low, high) = estimate.interval();
        with_theirs.against(&known).map(|sampled| Sampled { low, high, ..sampled })
    }

    /// With a digit more than the known figure has.
    fn told(&self, value: f64) -> String {
        format!("{value:.*}", self.target.after_the_point() + 1)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.digits)?;
        self.tolerance.map_or(Ok(()), |tolerance| write!(f, " ± {tolerance}"))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => write!(f, "exact"),
            Self::Law => write!(f, "law"),
            Self::Published => write!(f, "published"),
            Self::Steady => write!(f, "few runs"),
            Self::Measured(1) => write!(f, "a run"),
            Self::Measured(runs) => write!(f, "{runs} runs"),
        }
    }
}

#[cfg(test)]
mod tests;

//! What many runs came to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Outcome, Tally};

/// What runs came to: the figures of each run, and of curves and histograms how often each value
/// came. It does not depend on the order in which outcomes were added, nor on how records were merged.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Record {
    /// The numbers of the runs, ascending.
    runs: Vec<u64>,
    /// A column for each figure, with a place for each run.
    figures: BTreeMap<String, Vec<Option<f64>>>,
    /// For each curve the values at 0, 1, 2, …, over all runs. A run whose curve has ended counts
    /// with its last value.
    curves: BTreeMap<String, Vec<Tally>>,
    /// The values in all runs together.
    histograms: BTreeMap<String, Tally>,
}

/// Why records are not joined, or what was read is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RecordError {
    /// A run is in both.
    #[error("run {0} is there twice")]
    Twice(u64),
    /// A column is longer or shorter than the list of runs, or holds what is no number.
    #[error("a column of figures does not fit its runs")]
    Column,
    /// Numbers of runs that do not ascend.
    #[error("the numbers of the runs do not ascend")]
    Order,
}

impl Record {
    /// Adds what came of a run.
    ///
    /// # Errors
    /// When the run is in it already.
    pub fn add(&mut self, run: u64, outcome: &Outcome) -> Result<(), RecordError> {
        let Err(place) = self.runs.binary_search(&run) else {
            return Err(RecordError::Twice(run));
        };
        let before = self.runs.len();
        for name in outcome.figures.keys() {
            self.figures.entry((*name).into()).or_insert_with(|| vec![None; before]);
        }
        self.runs.insert(place, run);
        for (name, column) in &mut self.figures {
            column.insert(place, outcome.figures.get(&name[..]).copied());
        }
        for (name, values) in &outcome.curves {
            let once = values.iter().map(|&value| Tally::from_iter([value])).collect::<Vec<_>>();
            join(self.curves.entry((*name).into()).or_default(), &once);
        }
        for (name, tally) in &outcome.histograms {
            self.histograms.entry((*name).into()).or_default().absorb(tally);
        }
        Ok(())
    }

    /// Adds what came of other runs.
    ///
    /// # Errors
    /// When a run is in both; then nothing is added.
    pub fn merge(&mut self, other: &Self) -> Result<(), RecordError> {
        if let Some(&run) = other.runs.iter().find(|run| self.runs.binary_search(run).is_ok()) {
            return Err(RecordError::Twice(run));
        }
        let (ours, theirs) = (self.runs.len(), other.runs.len());
        let joined: Vec<_> = self.runs.iter().chain(&other.runs).copied().collect();
        let mut order: Vec<_> = (0..joined.len()).collect();
        order.sort_by_key(|&place| joined[place]);
        let names: BTreeSet<_> = self.figures.keys().chain(other.figures.keys()).cloned().collect();
        let column = |record: &Self, name: &str, runs: usize| {
            record.figures.get(name).cloned().unwrap_or_else(|| vec![None; runs])
        };
        let figures = names.into_iter().map(|name| {
            let mut values = column(self, &name, ours);
            values.extend(column(other, &name, theirs));
            (name, order.iter().map(|&place| values[place]).collect())
        });
        self.figures = figures.collect();
        self.runs = order.iter().map(|&place| joined[place]).collect();
        for (name, points) in &other.curves {
            join(self.curves.entry(name.clone()).or_default(), points);
        }
        for (name, tally) in &other.histograms {
            self.histograms.entry(name.clone()).or_default().absorb(tally);
        }
        Ok(())
    }

    /// The numbers of the runs, ascending.
    #[must_use]
    pub fn runs(&self) -> &[u64] {
        &self.runs
    }

    /// A figure of each run, in the order of the runs; empty where no run has it.
    #[must_use]
    pub fn figure(&self, name: &str) -> &[Option<f64>] {
        self.figures.get(name).map_or(&[], Vec::as_slice)
    }

    /// How often each value of a figure came.
    #[must_use]
    pub fn values(&self, name: &str) -> Tally {
        self.figure(name).iter().copied().flatten().collect()
    }

    /// How often each value of a curve came, at 0, 1, 2, …
    #[must_use]
    pub fn curve(&self, name: &str) -> &[Tally] {
        self.curves.get(name).map_or(&[], Vec::as_slice)
    }

    /// A histogram over all runs; `None` where no run has it.
    #[must_use]
    pub fn histogram(&self, name: &str) -> Option<&Tally> {
        self.histograms.get(name)
    }
}

/// Adds the values of other runs to those of a curve. Runs whose curves have ended are at their last
/// values, so what comes after the end is what is there at the end.
fn join(curve: &mut Vec<Tally>, other: &[Tally]) {
    let length = curve.len().max(other.len());
    if let Some(end) = curve.last().cloned() {
        curve.resize(length, end);
    }
    curve.resize(length, Tally::default());
    let ended = other.last().into_iter().cycle();
    for (ours, theirs) in curve.iter_mut().zip(other.iter().chain(ended)) {
        ours.absorb(theirs);
    }
}

/// What a record looks like in a file, before anybody has checked it.
#[derive(Deserialize)]
struct Unchecked {
    runs: Vec<u64>,
    figures: BTreeMap<String, Vec<Option<f64>>>,
    curves: BTreeMap<String, Vec<Tally>>,
    histograms: BTreeMap<String, Tally>,
}

impl TryFrom<Unchecked> for Record {
    type Error = RecordError;

    fn try_from(unchecked: Unchecked) -> Result<Self, RecordError> {
        let Unchecked { runs, figures, curves, histograms } = unchecked;
        if !runs.is_sorted_by(|one, next| one < next) {
            return Err(RecordError::Order);
        }
        let is_finite = |value: &Option<f64>| value.is_none_or(f64::is_finite);
        let fits =
            |column: &Vec<Option<f64>>| column.len() == runs.len() && column.iter().all(is_finite);
        if !figures.values().all(fits) {
            return Err(RecordError::Column);
        }
        Ok(Self { runs, figures, curves, histograms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs with figures that are missing here and there, and curves of different lengths.
    fn outcome(run: u64) -> Outcome {
        let length = 1 + run * 7 % 5;
        Outcome::default()
            .figure("always", 0.1 * run as f64)
            .figure("sometimes", run.is_multiple_of(3).then_some(1.0 / (run + 1) as f64))
            .event("even", run.is_multiple_of(2))
            .curve("curve", (0..length).map(|at| at as f64 / (run + 2) as f64).collect())
            .histogram("digits", [(run % 10) as f64, 0.5].into_iter().collect())
    }

    fn record(runs: impl IntoIterator<Item = u64>) -> Record {
        let mut record = Record::default();
        runs.into_iter().for_each(|run| record.add(run, &outcome(run)).expect("a new run"));
        record
    }

    #[test]
    fn neither_the_order_of_runs_nor_of_merges_tells() {
        let whole = record(0..30);
        assert_eq!(record((0..30).rev()), whole);
        for parts in [2, 3, 7] {
            let part = |number: u64| record((0..30).filter(move |run| run % parts == number));
            let mut merged = Record::default();
            for number in (0..parts).rev() {
                merged.merge(&part(number)).expect("other runs");
            }
            assert_eq!(merged, whole);
        }
    }

    #[test]
    fn a_curve_that_has_ended_keeps_its_last_value() {
        let mut record = Record::default();
        let curve = |values: &[f64]| Outcome::default().curve("c", values.to_vec());
        record.add(0, &curve(&[1.0, 2.0])).expect("a new run");
        record.add(1, &curve(&[1.0, 3.0, 4.0])).expect("a new run");
        record.add(2, &curve(&[9.0])).expect("a new run");
        let means = record.curve("c").iter().map(|tally| tally.mean().expect("three values"));
        assert_eq!(means.collect::<Vec<_>>(), [11.0 / 3.0, 14.0 / 3.0, 5.0]);
        assert!(record.curve("c").iter().all(|tally| tally.total() == 3));
    }

    #[test]
    fn a_run_counts_once() {
        let mut some = record(0..3);
        assert_eq!(some.add(2, &outcome(2)), Err(RecordError::Twice(2)));
        assert_eq!(some.merge(&record([7, 1])), Err(RecordError::Twice(1)));
        assert_eq!(some, record(0..3), "nothing was added");
    }

    #[test]
    fn what_is_no_record_is_not_read() {
        let unchecked = |runs: &[u64], column: &[Option<f64>]| Unchecked {
            runs: runs.to_vec(),
            figures: [("f".into(), column.to_vec())].into(),
            curves: BTreeMap::new(),
            histograms: BTreeMap::new(),
        };
        let read = |runs, column| Record::try_from(unchecked(runs, column)).err();
        assert_eq!(read(&[1, 4], &[None, Some(1.0)]), None);
        assert_eq!(read(&[4, 1], &[None, None]), Some(RecordError::Order));
        assert_eq!(read(&[1, 1], &[None, None]), Some(RecordError::Order));
        assert_eq!(read(&[1], &[]), Some(RecordError::Column));
        assert_eq!(read(&[1], &[Some(f64::NAN)]), Some(RecordError::Column));
    }
}

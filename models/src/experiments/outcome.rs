//! What a run tells.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Tally;

/// What came of one run. A figure that has no value in a run, such as the time of something that did
/// not happen, is left out; so is one that is no finite number.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    pub(super) figures: BTreeMap<&'static str, f64>,
    pub(super) curves: BTreeMap<&'static str, Vec<f64>>,
    pub(super) histograms: BTreeMap<&'static str, Tally>,
}

impl Outcome {
    /// Adds a number, or leaves it out.
    #[must_use]
    pub fn figure(mut self, name: &'static str, value: impl Into<Option<f64>>) -> Self {
        if let Some(value) = value.into().filter(|value| value.is_finite()) {
            self.figures.insert(name, value);
        }
        self
    }

    /// Adds whether something happened: a figure that is 1 or 0.
    #[must_use]
    pub fn event(self, name: &'static str, happened: bool) -> Self {
        self.figure(name, f64::from(u8::from(happened)))
    }

    /// Adds a curve: its values at 0, 1, 2, … From its end on it keeps its last value. One with a
    /// value that is no finite number, or without any, is left out.
    #[must_use]
    pub fn curve(mut self, name: &'static str, values: Vec<f64>) -> Self {
        if !values.is_empty() && values.iter().all(|value| value.is_finite()) {
            self.curves.insert(name, values);
        }
        self
    }

    /// Adds a histogram: how often each value came within this run.
    #[must_use]
    pub fn histogram(mut self, name: &'static str, tally: Tally) -> Self {
        self.histograms.insert(name, tally);
        self
    }

    /// What a number was.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }
}

/// Something that is measured in each run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Measure {
    /// Its name in the outcome.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The unit of its values; empty where they are pure numbers.
    pub unit: String,
    /// What it means, in a few words.
    pub about: String,
}

/// What is measured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A number.
    Figure,
    /// Whether something happened.
    Event,
    /// A number at each of 0, 1, 2, … of these.
    Curve {
        /// What is counted along it: rounds, periods.
        along: String,
    },
    /// How often each value came.
    Histogram,
}

impl Measure {
    /// A number in this unit.
    #[must_use]
    pub fn figure(name: &str, unit: &str, about: &str) -> Self {
        Self::new(name, Kind::Figure, unit, about)
    }

    /// Whether something happened.
    #[must_use]
    pub fn event(name: &str, about: &str) -> Self {
        Self::new(name, Kind::Event, "", about)
    }

    /// Numbers in this unit along rounds or periods.
    #[must_use]
    pub fn curve(name: &str, along: &str, unit: &str, about: &str) -> Self {
        Self::new(name, Kind::Curve { along: along.into() }, unit, about)
    }

    /// How often each value, in this unit, came.
    #[must_use]
    pub fn histogram(name: &str, unit: &str, about: &str) -> Self {
        Self::new(name, Kind::Histogram, unit, about)
    }

    fn new(name: &str, kind: Kind, unit: &str, about: &str) -> Self {
        Self { name: name.into(), kind, unit: unit.into(), about: about.into() }
    }
}

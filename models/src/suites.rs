//! The catalogue of what is checked: one file per protocol, each with its worlds, its properties,
//! and for each property a seeded bug that it catches.

mod adoption;
mod averaging;
mod candidates;
pub(crate) mod case;
mod cyclon;
mod exact;
mod mongering;
mod neighbors;
mod periodic_gossip;
mod properties;
mod random_walk;
mod reference;
mod renyi_erdos;
mod report;
mod search;
mod stacked;
pub(crate) mod views;

use std::io;
use std::net::SocketAddr;

use rumormill_core::trace::{ReplayError, Replayed, Title};

pub use crate::bugs::list::{BUGS, Bug};
pub use exact::{
    ByRound, ExactReport, Format, Goal, IMPLAUSIBLE, NotionVerdict, Questions, Sampling,
};
pub use report::{BugReport, Evidence, PropertyReport, Report, SecondOpinion, SuiteError};

use crate::as_printed;
use crate::explore::{Limits, Progress};
use case::{Judge, Runner};

/// A world with its properties and seeded bugs, under a name.
pub struct Suite {
    /// Its name.
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    runner: Box<dyn Runner>,
    /// The states and transitions that independent computations found, where there are some.
    expected: Option<(u64, u64)>,
    bugs: Vec<SeededBug>,
    /// The properties that are to fail.
    refuted: Vec<&'static str>,
    /// Whether the machines hear of peers that are not in the group, and may send to them.
    among_strangers: bool,
    /// Whether it takes so long that it is run only when it is named.
    pub only_when_named: bool,
}

/// A bug and the property that is to catch it.
struct SeededBug {
    bug: &'static Bug,
    property: &'static str,
    judge: Box<dyn Judge>,
}

/// Every suite, in the order in which they are to be read.
#[must_use]
pub fn catalogue() -> Vec<Suite> {
    let mut suites = renyi_erdos::suites();
    suites.extend(periodic_gossip::suites());
    suites.extend(mongering::suites());
    suites.extend(stacked::suites());
    suites.extend(neighbors::suites());
    suites.extend(random_walk::suites());
    suites.extend(adoption::suites());
    suites.extend(cyclon::suites());
    suites.extend(search::suites());
    suites.extend(averaging::suites());
    suites.extend(reference::suites());
    suites
}

impl Suite {
    pub(crate) fn new(
        name: impl Into<String>,
        about: impl Into<String>,
        runner: impl Runner,
    ) -> Self {
        Self {
            name: name.into(),
            about: about.into(),
            runner: Box::new(runner),
            expected: None,
            bugs: Vec::new(),
            refuted: Vec::new(),
            among_strangers: false,
            only_when_named: false,
        }
    }

    fn with_bug(mut self, name: &str, property: &'static str, judge: impl Judge) -> Self {
        let bug = BUGS.iter().find(|bug| bug.name == name).expect("a bug of the list");
        self.bugs.push(SeededBug { bug, property, judge: Box::new(judge) });
        self
    }

    fn expecting(mut self, states: u64, transitions: u64) -> Self {
        self.expected = Some((states, transitions));
        self
    }

    /// Claims of a property that it fails.
    pub(crate) fn refuting(mut self, property: &'static str) -> Self {
        self.refuted.push(property);
        self
    }

    pub(crate) fn among_strangers(mut self) -> Self {
        self.among_strangers = true;
        self
    }

    fn only_when_named(mut self) -> Self {
        self.only_when_named = true;
        self
    }

    /// Explores the world with our explorer and with stateright, judges the properties, and lets
    /// each seeded bug be caught.
    ///
    /// # Errors
    /// When the world cannot be explored, or a run in it cannot be told.
    pub fn run(
        &self,
        limits: Limits,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<Report, SuiteError> {
        let mut report = self.runner.check(&self.name, &self.about, limits, watch)?;
        report.expected = self.expected;
        report.among_strangers = self.among_strangers;
        for property in &mut report.properties {
            property.is_to_hold = !self.refuted.contains(&property.name);
        }
        for seeded in &self.bugs {
            report.bugs.push(seeded.run(&self.name)?);
        }
        Ok(report)
    }

    /// Explores the world and answers questions about its goals; writes the model where it is wanted.
    ///
    /// # Errors
    /// When the world cannot be explored, or the model cannot be written.
    pub fn ask(
        &self,
        questions: Questions,
        limits: Limits,
        watch: &mut dyn FnMut(Progress),
        export: Option<(Format, &mut dyn io::Write)>,
    ) -> Result<ExactReport, SuiteError> {
        self.runner.ask(&self.name, &self.about, questions, limits, watch, export)
    }

    /// Serves stateright's Explorer of this world, for as long as the process runs.
    ///
    /// # Errors
    /// When the world cannot be built.
    pub fn explore(&self, at: SocketAddr) -> Result<(), SuiteError> {
        self.runner.serve(at)
    }
}

impl SeededBug {
    fn run(&self, suite: &str) -> Result<BugReport, SuiteError> {
        let machine = format!("{suite}+{}", self.bug.name);
        let came = self.judge.judge(&machine, self.bug.thought, self.property)?;
        Ok(BugReport::new(self.bug, self.property, came))
    }
}

/// Replays a trace that was saved by a suite, or by a finding in an algorithm as printed: its machine's
/// name is that of the suite, or of the suite and one of its bugs.
///
/// `None` when no suite has such a machine.
#[must_use]
pub fn replay(title: &Title, entries: &[u8]) -> Option<Result<Replayed, ReplayError>> {
    let (suite, bug) = match title.machine.split_once('+') {
        Some((suite, bug)) => (suite, Some(bug)),
        None => (&title.machine[..], None),
    };
    let mut all = catalogue().into_iter().chain(as_printed::catalogue());
    let suite = all.find(|candidate| candidate.name == suite)?;
    Some(match bug {
        None => suite.runner.replay(entries),
        Some(bug) => {
            let seeded = suite.bugs.iter().find(|seeded| seeded.bug.name == bug)?;
            seeded.judge.replay(entries)
        }
    })
}

use serde::Serialize;

use super::Bug;
use crate::exact::SampleError;
use crate::explore::ExploreError;
use crate::story::Untold;
use crate::world::WorldError;

/// Why a suite could not be run.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// The world cannot be built.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The world cannot be explored.
    #[error(transparent)]
    Explore(#[from] ExploreError),
    /// A run in it cannot be told.
    #[error(transparent)]
    Untold(#[from] Untold),
    /// A random run failed.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The model cannot be written.
    #[error("cannot write the model: {0}")]
    Export(#[from] std::io::Error),
}

/// What came of a suite.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Report {
    /// The suite.
    pub suite: String,
    /// What it is about.
    pub about: String,
    /// The number of machines.
    pub nodes: u8,
    /// Reachable states of the world.
    pub states: u64,
    /// Different outcomes of all choices in all states.
    pub transitions: u64,
    /// The states and transitions of the world that these stand for: more where symmetry is used.
    pub stands_for: (u64, u64),
    /// The states and transitions that others found, where there are some: independent computations,
    /// or, for a world that is explored by symmetry, an exploration without it.
    pub expected: Option<(u64, u64)>,
    /// Reachable states of single machines.
    pub local_states: u64,
    /// How often the machine's handler ran.
    pub handled: u64,
    /// Messages that found no room in flight and were lost, over all states.
    pub crowded_out: u64,
    /// Steps that hit one of their limits.
    pub overflow: u64,
    /// Messages sent to somebody outside the group, over all states.
    pub astray: u64,
    /// Whether the machines hear of peers outside the group, so that messages may go astray.
    pub among_strangers: bool,
    /// Transitions in which a message was lost by a fault.
    pub losses: u64,
    /// Transitions in which a message was delivered and stayed in flight.
    pub duplications: u64,
    /// Transitions in which a machine crashed.
    pub crashes: u64,
    /// Transitions in which a machine started that was not started at the beginning.
    pub late_starts: u64,
    /// Transitions in which a machine that had crashed started again.
    pub restarts: u64,
    /// Transitions in which a forged message was received.
    pub forgeries: u64,
    /// Whether every kind of fault that the world has did strike; late starts, restarts and forgeries
    /// are such kinds, too.
    pub every_fault_struck: bool,
    /// Seconds that our explorer took.
    pub seconds: f64,
    /// What came of each property.
    pub properties: Vec<PropertyReport>,
    /// What stateright says of the same world; nothing where symmetry is used.
    pub second_opinions: Vec<SecondOpinion>,
    /// What came of each seeded bug.
    pub bugs: Vec<BugReport>,
}

/// What came of a property.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PropertyReport {
    /// How it reads.
    pub name: &'static str,
    /// What exactly is claimed: `always`, `sometimes`, `possible from everywhere` or `surely`.
    pub notion: String,
    /// Whether it is true.
    pub holds: bool,
    /// Whether it is to be true. Of algorithms as printed, some claims are to fail.
    pub is_to_hold: bool,
    /// The run that shows it: a counterexample, or the witness of a `sometimes`.
    pub evidence: Option<Evidence>,
}

/// A run, to be read and to be replayed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Evidence {
    /// The run, told line by line.
    pub story: Vec<String>,
    /// How its trace differed when it was replayed; `None`: not at all.
    pub difference: Option<String>,
    /// The run as a trace.
    #[serde(skip)]
    pub trace: Vec<u8>,
    /// The run as a sequence diagram, in SVG.
    #[serde(skip)]
    pub diagram: String,
}

/// What stateright found.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SecondOpinion {
    /// How it searched.
    pub search: &'static str,
    /// How many states it found.
    pub states: u64,
    /// Whether that is our number, and every safety verdict is ours.
    pub agrees: bool,
    /// Seconds that it took.
    pub seconds: f64,
}

/// What came of a seeded bug.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BugReport {
    /// The bug.
    pub bug: &'static str,
    /// What its author thought.
    pub thought: &'static str,
    /// The file it is seeded into, from the sources of the core.
    pub file: &'static str,
    /// What stands there.
    pub right: &'static str,
    /// What stood there with the bug.
    pub wrong: &'static str,
    /// The property that is to catch it.
    pub property: &'static str,
    /// Whether it did.
    pub caught: bool,
    /// The counterexample; a `sometimes` that fails has none.
    pub evidence: Option<Evidence>,
}

impl PropertyReport {
    /// Whether it holds or fails as it is to, and the run that shows it replays.
    #[must_use]
    pub fn is_as_claimed(&self) -> bool {
        self.holds == self.is_to_hold && self.replays()
    }

    fn replays(&self) -> bool {
        self.evidence.as_ref().is_none_or(Evidence::replays)
    }
}

impl Evidence {
    /// Whether the machine did the same again.
    #[must_use]
    pub fn replays(&self) -> bool {
        self.difference.is_none()
    }
}

impl BugReport {
    pub(super) fn new(
        bug: &'static Bug,
        property: &'static str,
        came: Option<PropertyReport>,
    ) -> Self {
        let &Bug { name, thought, file, right, wrong } = bug;
        let caught = came.as_ref().is_some_and(|property| !property.holds);
        let evidence = came.and_then(|property| property.evidence);
        Self { bug: name, thought, file, right, wrong, property, caught, evidence }
    }

    /// Whether it was caught, and its counterexample replays.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.caught && self.evidence.as_ref().is_none_or(Evidence::replays)
    }
}

impl Report {
    /// Whether what independent computations found is found; where there are none, it is.
    #[must_use]
    pub fn counts_as_expected(&self) -> bool {
        self.expected.is_none_or(|expected| expected == self.stands_for)
    }

    /// Whether its states are classes of states.
    #[must_use]
    pub fn is_by_symmetry(&self) -> bool {
        self.stands_for != (self.states, self.transitions)
    }

    /// Whether anybody else was asked: another engine, or an independent computation.
    #[must_use]
    pub fn has_a_witness(&self) -> bool {
        self.expected.is_some() || !self.second_opinions.is_empty()
    }

    /// Whether messages went to somebody outside the group, of whom nobody was to hear.
    #[must_use]
    pub fn loses_its_way(&self) -> bool {
        self.astray > 0 && !self.among_strangers
    }

    /// Whether everything is as it should be: every property holds, or fails where it is to, what
    /// independent computations found is found, whoever else was asked agrees, every bug is caught, every
    /// run that is shown replays, no limit was hit, nothing was sent astray that should not be, and every
    /// fault did strike.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.properties.iter().all(PropertyReport::is_as_claimed)
            && self.counts_as_expected()
            && self.has_a_witness()
            && self.second_opinions.iter().all(|opinion| opinion.agrees)
            && self.bugs.iter().all(BugReport::holds)
            && self.overflow == 0
            && !self.loses_its_way()
            && self.every_fault_struck
    }
}

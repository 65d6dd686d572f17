//! What `rumormill exact` says of a suite.

use std::io;
use std::time::Instant;

use serde::Serialize;

use super::report::SuiteError;
use crate::exact::export::{Size, write_dot, write_drn};
use crate::exact::{Effort, Exact, Extremes, Reward, Sample, Sampled, sample_space, seeded};
use crate::explore::{Exploration, Notion};
use crate::space::{Claimed, Space};
use crate::world::{Scheduler, Successors, WorldError};

/// How much is asked of a world.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Questions {
    /// How much is done for fractions.
    pub effort: Effort,
    /// For how many rounds it is asked how likely a goal was reached by then.
    pub rounds: usize,
    /// The random runs that the uniform answers are put beside, if any.
    pub sampling: Option<Sampling>,
}

/// Random runs: the same seed, the same runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sampling {
    /// How many for each goal.
    pub runs: u32,
    /// Where their draws come from.
    pub seed: u64,
}

/// In which format a model is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Storm's explicit format, with fractions.
    Drn,
    /// Graphviz.
    Dot,
}

/// Exact answers about a world.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ExactReport {
    /// The suite.
    pub suite: String,
    /// What it is about.
    pub about: String,
    /// The number of machines.
    pub nodes: u8,
    /// Reachable states of the world.
    pub states: usize,
    /// What can be chosen, in all states together.
    pub choices: usize,
    /// Different outcomes of all choices.
    pub transitions: usize,
    /// Bytes of memory that the graph takes.
    pub graph_bytes: usize,
    /// Seconds that it took to explore it.
    pub seconds: f64,
    /// How many rounds fewer are paid than were begun: 1 where a round ends by an action of its own,
    /// 0 where each action is a round, or where time has ticks: then what is called rounds is how many
    /// have passed; `None` where there are no rounds.
    pub rounds_offset: Option<usize>,
    /// The goals, each a property of the suite that speaks of what is to come.
    pub goals: Vec<Goal>,
    /// How large the model is in Storm's format.
    pub written: Size,
}

/// Exact answers about a goal.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Goal {
    /// How it reads.
    pub goal: &'static str,
    /// Its label in a model that is written.
    pub label: String,
    /// What holds of it, in the sense of each notion.
    pub verdicts: Vec<NotionVerdict>,
    /// How likely it is reached.
    pub probability: Extremes,
    /// Expected rounds until then; `None` where there are no rounds.
    pub rounds: Option<Extremes>,
    /// Expected messages until then.
    pub messages: Extremes,
    /// Expected steps of machines until then.
    pub steps: Extremes,
    /// How likely it is reached by the end of each round.
    pub by_round: Vec<ByRound>,
    /// Seconds that the answers took.
    pub seconds: f64,
}

/// Whether a goal is reached in the sense of a notion.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NotionVerdict {
    /// The notion, spelled out.
    pub notion: String,
    /// Whether it is so.
    pub holds: bool,
}

/// How likely a goal is reached by the end of a round.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ByRound {
    /// The round, from 1.
    pub round: usize,
    /// How likely.
    #[serde(flatten)]
    pub probability: Extremes,
}

/// What comes by accident with a smaller probability is no accident.
pub const IMPLAUSIBLE: f64 = 1e-6;

impl ExactReport {
    /// Whether every question was answered with certainty.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.answers().all(Extremes::is_certain)
    }

    /// What random runs say, wherever they were put beside an answer.
    pub fn sampled(&self) -> impl Iterator<Item = &Sampled> {
        self.answers().filter_map(|answer| answer.sampled.as_ref())
    }

    /// Whether what random runs say can be an accident. That any estimate is as far off as the
    /// farthest has a probability of at most the sum over all of them (Boole's inequality), however
    /// much those of the same runs depend on each other; that must not be below [`IMPLAUSIBLE`].
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        let estimates = self.sampled().count() as f64;
        self.sampled().all(|sampled| sampled.p_value * estimates >= IMPLAUSIBLE)
    }

    fn answers(&self) -> impl Iterator<Item = &Extremes> {
        self.goals.iter().flat_map(Goal::answers)
    }
}

impl Goal {
    /// All that was asked about it.
    pub fn answers(&self) -> impl Iterator<Item = &Extremes> {
        let Self { probability, rounds, messages, steps, by_round, .. } = self;
        let fixed = [probability, messages, steps].into_iter().chain(rounds);
        fixed.chain(by_round.iter().map(|row| &row.probability))
    }
}

/// The goals of a suite: the properties that speak of what is to come, by their places.
pub(super) fn goals(claims: &[Claimed]) -> Vec<usize> {
    let mut goals: Vec<usize> = Vec::new();
    for (place, claim) in claims.iter().enumerate() {
        let is_new = goals.iter().all(|&goal| claims[goal].name != claim.name);
        if claim.notion != Notion::Always && is_new {
            goals.push(place);
        }
    }
    goals
}

/// Asks everything about a goal.
pub(super) fn ask(
    space: &dyn Space,
    claims: &[Claimed],
    exploration: &Exploration,
    (number, property): (usize, usize),
    questions: Questions,
) -> Result<Goal, SuiteError> {
    let start = Instant::now();
    let judge = |notion: Notion| exploration.judge(property, notion);
    let verdicts = Notion::OF_WHAT_IS_TO_COME.into_iter().filter_map(judge);
    let verdicts = verdicts
        .map(|verdict| NotionVerdict { notion: verdict.notion.to_string(), holds: verdict.holds });
    let sample = questions.sampling.map(|Sampling { runs, seed }| {
        sample_space(space, &exploration.graph, property, runs, &mut seeded(seed))
    });
    let sample = sample.transpose()?;
    let exact = Exact::new(&exploration.graph, property, questions.effort);
    let expected = |reward| {
        let estimate = sample.as_ref().and_then(|sample| sample.expected(reward));
        exact.expected(reward).beside(estimate)
    };
    let offset = rounds_offset(space.scheduler());
    let most = offset.and_then(|offset| questions.rounds.checked_sub(offset));
    let by_round = most.map_or_else(Vec::new, |most| exact.within_rounds(most));
    let by_round = by_round.into_iter().enumerate().map(|(paid, probability)| {
        let estimate = sample.as_ref().map(|sample| sample.within_rounds(paid as u64));
        let probability = probability.beside(estimate);
        ByRound { round: paid + offset.unwrap_or(0), probability }
    });
    Ok(Goal {
        goal: claims[property].name,
        label: format!("goal_{number}"),
        verdicts: verdicts.collect(),
        probability: exact.probability().beside(sample.as_ref().map(Sample::probability)),
        rounds: offset.map(|_| expected(Reward::Rounds)),
        messages: expected(Reward::Messages),
        steps: expected(Reward::Steps),
        by_round: by_round.filter(|row| row.round > 0).collect(),
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// How many rounds fewer are paid than were begun.
pub(super) fn rounds_offset(scheduler: Scheduler) -> Option<usize> {
    match scheduler {
        Scheduler::Rounds => Some(1),
        Scheduler::Lockstep | Scheduler::Timed { .. } => Some(0),
        Scheduler::Asynchronous { .. } | Scheduler::Prompt { .. } => None,
    }
}

/// Writes the model.
pub(super) fn export(
    space: &dyn Space,
    claims: &[Claimed],
    exploration: &Exploration,
    format: Format,
    mut out: &mut dyn io::Write,
) -> Result<(), SuiteError> {
    let (graph, goals) = (&exploration.graph, goals(claims));
    match format {
        Format::Drn => write_drn(graph, &goals, &mut out)?,
        Format::Dot => {
            let names = |state| names(space, graph.state(state)).unwrap_or_default();
            write_dot(graph, &goals, names, &mut out)?;
        }
    }
    Ok(())
}

/// What the choices of an encoded state are.
fn names(space: &dyn Space, state: &[u8]) -> Result<Vec<String>, WorldError> {
    let mut successors = Successors::default();
    space.expand(state, &mut successors)?;
    Ok(successors.choices().map(|choice| choice.action.kind.to_string()).collect())
}

//! Exact answers about a world that was explored: how likely a goal is reached, and at what cost.
//!
//! The graph is a Markov decision process: what the scheduler and adversarial faults do are choices,
//! what draws and random faults do is chance. So each question has two answers, the least and the
//! greatest over all schedulers and adversaries; and a third, for a scheduler that draws each of its
//! choices uniformly, which a simulation can check.
//!
//! First the questions that need no numbers are decided on the graph alone: where the goal is
//! certain, and where it is out of reach. What remains are equations, solved exactly in fractions
//! where the effort allows, and otherwise in intervals that certainly contain the answer.

mod estimate;
pub mod export;
mod interval;
mod number;
mod problem;
mod rational;
mod sampling;
mod system;

use std::panic::resume_unwind;
use std::{fmt, thread};

use num_rational::BigRational;
use num_traits::ToPrimitive;

use serde::{Serialize, Serializer};

use crate::Weight;
use crate::explore::Graph;
use crate::world::{Paid, Price};
use number::{Interval, Number};
use problem::Problem;

pub use estimate::{Estimate, Sampled};
pub(crate) use sampling::sample_space;
pub use sampling::{MAX_ACTIONS, Sample, SampleError, sample, seeded};

/// Which solution of equations is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Optimum {
    Least,
    Greatest,
}

/// Who makes the choices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Chooser {
    /// Who wants the least.
    Least,
    /// Who draws each choice uniformly.
    Uniform,
    /// Who wants the greatest.
    Greatest,
}

/// What is paid on the way to a goal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reward {
    /// [`Price::rounds`].
    Rounds,
    /// [`Price::messages`].
    Messages,
    /// [`Price::steps`].
    Steps,
}

impl Reward {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rounds, Self::Messages, Self::Steps];

    /// How much of it an action costs.
    #[must_use]
    pub fn of(self, price: &Price) -> Weight {
        match self {
            Self::Rounds => price.rounds,
            Self::Messages => price.messages,
            Self::Steps => price.steps,
        }
    }

    /// How much of it was paid.
    #[must_use]
    pub fn in_all(self, paid: &Paid) -> u64 {
        match self {
            Self::Rounds => paid.rounds,
            Self::Messages => paid.messages,
            Self::Steps => paid.steps,
        }
    }
}

impl fmt::Display for Reward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rounds => "rounds",
            Self::Messages => "messages",
            Self::Steps => "steps",
        })
    }
}

/// The answer to a question about numbers.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// This fraction exactly.
    Exact(BigRational),
    /// Something between these bounds, with certainty.
    Between(f64, f64),
    /// More than any number: the goal is missed with a probability above 0.
    Infinite,
    /// The effort that is allowed did not suffice for certainty.
    Unknown,
}

/// The answers for the best and the worst that can happen, and for one scheduler between.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Extremes {
    /// The least over all schedulers and adversaries.
    #[serde(rename = "min")]
    pub least: Answer,
    /// For the scheduler and adversary that draw each choice uniformly.
    pub uniform: Answer,
    /// What random runs say of that, where there were some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampled: Option<Sampled>,
    /// The greatest over all schedulers and adversaries.
    #[serde(rename = "max")]
    pub greatest: Answer,
}

/// How much is done for fractions rather than intervals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effort {
    /// Up to so many transitions before the goal, answers are fractions.
    pub exact_transitions: usize,
}

impl Default for Effort {
    /// Fractions for what takes seconds.
    fn default() -> Self {
        Self { exact_transitions: 100_000 }
    }
}

/// Answers questions about one goal: the states in which a property holds.
pub struct Exact<'a> {
    problem: Problem<'a>,
    in_fractions: bool,
}

impl<'a> Exact<'a> {
    /// Prepares questions about the property at that place in the list.
    #[must_use]
    pub fn new(graph: &'a Graph, property: usize, effort: Effort) -> Self {
        let problem = Problem::new(graph, graph.where_holds(property));
        let in_fractions = problem.transitions() <= effort.exact_transitions;
        Self { problem, in_fractions }
    }

    /// How likely the goal is reached.
    #[must_use]
    pub fn probability(&self) -> Extremes {
        Extremes::of(|chooser| {
            self.answer(
                || self.problem.probability::<BigRational>(chooser),
                || self.problem.probability::<Interval>(chooser),
            )
        })
    }

    /// How much of the reward is expected to be paid before the goal is reached; infinite where it
    /// is missed with a probability above 0.
    #[must_use]
    pub fn expected(&self, reward: Reward) -> Extremes {
        Extremes::of(|chooser| {
            if !self.problem.is_certain(chooser) {
                return Answer::Infinite;
            }
            self.answer(
                || self.problem.expected::<BigRational>(chooser, reward),
                || self.problem.expected::<Interval>(chooser, reward),
            )
        })
    }

    /// How likely the goal is reached before more than 0, 1, … `most` rounds are paid.
    #[must_use]
    pub fn within_rounds(&self, most: usize) -> Vec<Extremes> {
        let [least, uniform, greatest] = for_each_chooser(|by| self.each_round(by, most));
        let all = least.into_iter().zip(uniform).zip(greatest);
        let extremes =
            |((least, uniform), greatest)| Extremes { least, uniform, sampled: None, greatest };
        all.map(extremes).collect()
    }

    fn each_round(&self, chooser: Chooser, most: usize) -> Vec<Answer> {
        let fractions = || self.problem.within_rounds::<BigRational>(chooser, most).map(answers);
        let intervals = || self.problem.within_rounds::<Interval>(chooser, most).map(answers);
        let in_fractions = self.in_fractions.then(fractions).flatten();
        in_fractions.or_else(intervals).unwrap_or_else(|| vec![Answer::Unknown; most + 1])
    }

    /// In fractions where that is allowed and succeeds, else in intervals.
    fn answer(
        &self,
        fraction: impl Fn() -> Option<BigRational>,
        interval: impl Fn() -> Option<Interval>,
    ) -> Answer {
        let exact = self.in_fractions.then(fraction).flatten().map(Answer::from);
        exact.or_else(|| interval().map(Answer::from)).unwrap_or(Answer::Unknown)
    }
}

/// Asks about the least, the uniform and the greatest at the same time.
fn for_each_chooser<T: Send>(ask: impl Fn(Chooser) -> T + Sync) -> [T; 3] {
    let ask = &ask;
    thread::scope(|scope| {
        let others = [Chooser::Least, Chooser::Greatest].map(|by| scope.spawn(move || ask(by)));
        let uniform = ask(Chooser::Uniform);
        let [least, greatest] = others.map(|other| match other.join() {
            Ok(answer) => answer,
            Err(panic) => resume_unwind(panic),
        });
        [least, uniform, greatest]
    })
}

fn answers<V>(values: Vec<V>) -> Vec<Answer>
where
    Answer: From<V>,
{
    values.into_iter().map(Answer::from).collect()
}

impl Extremes {
    /// Whether all of them are certain.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        [&self.least, &self.uniform, &self.greatest].into_iter().all(Answer::is_certain)
    }

    /// The same beside what random runs say of the uniform answer.
    #[must_use]
    pub fn beside(mut self, estimate: Option<Estimate>) -> Self {
        self.sampled = estimate.and_then(|estimate| estimate.against(&self.uniform));
        self
    }

    fn of(answer: impl Fn(Chooser) -> Answer + Sync) -> Self {
        let [least, uniform, greatest] = for_each_chooser(answer);
        Self { least, uniform, sampled: None, greatest }
    }
}

/// An interval is narrow enough to be an answer if it is no wider than this, or, above 1, than this
/// part of the answer.
pub const NARROW: f64 = 1e-9;

impl Answer {
    /// Whether it is exact, or an interval that is [`NARROW`].
    #[must_use]
    pub fn is_certain(&self) -> bool {
        match self {
            Self::Exact(_) | Self::Infinite => true,
            Self::Between(low, high) => high - low <= NARROW * low.max(1.0),
            Self::Unknown => false,
        }
    }

    /// Whether the answer is no less than the fraction; `None` where that is not certain.
    #[must_use]
    pub fn is_at_least(&self, fraction: &Weight) -> Option<bool> {
        let fraction = BigRational::of(fraction);
        let around = Interval::around(&fraction);
        match self {
            Self::Exact(answer) => Some(*answer >= fraction),
            Self::Between(low, _) if *low >= around.high => Some(true),
            Self::Between(_, high) if *high < around.low => Some(false),
            Self::Infinite => Some(true),
            Self::Between(..) | Self::Unknown => None,
        }
    }

    /// The answer as near as a floating-point number comes, if it is a number.
    #[must_use]
    pub fn approximately(&self) -> Option<f64> {
        match self {
            Self::Exact(fraction) => fraction.to_f64(),
            Self::Between(low, high) => Some(f64::midpoint(*low, *high)),
            Self::Infinite => Some(f64::INFINITY),
            Self::Unknown => None,
        }
    }
}

/// Written as `{"exact": "2/3"}`, `{"low": 0.5, "high": 0.6}`, `{"infinite": true}` or
/// `{"unknown": true}`.
impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Shape {
            Exact { exact: String },
            Between { low: f64, high: f64 },
            Infinite { infinite: bool },
            Unknown { unknown: bool },
        }
        let shape = match self {
            Self::Exact(fraction) => Shape::Exact { exact: fraction.to_string() },
            &Self::Between(low, high) => Shape::Between { low, high },
            Self::Infinite => Shape::Infinite { infinite: true },
            Self::Unknown => Shape::Unknown { unknown: true },
        };
        shape.serialize(serializer)
    }
}

impl From<BigRational> for Answer {
    fn from(fraction: BigRational) -> Self {
        Self::Exact(fraction)
    }
}

impl From<Interval> for Answer {
    fn from(Interval { low, high }: Interval) -> Self {
        if low == high {
            return BigRational::from_float(low).map_or(Self::Unknown, Self::Exact);
        }
        Self::Between(low, high)
    }
}

//! Groups that are so small that the machines are explored instead of run: the known fraction and
//! ours are equal, or one of them is wrong.

use super::Line;
use crate::exact::{Answer, Effort};
use crate::explore::Limits;
use crate::suites::{ExactReport, Questions, catalogue};

/// A known fraction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tiny {
    /// Its number in the list of known figures.
    pub id: &'static str,
    /// The suite whose world it speaks of.
    pub suite: &'static str,
    /// What is asked.
    pub question: Question,
    /// The fraction.
    pub known: &'static str,
}

/// What is asked of the first goal of a suite, for a scheduler that draws its choices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// How many rounds are expected.
    Rounds,
    /// How likely it is reached by the end of this round.
    ByRound(usize),
}

/// In lockstep, one node informed at the start, fanout 1.
pub(super) fn rows() -> Vec<Tiny> {
    let known = [
        ("lockstep-push-4", "485/152", ["0", "2/9", "58/81", "1990/2187"]),
        ("lockstep-pull-4", "105/38", ["1/27", "341/729", "16039/19683", "500669/531441"]),
        ("lockstep-push-pull-4", "121/60", ["1/9", "637/729", "58957/59049", ""]),
    ];
    let rows = known.into_iter().flat_map(|(suite, rounds, by_round)| {
        let row = |question, known| Tiny { id: "A12", suite, question, known };
        let by_round = (1..).zip(by_round).filter(|(_, known)| !known.is_empty());
        let by_round = by_round.map(move |(round, known)| row(Question::ByRound(round), known));
        [row(Question::Rounds, rounds)].into_iter().chain(by_round).collect::<Vec<_>>()
    });
    rows.collect()
}

impl Tiny {
    /// Explores the world, and compares.
    #[must_use]
    pub fn line(&self) -> Line {
        let ours = self.answer().unwrap_or_else(|| "not known".into());
        Line {
            id: self.id.into(),
            setting: self.suite.into(),
            figure: match self.question {
                Question::Rounds => "expected rounds".into(),
                Question::ByRound(round) => format!("all by round {round}"),
            },
            known: self.known.into(),
            source: "exact".into(),
            holds: ours == self.known,
            ours,
            interval: None,
            runs: 0,
            p_value: None,
            false_alarm: 0.0,
        }
    }

    fn answer(&self) -> Option<String> {
        let suite = catalogue().into_iter().find(|suite| suite.name == self.suite)?;
        let rounds = match self.question {
            Question::Rounds => 0,
            Question::ByRound(round) => round,
        };
        let questions = Questions { effort: Effort::default(), rounds, sampling: None };
        let report = suite.ask(questions, Limits::default(), &mut |_| (), None).ok()?;
        match self.of(&report)? {
            Answer::Exact(fraction) => Some(fraction.to_string()),
            Answer::Between(..) | Answer::Infinite | Answer::Unknown => None,
        }
    }

    fn of<'a>(&self, report: &'a ExactReport) -> Option<&'a Answer> {
        let goal = report.goals.first()?;
        let extremes = match self.question {
            Question::Rounds => goal.rounds.as_ref(),
            Question::ByRound(round) => {
                goal.by_round.iter().find(|row| row.round == round).map(|row| &row.probability)
            }
        };
        extremes.map(|extremes| &extremes.uniform)
    }
}

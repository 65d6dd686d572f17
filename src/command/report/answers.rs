//! Exact answers about the goals of a suite.

use maud::{Markup, html};
use rumormill::models::exact::{Answer, Extremes};
use rumormill::models::suites::{Goal, Report};

use super::legend::notion;
use super::{Answers, Chapter, MOST_TRANSITIONS, chart};
use crate::command::numbers::{count, counted, figure, seconds};

/// How many suites were asked, and how many were not, in a line.
pub(super) fn summary(chapters: &[Chapter]) -> String {
    let answers = || chapters.iter().filter_map(Chapter::answers);
    let given = || {
        answers().filter_map(|answers| match answers {
            Answers::Given(report) => Some(report),
            _ => None,
        })
    };
    let goals: usize = given().map(|report| report.goals.len()).sum();
    let large = answers().filter(|answers| matches!(answers, Answers::TooLarge)).count();
    let mut line = format!(
        "exact answers about {} of {}",
        counted(goals, "goal", "goals"),
        counted(given().count(), "suite", "suites"),
    );
    if large > 0 {
        line += &format!(
            "; {} with more than {} transitions {} not asked",
            counted(large, "suite", "suites"),
            count(MOST_TRANSITIONS),
            if large == 1 { "was" } else { "were" },
        );
    }
    let without = answers().filter(|answers| matches!(answers, Answers::NoGoal)).count();
    if without > 0 {
        let have = if without == 1 { "has" } else { "have" };
        line += &format!("; {} {have} no goal to be reached", counted(without, "suite", "suites"));
    }
    line
}

/// The answers, or why there are none.
pub(super) fn answers(report: &Report, answers: &Answers) -> Markup {
    html! {
        h3 { "Exact answers" }
        @match answers {
            Answers::Given(exact) => @for goal in &exact.goals { (of_goal(goal)) },
            Answers::NoGoal => p.none {
                "Its properties speak of every state alone: there is no goal to be reached."
            },
            Answers::TooLarge => p.none {
                "Not asked for on this page, as it has more than " (count(MOST_TRANSITIONS))
                " transitions; " code { "rumormill exact " (report.suite) } " asks."
            },
            Answers::Incomplete(why) => p.none { (why) },
        }
    }
}

fn of_goal(goal: &Goal) -> Markup {
    html! {
        div.goal {
            h4 { (goal.goal) }
            ul.verdicts {
                @for verdict in &goal.verdicts {
                    li { (found(verdict.holds)) " " (notion(&verdict.notion)) }
                }
            }
            div.figures {
                (table(goal))
                (chart::by_round(goal))
            }
            p.took { "answered in " (seconds(goal.seconds)) }
        }
    }
}

/// Whether something is so, which is good or bad in nobody's eyes.
fn found(is_so: bool) -> Markup {
    match is_so {
        true => html! { span.mark.yes role="img" aria-label="is so" { "✓" } },
        false => html! { span.mark.no role="img" aria-label="is not so" { "✗" } },
    }
}

/// The answers: for all who choose in one column where nobody's choice makes a difference.
fn table(goal: &Goal) -> Markup {
    let is_one = goal.answers().all(|answers| of_all(answers).is_some());
    let columns: &[&str] =
        if is_one { &["whoever chooses"] } else { &["least", "uniform", "greatest"] };
    let row = |what: &str, answers: &Extremes| row(what, answers, is_one);
    html! {
        div.scroll {
            table.answers {
                thead {
                    tr {
                        th scope="col" {}
                        @for who in columns { th scope="col" { (who) } }
                    }
                }
                tbody {
                    (row("probability", &goal.probability))
                    @if let Some(rounds) = &goal.rounds { (row("expected rounds", rounds)) }
                    (row("expected messages", &goal.messages))
                    (row("expected steps", &goal.steps))
                }
                @if !goal.by_round.is_empty() {
                    tbody {
                        @for by in &goal.by_round {
                            (row(&format!("by round {}", by.round), &by.probability))
                        }
                    }
                }
            }
        }
    }
}

/// The one answer for all who choose, where it is one.
fn of_all(answers: &Extremes) -> Option<&Answer> {
    let Extremes { least, uniform, greatest, .. } = answers;
    (least == uniform && uniform == greatest).then_some(least)
}

fn row(what: &str, answers: &Extremes, is_one: bool) -> Markup {
    let Extremes { least, uniform, greatest, .. } = answers;
    let columns: &[&Answer] = if is_one { &[least] } else { &[least, uniform, greatest] };
    html! {
        tr {
            th scope="row" { (what) }
            @for answer in columns { td { (cell(answer)) } }
        }
    }
}

fn cell(answer: &Answer) -> Markup {
    let figure = figure(answer);
    html! {
        span.exactly title=[figure.whole] {
            (figure.exactly)
            @if figure.exactly.is_empty() { (figure.decimal) }
        }
        @if !figure.exactly.is_empty() && !figure.decimal.is_empty() {
            " " span.decimal { (figure.decimal) }
        }
    }
}

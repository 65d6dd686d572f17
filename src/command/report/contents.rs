//! The table of contents.

use maud::{Markup, html};
use rumormill::models::suites::Report;

use super::{Chapter, anchor, mark, open_mark};
use crate::command::numbers::{count, seconds};

/// Each suite with its mark, where it stands, and how large it is.
pub(super) fn contents(chapters: &[Chapter]) -> Markup {
    html! {
        nav #contents aria-label="Suites" {
            h2 { "The suites" }
            table {
                thead {
                    tr {
                        th scope="col" {}
                        th scope="col" { "suite" }
                        th.about scope="col" { "what it is about" }
                        th.figure scope="col" { "states" }
                        th.figure.wide scope="col" { "properties" }
                        th.figure.wide scope="col" { "bugs" }
                        th.figure.wide scope="col" { "time" }
                    }
                }
                tbody { @for chapter in chapters { (row(chapter)) } }
            }
        }
    }
}

fn row(chapter: &Chapter) -> Markup {
    let report = chapter.report();
    let figure = |of: fn(&Report) -> String| report.map_or_else(|| "–".into(), of);
    html! {
        tr {
            td { (verdict(chapter)) }
            th scope="row" { a href=(format!("#{}", anchor(&chapter.suite))) { (chapter.suite) } }
            td.about { (chapter.about) }
            td.figure { (figure(|report| count(report.states))) }
            td.figure.wide { (figure(properties)) }
            td.figure.wide { (figure(bugs)) }
            td.figure.wide { (figure(|report| seconds(time(report)))) }
        }
    }
}

/// The mark of a suite.
pub(super) fn verdict(chapter: &Chapter) -> Markup {
    chapter.report().map_or_else(open_mark, |report| mark(report.holds()))
}

fn properties(report: &Report) -> String {
    let holding = report.properties.iter().filter(|property| property.is_as_claimed()).count();
    all_or_some(holding, report.properties.len())
}

fn bugs(report: &Report) -> String {
    all_or_some(report.bugs.iter().filter(|bug| bug.holds()).count(), report.bugs.len())
}

fn all_or_some(some: usize, all: usize) -> String {
    if some == all { count(all as u64) } else { format!("{some} of {all}") }
}

/// What both engines took.
fn time(report: &Report) -> f64 {
    report.seconds + report.second_opinions.iter().map(|opinion| opinion.seconds).sum::<f64>()
}

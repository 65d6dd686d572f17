//! The seeded bugs of a suite.

use maud::{Markup, html};
use rumormill::models::suites::{BugReport, Evidence, Report};

use super::{anchor, mark, property, run};

/// All of them.
pub(super) fn bugs(report: &Report) -> Markup {
    html! {
           @if !report.bugs.is_empty() {
               h3 { "Seeded bugs" }
               ul.bugs { @for (place, bug) in report.bugs.iter().enumerate() {
    (item(report, bug, place)) } }
           }
       }
}

/// A bug; one and the same may be seeded for several properties of a suite.
fn item(report: &Report, bug: &BugReport, place: usize) -> Markup {
    let address = format!("{}--bug-{}", anchor(&report.suite), place + 1);
    html! {
        li id=(address) {
            p.claim.fails[!bug.holds()] {
                (mark(bug.holds())) " " code.name { (bug.bug) } " "
                q { (bug.thought) }
            }
            (difference(bug))
            p.caught {
                @if bug.caught { "Caught by " } @else { strong.fails { "Not caught" } " by " }
                (property::link(report, bug.property))
                (replay(bug.evidence.as_ref()))
            }
            @if let Some(evidence) = &bug.evidence {
                (run::run("The counterexample", evidence, &address, !evidence.replays()))
            }
        }
    }
}

fn replay(evidence: Option<&Evidence>) -> Markup {
    html! {
        @match evidence.map(Evidence::replays) {
            Some(true) => ", and its counterexample replays.",
            Some(false) => { ", but its counterexample " strong.fails { "does not replay" } "." },
            None => ". No single run shows it.",
        }
    }
}

/// What stands in the source, and what stood there with the bug.
fn difference(bug: &BugReport) -> Markup {
    let [right, wrong] = [bug.right, bug.wrong].map(outdented);
    html! {
        figure.difference {
            figcaption { (bug.file) }
            (side("right", "stands there", &right))
            (side("wrong", "with the bug", &wrong))
        }
    }
}

fn side(class: &str, label: &str, code: &str) -> Markup {
    html! {
        div class=(class) {
            span.label { (label) }
            @if code.is_empty() { span.nothing { "nothing" } } @else { pre { code { (code) } } }
        }
    }
}

/// Lines without the blanks that all of them begin with.
fn outdented(code: &str) -> String {
    let lines = || code.lines().filter(|line| !line.trim().is_empty());
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let common = lines().map(blanks).min().unwrap_or(0);
    let rest = lines().map(|line| line[common..].trim_end());
    rest.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::outdented;

    #[test]
    fn lines_keep_how_they_stand_to_each_other() {
        assert_eq!(outdented("    if it {\n        is();\n    }\n"), "if it {\n    is();\n}");
        assert_eq!(outdented("  "), "");
    }
}

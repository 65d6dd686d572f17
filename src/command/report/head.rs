//! The head of the page: the verdict, what is wrong, and totals.

use std::env;
use std::env::consts::{ARCH, OS};

use maud::{Markup, html};
use rumormill::models::suites::Report;

use super::troubles::troubles;
use super::{Chapter, anchor, answers};
use crate::command::numbers::{count, counted, seconds};

/// The verdict in a few words.
pub(super) fn title(chapters: &[Chapter]) -> String {
    let failed = chapters.iter().filter(|c| c.report().is_some_and(|r| !r.holds())).count();
    let incomplete = chapters.iter().filter(|chapter| chapter.report().is_none()).count();
    match (failed, incomplete) {
        (0, 0) => "Everything holds".into(),
        (0, open) => format!("Nothing fails, {} incomplete", counted(open, "suite", "suites")),
        (failed, 0) => format!("{} of {} suites fail", failed, chapters.len()),
        (failed, open) => {
            format!("{failed} of {} suites fail, {open} incomplete", chapters.len())
        }
    }
}

/// The head of the page.
pub(super) fn head(chapters: &[Chapter], took: f64) -> Markup {
    html! {
        header.page {
            p.over { "rumormill check" }
            h1 { (title(chapters)) }
            (all_troubles(chapters))
            (totals(chapters, took))
            (provenance())
        }
    }
}

/// Everything that is not as it should be, before anything else.
fn all_troubles(chapters: &[Chapter]) -> Markup {
    let all = chapters.iter().map(|chapter| (chapter, troubles(chapter)));
    let all: Vec<_> = all.filter(|(_, troubles)| !troubles.is_empty()).collect();
    html! {
        @if !all.is_empty() {
            div.troubles role="note" {
                h2 { "What does not hold, or is not known" }
                ul {
                    @for (chapter, troubles) in all {
                        li {
                            a href=(format!("#{}", anchor(&chapter.suite))) { (chapter.suite) }
                            ul { @for trouble in troubles { li { (trouble) } } }
                        }
                    }
                }
            }
        }
    }
}

/// How much was looked at.
fn totals(chapters: &[Chapter], took: f64) -> Markup {
    let reports: Vec<_> = chapters.iter().filter_map(Chapter::report).collect();
    let properties = || reports.iter().flat_map(|report| &report.properties);
    let bugs = || reports.iter().flat_map(|report| &report.bugs);
    let opinions = || reports.iter().flat_map(|report| &report.second_opinions);
    let sum = |of: fn(&Report) -> u64| reports.iter().map(|report| of(report)).sum::<u64>();
    let (holding, caught, agreeing) = (
        properties().filter(|property| property.is_as_claimed()).count(),
        bugs().filter(|bug| bug.holds()).count(),
        opinions().filter(|opinion| opinion.agrees).count(),
    );
    let suites = reports.iter().filter(|report| report.holds()).count();
    html! {
        dl.totals {
            (share("suites hold", suites, chapters.len()))
            (share("properties hold", holding, properties().count()))
            (total("states", &count(sum(|report| report.states))))
            (total("transitions", &count(sum(|report| report.transitions))))
            (share("seeded bugs caught", caught, bugs().count()))
            (share("second opinions agree", agreeing, opinions().count()))
            (total("in all", &seconds(took)))
        }
        p.answered { "Beside the verdicts: " (answers::summary(chapters)) "." }
    }
}

fn total(what: &str, figure: &str) -> Markup {
    html! { div { dt { (what) } dd { (figure) } } }
}

/// How many of all; visibly so where they are not all.
fn share(what: &str, some: usize, all: usize) -> Markup {
    html! {
        div {
            dt { (what) }
            dd.fails[some < all] { (count(some as u64)) small { " of " (count(all as u64)) } }
        }
    }
}

/// Which command printed this page, and how it is printed again.
fn provenance() -> Markup {
    let build = if cfg!(debug_assertions) { "debug build" } else { "release build" };
    html! {
        p.provenance {
            "Printed by rumormill " (env!("CARGO_PKG_VERSION")) ", a " (build) " on " (OS) ", "
            (ARCH) ". It is printed again by"
        }
        pre.again { code { (command_line(env::args().skip(1))) } }
        p.provenance {
            "and is the same but for the times. "
            button #unfold type="button" hidden="" aria-pressed="false" { "Unfold all runs" }
        }
    }
}

/// The command with its arguments, as a shell reads them.
fn command_line(arguments: impl Iterator<Item = String>) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+".contains(c);
    let quoted = arguments.map(|argument| match argument.chars().all(plain) {
        true if !argument.is_empty() => argument,
        _ => format!("'{}'", argument.replace('\'', r"'\''")),
    });
    ["rumormill".into()].into_iter().chain(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::command_line;

    #[test]
    fn a_shell_can_read_the_command_line() {
        let arguments = ["check", "--report", "a folder", "it's"].map(String::from);
        let line = r"rumormill check --report 'a folder' 'it'\''s'";
        assert_eq!(command_line(arguments.into_iter()), line);
    }
}

//! What is said of a suite.

use maud::{Markup, html};
use rumormill::models::suites::{Report, SecondOpinion};

use super::contents::verdict;
use super::troubles::troubles;
use super::{Came, Chapter, anchor, answers, bug, mark, property};
use crate::command::numbers::{count, seconds};

/// The section of a suite.
pub(super) fn section(chapter: &Chapter) -> Markup {
    let address = anchor(&chapter.suite);
    html! {
        section.suite id=(address) {
            header {
                h2 { (verdict(chapter)) " " a href=(format!("#{address}")) { (chapter.suite) } }
                a.up href="#contents" { "all suites" }
            }
            p.about { (chapter.about) }
            (warning(chapter))
            @if let Came::Checked(report, answers) = &chapter.came {
                (facts(report))
                h3 { "Properties" }
                ul.properties {
                    @for (place, property) in report.properties.iter().enumerate() {
                        (property::item(property, &property::address(report, place)))
                    }
                }
                (bug::bugs(report))
                (opinions(&report.second_opinions))
                (answers::answers(report, answers))
            }
        }
    }
}

/// What is wrong with it.
fn warning(chapter: &Chapter) -> Markup {
    let troubles = troubles(chapter);
    html! {
        @if !troubles.is_empty() {
            ul.troubles { @for trouble in troubles { li { (trouble) } } }
        }
    }
}

/// How large its world is, and what happened in it.
fn facts(report: &Report) -> Markup {
    html! {
        dl.facts {
            (fact("nodes", &count(report.nodes)))
            (fact("states", &count(report.states)))
            (fact("transitions", &count(report.transitions)))
            (fact("states of single machines", &count(report.local_states)))
            (fact("runs of the handler", &count(report.handled)))
            (fact("explored in", &seconds(report.seconds)))
            (faults(report))
            @if report.crowded_out > 0 {
                (fact("messages crowded out, in all states", &count(report.crowded_out)))
            }
            (counted(report))
        }
    }
}

fn fact(what: &str, figure: &str) -> Markup {
    html! { div { dt { (what) } dd { (figure) } } }
}

/// How often each fault struck, over all states.
fn faults(report: &Report) -> Markup {
    let faults = [
        ("messages lost", report.losses),
        ("messages doubled", report.duplications),
        ("crashes", report.crashes),
        ("late starts", report.late_starts),
        ("restarts", report.restarts),
        ("forged messages", report.forgeries),
    ];
    html! {
        @for (what, times) in faults {
            @if times > 0 { (fact(&format!("{what}, in all states"), &count(times))) }
        }
    }
}

/// What independent computations found.
fn counted(report: &Report) -> Markup {
    html! {
        @if let Some((states, transitions)) = report.expected {
            div.long {
                dt { "counted " (if report.is_by_symmetry() { "without symmetry" } else { "independently" }) }
                dd {
                    (mark(report.counts_as_expected()))
                    " " (count(states)) " states, " (count(transitions)) " transitions"
                    @if report.is_by_symmetry() {
                        ", which the classes of states here stand for"
                    }
                }
            }
        }
    }
}

/// What the other engine says.
fn opinions(opinions: &[SecondOpinion]) -> Markup {
    html! {
        h3 { "Second opinions" }
        ul.opinions {
            @for opinion in opinions {
                li {
                    (mark(opinion.agrees)) " stateright, " (opinion.search) ": "
                    (count(opinion.states)) " states in " (seconds(opinion.seconds)) ", "
                    @if opinion.agrees { "agrees" } @else { strong { "disagrees" } }
                }
            }
        }
    }
}

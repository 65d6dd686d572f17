//! What came of a property.

use maud::{Markup, html};
use rumormill::models::suites::{PropertyReport, Report};

use super::legend::notion;
use super::{anchor, mark, run};

/// Where the property at that place among those of its suite stands on the page.
pub(super) fn address(report: &Report, place: usize) -> String {
    format!("{}--{}", anchor(&report.suite), place + 1)
}

/// The property of that name, leading to where it stands.
pub(super) fn link(report: &Report, name: &str) -> Markup {
    let place = report.properties.iter().position(|property| property.name == name);
    html! {
        @match place {
            Some(place) => a href=(format!("#{}", address(report, place))) { (name) },
            None => (name),
        }
    }
}

/// A property with its verdict, and the run that shows it.
pub(super) fn item(property: &PropertyReport, address: &str) -> Markup {
    let PropertyReport { name, notion: claimed, holds, evidence, .. } = property;
    let shows = if *holds { "A run that shows it" } else { "A run that refutes it" };
    html! {
        li id=(address) {
            p.claim.fails[!holds] {
                (mark(*holds)) " " (notion(claimed)) " " span.name { (name) }
                @if !holds { " " strong.verdict { "does not hold" } }
            }
            @if let Some(evidence) = evidence {
                (run::run(shows, evidence, address, !holds || !evidence.replays()))
            }
        }
    }
}

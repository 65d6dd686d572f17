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
    let PropertyReport { name, notion: claimed, holds, is_to_hold, evidence } = property;
    let is_as_claimed = holds == is_to_hold;
    let shows = if *holds { "A run that shows it" } else { "A run that refutes it" };
    html! {
        li id=(address) {
            p.claim.fails[!is_as_claimed] {
                (mark(is_as_claimed)) " " (notion(claimed)) " " span.name { (name) }
                @if !holds { " " strong.verdict { "does not hold" } }
                @if !is_to_hold { " and is not to" }
            }
            @if let Some(evidence) = evidence {
                (run::run(shows, evidence, address, !property.is_as_claimed()))
            }
        }
    }
}

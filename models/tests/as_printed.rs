//! The findings in the algorithms as printed are found, and the figures of the second text are as far
//! off as is claimed.

use std::collections::BTreeSet;

use rumormill_models::as_printed::{catalogue, figures};
use rumormill_models::explore::Limits;
use rumormill_models::suites::{Report, Suite};

fn run(suite: &Suite) -> Report {
    let report = suite.run(Limits::default(), &mut |_| {});
    report.unwrap_or_else(|error| panic!("{}: {error}", suite.name))
}

#[test]
fn every_claim_about_the_listings_is_true() {
    for report in catalogue().iter().map(run) {
        for property in &report.properties {
            let name = (&report.suite, property.name);
            assert!(property.is_as_claimed(), "{name:?}: holds: {}", property.holds);
            // One that is likely enough has no single run to show that it is not.
            let is_shown = property.evidence.is_some() || property.notion.starts_with("with");
            assert!(property.is_to_hold || is_shown, "{name:?} has no counterexample");
        }
        assert!(report.holds(), "{report:#?}");
    }
}

/// What is said to be right must be able to fail: here or in the suites, some machine fails it.
#[test]
fn no_two_findings_have_one_name() {
    let findings = catalogue();
    let names: BTreeSet<_> = findings.iter().map(|suite| &suite.name).collect();
    assert_eq!(names.len(), findings.len());
}

#[test]
fn the_figures_of_the_second_text_are_as_far_off_as_claimed() {
    for figure in figures().expect("groups that are small enough") {
        assert!(figure.holds(), "{figure:?}: {} times", figure.times());
    }
}

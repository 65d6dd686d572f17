//! What is claimed of the algorithms as printed is true, and can be wrong; the figures of the second
//! text are as far off as is claimed.

use std::collections::BTreeSet;

use rumormill_core::analysis::infect_and_die::final_size;
use rumormill_core::analysis::{Group, Targets};
use rumormill_models::as_printed::{catalogue, figures};
use rumormill_models::exact::{Answer, Effort};
use rumormill_models::explore::Limits;
use rumormill_models::suites::{PropertyReport, Questions, Report, Suite};

fn check(suite: &Suite) -> Report {
    let report = suite.run(Limits::default(), &mut |_| {});
    report.unwrap_or_else(|error| panic!("{}: {error}", suite.name))
}

/// Whether there is a single run that shows why it fails: not that it is too unlikely.
fn can_be_shown(property: &PropertyReport) -> bool {
    !property.notion.starts_with("with probability")
}

#[test]
fn every_claim_is_true_and_every_failure_is_shown() {
    for report in catalogue().iter().map(check) {
        for property in &report.properties {
            let name = (&report.suite, property.name);
            assert!(property.is_as_claimed(), "{name:?}: holds: {}", property.holds);
            let is_shown = property.evidence.is_some() || !can_be_shown(property);
            assert!(property.is_to_hold || is_shown, "{name:?} has no counterexample");
        }
        assert!(report.holds(), "{report:#?}");
    }
}

/// A `sometimes` is a question to the exact engine rather than a claim.
#[test]
fn what_is_right_in_one_world_fails_in_another() {
    let reports: Vec<_> = catalogue().iter().map(check).collect();
    let claims = || reports.iter().flat_map(|report| &report.properties);
    let claims = || claims().filter(|property| property.notion != "sometimes");
    let names = |hold: bool| -> BTreeSet<_> {
        claims().filter(|property| property.holds == hold).map(|property| property.name).collect()
    };
    let never_failing: Vec<_> = names(true).difference(&names(false)).copied().collect();
    assert!(never_failing.is_empty(), "{never_failing:?}");
}

#[test]
fn every_finding_has_a_name_of_its_own() {
    let findings = catalogue();
    let names: BTreeSet<_> = findings.iter().map(|suite| &suite.name).collect();
    assert_eq!(names.len(), findings.len());
}

/// The probability of a goal, which is the same for all schedulers.
fn probability(suite: &str, goal: &str) -> String {
    let findings = catalogue();
    let suite = findings.iter().find(|finding| finding.name == suite).expect("a finding");
    let questions = Questions { effort: Effort::default(), rounds: 0, sampling: None };
    let report = suite.ask(questions, Limits::default(), &mut |_| {}, None).expect("answers");
    let goal = report.goals.into_iter().find(|other| other.goal == goal).expect("a goal");
    assert_eq!(goal.probability.least, goal.probability.greatest);
    match goal.probability.least {
        Answer::Exact(fraction) => fraction.to_string(),
        other => panic!("{other:?} is no fraction"),
    }
}

#[test]
fn the_probabilities_are_those_of_the_book() {
    for (suite, goal, expected) in [
        (
            "printed-neighbors-oneself-2",
            "whoever has failed is replaced by somebody who lives",
            "1/2",
        ),
        ("printed-broadcast-down-4", "everybody is reached", "2/9"),
        ("printed-broadcast-up-4", "everybody is reached", "8/9"),
        ("printed-walk-3", "the walk ends where it began", "1/4"),
        (
            "printed-walk-degrees-4",
            "the walk ends at the one with a single neighbour as often as elsewhere",
            "197/1296",
        ),
        ("printed-walk-degrees-4", "the walk ends at the one whom all know", "91/288"),
    ] {
        assert_eq!(probability(suite, goal), expected, "{suite}: {goal}");
    }
}

/// The listing does what the recursion of infect-and-die counts.
#[test]
fn the_broadcast_is_infect_and_die() {
    for (targets, expected) in [(1, 2.0 / 9.0), (2, 8.0 / 9.0)] {
        let targets = Targets::fixed(targets).expect("few targets");
        let reached = final_size(&Group { size: 4, crashed: 0, targets, loss: 0.0_f64 });
        let everybody = reached.expect("a group").everybody();
        assert!((everybody - expected).abs() < 1e-12, "{everybody}");
    }
}

#[test]
fn the_figures_of_the_second_text_are_as_far_off_as_claimed() {
    for figure in figures().expect("groups that are small enough") {
        assert!(figure.holds(), "{figure:?}: {} times", figure.times());
    }
}

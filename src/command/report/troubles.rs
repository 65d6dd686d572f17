//! What is not as it should be, in words.

use rumormill::models::suites::{BugReport, Evidence, PropertyReport, Report};

use super::{Answers, Came, Chapter};
use crate::command::numbers::count;

/// Everything about a suite that a reviewer must not overlook.
pub(super) fn troubles(chapter: &Chapter) -> Vec<String> {
    match &chapter.came {
        Came::Incomplete(why) => vec![format!("It was not checked. {why}.")],
        Came::Checked(report, answers) => {
            let mut all = of_report(report);
            all.extend(of_answers(answers));
            all
        }
    }
}

/// Why a report does not hold: at least one reason where it does not, none where it does.
fn of_report(report: &Report) -> Vec<String> {
    let properties = report.properties.iter().filter_map(of_property);
    let bugs = report.bugs.iter().filter_map(of_bug);
    let opinions = report.second_opinions.iter().filter(|opinion| !opinion.agrees);
    let opinions = opinions.map(|opinion| format!("stateright, {}, disagrees.", opinion.search));
    let all = properties.chain(opinions).chain(bugs).chain(of_world(report));
    let mut all: Vec<_> = all.collect();
    if all.is_empty() && !report.holds() {
        all.push("It does not hold; --json tells all that is known of it.".into());
    }
    all
}

fn of_property(property: &PropertyReport) -> Option<String> {
    let PropertyReport { name, notion, holds, is_to_hold, evidence } = property;
    match (is_to_hold, holds) {
        (true, false) => return Some(format!("A property fails: {notion}: {name}.")),
        (false, true) => {
            return Some(format!("A property is to fail, but holds: {notion}: {name}."));
        }
        (true, true) | (false, false) => {}
    }
    let difference = evidence.as_ref()?.difference.as_ref()?;
    Some(format!("The run that shows “{name}” does not replay: {difference}."))
}

fn of_bug(bug: &BugReport) -> Option<String> {
    let name = bug.bug;
    if !bug.caught {
        return Some(format!("The seeded bug {name} is not caught by “{}”.", bug.property));
    }
    let difference = bug.evidence.as_ref().and_then(difference)?;
    Some(format!("The counterexample to the seeded bug {name} does not replay: {difference}."))
}

fn difference(evidence: &Evidence) -> Option<&String> {
    evidence.difference.as_ref()
}

/// What is wrong with the world rather than with its machines.
fn of_world(report: &Report) -> Vec<String> {
    let mut all = Vec::new();
    if let Some((states, transitions)) = report.expected
        && !report.counts_as_expected()
    {
        let [states, transitions] = [states, transitions].map(count);
        all.push(format!(
            "Independent computations count {states} states and {transitions} transitions, this \
             check {} and {}.",
            count(report.stands_for.0),
            count(report.stands_for.1),
        ));
    }
    if !report.has_a_witness() {
        all.push("No second engine was asked.".into());
    }
    if !report.every_fault_struck {
        all.push("A fault of this world never struck, so it was checked without.".into());
    }
    if report.overflow > 0 {
        all.push(format!("{} steps hit a limit.", count(report.overflow)));
    }
    if report.loses_its_way() {
        all.push(format!("{} messages went to somebody outside the group.", count(report.astray)));
    }
    all
}

fn of_answers(answers: &Answers) -> Option<String> {
    match answers {
        Answers::Given(report) if !report.is_complete() => {
            Some("Some exact answers are unknown: the effort did not suffice for them.".into())
        }
        Answers::Incomplete(why) => Some(format!("Exact answers were not found. {why}.")),
        _ => None,
    }
}

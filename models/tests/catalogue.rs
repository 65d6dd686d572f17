//! Every suite holds, both engines agree, every seeded bug is caught, every story replays.

use std::collections::BTreeSet;

use rumormill_models::explore::Limits;
use rumormill_models::suites::{Report, catalogue};

fn explain(report: &Report) -> String {
    let mut text = format!(
        "{}: {} states, {} transitions, {:.2} s, {} handled, {} crowded out\n",
        report.suite,
        report.states,
        report.transitions,
        report.seconds,
        report.handled,
        report.crowded_out
    );
    for property in &report.properties {
        text += &format!("  {} {}: {}\n", property.notion, property.name, property.holds);
        if !property.holds {
            text += &format!("{:#?}\n", property.evidence.as_ref().map(|run| &run.story));
        }
    }
    for opinion in &report.second_opinions {
        text += &format!("  {opinion:?}\n");
    }
    for bug in &report.bugs {
        text += &format!("  {}: {}\n", bug.bug, bug.caught);
    }
    text
}

#[test]
fn everything_holds_and_every_property_has_a_bug_that_it_catches() {
    let (mut failed, mut claimed, mut catching) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let (large, suites): (Vec<_>, Vec<_>) =
        catalogue().into_iter().partition(|suite| suite.only_when_named);
    for suite in large {
        println!("not run here, since it is large: {}", suite.name);
    }
    for suite in suites {
        let report = suite.run(Limits::default(), &mut |_| {});
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", suite.name));
        println!("{}", explain(&report));
        if !report.holds() {
            failed.push(suite.name);
        }
        claimed.extend(report.properties.iter().map(|property| property.name));
        catching.extend(report.bugs.iter().map(|bug| bug.property));
    }
    assert!(failed.is_empty(), "failed: {failed:?}");
    assert_eq!(claimed, catching, "properties that no seeded bug shows to be able to fail");
}

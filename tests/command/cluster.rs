//! `rumormill cluster`.

use serde_json::Value;

use crate::process::{Finished, finish};

fn last<'a>(document: &'a Value, rows: &str) -> &'a Value {
    document[rows].as_array().and_then(|rows| rows.last()).expect("a row")
}

/// All hang together, nobody who is dead is known, and every view is full.
fn is_well(row: &Value, view: u64) -> bool {
    row["connected"] == row["alive"] && row["dead_links"] == 0 && row["views"]["min"] == view
}

#[test]
fn fifty_nodes_find_each_other_through_one_and_heal_when_twenty_crash() {
    let arguments = ["--nodes", "50", "--view", "8", "--kill", "0.4", "--period-ms", "100"];
    let finished = finish(&[&["cluster", "--json"], &arguments[..]].concat());
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let document = finished.json();
    assert_eq!((&document["holds"], &document["killed"]), (&true.into(), &20.into()));
    let (joined, healed) = (last(&document, "joining"), last(&document, "healing"));
    assert!(is_well(joined, 8) && joined["alive"] == 50, "{joined}");
    assert!(is_well(healed, 8) && healed["alive"] == 30, "{healed}");
    let first = &document["healing"][0];
    assert!(first["dead_links"].as_u64() > Some(0), "the crash left its traces: {first}");
    assert_eq!(document["broadcast"]["delivered"], 30, "{}", document["broadcast"]);
    assert_eq!(document["replay"]["traces"], 50);
    assert_eq!(document["replay"]["identical"], 50, "{}", document["replay"]);
}

#[test]
fn a_small_group_comes_together_although_datagrams_are_lost() {
    let arguments = ["--nodes", "8", "--view", "4", "--loss", "20", "--period-ms", "50"];
    let finished = finish(&[&["cluster"], &arguments[..]].concat());
    let Finished { code, out, .. } = &finished;
    assert_eq!(*code, Some(0), "{finished:?}");
    assert!(out.contains("8 of 8 delivered it") && out.contains("8 of 8 traces"), "{out}");
}

#[test]
fn a_share_that_is_none_is_refused() {
    for share in ["1", "NaN"] {
        let refused = finish(&["cluster", "--kill", share]);
        assert!(refused.error().contains("from 0 to 0.9"), "{refused:?}");
    }
    let nobody = finish(&["cluster", "--nodes", "2", "--kill", "0.2"]);
    assert!(nobody.error().contains("a share of 0.2 of 2 nodes is nobody"), "{nobody:?}");
}

//! `rumormill demo`.

use serde_json::Value;

use crate::process::{finish, start};

const QUICK: [&str; 5] = ["demo", "--nodes", "8", "--period-ms", "50"];

#[test]
fn it_holds_and_draws_the_curve() {
    let finished = finish(&QUICK);
    assert_eq!((finished.code, &finished.err[..]), (Some(0), ""), "{finished:?}");
    for words in ["1. check", "2. run", "100.0 %", "3. replay", "8 of 8 traces", "Everything held"]
    {
        assert!(finished.out.contains(words), "{words}: {}", finished.out);
    }
}

#[test]
fn the_document_holds_all_that_is_said() {
    let finished = finish(&[&QUICK[..], &["--json", "--seed", "7"]].concat());
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.err.contains("1. check"), "progress is told aside: {finished:?}");
    let document = finished.json();
    assert_eq!((&document["holds"], &document["failures"]), (&true.into(), &Value::Array(vec![])));
    assert_eq!(document["check"]["suite"], "demo-4");
    let run = &document["run"];
    assert_eq!((&run["seed"], &run["informed"]), (&7.into(), &8.into()));
    assert_eq!(run["delivered_exactly_once"], true);
    let curve = run["curve"].as_array().expect("a curve");
    let informed: Vec<_> = curve.iter().filter_map(|point| point["informed"].as_u64()).collect();
    assert!(
        informed.is_sorted() && informed[0] >= 1 && informed.last() == Some(&8),
        "{informed:?}"
    );
    assert!(curve.iter().all(|point| point["predicted"].as_f64().is_some_and(|p| p <= 1.0)));
    assert!(run["half_after"].as_f64() <= run["all_after"].as_f64());
    assert_eq!(
        (&document["replay"]["traces"], &document["replay"]["identical"]),
        (&8.into(), &8.into())
    );
}

#[test]
fn the_smallest_group_and_the_largest_loss_hold_too() {
    let extreme = ["--nodes", "2", "--fanout", "32", "--loss", "90", "--period-ms", "20"];
    let finished = finish(&[&["demo"][..], &extreme].concat());
    assert_eq!(finished.code, Some(0), "{finished:?}");
}

#[test]
fn it_ends_when_asked_to_in_the_middle() {
    let slow = ["demo", "--nodes", "8", "--period-ms", "10000"];
    let mut running = start(&slow);
    running.says("2. run");
    running.signal("INT");
    let finished = running.finish();
    assert_eq!(finished.code, Some(0), "{finished:?}");

    let mut running = start(&[&slow[..], &["--json"]].concat());
    running.says_aside("2. run");
    running.signal("TERM");
    let finished = running.finish();
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(finished.json(), serde_json::json!({ "interrupted": true }));
}

//! `rumormill exact`.

use std::fs;

use crate::process::{finish, folder};

const SUITE: &str = "reference-anonymous-3";

#[test]
fn it_says_fractions_and_certain_digits() {
    let in_fractions = finish(&["exact", SUITE, "--rounds", "2"]);
    assert_eq!(in_fractions.code, Some(0), "{in_fractions:?}");
    for certain in ["2/3 = 0.6666…", "4/3 = 1.3333…", "✓ almost surely", "✗ surely", "by round 2"]
    {
        assert!(in_fractions.out.contains(certain), "{certain} in {in_fractions:?}");
    }
    let in_intervals = finish(&["exact", SUITE, "--fractions", "0", "--rounds", "0"]);
    assert_eq!(in_intervals.code, Some(0), "{in_intervals:?}");
    for certain in ["0.6666666666…", "1.3333333333…"] {
        assert!(in_intervals.out.contains(certain), "{certain} in {in_intervals:?}");
    }
}

#[test]
fn programs_read_what_people_read() {
    let finished = finish(&["exact", SUITE, "--json", "--samples", "2000", "--seed", "1"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let document = finished.json();
    let goal = &document[0]["goals"][0];
    assert_eq!(goal["rounds"]["min"]["exact"], "2/3");
    assert_eq!(goal["rounds"]["max"]["exact"], "4/3");
    assert_eq!(goal["probability"]["uniform"]["exact"], "1");
    assert_eq!(goal["rounds"]["sampled"]["contains_exact"], true);
    assert_eq!(document[0]["rounds_offset"], 1);
    assert_eq!(document[0]["written"]["states"], 88);
}

#[test]
fn a_model_and_its_answers_appear_together() {
    let folder = folder("exported-models");
    let path = folder.to_str().expect("a path of ASCII");
    let export = ["exact", SUITE, "--export", "drn", "--out", path];
    assert_eq!(finish(&export).code, Some(0));
    let files = || {
        let entries = fs::read_dir(&folder).expect("the folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().expect("ASCII")).collect();
        names.sort();
        names
    };
    let both = [format!("{SUITE}.drn"), format!("{SUITE}.json")];
    assert_eq!(files(), both);
    let model = fs::read_to_string(folder.join(&both[0])).expect("the model");
    assert!(model.starts_with("@type: MDP\n@value_type: rational\n"), "{model}");
    assert!(model.contains("@nr_states\n88\n"), "{model}");

    let limited: Vec<_> = export.iter().copied().chain(["--max-states", "3"]).collect();
    let incomplete = finish(&limited);
    assert_eq!(incomplete.code, Some(3), "{incomplete:?}");
    assert!(incomplete.out.contains("incomplete"), "{incomplete:?}");
    assert_eq!(files(), both, "the earlier model and its answers are still there");
    assert_eq!(fs::read_to_string(folder.join(&both[0])).expect("the model"), model);
}

#[test]
fn what_it_cannot_do_is_refused_in_a_line() {
    for wrong in [
        &["exact", "nonesuch"][..],
        &["exact", SUITE, "--rounds", "1001"],
        &["exact", SUITE, "--max-memory", "much"],
        &["exact", SUITE, "--out", "somewhere"],
        &["exact", SUITE, "--export", "drn", "--out", "/dev/null/models"],
    ] {
        let finished = finish(wrong);
        assert_eq!(finished.code, Some(2), "{wrong:?}: {finished:?}");
        assert!(finished.err.starts_with("error: "), "{wrong:?}: {finished:?}");
    }
}

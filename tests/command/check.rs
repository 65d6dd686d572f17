//! `rumormill check`.

use std::io;

use crate::process::{Running, command, finish, folder, start};

#[test]
fn the_list_is_the_same_for_people_and_programs() {
    let (people, programs) = (finish(&["check", "--list"]), finish(&["check", "--list", "--json"]));
    assert_eq!((people.code, programs.code), (Some(0), Some(0)));
    let names: Vec<_> = people.out.lines().filter_map(|line| line.split(' ').next()).collect();
    let document = programs.json();
    let suites = document.as_array().expect("a list");
    assert!(suites.len() > 3);
    let same = suites.iter().map(|suite| suite["suite"].as_str().expect("a name"));
    assert!(names.into_iter().eq(same));
}

#[test]
fn a_suite_holds_and_says_so_in_both_languages() {
    let people = finish(&["check", "push-3"]);
    assert_eq!(people.code, Some(0), "{people:?}");
    assert!(people.out.contains("1 of 1 suites hold"), "{people:?}");
    let programs = finish(&["check", "push-3", "--json"]);
    assert_eq!(programs.code, Some(0), "{programs:?}");
    let document = programs.json();
    assert_eq!(document[0]["suite"], "push-3");
    assert!(document[0]["states"].as_u64().is_some_and(|states| states > 1));
    assert!(programs.err.contains("push-3"), "progress is told aside: {programs:?}");
}

#[test]
fn the_runs_that_it_saves_replay() {
    let folder = folder("saved-runs");
    let path = folder.to_str().expect("a path of ASCII");
    assert_eq!(finish(&["check", "push-3", "--traces", path]).code, Some(0));
    let saved = std::fs::read_dir(&folder).expect("the folder").map(|entry| {
        entry.expect("an entry").path().into_os_string().into_string().expect("a path of ASCII")
    });
    let saved: Vec<_> = saved.collect();
    assert!(!saved.is_empty());
    for trace in saved {
        assert_eq!(finish(&["replay", &trace]).code, Some(0), "{trace}");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_accident() {
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    let mut listing = command(&["check", "--list"]);
    listing.stdout(writer);
    let finished = Running::of(listing).finish();
    assert_eq!((finished.code, &finished.err[..]), (Some(0), ""));
}

#[test]
fn it_ends_when_asked_to_with_a_document_if_one_is_wanted() {
    let mut running = start(&["check"]);
    running.says("states");
    running.signal("INT");
    assert_eq!(running.finish().code, Some(0));

    let mut running = start(&["check", "--json"]);
    running.says_aside("states");
    running.signal("TERM");
    let finished = running.finish();
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(finished.json(), serde_json::json!({ "interrupted": true }));
}

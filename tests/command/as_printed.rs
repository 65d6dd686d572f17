//! `rumormill check --as-printed`, and the runs of it that lie in the book.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::process::{finish, folder};

/// The files of a folder, by their names.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder");
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("a name of ASCII");
        (name, fs::read(entry.path()).expect("a file"))
    };
    entries.map(|entry| read(entry.expect("an entry"))).collect()
}

#[test]
fn the_runs_in_the_book_are_those_that_it_finds_and_replay() {
    let written = folder("as-printed");
    let path = written.to_str().expect("a path of ASCII");
    let finished = finish(&["check", "--as-printed", "--traces", path, "--diagrams", path]);
    assert_eq!(finished.code, Some(0), "{finished:?}");

    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/as-printed");
    let (written, kept) = (files(&written), files(&book));
    assert!(written.keys().eq(kept.keys()), "{:?}\n{:?}", written.keys(), kept.keys());
    for (name, content) in &kept {
        assert_eq!(content, &written[name], "{name} is not what is found");
    }

    let traces = kept.keys().filter(|name| name.ends_with(".trace"));
    let traces: Vec<_> = traces.map(|name| book.join(name)).collect();
    assert!(!traces.is_empty());
    let traces = traces.iter().map(|trace| trace.to_str().expect("a path of ASCII"));
    let arguments: Vec<_> = ["replay"].into_iter().chain(traces).collect();
    let replayed = finish(&arguments);
    assert_eq!(replayed.code, Some(0), "{replayed:?}");
}

#[test]
fn the_page_shows_every_run_that_lies_beside_it() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = fs::read_to_string(book.join("as-printed.md")).expect("the page");
    for name in files(&book.join("as-printed")).keys() {
        assert!(page.contains(&format!("(as-printed/{name})")), "{name} is not on the page");
    }
}

#[test]
fn figures_are_told_to_programs_too() {
    let finished = finish(&["check", "--as-printed", "--json"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let document = finished.json();
    let entries = document.as_array().expect("a list");
    let is_load = |about: &str| about.starts_with("messages that one of 100 receives in round 30");
    let load = entries.iter().find(|entry| entry["about"].as_str().is_some_and(is_load));
    let load = load.expect("the load");
    assert_eq!(load["printed"], 0.01);
    assert!((load["exact"].as_f64().expect("a number") - 1.0).abs() < 1e-3);
    let refuted = |entry: &serde_json::Value| entry["properties"][0]["is_to_hold"] == false;
    assert!(entries.iter().any(refuted));
}

#[test]
fn findings_are_found_by_their_names() {
    let finished = finish(&["check", "printed-walk-home-2"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(
        finished.out.contains("refuted: always: a view has as many neighbours"),
        "{finished:?}"
    );
    let listed = finish(&["check", "--as-printed", "--list"]);
    assert!(listed.out.lines().all(|line| line.starts_with("printed-")), "{listed:?}");
    assert!(!finish(&["check", "--list"]).out.contains("printed-"));
}

//! `rumormill check --report`: the page, as a browser without a network reads it.

use std::collections::HashSet;
use std::fs;

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::Value;

use crate::process::{finish, folder, start};

/// Suites with faults, draws, rounds, goals and bugs, all of them small.
const SUITES: [&str; 4] = ["renyi-erdos-3", "push-finite-3", "push-chance-3", "lockstep-pull-4"];

/// Closes an element that has no end in HTML.
fn close(piece: &str) -> String {
    match piece.strip_suffix('>') {
        Some(tag) if tag.starts_with("<meta ") => format!("{tag}/>"),
        _ => piece.into(),
    }
}

/// A folder that is not there yet, within the one of the test.
fn within(test: &str) -> String {
    folder(test).join("report").into_os_string().into_string().expect("a path of ASCII")
}

/// Everything that the page says.
fn words(document: &Document<'_>) -> String {
    let texts = document.descendants().filter_map(|node| node.text());
    texts.collect::<Vec<_>>().join("\u{1f}")
}

#[test]
fn the_page_is_well_formed_complete_and_needs_nothing_else() {
    let folder = within("report");
    let mut arguments = vec!["check", "--json", "--report", &folder];
    arguments.extend(SUITES);
    let finished = finish(&arguments);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.err.contains("index.html"), "{finished:?}");
    let page = fs::read_to_string(format!("{folder}/index.html")).expect("the page");
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    let closed: String = page.split_inclusive('>').map(close).collect();
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&closed, options).expect("a well-formed page");

    needs_nothing_else(&document, &page);
    leads_somewhere(&document);
    names_everything(&words(&document), &finished.json());
    assert!(words(&document).contains(&arguments[3..].join(" ")), "the command that prints it");
}

/// Nothing is loaded, from anywhere.
fn needs_nothing_else(document: &Document<'_>, page: &str) {
    let namespaces = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!namespaces.contains("http://") && !namespaces.contains("https://"));
    assert!(!page.contains("@import") && !page.contains("<link"));
    assert_eq!(page.matches("url(").count(), page.matches("url(#").count());
    assert!(document.descendants().all(|node| !node.has_attribute("src")));
}

/// Each name is given once, and each reference is to one of them.
fn leads_somewhere(document: &Document<'_>) {
    let mut names = HashSet::new();
    for name in document.descendants().filter_map(|node| node.attribute("id")) {
        assert!(names.insert(name), "{name} twice");
    }
    for node in document.descendants().filter(Node::is_element) {
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value());
            let marker = || value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')'));
            let wanted = match key {
                "href" => Some(value.strip_prefix('#').expect("a place on the page")),
                _ => marker(),
            };
            assert!(wanted.is_none_or(|wanted| names.contains(wanted)), "{key}={value}");
        }
    }
}

/// Each suite, each property and each bug.
fn names_everything(words: &str, reports: &Value) {
    let reports = reports.as_array().expect("a list");
    assert_eq!(reports.len(), SUITES.len());
    let says = |value: &Value| {
        let text = value.as_str().expect("a text");
        assert!(words.contains(text), "{text}");
    };
    for report in reports {
        says(&report["suite"]);
        says(&report["about"]);
        for property in report["properties"].as_array().expect("a list") {
            says(&property["name"]);
            says(&property["notion"]);
        }
        for bug in report["bugs"].as_array().expect("a list") {
            ["bug", "thought", "file"].into_iter().for_each(|key| says(&bug[key]));
        }
    }
}

#[test]
fn what_hit_a_limit_is_said_on_the_page() {
    let folder = within("report-incomplete");
    let finished = finish(&["check", "push-3", "--max-states", "7", "--report", &folder]);
    assert_eq!(finished.code, Some(3), "{finished:?}");
    let page = fs::read_to_string(format!("{folder}/index.html")).expect("the page");
    assert!(page.contains("<h1>Nothing fails, 1 suite incomplete</h1>"), "{page}");
}

#[test]
fn a_page_of_an_earlier_check_does_not_outlive_the_next() {
    let earlier = folder("report-earlier");
    fs::write(earlier.join("index.html"), "everything held").expect("a file");
    let path = earlier.to_str().expect("a path of ASCII");
    let mut running = start(&["check", "--report", path]);
    running.says("states");
    running.signal("INT");
    assert_eq!(running.finish().code, Some(0));
    assert!(!earlier.join("index.html").exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_before_anything_is_checked() {
    let file = folder("report-in-a-file").join("file");
    fs::write(&file, "").expect("a file");
    let path = file.to_str().expect("a path of ASCII");
    assert!(finish(&["check", "push-3", "--report", path]).error().contains("report"));
}

//! Pages about suites that something is wrong with.

use roxmltree::{Document, Node, ParsingOptions};
use rumormill::models::suites::{Suite, catalogue};

use super::*;

const SUITE: &str = "renyi-erdos-3";

/// A way to spoil a report, and words that are to be read of it.
type Spoilt = (fn(&mut Report), &'static str);

fn suite() -> Suite {
    catalogue().into_iter().find(|suite| suite.name == SUITE).expect("a suite of that name")
}

/// What comes of a suite that holds, before anything is changed about it.
fn checked() -> (Report, Answers) {
    let (suite, limits) = (suite(), Limits::default());
    let report = suite.run(limits, &mut |_| {}).expect("a world that can be explored");
    let answers = ask(&suite, &report, limits).expect("a world that can be explored");
    (report, answers)
}

fn chapter(suite: &str, about: &str, came: Came) -> Chapter {
    Chapter { suite: suite.into(), about: about.into(), came }
}

/// The page as a document: it is well-formed even as XML, but for the one element without an end.
fn parse(chapters: &[Chapter], look: impl Fn(&Document<'_>)) {
    let text = page(chapters, 1.0).into_string();
    let closed: String = text.split_inclusive('>').map(close).collect();
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&closed, options);
    look(&document.unwrap_or_else(|error| panic!("{error} in {closed}")));
}

/// Closes an element that has no end in HTML.
fn close(piece: &str) -> String {
    match piece.strip_suffix('>') {
        Some(tag) if tag.starts_with("<meta ") => format!("{tag}/>"),
        _ => piece.into(),
    }
}

fn is_of(node: &Node<'_, '_>, class: &str) -> bool {
    node.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
}

/// All text within the first element of this class.
fn text_of(document: &Document<'_>, class: &str) -> String {
    let found = document.descendants().find(|node| is_of(node, class));
    let within = found.into_iter().flat_map(|node| node.descendants());
    within.filter(Node::is_text).filter_map(|node| node.text()).collect()
}

fn heading(document: &Document<'_>) -> String {
    let found = document.descendants().find(|node| node.has_tag_name("h1"));
    found.and_then(|node| node.text()).expect("a heading").into()
}

#[test]
fn what_holds_is_said_to_hold_and_nothing_else_is() {
    let (report, answers) = checked();
    let chapters = [chapter(SUITE, "as it is", Came::Checked(Box::new(report), answers))];
    parse(&chapters, |document| {
        assert_eq!(heading(document), "Everything holds");
        assert_eq!(text_of(document, "troubles"), "");
        let in_legend = |node: &Node<'_, '_>| {
            node.ancestors().any(|around| around.attribute("id") == Some("legend"))
        };
        assert!(document.descendants().all(|node| !is_of(&node, "fails") || in_legend(&node)));
    });
}

#[test]
fn a_world_that_is_explored_by_symmetry_is_no_trouble() {
    let (mut report, _) = checked();
    report.second_opinions.clear();
    report.stands_for = (report.states + 1, report.transitions + 1);
    report.expected = Some(report.stands_for);
    assert!(report.holds());
    let came = Came::Checked(Box::new(report), Answers::NoGoal);
    parse(&[chapter(SUITE, "by symmetry", came)], |document| {
        assert_eq!(heading(document), "Everything holds");
        assert_eq!(text_of(document, "troubles"), "");
    });
}

#[test]
fn whatever_is_wrong_stands_before_anything_else() {
    let (sound, _) = checked();
    let name = sound.properties[0].name;
    let doctored: [Spoilt; 9] = [
        (|report| report.properties[0].holds = false, name),
        (|report| report.bugs[0].caught = false, "is not caught"),
        (|report| report.second_opinions[0].agrees = false, "breadth first, disagrees"),
        (|report| report.second_opinions.clear(), "No second engine"),
        (|report| report.expected = Some((1, 2)), "count 1 states and 2 transitions"),
        (|report| report.every_fault_struck = false, "never struck"),
        (|report| report.overflow = 1234, "1,234 steps hit a limit"),
        (|report| report.astray = 1, "outside the group"),
        (
            |report| {
                let evidence = report.bugs.iter_mut().find_map(|bug| bug.evidence.as_mut());
                evidence.expect("a counterexample").difference = Some("step 7 departs".into());
            },
            "does not replay: step 7 departs",
        ),
    ];
    for (spoil, words) in doctored {
        let mut report = sound.clone();
        spoil(&mut report);
        assert!(!report.holds(), "{words}");
        let came = Came::Checked(Box::new(report), Answers::NoGoal);
        parse(&[chapter(SUITE, "spoilt", came)], |document| {
            assert_eq!(heading(document), "1 of 1 suites fail");
            let troubles = text_of(document, "troubles");
            assert!(troubles.contains(SUITE) && troubles.contains(words), "{troubles}");
        });
    }
}

#[test]
fn a_failing_property_says_so_where_it_stands_with_its_run_unfolded() {
    let (mut report, _) = checked();
    let shown = report.bugs.iter().find_map(|bug| bug.evidence.clone());
    report.properties[0].holds = false;
    report.properties[0].evidence = shown;
    let came = Came::Checked(Box::new(report), Answers::NoGoal);
    parse(&[chapter(SUITE, "spoilt", came)], |document| {
        assert_eq!(text_of(document, "verdict"), "does not hold");
        let run = document.descendants().find(|node| node.has_attribute("open"));
        assert!(run.is_some_and(|run| run.has_tag_name("details")));
    });
}

#[test]
fn what_was_not_looked_at_to_its_end_is_told_first() {
    let came = Came::Incomplete("incomplete: 7 states were found".into());
    let (report, _) = checked();
    let asked = Came::Checked(Box::new(report), Answers::Incomplete("too many states".into()));
    parse(&[chapter("vast", "too large", came), chapter(SUITE, "", asked)], |document| {
        assert_eq!(heading(document), "Nothing fails, 1 suite incomplete");
        let troubles = text_of(document, "troubles");
        for words in ["vast", "7 states were found", "Exact answers were not found"] {
            assert!(troubles.contains(words), "{words} in {troubles}");
        }
    });
}

#[test]
fn what_others_wrote_is_text_and_nothing_else() {
    let hostile = "\"'><script>alert(1)</script>&amp;<b>";
    let (mut report, answers) = checked();
    let run = report.bugs.iter_mut().find_map(|bug| bug.evidence.as_mut());
    let run = run.expect("a counterexample");
    run.story[0] = format!("  1. {hostile}; {hostile}");
    run.difference = Some(hostile.into());
    report.suite = hostile.into();
    report.properties[0].notion = hostile.into();
    let came = Came::Checked(Box::new(report), answers);
    parse(&[chapter(hostile, hostile, came)], |document| {
        let scripts = document.descendants().filter(|node| node.has_tag_name("script")).count();
        assert_eq!(scripts, 1, "the page's own");
        assert!(document.descendants().all(|node| !node.has_tag_name("b")));
        let all: String = document.descendants().filter_map(|node| node.text()).collect();
        assert!(all.contains(hostile));
    });
}

#[test]
fn diagrams_are_fitted_with_names_of_their_own() {
    let (report, _) = checked();
    let run = report.bugs.iter().find_map(|bug| bug.evidence.as_ref()).expect("a counterexample");
    let fitted = diagram::fitted(&run.diagram, "here");
    assert!(fitted.contains("id='tip-here'") && !fitted.contains("id='tip'"), "{fitted}");
    assert!(fitted.contains("url(#tip-here)") && !fitted.contains("url(#tip)"), "{fitted}");
    assert_eq!(fitted.matches("class='number'").count(), run.story.len(), "{fitted}");
    assert_eq!(diagram::fitted("<svg/>", "here"), "<svg/>");
}

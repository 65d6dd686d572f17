//! A run: its story and its sequence diagram, folded.

use maud::{Markup, PreEscaped, html};
use rumormill::models::suites::Evidence;

use super::diagram::fitted;
use crate::command::numbers::counted;

/// A run under a name, which is what it shows; unfolded where something is wrong.
pub(super) fn run(name: &str, evidence: &Evidence, anchor: &str, unfolded: bool) -> Markup {
    let (scenes, rest) = scenes(&evidence.story);
    html! {
        details.run open=[unfolded.then_some("")] {
            summary { (name) span.size { (counted(scenes.len(), "step", "steps")) } }
            @if let Some(difference) = &evidence.difference {
                p.fails { "It does not replay: " (difference) }
            }
            div.told {
                figure { (PreEscaped(fitted(&evidence.diagram, anchor))) }
                div.story {
                    ol { @for scene in scenes { li { (told(scene)) } } }
                    @for line in rest { p { (line.trim()) } }
                }
            }
        }
    }
}

/// The numbered lines of a story without their numbers, and the lines after them.
fn scenes(story: &[String]) -> (Vec<&str>, &[String]) {
    let unnumbered = |(place, line): (usize, &'_ str)| -> Option<usize> {
        let (number, _) = line.trim_start().split_once(". ")?;
        (number.parse() == Ok(place + 1)).then_some(number.len() + 2)
    };
    let mut scenes = Vec::new();
    for (place, line) in story.iter().enumerate() {
        match unnumbered((place, line)) {
            Some(begin) => scenes.push(&line.trim_start()[begin..]),
            None => return (scenes, &story[place..]),
        }
    }
    (scenes, &[])
}

/// A scene: what happened, and quieter what followed from it.
fn told(scene: &str) -> Markup {
    match scene.split_once("; ") {
        Some((what, then)) => html! { (what) span.then { "; " (then) } },
        None => html! { (scene) },
    }
}

/// What the signs of a diagram mean.
pub(super) fn signs() -> Markup {
    html! {
        "A dot is what a machine did of itself, a ring what it told its application, an arrow a \
         message from where it was sent to where it arrived. Dashed arrows were lost or came in \
         vain, a cross is a loss or a crash, a dotted line the beginning of a round."
    }
}

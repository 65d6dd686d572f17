//! Sequence diagrams, fitted into the page.

/// The name that a diagram gives to the tip of its arrows.
const TIP: &str = "tip";

/// What stands before a caption of a diagram.
const CAPTION: &str = " fill='#444'>";

/// How far the numbers are moved towards the drawing from where the captions begin.
const NEARER: usize = 115;

/// The room that a number takes.
const NUMBER: usize = 24;

/// The diagram with names of its own, as several stand on a page, and with the numbers of its rows
/// only: the story that tells them stands beside it. Its colours are those of the page's style.
///
/// What it does not know how to fit it leaves as it is.
pub(super) fn fitted(diagram: &str, anchor: &str) -> String {
    let own = diagram
        .replace(&format!("id='{TIP}'"), &format!("id='{TIP}-{anchor}'"))
        .replace(&format!("url(#{TIP})"), &format!("url(#{TIP}-{anchor})"));
    narrowed(&own).unwrap_or(own)
}

/// Without its captions, and as narrow as that makes it.
fn narrowed(diagram: &str) -> Option<String> {
    let (opening, rest) = diagram.split_once('>')?;
    let captions: usize = attribute_before(rest, CAPTION)?;
    let height = opening.split_once(" height='")?.1.split('\'').next()?;
    let numbers = captions.checked_sub(NEARER)?;
    let width = numbers + NUMBER;
    let mut narrow = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' class='sequence' viewBox='0 0 {width} {height}' \
         width='{width}' height='{height}'>"
    );
    let rest = rest.replace(&format!("<text x='{captions}'"), &format!("<text x='{numbers}'"));
    let mut pieces = rest.split(CAPTION);
    narrow.push_str(pieces.next()?);
    for piece in pieces {
        let (caption, after) = piece.split_once('<')?;
        let (number, _) = caption.split_once('.')?;
        narrow.extend([" class='number'>", number, "<", after]);
    }
    Some(narrow)
}

/// The place from the left at which the first text with these words in its tag begins.
fn attribute_before(svg: &str, words: &str) -> Option<usize> {
    let (before, _) = svg.split_once(words)?;
    let (_, tag) = before.rsplit_once("<text x='")?;
    tag.split('\'').next()?.parse().ok()
}

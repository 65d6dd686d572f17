//! What people read, and what programs read.

use std::fmt::Display;
use std::io::{self, Write};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use serde::Serialize;

/// Where a subcommand's words go: to the standard output, unless that is kept for one JSON
/// document; then to the standard error.
#[derive(Clone, Copy)]
pub(super) struct Output {
    pub(super) json: bool,
}

/// Whether the one JSON document is written. Changed and read by who holds the lock of the
/// standard output.
static DOCUMENTED: AtomicBool = AtomicBool::new(false);

/// The document of a process that was asked to end before it had found out anything.
#[derive(Serialize)]
struct Interrupted {
    interrupted: bool,
}

impl Output {
    /// Says a line.
    pub(super) fn say(self, line: impl Display) {
        if self.json {
            return say_aside(line);
        }
        // A reader that has gone away needs no words, and an error about it would not reach it.
        let _gone = writeln!(io::stdout(), "{line}");
    }

    /// Says what did not hold, if anything; tells whether all did.
    pub(super) fn conclude(self, failures: &[String]) -> bool {
        if failures.is_empty() {
            self.say("\n✓ Everything held.");
        } else {
            self.say("\n✗ NOT everything held:");
            failures.iter().for_each(|failure| self.say(format_args!("  {failure}")));
        }
        failures.is_empty()
    }

    /// Prints the document, if one is wanted.
    pub(super) fn document<T: Serialize>(self, document: &T) -> Result<()> {
        if self.json {
            let text = serde_json::to_string_pretty(document)?;
            let mut out = io::stdout().lock();
            DOCUMENTED.store(true, Ordering::Relaxed);
            writeln!(out, "{text}").context("cannot write the JSON document")?;
        }
        Ok(())
    }

    /// Ends the process now, with a document if one is wanted. One that has its document already
    /// is about to end by itself, and knows better than this how.
    pub(super) fn end_early(self) {
        // Held until the process ends, so that no other document follows.
        let _held = self.json.then(|| io::stdout().lock());
        if DOCUMENTED.load(Ordering::Relaxed) {
            return;
        }
        let _gone = self.document(&Interrupted { interrupted: true });
        say_aside("asked to end: what is not said above was not looked at");
        process::exit(0)
    }
}

/// The sign of what holds, or of what does not.
pub(super) fn mark(holds: bool) -> &'static str {
    if holds { "✓" } else { "✗" }
}

/// Says a line beside the output proper: on the standard error.
pub(super) fn say_aside(line: impl Display) {
    let _gone = writeln!(io::stderr(), "{line}");
}

/// What others wrote must not move the cursor or change the colours of a terminal.
pub(super) fn printable(text: &str) -> String {
    let harmless = |c: char| !c.is_control() || c == '\t';
    text.chars().map(|c| if harmless(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// The beginning of a text that may go on for pages.
pub(super) fn shorten(text: &str) -> String {
    const ENOUGH: usize = 400;
    match text.char_indices().nth(ENOUGH) {
        None => printable(text),
        Some((end, _)) => printable(&text[..end]) + " … (--json tells all)",
    }
}

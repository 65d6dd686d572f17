//! What people read, and what programs read.

mod standard;

use std::fmt::Display;
use std::io::{self, Write};
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Error, Result};
use serde::Serialize;

pub(super) use standard::{PATIENCE, hurry};

/// Where a subcommand's words go: to the standard output, unless that is kept for one JSON
/// document; then to the standard error.
#[derive(Clone, Copy)]
pub(super) struct Output {
    pub(super) json: bool,
}

/// Whether the one JSON document is handed over.
static DOCUMENTED: Mutex<bool> = Mutex::new(false);

/// The document of a process that was asked to end before it had found out anything.
const INTERRUPTED: &str = "{\"interrupted\": true}\n";

const UNWRITABLE: &str = "cannot write to the standard output";

impl Output {
    /// Says a line.
    pub(super) fn say(self, line: impl Display) {
        if self.json {
            return say_aside(line);
        }
        standard::hand_over(format!("{line}\n"));
    }

    /// As [`say`](Self::say), within a task that others wait for: it can be called off.
    pub(super) async fn say_in_turn(self, line: impl Display) {
        if self.json {
            return say_aside(line);
        }
        standard::hand_over_in_turn(format!("{line}\n")).await;
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
            let mut documented = documented();
            standard::hand_over(text + "\n");
            *documented = true;
        }
        Ok(())
    }

    /// Ends the process now, with a document if one is wanted. One that has its document already
    /// is about to end by itself, and knows better than this how.
    pub(super) fn end_early(self) {
        // Held until the process ends, so that no other document follows.
        let documented = documented();
        if *documented {
            return;
        }
        if self.json {
            standard::hand_over(INTERRUPTED.into());
        }
        say_aside("asked to end: what is not said above was not looked at");
        // The process was asked to end, whether anybody reads what it has said or not.
        let _written = standard::finish();
        process::exit(0)
    }
}

/// Waits until all that was said is written: as long as that takes, or, when the process is asked to
/// end, for [`PATIENCE`]; tells whether it is. A reader that has gone away needs no words, and an
/// error about it would not reach it.
pub(super) fn finish() -> Result<bool> {
    match standard::finish() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        written => written.context(UNWRITABLE),
    }
}

/// Prints a part of what comes about over time, within a task: it can be called off.
pub(super) async fn print_in_turn(text: String) {
    standard::hand_over_in_turn(text).await;
}

/// Returns when nothing can be printed any more, with the reason.
pub(super) async fn nothing_is_printed() -> Error {
    Error::new(standard::failure().await).context(UNWRITABLE)
}

fn documented() -> MutexGuard<'static, bool> {
    DOCUMENTED.lock().unwrap_or_else(PoisonError::into_inner)
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

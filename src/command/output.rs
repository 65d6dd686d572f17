//! What people read, and what programs read.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::{Context, Result};
use serde::Serialize;

/// Where a subcommand's words go: to the standard output, unless that is kept for one JSON
/// document; then to the standard error.
#[derive(Clone, Copy)]
pub(super) struct Output {
    pub(super) json: bool,
}

impl Output {
    /// Says a line.
    pub(super) fn say(self, line: impl Display) {
        // A reader that has gone away needs no words, and an error about it would not reach it.
        let _gone = if self.json {
            writeln!(io::stderr(), "{line}")
        } else {
            writeln!(io::stdout(), "{line}")
        };
    }

    /// Prints the document, if one is wanted.
    pub(super) fn document<T: Serialize>(self, document: &T) -> Result<()> {
        if self.json {
            let text = serde_json::to_string_pretty(document)?;
            writeln!(io::stdout(), "{text}").context("cannot write the JSON document")?;
        }
        Ok(())
    }
}

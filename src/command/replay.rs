//! `rumormill replay`: feeds recorded traces to the same machines again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use rumormill::trace::{Replayed, Title};
use serde::Serialize;

use super::Outcome;
use super::machines::replay_any;
use super::output::Output;

/// Replays traces and demands the same draws, effects and end states, to the last byte
#[derive(Args)]
pub(crate) struct Arguments {
    /// The traces
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print one JSON document to the standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    file: PathBuf,
    machine: String,
    about: String,
    holds: bool,
    difference: Option<String>,
    nodes: u64,
    steps: u64,
    draws: u64,
    effects: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    let output = Output { json: arguments.json };
    let mut reports = Vec::new();
    for file in &arguments.files {
        let report = replay_file(file)?;
        match &report.difference {
            None => output.say(format_args!(
                "{}: {} replayed, {} steps, {} draws, {} effects: identical",
                file.display(),
                report.machine,
                report.steps,
                report.draws,
                report.effects
            )),
            Some(difference) => output.say(format_args!("{}: {difference}", file.display())),
        }
        reports.push(report);
    }
    output.document(&reports)?;
    Ok(Outcome::of(reports.iter().all(|report| report.holds)))
}

fn replay_file(file: &Path) -> Result<Report> {
    let trace = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let opened = Title::read(&trace);
    let (title, entries) = opened.with_context(|| format!("cannot replay {}", file.display()))?;
    let replayed = replay_any(&title, entries).ok_or_else(|| {
        anyhow!("{} is of the machine `{}`, which is unknown here", file.display(), title.machine)
    })?;
    let difference = replayed.as_ref().err().map(ToString::to_string);
    let Replayed { nodes, steps, draws, effects } = replayed.unwrap_or_default();
    Ok(Report {
        file: file.into(),
        machine: title.machine,
        about: title.about,
        holds: difference.is_none(),
        difference,
        nodes,
        steps,
        draws,
        effects,
    })
}

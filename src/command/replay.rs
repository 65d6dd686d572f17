//! `rumormill replay`: feeds recorded traces to the same machines again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use rumormill::trace::{Replayed, Title};
use serde::Serialize;

use super::Outcome;
use super::machines::replay_any;
use super::output::{Output, printable, shorten};
use super::signals::end_when_asked;

/// Replay traces and demand the same draws, effects and end states, to the last byte
#[derive(Args)]
pub(crate) struct Arguments {
    /// The traces, as `rumormill run --record` and `rumormill check --traces` write them
    #[arg(required = true, value_name = "FILE")]
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
    end_when_asked(output)?;
    let mut reports = Vec::new();
    for file in &arguments.files {
        let report = replay_file(file)?;
        say(output, &report);
        reports.push(report);
    }
    output.document(&reports)?;
    Ok(Outcome::of(reports.iter().all(|report| report.holds)))
}

fn say(output: Output, report: &Report) {
    let Report { file, machine, difference, steps, draws, effects, .. } = report;
    let (file, machine) = (file.display(), printable(machine));
    match difference {
        None => output.say(format_args!(
            "✓ {file}: {machine}, {steps} steps, {draws} draws, {effects} effects: identical"
        )),
        Some(difference) => {
            output.say(format_args!("✗ {file}: {machine}, {}", shorten(difference)))
        }
    }
}

fn replay_file(file: &Path) -> Result<Report> {
    let trace = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let opened = Title::read(&trace);
    let (title, entries) = opened.with_context(|| format!("cannot replay {}", file.display()))?;
    let replayed = replay_any(&title, entries).ok_or_else(|| {
        let (file, machine) = (file.display(), printable(&title.machine));
        anyhow!("{file} is of the machine `{machine}`, which only another program knows")
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

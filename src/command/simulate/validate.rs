//! Known figures beside ours.

use std::fmt::Write as _;

use anyhow::Result;
use rumormill::models::experiments::validation::{Effort, Entry, Line, table};
use serde::Serialize;

use super::super::Outcome;
use super::super::output::{Output, mark};
use super::{Arguments, Ticker, files};

/// What came of it.
#[derive(Serialize)]
struct Report {
    holds: bool,
    quick: bool,
    seed: u64,
    version: &'static str,
    /// How likely the table fails somewhere although all is right, at most.
    false_alarm: f64,
    rows: Vec<Line>,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Result<Outcome> {
    let &Arguments { quick, seed, .. } = arguments;
    arguments.out.as_deref().map_or(Ok(()), files::try_out)?;
    let effort = Effort { is_quick: quick, seed, threads: arguments.threads() };
    output.say(format_args!("  {HEADING}"));
    let mut rows = Vec::new();
    for entry in table().iter().filter(|entry| !quick || Entry::is_quick(entry)) {
        let mut ticker = Ticker::begin();
        let lines = entry.lines(effort, &mut |progress| ticker.see(progress))?;
        lines.iter().for_each(|line| output.say(told(line)));
        rows.extend(lines);
    }
    let report = Report {
        holds: rows.iter().all(|row| row.holds),
        quick,
        seed,
        version: env!("CARGO_PKG_VERSION"),
        false_alarm: rows.iter().map(|row| row.false_alarm).sum(),
        rows,
    };
    output.say(report.conclusion());
    if let Some(folder) = &arguments.out {
        let path = files::save(folder, "validation.md", &report.page())?;
        output.say(format_args!("  wrote {}", path.display()));
    }
    output.document(&report)?;
    Ok(Outcome::of(report.holds))
}

const HEADING: &str = "  no.  setting                                               figure           \
                       known            ours, with its 99.9 % interval";

fn told(line: &Line) -> String {
    let Line { id, setting, figure, known, .. } = line;
    let mark = mark(line.holds);
    let text = format!("  {mark} {id:<4} {setting:<53} {figure:<16} {known:<16} {}", ours(line));
    text.trim_end().into()
}

fn ours(line: &Line) -> String {
    let Some((low, high)) = line.interval else { return line.ours.clone() };
    let digits = line.ours.split_once('.').map_or(1, |(_, after)| after.len());
    format!("{} ({low:.digits$} to {high:.digits$})", line.ours)
}

impl Report {
    fn conclusion(&self) -> String {
        let held = self.rows.iter().filter(|row| row.holds).count();
        format!(
            "{held} of {} rows hold; if all is right, one fails by accident with a probability of \
             at most {:.2} %",
            self.rows.len(),
            self.false_alarm * 100.0
        )
    }

    /// A page of the book.
    fn page(&self) -> String {
        let quick = if self.quick { " --quick" } else { "" };
        let mut page = format!(
            "# Known figures and ours\n\n\
             What is published, or was computed by independent programs, beside what comes of many \
             random runs\nof the machines. This page is written by\n\n\
             ```sh\ncargo run --release -- simulate --validate{quick} --seed {} --out docs\n```\n\n\
             *no.* is the number of the figure in the project's list of known figures. *exact* \
             figures were\ncomputed from the definitions; others are means of so many runs, and \
             have a standard error of\ntheir own; a *law* is right up to the tolerance beside it, and \
             *published* figures to their last digit\nor to that. A row holds unless an estimate as \
             far off as ours would come with a probability below\n6.4e-5 if the known figure were \
             right. Of *few runs* each must be within the tolerance; their range\nstands in the place \
             of the interval ([simulating.md](simulating.md#known-figures)).\n\n\
             {}.\n\n\
             | | no. | setting | figure | known | of | ours, with its 99.9 % interval | runs |\n\
             |---|---|---|---|---|---|---|---|\n",
            self.seed,
            self.conclusion()
        );
        for line in &self.rows {
            let Line { id, setting, figure, known, source, runs, .. } = line;
            let mark = mark(line.holds);
            let runs = if *runs > 0 { runs.to_string() } else { "explored".into() };
            let _ = writeln!(
                page,
                "| {mark} | {id} | {setting} | {figure} | {known} | {source} | {} | {runs} |",
                ours(line)
            );
        }
        page
    }
}

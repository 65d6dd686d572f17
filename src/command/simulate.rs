//! `rumormill simulate`: many random runs of the machines, and what they come to.

mod files;
mod parameters;
mod tell;
mod validate;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::{Args, value_parser};
use rumormill::models::experiments::{Named, Progress, Results, Shard, catalogue, find};
use serde::Serialize;

use super::Outcome;
use super::output::{Output, say_aside};
use super::signals::end_when_asked;
use parameters::Parameters;

/// Run experiments on the machines with many seeds, and sum up what comes of them
///
/// An experiment runs at each point of the grid of its parameters. Values are lists and ranges, such as
/// `100`, `1,2,4`, `2..6`, `0..0.5+0.1` (in steps of 0.1) or `100..10000x10` (by factors of 10). The
/// same seed gives the same bits, on any number of threads and in any division into shards.
///
/// `--merge` puts the files of shards together. `--validate` puts published and exact figures beside
/// ours, and fails if one cannot be true of our machines.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The experiment (`--list` names them)
    #[arg(required_unless_present_any = ["list", "merge", "validate"])]
    experiment: Option<String>,
    /// List the experiments with their parameters, or the one that is named, and end
    #[arg(long, conflicts_with_all = ["merge", "validate", "Parameters"])]
    list: bool,
    /// Put the files of all shards of a sweep together
    #[arg(long, num_args = 1.., value_name = "FILE", conflicts_with_all = ["experiment", "validate", "Parameters", "runs", "seed", "shard"])]
    merge: Vec<PathBuf>,
    /// Compare known figures with ours, row by row
    #[arg(long, conflicts_with_all = ["experiment", "Parameters", "runs", "shard"])]
    validate: bool,
    /// Only those that take little, with few runs
    #[arg(long, requires = "validate", conflicts_with_all = ["experiment", "list", "merge"])]
    quick: bool,
    #[command(flatten)]
    parameters: Parameters,
    /// How many runs at each point
    #[arg(long, default_value_t = 1000, value_parser = value_parser!(u64).range(1..=10_000_000))]
    runs: u64,
    /// Where all draws come from: the same seed, the same runs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// On how many threads; as many as the machine has, where nothing is said
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Do only this part of all runs, such as 3/16; it needs `--out` or `--json`
    #[arg(long, value_name = "NUMBER/OF", default_value_t = Shard::WHOLE)]
    shard: Shard,
    /// Write results, tables and plots into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document to the standard output
    #[arg(long)]
    json: bool,
}

/// An entry of the list.
#[derive(Serialize)]
struct Listed {
    experiment: &'static str,
    about: &'static str,
    parameters: BTreeMap<&'static str, f64>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    let output = Output { json: arguments.json };
    end_when_asked(output)?;
    if arguments.list {
        list(arguments.experiment.as_deref(), output)
    } else if arguments.validate {
        validate::run(arguments, output)
    } else if let Some(experiment) = &arguments.experiment {
        sweep(arguments, &find(experiment)?, output)
    } else {
        present(arguments, &files::merged(&arguments.merge)?, output)
    }
}

fn list(experiment: Option<&str>, output: Output) -> Result<Outcome> {
    let asked = match experiment {
        Some(name) => vec![find(name)?],
        None => catalogue(),
    };
    for Named { name, about, parameters, .. } in &asked {
        output.say(format_args!("{name}: {about}"));
        for parameter in parameters {
            let tell =
                format!("  --{:<10} {} ({})", parameter.name, parameter.about, parameter.default);
            output.say(tell);
        }
    }
    let listed = asked.iter().map(|named| Listed {
        experiment: named.name,
        about: named.about,
        parameters: named.parameters.iter().map(|each| (each.name, each.default)).collect(),
    });
    output.document(&listed.collect::<Vec<_>>())?;
    Ok(Outcome::Holds)
}

fn sweep(arguments: &Arguments, named: &Named, output: Output) -> Result<Outcome> {
    let Arguments { runs, seed, shard, out, json, .. } = arguments;
    if !shard.is_whole() && out.is_none() && !json {
        bail!("shard {shard} would be lost; say with --out where to write it, or ask for --json");
    }
    let sweep = named.sweep(&arguments.parameters.given(), *runs, *seed)?;
    out.as_deref().map_or(Ok(()), files::try_out)?;
    output.say(format_args!("{}: {}", named.name, named.about));
    let mut ticker = Ticker::begin();
    let results = sweep.run(*shard, arguments.threads(), &mut |progress| ticker.see(progress));
    present(arguments, &results, output)
}

/// Tells what came of it, and writes it where that is wanted.
fn present(arguments: &Arguments, results: &Results, output: Output) -> Result<Outcome> {
    if results.shard.is_whole() {
        tell::results(output, results);
    } else {
        output.say(format_args!(
            "shard {} is done; --merge puts all of them together",
            results.shard
        ));
    }
    if let Some(folder) = &arguments.out {
        for path in files::write(folder, results)? {
            output.say(format_args!("  wrote {}", path.display()));
        }
    }
    output.document(results)?;
    Ok(Outcome::Holds)
}

impl Arguments {
    fn threads(&self) -> NonZeroUsize {
        let all = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(all)
    }
}

/// Tells on the standard error how runs get on, once a second.
struct Ticker {
    start: Instant,
    told: Instant,
}

impl Ticker {
    fn begin() -> Self {
        let now = Instant::now();
        Self { start: now, told: now }
    }

    fn see(&mut self, Progress { done, of }: Progress) {
        if self.told.elapsed() >= Duration::from_secs(1) {
            self.told = Instant::now();
            let rate = done as f64 / self.start.elapsed().as_secs_f64();
            say_aside(format_args!("  {done} of {of} runs, {rate:.0} a second"));
        }
    }
}

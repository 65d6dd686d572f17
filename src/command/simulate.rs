//! `rumormill simulate`: many random runs of the machines, and what they come to.

mod files;
mod tell;
mod validate;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::{Args, value_parser};
use rumormill::models::experiments::{Named, Progress, Results, Shard, Values, catalogue, find};
use serde::Serialize;

use super::Outcome;
use super::output::{Output, say_aside};
use super::signals::end_when_asked;

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
    /// List the experiments with their parameters and end
    #[arg(long, conflicts_with_all = ["experiment", "merge", "validate", "Parameters"])]
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

/// What can be varied; each experiment has some of them.
#[derive(Args)]
struct Parameters {
    /// How many nodes
    #[arg(long, value_name = "VALUES")]
    nodes: Option<Values>,
    /// To how many others, in a round or at all
    #[arg(long, value_name = "VALUES")]
    fanout: Option<Values>,
    /// The probability that a message is lost, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    loss: Option<Values>,
    /// How many nodes have crashed before the start
    #[arg(long, value_name = "VALUES")]
    crashed: Option<Values>,
    /// After how many rounds or periods a run is given up
    #[arg(long, value_name = "VALUES")]
    periods: Option<Values>,
    /// How many useless cycles end the interest in a rumor
    #[arg(long, value_name = "VALUES")]
    k: Option<Values>,
    /// Whether rumors are asked for (1) or told (0)
    #[arg(long, value_name = "VALUES")]
    pull: Option<Values>,
    /// Whether nobody tells what it needed (1) or all do (0)
    #[arg(long, value_name = "VALUES")]
    blind: Option<Values>,
    /// Whether interest ends by a coin (1) or by a counter (0)
    #[arg(long, value_name = "VALUES")]
    coin: Option<Values>,
    /// Whether a useful cycle resets the counter (1) or not (0)
    #[arg(long, value_name = "VALUES")]
    reset: Option<Values>,
    /// How many neighbours each has
    #[arg(long, value_name = "VALUES")]
    view: Option<Values>,
    /// How many entries are exchanged
    #[arg(long, value_name = "VALUES")]
    length: Option<Values>,
    /// Whether views are exchanged with anybody (1) or with the oldest neighbour (0)
    #[arg(long, value_name = "VALUES")]
    simple: Option<Values>,
    /// How views begin: at random (0), as a star (1) or as a ring (2)
    #[arg(long, value_name = "VALUES")]
    start: Option<Values>,
    /// After how many cycles the overlay is looked at
    #[arg(long, value_name = "VALUES")]
    cycles: Option<Values>,
    /// The share that crashes then, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    crash: Option<Values>,
    /// Within how many periods nodes start
    #[arg(long, value_name = "VALUES")]
    spread: Option<Values>,
    /// The share that goes in a period, and that comes, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    churn: Option<Values>,
    /// The share that says farewell of those that go, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    graceful: Option<Values>,
    /// For how many periods the network falls in two
    #[arg(long, value_name = "VALUES")]
    split: Option<Values>,
    /// The share of the nodes on the one side of it, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    side: Option<Values>,
    /// How many hops a walk takes
    #[arg(long, value_name = "VALUES")]
    distance: Option<Values>,
    /// Whether walks are those of Metropolis and Hastings (1) or plain (0)
    #[arg(long, value_name = "VALUES")]
    metropolis: Option<Values>,
    /// How many walks each begins in a period
    #[arg(long, value_name = "VALUES")]
    walks: Option<Values>,
}

impl Parameters {
    /// Those that are given, by their names.
    fn given(&self) -> BTreeMap<String, Values> {
        let Self { nodes, fanout, loss, crashed, periods, .. } = self;
        let Self { k, pull, blind, coin, reset, .. } = self;
        let Self { view, length, simple, start, cycles, crash, .. } = self;
        let Self { spread, churn, graceful, split, side, .. } = self;
        let Self { distance, metropolis, walks, .. } = self;
        let all = [
            ("nodes", nodes),
            ("fanout", fanout),
            ("loss", loss),
            ("crashed", crashed),
            ("periods", periods),
            ("k", k),
            ("pull", pull),
            ("blind", blind),
            ("coin", coin),
            ("reset", reset),
            ("view", view),
            ("length", length),
            ("simple", simple),
            ("start", start),
            ("cycles", cycles),
            ("crash", crash),
            ("spread", spread),
            ("churn", churn),
            ("graceful", graceful),
            ("split", split),
            ("side", side),
            ("distance", distance),
            ("metropolis", metropolis),
            ("walks", walks),
        ];
        let given =
            all.into_iter().filter_map(|(name, values)| Some((name.into(), values.clone()?)));
        given.collect()
    }
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
        list(output)
    } else if arguments.validate {
        validate::run(arguments, output)
    } else if let Some(experiment) = &arguments.experiment {
        sweep(arguments, &find(experiment)?, output)
    } else {
        present(arguments, &files::merged(&arguments.merge)?, output)
    }
}

fn list(output: Output) -> Result<Outcome> {
    let all = catalogue();
    for Named { name, about, parameters, .. } in &all {
        output.say(format_args!("{name}: {about}"));
        for parameter in parameters {
            let tell =
                format!("  --{:<8} {} ({})", parameter.name, parameter.about, parameter.default);
            output.say(tell);
        }
    }
    let listed = all.iter().map(|named| Listed {
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

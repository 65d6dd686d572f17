//! `rumormill demo`: the whole story in under a minute. One machine, periodic gossip, is checked in
//! a small group, run by 32 nodes on sockets, and replayed.

mod chart;
mod cluster;
mod heard;
mod load;
mod outbreak;

use anyhow::{Context, Result, bail};
use clap::Args;
use rumormill::models::explore::Limits;
use rumormill::models::suites::Report;
use serde::Serialize;

use super::Outcome;
use super::check::{find_suites, heading, say};
use super::cluster::{self as cluster_of, Founding};
use super::output::Output;
use super::replays::Replays;
use super::signals::end_when_asked;
use outbreak::Outbreak;

/// Check a machine, run 32 nodes of it on sockets, and replay what they did
#[derive(Args)]
pub(crate) struct Arguments {
    /// The line of text to broadcast
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "Have you heard? The machine on the sockets is the one that was checked."
    )]
    message: String,
    /// How many nodes to run, from 2 to 250
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(2..=250))]
    nodes: u32,
    /// To how many others each node gossips in a period, from 1 to 32
    #[arg(
        long,
        value_name = "PEERS",
        default_value_t = 2,
        value_parser = clap::value_parser!(u8).range(1..=32)
    )]
    fanout: u8,
    /// How many of a hundred datagrams are lost on purpose, from 0 to 90
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(0..=90)
    )]
    loss: u32,
    /// The length of a period in milliseconds, from 20 to 10000
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 400,
        value_parser = clap::value_parser!(u32).range(20..=10_000)
    )]
    period_ms: u32,
    /// From which all draws, phases of timers and losses follow
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON document to the standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    holds: bool,
    failures: Vec<String>,
    check: Report,
    run: Outbreak,
    replay: Replays,
    group: Founding,
}

/// How long a period of the group is, in milliseconds. Our choice: the shortest in which a busy host
/// answers in time.
const UPKEEP_MS: u32 = 200;

const SUITE: &str = "demo-4";

#[tokio::main]
pub(super) async fn run(arguments: &Arguments) -> Result<Outcome> {
    let output = Output { json: arguments.json };
    end_when_asked(output)?;
    fit(arguments)?;
    output.say("1. check: every state of four nodes of a machine, whatever is lost or doubled");
    let check = check(output)?;
    output.say(format_args!(
        "\n2. run: {} nodes of the same machine on UDP sockets of this host",
        arguments.nodes
    ));
    let (run, traces) = outbreak::watch(output, arguments).await?;
    output.say("\n3. replay: what each node did, through the machine without its sockets");
    let replay = Replays::of(&traces);
    replay.say(output);
    output.say(format_args!(
        "\n4. group: {} nodes of the whole stack find each other through one address, and count \
         how many they are",
        arguments.nodes
    ));
    let sound = cluster_of::Arguments::sound(arguments.nodes, UPKEEP_MS, arguments.seed);
    let group = cluster_of::found(output, &sound).await?;
    let mut failures = failures(&check, &run, &replay);
    failures.extend(group.failures(&sound));
    let holds = output.conclude(&failures);
    if holds {
        output.say(
            "  Next: `rumormill check --list`, `rumormill explore demo-4`, `rumormill run --help`",
        );
    }
    output.document(&Document { holds, failures, check, run, replay, group })?;
    Ok(Outcome::of(holds))
}

fn fit(arguments: &Arguments) -> Result<()> {
    let (length, limit) = (arguments.message.len(), arguments.settings().max_payload());
    if length > limit as usize {
        bail!("the message has {length} bytes; choose one of at most {limit}");
    }
    Ok(())
}

fn check(output: Output) -> Result<Report> {
    let suite = find_suites(&[SUITE.into()])?.remove(0);
    heading(output, &suite);
    let report = suite
        .run(Limits::default(), &mut |_| {})
        .with_context(|| format!("cannot check {SUITE}"))?;
    say(output, &report, false);
    Ok(report)
}

fn failures(check: &Report, run: &Outbreak, replay: &Replays) -> Vec<String> {
    let mut failures = run.failures();
    if !check.holds() {
        failures.push(format!("the check fails: `rumormill check {SUITE} --stories` tells how"));
    }
    if replay.identical < run.nodes as usize {
        failures.push(format!("only {} of {} nodes' traces replay", replay.identical, run.nodes));
    }
    failures
}

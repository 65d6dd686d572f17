//! `rumormill demo`: the whole story in under a minute. One machine, periodic gossip, is checked in
//! a small group, run by 32 nodes on sockets, and replayed.

mod chart;
mod cluster;
mod load;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use clap::Args;
use rumormill::models::suites::Report;
use rumormill::trace::Replayed;
use serde::Serialize;

use super::Outcome;
use super::check::{find_suites, say};
use super::machines::replay_any;
use super::output::Output;
use cluster::{Cluster, Spread};
use load::Load;

/// Checks a machine, runs 32 nodes of it on sockets, and replays what they did
#[derive(Args)]
pub(crate) struct Arguments {
    /// The line of text to broadcast
    #[arg(
        long,
        default_value = "Have you heard? The machine on the sockets is the one that was checked."
    )]
    message: String,
    /// How many nodes to run, from 2 to 250
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(2..=250))]
    nodes: u32,
    /// To how many peers each node gossips in a period, from 1 to 32
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=32))]
    fanout: u8,
    /// How many of a hundred datagrams are lost on purpose, from 0 to 90
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=90))]
    loss: u32,
    /// The length of a period in milliseconds, at least 20
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(20..))]
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
    check: Report,
    run: RunReport,
    replay: ReplayReport,
}

#[derive(Serialize)]
struct RunReport {
    message: String,
    nodes: u32,
    fanout: u8,
    loss: f64,
    period_ms: u32,
    seed: u64,
    clock_model: &'static str,
    informed: usize,
    delivered_exactly_once: bool,
    curve: Vec<chart::Point>,
    load: Load,
}

#[derive(Serialize)]
struct ReplayReport {
    traces: usize,
    identical: usize,
    steps: u64,
    draws: u64,
    effects: u64,
    differences: Vec<String>,
}

const SUITE: &str = "demo-4";

#[tokio::main]
pub(super) async fn run(arguments: &Arguments) -> Result<Outcome> {
    let output = Output { json: arguments.json };
    output.say("1. check: every state of four nodes of the machine, whatever is lost or doubled");
    let check = check(output)?;
    output.say(format_args!(
        "\n2. run: {} nodes of the same machine on UDP sockets, {} % of the datagrams are lost",
        arguments.nodes, arguments.loss
    ));
    let (run, traces) = spread(output, arguments).await?;
    output.say(format_args!("\n3. replay: {} traces through the pure machine", traces.len()));
    let replay = replay(output, &traces);
    let everybody = run.informed == arguments.nodes as usize && run.delivered_exactly_once;
    let loss_struck = arguments.loss == 0 || run.load.lost > 0;
    let holds = check.holds() && everybody && loss_struck && replay.differences.is_empty();
    output
        .say(format_args!("\n{}", if holds { "Everything held." } else { "NOT everything held." }));
    output.document(&Document { holds, check, run, replay })?;
    Ok(Outcome::of(holds))
}

fn check(output: Output) -> Result<Report> {
    let suite = find_suites(&[SUITE.into()])?.remove(0);
    let report = suite.run().with_context(|| format!("cannot check {SUITE}"))?;
    say(output, &report, false);
    Ok(report)
}

/// Runs the nodes until all are informed, and a period more; returns their traces, too.
async fn spread(output: Output, arguments: &Arguments) -> Result<(RunReport, Vec<Vec<u8>>)> {
    let cluster = Cluster::start(arguments).await?;
    let limit = cluster.max_payload();
    if arguments.message.len() > limit as usize {
        bail!("the message has {} bytes; at most {limit} fit", arguments.message.len());
    }
    let theory = arguments.theory();
    output.say(format_args!("   {}", chart::CLOCK_MODEL));
    output.say(format_args!(
        "   it predicts half of them after {:.1} periods and 99 % after {:.1}",
        theory.periods_until(0.5),
        theory.periods_until(0.99)
    ));
    let period = Duration::from_millis(arguments.period_ms.into());
    let message = Bytes::from(arguments.message.clone());
    let mut chart = chart::Chart::new(output, theory, arguments.nodes);
    let spread = cluster.spread(message, period, |periods, informed| chart.draw(periods, informed));
    let Spread { informed, exactly_once, nodes } = spread.await?;
    let load = Load::of(&nodes);
    load.say(output);
    let traces = nodes.into_iter().filter_map(|node| node.trace).collect();
    let report = RunReport {
        message: arguments.message.clone(),
        nodes: arguments.nodes,
        fanout: arguments.fanout,
        loss: f64::from(arguments.loss) / 100.0,
        period_ms: arguments.period_ms,
        seed: arguments.seed,
        clock_model: chart::CLOCK_MODEL,
        informed,
        delivered_exactly_once: exactly_once,
        curve: chart.into_points(),
        load,
    };
    Ok((report, traces))
}

fn replay(output: Output, traces: &[Vec<u8>]) -> ReplayReport {
    let (mut done, mut identical, mut differences) = (Replayed::default(), 0, Vec::new());
    for trace in traces {
        let replayed = rumormill::trace::Title::read(trace).map(|(title, entries)| {
            replay_any(&title, entries).unwrap_or(Err(rumormill::trace::ReplayError::NotATrace))
        });
        match replayed.and_then(|replayed| replayed) {
            Ok(Replayed { nodes, steps, draws, effects }) => {
                identical += 1;
                done.nodes += nodes;
                done.steps += steps;
                done.draws += draws;
                done.effects += effects;
            }
            Err(difference) => differences.push(difference.to_string()),
        }
    }
    let Replayed { steps, draws, effects, .. } = done;
    output.say(format_args!(
        "   {identical} of {} identical: {steps} steps, {draws} draws, {effects} effects",
        traces.len()
    ));
    differences.iter().for_each(|difference| output.say(format_args!("   ✗ {difference}")));
    ReplayReport { traces: traces.len(), identical, steps, draws, effects, differences }
}

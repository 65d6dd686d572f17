//! `rumormill cluster`: a group of members on sockets of this host that find each other through one
//! address, lose some of theirs, and heal.

mod group;
mod health;
mod table;

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::Outcome;
use super::output::Output;
use super::replays::Replays;
use super::signals::end_when_asked;
use group::{Broadcast, Count, Group};
use health::Health;
use table::Table;

/// Run members on sockets that find each other through one address; crash some and watch them heal
#[derive(Args)]
pub(crate) struct Arguments {
    /// How many nodes to run, from 2 to 250
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(2..=250))]
    nodes: u32,
    /// How many neighbours each node keeps, from 1 to 32
    #[arg(
        long,
        value_name = "NODES",
        default_value_t = 12,
        value_parser = clap::value_parser!(u32).range(1..=32)
    )]
    view: u32,
    /// Crash this share of the nodes once all views are full, from 0 to 0.9; one survives
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    kill: f64,
    /// How many of a hundred datagrams are lost on purpose, from 0 to 50
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(0..=50)
    )]
    loss: u32,
    /// The length of a period in milliseconds, from 20 to 10000
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 250,
        value_parser = clap::value_parser!(u32).range(20..=10_000)
    )]
    period_ms: u32,
    /// From which all draws, phases of timers, losses and crashes follow
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
    nodes: u32,
    view: u32,
    killed: usize,
    /// The group while it came together.
    joining: Vec<Health>,
    /// The group since the crash.
    healing: Vec<Health>,
    count: Count,
    broadcast: Broadcast,
    replay: Replays,
}

/// What came of a group that found itself.
#[derive(Serialize)]
pub(super) struct Founding {
    joining: Vec<Health>,
    count: Count,
    replay: Replays,
}

impl Founding {
    /// What went wrong.
    pub(super) fn failures(&self, arguments: &Arguments) -> Vec<String> {
        let mut failures = incomplete(arguments, &self.joining, "joining");
        failures.extend(self.count.failure());
        failures.extend(differing(&self.replay));
        failures
    }
}

/// Lets nodes find each other through the first, and count how many they are.
pub(super) async fn found(output: Output, arguments: &Arguments) -> Result<Founding> {
    let mut group = Group::start(arguments).await?;
    let joining = watch(output, arguments, &group).await?;
    let count = group.count(arguments).await?;
    count.say(output);
    let replay = group.shut_down().await?;
    replay.say(output);
    Ok(Founding { joining, count, replay })
}

impl Arguments {
    /// So many nodes, of which nothing is lost and none crashes.
    pub(super) fn sound(nodes: u32, period_ms: u32, seed: u64) -> Self {
        Self { nodes, view: 12, kill: 0.0, loss: 0, period_ms, seed, json: false }
    }

    fn period(&self) -> Duration {
        Duration::from_millis(self.period_ms.into())
    }

    /// By when all dead links are to be gone. In each period each node makes a pointer to itself and
    /// uses up its oldest one, so that a pointer lasts for as many periods as a view has entries, in
    /// the mean; since the oldest go first, hardly one lasts for twice as long. Pings find out most
    /// of the dead much earlier.
    fn theory(&self) -> u32 {
        2 * self.view
    }

    /// After so many periods nobody waits any longer: twice what theory says, and a while for walks to
    /// fill the views.
    fn patience(&self) -> u32 {
        2 * self.theory() + 20
    }

    fn killed(&self) -> Result<usize> {
        if !(0.0..=0.9).contains(&self.kill) {
            bail!(
                "the share {} of nodes to crash is out of range; choose one from 0 to 0.9",
                self.kill
            );
        }
        let killed = (f64::from(self.nodes) * self.kill).round() as usize;
        if killed == 0 && self.kill > 0.0 {
            bail!(
                "a share of {} of {} nodes is nobody; crash more, or run more nodes",
                self.kill,
                self.nodes
            );
        }
        Ok(killed.min(self.nodes as usize - 1))
    }
}

#[tokio::main]
pub(super) async fn run(arguments: &Arguments) -> Result<Outcome> {
    let output = Output { json: arguments.json };
    let killed = arguments.killed()?;
    end_when_asked(output)?;
    output.say(format_args!(
        "1. join: {} nodes on UDP sockets of this host find each other through the first",
        arguments.nodes
    ));
    let mut group = Group::start(arguments).await?;
    let joining = watch(output, arguments, &group).await?;
    let mut healing = Vec::new();
    if killed > 0 {
        output.say(format_args!(
            "\n2. crash: {killed} of them stop without a word; by theory the last dead link is gone \
             within {} periods",
            arguments.theory()
        ));
        group.crash(killed).await?;
        healing = watch(output, arguments, &group).await?;
    }
    output.say("\n3. count: each finds out how many they are");
    let count = group.count(arguments).await?;
    count.say(output);
    output.say("\n4. broadcast: one of them tells all others");
    let broadcast = group.broadcast(arguments.period(), arguments.patience()).await?;
    broadcast.say(output);
    output.say("\n5. replay: what each node did, through the machine without its sockets");
    let replay = group.shut_down().await?;
    replay.say(output);
    let mut failures = failures(arguments, &joining, &healing, &broadcast, &replay);
    failures.extend(count.failure());
    let holds = output.conclude(&failures);
    let (nodes, view) = (arguments.nodes, arguments.view);
    output.document(&Document {
        holds,
        failures,
        nodes,
        view,
        killed,
        joining,
        healing,
        count,
        broadcast,
        replay,
    })?;
    Ok(Outcome::of(holds))
}

/// Looks at the group in each period, until it is healthy or patience is at its end.
async fn watch(output: Output, arguments: &Arguments, group: &Group) -> Result<Vec<Health>> {
    let mut table = Table::new(output);
    let start = Instant::now();
    for period in 0..=arguments.patience() {
        sleep_until(start + arguments.period() * period).await;
        let health = group.health(arguments).await?;
        let is_well = health.is_well();
        table.draw(period, health);
        if is_well {
            break;
        }
    }
    Ok(table.into_rows())
}

fn failures(
    arguments: &Arguments,
    joining: &[Health],
    healing: &[Health],
    broadcast: &Broadcast,
    replay: &Replays,
) -> Vec<String> {
    let mut failures = incomplete(arguments, joining, "joining");
    failures.extend(incomplete(arguments, healing, "the crash"));
    if broadcast.delivered < broadcast.alive {
        let Broadcast { delivered, alive, .. } = broadcast;
        failures.push(format!("only {delivered} of {alive} nodes delivered the broadcast"));
    }
    failures.extend(differing(replay));
    failures
}

/// A group that did not come to what it was to come to.
fn incomplete(arguments: &Arguments, rows: &[Health], what: &str) -> Vec<String> {
    let is_ill = rows.last().is_some_and(|last| !last.is_well());
    let failure = || {
        format!(
            "{} periods after {what} began, views are not as full as they are to be, or not all \
             who are known are alive, or the overlay is in pieces",
            arguments.patience()
        )
    };
    is_ill.then(failure).into_iter().collect()
}

fn differing(replay: &Replays) -> Option<String> {
    let Replays { identical, traces, .. } = replay;
    (identical < traces).then(|| format!("only {identical} of {traces} traces replay"))
}

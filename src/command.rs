//! The subcommands, one file each.

mod bounds;
mod check;
mod cluster;
mod demo;
mod exact;
mod explore;
mod found;
mod loopback;
mod machines;
mod member;
mod numbers;
mod output;
mod replay;
mod replays;
mod report;
mod run;
mod search;
mod signals;
mod simulate;

use anyhow::Result;
use clap::Subcommand;

/// Whether what a subcommand looked at is as it should be.
pub(crate) enum Outcome {
    /// Everything held.
    Holds,
    /// A property failed, or a replay differed.
    Fails,
    /// Nothing failed, but a limit was hit before all was looked at.
    Incomplete,
}

impl Outcome {
    fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Demo(demo::Arguments),
    Check(check::Arguments),
    Exact(exact::Arguments),
    Simulate(Box<simulate::Arguments>),
    Explore(explore::Arguments),
    Run(run::Arguments),
    Search(search::Arguments),
    Cluster(cluster::Arguments),
    Replay(replay::Arguments),
}

impl Command {
    /// Does what it is to do; ends when what it says is written.
    pub(crate) fn run(self) -> Result<Outcome> {
        let outcome = self.outcome();
        let is_written = output::finish();
        let outcome = outcome?;
        // Where it is not, the process was asked to end before somebody has read it.
        Ok(if is_written? { outcome } else { Outcome::Holds })
    }

    fn outcome(self) -> Result<Outcome> {
        match self {
            Self::Demo(arguments) => demo::run(&arguments),
            Self::Check(arguments) => check::run(&arguments),
            Self::Exact(arguments) => exact::run(&arguments),
            Self::Simulate(arguments) => simulate::run(&arguments),
            Self::Explore(arguments) => explore::run(&arguments),
            Self::Run(arguments) => run::run(&arguments),
            Self::Search(arguments) => search::run(&arguments),
            Self::Cluster(arguments) => cluster::run(&arguments),
            Self::Replay(arguments) => replay::run(&arguments),
        }
    }
}

//! The command `rumormill`.
#![forbid(unsafe_code)]

mod command;

use std::process::ExitCode;

use clap::Parser;

/// Gossip protocols, checked and run: the machine on the sockets is the machine that was checked.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("RUMORMILL_LOG");
    let filter = filter.unwrap_or_else(|_unset| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match arguments.command.run() {
        Ok(command::Outcome::Holds) => ExitCode::SUCCESS,
        Ok(command::Outcome::Fails) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

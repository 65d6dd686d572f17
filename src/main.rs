//! The command `rumormill`.
#![forbid(unsafe_code)]

mod command;
mod usage;

use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use tracing_subscriber::EnvFilter;

/// Gossip protocols, checked and run: the machine on the sockets is the machine that was checked
///
/// Exit codes: 0 all holds, 1 a property failed or a replay differed, 2 an error, such as wrong
/// usage, 3 a limit was hit before all was looked at. Ctrl-C ends each of the commands, with 0.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => match usage::in_a_line(&error) {
            Some(line) => return fail(line),
            None => error.exit(),
        },
    };
    if let Err(error) = listen_to_the_driver() {
        return fail(format_args!("{error:#}"));
    }
    match arguments.command.run() {
        Ok(command::Outcome::Holds) => ExitCode::SUCCESS,
        Ok(command::Outcome::Fails) => ExitCode::from(1),
        Ok(command::Outcome::Incomplete) => ExitCode::from(3),
        Err(error) => fail(format_args!("{error:#}")),
    }
}

/// What of the driver's log is told.
const LOG: &str = "RUMORMILL_LOG";

/// Logs go to the standard error, if it is still there.
fn listen_to_the_driver() -> Result<()> {
    let wanted = env::var_os(LOG).unwrap_or_else(|| "warn".into());
    let filter = wanted.to_str().and_then(|wanted| EnvFilter::try_new(wanted).ok());
    let filter = filter.with_context(|| {
        format!("{LOG} is no filter of logs: {}; such are warn and debug", wanted.display())
    })?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    logs.log_internal_errors(false).init();
    Ok(())
}

fn fail(error: impl Display) -> ExitCode {
    // Nobody reads it where this does not work.
    let _gone = writeln!(io::stderr(), "error: {error}");
    ExitCode::from(2)
}

//! `rumormill explore`: stateright's interactive page over a suite's world.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;

use super::Outcome;
use super::check::find_suites;
use super::output::Output;
use super::signals::asked_to_end;

/// Serves a page on which a suite's world can be walked through, step by step
#[derive(Args)]
pub(crate) struct Arguments {
    /// The suite (`rumormill check --list` names them)
    suite: String,
    /// Where to serve the page
    #[arg(long, default_value = "127.0.0.1:3000")]
    at: SocketAddr,
    /// Print one JSON document to the standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    suite: &'a str,
    url: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    let output = Output { json: arguments.json };
    let suite = find_suites(std::slice::from_ref(&arguments.suite))?.remove(0);
    let at = arguments.at;
    // The server below panics where it cannot listen; this says so in a line instead.
    let probe = TcpListener::bind(at)
        .with_context(|| format!("cannot serve at {at}; choose another address with --at"))?;
    drop(probe);
    let url = format!("http://{at}");
    output.say(format_args!("{}: {}", suite.name, suite.about));
    output.say(format_args!("open {url}; Ctrl-C ends"));
    output.document(&Report { suite: &suite.name, url })?;
    let _serves_until_the_process_ends = thread::spawn(move || suite.explore(at));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(asked_to_end())?;
    Ok(Outcome::Holds)
}

//! `rumormill explore`: stateright's interactive page over a suite's world.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use rumormill::models::suites::Suite;
use serde::Serialize;
use tokio::sync::oneshot;

use super::Outcome;
use super::check::find_suites;
use super::output::Output;
use super::signals::{Signals, end_at_last_when_asked, waiting_runtime};

/// Serve a page on which a suite's world can be walked through, step by step
#[derive(Args)]
pub(crate) struct Arguments {
    /// The suite (`rumormill check --list` names them)
    suite: String,
    /// Where to serve the page; port 0 stands for any free one
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:3000")]
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
    let at = free_address(arguments.at)?;
    let url = format!("http://{at}");
    end_at_last_when_asked()?;
    let runtime = waiting_runtime()?;
    let mut signals = Signals::listen_within(&runtime)?;
    output.say(format_args!("{}: {}", suite.name, suite.about));
    output.say(format_args!("open {url} in a browser; Ctrl-C ends"));
    output.document(&Report { suite: &suite.name, url })?;
    runtime.block_on(async {
        tokio::select! {
            () = signals.asked_to_end() => Ok(Outcome::Holds),
            error = serve(suite, at) => Err(error),
        }
    })
}

/// Where there is room to listen. The server panics where it cannot; this says so in a line.
fn free_address(wanted: SocketAddr) -> Result<SocketAddr> {
    let probe = TcpListener::bind(wanted).and_then(|listener| listener.local_addr());
    probe.with_context(|| format!("cannot serve at {wanted}; choose another address with --at"))
}

/// Serves the page until something goes wrong, and tells what. Its thread ends with the process.
async fn serve(suite: Suite, at: SocketAddr) -> anyhow::Error {
    let (tell, ended) = oneshot::channel();
    thread::spawn(move || tell.send(suite.explore(at)));
    match ended.await {
        Ok(Err(error)) => error.into(),
        Ok(Ok(())) | Err(_) => anyhow!("the page is no longer served; start it again"),
    }
}

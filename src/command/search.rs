//! `rumormill search`: a node of its own joins a group, asks it who has something, tells what it finds
//! as it comes, and leaves.

mod finds;
mod joining;
mod mode;
mod quality;

use std::net::{SocketAddr, UdpSocket};
use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use clap::Args;
use rumormill::node::{Handle, Notices};
use rumormill::protocols::search::{Mode, Notice};
use rumormill::stacks::member::{self, Request};
use tokio::time::timeout;

use super::Outcome;
use super::found;
use super::member::Machine;
use super::output::Output;
use super::run::{Settings, start};
use super::signals::{Signals, end_at_last_when_asked};
use finds::{Document, End, Finds};
use joining::join;
use mode::ModeFlags;
use quality::{Quality, QualityFlags};

/// Join a group, ask who has something, and print who does, as the answers come
///
/// Exit codes: 0 something was found, 1 nothing was, 2 an error, such as nobody to ask.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The words to search for, at most 128 bytes: what matches has all of them
    query: String,
    /// A node of the cluster to join it through; may be repeated
    #[arg(long, required = true, value_name = "IP:PORT")]
    via: Vec<SocketAddr>,
    #[command(flatten)]
    mode: ModeFlags,
    #[command(flatten)]
    quality: QualityFlags,
    /// For how many milliseconds to wait for answers [default: 5000, for walk 10000, for rings 20000]
    #[arg(long, value_name = "MS")]
    for_ms: Option<NonZeroU32>,
    /// For how many milliseconds to wait for neighbours to ask
    #[arg(long, value_name = "MS", default_value = "10000")]
    join_ms: NonZeroU32,
    /// Where to listen [default: any free port of the address by which this host reaches the first
    /// --via]
    #[arg(long, value_name = "IP:PORT")]
    bind: Option<SocketAddr>,
    /// The name of the cluster, at most 32 bytes [default: rumormill]
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
    /// The length of a period of the upkeep in milliseconds, as the others have it [default: 1000]
    #[arg(long, value_name = "MS")]
    upkeep_ms: Option<NonZeroU32>,
    /// Print one JSON document to the standard output
    #[arg(long)]
    json: bool,
}

/// There is one search, and this is its tag.
const TAG: u8 = 0;

impl Arguments {
    fn settings(&self) -> Result<Settings> {
        let bind = self.bind.map_or_else(|| any_port(self.via[0]), Ok)?;
        Settings::joining(bind, &self.via, self.label.as_deref(), self.upkeep_ms)
    }

    fn join_patience(&self) -> Duration {
        Duration::from_millis(self.join_ms.get().into())
    }

    /// For how long answers are awaited.
    fn patience(&self) -> Duration {
        let usual = self.mode.usual_patience();
        self.for_ms.map_or(usual, |ms| Duration::from_millis(ms.get().into()))
    }
}

/// Any free port of the address from which this host would send to the other.
fn any_port(to: SocketAddr) -> Result<SocketAddr> {
    let from = || -> std::io::Result<SocketAddr> {
        let any: SocketAddr = match to {
            SocketAddr::V4(_) => ([0; 4], 0).into(),
            SocketAddr::V6(_) => ([0; 16], 0).into(),
        };
        // Nothing is sent by this.
        let socket = UdpSocket::bind(any)?;
        socket.connect(to)?;
        socket.local_addr()
    };
    let from = from().with_context(|| format!("there is no way to {to}; check --via"))?;
    Ok(SocketAddr::new(from.ip(), 0))
}

#[tokio::main]
pub(super) async fn run(arguments: &Arguments) -> Result<Outcome> {
    let output = Output { json: arguments.json };
    found::text(arguments.query.as_bytes())?;
    let settings = arguments.settings()?;
    let limits = settings.ways.search();
    let quality = arguments.quality.plan(settings.ways.view, &limits)?;
    let asked_for = arguments.mode.mode(&limits)?;
    let mode = quality.map_or(Ok(asked_for), |quality| quality.mode(asked_for))?;
    quality.iter().for_each(Quality::say);
    end_at_last_when_asked()?;
    let mut signals = Signals::listen()?;
    let mut node = start(&settings).await?;
    let mut notices = node.notices().context("the notices of a new node were taken before")?;
    let mut finds = Finds::new(output);
    let searched = tokio::select! {
        () = signals.asked_to_end() => Ok(End::Interrupted),
        end = search(arguments, &settings, mode, &node, &mut notices, &mut finds) => end,
    };
    // A node that has stopped by itself leaves without a word.
    let _gone = node.request(Request::leave()).await;
    node.shutdown().await?;
    let end = searched?;
    finds.sum_up(end);
    quality.iter().for_each(|quality| quality.compare(finds.servers()));
    output.document(&Document { query: &arguments.query, end, plan: quality, found: &finds })?;
    Ok(Outcome::of(finds.is_any() || end == End::Interrupted))
}

/// Waits for neighbours, asks them, and listens.
async fn search(
    arguments: &Arguments,
    settings: &Settings,
    mode: Mode,
    node: &Handle<Machine>,
    notices: &mut Notices<Machine>,
    finds: &mut Finds,
) -> Result<End> {
    let neighbors = join(node, settings, mode.copies().into(), arguments.join_patience()).await?;
    let query = Bytes::copy_from_slice(arguments.query.as_bytes());
    node.request(Request::search(TAG, query, mode)).await?;
    finds.begin(neighbors);
    match timeout(arguments.patience(), listen(notices, finds)).await {
        Ok(end) => end,
        Err(_) => Ok(End::Deadline),
    }
}

/// Listens until the search is over.
async fn listen(notices: &mut Notices<Machine>, finds: &mut Finds) -> Result<End> {
    while let Some(notice) = notices.next().await {
        match notice {
            member::Notice::Search(Notice::Hit { server, hops, results, .. }) => {
                finds.hear(server, hops, &results).await;
            }
            member::Notice::Search(Notice::Ended { .. }) => return Ok(End::Over),
            member::Notice::Search(Notice::Failed { failure, .. }) => {
                bail!("cannot search: {failure}")
            }
            _ => {}
        }
    }
    bail!("the node has stopped by itself; try again")
}

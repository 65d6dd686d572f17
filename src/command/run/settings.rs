//! What a node of `rumormill run` is told: by a file, and by flags, which go before the file.

use std::fs;
use std::net::SocketAddr;
use std::num::{NonZeroU16, NonZeroU32};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use rumormill::Ticks;
use rumormill::node::MAX_DATAGRAM;
use rumormill::wire::{DEFAULT_MAX_DATAGRAM, Label};
use serde::Deserialize;

use super::places::{can_be_advertised, can_be_joined};
use crate::command::member::{MIN_DATAGRAM, Ways};

/// Run a node: each line on the standard input is broadcast, deliveries are printed
#[derive(Args)]
pub(crate) struct Arguments {
    /// Read settings from a TOML file; its keys are the flags below, with _ for -, and `join` is a
    /// list; flags go before it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    /// Print one JSON document to the standard output
    #[arg(long)]
    pub(super) json: bool,
}

/// Each of them by a flag or in the file.
#[derive(Args, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Flags {
    /// Where to listen; port 0 stands for any free one [default: 127.0.0.1:0]
    #[arg(long, value_name = "IP:PORT")]
    bind: Option<SocketAddr>,
    /// The address by which others reach this node, where it is not the one it listens on
    #[arg(long, value_name = "IP:PORT")]
    advertise: Option<SocketAddr>,
    /// A node of the cluster to join it through; may be repeated
    #[arg(long, visible_alias = "peer", value_name = "IP:PORT")]
    #[serde(default, alias = "peers")]
    join: Vec<SocketAddr>,
    /// The name of the cluster, at most 32 bytes; nodes of others are not heard [default: rumormill]
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
    /// About how many nodes are in the cluster: taking it for larger costs messages, for smaller
    /// costs certainty [default: 1000]
    #[arg(long, value_name = "NODES")]
    size: Option<NonZeroU32>,
    /// How many neighbours the node keeps, from 1 to 250 [default: 20]
    #[arg(long, value_name = "NODES", value_parser = clap::value_parser!(u32).range(1..=250))]
    view: Option<u32>,
    /// The length of a period in milliseconds in which neighbours are pinged and views are shuffled
    /// [default: 1000]
    #[arg(long, value_name = "MS")]
    upkeep_ms: Option<NonZeroU32>,
    /// The c of the fanout ln N + c with which each message is forwarded, from -32 to 32
    /// [default: 4]
    #[arg(long, value_name = "PEERS", allow_negative_numbers = true)]
    margin: Option<f64>,
    /// The length of a gossip period in milliseconds [default: 500]
    #[arg(long, value_name = "MS")]
    period_ms: Option<NonZeroU32>,
    /// In how many periods each node gossips a message [default: 10]
    #[arg(long, value_name = "PERIODS")]
    hot: Option<NonZeroU16>,
    /// The largest datagram in bytes [default: 1200]
    #[arg(long, value_name = "BYTES")]
    max_datagram: Option<usize>,
    /// From which all draws and phases of timers follow; each node needs another [default: from the
    /// operating system]
    #[arg(long)]
    seed: Option<u64>,
    /// Record what the machine does, and write it to this file at the end
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Let others find the files below this directory by their names
    #[arg(long, value_name = "DIR")]
    share: Option<PathBuf>,
    /// Let others find the lines of this file
    #[arg(long, value_name = "FILE")]
    share_list: Option<PathBuf>,
}

/// The most nodes for which the group's count of itself is made. Our choice: where there are more, it
/// still comes to a result, which is less sure.
const MOST_NODES: u32 = 1_000_000;

/// What a node is told.
pub(in crate::command) struct Settings {
    pub(in crate::command) bind: SocketAddr,
    pub(in crate::command) advertise: Option<SocketAddr>,
    pub(in crate::command) join: Vec<SocketAddr>,
    pub(in crate::command) label: Label,
    pub(in crate::command) ways: Ways,
    pub(in crate::command) seed: Option<u64>,
    pub(in crate::command) record: Option<PathBuf>,
    pub(in crate::command) share: Option<PathBuf>,
    pub(in crate::command) share_list: Option<PathBuf>,
}

impl Settings {
    pub(super) fn of(arguments: &Arguments) -> Result<Self> {
        let file = arguments.config.as_deref().map_or_else(|| Ok(Flags::default()), read)?;
        Self::merged(&arguments.flags, file)
    }

    /// Of a node that joins through these addresses and is like others, but for what is named here.
    pub(in crate::command) fn joining(
        bind: SocketAddr,
        join: &[SocketAddr],
        label: Option<&str>,
        upkeep_ms: Option<NonZeroU32>,
    ) -> Result<Self> {
        let (bind, join, label) = (Some(bind), join.to_vec(), label.map(Into::into));
        let flags = Flags { bind, join, label, upkeep_ms, ..Flags::default() };
        Self::merged(&flags, Flags::default())
    }

    /// Of flags, and a file where these say nothing.
    fn merged(flags: &Flags, file: Flags) -> Result<Self> {
        let join = if flags.join.is_empty() { file.join } else { flags.join.clone() };
        let label = flags.label.as_deref().or(file.label.as_deref()).unwrap_or("rumormill");
        let size = flags.size.or(file.size).map_or(1000, NonZeroU32::get);
        let upkeep = flags.upkeep_ms.or(file.upkeep_ms).map_or(1000, NonZeroU32::get);
        let period = flags.period_ms.or(file.period_ms).map_or(500, NonZeroU32::get);
        let bind = flags.bind.or(file.bind).unwrap_or(([127, 0, 0, 1], 0).into());
        let advertise = flags.advertise.or(file.advertise);
        join.iter().try_for_each(|&address| can_be_joined(address, bind))?;
        advertise.map_or(Ok(()), |address| can_be_advertised(address, bind))?;
        Ok(Self {
            bind,
            advertise,
            join,
            label: Label::new(label)?,
            ways: Ways {
                size,
                most: MOST_NODES,
                margin: fixed_point(flags.margin.or(file.margin).unwrap_or(4.0))?,
                view: in_range(flags.view.or(file.view))?,
                upkeep: Ticks(upkeep),
                period: Ticks(period),
                hot: flags.hot.or(file.hot).unwrap_or(const { NonZeroU16::new(10).unwrap() }),
                max_datagram: sensible(flags.max_datagram.or(file.max_datagram))?,
            },
            seed: flags.seed.or(file.seed),
            record: flags.record.clone().or(file.record),
            share: flags.share.clone().or(file.share),
            share_list: flags.share_list.clone().or(file.share_list),
        })
    }

    pub(in crate::command) fn upkeep(&self) -> Duration {
        Duration::from_millis(self.ways.upkeep.0.into())
    }
}

/// The margin in the unit of the protocol, of which there are 64 to a peer.
fn fixed_point(margin: f64) -> Result<i16> {
    if !(-32.0..=32.0).contains(&margin) {
        bail!("the margin {margin} is out of range; choose one from -32 to 32");
    }
    Ok((margin * 64.0).ceil() as i16)
}

/// A file is not checked by the flag's range.
fn in_range(view: Option<u32>) -> Result<u32> {
    let view = view.unwrap_or(20);
    if !(1..=250).contains(&view) {
        bail!("a view of {view} neighbours is out of range; choose one from 1 to 250");
    }
    Ok(view)
}

fn sensible(max_datagram: Option<usize>) -> Result<usize> {
    let bytes = max_datagram.unwrap_or(DEFAULT_MAX_DATAGRAM);
    if !(MIN_DATAGRAM..=MAX_DATAGRAM).contains(&bytes) {
        bail!("datagrams of {bytes} bytes: choose a limit from {MIN_DATAGRAM} to {MAX_DATAGRAM}");
    }
    Ok(bytes)
}

fn read(path: &Path) -> Result<Flags> {
    let file = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {file}"))?;
    toml::from_str(&text).map_err(|error| anyhow!("cannot use {file}: {}", in_a_line(&text, error)))
}

/// The error without the picture of its place that it draws by itself.
fn in_a_line(text: &str, mut error: toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    error.set_input(None);
    let words = error.to_string();
    format!("line {number}: {}", words.trim_end().replace('\n', ", "))
}

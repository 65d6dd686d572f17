//! What a node of `rumormill run` is told: by a file, and by flags, which go before the file.

use std::fs;
use std::net::SocketAddr;
use std::num::{NonZeroU16, NonZeroU32};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use rumormill::Ticks;
use rumormill::node::MAX_DATAGRAM;
use rumormill::protocols::{periodic_gossip, renyi_erdos};
use rumormill::seen::Memory;
use rumormill::wire::{DEFAULT_MAX_DATAGRAM, Label, MAX_OVERHEAD};
use serde::Deserialize;

/// Run a node: each line on the standard input is broadcast, deliveries are printed
#[derive(Args)]
pub(crate) struct Arguments {
    /// Read settings from a TOML file; its keys are the flags below, with _ for -, and `peers`, a
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
    /// Another node of the cluster; may be repeated
    #[arg(long = "peer", value_name = "IP:PORT")]
    #[serde(default)]
    peers: Vec<SocketAddr>,
    /// The name of the cluster, at most 32 bytes; nodes of others are not heard [default: rumormill]
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
    /// The number of nodes in the cluster, this one included [default: the peers and this one]
    #[arg(long, value_name = "NODES")]
    size: Option<NonZeroU32>,
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
}

/// What a node of `rumormill run` is told.
pub(super) struct Settings {
    pub(super) bind: SocketAddr,
    pub(super) advertise: Option<SocketAddr>,
    pub(super) peers: Vec<SocketAddr>,
    pub(super) label: Label,
    pub(super) size: u32,
    margin: i16,
    period: Ticks,
    hot: NonZeroU16,
    pub(super) max_datagram: usize,
    pub(super) seed: Option<u64>,
    pub(super) record: Option<PathBuf>,
}

/// Our choice: ten messages' worth of gossip periods, and then some.
const FORGET_AFTER: u8 = 60;

/// What two stacked layers and the kinds of their messages add to a gossip message, in bytes.
const STACK_OVERHEAD: usize = 1;

/// Datagrams that hold a short payload and some names, at the least.
const MIN_DATAGRAM: usize = MAX_OVERHEAD + STACK_OVERHEAD + periodic_gossip::MIN_MESSAGE as usize;

impl Settings {
    pub(super) fn of(arguments: &Arguments) -> Result<Self> {
        let file = arguments.config.as_deref().map_or_else(|| Ok(Flags::default()), read)?;
        let flags = &arguments.flags;
        let peers = if flags.peers.is_empty() { file.peers } else { flags.peers.clone() };
        let label = flags.label.as_deref().or(file.label.as_deref()).unwrap_or("rumormill");
        let size = flags.size.or(file.size).map_or(peers.len() as u32 + 1, NonZeroU32::get);
        let period = flags.period_ms.or(file.period_ms).map_or(500, NonZeroU32::get);
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok(Self {
            bind: flags.bind.or(file.bind).unwrap_or(anywhere),
            advertise: flags.advertise.or(file.advertise),
            peers,
            label: Label::new(label)?,
            size,
            margin: fixed_point(flags.margin.or(file.margin).unwrap_or(4.0))?,
            period: Ticks(period),
            hot: flags.hot.or(file.hot).unwrap_or(const { NonZeroU16::new(10).unwrap() }),
            max_datagram: sensible(flags.max_datagram.or(file.max_datagram))?,
            seed: flags.seed.or(file.seed),
            record: flags.record.clone().or(file.record),
        })
    }

    pub(super) fn forward(&self) -> renyi_erdos::Settings {
        renyi_erdos::Settings {
            margin: self.margin,
            memory: memory(),
            period: self.period,
            max_payload: u32::MAX,
        }
    }

    pub(super) fn repair(&self) -> periodic_gossip::Settings {
        let max_message = self.max_datagram - MAX_OVERHEAD - STACK_OVERHEAD;
        periodic_gossip::Settings {
            mode: periodic_gossip::Mode::PushPull,
            fanout: 1,
            period: self.period,
            hot: Some(self.hot),
            buffer: 256,
            max_message: max_message as u32,
            memory: memory(),
        }
    }
}

/// The margin in the unit of the protocol, of which there are 64 to a peer.
fn fixed_point(margin: f64) -> Result<i16> {
    if !(-32.0..=32.0).contains(&margin) {
        bail!("the margin {margin} is out of range; choose one from -32 to 32");
    }
    Ok((margin * 64.0).ceil() as i16)
}

fn sensible(max_datagram: Option<usize>) -> Result<usize> {
    let bytes = max_datagram.unwrap_or(DEFAULT_MAX_DATAGRAM);
    if !(MIN_DATAGRAM..=MAX_DATAGRAM).contains(&bytes) {
        bail!("datagrams of {bytes} bytes: choose a limit from {MIN_DATAGRAM} to {MAX_DATAGRAM}");
    }
    Ok(bytes)
}

fn memory() -> Memory {
    Memory { origins: 1000, forget_after: Some(FORGET_AFTER) }
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

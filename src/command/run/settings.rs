//! What a node of `rumormill run` is told: by a file, and by flags, which go before the file.

use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use rumormill::Ticks;
use rumormill::protocols::{periodic_gossip, renyi_erdos};
use rumormill::seen::Memory;
use rumormill::wire::{DEFAULT_MAX_DATAGRAM, Label, MAX_OVERHEAD};
use serde::Deserialize;

/// Runs a node: each line on the standard input is broadcast, deliveries are printed
#[derive(Args)]
pub(crate) struct Arguments {
    /// Read these settings from a TOML file (keys as the flags, with `_` for `-`; `peers` is a list)
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
    /// Where to listen [default: 127.0.0.1:0]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<SocketAddr>,
    /// The address by which others reach this node, where it is not the one it listens on
    #[arg(long, value_name = "ADDRESS")]
    advertise: Option<SocketAddr>,
    /// Another node of the cluster; may be repeated
    #[arg(long = "peer", value_name = "ADDRESS")]
    #[serde(default)]
    peers: Vec<SocketAddr>,
    /// The name of the cluster [default: rumormill]
    #[arg(long)]
    label: Option<String>,
    /// The number of nodes in the cluster, this one included [default: the peers and this one]
    #[arg(long)]
    size: Option<u32>,
    /// The c of the fanout ln N + c, in peers [default: 4]
    #[arg(long)]
    margin: Option<f64>,
    /// The length of a gossip period in milliseconds [default: 500]
    #[arg(long)]
    period_ms: Option<u32>,
    /// In how many periods a message is gossiped by each node [default: 10]
    #[arg(long)]
    hot: Option<NonZeroU16>,
    /// The largest datagram in bytes [default: 1200]
    #[arg(long)]
    max_datagram: Option<usize>,
    /// Where the machine's draws come from [default: from the operating system]
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

impl Settings {
    pub(super) fn of(arguments: &Arguments) -> Result<Self> {
        let file = match &arguments.config {
            None => Flags::default(),
            Some(path) => {
                let text = fs::read_to_string(path);
                let text = text.with_context(|| format!("cannot read {}", path.display()))?;
                toml::from_str(&text).with_context(|| format!("cannot use {}", path.display()))?
            }
        };
        let flags = &arguments.flags;
        let peers = if flags.peers.is_empty() { file.peers } else { flags.peers.clone() };
        let label = flags.label.as_deref().or(file.label.as_deref()).unwrap_or("rumormill");
        let margin = flags.margin.or(file.margin).unwrap_or(4.0);
        if !(-32.0..=32.0).contains(&margin) {
            bail!("the margin {margin} is out of range; choose one from -32 to 32");
        }
        let smallest = MAX_OVERHEAD + STACK_OVERHEAD + periodic_gossip::MIN_MESSAGE as usize;
        let max_datagram = flags.max_datagram.or(file.max_datagram).unwrap_or(DEFAULT_MAX_DATAGRAM);
        if max_datagram < smallest {
            bail!("datagrams of {max_datagram} bytes are too small; allow at least {smallest}");
        }
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok(Self {
            bind: flags.bind.or(file.bind).unwrap_or(anywhere),
            advertise: flags.advertise.or(file.advertise),
            size: flags.size.or(file.size).unwrap_or(peers.len() as u32 + 1),
            peers,
            label: Label::new(label)?,
            margin: (margin * 64.0).ceil() as i16,
            period: Ticks(flags.period_ms.or(file.period_ms).unwrap_or(500).max(1)),
            hot: flags.hot.or(file.hot).unwrap_or(const { NonZeroU16::new(10).unwrap() }),
            max_datagram,
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

fn memory() -> Memory {
    Memory { origins: 1000, forget_after: Some(FORGET_AFTER) }
}

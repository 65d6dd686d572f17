//! How far a search goes, as flags say it.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use rumormill::protocols::search::{Mode, Settings};

use crate::command::found::{DEGREE, TTL};

#[derive(Args)]
pub(super) struct ModeFlags {
    /// How to search: everybody within so many hops, or in growing rings, or by a few walks
    #[arg(long, value_enum, default_value = "flood")]
    mode: Kind,
    /// How many hops the query takes at the most, from 1 to 16; with flood or rings [default: 7]
    #[arg(long, value_name = "HOPS", value_parser = clap::value_parser!(u8).range(1..=16))]
    ttl: Option<u8>,
    /// To how many neighbours each passes it on, from 1 to 16; with flood or rings [default: 7]
    #[arg(long, value_name = "NODES", value_parser = clap::value_parser!(u8).range(1..=16))]
    degree: Option<u8>,
    /// How many copies of the query wander, from 1 to 16; with walk [default: 16]
    #[arg(long, value_name = "COPIES", value_parser = clap::value_parser!(u8).range(1..=16))]
    walkers: Option<u8>,
    /// How many hops each of them takes, from 1 to 32; with walk [default: 32]
    #[arg(long, value_name = "HOPS", value_parser = clap::value_parser!(u8).range(1..=32))]
    hops: Option<u8>,
    /// How many hops the first ring has; with rings [default: 1]
    #[arg(long, value_name = "HOPS", value_parser = clap::value_parser!(u8).range(1..=16))]
    first: Option<u8>,
    /// How many hops more each further ring has; with rings [default: 2]
    #[arg(long, value_name = "HOPS", value_parser = clap::value_parser!(u8).range(1..=16))]
    step: Option<u8>,
    /// After how many nodes that have it no further ring is searched; with rings [default: 1]
    #[arg(long, value_name = "NODES", value_parser = clap::value_parser!(u16).range(1..))]
    enough: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Flood,
    Rings,
    Walk,
}

/// How many periods pass between two rings.
///
/// Our choice: in a period a message takes eight hops, so that a ring of seven is heard of before the
/// next one.
const WAIT: u8 = 2;

impl ModeFlags {
    /// The mode, in a group of such settings.
    pub(super) fn mode(&self, settings: &Settings) -> Result<Mode> {
        self.belong_to_the_mode()?;
        let (ttl, degree) = (self.ttl.unwrap_or(TTL), self.degree.unwrap_or(DEGREE));
        Ok(match self.mode {
            Kind::Flood => Mode::Flood { ttl, degree },
            Kind::Rings => Mode::Rings {
                first: self.first.unwrap_or(1).min(ttl),
                step: self.step.unwrap_or(2),
                last: ttl,
                degree,
                wait: WAIT,
                enough: self.enough.unwrap_or(1),
            },
            Kind::Walk => Mode::Walk {
                walkers: self.walkers.unwrap_or(settings.degree),
                hops: self.hops.unwrap_or(settings.max_hops),
            },
        })
    }

    /// How long answers are awaited where nothing else is said.
    ///
    /// Our choice: in a second a message takes eight hops, in a slow group, and a flood of seven and a
    /// walk of 32 come back in time.
    pub(super) fn usual_patience(&self) -> Duration {
        Duration::from_secs(match self.mode {
            Kind::Flood => 5,
            Kind::Walk => 10,
            Kind::Rings => 20,
        })
    }

    /// A flag that would do nothing is a misunderstanding.
    fn belong_to_the_mode(&self) -> Result<()> {
        use Kind::{Flood, Rings, Walk};
        let flags: [(_, _, &[Kind]); 7] = [
            ("--ttl", self.ttl.is_some(), &[Flood, Rings]),
            ("--degree", self.degree.is_some(), &[Flood, Rings]),
            ("--walkers", self.walkers.is_some(), &[Walk]),
            ("--hops", self.hops.is_some(), &[Walk]),
            ("--first", self.first.is_some(), &[Rings]),
            ("--step", self.step.is_some(), &[Rings]),
            ("--enough", self.enough.is_some(), &[Rings]),
        ];
        for (flag, is_given, kinds) in flags {
            if is_given && !kinds.contains(&self.mode) {
                let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
                bail!("{flag} says nothing here; it goes with --mode {}", names.join(" or "));
            }
        }
        Ok(())
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Flood => "flood",
            Self::Rings => "rings",
            Self::Walk => "walk",
        }
    }
}

//! How good a search is to be, and how far it has to go for that.

use anyhow::{Result, bail};
use clap::Args;
use rumormill::analysis::recall::{Limits, Overlay, Wanted, holders, plan};
use rumormill::protocols::search::{Mode, Settings};
use serde::Serialize;

use crate::command::numbers::counted;
use crate::command::output::say_aside;

#[derive(Args)]
pub(super) struct QualityFlags {
    /// Hear of at least this share of the nodes that have it: chooses how far a flood goes
    #[arg(
        long,
        value_name = "SHARE",
        requires_all = ["replicated", "size"],
        conflicts_with_all = ["ttl", "degree"]
    )]
    recall: Option<f64>,
    /// With at least this probability [default: 0.95]
    #[arg(long, value_name = "PROBABILITY", requires = "recall")]
    probability: Option<f64>,
    /// The share of the nodes that have it
    #[arg(long, value_name = "SHARE", requires = "recall")]
    replicated: Option<f64>,
    /// How many nodes there are
    #[arg(long, value_name = "NODES", requires = "recall")]
    size: Option<u32>,
    /// The share of messages that are lost [default: 0]
    #[arg(long, value_name = "SHARE", requires = "recall")]
    loss: Option<f64>,
}

/// What was wanted of a search, and what it takes.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Quality {
    /// The share of those that have it of which it is to hear.
    recall: f64,
    /// The probability, at least, that it does.
    probability: f64,
    /// How many have it, if the share is right.
    having: f64,
    ttl: u8,
    degree: u8,
    /// How many nodes are expected to be asked.
    asked: f64,
    /// How many messages are expected.
    messages: f64,
}

impl QualityFlags {
    /// How far a flood has to go, where a quality is wanted, in a group of such settings with views of
    /// so many.
    pub(super) fn plan(&self, view: u32, settings: &Settings) -> Result<Option<Quality>> {
        let (Some(recall), Some(replicated), Some(size)) =
            (self.recall, self.replicated, self.size)
        else {
            return Ok(None);
        };
        let wanted = Wanted { recall, probability: self.probability.unwrap_or(0.95), replicated };
        let view = view.min(size.saturating_sub(1));
        let overlay = Overlay { size, view, loss: self.loss.unwrap_or(0.0) };
        let limits = Limits { ttl: settings.max_ttl, degree: settings.degree };
        let planned = plan(wanted, overlay, limits)?;
        Ok(Some(Quality {
            recall,
            probability: planned.probability,
            having: holders(size, replicated).into(),
            ttl: planned.ttl,
            degree: planned.degree,
            asked: planned.asked,
            messages: planned.messages(),
        }))
    }
}

impl Quality {
    /// The flood that comes to it; only floods are planned.
    pub(super) fn mode(&self, mode: Mode) -> Result<Mode> {
        let Mode::Flood { .. } = mode else {
            bail!("--recall says nothing here; it goes with --mode flood")
        };
        Ok(Mode::Flood { ttl: self.ttl, degree: self.degree })
    }

    pub(super) fn say(&self) {
        let Self { recall, probability, ttl, degree, asked, messages, .. } = self;
        let hops = counted((*ttl).into(), "hop", "hops");
        let neighbors = counted((*degree).into(), "neighbour", "neighbours");
        say_aside(format_args!(
            "planned: {hops}, {neighbors} of each; about {asked:.0} nodes are asked by {messages:.0} \
             messages; with probability {probability:.3} at least {recall} of those that have it \
             are heard of, if they are as many as was said and views are uniform"
        ));
    }

    /// What was reached of it.
    pub(super) fn compare(&self, servers: u64) {
        say_aside(format_args!(
            "heard of {servers} of {:.0} that have it, if that is the share",
            self.having
        ));
    }
}

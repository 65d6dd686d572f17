//! `ApproximateSystemSize()` from what averaging counts: the layer that tells the others.
//!
//! Each epoch of averaging yields several counts of the group. Their estimates are put in order, some
//! at each end are left aside, and what lies between is told:
//! [`analysis::size::counted`](crate::analysis::size::counted) says with which confidence and under
//! which assumptions. Whoever draws a fanout from the size takes its upper end.

use serde::{Deserialize, Serialize};

use crate::analysis::size::counted;
use crate::protocols::averaging::Averaged;
use crate::{Context, Never, Peer, Protocol};

/// Tells the size of the group after each epoch.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct SystemSize {
    settings: Settings,
}

/// How counts are read.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The whole of a count, as [`averaging::Settings::unit`](super::averaging::Settings::unit) has it.
    pub unit: u64,
    /// How many counts are left aside at each end; fewer where there are not twice as many and one.
    pub trim: u8,
}

/// "This is what an epoch came to."
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Request(pub Averaged);

/// What is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Notice {
    /// The upper end of the size, for other layers.
    AtMost(u32),
    /// What the epoch came to, and the size.
    Estimated {
        /// What averaging told.
        averaged: Averaged,
        /// The least that the size is; 0 where nothing is known.
        low: u64,
        /// The most that the size is; `u64::MAX` where nothing is known.
        high: u64,
    },
}

impl<P: Peer> Protocol<P> for SystemSize {
    type Message = Never;
    type Timer = Never;
    type Request = Request;
    type Notice = Notice;

    fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, message: Never) {
        match message {}
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, Request(averaged): Request) {
        let trim = self.settings.trimmed(averaged.parts.len());
        let size = counted(&averaged.parts, self.settings.unit, trim);
        let high = size.and_then(|size| size.high);
        if let Some(high) = high {
            context.notify(Notice::AtMost(u32::try_from(high).unwrap_or(u32::MAX)));
        }
        let low = size.map_or(0, |size| size.low);
        context.notify(Notice::Estimated { averaged, low, high: high.unwrap_or(u64::MAX) });
    }
}

impl SystemSize {
    /// A process that has heard of no epoch.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Settings {
    /// How many of so many counts are left aside at each end.
    #[must_use]
    pub fn trimmed(&self, counts: usize) -> usize {
        usize::from(self.trim).min(counts.saturating_sub(1) / 2)
    }
}

//! `ApproximateSystemSize()` by Sample & Collide (Massoulié, Le Merrer, Kermarrec, Ganesh 2006):
//! random processes are drawn until enough of them have been drawn before.
//!
//! ```text
//! repeat
//!   x ← RandomNode()                       ▷ Use random walk
//!   if x ∈ Seen then collisions ← collisions + 1 else Seen ← Seen ∪ {x}
//! until collisions = l
//! estimate N from the number of samples and l
//! ```
//!
//! Where this says more:
//! - What [`analysis::size::sampled`](crate::analysis::size::sampled) makes of it is an interval.
//! - Several walks are on their way at the same time; as many begin in each period as are missing.
//!   One that is lost is begun anew: all walks are of the same length, so no process is drawn less
//!   often for that.
//! - It ends without so many collisions, too: when as many different processes were seen as may be
//!   remembered, and, in vain, when too many walks have failed.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{Context, Never, Peer, Protocol, Ticks, as_set};

/// Counts how many samples collide.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SampleAndCollide<P: Peer> {
    settings: Settings,
    /// How many walks are on their way.
    walks: u8,
    census: Option<Census<P>>,
}

/// How much is sampled.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How long a period is.
    pub period: Ticks,
    /// How many samples are to collide, at least 1: the relative error is one by the root of it.
    pub collisions: u16,
    /// The most walks at the same time, at least 1.
    pub walks: u8,
    /// The most different processes that are remembered.
    pub seen: u16,
    /// How many walks may fail.
    pub failures: u16,
}

/// What was drawn so far.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Census<P: Peer> {
    #[serde(serialize_with = "as_set")]
    seen: Vec<P>,
    collisions: u16,
    failures: u16,
}

/// What is asked for, and what comes of walks.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Request<P: Peer> {
    /// Estimate the size of the group.
    Estimate,
    /// A walk has ended there.
    Sampled(P),
    /// A walk has failed.
    Lost,
}

/// What is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Notice {
    /// A walk is wanted: its end comes back as a [`Request::Sampled`] or a [`Request::Lost`].
    Wanted,
    /// That is what was drawn.
    Collided {
        /// How many samples there were.
        samples: u32,
        /// How many of them had been drawn before.
        collisions: u16,
    },
    /// There is no estimate.
    Failed(Failure),
}

/// Why there is no estimate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// One is being made.
    #[error("an estimate is being made; wait for it")]
    Busy,
    /// Too many walks have failed.
    #[error("too many walks have failed")]
    Walks,
}

/// A period is over. Armed while an estimate is being made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period;

impl<P: Peer> Protocol<P> for SampleAndCollide<P> {
    type Message = Never;
    type Timer = Period;
    type Request = Request<P>;
    type Notice = Notice;

    fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, message: Never) {
        match message {}
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, request: Request<P>) {
        match request {
            Request::Estimate if self.census.is_some() => {
                context.notify(Notice::Failed(Failure::Busy));
            }
            Request::Estimate => {
                let (seen, collisions, failures) = (Vec::new(), 0, 0);
                self.census = Some(Census { seen, collisions, failures });
                self.walk(context);
            }
            Request::Sampled(peer) => {
                self.walks = self.walks.saturating_sub(1);
                self.note(context, peer);
            }
            Request::Lost => {
                self.walks = self.walks.saturating_sub(1);
                self.fail(context);
            }
        }
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, Period: Period) {
        self.walk(context);
    }
}

impl<P: Peer> SampleAndCollide<P> {
    /// A process that estimates nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, walks: 0, census: None }
    }

    /// How many different processes were drawn so far, and how often one again; `None` while no
    /// estimate is being made.
    #[must_use]
    pub fn drawn(&self) -> Option<(usize, u16)> {
        self.census.as_ref().map(|census| (census.seen.len(), census.collisions))
    }

    /// `x ← RandomNode()`, as often at the same time as may be.
    fn walk(&mut self, context: &mut Context<'_, P, Self>) {
        context.set_timer(self.settings.period, Period);
        let most = self.settings.walks.max(1);
        while self.walks < most {
            self.walks += 1;
            context.notify(Notice::Wanted);
        }
    }

    /// `if x ∈ Seen then collisions ← collisions + 1 else Seen ← Seen ∪ {x}`
    fn note(&mut self, context: &mut Context<'_, P, Self>, peer: P) {
        let Some(census) = &mut self.census else { return };
        if census.seen.contains(&peer) {
            census.collisions += 1;
        } else {
            census.seen.push(peer);
        }
        let Settings { collisions: wanted, seen: most, .. } = self.settings;
        let Census { ref seen, collisions, .. } = *census;
        if collisions >= wanted.max(1) || seen.len() >= usize::from(most) {
            let samples = seen.len() as u32 + u32::from(collisions);
            self.end(context, Notice::Collided { samples, collisions });
        }
    }

    fn fail(&mut self, context: &mut Context<'_, P, Self>) {
        let Some(census) = &mut self.census else { return };
        census.failures = census.failures.saturating_add(1);
        if census.failures > self.settings.failures {
            self.end(context, Notice::Failed(Failure::Walks));
        }
    }

    fn end(&mut self, context: &mut Context<'_, P, Self>, notice: Notice) {
        self.census = None;
        context.cancel_timer(Period);
        context.notify(notice);
    }
}

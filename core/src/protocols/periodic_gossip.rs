//! Periodic gossip ("Gossip based dissemination", the second text): every period,
//!
//! ```text
//! 1. Pick f peers from the membership list at random.
//! 2. Send recent messages from our messages buffer to each of these peers.
//! ```
//!
//! and in parallel listen for messages and update the buffer. That is the mode *push*; *pull* asks
//! the peers for what they have, *push-pull* does both in one exchange (Demers et al. 1987).
//!
//! Where this says more than the text:
//! - A message is *recent* ("hot") for a number of periods, or for ever: it is sent in so many of
//!   this node's periods. The buffer is bounded; when it is full, the message that has been in it
//!   longest gives way ([`Notice::CrowdedOut`]) and is spread from here no more. Nor is one whose
//!   payload is longer than this node's messages hold.
//! - A buffer that does not fit into one message is pushed in several. A pull is answered with one
//!   message at most, so that a small request never causes a flood; what does not fit is chosen by
//!   a draw, so that nothing is left out for ever.
//! - A node that has nothing to push makes no draw and sends nothing.
//! - Each message is delivered at most once; [`crate::seen`] states exactly what that means.

pub mod message;
pub mod settings;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::rumor::{Id, Notice, PayloadTooLong, RUMOR_OVERHEAD, Rumor};
use crate::seen::{Refusal, Seen};
use crate::{Context, Peer, Protocol};

pub use crate::protocols::periodic_gossip::message::{MAX_RUMORS, Message};
pub use crate::protocols::periodic_gossip::settings::{MIN_MESSAGE, Mode, Settings};

/// Periodic gossip.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct PeriodicGossip<P: Peer> {
    settings: Settings,
    started: u64,
    seen: Seen<P>,
    buffer: VecDeque<Hot<P>>,
}

/// A rumor that is spread from here, and in how many periods it has been.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Hot<P: Peer> {
    rumor: Rumor<P>,
    periods: u16,
}

/// What the application, or another layer, asks.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Request<P: Peer> {
    /// Tell everybody.
    Publish(Bytes),
    /// Spread a rumor that this process learned of in another way.
    Spread(Rumor<P>),
}

/// The next period begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period;

impl<P: Peer> Protocol<P> for PeriodicGossip<P> {
    type Message = Message<P>;
    type Timer = Period;
    type Request = Request<P>;
    type Notice = Notice<P>;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        context.set_timer(self.settings.period, Period);
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, Period: Period) {
        context.set_timer(self.settings.period, Period);
        if self.settings.mode != Mode::Push || !self.buffer.is_empty() {
            self.gossip(context);
        }
        self.cool();
        self.seen.period_passed();
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        match message {
            Message::Push { rumors } => self.hear(context, rumors),
            Message::Pull { have } => self.answer(context, from, &have),
            Message::Exchange { have, rumors } => {
                self.answer(context, from, &have);
                self.hear(context, rumors);
            }
        }
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, request: Request<P>) {
        match request {
            Request::Publish(payload) => self.start(context, payload),
            Request::Spread(rumor) => self.learn(context, rumor),
        }
    }
}

impl<P: Peer> PeriodicGossip<P> {
    /// A node that has heard nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let seen = Seen::new(settings.memory);
        Self { settings, started: 0, seen, buffer: VecDeque::new() }
    }

    /// Whether the rumor was delivered here.
    #[must_use]
    pub fn knows(&self, id: &Id<P>) -> bool {
        self.seen.contains(id)
    }

    /// The rumors that are spread from here, the one that came first in front.
    pub fn hot(&self) -> impl Iterator<Item = &Rumor<P>> {
        self.buffer.iter().map(|hot| &hot.rumor)
    }

    fn gossip(&mut self, context: &mut Context<'_, P, Self>) {
        let to = context.neighbors(self.settings.fanout.into());
        let mut rest: Vec<&Rumor<P>> = self.hot().collect();
        match self.settings.mode {
            Mode::Push => {}
            Mode::Pull => {
                let have = self.latest(self.settings.room());
                return context.send(Message::Pull { have }, &to);
            }
            Mode::PushPull => {
                let half = self.settings.room() / 2;
                let fitting = fitting(&rest, half);
                let (have, rumors) = (self.latest(half), take(&mut rest, fitting));
                context.send(Message::Exchange { have, rumors }, &to);
            }
        }
        while !rest.is_empty() {
            let rumors = take_fitting(&mut rest, self.settings.room());
            context.send(Message::Push { rumors }, &to);
        }
    }

    /// Answers from what was known before the asker's own rumors are heard.
    fn answer(&self, context: &mut Context<'_, P, Self>, asker: P, have: &[Id<P>]) {
        let mut lacking: Vec<_> = self.hot().filter(|rumor| !have.contains(&rumor.id)).collect();
        if lacking.is_empty() {
            return;
        }
        let room = self.settings.room();
        if fitting(&lacking, room) < lacking.len() {
            let first = context.random(lacking.len() as u32);
            lacking.rotate_left(first as usize);
        }
        let rumors = take_fitting(&mut lacking, room);
        context.send(Message::Push { rumors }, &[asker]);
    }

    fn hear(&mut self, context: &mut Context<'_, P, Self>, rumors: Vec<Rumor<P>>) {
        for rumor in rumors {
            if rumor.id.origin != context.me() {
                self.learn(context, rumor);
            }
        }
    }

    fn start(&mut self, context: &mut Context<'_, P, Self>, payload: Bytes) {
        if let Err(too_long) = PayloadTooLong::check(&payload, self.settings.max_payload()) {
            return context.notify(Notice::NotStarted(too_long));
        }
        let id = Id { origin: context.me(), sequence: self.started };
        self.started += 1;
        self.learn(context, Rumor { id, payload });
    }

    fn learn(&mut self, context: &mut Context<'_, P, Self>, rumor: Rumor<P>) {
        match self.seen.insert(rumor.id) {
            Ok(()) => {
                let heard = rumor.clone();
                let crowded_out = self.keep(rumor);
                context.notify(Notice::Delivered(heard));
                if let Some(id) = crowded_out {
                    context.notify(Notice::CrowdedOut(id));
                }
            }
            Err(Refusal::Repeated) => {}
            Err(refusal) => context.notify(Notice::TurnedAway { id: rumor.id, refusal }),
        }
    }

    /// Spreads the rumor from now on; returns the one that is not spread, or no longer.
    fn keep(&mut self, rumor: Rumor<P>) -> Option<Id<P>> {
        if PayloadTooLong::check(&rumor.payload, self.settings.max_payload()).is_err() {
            return Some(rumor.id);
        }
        let mut crowded_out = None;
        if self.buffer.len() >= usize::from(self.settings.buffer.max(1)) {
            crowded_out = self.buffer.pop_front().map(|oldest| oldest.rumor.id);
        }
        self.buffer.push_back(Hot { rumor, periods: 0 });
        crowded_out
    }

    /// A period in which the rumors were hot is over.
    fn cool(&mut self) {
        let Some(limit) = self.settings.hot else { return };
        self.buffer.retain_mut(|hot| {
            hot.periods = hot.periods.saturating_add(1);
            hot.periods < limit.get()
        });
    }

    /// The names of the latest rumors, as many as fit into so many bytes.
    fn latest(&self, bytes: u32) -> Vec<Id<P>> {
        let most = (bytes as usize / RUMOR_OVERHEAD).min(MAX_RUMORS);
        let skipped = self.buffer.len().saturating_sub(most);
        self.hot().skip(skipped).map(|rumor| rumor.id).collect()
    }
}

/// How many of the rumors, from the front, fit into so many bytes.
fn fitting<P: Peer>(rumors: &[&Rumor<P>], bytes: u32) -> usize {
    let ends = rumors.iter().scan(0, |end, rumor| {
        *end += RUMOR_OVERHEAD + rumor.payload.len();
        Some(*end)
    });
    ends.take(MAX_RUMORS).take_while(|&end| end <= bytes as usize).count()
}

/// Takes those rumors from the front that fit into one message: at least one, if there is one.
fn take_fitting<P: Peer>(rumors: &mut Vec<&Rumor<P>>, bytes: u32) -> Vec<Rumor<P>> {
    let fitting = fitting(rumors, bytes).max(1).min(rumors.len());
    take(rumors, fitting)
}

fn take<P: Peer>(rumors: &mut Vec<&Rumor<P>>, count: usize) -> Vec<Rumor<P>> {
    rumors.drain(..count).cloned().collect()
}

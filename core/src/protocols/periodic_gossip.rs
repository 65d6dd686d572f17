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
//! - A message is *recent* ("hot") for a number of this node's periods, for ever, or until others
//!   turn out to know it ([`interest`]). The buffer is bounded; when it is full, the message that
//!   has been in it longest gives way ([`Notice::CrowdedOut`]) and is spread from here no more.
//!   Nor is one whose payload is longer than this node's messages hold.
//! - A buffer that does not fit into one message is pushed in several. A pull is answered with one
//!   message at most, so that a small request never causes a flood; what does not fit is chosen by
//!   a draw, so that nothing is left out for ever.
//! - A node that has nothing to push makes no draw and sends nothing.
//! - Each message is delivered at most once; [`crate::seen`] states exactly what that means.

pub mod interest;
pub mod message;
pub mod settings;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::mem;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::rumor::{Id, Notice, PayloadTooLong, RUMOR_OVERHEAD, Rumor};
use crate::seen::{Refusal, Seen};
use crate::{Context, MAX_FANOUT, Peer, Protocol, as_set};

pub use crate::protocols::periodic_gossip::interest::{Interest, Mongering, Removal, Response};
pub use crate::protocols::periodic_gossip::message::{MAX_RUMORS, Message, Verdict};
pub use crate::protocols::periodic_gossip::settings::{MIN_MESSAGE, Mode, Settings};

/// The most peers that may tell in one period what came of the rumors that were sent to them.
///
/// Our choice: all that a node pushes to, and as many that ask it.
pub const MAX_CONTACTS: usize = 2 * MAX_FANOUT;

/// Periodic gossip.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct PeriodicGossip<P: Peer> {
    settings: Settings,
    started: u64,
    seen: Seen<P>,
    buffer: VecDeque<Hot<P>>,
    /// To whom rumors were sent in this period, where they are to tell what came of it.
    #[serde(serialize_with = "as_set")]
    contacts: Vec<P>,
}

/// A rumor that is spread from here.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Hot<P: Peer> {
    rumor: Rumor<P>,
    /// In how many periods it was sent; of mongering, only those that were useless.
    periods: u16,
    /// Whether it was not known when this period began. Only who gives feedback cares.
    fresh: bool,
    /// What came of it in this period. Only who mongers cares.
    outcome: Outcome,
}

/// What came of a rumor in a period; what is heard later replaces what is less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum Outcome {
    /// It was sent to nobody.
    Unsent,
    /// Nobody told whether it was needed.
    Unheard,
    /// Somebody told that it was not needed.
    Unneeded,
    /// Somebody told that it was needed.
    Needed,
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
        self.take_stock(context);
        if self.settings.mode != Mode::Push || !self.buffer.is_empty() {
            self.gossip(context);
        }
        self.cool();
        self.seen.period_passed();
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        match message {
            Message::Push { rumors } => self.hear(context, from, rumors),
            Message::Pull { have } => self.answer(context, from, &have),
            Message::Exchange { have, rumors } => {
                self.answer(context, from, &have);
                self.hear(context, from, rumors);
            }
            Message::Feedback { verdicts } => self.heed(context, from, &verdicts),
        }
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, request: Request<P>) {
        match request {
            Request::Publish(payload) => self.start(context, payload),
            Request::Spread(rumor) => {
                self.learn(context, rumor);
            }
        }
    }
}

impl<P: Peer> PeriodicGossip<P> {
    /// A node that has heard nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let seen = Seen::new(settings.memory);
        Self { settings, started: 0, seen, buffer: VecDeque::new(), contacts: Vec::new() }
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
                let asks_for_all = self.settings.hot.is_mongering();
                let have = self.latest(if asks_for_all { 0 } else { self.settings.room() });
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
        self.note_sending(&to, |_| true);
    }

    /// Answers from what was known before the asker's own rumors are heard.
    fn answer(&mut self, context: &mut Context<'_, P, Self>, asker: P, have: &[Id<P>]) {
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
        self.note_sending(&[asker], |id| rumors.iter().any(|rumor| rumor.id == *id));
        context.send(Message::Push { rumors }, &[asker]);
    }

    /// Rumors were sent to these peers. Where peers tell what came of it, they may do so until the
    /// next period begins.
    fn note_sending(&mut self, to: &[P], sent: impl Fn(&Id<P>) -> bool) {
        if to.is_empty() || !self.settings.hot.is_mongering() {
            return;
        }
        for hot in self.buffer.iter_mut().filter(|hot| sent(&hot.rumor.id)) {
            hot.outcome = hot.outcome.max(Outcome::Unheard);
        }
        for peer in to.iter().filter(|_| self.settings.hot.has_feedback()) {
            if self.contacts.len() < MAX_CONTACTS && !self.contacts.contains(peer) {
                self.contacts.push(*peer);
            }
        }
    }

    fn hear(&mut self, context: &mut Context<'_, P, Self>, from: P, rumors: Vec<Rumor<P>>) {
        if self.settings.hot.has_feedback() {
            return self.hear_and_tell(context, from, rumors);
        }
        for rumor in rumors {
            self.meet(context, rumor);
        }
    }

    fn hear_and_tell(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        rumors: Vec<Rumor<P>>,
    ) {
        let mut verdicts = Vec::new();
        for rumor in rumors {
            let id = rumor.id;
            let is_new = self.meet(context, rumor);
            verdicts.push(Verdict { id, needed: is_new || self.is_fresh(&id) });
        }
        verdicts.truncate(names(self.settings.room()));
        if !verdicts.is_empty() {
            context.send(Message::Feedback { verdicts }, &[from]);
        }
    }

    /// Tells whether another's rumor is new here.
    fn meet(&mut self, context: &mut Context<'_, P, Self>, rumor: Rumor<P>) -> bool {
        rumor.id.origin != context.me() && self.learn(context, rumor)
    }

    /// Whether a rumor that is spread from here was not known when this period began.
    fn is_fresh(&self, id: &Id<P>) -> bool {
        self.buffer.iter().rev().take_while(|hot| hot.fresh).any(|hot| hot.rumor.id == *id)
    }

    /// Hears what came of the rumors that were sent in this period.
    fn heed(&mut self, context: &mut Context<'_, P, Self>, from: P, verdicts: &[Verdict<P>]) {
        if !self.contacts.iter().any(|peer| from.answers_for(peer)) {
            return context.notify(Notice::FeedbackRefused(from));
        }
        for Verdict { id, needed } in verdicts {
            let mut sent = self.buffer.iter_mut().filter(|hot| hot.outcome != Outcome::Unsent);
            if let Some(hot) = sent.find(|hot| hot.rumor.id == *id) {
                let told = if *needed { Outcome::Needed } else { Outcome::Unneeded };
                hot.outcome = hot.outcome.max(told);
            }
        }
    }

    /// A period is over: rumors of which nothing comes any more are of no interest any more.
    fn take_stock(&mut self, context: &mut Context<'_, P, Self>) {
        let Interest::Mongering(mongering) = self.settings.hot else { return };
        self.contacts.clear();
        self.buffer.retain_mut(|hot| {
            hot.fresh = false;
            hot.stays_hot(mongering, context)
        });
    }

    fn start(&mut self, context: &mut Context<'_, P, Self>, payload: Bytes) {
        if let Err(too_long) = PayloadTooLong::check(&payload, self.settings.max_payload()) {
            return context.notify(Notice::NotStarted(too_long));
        }
        let id = Id { origin: context.me(), sequence: self.started };
        self.started += 1;
        self.learn(context, Rumor { id, payload });
    }

    /// Tells whether the rumor is new here.
    fn learn(&mut self, context: &mut Context<'_, P, Self>, rumor: Rumor<P>) -> bool {
        let accepted = self.seen.insert(rumor.id);
        match accepted {
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
        accepted.is_ok()
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
        let fresh = self.settings.hot.has_feedback();
        self.buffer.push_back(Hot { rumor, periods: 0, fresh, outcome: Outcome::Unsent });
        crowded_out
    }

    /// A period in which the rumors were hot is over.
    fn cool(&mut self) {
        let Interest::Periods(limit) = self.settings.hot else { return };
        self.buffer.retain_mut(|hot| {
            hot.periods = hot.periods.saturating_add(1);
            hot.periods < limit.get()
        });
    }

    /// The names of the latest rumors, as many as fit into so many bytes.
    fn latest(&self, bytes: u32) -> Vec<Id<P>> {
        let skipped = self.buffer.len().saturating_sub(names(bytes));
        self.hot().skip(skipped).map(|rumor| rumor.id).collect()
    }
}

impl<P: Peer> Hot<P> {
    /// Whether it is still of interest after what came of it in a period.
    fn stays_hot(
        &mut self,
        mongering: Mongering,
        context: &mut Context<'_, P, PeriodicGossip<P>>,
    ) -> bool {
        let useful = match mem::replace(&mut self.outcome, Outcome::Unsent) {
            Outcome::Unsent => return true,
            Outcome::Unheard if mongering.response == Response::Feedback => return true,
            Outcome::Unheard | Outcome::Unneeded => false,
            Outcome::Needed => true,
        };
        match (mongering.removal, useful) {
            (Removal::Coin, false) => return !context.flip(mongering.chance()),
            (Removal::Counter | Removal::CounterWithoutReset, false) => {
                self.periods = self.periods.saturating_add(1)
            }
            (Removal::Counter, true) => self.periods = 0,
            (Removal::CounterWithoutReset | Removal::Coin, true) => {}
        }
        self.periods < mongering.k.get()
    }
}

/// How many names, or verdicts, fit into so many bytes.
fn names(bytes: u32) -> usize {
    (bytes as usize / RUMOR_OVERHEAD).min(MAX_RUMORS)
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

//! Algorithm 8: CYCLON (Voulgaris, Gavidia, van Steen 2005). Processes exchange parts of their views
//! with each other, so that views stay random samples of the group and forget who has failed. The
//! peer sampling service: other layers draw from the view.
//!
//! ```text
//!  1: addTimer(ShuffleStart(), 60s)
//!  4: function ShuffleStart(query)            ▷ Start shuffling neighbors
//!  5:   peers ← GetNeighbors(ℓ)
//!  6:   q ← Random(peers)
//!  7:   peers ← peers \ {q} ∪ {p}
//!  8:   msg[newpeers] ← peers
//! 10:   send(SHUFFLE, msg) to q
//! 12: function Shuffle(n, msg)                ▷ Receive shuffling request from n
//! 18:   old ← GetNeighbors(ℓ)
//! 21:   send(SHUFFLE, msg) to n
//! 23:   new ← new \ {p}
//! 24:   for all ni ∈ new do
//! 25:     addNeighbor(ni)
//! 27:   for all ni ∈ old do
//! 28:     if |GetNeighbors()| > MAX-DEGREE then
//! 29:       removeNeighbor(ni)
//! ```
//!
//! Where this differs, and why. The listing is not CYCLON: it sends back what it has received, and its
//! views grow. This is what Voulgaris et al. describe:
//! - [`Mode::Enhanced`]: each entry has an age, in periods of whoever holds it. The partner is the
//!   oldest neighbour, by a draw among several. [`Mode::Simple`]: it is any neighbour, as in line 6,
//!   and ages stay 0.
//! - The answer holds entries of the partner's, drawn before it takes any in.
//! - What comes in goes into empty places first, and then into those of the entries that were sent;
//!   the partner's own goes first, so that its pointer is turned round. Oneself and whom one has
//!   already is left out. So a view never shrinks by an exchange, and never exceeds its capacity.
//!   A partner that stays all the same is as young as its answer, or it would be the oldest for ever.
//! - Who does not answer by the next period is no neighbour any more: this is how the failed are
//!   forgotten, and also some of the living where messages are lost. Its pointer is refused until
//!   something is heard of it; else two processes can hand a dead pointer to and fro for ever.
//!
//! Where this says more than they do:
//! - Exchanges may cross. Entries that are on offer to one partner are not offered to another, and
//!   keep their places until its answer is there.
//! - An answer names the exchange that it answers, so a late one is recognised and refused.
//! - What finds no place, or makes place for another, is left to a draw, never to an order.
//! - An answer does not name the asker, who would only leave it out; and nobody is told of a contact
//!   of which nobody knows whether it is there.
//! - Nobody takes the place of another life of it by what others say: that may be old, or made up.

use alloc::vec::Vec;
use core::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use crate::{Change, Context, Neighborhood, Peer, Peers, Protocol, Ticks, as_set};

pub mod message;

pub use crate::protocols::cyclon::message::{
    Entries, Entry, MAX_LENGTH, Message, Names, entries_within,
};

/// CYCLON.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Cyclon<P: Peer> {
    settings: Settings,
    /// The neighbours with their ages.
    #[serde(serialize_with = "as_set")]
    entries: Vec<Entry<P>>,
    /// The number of the next exchange.
    next: u16,
    /// The exchange that awaits its answer.
    exchange: Option<Exchange<P>>,
}

/// How views are shuffled.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// With whom.
    pub mode: Mode,
    /// The most entries that are sent in one message, at least 1 and at most [`MAX_LENGTH`].
    pub length: u8,
    /// How long a period is: longer than an answer takes.
    pub period: Ticks,
    /// The greatest age; who is older is as old as that.
    pub max_age: u8,
    /// How many exchanges are told apart: their numbers are used again. An answer that is late by so
    /// many exchanges with the same partner is taken for another.
    pub numbers: NonZeroU16,
}

/// With whom a process shuffles.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Mode {
    /// With any neighbour.
    Simple,
    /// With the oldest.
    Enhanced,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Exchange<P: Peer> {
    number: u16,
    with: P,
    /// What is on offer, besides the pointer to the partner.
    #[serde(serialize_with = "as_set")]
    offered: Names<P>,
}

/// What is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// A neighbour has not answered and is none any more.
    Failed(P),
    /// A message, or some entries of it, were refused.
    Refused {
        /// Who sent it.
        from: P,
        /// Why.
        refusal: Refusal,
    },
}

/// Why a message, or an entry, is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// An answer to no exchange that awaits one.
    #[error("no exchange awaits this answer")]
    Unasked,
    /// An entry that names the receiver, which nobody sends to it who plays by the rules.
    #[error("an entry names the receiver")]
    NamesReceiver,
    /// An entry of which the same message holds another, or one of another life.
    #[error("an entry repeats another")]
    Repeated,
    /// An entry that names no life, or a place where nobody can be; nobody is told of such.
    #[error("an entry names nobody")]
    NamesNobody,
    /// The sender, of which a later life is known.
    #[error("a later life of the sender is known")]
    EarlierLife,
}

/// The next period begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period;

impl<P: Peer> Protocol<P> for Cyclon<P> {
    type Message = Message<P>;
    type Timer = Period;
    type Request = crate::Never;
    type Notice = Notice<P>;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        let first = context.neighborhood().peers().iter();
        self.entries = first.map(|&peer| Entry { peer, age: 0 }).collect();
        context.set_timer(self.settings.period, Period);
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, Period: Period) {
        context.set_timer(self.settings.period, Period);
        self.give_up(context);
        self.grow_older();
        self.shuffle(context);
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        match message {
            Message::Shuffle { number, entries } => {
                let given = self.answer(context, from, number);
                self.take_in(context, from, &entries, &[], &given);
            }
            Message::Answer { number, entries } => match self.close(from, number) {
                Some(Exchange { offered, .. }) => {
                    self.make_young(from);
                    self.take_in(context, from, &entries, &[from], &offered);
                }
                None => context.notify(Notice::Refused { from, refusal: Refusal::Unasked }),
            },
        }
    }

    fn on_neighbor(&mut self, _: &mut Context<'_, P, Self>, change: Change<P>) {
        match change {
            Change::Up(peer) if self.entries.iter().any(|entry| entry.peer == peer) => {}
            Change::Up(peer) => self.entries.push(Entry { peer, age: 0 }),
            Change::Down(gone) => self.entries.retain(|entry| entry.peer != gone),
        }
    }
}

impl<P: Peer> Cyclon<P> {
    /// A process that has exchanged nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, entries: Vec::new(), next: 0, exchange: None }
    }

    /// The neighbours with their ages.
    #[must_use]
    pub fn entries(&self) -> &[Entry<P>] {
        &self.entries
    }

    /// With whom an exchange awaits its answer, and what is on offer.
    #[must_use]
    pub fn exchange(&self) -> Option<(P, &[P])> {
        self.exchange.as_ref().map(|exchange| (exchange.with, &exchange.offered[..]))
    }

    /// The partner has not answered.
    fn give_up(&mut self, context: &mut Context<'_, P, Self>) {
        if let Some(Exchange { with, .. }) = self.exchange.take()
            && context.remove_failed(with)
        {
            self.entries.retain(|entry| entry.peer != with);
            context.notify(Notice::Failed(with));
        }
    }

    fn grow_older(&mut self) {
        let max_age = self.max_age();
        for entry in &mut self.entries {
            entry.age = entry.age.saturating_add(1).min(max_age);
        }
    }

    fn make_young(&mut self, peer: P) {
        let known = self.entries.iter_mut().find(|entry| entry.peer == peer);
        known.into_iter().for_each(|entry| entry.age = 0);
    }

    fn shuffle(&mut self, context: &mut Context<'_, P, Self>) {
        let length = self.length();
        let greatest = self.entries.iter().map(|entry| entry.age).max();
        let oldest = gathered(&mut self.entries, |entry| Some(entry.age) == greatest);
        let Some(&Entry { peer: with, .. }) = context.choose(oldest, 1).first() else { return };
        let others =
            gathered(&mut self.entries, |entry| entry.peer != with && !entry.peer.is_contact());
        let chosen = context.choose(others, length - 1);
        let offered = chosen.iter().map(|entry| entry.peer).collect();
        let oneself = Entry { peer: context.me(), age: 0 };
        let entries = [oneself].into_iter().chain(chosen).collect();
        let number = self.next;
        self.next = number.wrapping_add(1) % self.settings.numbers;
        self.exchange = Some(Exchange { number, with, offered });
        context.send(Message::Shuffle { number, entries }, &[with]);
    }

    /// Gives some entries for those that have come; tells which.
    fn answer(&mut self, context: &mut Context<'_, P, Self>, from: P, number: u16) -> Peers<P> {
        let length = self.length();
        let Self { entries, exchange, .. } = self;
        let is_on_offer = |peer: &P| exchange.as_ref().is_some_and(|offer| offer.includes(peer));
        let is_free = |Entry { peer, .. }: &Entry<P>| {
            !from.answers_for(peer) && !is_on_offer(peer) && !peer.is_contact()
        };
        let given = context.choose(gathered(entries, is_free), length);
        let entries = given.iter().copied().collect();
        context.send(Message::Answer { number, entries }, &[from]);
        given.into_iter().map(|entry| entry.peer).collect()
    }

    /// The exchange that is answered, if it awaits this answer.
    fn close(&mut self, from: P, answered: u16) -> Option<Exchange<P>> {
        self.exchange
            .take_if(|exchange| from.answers_for(&exchange.with) && exchange.number == answered)
    }

    /// Puts what has come into empty places, then into those of `first`, then into those of `given`.
    fn take_in(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        entries: &[Entry<P>],
        first: &[P],
        given: &[P],
    ) {
        let fit = self.fit(context, from, entries);
        let view = context.neighborhood();
        let in_view = |peers: &[P]| -> Peers<P> {
            peers.iter().copied().filter(|peer| view.contains(peer)).collect()
        };
        let (room, first, given) = (view.room(), in_view(first), in_view(given));
        let new = context.choose(&fit, room + first.len() + given.len());
        let mut leaving = new.len().saturating_sub(room);
        for list in [first, given] {
            for gone in context.choose(&list, leaving) {
                leaving -= 1;
                context.remove_neighbor(gone);
                self.entries.retain(|entry| entry.peer != gone);
            }
        }
        for entry in new {
            self.add(context, entry);
        }
    }

    /// The entries that need a place in the view.
    fn fit(&self, context: &mut Context<'_, P, Self>, from: P, entries: &[Entry<P>]) -> Entries<P> {
        let mut fit = Entries::new();
        for &Entry { peer, age } in entries {
            let entry = Entry { peer, age: age.min(self.max_age()) };
            let view = context.neighborhood();
            if let Some(refusal) = refusal(view, from, &peer, entries) {
                context.notify(Notice::Refused { from, refusal });
            } else if !view.is_oneself(&peer) && !view.knows(&peer) && !view.has_failed(&peer) {
                fit.push(entry);
            }
        }
        fit
    }

    fn add(&mut self, context: &mut Context<'_, P, Self>, entry: Entry<P>) {
        if context.add_neighbor(entry.peer).is_ok() {
            self.entries.push(entry);
        }
    }

    /// The greatest age of an entry.
    fn max_age(&self) -> u8 {
        match self.settings.mode {
            Mode::Simple => 0,
            Mode::Enhanced => self.settings.max_age,
        }
    }

    fn length(&self) -> usize {
        usize::from(self.settings.length).clamp(1, MAX_LENGTH)
    }
}

impl<P: Peer> Exchange<P> {
    /// Whether the neighbour is on offer, or the partner.
    fn includes(&self, peer: &P) -> bool {
        self.with == *peer || self.offered.contains(peer)
    }
}

/// Why an entry is refused whose peer this is.
fn refusal<P: Peer>(
    view: &Neighborhood<P>,
    from: P,
    peer: &P,
    entries: &[Entry<P>],
) -> Option<Refusal> {
    let is_at_its_place = |other: &&Entry<P>| peer.shares_place_with(&other.peer);
    if *peer == view.me() {
        Some(Refusal::NamesReceiver)
    } else if entries.iter().filter(is_at_its_place).count() > 1 {
        Some(Refusal::Repeated)
    } else if peer.is_nobody() {
        Some(Refusal::NamesNobody)
    } else if *peer == from && view.knows_later(peer) {
        Some(Refusal::EarlierLife)
    } else {
        None
    }
}

/// Moves the entries that are wanted to the front: their order means nothing.
fn gathered<P: Peer>(
    entries: &mut [Entry<P>],
    is_wanted: impl Fn(&Entry<P>) -> bool,
) -> &[Entry<P>] {
    let mut wanted = 0;
    for place in 0..entries.len() {
        if is_wanted(&entries[place]) {
            entries.swap(wanted, place);
            wanted += 1;
        }
    }
    &entries[..wanted]
}

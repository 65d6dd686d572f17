//! Averaging by push-pull gossip (Jelasity, Montresor, Babaoglu 2005): the mean of a value that each
//! process supplies, the least and the greatest, and the number of processes.
//!
//! ```text
//! do forever, each period:               do forever:
//!   q ← GetNeighbors(1)                    s_q ← receive(·)
//!   send s_p to q                          send s_p to sender(s_q)
//!   s_q ← receive(q)                       s_p ← update(s_p, s_q)
//!   s_p ← update(s_p, s_q)
//!                                        update(s_p, s_q) = (s_p + s_q) / 2
//! ```
//!
//! The sum of what all hold is the same at all times, so all come to hold the mean. Where this differs,
//! and why:
//! - **An exchange is one step of two.** Whoever awaits an answer declines to begin anything else: as
//!   published, somebody may average what it holds with what the other no longer holds, and the sum
//!   changes (the factor per period is then 1/2 in place of 0.303 as well).
//! - **What is lost is asked for again**, with the number of the exchange, and answered again. Whoever
//!   cannot remember an exchange declines it, so no copy of a message, however late, counts twice. A
//!   process gives up at last; then the other may or may not have its part in it, and the sum changes
//!   by at most half of the difference of the two.
//! - **Halves are whole numbers**: one has what the other leaves, to the last unit.
//! - **Everybody begins a count**, with a ticket that it draws, and the counts with the smallest tickets
//!   are kept: nobody needs to know the size to become a leader about as often as is wanted.
//! - **Epochs**: whoever hears of a later epoch while that is young joins it, and else waits for the next;
//!   newcomers do the same. So nobody comes into the midst of an epoch, and no clock is common. The result
//!   is told some periods before the epoch ends, so that nobody who is a little behind is without one.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{Context, Peer, Protocol, as_set};

pub mod message;
pub mod terms;

pub use crate::protocols::averaging::message::{
    COUNT_LENGTH, Count, Held, MAX_COUNTS, MESSAGE_OVERHEAD, Message, Time, counts_within,
};
pub use crate::protocols::averaging::terms::{Averaged, Notice, Refusal, Request, Settings};

/// Averages a value that each process supplies, and counts the processes.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Averaging<P: Peer> {
    settings: Settings,
    /// What this process supplies to the next epoch.
    value: i64,
    stage: Stage<P>,
}

/// Whether this process takes part.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
enum Stage<P: Peer> {
    /// In so many periods the next epoch begins, whose number may be known.
    Waits { next: Option<u32>, periods: u16 },
    /// An epoch is under way.
    TakesPart(Part<P>),
}

/// What a process has of an epoch.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Part<P: Peer> {
    time: Time,
    held: Held<P>,
    /// How many exchanges have begun here.
    begun: u32,
    exchange: Option<Exchange<P>>,
    /// The exchanges of others: who, and which of theirs.
    #[serde(serialize_with = "as_set")]
    met: Vec<(P, u32)>,
    /// What was said to the latest of them.
    #[serde(serialize_with = "as_set")]
    kept: Vec<Kept<P>>,
    given_up: u16,
}

/// An exchange from here that awaits its answer.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Exchange<P: Peer> {
    number: u32,
    with: P,
    /// How often it was asked for.
    tries: u8,
}

/// What was said to an exchange of somebody else.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Kept<P: Peer> {
    met: (P, u32),
    /// How many periods ago.
    periods: u8,
    /// What was held then; nothing where it was declined.
    answer: Option<Held<P>>,
}

/// Which half of a number that is odd.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Lower,
    Upper,
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Timer {
    /// The next period begins.
    Period,
    /// The answer should have come.
    Answer,
}

impl<P: Peer> Protocol<P> for Averaging<P> {
    type Message = Message<P>;
    type Timer = Timer;
    type Request = Request;
    type Notice = Notice<P>;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        context.set_timer(self.settings.period, Timer::Period);
    }

    fn on_request(&mut self, _: &mut Context<'_, P, Self>, Request(value): Request) {
        self.value = value;
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, timer: Timer) {
        match timer {
            Timer::Period => {
                context.set_timer(self.settings.period, Timer::Period);
                self.grow_older(context);
                self.push(context);
            }
            Timer::Answer => self.push_again(context),
        }
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        let handled = match message {
            Message::Push { time, number, held } => self.on_push(context, from, time, number, held),
            Message::Answer { epoch, number, held } => {
                self.on_answer(context, from, epoch, number, &held)
            }
            Message::Declined { epoch, number, time } => {
                self.on_declined(context, from, epoch, number, time)
            }
        };
        if let Err(refusal) = handled {
            context.notify(Notice::Refused { from, refusal });
        }
    }
}

impl<P: Peer> Averaging<P> {
    /// A process with that value that listens for an epoch.
    #[must_use]
    pub fn new(settings: Settings, value: i64) -> Self {
        let stage = Stage::Waits { next: None, periods: settings.listens };
        Self { settings, value, stage }
    }

    /// A process whose first epoch begins with its first period: where all begin together.
    #[must_use]
    pub fn at_once(settings: Settings, value: i64) -> Self {
        Self { settings, value, stage: Stage::Waits { next: Some(0), periods: 1 } }
    }

    /// The time here, if this process takes part in an epoch.
    #[must_use]
    pub fn time(&self) -> Option<Time> {
        self.part().map(|part| part.time)
    }

    /// What is held here, if this process takes part in an epoch.
    #[must_use]
    pub fn held(&self) -> Option<&Held<P>> {
        self.part().map(|part| &part.held)
    }

    /// With whom an exchange from here awaits its answer, and its number.
    #[must_use]
    pub fn exchange(&self) -> Option<(P, u32)> {
        let exchange = self.part()?.exchange.as_ref()?;
        Some((exchange.with, exchange.number))
    }

    /// What was answered to that exchange of somebody else, as long as it is kept.
    #[must_use]
    pub fn answered(&self, with: P, number: u32) -> Option<&Held<P>> {
        let mut kept = self.part()?.kept.iter();
        kept.find(|kept| kept.met == (with, number))?.answer.as_ref()
    }

    /// How many exchanges of this epoch were given up here.
    #[must_use]
    pub fn given_up(&self) -> u16 {
        self.part().map_or(0, |part| part.given_up)
    }

    /// How many exchanges of others are remembered.
    #[must_use]
    pub fn met(&self) -> usize {
        self.part().map_or(0, |part| part.met.len())
    }

    fn part(&self) -> Option<&Part<P>> {
        match &self.stage {
            Stage::TakesPart(part) => Some(part),
            Stage::Waits { .. } => None,
        }
    }

    /// A period is over.
    fn grow_older(&mut self, context: &mut Context<'_, P, Self>) {
        let next = match &mut self.stage {
            Stage::Waits { next, periods } => {
                *periods = periods.saturating_sub(1);
                (*periods == 0).then_some(next.unwrap_or(0))
            }
            Stage::TakesPart(part) => {
                part.time.round += 1;
                part.forget(self.settings.patience);
                if part.time.round == self.settings.told_in() {
                    context.notify(Notice::Averaged(part.result()));
                }
                let is_over = part.time.round >= self.settings.length();
                is_over.then(|| self.settings.following(part.time.epoch))
            }
        };
        if let Some(epoch) = next {
            self.begin(context, Time { epoch, round: 0 });
        }
    }

    /// An epoch begins here, or is joined.
    fn begin(&mut self, context: &mut Context<'_, P, Self>, time: Time) {
        self.leave(context);
        let counts = self.own_count(context).into_iter().collect();
        let Self { value, .. } = *self;
        let held = Held { value, least: value, greatest: value, cut: u32::MAX, counts };
        let (begun, exchange, met, kept, given_up) = (0, None, Vec::new(), Vec::new(), 0);
        self.stage = Stage::TakesPart(Part { time, held, begun, exchange, met, kept, given_up });
    }

    fn own_count(&self, context: &mut Context<'_, P, Self>) -> Option<Count<P>> {
        let Settings { counts, tickets, unit, .. } = self.settings;
        let ticket = (counts > 0).then(|| context.random(tickets))?;
        Some(Count { ticket, leader: context.me(), part: unit })
    }

    /// What was under way is over.
    fn leave(&mut self, context: &mut Context<'_, P, Self>) {
        let Some(part) = self.part() else { return };
        if part.exchange.is_some() {
            context.cancel_timer(Timer::Answer);
        }
        if part.time.round < self.settings.told_in() {
            context.notify(Notice::Broken { epoch: part.time.epoch });
        }
    }

    /// Somebody is at that time.
    fn hear_of(&mut self, context: &mut Context<'_, P, Self>, time: Time) {
        let is_later = match &self.stage {
            Stage::Waits { next, .. } => next
                .is_none_or(|next| time.epoch == next || self.settings.is_later(time.epoch, next)),
            Stage::TakesPart(part) => self.settings.is_later(time.epoch, part.time.epoch),
        };
        if is_later && time.round <= self.settings.young {
            self.begin(context, time);
        } else if is_later {
            self.leave(context);
            let next = Some(self.settings.following(time.epoch));
            let periods = self.settings.length().saturating_sub(time.round);
            self.stage = Stage::Waits { next, periods };
        }
    }

    /// `send s_p to q`.
    fn push(&mut self, context: &mut Context<'_, P, Self>) {
        let Stage::TakesPart(part) = &mut self.stage else { return };
        if part.exchange.is_some() {
            return;
        }
        let Some(&with) = context.neighbors(1).first() else { return };
        part.exchange = Some(Exchange { number: part.begun, with, tries: 0 });
        part.begun += 1;
        self.push_again(context);
    }

    fn push_again(&mut self, context: &mut Context<'_, P, Self>) {
        let Stage::TakesPart(part) = &mut self.stage else { return };
        let Some(exchange) = &mut part.exchange else { return };
        if exchange.tries >= self.settings.tries.max(1) {
            part.given_up += 1;
            part.exchange = None;
            return;
        }
        exchange.tries += 1;
        let (time, number, held) = (part.time, exchange.number, part.held.clone());
        context.send(Message::Push { time, number, held }, &[exchange.with]);
        context.set_timer(self.settings.answer, Timer::Answer);
    }

    /// `s_q ← receive(·); send s_p to sender(s_q); s_p ← update(s_p, s_q)`.
    fn on_push(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        time: Time,
        number: u32,
        theirs: Held<P>,
    ) -> Result<(), Refusal> {
        exists(time, &self.settings)?;
        is_held(&theirs, &self.settings)?;
        self.hear_of(context, time);
        let epoch = time.epoch;
        let is_under_way = self.time().is_some_and(|time| time.epoch == epoch);
        let (answer, handled) = match &mut self.stage {
            Stage::TakesPart(part) if is_under_way => {
                part.answer((from, number), &theirs, &self.settings)?
            }
            _ => (None, Ok(())),
        };
        let message = match answer {
            Some(held) => Message::Answer { epoch, number, held },
            None => Message::Declined { epoch, number, time: self.time() },
        };
        context.send(message, &[from]);
        handled
    }

    /// `s_q ← receive(q); s_p ← update(s_p, s_q)`.
    fn on_answer(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        epoch: u32,
        number: u32,
        theirs: &Held<P>,
    ) -> Result<(), Refusal> {
        is_held(theirs, &self.settings)?;
        let counts = self.settings.most_counts();
        let part = self.close(context, from, epoch, number)?;
        part.held = update(&part.held, theirs, Half::Upper, counts);
        Ok(())
    }

    fn on_declined(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        epoch: u32,
        number: u32,
        time: Option<Time>,
    ) -> Result<(), Refusal> {
        time.map_or(Ok(()), |time| exists(time, &self.settings))?;
        self.close(context, from, epoch, number)?;
        if let Some(time) = time {
            self.hear_of(context, time);
        }
        Ok(())
    }

    /// The exchange that awaited this answer is over.
    fn close(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        epoch: u32,
        number: u32,
    ) -> Result<&mut Part<P>, Refusal> {
        let Stage::TakesPart(part) = &mut self.stage else { return Err(Refusal::Unasked) };
        let is_it = |exchange: &mut Exchange<P>| {
            from.answers_for(&exchange.with)
                && (part.time.epoch, exchange.number) == (epoch, number)
        };
        part.exchange.take_if(is_it).ok_or(Refusal::Unasked)?;
        context.cancel_timer(Timer::Answer);
        Ok(part)
    }
}

/// What was held before an exchange, or nothing where it is declined; and whether all is well.
type Said<P> = (Option<Held<P>>, Result<(), Refusal>);

impl<P: Peer> Part<P> {
    /// What is said to an exchange of somebody else, which has its part once.
    fn answer(
        &mut self,
        met: (P, u32),
        theirs: &Held<P>,
        settings: &Settings,
    ) -> Result<Said<P>, Refusal> {
        if let Some(kept) = self.kept.iter().find(|kept| kept.met == met) {
            return Ok((kept.answer.clone(), Ok(())));
        }
        if self.met.contains(&met) {
            return Err(Refusal::TooLate);
        }
        if self.met.len() >= usize::from(settings.met) {
            return Ok((None, Err(Refusal::NoRoom)));
        }
        let answer = self.exchange.is_none().then(|| {
            let mean = update(&self.held, theirs, Half::Lower, settings.most_counts());
            core::mem::replace(&mut self.held, mean)
        });
        self.met.push(met);
        self.kept.push(Kept { met, periods: 0, answer: answer.clone() });
        Ok((answer, Ok(())))
    }

    /// Lets go of what nobody can be asking for any more.
    fn forget(&mut self, patience: u8) {
        self.kept.retain_mut(|kept| {
            kept.periods = kept.periods.saturating_add(1);
            kept.periods <= patience
        });
    }

    fn result(&self) -> Averaged {
        let Held { value: average, least, greatest, ref counts, .. } = self.held;
        let mut parts: Vec<u64> = counts.iter().map(|count| count.part).collect();
        parts.sort_unstable();
        let (epoch, given_up) = (self.time.epoch, self.given_up);
        Averaged { epoch, average, least, greatest, parts, given_up }
    }
}

/// Whether there is such a time.
fn exists(time: Time, settings: &Settings) -> Result<(), Refusal> {
    let exists = time.epoch < settings.epochs.get() && time.round <= settings.length();
    if exists { Ok(()) } else { Err(Refusal::Time) }
}

/// Whether somebody can hold that.
fn is_held<P: Peer>(held: &Held<P>, settings: &Settings) -> Result<(), Refusal> {
    let Held { value, least, greatest, cut, ref counts } = *held;
    let is_between = (least..=greatest).contains(&value);
    let is_few = counts.len() <= settings.most_counts();
    let is_part = |count: &Count<P>| count.part <= settings.unit && count.ticket < cut;
    let comes_once =
        |count: &Count<P>| counts.iter().filter(|other| other.is_of(count)).count() == 1;
    let are_parts = || counts.iter().all(|count| is_part(count) && comes_once(count));
    if !(is_between && is_few && are_parts()) {
        return Err(Refusal::Held);
    }
    let names_nobody = counts.iter().any(|count| count.leader.is_nobody());
    if names_nobody { Err(Refusal::NamesNobody) } else { Ok(()) }
}

/// `update(s_p, s_q)`: what one of the two holds afterwards.
fn update<P: Peer>(one: &Held<P>, other: &Held<P>, half: Half, most: usize) -> Held<P> {
    let mut counts = meet(&one.counts, &other.counts, half);
    let mut cut = one.cut.min(other.cut);
    if let Some(beyond) = counts.get(most) {
        cut = cut.min(beyond.ticket);
    }
    counts.retain(|count| count.ticket < cut);
    let sum = i128::from(one.value) + i128::from(other.value);
    Held {
        value: half.of(sum) as i64,
        least: one.least.min(other.least),
        greatest: one.greatest.max(other.greatest),
        cut,
        counts,
    }
}

/// Halves the parts of two that meet; who has not heard of a count holds nothing of it.
fn meet<P: Peer>(one: &[Count<P>], other: &[Count<P>], half: Half) -> Vec<Count<P>> {
    let part = |counts: &[Count<P>], of: &Count<P>| {
        let held = counts.iter().find(|count| count.is_of(of));
        held.map_or(0, |count| i128::from(count.part))
    };
    let is_new = |count: &&Count<P>| !one.iter().any(|own| own.is_of(count));
    let halved = |count: &Count<P>| {
        let sum = part(one, count) + part(other, count);
        Count { part: half.of(sum) as u64, ..*count }
    };
    let all = one.iter().chain(other.iter().filter(is_new));
    let mut counts: Vec<Count<P>> = all.map(halved).collect();
    counts.sort_by_key(|count| count.ticket);
    counts
}

impl Half {
    fn of(self, sum: i128) -> i128 {
        let lower = sum.div_euclid(2);
        if self == Self::Lower { lower } else { sum - lower }
    }
}

//! Algorithm 4: automatic neighbour management. Neighbours that fall silent are replaced by others
//! that a random walk finds.
//!
//! ```text
//!  1: addTimer(∆, Heartbeat)
//!  3: function HeartBeat()
//!  4:   for all n ∈ GetNeighbors() do
//!  5:     if last[n] + TIMEOUT < Now() then     ▷ Ping not received
//!  6:       Failure(n)                          ▷ Remove neighbor
//!  7:     else
//!  8:       send(PING) to n                     ▷ Send new ping
//! 11:   addTimer(∆, Heartbeat)
//! 13: function PingHandler(n, msg)              ▷ Receive ping from n
//! 14:   if n ∈ GetNeighbors() then
//! 15:     last[n] ← Now()
//! 18: function Failure(n)                       ▷ Did not receive ping from n
//! 19:   removeNeighbor(n)
//! 20:   repeat                                  ▷ Find replacement neighbor
//! 21:     n ← RandomNode()                      ▷ Use random walk
//! 22:   until n ∉ GetNeighbors()
//! 23:   addNeighbor(n)
//! ```
//!
//! Where this differs, and why:
//! - A ping is answered, and a neighbour is judged by its answers to one's own pings. Views are not
//!   symmetric: a neighbour of whom one is no neighbour never pings, alive as it is.
//! - Silence is counted in periods, from the first ping on; a new neighbour has not been silent yet.
//! - `RandomNode()` takes time and may fail, so it is a question ([`Notice::Wanted`]) and an answer
//!   ([`Request::Candidate`] or [`Request::NotFound`]). Whoever asks again without end while there is
//!   nobody to find holds up the process: here a search that fails is begun anew in a later period.
//!   The degree, not the failure, says how many are wanted, so it returns to its target as soon as
//!   there are enough peers.
//! - A process that knows nobody begins with its contacts, and begins with them again in the period
//!   after it has lost everybody. One whose searches are in vain pings a contact, which becomes
//!   a neighbour when it answers: a few that were cut off together find back to the others.
//! - Both also ping an *acquaintance*: somebody who has answered, and was given away since. Whoever
//!   was given made-up peers in exchange for all that it knew would find nobody else.
//! - One of those that have failed is pinged in each period, and becomes a neighbour when it answers,
//!   in the place of another if need be: a network that was split becomes whole again.
//! - Whoever leaves tells those that ping it, which are those that have it in their views, and names
//!   to each a neighbour of its own to take its place.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{Change, Context, Peer, Peers, Protocol, Ticks, as_set, wire_by_serde};

/// Automatic neighbour management.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct NeighborManagement<P: Peer> {
    settings: Settings,
    /// Where to begin when nobody is known.
    #[serde(serialize_with = "as_set")]
    contacts: Vec<P>,
    /// The neighbours, and for how many periods each has not answered.
    #[serde(serialize_with = "as_set")]
    neighbors: Vec<Silence<P>>,
    /// Those that ping this process, and for how many periods each has not.
    #[serde(serialize_with = "as_set")]
    watchers: Vec<Silence<P>>,
    /// How many searches are on their way.
    searches: u8,
    /// For how many periods neighbours have been missing, and none was found.
    in_vain: u8,
    /// Those that were neighbours, have answered, and were given away; the last so many, in order.
    acquaintances: Vec<P>,
    /// Those that were pinged in this period although they are no neighbours: one that has failed,
    /// a contact and an acquaintance.
    #[serde(serialize_with = "as_set")]
    asked: Vec<P>,
}

/// How neighbours are managed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How long a period is: longer than an answer takes.
    pub period: Ticks,
    /// For how many periods a neighbour may leave pings unanswered before it is taken to have
    /// failed, and for how many searches may be in vain before contacts are asked; at least 1.
    pub patience: u8,
    /// How many neighbours are wanted; no more than the view holds.
    pub degree: u32,
    /// The most searches at the same time.
    pub searches: u8,
    /// The most processes whose pings are remembered, to tell them when this one leaves.
    pub watchers: u16,
    /// The most neighbours that are remembered although they were given away.
    pub acquaintances: u16,
}

/// A peer that has not been heard of for so many periods.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Silence<P: Peer> {
    peer: P,
    periods: u8,
    /// Whether it has ever answered; not known where acquaintances are not remembered.
    has_answered: bool,
}

impl<P: Peer> Silence<P> {
    fn new(peer: P) -> Self {
        Self { peer, periods: 0, has_answered: false }
    }
}

/// What processes say to each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Message<P: Peer> {
    /// "Are you there?"
    Ping,
    /// "I am."
    Pong,
    /// "I leave."
    Leave {
        /// Who may take its place.
        instead: Option<P>,
    },
}

wire_by_serde!(<P> Message<P>);

/// What the application, or another layer, asks or answers.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Request<P: Peer> {
    /// A search has found this process.
    Candidate(P),
    /// A search has failed.
    NotFound,
    /// Tell those that know this process that it leaves. Afterwards the process is to be stopped.
    Leave,
}

/// What is asked or told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// Another neighbour is wanted: answer by [`Request::Candidate`] or [`Request::NotFound`].
    Wanted,
    /// A neighbour has not answered for too long and is none any more.
    Failed(P),
    /// A neighbour has left.
    Left(P),
    /// A message was refused.
    Refused {
        /// Who sent it.
        from: P,
        /// Why.
        refusal: Refusal,
    },
}

/// Why a message is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// An answer to no ping of this process.
    #[error("no ping awaits this answer")]
    Unasked,
    /// The farewell of somebody who is no neighbour, and to whom this process is none.
    #[error("it leaves, but it is no neighbour")]
    NoNeighbor,
    /// More processes ping this one than it can remember; it answers, but will not say farewell.
    #[error("too many processes ping this one")]
    TooManyWatchers,
    /// A later life of the sender is known.
    #[error("a later life of the sender is known")]
    EarlierLife,
    /// Who leaves names no life to follow it, or one at a place where nobody can be.
    #[error("nobody is to take its place")]
    NamesNobody,
}

/// The next period begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period;

impl<P: Peer> Protocol<P> for NeighborManagement<P> {
    type Message = Message<P>;
    type Timer = Period;
    type Request = Request<P>;
    type Notice = Notice<P>;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        let first = context.neighborhood().peers().iter();
        self.neighbors = first.map(|&peer| Silence::new(peer)).collect();
        self.begin_with_contacts(context);
        context.set_timer(self.settings.period, Period);
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, Period: Period) {
        context.set_timer(self.settings.period, Period);
        self.asked.clear();
        self.ask_one_that_has_failed(context);
        self.ask_an_acquaintance(context);
        self.begin_with_contacts(context);
        self.heartbeat(context);
        self.forget_watchers();
        self.search(context);
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        let handled = match message {
            Message::Ping => self.on_ping(context, from),
            Message::Pong => self.on_pong(context, from),
            Message::Leave { instead } => self.on_leave(context, from, instead),
        };
        if let Err(refusal) = handled {
            context.notify(Notice::Refused { from, refusal });
        }
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, request: Request<P>) {
        match request {
            Request::Candidate(peer) => {
                self.searches = self.searches.saturating_sub(1);
                self.welcome(context, peer);
            }
            Request::NotFound => self.searches = self.searches.saturating_sub(1),
            Request::Leave => self.leave(context),
        }
    }

    fn on_neighbor(&mut self, context: &mut Context<'_, P, Self>, change: Change<P>) {
        match change {
            Change::Up(peer) if self.neighbors.iter().any(|known| known.peer == peer) => {}
            Change::Up(peer) => {
                self.acquaintances.retain(|known| !peer.answers_for(known));
                self.neighbors.push(Silence::new(peer));
            }
            Change::Down(gone) => {
                let place = self.neighbors.iter().position(|known| known.peer == gone);
                let known = place.map(|place| self.neighbors.remove(place));
                if known.is_some_and(|known| known.has_answered) {
                    self.remember(context, gone);
                }
            }
        }
    }
}

impl<P: Peer> NeighborManagement<P> {
    /// A process that begins with these contacts when it knows nobody.
    #[must_use]
    pub fn new(settings: Settings, contacts: Vec<P>) -> Self {
        Self {
            settings,
            contacts,
            neighbors: Vec::new(),
            watchers: Vec::new(),
            searches: 0,
            in_vain: 0,
            acquaintances: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// The neighbours, all those of the view.
    pub fn neighbors(&self) -> impl Iterator<Item = P> + '_ {
        self.neighbors.iter().map(|known| known.peer)
    }

    /// How many searches are on their way.
    #[must_use]
    pub fn searches(&self) -> u8 {
        self.searches
    }

    /// How many processes are remembered for their pings.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.watchers.len()
    }

    /// Those that have answered and were given away: the last so many, in order.
    #[must_use]
    pub fn acquaintances(&self) -> &[P] {
        &self.acquaintances
    }

    /// Pings the neighbours, and gives up those that have been silent for too long.
    /// Of more failures than a step may tell, the rest follow in the next period.
    fn heartbeat(&mut self, context: &mut Context<'_, P, Self>) {
        for known in &mut self.neighbors {
            if known.periods < self.settings.patience {
                known.periods += 1;
                context.send(Message::Ping, &[known.peer]);
            } else if context.remove_failed(known.peer) {
                context.notify(Notice::Failed(known.peer));
            }
        }
    }

    fn on_ping(&mut self, context: &mut Context<'_, P, Self>, from: P) -> Result<(), Refusal> {
        context.send(Message::Pong, &[from]);
        if context.neighborhood().knows_later(&from)
            || self.watchers.iter().any(|known| known.peer.supersedes(&from))
        {
            return Err(Refusal::EarlierLife);
        }
        self.watchers.retain(|known| !from.answers_for(&known.peer));
        if self.watchers.len() < usize::from(self.settings.watchers) {
            self.watchers.push(Silence::new(from));
        } else if self.settings.watchers > 0 {
            return Err(Refusal::TooManyWatchers);
        }
        Ok(())
    }

    fn on_pong(&mut self, context: &mut Context<'_, P, Self>, from: P) -> Result<(), Refusal> {
        if let Some(place) = self.asked.iter().position(|asked| from.answers_for(asked)) {
            self.asked.remove(place);
            self.take_in(context, from);
            return Ok(());
        }
        let mut pinged = self.neighbors.iter_mut().filter(|known| known.periods > 0);
        let known = pinged.find(|known| from.answers_for(&known.peer)).ok_or(Refusal::Unasked)?;
        known.periods = 0;
        known.has_answered = self.settings.acquaintances > 0;
        Ok(())
    }

    fn on_leave(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        instead: Option<P>,
    ) -> Result<(), Refusal> {
        let watcher = self.watchers.iter().position(|known| known.peer == from);
        watcher.map(|place| self.watchers.remove(place));
        if context.remove_failed(from) {
            context.notify(Notice::Left(from));
            match instead {
                Some(peer) if peer.is_nobody() => return Err(Refusal::NamesNobody),
                Some(peer) => self.welcome(context, peer),
                None => {}
            }
        } else if watcher.is_none() {
            return Err(Refusal::NoNeighbor);
        }
        Ok(())
    }

    /// `addNeighbor(n)`, where there is room and it is no neighbour yet; else a later search will
    /// find another.
    fn welcome(&mut self, context: &mut Context<'_, P, Self>, peer: P) {
        if self.missing(context) > 0 && context.add_neighbor(peer).is_ok() {
            self.in_vain = 0;
        }
    }

    /// Asks for as many neighbours as are missing and not searched for yet. Where that is in vain, it
    /// asks for one at a time, and a contact.
    fn search(&mut self, context: &mut Context<'_, P, Self>) {
        let missing = self.missing(context);
        let is_in_vain = self.is_in_vain();
        let longer = self.in_vain.saturating_add(1).min(self.settings.patience);
        self.in_vain = if missing == 0 { 0 } else { longer };
        if missing == 0 || context.neighborhood().peers().is_empty() {
            return;
        }
        let most = if is_in_vain { self.settings.searches.min(1) } else { self.settings.searches };
        for _ in self.searches..most.min(u8::try_from(missing).unwrap_or(u8::MAX)) {
            self.searches += 1;
            context.notify(Notice::Wanted);
        }
        if is_in_vain {
            self.ask_a_contact(context);
        }
    }

    fn is_in_vain(&self) -> bool {
        self.in_vain >= self.settings.patience
    }

    fn missing(&self, context: &Context<'_, P, Self>) -> u32 {
        let view = context.neighborhood();
        let wanted = self.settings.degree.min(view.capacity());
        wanted.saturating_sub(view.peers().len() as u32)
    }

    /// Whoever knows nobody knows its contacts.
    fn begin_with_contacts(&mut self, context: &mut Context<'_, P, Self>) {
        if context.neighborhood().peers().is_empty() {
            let chosen: Peers<P> = context.choose(&self.contacts, self.settings.degree as usize);
            for contact in chosen {
                let _oneself_or_twice = context.add_neighbor(contact);
            }
        }
    }

    /// Where searches lead nowhere, the rest of the group may be where the contacts are.
    fn ask_a_contact(&mut self, context: &mut Context<'_, P, Self>) {
        let view = context.neighborhood();
        let may_help = |contact: &P| !view.knows(contact) && !view.is_oneself(contact);
        let others: Vec<P> = self.contacts.iter().copied().filter(may_help).collect();
        self.ask_one_of(context, &others);
    }

    /// Where a network was split, those on the other side have not failed. One answer is enough for
    /// shuffles to make one overlay of two. Whoever lives there now may answer: it may have been
    /// restarted, and know nobody.
    fn ask_one_that_has_failed(&mut self, context: &mut Context<'_, P, Self>) {
        let failed: Vec<P> =
            context.neighborhood().failed().iter().map(P::whoever_lives_there).collect();
        self.ask_one_of(context, &failed);
    }

    /// Whoever knows nobody, or nobody who helps, may have been given made-up peers for all that it
    /// knew.
    fn ask_an_acquaintance(&mut self, context: &mut Context<'_, P, Self>) {
        if self.is_in_vain() || context.neighborhood().peers().is_empty() {
            let acquaintances = core::mem::take(&mut self.acquaintances);
            self.ask_one_of(context, &acquaintances);
            self.acquaintances = acquaintances;
        }
    }

    /// It was given away, or has made place, and neither failed nor left nor lives on as a neighbour.
    fn remember(&mut self, context: &Context<'_, P, Self>, gone: P) {
        let view = context.neighborhood();
        if view.has_failed(&gone) || view.knows(&gone) || self.acquaintances.contains(&gone) {
            return;
        }
        if self.acquaintances.len() >= usize::from(self.settings.acquaintances) {
            self.acquaintances.remove(0);
        }
        self.acquaintances.push(gone);
    }

    /// Pings one of those that are no neighbours; whether it answers tells whether it is there.
    fn ask_one_of(&mut self, context: &mut Context<'_, P, Self>, strangers: &[P]) {
        let chosen = context.choose(strangers, 1);
        self.asked.extend(&chosen);
        context.send(Message::Ping, &chosen);
    }

    /// Takes in one that was asked, in the place of a neighbour if need be.
    fn take_in(&mut self, context: &mut Context<'_, P, Self>, peer: P) {
        if context.neighborhood().knows(&peer) {
            return;
        }
        if self.missing(context) == 0 {
            for gone in context.neighbors(1) {
                context.remove_neighbor(gone);
            }
        }
        self.welcome(context, peer);
    }

    fn forget_watchers(&mut self) {
        self.watchers.retain(|known| known.periods < self.settings.patience);
        self.watchers.iter_mut().for_each(|known| known.periods += 1);
    }

    /// Tells those that have this process in their views, each with another neighbour of this one to
    /// take its place, and the rest of the neighbours.
    fn leave(&mut self, context: &mut Context<'_, P, Self>) {
        let neighbors = context.neighborhood().peers().to_vec();
        for &Silence { peer: watcher, .. } in &self.watchers {
            let may_follow = |peer: &P| *peer != watcher && !peer.is_contact();
            let others: Vec<P> = neighbors.iter().copied().filter(may_follow).collect();
            let instead = context.choose(&others, 1).first().copied();
            context.send(Message::Leave { instead }, &[watcher]);
        }
        let is_told = |peer: &P| self.watchers.iter().any(|watcher| watcher.peer == *peer);
        let rest: Vec<P> = neighbors.into_iter().filter(|peer| !is_told(peer)).collect();
        context.send(Message::Leave { instead: None }, &rest);
    }
}

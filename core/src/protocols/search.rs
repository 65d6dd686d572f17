//! Algorithm 7: a search by flooding, as in Gnutella. Hits come back on the way of the query.
//!
//! ```text
//!  4: function QueryStart(query)              ▷ Send query through network
//!  5:   msg[ttl] ← 7
//!  6:   msg[origin] ← p
//!  7:   msg[query] ← query
//!  8:   msg[id] ← newGlobalID(p)
//!  9:   send(QUERY, msg) to GetNeighbors(7)
//! 11: function Query(n, msg)                  ▷ Receive query from n
//! 13:   if {id, −} ∉ Received then
//! 14:     Received ← Received ∪ {id, n}
//! 16:     if ttl > 0 then
//! 17:       msg[ttl] ← ttl − 1
//! 18:       send(QUERY, msg) to GetNeighbors(7)
//! 21:     hits ← SELECT query FROM files
//! 22:     if hits ≠ ∅ then
//! 25:       send(QUERY-HIT, msg) to n
//! 29: function QueryDone(n, msg)              ▷ Return query hit
//! 31:   if {id, ni} ∈ Received then
//! 32:     send(QUERY-HIT, msg) to ni
//! 34:   if msg[id] = p then
//! 35:     echo msg[result] @ msg[server]
//! ```
//!
//! Where this differs, and why:
//! - A query takes as many hops as its TTL says. As printed it takes one more, since whoever receives
//!   it with 0 left has been reached by that hop, and 0 is sent.
//! - It is not sent back to whom it came from, and its origin knows it: as printed, a query that comes
//!   back to its origin is taken for a new one, and hits for it circle.
//! - What matches is the application's business. It is asked by a [`Notice::Asked`], and answers by a
//!   [`Request::Matches`] when it likes.
//! - A query is remembered for some periods, and the number of those that are is bounded, as is how many
//!   one neighbour may send in a period, and how many results of one query are passed on.
//! - A hit counts its hops, and ends where it has taken more than any query may.
//! - A server is told to the origin once, also where messages are doubled.
//!
//! Where this says more:
//! - [`Mode::Rings`] searches a small horizon first, and a wider one where that was in vain. The query
//!   keeps its name, so whoever has answered passes it on and does not answer again.
//! - [`Mode::Walk`] lets a few copies wander instead of flooding.

use alloc::vec::Vec;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::rumor::Id;
use crate::{Context, Peer, Peers, Protocol, as_set};

pub mod message;
pub mod terms;

pub use crate::protocols::search::message::{MAX_QUERY, MAX_RESULT, MAX_RESULTS, Message, Way};
pub use crate::protocols::search::terms::{Failure, Mode, Notice, Refusal, Request, Settings};

/// Searches: those from here, and those that come by.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Search<P: Peer> {
    settings: Settings,
    /// How many searches have begun here.
    begun: u64,
    /// The searches from here.
    #[serde(serialize_with = "as_set")]
    own: Vec<Own<P>>,
    /// The queries of others, and where each came from first.
    #[serde(serialize_with = "as_set")]
    received: Vec<Received<P>>,
}

/// A search from here.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Own<P: Peer> {
    sequence: u64,
    tag: u8,
    mode: Mode,
    text: Bytes,
    ring: u8,
    /// How many periods ago the last ring began.
    periods: u8,
    /// Those that were heard of.
    #[serde(serialize_with = "as_set")]
    servers: Vec<P>,
}

/// A query of somebody else.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Received<P: Peer> {
    id: Id<P>,
    /// From whom it came first: the way back.
    from: P,
    /// The widest ring in which it was passed on.
    ring: u8,
    /// How many periods ago that was.
    periods: u8,
    /// How many results were sent back.
    results: u16,
}

/// A period is over. Armed while a query is remembered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period;

impl<P: Peer> Protocol<P> for Search<P> {
    type Message = Message<P>;
    type Timer = Period;
    type Request = Request<P>;
    type Notice = Notice<P>;

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, request: Request<P>) {
        let was_idle = self.is_idle();
        match request {
            Request::Search { tag, text, mode } => {
                if let Err(failure) = self.start(context, tag, text, mode) {
                    context.notify(Notice::Failed { tag, failure });
                }
            }
            Request::Matches { id, results } => self.send_back(context, id, results),
        }
        self.keep_time(context, was_idle);
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        let was_idle = self.is_idle();
        let handled = match message {
            Message::Query { id, left, ring, way, text } => {
                self.on_query(context, from, (id, left, ring), way, text)
            }
            Message::Hit { id, server, hops, results } => {
                self.on_hit(context, id, server, hops, results)
            }
        };
        if let Err(refusal) = handled {
            context.notify(Notice::Refused { from, refusal });
        }
        self.keep_time(context, was_idle);
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, Period: Period) {
        let patience = self.settings.patience;
        self.received.retain(|received| received.periods < patience);
        self.received.iter_mut().for_each(|received| received.periods += 1);
        self.go_on(context);
        self.keep_time(context, true);
    }
}

impl<P: Peer> Search<P> {
    /// A process that has heard of no query.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, begun: 0, own: Vec::new(), received: Vec::new() }
    }

    /// How many searches from here are on their way.
    #[must_use]
    pub fn own(&self) -> usize {
        self.own.len()
    }

    /// How many queries of others are remembered.
    #[must_use]
    pub fn received(&self) -> usize {
        self.received.len()
    }

    /// `QueryStart(query)`.
    fn start(
        &mut self,
        context: &mut Context<'_, P, Self>,
        tag: u8,
        text: Bytes,
        mode: Mode,
    ) -> Result<(), Failure> {
        if text.len() > MAX_QUERY {
            return Err(Failure::TooLong);
        }
        if !self.may_reach(mode) {
            return Err(Failure::Reach);
        }
        if context.neighborhood().peers().is_empty() {
            return Err(Failure::NoNeighbor);
        }
        let is_taken = self.own.iter().any(|own| own.tag == tag);
        if is_taken || self.own.len() >= usize::from(self.settings.own) {
            return Err(Failure::TooMany);
        }
        let (sequence, servers) = (self.begun, Vec::new());
        self.begun += 1;
        let own = Own { sequence, tag, mode, text, ring: 0, periods: 0, servers };
        self.ask(context, &own);
        self.own.push(own);
        Ok(())
    }

    fn may_reach(&self, mode: Mode) -> bool {
        let hops = match mode {
            Mode::Flood { ttl: hops, .. } | Mode::Walk { hops, .. } => hops,
            Mode::Rings { first: 0, .. } => 0,
            Mode::Rings { last, .. } => last,
        };
        let is_within = |value, most| (1..=most).contains(&value);
        is_within(hops, self.farthest(mode.way())) && is_within(mode.copies(), self.settings.degree)
    }

    /// Sends the query of the ring.
    fn ask(&self, context: &mut Context<'_, P, Self>, own: &Own<P>) {
        let Some(left) = own.mode.hops(own.ring) else { return };
        let id = Id { origin: context.me(), sequence: own.sequence };
        let (ring, way, text) = (own.ring, own.mode.way(), own.text.clone());
        let query = Message::Query { id, left, ring, way, text };
        context.send_to_neighbors(query, own.mode.copies().into());
    }

    /// A period is over: wider rings are searched, and some searches are over.
    fn go_on(&mut self, context: &mut Context<'_, P, Self>) {
        let mut own = core::mem::take(&mut self.own);
        own.retain_mut(|own| {
            own.periods = own.periods.saturating_add(1);
            if own.is_due_for_a_ring() {
                (own.ring, own.periods) = (own.ring + 1, 0);
                self.ask(context, own);
            }
            let goes_on = own.periods < self.settings.patience && !own.is_content();
            if !goes_on {
                let (tag, servers) = (own.tag, own.servers.len() as u16);
                context.notify(Notice::Ended { tag, servers });
            }
            goes_on
        });
        self.own = own;
    }

    /// A hit has arrived.
    fn found(
        &mut self,
        context: &mut Context<'_, P, Self>,
        sequence: u64,
        server: P,
        hops: u8,
        results: Vec<Bytes>,
    ) -> Result<(), Refusal> {
        let own = self.own.iter_mut().find(|own| own.sequence == sequence);
        let own = own.ok_or(Refusal::Unasked)?;
        if results.is_empty() {
            return Err(Refusal::Results);
        }
        if own.servers.contains(&server) {
            return Err(Refusal::Repeated);
        }
        if own.servers.len() >= usize::from(self.settings.servers) {
            return Err(Refusal::Results);
        }
        own.servers.push(server);
        context.notify(Notice::Hit { tag: own.tag, server, hops, results });
        Ok(())
    }

    fn on_query(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        (id, left, ring): (Id<P>, u8, u8),
        way: Way,
        text: Bytes,
    ) -> Result<(), Refusal> {
        if left == 0 || left > self.farthest(way) {
            return Err(Refusal::Hops);
        }
        if id.origin.is_nobody() {
            return Err(Refusal::NamesNobody);
        }
        let is_own = context.neighborhood().is_oneself(&id.origin);
        let known = self.received.iter_mut().find(|received| received.id == id);
        let goes_on = match known {
            Some(received) if ring > received.ring => {
                (received.ring, received.periods) = (ring, 0);
                true
            }
            Some(_) => way == Way::Walk,
            None if is_own => way == Way::Walk,
            None => {
                self.remember(id, from, ring)?;
                context.notify(Notice::Asked { id, text: text.clone() });
                true
            }
        };
        if goes_on && left > 1 {
            let query = Message::Query { id, left: left - 1, ring, way, text };
            self.pass_on(context, query, from, way);
        }
        Ok(())
    }

    fn remember(&mut self, id: Id<P>, from: P, ring: u8) -> Result<(), Refusal> {
        let is_new_from_one =
            |received: &&Received<P>| received.from == from && received.periods == 0;
        let of_one = self.received.iter().filter(is_new_from_one).count();
        if of_one >= usize::from(self.settings.from_one) {
            return Err(Refusal::Flooding);
        }
        if self.received.len() >= usize::from(self.settings.carried) {
            return Err(Refusal::NoRoom);
        }
        self.received.push(Received { id, from, ring, periods: 0, results: 0 });
        Ok(())
    }

    /// `send(QUERY, msg) to GetNeighbors(7)`, but not to whom it came from.
    fn pass_on(&self, context: &mut Context<'_, P, Self>, query: Message<P>, from: P, way: Way) {
        let degree = match way {
            Way::Flood { degree } => degree.min(self.settings.degree),
            Way::Walk => 1,
        };
        let view = context.neighborhood().peers().iter().copied();
        let others: Vec<P> = view.filter(|&peer| peer != from).collect();
        let chosen: Peers<P> = context.choose(&others, degree.into());
        context.send(query, &chosen);
    }

    /// `send(QUERY-HIT, msg) to n`.
    fn send_back(
        &mut self,
        context: &mut Context<'_, P, Self>,
        id: Id<P>,
        mut results: Vec<Bytes>,
    ) {
        let asked = results.len();
        results.retain(|result| result.len() <= MAX_RESULT);
        results.truncate(MAX_RESULTS);
        let mut sent = 0;
        if let Ok(back) = self.way_back(id, &results) {
            sent = results.len();
            context.send(Message::Hit { id, server: context.me(), hops: 1, results }, &[back]);
        }
        if sent < asked {
            context.notify(Notice::LeftOut { id, results: (asked - sent) as u32 });
        }
    }

    fn on_hit(
        &mut self,
        context: &mut Context<'_, P, Self>,
        id: Id<P>,
        server: P,
        hops: u8,
        results: Vec<Bytes>,
    ) -> Result<(), Refusal> {
        let farthest = self.settings.max_ttl.max(self.settings.max_hops);
        if hops == 0 || hops > farthest {
            return Err(Refusal::Hops);
        }
        if server.is_nobody() {
            return Err(Refusal::NamesNobody);
        }
        if id.origin == context.me() {
            return self.found(context, id.sequence, server, hops, results);
        }
        if hops == farthest {
            return Err(Refusal::Hops);
        }
        let back = self.way_back(id, &results)?;
        context.send(Message::Hit { id, server, hops: hops + 1, results }, &[back]);
        Ok(())
    }

    /// To whom these results go, which are counted.
    fn way_back(&mut self, id: Id<P>, results: &[Bytes]) -> Result<P, Refusal> {
        let received = self.received.iter_mut().find(|received| received.id == id);
        let received = received.ok_or(Refusal::Unasked)?;
        let sum = received.results.saturating_add(results.len() as u16);
        if results.is_empty() || sum > self.settings.results {
            return Err(Refusal::Results);
        }
        received.results = sum;
        Ok(received.from)
    }

    /// The most hops of a query.
    fn farthest(&self, way: Way) -> u8 {
        match way {
            Way::Flood { .. } => self.settings.max_ttl,
            Way::Walk => self.settings.max_hops,
        }
    }

    fn is_idle(&self) -> bool {
        self.own.is_empty() && self.received.is_empty()
    }

    /// The timer is armed while there is something to forget.
    fn keep_time(&self, context: &mut Context<'_, P, Self>, was_idle: bool) {
        if was_idle && !self.is_idle() {
            context.set_timer(self.settings.period, Period);
        }
    }
}

impl<P: Peer> Own<P> {
    fn is_due_for_a_ring(&self) -> bool {
        let Mode::Rings { wait, .. } = self.mode else { return false };
        let is_next = self.ring < u8::MAX && self.mode.hops(self.ring + 1).is_some();
        !self.is_content() && is_next && self.periods >= wait.max(1)
    }

    /// Whether it has found enough.
    fn is_content(&self) -> bool {
        let Mode::Rings { enough, .. } = self.mode else { return false };
        self.servers.len() >= usize::from(enough)
    }
}

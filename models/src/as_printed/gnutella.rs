//! Algorithm 7, a search as in Gnutella, as printed.
//!
//! ```text
//!  1: addMsgHandler(QUERY, Query)
//!  2: addMsgHandler(QUERY-DONE, QueryDone)
//!  3: Received ← ∅
//!
//!  4: function QueryStart(query)                ▷ Send query through network
//!  5:   msg[ttl] ← 7
//!  6:   msg[origin] ← p
//!  7:   msg[query] ← query
//!  8:   msg[id] ← newGlobalID(p)
//!  9:   send(QUERY, msg) to GetNeighbors(7)
//! 10: end function
//!
//! 11: function Query(n, msg)                    ▷ Receive query from n
//! 12:   id ← msg[id]
//! 13:   if {id,−} ∉ Received then
//! 14:     Received ← Received ∪ {id, n}
//! 15:     ttl ← msg[ttl]
//! 16:     if ttl > 0 then
//! 17:       msg[ttl] ← ttl − 1
//! 18:       send(QUERY, msg) to GetNeighbors(7)
//! 19:     end if
//! 20:     query ← msg[query]
//! 21:     hits ← SELECT query FROM files
//! 22:     if hits ≠ ∅ then
//! 23:       msg[result] ← hits
//! 24:       msg[server] ← p
//! 25:       send(QUERY-HIT, msg) to n
//! 26:     end if
//! 27:   end if
//! 28: end function
//!
//! 29: function QueryDone(n, msg)                ▷ Return query hit
//! 30:   id ← msg[id]
//! 31:   if {id, ni} ∈ Received then
//! 32:     send(QUERY-HIT, msg) to ni
//! 33:   end if
//! 34:   if msg[id] = p then
//! 35:     echo msg[result] @ msg[server]
//! 36:   end if
//! 37: end function
//! ```
//!
//! How it is read, where it can be read in several ways:
//! - Line 2 registers a handler of `QUERY-DONE`, which nobody sends; `QUERY-HIT`, which is sent, has
//!   none, and is dropped. [`Settings::hits_are_handled`] is the charitable reading.
//! - Line 34 compares a global identity with a process, and the two are never equal.
//!   [`Settings::origin_is_compared`] is the charitable reading: `msg[origin] = p`.
//! - The 7 of line 5 is a field, so that worlds may be smaller; that of lines 9 and 18 stands.
//! - There is one query, and a process has a file that matches it or not.
//! - `echo` is a notice, [`Echo`].

use rumormill_core::rumor::Id;
use rumormill_core::{Context, Never, Peer, Protocol, as_set};
use serde::{Deserialize, Serialize};

/// To how many neighbours a query goes.
const DEGREE: usize = 7;

/// A search as in Gnutella, as printed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Gnutella<P: Peer> {
    settings: Settings,
    /// How many searches have begun here: what `newGlobalID` counts.
    begun: u64,
    #[serde(serialize_with = "as_set")]
    received: Vec<(Id<P>, P)>,
}

/// What the text leaves open, or cannot be meant so.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The 7 of line 5.
    pub ttl: u8,
    /// Whether `QueryDone` is called for `QUERY-HIT`.
    pub hits_are_handled: bool,
    /// Whether line 34 compares the origin.
    pub origin_is_compared: bool,
    /// Whether there is a file here that matches.
    pub has_file: bool,
}

/// What those who search say to each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Message<P: Peer> {
    /// `QUERY`.
    Query {
        /// `msg[id]`.
        id: Id<P>,
        /// `msg[ttl]`.
        ttl: u8,
        /// `msg[origin]`.
        origin: P,
    },
    /// `QUERY-HIT`, without `msg[ttl]`, which nobody reads in it.
    QueryHit {
        /// `msg[id]`.
        id: Id<P>,
        /// `msg[origin]`.
        origin: P,
        /// `msg[server]`.
        server: P,
    },
}

/// Begin a search.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct QueryStart;

/// This process has what was searched for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Echo<P>(pub P);

impl<P: Peer> Protocol<P> for Gnutella<P> {
    type Message = Message<P>;
    type Timer = Never;
    type Request = QueryStart;
    type Notice = Echo<P>;

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, QueryStart: QueryStart) {
        let origin = context.me();
        let id = Id { origin, sequence: self.begun };
        self.begun += 1;
        context.send_to_neighbors(Message::Query { id, ttl: self.settings.ttl, origin }, DEGREE);
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        match message {
            Message::Query { id, ttl, origin } => self.query(context, from, id, ttl, origin),
            Message::QueryHit { id, origin, server } if self.settings.hits_are_handled => {
                self.query_done(context, id, origin, server);
            }
            Message::QueryHit { .. } => {}
        }
    }
}

impl<P: Peer> Gnutella<P> {
    /// A process that has received nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, begun: 0, received: Vec::new() }
    }

    /// How many queries it has received.
    #[must_use]
    pub fn received(&self) -> usize {
        self.received.len()
    }

    fn query(&mut self, context: &mut Context<'_, P, Self>, n: P, id: Id<P>, ttl: u8, origin: P) {
        if self.way_back(id).is_none() {
            self.received.push((id, n));
            if ttl > 0 {
                context.send_to_neighbors(Message::Query { id, ttl: ttl - 1, origin }, DEGREE);
            }
            if self.settings.has_file {
                let server = context.me();
                context.send(Message::QueryHit { id, origin, server }, &[n]);
            }
        }
    }

    fn query_done(&self, context: &mut Context<'_, P, Self>, id: Id<P>, origin: P, server: P) {
        if let Some(ni) = self.way_back(id) {
            context.send(Message::QueryHit { id, origin, server }, &[ni]);
        }
        if self.settings.origin_is_compared && origin == context.me() {
            context.notify(Echo(server));
        }
    }

    /// The `ni` with `{id, ni} ∈ Received`.
    fn way_back(&self, id: Id<P>) -> Option<P> {
        let received = self.received.iter().find(|(known, _)| *known == id);
        received.map(|&(_, n)| n)
    }
}

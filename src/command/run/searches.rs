//! Searches: those of others, which are answered, and those that are typed.

use std::collections::BTreeMap;
use std::fmt::Display;

use bytes::Bytes;
use rumormill::SocketPeer;
use rumormill::node::catalogue::{Asked, Catalogue, Desk};
use rumormill::protocols::search::{Mode, Notice};
use rumormill::stacks::member::Request;
use serde::Serialize;

use super::settings::Settings;
use crate::command::found;
use crate::command::numbers::counted;
use crate::command::output::{printable, say_aside};

/// How a line that is a search begins, before its query.
const FIND: &[u8] = b"/find ";

pub(super) struct Searches {
    desk: Desk<Box<dyn Catalogue>>,
    mode: Mode,
    /// What is searched for from here, by the tags of the searches.
    own: BTreeMap<u8, String>,
    next_tag: u8,
    counted: Counted,
}

/// What came of the searches that were typed.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Counted {
    typed: u64,
    /// Those of them that did not begin.
    not_begun: u64,
    /// How many servers answered, each search by itself.
    servers: u64,
    results: u64,
}

/// The query of a line, if the line is a search.
pub(super) fn query(line: &Bytes) -> Option<Bytes> {
    line.starts_with(FIND).then(|| line.slice(FIND.len()..))
}

impl Searches {
    pub(super) fn new(settings: &Settings, catalogue: Box<dyn Catalogue>) -> Self {
        Self {
            desk: Desk::of(catalogue),
            mode: found::flood(settings.ways.search().degree),
            own: BTreeMap::new(),
            next_tag: 0,
            counted: Counted::default(),
        }
    }

    /// What to ask the machine for, unless nothing can be found by that query.
    pub(super) fn begin(&mut self, query: Bytes) -> Option<Request<SocketPeer>> {
        self.counted.typed += 1;
        match found::text(&query) {
            Ok(text) => {
                // Those that had a tag before are over: the machine has room for a few at a time.
                self.own.insert(self.next_tag, printable(text));
            }
            Err(error) => {
                self.refuse(error);
                return None;
            }
        }
        let request = Request::search(self.next_tag, query, self.mode);
        self.next_tag = self.next_tag.wrapping_add(1);
        Some(request)
    }

    fn refuse(&mut self, why: impl Display) {
        self.counted.not_begun += 1;
        say_aside(format_args!("not searched: {why}"));
    }

    /// What to ask the machine for in return, if anything.
    pub(super) fn hear(&mut self, notice: &Notice<SocketPeer>) -> Option<Request<SocketPeer>> {
        match notice {
            Notice::Hit { results, .. } => {
                self.counted.servers += 1;
                self.counted.results += results.len() as u64;
            }
            Notice::Ended { tag, servers } => self.end(*tag, *servers),
            Notice::Failed { tag, failure } => {
                self.own.remove(tag);
                self.refuse(failure);
            }
            Notice::Asked { .. } | Notice::LeftOut { .. } | Notice::Refused { .. } => {}
        }
        self.desk.hear(notice).map(Request::Search)
    }

    fn end(&mut self, tag: u8, servers: u16) {
        let Some(text) = self.own.remove(&tag) else { return };
        let servers = counted(servers.into(), "node has it", "nodes have it");
        say_aside(format_args!("the search for `{text}` is over: {servers}"));
    }

    pub(super) fn asked(&self) -> Asked {
        self.desk.asked()
    }

    pub(super) fn counted(&self) -> Counted {
        self.counted
    }
}

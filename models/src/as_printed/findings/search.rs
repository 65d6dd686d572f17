//! Algorithm 7 as printed.

use super::{Listener, group};
use crate::ModelPeer;
use crate::as_printed::gnutella::{Gnutella, QueryStart, Settings};
use crate::explore::{Notion, Property};
use crate::suites::Suite;
use crate::suites::case::Case;
use crate::world::{Scheduler, Setting, Snapshot};

type Machine = Gnutella<ModelPeer>;
type Claim = Property<Machine, Listener>;

const FOUND: &str = "the origin hears of whoever has it";
const HORIZON: &str = "nobody farther away than the TTL is asked";
const LAST: &str = "the last of the line is asked";
const NOT_ITSELF: &str = "the origin is not asked its own query";
const ENDS: &str = "the search ends";

pub(super) fn findings() -> Vec<Suite> {
    let charitable_about = "a search in a line of three, each of whom knows the next, and the last of \
                            whom has it; lines 2 and 34 as they must be meant";
    let handler_about =
        "a search of two, one of whom has it; line 2 registers QUERY-DONE, as printed";
    let identity_about = "a search of two, one of whom has it; line 34 compares an identity with a \
                          process, as printed";
    let ttl_about = "a search with the TTL of 7 in a line of nine, each of whom knows the next";
    let end_about = "a search with the TTL of 7 in a line of ten, each of whom knows the next";
    let back_about = "a search of two who know each other, one of whom has it";
    let own_about = "a search of two who know each other, of whom only the one who searches has it";
    vec![
        Suite::new("printed-search-3", charitable_about, charitable),
        Suite::new("printed-search-handler-2", handler_about, handler).refuting(FOUND),
        Suite::new("printed-search-identity-2", identity_about, identity).refuting(FOUND),
        Suite::new("printed-search-ttl-9", ttl_about, || ttl(9)).refuting(HORIZON),
        Suite::new("printed-search-ttl-10", end_about, || ttl(10)).refuting(HORIZON).refuting(LAST),
        Suite::new("printed-search-back-2", back_about, || back(1))
            .refuting(NOT_ITSELF)
            .refuting(ENDS),
        Suite::new("printed-search-own-2", own_about, || back(0))
            .refuting(NOT_ITSELF)
            .refuting(ENDS),
    ]
}

/// Lines 2 and 34 as they must be meant.
const CHARITABLE: Settings =
    Settings { ttl: 7, hits_are_handled: true, origin_is_compared: true, has_file: false };

/// A search from node 0 for what one node has.
fn setting(views: &[&[u8]], settings: Settings, server: u8) -> Setting<Machine, Listener> {
    let nodes = group(views, |me| Machine::new(Settings { has_file: me == server, ..settings }));
    let first_requests = vec![(ModelPeer(0), QueryStart)];
    Setting { first_requests, ..Setting::new(nodes, Listener, Scheduler::Rounds) }
}

/// How many queries the machine at that place has received.
fn received(at: &Snapshot<'_, Machine, Listener>, place: u8) -> usize {
    at.locals().nth(place.into()).map_or(0, |local| local.node.protocol.received())
}

/// Whether the origin was told.
fn has_found(at: &Snapshot<'_, Machine, Listener>) -> bool {
    at.locals().next().is_some_and(|local| local.application)
}

fn is_over(at: &Snapshot<'_, Machine, Listener>) -> bool {
    at.in_flight().next().is_none()
}

const LINE: [&[u8]; 10] = [&[1], &[2], &[3], &[4], &[5], &[6], &[7], &[8], &[9], &[]];
const ONE_WAY: [&[u8]; 2] = [&[1], &[]];
const MUTUAL: [&[u8]; 2] = [&[1], &[0]];

fn found() -> Claim {
    Claim::new(FOUND, Notion::Surely, has_found)
}

fn charitable() -> Case<Machine, Listener> {
    let ends = Claim::new(ENDS, Notion::Surely, is_over);
    Case { setting: setting(&[&[1], &[2], &[1]], CHARITABLE, 2), properties: vec![found(), ends] }
}

fn handler() -> Case<Machine, Listener> {
    let settings = Settings { hits_are_handled: false, ..CHARITABLE };
    Case { setting: setting(&ONE_WAY, settings, 1), properties: vec![found()] }
}

fn identity() -> Case<Machine, Listener> {
    let settings = Settings { origin_is_compared: false, ..CHARITABLE };
    Case { setting: setting(&ONE_WAY, settings, 1), properties: vec![found()] }
}

fn ttl(length: u8) -> Case<Machine, Listener> {
    let horizon = Claim::new(HORIZON, Notion::Always, |at| received(at, 8) == 0);
    let last = Claim::new(LAST, Notion::Surely, move |at| received(at, length - 1) == 1);
    let line = &LINE[..usize::from(length)];
    Case { setting: setting(line, CHARITABLE, length), properties: vec![horizon, last] }
}

/// The query comes back to its origin from the other.
fn back(server: u8) -> Case<Machine, Listener> {
    let not_itself = Claim::new(NOT_ITSELF, Notion::Always, |at| received(at, 0) == 0);
    let ends = Claim::new(ENDS, Notion::Surely, is_over);
    Case { setting: setting(&MUTUAL, CHARITABLE, server), properties: vec![not_itself, ends] }
}

//! Algorithm 8 as printed.

use super::{NOWHERE, all_known, group, view};
use crate::ModelPeer;
use crate::as_printed::cyclon::{Cyclon, Reply, Settings, Shuffle, Starts};
use crate::explore::{Notion, Property};
use crate::suites::Suite;
use crate::suites::case::Case;
use crate::suites::views::{connected, none_dead};
use crate::world::{Scheduler, Setting, Snapshot};

type Claim = Property<Cyclon, ()>;
type At<'a> = Snapshot<'a, Cyclon, ()>;

const LEARNS: &str = "whoever starts a shuffle can learn of somebody";
const KNOWN: &str = "everybody is known by somebody";
const CONNECTED: &str = "the overlay stays connected, counting pointers in flight";
const MAX_DEGREE: &str = "no view holds more than MAX-DEGREE";
const AGAIN: &str = "there can be another shuffle";
const GONE: &str = "whoever has failed can be forgotten by all";
const OTHERS: &str = "nobody is its own neighbour, or anybody's twice";

pub(super) fn findings() -> Vec<Suite> {
    vec![
        Suite::new("printed-shuffle-one-3", "one shuffle of one entry, among three each of whom knows one", one_printed)
            .refuting(LEARNS).refuting(KNOWN).refuting(CONNECTED),
        Suite::new("printed-shuffle-exchanged-3", "the same, but the reply brings what the other has drawn", one_exchanged)
            .refuting(MAX_DEGREE),
        Suite::new("printed-shuffle-called-3", "line 1 calls ShuffleStart, as printed", || again(Starts::Called))
            .refuting(AGAIN),
        Suite::new("printed-shuffle-once-3", "line 1 passes ShuffleStart", || again(Starts::Once)).refuting(AGAIN),
        Suite::new("printed-shuffle-rounds-3", "shuffles of one entry in every round among three; the reply is as printed", || rounds(Reply::AsPrinted))
            ,
        Suite::new("printed-shuffle-grows-3", "shuffles of one entry in every round among three; the reply brings what the other has drawn", || rounds(Reply::Exchanged))
            .refuting(MAX_DEGREE),
        Suite::new("printed-shuffle-failed-2", "two who know each other and a third that was never there, in rounds", failed)
            .among_strangers().refuting(GONE),
    ]
}

const SETTINGS: Settings =
    Settings { length: 1, max_degree: 1, starts: Starts::Periodic, reply: Reply::AsPrinted };

fn setting(views: &[&[u8]], settings: impl Fn(u8) -> Settings) -> Setting<Cyclon, ()> {
    Setting::new(group(views, |me| Cyclon::new(settings(me))), (), Scheduler::Rounds)
}

/// The pointers that a message brings.
fn brings(shuffle: &Shuffle<ModelPeer>) -> Vec<ModelPeer> {
    shuffle.new_peers.clone()
}

fn max_degree(most: usize) -> Claim {
    Claim::new(MAX_DEGREE, Notion::Always, move |at| {
        at.locals().all(|local| local.node.neighborhood.peers().len() <= most)
    })
}

fn known() -> Claim {
    Claim::new(KNOWN, Notion::Always, |at| {
        let is_brought =
            |peer| at.in_flight().any(|(_, _, message)| brings(message).contains(&peer));
        all_known(at) || at.locals().map(|local| local.node.me()).any(is_brought)
    })
}

fn others() -> Claim {
    Claim::new(OTHERS, Notion::Always, |at| {
        at.locals().all(|local| {
            let peers = local.node.neighborhood.peers();
            let is_new = |place: usize| !peers[..place].contains(&peers[place]);
            !peers.contains(&local.node.me()) && (0..peers.len()).all(is_new)
        })
    })
}

/// Node 0 shuffles at its start, and the others never.
fn one(reply: Reply) -> Setting<Cyclon, ()> {
    let starts = |me| if me == 0 { Starts::Called } else { Starts::Once };
    setting(&[&[1], &[2], &[]], |me| Settings { starts: starts(me), reply, ..SETTINGS })
}

fn one_printed() -> Case<Cyclon, ()> {
    let learns = Claim::new(LEARNS, Notion::PossibleFromEverywhere, |at| {
        view(at, 0).contains(&ModelPeer(2))
    });
    let connected = Claim::new(CONNECTED, Notion::Always, is_connected);
    let properties = vec![learns, known(), connected, max_degree(1)];
    Case { setting: one(Reply::AsPrinted), properties }
}

fn one_exchanged() -> Case<Cyclon, ()> {
    let learns = Claim::new(LEARNS, Notion::Sometimes, |at| view(at, 0).contains(&ModelPeer(2)));
    let properties = vec![learns, max_degree(1)];
    Case { setting: one(Reply::Exchanged), properties }
}

fn is_connected(at: &At<'_>) -> bool {
    connected(at, brings)
}

fn again(starts: Starts) -> Case<Cyclon, ()> {
    let again =
        Claim::new(AGAIN, Notion::PossibleFromEverywhere, |at| at.in_flight().next().is_some());
    let setting = setting(&[&[1], &[2], &[0]], |_| Settings { starts, ..SETTINGS });
    Case { setting, properties: vec![again] }
}

fn rounds(reply: Reply) -> Case<Cyclon, ()> {
    let setting = setting(&[&[1], &[2], &[0]], |_| Settings { reply, ..SETTINGS });
    let connected = Claim::new(CONNECTED, Notion::Always, is_connected);
    Case { setting, properties: vec![max_degree(1), known(), connected, others()] }
}

fn failed() -> Case<Cyclon, ()> {
    let settings = Settings { length: 2, max_degree: 2, ..SETTINGS };
    let setting = setting(&[&[1, NOWHERE], &[0, NOWHERE]], |_| settings);
    let gone = Claim::new(GONE, Notion::PossibleFromEverywhere, none_dead);
    Case { setting, properties: vec![gone, max_degree(2), others()] }
}

//! Algorithm 8 as printed.

use super::{NOWHERE, group, view};
use crate::ModelPeer;
use crate::as_printed::cyclon::{Cyclon, Reply, Settings, Starts};
use crate::explore::{Notion, Property};
use crate::suites::Suite;
use crate::suites::case::Case;
use crate::suites::views::{connected, none_dead};
use crate::world::{Scheduler, Setting};

type Claim = Property<Cyclon, ()>;

const LEARNS: &str = "whoever starts a shuffle learns of somebody";
const KNOWN: &str = "whoever is known by somebody stays known";
const CONNECTED: &str = "the overlay stays connected, counting pointers in flight";
const MAX_DEGREE: &str = "no view holds more than MAX-DEGREE";
const EVERYBODY: &str = "a view comes to hold everybody";
const AGAIN: &str = "there can be another shuffle";
const GONE: &str = "whoever has failed is forgotten by all";

pub(super) fn findings() -> Vec<Suite> {
    let one_about = "each of three knows the next in a line, and the first shuffles when it starts";
    let exchanged_about = "each of three knows the next in a line, and the first shuffles when it \
                           starts; the reply brings what the other has drawn";
    let called_about = "each knows the next round a circle of three; line 1 calls ShuffleStart, as \
                        printed";
    let once_about = "each knows the next round a circle of three; line 1 passes ShuffleStart";
    let rounds_about = "a shuffle of one entry in every round, round a circle of three";
    let grows_about = "a shuffle of one entry in every round, round a circle of three; the reply brings \
                       what the other has drawn";
    let crossing_about =
        "two of five shuffle two entries each, and one of them perhaps with the other";
    let failed_about =
        "two know each other, and a third that was never there; a shuffle in every round";
    vec![
        Suite::new("printed-shuffle-one-3", one_about, || one(Reply::AsPrinted))
            .refuting(LEARNS)
            .refuting(KNOWN)
            .refuting(CONNECTED),
        Suite::new("printed-shuffle-exchanged-3", exchanged_about, || one(Reply::Exchanged))
            .refuting(MAX_DEGREE)
            .refuting(KNOWN),
        Suite::new("printed-shuffle-called-3", called_about, || again(Starts::Called))
            .refuting(AGAIN),
        Suite::new("printed-shuffle-once-3", once_about, || again(Starts::Once)).refuting(AGAIN),
        Suite::new("printed-shuffle-rounds-3", rounds_about, || rounds(Reply::AsPrinted))
            .refuting(KNOWN),
        Suite::new("printed-shuffle-grows-3", grows_about, || rounds(Reply::Exchanged))
            .refuting(MAX_DEGREE)
            .refuting(KNOWN),
        Suite::new("printed-shuffle-crossing-5", crossing_about, crossing).refuting(MAX_DEGREE),
        Suite::new("printed-shuffle-failed-2", failed_about, failed)
            .among_strangers()
            .refuting(GONE),
    ]
}

const SETTINGS: Settings =
    Settings { length: 1, max_degree: 1, starts: Starts::Periodic, reply: Reply::AsPrinted };

fn setting(views: &[&[u8]], settings: impl Fn(u8) -> Settings) -> Setting<Cyclon, ()> {
    Setting::new(group(views, |me| Cyclon::new(settings(me))), (), Scheduler::Rounds)
}

fn max_degree(most: usize) -> Claim {
    Claim::new(MAX_DEGREE, Notion::Always, move |at| {
        at.locals().all(|local| local.node.neighborhood.peers().len() <= most)
    })
}

/// A pointer on its way counts where it will arrive.
fn connected_always() -> Claim {
    Claim::new(CONNECTED, Notion::Always, |at| connected(at, |shuffle| shuffle.new_peers.clone()))
}

/// Of all but node 0, whom nobody may know at first. A pointer on its way to somebody else counts.
fn known() -> Claim {
    Claim::new(KNOWN, Notion::Always, |at| {
        let is_known = |peer| {
            let mut shuffles = at.in_flight().filter(|&(to, _, _)| to != peer);
            at.locals().any(|local| local.node.neighborhood.contains(&peer))
                || shuffles.any(|(_, _, shuffle)| shuffle.new_peers.contains(&peer))
        };
        at.locals().skip(1).map(|local| local.node.me()).all(is_known)
    })
}

/// Node 0 shuffles at its start, and node 1 a period later.
fn one(reply: Reply) -> Case<Cyclon, ()> {
    let starts = |me| if me == 0 { Starts::Called } else { Starts::Once };
    let setting =
        setting(&[&[1], &[2], &[]], |me| Settings { starts: starts(me), reply, ..SETTINGS });
    let learns = Claim::new(LEARNS, Notion::Surely, |at| view(at, 0).contains(&ModelPeer(2)));
    Case { setting, properties: vec![learns, max_degree(1), known(), connected_always()] }
}

fn again(starts: Starts) -> Case<Cyclon, ()> {
    let setting = setting(&[&[1], &[2], &[0]], |_| Settings { starts, ..SETTINGS });
    let again =
        Claim::new(AGAIN, Notion::PossibleFromEverywhere, |at| at.in_flight().next().is_some());
    Case { setting, properties: vec![again] }
}

fn rounds(reply: Reply) -> Case<Cyclon, ()> {
    let setting = setting(&[&[1], &[2], &[0]], |_| Settings { reply, ..SETTINGS });
    let everybody = Claim::new(EVERYBODY, Notion::Sometimes, |at| view(at, 0).len() == 2);
    let mut properties = vec![max_degree(1), known()];
    if reply == Reply::Exchanged {
        properties.push(everybody);
    }
    Case { setting, properties }
}

/// Node 0 shuffles with node 1 or 2, and node 3 with node 0 or 4.
fn crossing() -> Case<Cyclon, ()> {
    let settings = Settings { length: 2, max_degree: 2, starts: Starts::Once, ..SETTINGS };
    let setting = setting(&[&[1, 2], &[], &[], &[0, 4], &[]], |_| settings);
    Case { setting, properties: vec![max_degree(2)] }
}

fn failed() -> Case<Cyclon, ()> {
    let settings = Settings { length: 2, max_degree: 2, ..SETTINGS };
    let setting = setting(&[&[1, NOWHERE], &[0, NOWHERE]], |_| settings);
    let gone = Claim::new(GONE, Notion::AlmostSurelyIfFair, none_dead);
    Case { setting, properties: vec![gone, max_degree(2)] }
}

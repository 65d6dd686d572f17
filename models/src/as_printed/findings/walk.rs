//! Algorithm 6 as printed.

use rumormill_core::Bias;

use super::{Listener, group, view};
use crate::ModelPeer;
use crate::as_printed::random_walk::{Message, RandomWalk, WalkStart};
use crate::explore::{Notion, Property};
use crate::suites::Suite;
use crate::suites::case::Case;
use crate::world::{Fault, Scheduler, Setting, Snapshot};

type Claim = Property<RandomWalk, Listener>;

const ENDS: &str = "the walk ends, and its origin learns where";
const WITHIN: &str = "no walk goes on beyond its distance";
const HOME: &str = "the walk ends where it began";
const AT_THE_CENTRE: &str = "the walk ends at the one whom all know";
const AS_MANY: &str = "a view has as many neighbours as before";
const KNOWN: &str = "everybody is known by somebody";
const AS_LIKELY: &str = "the walk ends at the one with a single neighbour as often as elsewhere";

pub(super) fn findings() -> Vec<Suite> {
    let plain_about = "a walk of three hops among three who know each other; nothing is lost";
    let zero_about = "a walk of distance 0 among two who know each other; nothing is lost";
    let home_about = "a walk of two hops among two who know each other: it ends where it began";
    let known_about = "a walk of two hops round a circle of three; nothing is lost";
    let alone_about = "a walk of two hops that comes to somebody who knows nobody";
    let lossy_about = "a walk of one hop among two; a message is lost";
    let degrees_about = "a walk of seven hops among four, of whom one is known by all, and one by that \
                         one alone";
    vec![
        Suite::new("printed-walk-3", plain_about, plain).refuting(AS_MANY),
        Suite::new("printed-walk-zero-2", zero_about, zero).refuting(ENDS).refuting(WITHIN),
        Suite::new("printed-walk-home-2", home_about, home).refuting(AS_MANY),
        Suite::new("printed-walk-known-3", known_about, known).refuting(KNOWN),
        Suite::new("printed-walk-alone-2", alone_about, alone).refuting(ENDS),
        Suite::new("printed-walk-lossy-2", lossy_about, lossy).refuting(ENDS),
        Suite::new("printed-walk-degrees-4", degrees_about, degrees).refuting(AS_LIKELY),
    ]
}

/// One walk from node 0, whose path is recorded up to its distance.
fn setting(views: &[&[u8]], distance: i8) -> Setting<RandomWalk, Listener> {
    let nodes = group(views, |_| RandomWalk::new(distance.unsigned_abs()));
    let first_requests = vec![(ModelPeer(0), WalkStart(distance))];
    Setting { first_requests, ..Setting::new(nodes, Listener, Scheduler::Rounds) }
}

/// Whether the origin was told.
fn has_ended(at: &Snapshot<'_, RandomWalk, Listener>) -> bool {
    at.locals().next().is_some_and(|local| local.application)
}

/// Whether somebody reports the end of the walk.
fn is_reported(at: &Snapshot<'_, RandomWalk, Listener>) -> bool {
    at.in_flight().any(|(_, _, message)| matches!(message, Message::WalkDone(_)))
}

/// Whether it is the one at that place.
fn ends_at(at: &Snapshot<'_, RandomWalk, Listener>, place: u8) -> bool {
    is_reported(at) && at.in_flight().any(|(_, from, _)| from == Some(ModelPeer(place)))
}

fn ends() -> Claim {
    Claim::new(ENDS, Notion::Surely, has_ended)
}

fn within() -> Claim {
    Claim::new(WITHIN, Notion::Always, |at| {
        at.in_flight().all(|(_, _, message)| match message {
            Message::Walk(walk) | Message::WalkDone(walk) => walk.hops >= 0,
        })
    })
}

fn as_many(neighbors: usize) -> Claim {
    Claim::new(AS_MANY, Notion::Always, move |at| view(at, 0).len() == neighbors)
}

const MUTUAL: [&[u8]; 2] = [&[1], &[0]];

fn plain() -> Case<RandomWalk, Listener> {
    let setting = setting(&[&[1, 2], &[0, 2], &[0, 1]], 3);
    let home = Claim::new(HOME, Notion::Sometimes, |at| ends_at(at, 0));
    Case { setting, properties: vec![within(), ends(), home, as_many(2)] }
}

/// An end is looked for on its way, since no path is told where none is recorded.
fn zero() -> Case<RandomWalk, Listener> {
    let ends = Claim::new(ENDS, Notion::Surely, is_reported);
    Case { setting: setting(&MUTUAL, 0), properties: vec![ends, within()] }
}

fn home() -> Case<RandomWalk, Listener> {
    Case { setting: setting(&MUTUAL, 2), properties: vec![as_many(1), ends()] }
}

fn known() -> Case<RandomWalk, Listener> {
    let known = Claim::new(KNOWN, Notion::Always, |at| {
        let is_known = |peer| at.locals().any(|local| local.node.neighborhood.contains(&peer));
        at.locals().map(|local| local.node.me()).all(is_known)
    });
    Case { setting: setting(&[&[1], &[2], &[0]], 2), properties: vec![known] }
}

fn alone() -> Case<RandomWalk, Listener> {
    Case { setting: setting(&[&[1], &[]], 2), properties: vec![ends()] }
}

fn lossy() -> Case<RandomWalk, Listener> {
    let mut setting = setting(&MUTUAL, 1);
    setting.faults.loss = Fault::AtMost(1);
    Case { setting, properties: vec![ends()] }
}

fn degrees() -> Case<RandomWalk, Listener> {
    let setting = setting(&[&[1, 2, 3], &[0, 2], &[0, 1], &[0]], 7);
    let quarter = Bias::new(1, 4).expect("a probability");
    let as_likely = Claim::new(AS_LIKELY, Notion::AtLeast(quarter), |at| ends_at(at, 3));
    let at_the_centre = Claim::new(AT_THE_CENTRE, Notion::Sometimes, |at| ends_at(at, 0));
    Case { setting, properties: vec![as_likely, at_the_centre] }
}

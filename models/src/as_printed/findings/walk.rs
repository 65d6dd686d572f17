//! Algorithm 6 as printed.

use super::{Listener, all_known, group, view};
use crate::ModelPeer;
use crate::as_printed::random_walk::{Message, RandomWalk, WalkStart};
use crate::explore::{Notion, Property};
use crate::suites::Suite;
use crate::suites::case::Case;
use crate::world::{Fault, Scheduler, Setting, Snapshot};
use rumormill_core::Bias;

type Claim = Property<RandomWalk, Listener>;

const ENDS: &str = "the walk ends, and its origin learns where";
const EXACTLY: &str = "a walk takes exactly as many hops as it was to";
const STILL_ENDS: &str = "the walk can still end";
const AS_MANY: &str = "a view has as many neighbours as before";
const KNOWN: &str = "everybody is known by somebody";
const AS_LIKELY: &str = "the walk ends at the one with a single neighbour as often as at any other";

pub(super) fn findings() -> Vec<Suite> {
    vec![
        Suite::new(
            "printed-walk-3",
            "a walk of three hops among three who know each other; nothing is \
            lost",
            plain,
        ),
        Suite::new(
            "printed-walk-zero-2",
            "a walk of distance 0 among two who know each other; nothing \
            is lost",
            zero,
        )
        .refuting(ENDS)
        .refuting(STILL_ENDS),
        Suite::new(
            "printed-walk-return-2",
            "a walk of two hops among two who know each other: it ends \
            where it began",
            returning,
        )
        .refuting(AS_MANY),
        Suite::new(
            "printed-walk-known-3",
            "a walk of two hops round a circle of three; nothing is lost",
            known,
        )
        .refuting(KNOWN),
        Suite::new(
            "printed-walk-alone-2",
            "a walk of two hops that comes to somebody who knows nobody",
            alone,
        )
        .refuting(STILL_ENDS),
        Suite::new("printed-walk-lossy-2", "a walk of one hop among two; a message is lost", lossy)
            .refuting(STILL_ENDS),
        Suite::new(
            "printed-walk-degrees-4",
            "a walk of seven hops among four, one of whom is known by all \
            and one by a single other",
            degrees,
        )
        .refuting(AS_LIKELY),
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

fn still_ends() -> Claim {
    Claim::new(STILL_ENDS, Notion::PossibleFromEverywhere, has_ended)
}

const MUTUAL: [&[u8]; 2] = [&[1], &[0]];

fn plain() -> Case<RandomWalk, Listener> {
    let exactly = Claim::new(EXACTLY, Notion::Always, |at| {
        at.in_flight().all(|(_, _, message)| match message {
            Message::Walk(walk) => walk.path.len() as i8 == 3 - walk.hops,
            Message::WalkDone(walk) => walk.path.len() == 3,
        })
    });
    let ends = Claim::new(ENDS, Notion::Surely, has_ended);
    Case { setting: setting(&[&[1, 2], &[0, 2], &[0, 1]], 3), properties: vec![exactly, ends] }
}

fn zero() -> Case<RandomWalk, Listener> {
    let ends = Claim::new(ENDS, Notion::Surely, |at| {
        at.in_flight().any(|(_, _, message)| matches!(message, Message::WalkDone(_)))
    });
    let still_ends = Claim::new(STILL_ENDS, Notion::PossibleFromEverywhere, |at| {
        at.in_flight().any(|(_, _, message)| matches!(message, Message::WalkDone(_)))
    });
    Case { setting: setting(&MUTUAL, 0), properties: vec![ends, still_ends] }
}

fn returning() -> Case<RandomWalk, Listener> {
    let as_many = Claim::new(AS_MANY, Notion::Always, |at| view(at, 0).len() == 1);
    let ends = Claim::new(ENDS, Notion::Surely, has_ended);
    Case { setting: setting(&MUTUAL, 2), properties: vec![as_many, ends] }
}

fn known() -> Case<RandomWalk, Listener> {
    let known = Claim::new(KNOWN, Notion::Always, all_known);
    Case { setting: setting(&[&[1], &[2], &[0]], 2), properties: vec![known] }
}

fn alone() -> Case<RandomWalk, Listener> {
    Case { setting: setting(&[&[1], &[]], 2), properties: vec![still_ends()] }
}

fn lossy() -> Case<RandomWalk, Listener> {
    let mut setting = setting(&MUTUAL, 1);
    setting.faults.loss = Fault::AtMost(1);
    Case { setting, properties: vec![still_ends()] }
}

/// Node 3 knows node 0 alone, and is known by it alone.
fn degrees() -> Case<RandomWalk, Listener> {
    let setting = setting(&[&[1, 2, 3], &[0, 2], &[0, 1], &[0]], 7);
    let quarter = Bias::new(1, 4).expect("a probability");
    let as_likely = Claim::new(AS_LIKELY, Notion::AtLeast(quarter), |at| ends_at(at, 3));
    Case { setting, properties: vec![as_likely] }
}

/// Whether the end at that place reports.
fn ends_at(at: &Snapshot<'_, RandomWalk, Listener>, place: u8) -> bool {
    at.in_flight().any(|(_, from, message)| {
        from == Some(ModelPeer(place)) && matches!(message, Message::WalkDone(_))
    })
}

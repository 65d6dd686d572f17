//! The reference world, whose states and transitions were counted by independent programs: push
//! gossip to one of all others, in rounds, until all are informed.

use bytes::Bytes;
use rumormill_core::protocols::periodic_gossip::PeriodicGossip as Machine;

use super::Suite;
use super::candidates::{PeriodicGossip, pushing};
use super::case::Case;
use super::properties::{EVERYBODY, at_most_once, everybody};
use crate::explore::Notion;
use crate::world::{Fault, Scheduler, Setting, Witness, group};
use crate::{ModelPeer, bugs};

/// What was counted for a number of nodes: states and transitions.
struct Counted {
    nodes: u8,
    anonymous: (u64, u64),
    senders_kept: (u64, u64),
}

const COUNTED: [Counted; 4] = [
    Counted { nodes: 3, anonymous: (88, 180), senders_kept: (97, 190) },
    Counted { nodes: 4, anonymous: (899, 3_174), senders_kept: (1_316, 4_197) },
    Counted { nodes: 5, anonymous: (8_392, 45_794), senders_kept: (19_899, 91_502) },
    Counted { nodes: 6, anonymous: (75_147, 585_460), senders_kept: (344_780, 2_108_005) },
];

/// The same for larger groups with anonymous senders, to be explored by symmetry. What 8 nodes have
/// was counted by our own explorer without symmetry.
const COUNTED_ALIKE: [(u8, (u64, u64)); 2] =
    [(7, (658_815, 6_917_032)), (8, (5_717_301, 77_508_662))];

pub(super) fn suites() -> Vec<Suite> {
    let both = |Counted { nodes, anonymous, senders_kept }| {
        [suite(nodes, true, "anonymous", anonymous), suite(nodes, false, "senders", senders_kept)]
    };
    let alike = COUNTED_ALIKE.into_iter().map(|(nodes, counted)| symmetric_suite(nodes, counted));
    let counted = COUNTED.into_iter().flat_map(both).chain(alike);
    counted.chain([largest_suite(), lossy_suite()]).collect()
}

fn suite(nodes: u8, anonymous: bool, senders: &str, (states, transitions): (u64, u64)) -> Suite {
    let about = format!("the reference world of {nodes} nodes, {senders}");
    let name = format!("reference-{senders}-{nodes}");
    let suite = Suite::new(name, about, move || case::<Machine<_>>(nodes, anonymous))
        .expecting(states, transitions);
    if nodes > 4 {
        return suite;
    }
    suite.with_bug("gossips_once", EVERYBODY, move || {
        case::<bugs::gossips_once::PeriodicGossip<_>>(nodes, anonymous)
    })
}

/// The largest that was counted.
fn largest_suite() -> Suite {
    let about = "the reference world of 7 nodes, anonymous";
    Suite::new("reference-anonymous-7", about, || case::<Machine<_>>(7, true))
        .expecting(658_815, 6_917_032)
        .only_when_named()
}

/// What certainty is worth that rests on fairness alone.
fn lossy_suite() -> Suite {
    let about = "the reference world of 3 nodes, in which whatever is lost is lost";
    Suite::new("reference-lossy-3", about, lossy::<Machine<_>>).with_bug(
        "gossips_once",
        EVERYBODY,
        lossy::<bugs::gossips_once::PeriodicGossip<_>>,
    )
}

fn lossy<X: PeriodicGossip>() -> Case<X, Witness> {
    let mut case = case(3, true);
    case.setting.faults.loss = Fault::Unlimited;
    case.properties = vec![at_most_once(), everybody(Notion::AlmostSurelyIfFair, 1)];
    case
}

fn symmetric_suite(nodes: u8, (states, transitions): (u64, u64)) -> Suite {
    let about =
        format!("the reference world of {nodes} nodes, anonymous, all but one interchangeable");
    let name = format!("reference-symmetric-{nodes}");
    let symmetric = move || {
        let mut case = case::<Machine<_>>(nodes, true);
        case.setting.symmetric = true;
        case
    };
    Suite::new(name, about, symmetric).expecting(states, transitions)
}

fn case<X: PeriodicGossip>(nodes: u8, anonymous_senders: bool) -> Case<X, Witness> {
    let nodes = group(nodes, &X::with(pushing()));
    let setting = Setting {
        first_requests: vec![(ModelPeer(0), X::start(Bytes::from_static(b"a")))],
        anonymous_senders,
        stop: Some(Box::new(|at| super::properties::everybody_delivered(1, at))),
        ..Setting::new(nodes, Witness::default(), Scheduler::Rounds)
    };
    let properties = vec![at_most_once(), everybody(Notion::AlmostSurely, 1)];
    Case { setting, properties }
}

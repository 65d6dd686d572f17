//! Worlds of the default stack: Rényi-Erdős broadcast, repaired by periodic gossip.

use std::num::NonZeroU16;

use bytes::Bytes;
use rumormill_core::protocols::{periodic_gossip, renyi_erdos};
use rumormill_core::stacks::broadcast::Broadcast;

use super::Suite;
use super::candidates::{Stacked, covering, pushing};
use super::case::Case;
use super::properties::{
    AT_MOST_ONCE, EVERYBODY, ONLY_BROADCAST, at_most_once, bounded, everybody, only_broadcast,
};
use crate::explore::Notion;
use crate::world::{Fault, Faults, Scheduler, Setting, Witness, group};
use crate::{ModelPeer, bugs};

pub(super) fn suites() -> Vec<Suite> {
    let both = |nodes| [repairing_suite(nodes), racing_suite(nodes)];
    [3, 4].into_iter().flat_map(both).chain([sized_suite()]).collect()
}

fn repairing_suite(nodes: u8) -> Suite {
    let about = "broadcast to one or two others, push gossip behind it; a message is lost, and \
                 everybody gets it all the same";
    Suite::new(format!("stack-{nodes}"), about, move || repairing::<Broadcast<_>>(nodes)).with_bug(
        "does_not_repair",
        EVERYBODY,
        move || repairing::<bugs::does_not_repair::Broadcast<_>>(nodes),
    )
}

fn racing_suite(nodes: u8) -> Suite {
    let about = "broadcast and gossip of the same rumor overtake each other at will";
    Suite::new(format!("stack-racing-{nodes}"), about, move || racing::<Broadcast<_>>(nodes))
        .with_bug("stands_on_a_broken_layer", AT_MOST_ONCE, move || {
            racing::<bugs::stands_on_a_broken_layer::Broadcast<_>>(nodes)
        })
        .with_bug("publishes_what_was_broadcast", ONLY_BROADCAST, move || {
            racing::<bugs::publishes_what_was_broadcast::Broadcast<_>>(nodes)
        })
}

fn sized_suite() -> Suite {
    let about = "broadcast to ln N of the others in a group of 4, of which 3 are there; its gossip \
                 goes to nobody";
    Suite::new("stack-sized-3", about, sized::<Broadcast<_>>).with_bug(
        "leaves_itself_out",
        EVERYBODY,
        sized::<bugs::leaves_itself_out::Broadcast<_>>,
    )
}

fn payload() -> Bytes {
    Bytes::from_static(b"a")
}

/// In rounds: gossip reaches all others in each, and one message is lost.
fn repairing<X: Stacked>(nodes: u8) -> Case<X, Witness> {
    let forward = renyi_erdos::Settings { margin: 0, ..covering() };
    let repair = periodic_gossip::Settings { fanout: nodes - 1, ..pushing() };
    let mut setting = setting(nodes, &forward, &repair, Scheduler::Rounds);
    setting.faults.loss = Fault::AtMost(1);
    setting.stop = Some(Box::new(|at| super::properties::everybody_delivered(1, at)));
    Case { setting, properties: properties(everybody(Notion::Surely, 1)) }
}

/// The fanout is what `ln N + c` gives for the N that is told, and just covers the two that are
/// known; it does not for the three that each node sees itself.
fn sized<X: Stacked>() -> Case<X, Witness> {
    let margin = ((2.0 - 4_f64.ln()) * 64.0).ceil() as i16;
    let forward = renyi_erdos::Settings { margin, ..covering() };
    let repair = periodic_gossip::Settings { fanout: 0, ..pushing() };
    let mut setting = setting(3, &forward, &repair, Scheduler::Rounds);
    setting.nodes = group(3, &X::with(4, forward, repair));
    setting.stop = Some(Box::new(|at| super::properties::everybody_delivered(1, at)));
    Case { setting, properties: properties(everybody(Notion::Surely, 1)) }
}

/// In any order, with room for few messages: gossip that is hot for one period only.
fn racing<X: Stacked>(nodes: u8) -> Case<X, Witness> {
    let repair = periodic_gossip::Settings { hot: NonZeroU16::new(1).into(), ..pushing() };
    let in_flight = if nodes < 4 { 5 } else { 4 };
    let scheduler = Scheduler::Asynchronous { in_flight };
    let mut setting = setting(nodes, &covering(), &repair, scheduler);
    setting.faults =
        Faults { loss: Fault::AtMost(1), duplication: Fault::AtMost(1), ..Faults::default() };
    Case { setting, properties: properties(everybody(Notion::Sometimes, 1)) }
}

fn properties<X: Stacked>(
    liveness: super::properties::Claim<X>,
) -> Vec<super::properties::Claim<X>> {
    let asked = vec![(ModelPeer(0), payload())];
    vec![only_broadcast(asked), at_most_once(), bounded(2), liveness]
}

fn setting<X: Stacked>(
    nodes: u8,
    forward: &renyi_erdos::Settings,
    repair: &periodic_gossip::Settings,
    scheduler: Scheduler,
) -> Setting<X, Witness> {
    let stack = X::with(nodes.into(), forward.clone(), repair.clone());
    Setting {
        first_requests: vec![(ModelPeer(0), X::start(payload()))],
        anonymous_senders: true,
        ..Setting::new(group(nodes, &stack), Witness::default(), scheduler)
    }
}

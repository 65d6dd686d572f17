//! Algorithm 4 as printed.

use super::{NOWHERE, group, keeps, view};
use crate::ModelPeer;
use crate::as_printed::neighbor_management::{NeighborManagement, Settings, Unassigned};
use crate::explore::{Notion, Property};
use crate::suites::Suite;
use crate::suites::case::Case;
use crate::suites::views::none_dead;
use crate::world::{Fault, Scheduler, Setting};

type Machine = NeighborManagement<ModelPeer>;
type Claim = Property<Machine, ()>;

const STAYS: &str = "no live neighbour is removed";
const GONE: &str = "whoever has failed is removed";
const PINGED: &str = "whoever replaces a neighbour can be pinged";
const REPLACED: &str = "whoever has failed is replaced by somebody who lives";
const AS_MANY: &str = "there are always as many neighbours as before";
const ENDS: &str = "the search for a replacement ends";

pub(super) fn findings() -> Vec<Suite> {
    vec![
        Suite::new(
            "printed-neighbors-mutual-2",
            "two processes that know each other, in rounds; \
            clocks start at 0",
            mutual,
        ),
        Suite::new(
            "printed-neighbors-crash-3",
            "two processes that know each other, in rounds; one of \
            three crashes",
            crash,
        ),
        Suite::new(
            "printed-neighbors-clock-2",
            "two processes that know each other, whose clocks \
            were running before",
            running_clock,
        )
        .refuting(STAYS),
        Suite::new(
            "printed-neighbors-circle-3",
            "each knows the next round a circle of three",
            circle,
        )
        .refuting(STAYS),
        Suite::new(
            "printed-neighbors-unheard-2",
            "one knows somebody who was never there, and \
            unassigned times compare as nothing",
            unheard,
        )
        .among_strangers()
        .refuting(GONE),
        Suite::new(
            "printed-neighbors-newcomer-3",
            "two know each other, one of them crashes, and the \
            other finds a third",
            newcomer,
        )
        .refuting(PINGED),
        Suite::new(
            "printed-neighbors-oneself-2",
            "one knows somebody who was never there; \
            RandomNode() is anybody, oneself included",
            oneself,
        )
        .among_strangers()
        .refuting(REPLACED)
        .refuting(AS_MANY),
        Suite::new(
            "printed-neighbors-complete-3",
            "one knows both others, and one of these crashes; \
            RandomNode() is a live other",
            complete,
        )
        .refuting(ENDS),
    ]
}

fn machine(nodes: &[u8]) -> Settings<ModelPeer> {
    let nodes = nodes.iter().map(|&node| ModelPeer(node)).collect();
    Settings { timeout: 2, started_at: 0, unassigned: Unassigned::Zero, nodes }
}

fn setting(views: &[&[u8]], settings: &Settings<ModelPeer>) -> Setting<Machine, ()> {
    let nodes = group(views, |_| Machine::new(settings.clone()));
    Setting::new(nodes, (), Scheduler::Rounds)
}

/// Of those whose machines live: a crashed one changes nothing.
fn stays(views: &'static [&'static [u8]]) -> Claim {
    Claim::new(STAYS, Notion::Always, move |at| keeps(at, views))
}

const MUTUAL: [&[u8]; 2] = [&[1], &[0]];

fn mutual() -> Case<Machine, ()> {
    Case { setting: setting(&MUTUAL, &machine(&[0, 1])), properties: vec![stays(&MUTUAL)] }
}

fn running_clock() -> Case<Machine, ()> {
    let settings = Settings { started_at: 100, ..machine(&[0, 1]) };
    Case { setting: setting(&MUTUAL, &settings), properties: vec![stays(&MUTUAL)] }
}

fn circle() -> Case<Machine, ()> {
    const CIRCLE: [&[u8]; 3] = [&[1], &[2], &[0]];
    Case { setting: setting(&CIRCLE, &machine(&[0, 1, 2])), properties: vec![stays(&CIRCLE)] }
}

fn crash() -> Case<Machine, ()> {
    let mut setting = setting(&[&[1], &[0], &[]], &machine(&[2]));
    setting.faults.crash = Fault::AtMost(1);
    Case { setting, properties: vec![Claim::new(GONE, Notion::AgainIfFair, none_dead)] }
}

fn unheard() -> Case<Machine, ()> {
    let settings = Settings { unassigned: Unassigned::Nothing, ..machine(&[0, 1]) };
    let setting = setting(&[&[NOWHERE], &[0]], &settings);
    let gone = Claim::new(GONE, Notion::PossibleFromEverywhere, none_dead);
    Case { setting, properties: vec![gone] }
}

/// Node 2 knows nobody, so it says nothing.
fn newcomer() -> Case<Machine, ()> {
    let mut setting = setting(&[&[1], &[0], &[]], &machine(&[2]));
    setting.faults.crash = Fault::AtMost(1);
    let pinged = Claim::new(PINGED, Notion::PossibleFromEverywhere, |at| {
        let is_in_place = view(at, 0) != [ModelPeer(2)] || !at.is_alive(ModelPeer(0));
        is_in_place || at.in_flight().any(|(to, _, _)| to == ModelPeer(2))
    });
    Case { setting, properties: vec![pinged] }
}

/// The process that was never there is among those that `RandomNode()` can find: nobody has told it.
fn oneself() -> Case<Machine, ()> {
    let setting = setting(&[&[NOWHERE], &[0]], &machine(&[0, 1, NOWHERE]));
    let replaced =
        Claim::new(REPLACED, Notion::AlmostSurelyIfFair, |at| view(at, 0) == [ModelPeer(1)]);
    let as_many = Claim::new(AS_MANY, Notion::Always, |at| view(at, 0).len() == 1);
    Case { setting, properties: vec![replaced, as_many] }
}

fn complete() -> Case<Machine, ()> {
    let nodes = group(&[&[1, 2], &[0], &[0]], |me| {
        Machine::new(machine(if me == 0 { &[2] } else { &[0] }))
    });
    let mut setting = Setting::new(nodes, (), Scheduler::Rounds);
    setting.faults.crash = Fault::AtMost(1);
    let ends = Claim::new(ENDS, Notion::Always, |at| {
        at.locals().all(|local| !local.node.protocol.loops())
    });
    Case { setting, properties: vec![ends] }
}

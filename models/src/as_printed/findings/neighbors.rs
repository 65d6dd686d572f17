//! Algorithm 4 as printed.

use super::{NOWHERE, group, view};
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
const PINGED: &str = "whoever replaces a neighbour is pinged";
const REPLACED: &str = "whoever has failed is replaced by somebody who lives";
const AS_MANY: &str = "there are always as many neighbours as before";
const ENDS: &str = "the search for a replacement ends";

pub(super) fn findings() -> Vec<Suite> {
    let mutual_about = "two processes that know each other, in rounds; clocks start at 0";
    let crash_about = "two of three processes know each other, and one crashes";
    let hasty_about = "two processes that know each other; TIMEOUT is one heartbeat";
    let clock_about = "two processes that know each other, whose clocks were running before";
    let circle_about = "each knows the next round a circle of three, and nothing is lost";
    let unheard_about = "one knows somebody who was never there; what is not assigned is nothing";
    let newcomer_about = "two of three know each other, one crashes, and the other finds the third";
    let oneself_about = "one knows somebody who was never there; RandomNode() is anybody, oneself \
                         included";
    let complete_about =
        "one knows both others, and one of these crashes; RandomNode() is a live other";
    vec![
        Suite::new("printed-neighbors-mutual-2", mutual_about, mutual),
        Suite::new("printed-neighbors-crash-3", crash_about, crash),
        Suite::new("printed-neighbors-hasty-2", hasty_about, hasty).refuting(STAYS),
        Suite::new("printed-neighbors-clock-2", clock_about, running_clock).refuting(STAYS),
        Suite::new("printed-neighbors-circle-3", circle_about, circle).refuting(STAYS),
        Suite::new("printed-neighbors-unheard-2", unheard_about, unheard)
            .among_strangers()
            .refuting(GONE),
        Suite::new("printed-neighbors-newcomer-3", newcomer_about, newcomer).refuting(PINGED),
        Suite::new("printed-neighbors-oneself-2", oneself_about, oneself)
            .among_strangers()
            .refuting(REPLACED)
            .refuting(AS_MANY),
        Suite::new("printed-neighbors-complete-3", complete_about, complete).refuting(ENDS),
    ]
}

/// With `RandomNode()` among these nodes.
fn settings(nodes: &[u8]) -> Settings<ModelPeer> {
    let nodes = nodes.iter().map(|&node| ModelPeer(node)).collect();
    Settings { timeout: 2, started_at: 0, unassigned: Unassigned::Zero, nodes }
}

fn setting(views: &[&[u8]], settings: &Settings<ModelPeer>) -> Setting<Machine, ()> {
    let nodes = group(views, |_| Machine::new(settings.clone()));
    Setting::new(nodes, (), Scheduler::Rounds)
}

/// Nobody fails in the worlds of this claim.
fn stays(views: &'static [&'static [u8]]) -> Claim {
    Claim::new(STAYS, Notion::Always, move |at| {
        let mut first = at.locals().zip(views);
        first.all(|(local, first)| {
            let view = &local.node.neighborhood;
            first.iter().all(|&peer| view.contains(&ModelPeer(peer)))
        })
    })
}

const MUTUAL: [&[u8]; 2] = [&[1], &[0]];

fn mutual() -> Case<Machine, ()> {
    Case { setting: setting(&MUTUAL, &settings(&[0, 1])), properties: vec![stays(&MUTUAL)] }
}

fn hasty() -> Case<Machine, ()> {
    let settings = Settings { timeout: 1, ..settings(&[0, 1]) };
    Case { setting: setting(&MUTUAL, &settings), properties: vec![stays(&MUTUAL)] }
}

fn running_clock() -> Case<Machine, ()> {
    let settings = Settings { started_at: 100, ..settings(&[0, 1]) };
    Case { setting: setting(&MUTUAL, &settings), properties: vec![stays(&MUTUAL)] }
}

fn circle() -> Case<Machine, ()> {
    const CIRCLE: [&[u8]; 3] = [&[1], &[2], &[0]];
    Case { setting: setting(&CIRCLE, &settings(&[0, 1, 2])), properties: vec![stays(&CIRCLE)] }
}

fn crash() -> Case<Machine, ()> {
    let mut setting = setting(&[&[1], &[0], &[]], &settings(&[2]));
    setting.faults.crash = Fault::AtMost(1);
    Case { setting, properties: vec![Claim::new(GONE, Notion::AgainIfFair, none_dead)] }
}

fn unheard() -> Case<Machine, ()> {
    let settings = Settings { unassigned: Unassigned::Nothing, ..settings(&[0, 1]) };
    let setting = setting(&[&[NOWHERE], &[0]], &settings);
    let gone = Claim::new(GONE, Notion::AlmostSurelyIfFair, none_dead);
    Case { setting, properties: vec![gone] }
}

/// Node 2 knows nobody, so it says nothing.
fn newcomer() -> Case<Machine, ()> {
    let mut setting = setting(&[&[1], &[0], &[]], &settings(&[2]));
    setting.faults.crash = Fault::AtMost(1);
    let pinged = Claim::new(PINGED, Notion::AgainIfFair, |at| {
        let is_in_place = view(at, 0) != [ModelPeer(2)] || !at.is_alive(ModelPeer(0));
        is_in_place || at.in_flight().any(|(to, _, _)| to == ModelPeer(2))
    });
    Case { setting, properties: vec![pinged] }
}

/// The process that was never there is among those that `RandomNode()` can find: nobody has told it.
fn oneself() -> Case<Machine, ()> {
    let setting = setting(&[&[NOWHERE], &[0]], &settings(&[0, 1, NOWHERE]));
    let replaced =
        Claim::new(REPLACED, Notion::AlmostSurelyIfFair, |at| view(at, 0) == [ModelPeer(1)]);
    let as_many = Claim::new(AS_MANY, Notion::Always, |at| view(at, 0).len() == 1);
    Case { setting, properties: vec![replaced, as_many] }
}

/// Node 0 finds node 2 alone, which it knows.
fn complete() -> Case<Machine, ()> {
    let nodes = group(&[&[1, 2], &[0], &[0]], |me| {
        let found: &[u8] = if me == 0 { &[2] } else { &[0] };
        Machine::new(settings(found))
    });
    let mut setting = Setting::new(nodes, (), Scheduler::Rounds);
    setting.faults.crash = Fault::AtMost(1);
    let ends = Claim::new(ENDS, Notion::Always, |at| {
        at.locals().all(|local| !local.node.protocol.loops())
    });
    Case { setting, properties: vec![ends] }
}

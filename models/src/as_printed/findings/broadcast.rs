//! Algorithm 5 as printed.

use super::group;
use crate::ModelPeer;
use crate::as_printed::renyi_erdos::{Base, Message, RenyiErdos, Rounding, Settings};
use crate::explore::{Notion, Property};
use crate::suites::Suite;
use crate::suites::case::Case;
use crate::world::{Local, Scheduler, Setting};

type Claim = Property<RenyiErdos, ()>;

const REACHED: &str = "everybody is reached";
const ANYBODY: &str = "anybody but the one who began is reached";
const FORGETS: &str = "a message that is over is forgotten";

pub(super) fn findings() -> Vec<Suite> {
    let natural = Settings { size: 4, base: Base::Natural, rounding: Rounding::Down };
    let up = Settings { rounding: Rounding::Up, ..natural };
    let ten = Settings { base: Base::Ten, ..natural };
    let early = Settings { size: 2, ..natural };
    let down_about = "a broadcast among four; ln 4 is rounded down to 1, and nothing is lost";
    let up_about = "a broadcast among four; ln 4 is rounded up to 2, and nothing is lost";
    let ten_about = "a broadcast among four; the logarithm to the base of ten is rounded down to 0";
    let early_about =
        "a broadcast among four, who were two when they started; ln 2 is rounded down";
    vec![
        Suite::new("printed-broadcast-down-4", down_about, move || reaching(natural))
            .refuting(REACHED)
            .refuting(FORGETS),
        Suite::new("printed-broadcast-up-4", up_about, move || reaching(up))
            .refuting(REACHED)
            .refuting(FORGETS),
        Suite::new("printed-broadcast-ten-4", ten_about, move || starting(ten)).refuting(ANYBODY),
        Suite::new("printed-broadcast-early-4", early_about, move || starting(early))
            .refuting(ANYBODY),
    ]
}

const EVERYBODY: [&[u8]; 4] = [&[1, 2, 3], &[0, 2, 3], &[0, 1, 3], &[0, 1, 2]];

/// A broadcast from node 0, which may begin at any time.
fn setting(settings: Settings) -> Setting<RenyiErdos, ()> {
    let nodes = group(&EVERYBODY, |_| RenyiErdos::new(settings));
    let requests = vec![(ModelPeer(0), Message(1))];
    Setting { requests, ..Setting::new(nodes, (), Scheduler::Rounds) }
}

fn has_received(local: &Local<RenyiErdos, ()>) -> bool {
    !local.node.protocol.received().is_empty()
}

fn reaching(settings: Settings) -> Case<RenyiErdos, ()> {
    let reached =
        Claim::new(REACHED, Notion::PossibleFromEverywhere, |at| at.locals().all(has_received));
    let forgets = Claim::new(FORGETS, Notion::Surely, |at| {
        at.all_asked(1) && at.in_flight().next().is_none() && !at.locals().any(has_received)
    });
    Case { setting: setting(settings), properties: vec![reached, forgets] }
}

/// That somebody *can* be reached would be refuted by no single run.
fn starting(settings: Settings) -> Case<RenyiErdos, ()> {
    let anybody = Claim::new(ANYBODY, Notion::Surely, |at| at.locals().skip(1).any(has_received));
    Case { setting: setting(settings), properties: vec![anybody] }
}

//! CYCLON where answers come within their period, at whatever pace machines go: few exchanges at a
//! time, in each order in which they can overlap, but for two machines that ask each other.

use rumormill_core::Protocol;

use super::super::Suite;
use super::super::case::Case;
use super::super::views::{all_full, knowing, none_dead};
use super::{CONNECTED, Claim, FORGOTTEN, FULL, Machine, SOUND};
use super::{circle, forgotten, full, simple, sound, stays_connected, symmetric};
use crate::explore::Notion;
use crate::world::{Fault, Scheduler, Setting, later_life};
use crate::{ModelPeer, bugs};

const WHOLE: &str = "all views can be full again, of those that are alive";
const WELCOME: &str = "whoever comes can be known by two, and know two";

/// No more than two exchanges overlap.
const PROMPT: Scheduler = Scheduler::Prompt { in_flight: 2 };

pub(super) fn suites() -> Vec<Suite> {
    vec![
        four_suite(),
        symmetric_suite(4).expecting(24_762, 62_280),
        symmetric_suite(5).expecting(7_362_294, 18_591_540),
        doubled_suite().expecting(177_891, 494_952),
        crash_suite(),
        anybody_crashes_suite().expecting(1_066_914, 2_637_816),
        join_suite(),
        restart_suite(),
    ]
}

fn four_suite() -> Suite {
    let about =
        "CYCLON among four, at most two messages in flight; answers are prompt, nothing is lost";
    Suite::new("cyclon-prompt-4", about, || reliable::<Machine>(4))
        .with_bug("counts_itself_twice", SOUND, || {
            reliable::<bugs::counts_itself_twice::Cyclon<_>>(4)
        })
        .with_bug("gives_its_partner_up", FULL, || {
            reliable::<bugs::gives_its_partner_up::Cyclon<_>>(4)
        })
        .with_bug("answers_with_what_it_takes", CONNECTED, || {
            reliable::<bugs::answers_with_what_it_takes::Cyclon<_>>(4)
        })
}

fn symmetric_suite(nodes: u8) -> Suite {
    let about = format!("CYCLON among {nodes}, as in `cyclon-prompt-4`, up to their names");
    Suite::new(format!("cyclon-prompt-symmetric-{nodes}"), about, move || {
        symmetric(reliable::<Machine>(nodes))
    })
    .with_bug("gives_its_partner_up", FULL, move || {
        symmetric(reliable::<bugs::gives_its_partner_up::Cyclon<_>>(nodes))
    })
}

fn doubled_suite() -> Suite {
    let about = "CYCLON among four, up to their names; a message is doubled";
    Suite::new("cyclon-doubled-4", about, doubled::<Machine>).with_bug(
        "gives_its_partner_up",
        FULL,
        doubled::<bugs::gives_its_partner_up::Cyclon<_>>,
    )
}

fn crash_suite() -> Suite {
    let about = "CYCLON among four; one crashes";
    Suite::new("cyclon-crash-4", about, crash::<Machine>).only_when_named().with_bug(
        "waits_for_its_partner",
        FORGOTTEN,
        crash::<bugs::waits_for_its_partner::Cyclon<_>>,
    )
}

/// What `cyclon-crash-4` explores, up to the names of machines.
fn anybody_crashes_suite() -> Suite {
    let about = "CYCLON among four, up to their names; one crashes";
    Suite::new("cyclon-crash-symmetric-4", about, || symmetric(crash::<Machine>()))
        .with_bug("waits_for_its_partner", FORGOTTEN, || {
            symmetric(crash::<bugs::waits_for_its_partner::Cyclon<_>>())
        })
        .with_bug("gives_its_partner_up", WHOLE, || {
            symmetric(crash::<bugs::gives_its_partner_up::Cyclon<_>>())
        })
}

fn join_suite() -> Suite {
    let about = "CYCLON among three, of whom a fourth knows one and joins while they shuffle";
    Suite::new("cyclon-join-4", about, join::<Machine>).with_bug(
        "keeps_its_name",
        WELCOME,
        join::<bugs::keeps_its_name::Cyclon<_>>,
    )
}

fn restart_suite() -> Suite {
    let about = "CYCLON among three; one crashes and comes again, and a message is lost";
    Suite::new("cyclon-restart-3", about, restart::<Machine>)
        .with_bug("forgets_nobody", SOUND, restart::<bugs::forgets_nobody::Cyclon<_>>)
        .with_bug(
            "waits_for_its_partner",
            FORGOTTEN,
            restart::<bugs::waits_for_its_partner::Cyclon<_>>,
        )
}

fn reliable<X: Protocol<ModelPeer>>(nodes: u8) -> Case<X, ()> {
    let setting = circle(nodes, 2, &simple(), PROMPT);
    Case { setting, properties: vec![sound(), full(), stays_connected()] }
}

fn doubled<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let mut case = symmetric(reliable(4));
    case.setting.faults.duplication = Fault::AtMost(1);
    case
}

/// No more than hope, even under fairness: where clocks wait for messages on their way, two machines can
/// hold up the clock of a third for ever, which then gives nobody up.
fn crash<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let mut setting = circle(4, 2, &simple(), PROMPT);
    setting.faults.crash = Fault::AtMost(1);
    let hope = Notion::PossibleFromEverywhere;
    let whole = Claim::new(WHOLE, hope, |at| all_full(at) && none_dead(at));
    Case { setting, properties: vec![sound(), forgotten(hope), whole] }
}

fn join<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let newcomer = ModelPeer(3);
    let nodes = knowing(&[&[1, 2], &[2, 0], &[0, 1], &[0]], 2, &Machine::new(simple()));
    let latecomers = vec![newcomer];
    let setting = Setting { latecomers, unordered: true, ..Setting::new(nodes, (), PROMPT) };
    let welcome = Claim::new(WELCOME, Notion::PossibleFromEverywhere, move |at| {
        let knowing = at.alive().filter(|local| local.node.neighborhood.contains(&newcomer));
        knowing.count() == 2 && all_full(at)
    });
    Case { setting, properties: vec![sound(), stays_connected(), welcome] }
}

fn restart<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let mut setting = circle(3, 2, &simple(), PROMPT);
    setting.faults.crash = Fault::AtMost(1);
    setting.faults.loss = Fault::AtMost(1);
    setting.restarts = 1;
    setting.later_lives = setting.nodes.iter().filter_map(later_life).collect();
    Case { setting, properties: vec![sound(), forgotten(Notion::AgainIfFair)] }
}

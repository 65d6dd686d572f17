//! Worlds of periodic gossip alone.

use std::num::NonZeroU16;

use bytes::Bytes;
use rumormill_core::Bias;
use rumormill_core::protocols::periodic_gossip::{Mode, PeriodicGossip as Machine, Settings};

use super::Suite;
use super::candidates::{PeriodicGossip, pushing};
use super::case::Case;
use super::properties::{
    AT_MOST_ONCE, BOUNDED, COOLS, EVERYBODY, NOT_EVERYBODY, ONLY_BROADCAST, at_most_once, bounded,
    cools, everybody, only_broadcast, somebody_never_learns,
};
use crate::explore::Notion;
use crate::world::{Fault, Faults, Scheduler, Setting, Witness, group};
use crate::{ModelPeer, bugs};

pub(super) fn suites() -> Vec<Suite> {
    let mut suites = Vec::new();
    for nodes in [3, 4] {
        suites.push(covering_suite(nodes));
        suites.push(lossy_suite(nodes));
        suites.push(finite_suite(nodes));
        suites.push(pulling_suite(nodes));
    }
    suites.push(demo_suite());
    suites.push(numbered_suite());
    suites.push(crowded_suite());
    suites.push(exchanging_suite());
    suites.push(random_loss_suite());
    for (name, mode) in [("push", Mode::Push), ("pull", Mode::Pull), ("push-pull", Mode::PushPull)]
    {
        suites.push(lockstep_suite(name, mode));
    }
    suites
}

fn covering_suite(nodes: u8) -> Suite {
    let about = "push gossip to all others in every round, nothing is lost";
    Suite::new(format!("push-{nodes}"), about, move || covering::<Machine<_>>(nodes))
        .with_bug("gossips_to_one", EVERYBODY, move || {
            covering::<bugs::gossips_to_one::PeriodicGossip<_>>(nodes)
        })
        .with_bug("starts_what_it_hears", ONLY_BROADCAST, move || {
            covering::<bugs::starts_what_it_hears::PeriodicGossip<_>>(nodes)
        })
        .with_bug("delivers_every_copy", AT_MOST_ONCE, move || {
            covering::<bugs::delivers_every_copy::PeriodicGossip<_>>(nodes)
        })
}

fn lossy_suite(nodes: u8) -> Suite {
    let about = "push gossip that stays hot for ever, in any order; whatever is lost is lost, and \
                 messages are doubled";
    Suite::new(format!("push-lossy-{nodes}"), about, move || lossy::<Machine<_>>(nodes))
        .with_bug("gossips_once", EVERYBODY, move || {
            lossy::<bugs::gossips_once::PeriodicGossip<_>>(nodes)
        })
        .with_bug("delivers_every_copy", AT_MOST_ONCE, move || {
            lossy::<bugs::delivers_every_copy::PeriodicGossip<_>>(nodes)
        })
}

/// What `rumormill demo` runs on sockets, in a group that can be explored.
fn demo_suite() -> Suite {
    let about = "push gossip to two peers that stays hot for ever, in any order; whatever is lost is \
                 lost, and messages are doubled";
    let fanout = 2;
    Suite::new("demo-4", about, move || lossy_to::<Machine<_>>(4, fanout))
        .with_bug("starts_what_it_hears", ONLY_BROADCAST, move || {
            lossy_to::<bugs::starts_what_it_hears::PeriodicGossip<_>>(4, fanout)
        })
        .with_bug("delivers_every_copy", AT_MOST_ONCE, move || {
            lossy_to::<bugs::delivers_every_copy::PeriodicGossip<_>>(4, fanout)
        })
        .with_bug("gossips_once", EVERYBODY, move || {
            lossy_to::<bugs::gossips_once::PeriodicGossip<_>>(4, fanout)
        })
}

fn finite_suite(nodes: u8) -> Suite {
    let about = "push gossip to one peer, hot for two periods: nothing is lost, and yet";
    Suite::new(format!("push-finite-{nodes}"), about, move || finite::<Machine<_>>(nodes))
        .with_bug("stays_hot_for_ever", NOT_EVERYBODY, move || {
            finite::<bugs::stays_hot_for_ever::PeriodicGossip<_>>(nodes)
        })
        .with_bug("stays_hot_once_more", COOLS, move || {
            finite::<bugs::stays_hot_once_more::PeriodicGossip<_>>(nodes)
        })
}

fn pulling_suite(nodes: u8) -> Suite {
    let about = "pull gossip from all others in every round, nothing is lost";
    Suite::new(format!("pull-{nodes}"), about, move || covering_in::<Machine<_>>(nodes, Mode::Pull))
        .with_bug("answers_nobody", EVERYBODY, move || {
            covering_in::<bugs::answers_nobody::PeriodicGossip<_>>(nodes, Mode::Pull)
        })
}

fn exchanging_suite() -> Suite {
    let about = "push-pull gossip with one other in every round, up to two messages are lost, one \
                 node crashes";
    Suite::new("push-pull-3", about, exchanging::<Machine<_>>).with_bug(
        "delivers_every_copy",
        AT_MOST_ONCE,
        exchanging::<bugs::delivers_every_copy::PeriodicGossip<_>>,
    )
}

fn numbered_suite() -> Suite {
    let about = "push gossip of two rumors from one node to all others in every round, nothing is \
                 lost";
    Suite::new("push-numbered-3", about, numbered::<Machine<_>>).with_bug(
        "publishes_without_numbers",
        EVERYBODY,
        numbered::<bugs::publishes_without_numbers::PeriodicGossip<_>>,
    )
}

fn crowded_suite() -> Suite {
    let about = "push gossip of two rumors with room for one";
    Suite::new("push-crowded-3", about, crowded::<Machine<_>>).with_bug(
        "keeps_one_too_many",
        BOUNDED,
        crowded::<bugs::keeps_one_too_many::PeriodicGossip<_>>,
    )
}

fn random_loss_suite() -> Suite {
    let about = "push gossip to one peer; each message is lost with probability 1/10";
    Suite::new("push-chance-3", about, random_loss::<Machine<_>>).with_bug(
        "gossips_once",
        EVERYBODY,
        random_loss::<bugs::gossips_once::PeriodicGossip<_>>,
    )
}

fn lockstep_suite(name: &str, mode: Mode) -> Suite {
    let about = format!("{name} gossip to one peer, all nodes at once: a Markov chain");
    Suite::new(format!("lockstep-{name}-4"), about, move || lockstep::<Machine<_>>(mode)).with_bug(
        "gossips_once",
        EVERYBODY,
        move || lockstep::<bugs::gossips_once::PeriodicGossip<_>>(mode),
    )
}

pub(super) fn payload() -> Bytes {
    Bytes::from_static(b"a")
}

fn covering<X: PeriodicGossip>(nodes: u8) -> Case<X, Witness> {
    let mut case = covering_in(nodes, Mode::Push);
    case.setting.stop = None;
    case
}

fn covering_in<X: PeriodicGossip>(nodes: u8, mode: Mode) -> Case<X, Witness> {
    let settings = Settings { mode, fanout: nodes - 1, ..pushing() };
    let asked = vec![(ModelPeer(0), payload())];
    let mut setting = setting(nodes, &settings, Scheduler::Rounds);
    setting.stop = Some(Box::new(|at| super::properties::everybody_delivered(1, at)));
    Case {
        setting,
        properties: vec![
            only_broadcast(asked),
            at_most_once(),
            everybody(Notion::Surely, 1),
            bounded(2),
        ],
    }
}

/// Any order, any loss: nothing is certain, but all stays possible.
fn lossy<X: PeriodicGossip>(nodes: u8) -> Case<X, Witness> {
    lossy_to(nodes, 1)
}

fn lossy_to<X: PeriodicGossip>(nodes: u8, fanout: u8) -> Case<X, Witness> {
    let in_flight = 4;
    let settings = Settings { fanout, ..pushing() };
    let mut setting = setting(nodes, &settings, Scheduler::Asynchronous { in_flight });
    setting.faults.loss = Fault::Unlimited;
    setting.faults.duplication = Fault::Unlimited;
    let asked = vec![(ModelPeer(0), payload())];
    let properties = vec![
        only_broadcast(asked),
        at_most_once(),
        everybody(Notion::PossibleFromEverywhere, 1),
        bounded(2),
    ];
    Case { setting, properties }
}

fn finite<X: PeriodicGossip>(nodes: u8) -> Case<X, Witness> {
    let settings = Settings { hot: NonZeroU16::new(2).into(), ..pushing() };
    let mut setting = setting(nodes, &settings, Scheduler::Rounds);
    setting.application.counts_sends = true;
    setting.stop = Some(Box::new(|at| at.locals().any(|local| local.application.sends > 3)));
    let properties = vec![somebody_never_learns(), at_most_once(), cools(2), bounded(2)];
    Case { setting, properties }
}

fn exchanging<X: PeriodicGossip>() -> Case<X, Witness> {
    let settings = Settings { mode: Mode::PushPull, ..pushing() };
    let mut setting = setting(3, &settings, Scheduler::Rounds);
    setting.faults =
        Faults { loss: Fault::AtMost(2), crash: Fault::AtMost(1), ..Faults::default() };
    let asked = vec![(ModelPeer(0), payload())];
    let properties = vec![only_broadcast(asked), at_most_once(), bounded(2)];
    Case { setting, properties }
}

fn numbered<X: PeriodicGossip>() -> Case<X, Witness> {
    let settings = Settings { fanout: 2, ..pushing() };
    let mut setting = setting(3, &settings, Scheduler::Rounds);
    let second = (ModelPeer(0), Bytes::from_static(b"b"));
    setting.first_requests.push((second.0, X::start(second.1.clone())));
    let asked = vec![(ModelPeer(0), payload()), second];
    let properties =
        vec![only_broadcast(asked), at_most_once(), everybody(Notion::Surely, 2), bounded(2)];
    Case { setting, properties }
}

fn crowded<X: PeriodicGossip>() -> Case<X, Witness> {
    let settings = Settings { buffer: 1, ..pushing() };
    let mut setting = setting(3, &settings, Scheduler::Rounds);
    let second = (ModelPeer(1), Bytes::from_static(b"b"));
    setting.requests.push((second.0, X::start(second.1.clone())));
    let asked = vec![(ModelPeer(0), payload()), second];
    let properties = vec![only_broadcast(asked), at_most_once(), bounded(1)];
    Case { setting, properties }
}

fn random_loss<X: PeriodicGossip>() -> Case<X, Witness> {
    let mut setting = setting(3, &pushing(), Scheduler::Rounds);
    setting.faults.loss = Bias::new(1, 10).map_or(Fault::Never, Fault::Chance);
    setting.stop = Some(Box::new(|at| super::properties::everybody_delivered(1, at)));
    let properties = vec![at_most_once(), everybody(Notion::AlmostSurely, 1)];
    Case { setting, properties }
}

fn lockstep<X: PeriodicGossip>(mode: Mode) -> Case<X, Witness> {
    let settings = Settings { mode, ..pushing() };
    let mut setting = setting(4, &settings, Scheduler::Lockstep);
    setting.stop = Some(Box::new(|at| super::properties::everybody_delivered(1, at)));
    let properties = vec![at_most_once(), everybody(Notion::AlmostSurely, 1)];
    Case { setting, properties }
}

/// Node 0 knows a rumor from the beginning.
pub(super) fn setting<X: PeriodicGossip>(
    nodes: u8,
    settings: &Settings,
    scheduler: Scheduler,
) -> Setting<X, Witness> {
    let nodes = group(nodes, &X::with(settings.clone()));
    Setting {
        first_requests: vec![(ModelPeer(0), X::start(payload()))],
        anonymous_senders: settings.mode == Mode::Push && !settings.hot.has_feedback(),
        ..Setting::new(nodes, Witness::default(), scheduler)
    }
}

//! Worlds of rumor mongering: periodic gossip that ends when others turn out to know the rumor.

use std::num::NonZeroU16;

use rumormill_core::protocols::periodic_gossip::{
    Interest, Mode, Mongering, PeriodicGossip as Machine, Removal, Response, Settings,
};

use super::Suite;
use super::candidates::{PeriodicGossip, pushing};
use super::case::Case;
use super::periodic_gossip::{payload, setting};
use super::properties::{
    AT_MOST_ONCE, COOLS, FORGIVES, NOT_EVERYBODY, ONCE_A_PERIOD, ONLY_BROADCAST, RESTS, TOGETHER,
    at_most_once, bounded, cools, forgives, once_a_period, only_broadcast, rests,
    somebody_never_learns, together,
};
use crate::explore::Notion;
use crate::world::{Fault, Scheduler, Witness};
use crate::{ModelPeer, bugs};

pub(super) fn suites() -> Vec<Suite> {
    let mut suites = Vec::new();
    for nodes in [3, 4] {
        suites.push(pushing_suite(nodes));
        suites.push(tossing_suite(nodes));
    }
    suites.push(blind_suite());
    suites.push(pulling_suite());
    suites.push(exchanging_suite());
    suites.push(lossy_suite());
    suites.push(forgiving_suite());
    suites.push(together_suite());
    suites.push(crowded_pull_suite());
    suites
}

fn pushing_suite(nodes: u8) -> Suite {
    let about = "rumors are pushed to one peer until one push is said to be needless; nothing is \
                 lost, and yet";
    let name = format!("mongering-push-{nodes}");
    Suite::new(name, about, move || feedback::<Machine<_>>(nodes, Mode::Push))
        .with_bug("gives_no_feedback", RESTS, move || {
            feedback::<bugs::gives_no_feedback::PeriodicGossip<_>>(nodes, Mode::Push)
        })
        .with_bug("gives_no_feedback", NOT_EVERYBODY, move || {
            feedback::<bugs::gives_no_feedback::PeriodicGossip<_>>(nodes, Mode::Push)
        })
        .with_bug("delivers_every_copy", AT_MOST_ONCE, move || {
            feedback::<bugs::delivers_every_copy::PeriodicGossip<_>>(nodes, Mode::Push)
        })
        .with_bug("starts_what_it_hears", ONLY_BROADCAST, move || {
            feedback::<bugs::starts_what_it_hears::PeriodicGossip<_>>(nodes, Mode::Push)
        })
}

fn tossing_suite(nodes: u8) -> Suite {
    let about = "rumors are pushed to one peer; a coin ends it, and nobody answers";
    let name = format!("mongering-coin-{nodes}");
    Suite::new(name, about, move || tossing::<Machine<_>>(nodes))
        .with_bug("waits_for_an_answer", RESTS, move || {
            tossing::<bugs::waits_for_an_answer::PeriodicGossip<_>>(nodes)
        })
        .with_bug("waits_for_an_answer", NOT_EVERYBODY, move || {
            tossing::<bugs::waits_for_an_answer::PeriodicGossip<_>>(nodes)
        })
}

fn blind_suite() -> Suite {
    let about = "rumors are pushed to one peer in two periods, and nobody answers; whatever is lost \
                 is lost";
    Suite::new("mongering-blind-4", about, blind::<Machine<_>>)
        .with_bug(
            "waits_for_an_answer",
            RESTS,
            blind::<bugs::waits_for_an_answer::PeriodicGossip<_>>,
        )
        .with_bug("mongers_once_more", COOLS, blind::<bugs::mongers_once_more::PeriodicGossip<_>>)
}

fn pulling_suite() -> Suite {
    let about = "one peer is asked for rumors in every period; who is asked stops once that is said \
                 to be needless";
    Suite::new("mongering-pull-3", about, || feedback::<Machine<_>>(3, Mode::Pull))
        .with_bug("gives_no_feedback", RESTS, || {
            feedback::<bugs::gives_no_feedback::PeriodicGossip<_>>(3, Mode::Pull)
        })
        .with_bug("gives_no_feedback", NOT_EVERYBODY, || {
            feedback::<bugs::gives_no_feedback::PeriodicGossip<_>>(3, Mode::Pull)
        })
}

fn exchanging_suite() -> Suite {
    let about = "rumors are exchanged with one peer until that is said to be needless";
    Suite::new("mongering-push-pull-3", about, || feedback::<Machine<_>>(3, Mode::PushPull))
        .with_bug("gives_no_feedback", RESTS, || {
            feedback::<bugs::gives_no_feedback::PeriodicGossip<_>>(3, Mode::PushPull)
        })
        .with_bug("delivers_every_copy", AT_MOST_ONCE, || {
            feedback::<bugs::delivers_every_copy::PeriodicGossip<_>>(3, Mode::PushPull)
        })
}

fn lossy_suite() -> Suite {
    let about = "rumors are pushed to one peer until that is said to be needless, in any order; \
                 rumors and answers are lost, and come late, and twice";
    Suite::new("mongering-lossy-3", about, lossy::<Machine<_>>)
        .with_bug("gives_no_feedback", RESTS, lossy::<bugs::gives_no_feedback::PeriodicGossip<_>>)
        .with_bug(
            "delivers_every_copy",
            AT_MOST_ONCE,
            lossy::<bugs::delivers_every_copy::PeriodicGossip<_>>,
        )
}

fn forgiving_suite() -> Suite {
    let about = "pushes to one peer, all nodes at once, until two periods in a row were useless";
    Suite::new("mongering-forgiving-3", about, || at_once::<Machine<_>>(2)).with_bug(
        "never_forgives",
        FORGIVES,
        || at_once::<bugs::never_forgives::PeriodicGossip<_>>(2),
    )
}

fn together_suite() -> Suite {
    let about = "pushes to one peer, all nodes at once, until one period was useless";
    Suite::new("mongering-together-3", about, || at_once::<Machine<_>>(1)).with_bug(
        "judges_at_once",
        TOGETHER,
        || at_once::<bugs::judges_at_once::PeriodicGossip<_>>(1),
    )
}

fn crowded_pull_suite() -> Suite {
    let about = "everybody asks everybody for rumors, all nodes at once, until three periods in a \
                 row were useless";
    Suite::new("mongering-asked-4", about, asked_by_all::<Machine<_>>)
        .with_bug(
            "counts_answers",
            ONCE_A_PERIOD,
            asked_by_all::<bugs::counts_answers::PeriodicGossip<_>>,
        )
        .with_bug(
            "gives_no_feedback",
            RESTS,
            asked_by_all::<bugs::gives_no_feedback::PeriodicGossip<_>>,
        )
}

fn mongering(k: u16, response: Response, removal: Removal) -> Settings {
    let k = NonZeroU16::new(k).expect("the suites say how many");
    let hot = Interest::Mongering(Mongering { k, response, removal });
    Settings { hot, ..pushing() }
}

fn counting(k: u16) -> Settings {
    mongering(k, Response::Feedback, Removal::Counter)
}

fn feedback<X: PeriodicGossip>(nodes: u8, mode: Mode) -> Case<X, Witness> {
    let setting = setting(nodes, &Settings { mode, ..counting(1) }, Scheduler::Rounds);
    let notion = match mode {
        Mode::Push => Notion::Surely,
        Mode::PushPull => Notion::AlmostSurely,
        // Who is asked just before its period ends may hear what came of it just after: too late.
        Mode::Pull => Notion::PossibleFromEverywhere,
    };
    let asked = vec![(ModelPeer(0), payload())];
    let mut properties = vec![only_broadcast(asked), at_most_once(), rests(notion), bounded(2)];
    if mode != Mode::PushPull {
        properties.push(somebody_never_learns());
    }
    Case { setting, properties }
}

fn tossing<X: PeriodicGossip>(nodes: u8) -> Case<X, Witness> {
    let settings = mongering(2, Response::Blind, Removal::Coin);
    let setting = setting(nodes, &settings, Scheduler::Rounds);
    let properties = vec![at_most_once(), rests(Notion::AlmostSurely), somebody_never_learns()];
    Case { setting, properties }
}

fn blind<X: PeriodicGossip>() -> Case<X, Witness> {
    let settings = mongering(2, Response::Blind, Removal::Counter);
    let mut setting = setting(4, &settings, Scheduler::Rounds);
    setting.faults.loss = Fault::Unlimited;
    setting.application.counts_sends = true;
    setting.stop = Some(Box::new(|at| at.locals().any(|local| local.application.sends > 3)));
    Case { setting, properties: vec![rests(Notion::Surely), cools(2), at_most_once()] }
}

fn lossy<X: PeriodicGossip>() -> Case<X, Witness> {
    let mut setting = setting(3, &counting(1), Scheduler::Asynchronous { in_flight: 2 });
    setting.faults.loss = Fault::Unlimited;
    setting.faults.duplication = Fault::Unlimited;
    let asked = vec![(ModelPeer(0), payload())];
    let rests = rests(Notion::PossibleFromEverywhere);
    Case { setting, properties: vec![only_broadcast(asked), at_most_once(), rests, bounded(2)] }
}

/// Of three nodes, the first is of use in two periods at most: one for each of the others.
fn at_once<X: PeriodicGossip>(k: u8) -> Case<X, Witness> {
    let mut setting = setting(3, &counting(k.into()), Scheduler::Lockstep);
    setting.application.counts_periods = true;
    setting.stop = Some(Box::new(|at| at.locals().any(|local| local.application.periods > 9)));
    let claim = if k == 1 { together() } else { forgives(2, k) };
    Case { setting, properties: vec![claim, at_most_once()] }
}

fn asked_by_all<X: PeriodicGossip>() -> Case<X, Witness> {
    let k = 3;
    let settings = Settings { mode: Mode::Pull, fanout: 3, ..counting(k) };
    let mut setting = setting(4, &settings, Scheduler::Lockstep);
    setting.application.counts_periods = true;
    setting.stop = Some(Box::new(|at| at.locals().any(|local| local.application.periods > 9)));
    Case {
        setting,
        properties: vec![once_a_period(k as u8), rests(Notion::Surely), at_most_once()],
    }
}

//! Worlds of neighbour management: alone, and with the random walks that it asks for.

use std::num::NonZeroU16;

use rumormill_core::protocols::neighbor_management::{
    Message, NeighborManagement, Request, Settings,
};
use rumormill_core::protocols::random_walk::{self, RandomWalk};
use rumormill_core::stacks::neighbors::Neighbors;
use rumormill_core::{Protocol, Ticks};

use super::Suite;
use super::case::Case;
use super::views::{all_full, holds_just, is_within_bounds, knowing, none_dead, recast};
use crate::explore::{Notion, Property};
use crate::world::{Fault, Local, Scheduler, Setting, later_life};
use crate::{ModelPeer, bugs};

type Alone = NeighborManagement<ModelPeer>;
type Walking = Neighbors<ModelPeer>;
type Claim<X> = Property<X, ()>;

const STAYS: &str = "no live neighbour is removed";
const MIRRORS: &str = "the list of neighbours is the view, and all lists are bounded";
const RESTORED: &str = "whoever has failed is in no view, and every view is full again";
const RECOVERS: &str = "every view is full of the living";
const REPLACED: &str = "whoever leaves is replaced in every view that it was in";
const JOINED: &str = "the newcomer can come to know somebody";
const NO_MORE: &str = "there are no more neighbours than are wanted";

pub(super) fn suites() -> Vec<Suite> {
    vec![
        timed_suite(),
        leaving_suite(),
        joining_suite(),
        adversary_suite(),
        failed_suite(),
        crash_suite(),
    ]
}

fn timed_suite() -> Suite {
    let about = "neighbour management round a circle, in time: an answer comes within a period, and \
                 nothing is lost";
    Suite::new("neighbors-timed-3", about, timed::<Alone>).with_bug(
        "hears_no_answer",
        STAYS,
        timed::<bugs::hears_no_answer::NeighborManagement<_>>,
    )
}

fn leaving_suite() -> Suite {
    let about = "neighbour management in rounds: one of three says farewell when it likes";
    Suite::new("neighbors-leave-3", about, leaving::<Alone>)
        .with_bug(
            "leaves_no_heir",
            REPLACED,
            leaving::<bugs::leaves_no_heir::NeighborManagement<_>>,
        )
        .with_bug(
            "welcomes_everybody",
            NO_MORE,
            leaving::<bugs::welcomes_everybody::NeighborManagement<_>>,
        )
}

fn joining_suite() -> Suite {
    let about = "neighbour management in any order; one of three joins through another, which may \
                 crash and start again; messages are lost and doubled";
    Suite::new("neighbors-join-3", about, joining::<Alone>)
        .with_bug("begins_once", JOINED, joining::<bugs::begins_once::NeighborManagement<_>>)
        .with_bug(
            "remembers_the_gone",
            MIRRORS,
            joining::<bugs::remembers_the_gone::NeighborManagement<_>>,
        )
}

fn adversary_suite() -> Suite {
    let about = "neighbour management of two, and an adversary that sends anything at any time";
    Suite::new("neighbors-adversary-2", about, adversary::<Alone>).among_strangers().with_bug(
        "remembers_the_gone",
        MIRRORS,
        adversary::<bugs::remembers_the_gone::NeighborManagement<_>>,
    )
}

fn failed_suite() -> Suite {
    let about = "neighbour management over random walks in rounds: each of three knows somebody who \
                 has failed";
    Suite::new("neighbors-failed-3", about, failed::<Walking>).among_strangers().with_bug(
        "stands_on_a_silent_search",
        RESTORED,
        failed::<bugs::stands_on_a_silent_search::Neighbors<_>>,
    )
}

fn crash_suite() -> Suite {
    let about = "neighbour management over random walks in rounds: one of four crashes";
    Suite::new("neighbors-crash-4", about, crash::<Walking>)
        .with_bug(
            "stands_on_a_silent_search",
            RECOVERS,
            crash::<bugs::stands_on_a_silent_search::Neighbors<_>>,
        )
        .only_when_named()
}

fn simple() -> Settings {
    Settings {
        period: Ticks(1),
        patience: 1,
        degree: 1,
        searches: 0,
        watchers: 0,
        acquaintances: 0,
    }
}

fn alone(settings: &Settings, contacts: Vec<ModelPeer>) -> Alone {
    Alone::new(settings.clone(), contacts)
}

/// An answer takes two ways of at most a tick each, and the next period begins after three. Views
/// are not symmetric, so whoever is watched does not watch back.
fn timed<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let settings = Settings { period: Ticks(3), ..simple() };
    let nodes = knowing(&[&[1], &[2], &[0]], 1, &alone(&settings, vec![]));
    let setting =
        Setting { unordered: true, ..Setting::new(nodes, (), Scheduler::Timed { delay: 1 }) };
    let stays = Claim::new(STAYS, Notion::Always, all_full);
    Case { setting, properties: vec![stays, mirrors()] }
}

/// Views have room for two, but one neighbour is wanted.
fn leaving<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let settings = Settings { watchers: 2, ..simple() };
    let nodes = knowing(&[&[1], &[2], &[0]], 2, &alone(&settings, vec![]));
    let mut setting = Setting::new(nodes, (), Scheduler::Rounds);
    setting.unordered = true;
    let candidate = Request::Candidate(ModelPeer(0));
    setting.requests = vec![
        (ModelPeer(0), recast(&Request::<ModelPeer>::Leave)),
        (ModelPeer(1), recast(&candidate)),
    ];
    let no_more = Claim::new(NO_MORE, Notion::Always, |at| {
        at.locals().all(|local| local.node.neighborhood.peers().len() <= 1)
    });
    let replaced = Claim::new(REPLACED, Notion::Sometimes, |at| {
        at.all_asked(2)
            && at.locals().skip(1).all(|local| {
                let view = &local.node.neighborhood;
                view.peers().len() == 1 && !view.contains(&ModelPeer(0))
            })
    });
    Case { setting, properties: vec![no_more, mirrors(), replaced] }
}

/// Node 2 starts late and knows of node 0 alone, which may crash and start again.
fn joining<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let contacts = vec![ModelPeer(0)];
    let nodes = knowing(&[&[1], &[0], &[]], 1, &alone(&simple(), contacts));
    let later_lives = later_life(&nodes[0]).into_iter().collect();
    let mut setting = Setting::new(nodes, (), Scheduler::Asynchronous { in_flight: 2 });
    setting.unordered = true;
    setting.latecomers = vec![ModelPeer(2)];
    setting.later_lives = later_lives;
    setting.restarts = 1;
    setting.faults.crash = Fault::AtMost(1);
    setting.faults.loss = Fault::AtMost(2);
    setting.faults.duplication = Fault::AtMost(1);
    let joined = Claim::new(JOINED, Notion::PossibleFromEverywhere, |at| {
        at.locals().last().is_some_and(|newcomer| {
            let has_crashed = newcomer.started && !newcomer.alive;
            has_crashed || !newcomer.node.neighborhood.peers().is_empty()
        })
    });
    Case { setting, properties: vec![mirrors(), joined] }
}

fn adversary<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let settings = Settings { watchers: 1, ..simple() };
    let nodes = knowing(&[&[1], &[0]], 2, &alone(&settings, vec![]));
    let mut setting = Setting::new(nodes, (), Scheduler::Asynchronous { in_flight: 1 });
    setting.unordered = true;
    let strangers = [ModelPeer(9), ModelPeer(10)];
    for from in [ModelPeer(0), ModelPeer(1), strangers[0], strangers[1]] {
        let leave = |instead| Message::Leave { instead };
        for message in [
            Message::Ping,
            Message::Pong,
            leave(None),
            leave(Some(from)),
            leave(Some(ModelPeer(0))),
            leave(Some(strangers[0])),
            leave(ModelPeer(1).next_life()),
        ] {
            setting.forgeries.push((from, ModelPeer(0), recast(&message)));
        }
    }
    Case { setting, properties: vec![mirrors()] }
}

fn walking(degree: u32) -> Walking {
    let neighbors = Settings { degree, searches: 1, ..simple() };
    let walk = random_walk::Settings {
        distance: 2,
        max_distance: 2,
        period: Ticks(1),
        retries: 0,
        detours: 0,
        patience: 1,
        started: 1,
        carried: 1,
        path: 0,
        numbers: NonZeroU16::MIN,
    };
    Walking { neighbors: alone(&neighbors, vec![]), walk: RandomWalk::new(walk) }
}

/// Peer 9 is in every view, and nowhere.
fn failed<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let nodes = knowing(&[&[1, 9], &[2, 9], &[0, 9]], 2, &walking(2));
    let mut setting = Setting::new(nodes, (), Scheduler::Rounds);
    setting.unordered = true;
    let restored = |at: &crate::world::Snapshot<'_, X, ()>| {
        at.locals().all(|local| {
            let view = &local.node.neighborhood;
            view.room() == 0 && !view.contains(&ModelPeer(9))
        })
    };
    setting.stop = Some(Box::new(restored));
    let restored = Claim::new(RESTORED, Notion::AlmostSurelyIfFair, restored);
    Case { setting, properties: vec![restored] }
}

fn crash<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let nodes = knowing(&[&[1, 2], &[2, 3], &[3, 0], &[0, 1]], 2, &walking(2));
    let mut setting = Setting::new(nodes, (), Scheduler::Rounds);
    setting.unordered = true;
    setting.faults.crash = Fault::AtMost(1);
    let recovers = Claim::new(RECOVERS, Notion::AgainIfFair, |at| {
        none_dead(at) && at.alive().all(|local| local.node.neighborhood.room() == 0)
    });
    Case { setting, properties: vec![recovers] }
}

fn mirrors<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(MIRRORS, Notion::Always, |at| at.locals().all(is_mirrored))
}

fn is_mirrored<X: Protocol<ModelPeer>>(local: &Local<X, ()>) -> bool {
    let (machine, view): (Alone, _) = (recast(&local.node.protocol), &local.node.neighborhood);
    let listed: Vec<ModelPeer> = machine.neighbors().collect();
    let started = local.timers().next().is_some();
    let mirrored = holds_just(view, &listed) || !started;
    mirrored && machine.watchers() <= 2 && is_within_bounds(view)
}

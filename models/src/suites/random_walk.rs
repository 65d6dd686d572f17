//! Worlds of random walks alone.

use std::num::NonZeroU16;

use rumormill_core::protocols::random_walk::{
    Hop, Message, Mode, Notice, RandomWalk, Request, Settings, Walk,
};
use rumormill_core::{Bias, Effect, Protocol, Ticks, as_set};
use serde::{Deserialize, Serialize};

use super::Suite;
use super::case::Case;
use super::views::{knowing, recast};
use crate::explore::{Notion, Property};
use crate::renaming::sorted;
use crate::world::{Application, Fault, Local, Scheduler, Setting};
use crate::{ModelPeer, bugs};

type Machine = RandomWalk<ModelPeer>;
type Claim<X> = Property<X, Diary>;

const ENDS: &str = "the walk ends, and its origin learns where";
const EXACTLY: &str = "a walk takes exactly as many hops as it was to";
const ONCE: &str = "no walk ends twice";
const ANSWERED: &str = "a walk ends or is given up, and nothing is kept of it";
const BOUNDED: &str = "what is kept of walks is bounded";
const AT_THE_CENTRE: &str = "the walk ends at the centre of the star";

pub(super) fn suites() -> Vec<Suite> {
    let mut suites: Vec<_> = [3, 4].into_iter().map(reliable_suite).collect();
    suites.extend([persistent_suite(), lossy_suite(), metropolis_suite(), adversary_suite()]);
    suites
}

fn reliable_suite(nodes: u8) -> Suite {
    let about = "a plain walk of three hops among all, in any order; nothing is lost";
    Suite::new(format!("walk-{nodes}"), about, move || reliable::<Machine>(nodes))
        .with_bug("ends_one_hop_early", EXACTLY, move || {
            reliable::<bugs::ends_one_hop_early::RandomWalk<_>>(nodes)
        })
        .with_bug("keeps_the_end_to_itself", ENDS, move || {
            reliable::<bugs::keeps_the_end_to_itself::RandomWalk<_>>(nodes)
        })
}

fn persistent_suite() -> Suite {
    let about = "a walk of two hops in rounds; one message is lost, and the walk ends all the same";
    Suite::new("walk-persistent-3", about, persistent::<Machine>)
        .with_bug("tries_once", ENDS, persistent::<bugs::tries_once::RandomWalk<_>>)
        .with_bug("ends_every_time", ONCE, persistent::<bugs::ends_every_time::RandomWalk<_>>)
}

fn lossy_suite() -> Suite {
    let about = "a walk of two hops in rounds; two messages are lost, and one of three machines \
                 crashes";
    Suite::new("walk-lossy-3", about, lossy::<Machine>)
        .with_bug("waits_for_ever", ANSWERED, lossy::<bugs::waits_for_ever::RandomWalk<_>>)
        .with_bug("ends_every_time", ONCE, lossy::<bugs::ends_every_time::RandomWalk<_>>)
}

fn metropolis_suite() -> Suite {
    let about =
        "a walk of three hops by Metropolis and Hastings, from the centre of a star of three";
    Suite::new("walk-metropolis-3", about, metropolis::<Machine>).with_bug(
        "lets_everybody_in",
        AT_THE_CENTRE,
        metropolis::<bugs::lets_everybody_in::RandomWalk<_>>,
    )
}

fn adversary_suite() -> Suite {
    let about = "a walk of two hops among two, and an adversary that sends anything at any time";
    Suite::new("walk-adversary-2", about, adversary::<Machine>)
        .among_strangers()
        .with_bug("ends_every_time", ONCE, adversary::<bugs::ends_every_time::RandomWalk<_>>)
        .with_bug(
            "carries_everything",
            BOUNDED,
            adversary::<bugs::carries_everything::RandomWalk<_>>,
        )
}

/// What became of the walks of one machine.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub(super) struct Walks {
    /// Where walks ended, how many hops they had left, and how long their paths were; at most two.
    #[serde(serialize_with = "as_set", deserialize_with = "sorted")]
    ended: Vec<(ModelPeer, u8, u8)>,
    /// How many walks were given up.
    failed: u8,
}

/// An application that keeps what it is told of walks.
pub(super) struct Diary;

impl<X: Protocol<ModelPeer>> Application<X> for Diary {
    type State = Walks;

    fn on_effect(
        &self,
        _: ModelPeer,
        walks: &mut Walks,
        effect: &Effect<'_, ModelPeer, X>,
    ) -> Vec<X::Request> {
        if let Effect::Notify(notice) = effect {
            match recast(notice) {
                Notice::Ended { at, left, path, .. } if walks.ended.len() < 2 => {
                    walks.ended.push((at, left, path.len() as u8));
                    walks.ended.sort_unstable();
                }
                Notice::Failed { .. } => walks.failed = 1,
                Notice::Ended { .. } | Notice::Refused { .. } => {}
            }
        }
        Vec::new()
    }
}

/// No acknowledgements; paths are carried, so that hops can be counted.
fn simple() -> Settings {
    Settings {
        distance: 3,
        max_distance: 3,
        period: Ticks(1),
        retries: 0,
        detours: 0,
        patience: 1,
        started: 1,
        carried: 2,
        path: 3,
        numbers: const { NonZeroU16::new(2).unwrap() },
    }
}

fn setting<X: Protocol<ModelPeer>>(
    views: &[&[u8]],
    settings: &Settings,
    mode: Mode,
    scheduler: Scheduler,
) -> Setting<X, Diary> {
    let nodes = knowing(views, 3, &Machine::new(settings.clone()));
    let request = Request { tag: 7, distance: None, mode };
    Setting {
        first_requests: vec![(ModelPeer(0), recast(&request))],
        unordered: true,
        ..Setting::new(nodes, Diary, scheduler)
    }
}

fn everybody(nodes: u8) -> Vec<Vec<u8>> {
    (0..nodes).map(|me| (0..nodes).filter(|&peer| peer != me).collect()).collect()
}

fn slices(views: &[Vec<u8>]) -> Vec<&[u8]> {
    views.iter().map(|view| &view[..]).collect()
}

/// Patience is endless here: no period passes as long as the world may do without.
fn reliable<X: Protocol<ModelPeer>>(nodes: u8) -> Case<X, Diary> {
    let views = everybody(nodes);
    let settings = Settings { patience: u8::MAX, ..simple() };
    let mut setting =
        setting(&slices(&views), &settings, Mode::Plain, Scheduler::Timed { delay: 1 });
    setting.stop =
        Some(Box::new(|at| at.locals().any(|local| !local.application.ended.is_empty())));
    Case { setting, properties: vec![exactly(3), ends(Notion::Surely), bounded()] }
}

fn persistent<X: Protocol<ModelPeer>>() -> Case<X, Diary> {
    let settings =
        Settings { distance: 2, retries: 1, detours: 1, patience: 20, path: 0, ..simple() };
    let views = everybody(3);
    let mut setting = setting(&slices(&views), &settings, Mode::Plain, Scheduler::Rounds);
    setting.faults.loss = Fault::AtMost(1);
    Case { setting, properties: vec![once(), ends(Notion::Surely), bounded()] }
}

fn lossy<X: Protocol<ModelPeer>>() -> Case<X, Diary> {
    let settings = Settings { distance: 2, retries: 1, patience: 2, path: 0, ..simple() };
    let views = everybody(3);
    let mut setting = setting(&slices(&views), &settings, Mode::Plain, Scheduler::Rounds);
    setting.faults.loss = Fault::AtMost(2);
    setting.faults.crash = Fault::AtMost(1);
    let answered = Claim::new(ANSWERED, Notion::Surely, |at| {
        at.alive().all(|local| {
            let Walks { ended, failed } = &local.application;
            let told = ended.len() + usize::from(*failed);
            let asked = usize::from(local.node.me() == ModelPeer(0));
            let (machine, nothing): (Machine, _) = (recast(&local.node.protocol), 0);
            told >= asked && machine.awaited() == nothing && machine.carried().0 == nothing
        })
    });
    Case { setting, properties: vec![once(), answered, bounded()] }
}

/// From the centre, whose degree is 2, the walk comes to a leaf, whose degree is 1; there it stays
/// with probability 1/2, or comes back. So it is at the centre after 1, 2, 3 hops with the
/// probabilities 0, 1/2, 1/4, whoever schedules it.
fn metropolis<X: Protocol<ModelPeer>>() -> Case<X, Diary> {
    let settings = Settings { patience: u8::MAX, ..simple() };
    let views: [&[u8]; 3] = [&[1, 2], &[0], &[0]];
    let mut setting = setting(&views, &settings, Mode::Metropolis, Scheduler::Timed { delay: 0 });
    setting.stop =
        Some(Box::new(|at| at.locals().any(|local| !local.application.ended.is_empty())));
    let as_computed = Bias::new(1, 4).map_or(Notion::Surely, Notion::AtLeast);
    let central = Claim::new(AT_THE_CENTRE, as_computed, |at| {
        let mut ends = at.locals().flat_map(|local| &local.application.ended);
        ends.any(|&(at, ..)| at == ModelPeer(0))
    });
    Case { setting, properties: vec![central, bounded()] }
}

fn adversary<X: Protocol<ModelPeer>>() -> Case<X, Diary> {
    let settings =
        Settings { distance: 2, retries: 1, patience: 2, carried: 1, path: 1, ..simple() };
    let views = everybody(2);
    let scheduler = Scheduler::Asynchronous { in_flight: 1 };
    let mut setting = setting(&slices(&views), &settings, Mode::Plain, scheduler);
    let stranger = ModelPeer(9);
    for origin in [ModelPeer(0), stranger] {
        for left in [0, 1, 2, u8::MAX] {
            let hop = Hop { origin, number: 0, left };
            let (degree, path) = (u32::MAX, vec![stranger]);
            let walk = Walk { hop, mode: Mode::Metropolis, degree, path };
            setting.forgeries.push((stranger, ModelPeer(0), recast(&Message::Walk(walk))));
            setting.forgeries.push((ModelPeer(1), ModelPeer(0), recast(&Message::Stays(hop))));
        }
    }
    let too_long = vec![stranger; 2];
    for message in [
        Message::End { number: 0, left: u8::MAX, path: vec![] },
        Message::End { number: 0, left: 0, path: too_long },
        Message::Heard { number: u16::MAX },
    ] {
        setting.forgeries.push((stranger, ModelPeer(0), recast(&message)));
    }
    Case { setting, properties: vec![once(), bounded()] }
}

fn exactly<X: Protocol<ModelPeer>>(distance: u8) -> Claim<X> {
    Claim::new(EXACTLY, Notion::Always, move |at| {
        let mut ends = at.locals().flat_map(|local| &local.application.ended);
        ends.all(|&(_, left, hops)| left == 0 && hops == distance)
    })
}

fn ends<X: Protocol<ModelPeer>>(notion: Notion) -> Claim<X> {
    Claim::new(ENDS, notion, |at| at.locals().any(|local| !local.application.ended.is_empty()))
}

fn once<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(ONCE, Notion::Always, |at| {
        at.locals()
            .all(|local| local.application.ended.len() + usize::from(local.application.failed) <= 1)
    })
}

fn bounded<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(BOUNDED, Notion::Always, |at| {
        at.locals().all(|local: &Local<X, Walks>| {
            let machine: Machine = recast(&local.node.protocol);
            let (carried, recognised) = machine.carried();
            // What this machine itself began is carried, too.
            machine.awaited() <= 1 && carried <= 3 && recognised <= 2
        })
    })
}

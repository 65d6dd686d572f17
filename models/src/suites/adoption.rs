//! Worlds of adoption alone.

use rumormill_core::protocols::adoption::{Adoption, Message, Notice, Request, Settings};
use rumormill_core::{Effect, Protocol, Ticks};
use serde::{Deserialize, Serialize};

use super::Suite;
use super::case::Case;
use super::views::{knowing, recast};
use crate::explore::{Notion, Property};
use crate::world::{Application, Fault, Scheduler, Setting, Snapshot};
use crate::{ModelPeer, bugs};

type Machine = Adoption<ModelPeer>;
type Claim<X> = Property<X, Hall>;

const KNOWN_AS_BEFORE: &str = "everybody but the newcomer is known by as many as before";
const FOUND: &str = "the newcomer is adopted, and somebody is handed over";
const ANSWERED: &str = "the newcomer learns whether it was adopted";
const BOUNDED: &str = "no view changes but by one for one, and few are asked at a time";

pub(super) fn suites() -> Vec<Suite> {
    vec![reliable_suite(), lossy_suite(), adversary_suite()]
}

fn reliable_suite() -> Suite {
    let about = "a newcomer asks one of three whose views are full, in any order; nothing is lost";
    Suite::new("adoption-4", about, reliable::<Machine>)
        .with_bug(
            "hands_somebody_over",
            KNOWN_AS_BEFORE,
            reliable::<bugs::hands_somebody_over::Adoption<_>>,
        )
        .with_bug("does_not_let_go", FOUND, reliable::<bugs::does_not_let_go::Adoption<_>>)
}

fn lossy_suite() -> Suite {
    let about = "a newcomer asks one of three whose views are full, in rounds; a message is lost, \
                 and one of them crashes";
    Suite::new("adoption-lossy-4", about, lossy::<Machine>).with_bug(
        "asks_for_ever",
        ANSWERED,
        lossy::<bugs::asks_for_ever::Adoption<_>>,
    )
}

fn adversary_suite() -> Suite {
    let about = "adoption among two, and an adversary that sends anything at any time";
    Suite::new("adoption-adversary-2", about, adversary::<Machine>).among_strangers().with_bug(
        "believes_anybody",
        BOUNDED,
        adversary::<bugs::believes_anybody::Adoption<_>>,
    )
}

/// What a machine was told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub(super) struct Told {
    /// Who was handed over, of the first that was.
    found: Option<ModelPeer>,
    /// How many answers there were; 2 at most.
    answers: u8,
}

/// An application that keeps what it is told.
pub(super) struct Hall;

impl<X: Protocol<ModelPeer>> Application<X> for Hall {
    type State = Told;

    fn on_effect(
        &self,
        _: ModelPeer,
        told: &mut Told,
        effect: &Effect<'_, ModelPeer, X>,
    ) -> Vec<X::Request> {
        if let Effect::Notify(notice) = effect {
            match recast(notice) {
                Notice::Found(peer) => {
                    told.found.get_or_insert(peer);
                    told.answers = (told.answers + 1).min(2);
                }
                Notice::NotFound => told.answers = (told.answers + 1).min(2),
                Notice::Refused { .. } => {}
            }
        }
        Vec::new()
    }
}

/// Three that know each other, and a fourth that knows the first.
fn setting<X: Protocol<ModelPeer>>(scheduler: Scheduler) -> Setting<X, Hall> {
    let settings = Settings { period: Ticks(1), patience: 1, asked: 1 };
    let nodes = knowing(&[&[1, 2], &[2, 0], &[0, 1], &[0]], 2, &Machine::new(settings));
    Setting {
        requests: vec![(ModelPeer(3), recast(&Request(ModelPeer(0))))],
        unordered: true,
        ..Setting::new(nodes, Hall, scheduler)
    }
}

/// The answer comes before the newcomer's patience is at its end.
fn reliable<X: Protocol<ModelPeer>>() -> Case<X, Hall> {
    let setting = setting(Scheduler::Timed { delay: 0 });
    let as_before = Claim::new(KNOWN_AS_BEFORE, Notion::Always, |at| {
        (0..3).map(ModelPeer).all(|peer| {
            let before = if peer == ModelPeer(0) { 3 } else { 2 };
            pointers(at, peer) == before
        })
    });
    let found = Claim::new(FOUND, Notion::Surely, |at| {
        at.locals().any(|local| local.application.found.is_some())
            && at
                .locals()
                .next()
                .is_some_and(|first| first.node.neighborhood.contains(&ModelPeer(3)))
    });
    Case { setting, properties: vec![as_before, found] }
}

fn lossy<X: Protocol<ModelPeer>>() -> Case<X, Hall> {
    let mut setting = setting(Scheduler::Rounds);
    setting.first_requests = std::mem::take(&mut setting.requests);
    setting.faults.loss = Fault::AtMost(1);
    setting.faults.crash = Fault::AtMost(1);
    let answered = Claim::new(ANSWERED, Notion::Surely, |at| {
        at.locals()
            .last()
            .is_some_and(|newcomer| !newcomer.alive || newcomer.application.answers == 1)
    });
    Case { setting, properties: vec![answered, bounded()] }
}

fn adversary<X: Protocol<ModelPeer>>() -> Case<X, Hall> {
    let settings = Settings { period: Ticks(1), patience: 1, asked: 1 };
    let nodes = knowing(&[&[1], &[0]], 1, &Machine::new(settings));
    let mut setting = Setting::new(nodes, Hall, Scheduler::Asynchronous { in_flight: 1 });
    setting.unordered = true;
    setting.requests = vec![(ModelPeer(0), recast(&Request(ModelPeer(1))))];
    let stranger = ModelPeer(9);
    for from in [ModelPeer(0), ModelPeer(1), stranger] {
        let adopted = |instead| Message::Adopted { instead };
        for message in [
            Message::Adopt,
            adopted(None),
            adopted(Some(ModelPeer(0))),
            adopted(Some(stranger)),
            adopted(ModelPeer(1).next_life()),
        ] {
            setting.forgeries.push((from, ModelPeer(0), recast(&message)));
        }
    }
    Case { setting, properties: vec![bounded()] }
}

/// How many know the peer: have it in their views, are about to have it handed over, or were told of
/// it.
fn pointers<X: Protocol<ModelPeer>>(at: &Snapshot<'_, X, Hall>, peer: ModelPeer) -> usize {
    let in_views = at.locals().filter(|local| local.node.neighborhood.contains(&peer));
    let told = at.locals().filter(|local| local.application.found == Some(peer));
    let in_flight = at.in_flight().filter(|(_, _, message)| {
        recast::<_, Message<ModelPeer>>(message) == Message::Adopted { instead: Some(peer) }
    });
    in_views.count() + told.count() + in_flight.count()
}

fn bounded<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(BOUNDED, Notion::Always, |at| {
        at.locals().all(|local| {
            let machine: Machine = recast(&local.node.protocol);
            let (view, told) = (&local.node.neighborhood, &local.application);
            let is_full = view.room() == 0 || local.node.me() == ModelPeer(3);
            is_full && machine.asked() <= 1 && told.answers <= 1
        })
    })
}

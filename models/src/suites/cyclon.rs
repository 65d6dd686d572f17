//! Worlds of CYCLON alone.

use std::num::NonZeroU16;

use rumormill_core::protocols::cyclon::{Cyclon, Entry, MAX_LENGTH, Message, Mode, Settings};
use rumormill_core::{Protocol, Ticks};

use super::Suite;
use super::case::Case;
use super::views::{connected, knowing, recast};
use crate::explore::{Notion, Property};
use crate::world::{Fault, Local, Scheduler, Setting, Snapshot};
use crate::{ModelPeer, bugs};

type Machine = Cyclon<ModelPeer>;
type Claim<X> = Property<X, ()>;

const SOUND: &str = "the entries are the view, and what is on offer is bounded";
const FULL: &str = "no pointer is lost: every view stays full";
const CONNECTED: &str = "the overlay stays connected, counting pointers in flight";
const IN_PIECES: &str = "the overlay falls into pieces";
const FORGOTTEN: &str = "whoever has crashed can be forgotten by all";

pub(super) fn suites() -> Vec<Suite> {
    let mut suites =
        vec![unbounded_suite("cyclon-4", false), unbounded_suite("cyclon-symmetric-4", true)];
    for nodes in [3, 4] {
        suites.push(reliable_suite(nodes));
    }
    suites.push(ageing_suite());
    suites.push(lossy_suite());
    suites.push(crash_suite());
    suites.push(adversary_suite());
    suites
}

fn unbounded_suite(name: &str, symmetric: bool) -> Suite {
    let about = "CYCLON of views and messages of two, in any order, with room for two messages in \
                 flight";
    Suite::new(name, about, move || unbounded::<Machine>(symmetric)).with_bug(
        "counts_itself_twice",
        SOUND,
        move || unbounded::<bugs::counts_itself_twice::Cyclon<_>>(symmetric),
    )
}

fn reliable_suite(nodes: u8) -> Suite {
    let about = "CYCLON with any neighbour in every round; nothing is lost";
    Suite::new(format!("cyclon-rounds-{nodes}"), about, move || reliable::<Machine>(nodes))
        .with_bug("gives_its_partner_up", FULL, move || {
            reliable::<bugs::gives_its_partner_up::Cyclon<_>>(nodes)
        })
}

fn ageing_suite() -> Suite {
    let about = "CYCLON with the oldest neighbour in every round; nothing is lost";
    Suite::new("cyclon-ages-3", about, ageing::<Machine>)
        .with_bug("gives_its_partner_up", FULL, ageing::<bugs::gives_its_partner_up::Cyclon<_>>)
        .with_bug(
            "answers_with_what_it_takes",
            CONNECTED,
            ageing::<bugs::answers_with_what_it_takes::Cyclon<_>>,
        )
}

fn lossy_suite() -> Suite {
    let about = "CYCLON in every round; two messages are lost";
    Suite::new("cyclon-lossy-3", about, lossy::<Machine>).with_bug(
        "keeps_its_partner",
        IN_PIECES,
        lossy::<bugs::keeps_its_partner::Cyclon<_>>,
    )
}

fn crash_suite() -> Suite {
    let about = "CYCLON with the oldest neighbour in every round; one of three machines crashes";
    Suite::new("cyclon-crash-3", about, crash::<Machine>).with_bug(
        "keeps_its_partner",
        FORGOTTEN,
        crash::<bugs::keeps_its_partner::Cyclon<_>>,
    )
}

fn adversary_suite() -> Suite {
    let about = "CYCLON of two, and an adversary that sends anything at any time";
    Suite::new("cyclon-adversary-2", about, adversary::<Machine>).among_strangers().with_bug(
        "counts_itself_twice",
        SOUND,
        adversary::<bugs::counts_itself_twice::Cyclon<_>>,
    )
}

/// Views of two and messages of two; numbers are not told apart.
fn simple() -> Settings {
    Settings {
        mode: Mode::Simple,
        length: 2,
        period: Ticks(1),
        max_age: 0,
        numbers: NonZeroU16::MIN,
    }
}

/// Each machine knows the next ones, round a circle.
fn circle<X: Protocol<ModelPeer>>(
    nodes: u8,
    view: u8,
    settings: &Settings,
    scheduler: Scheduler,
) -> Setting<X, ()> {
    let views: Vec<Vec<u8>> =
        (0..nodes).map(|me| (1..=view).map(|step| (me + step) % nodes).collect()).collect();
    let views: Vec<&[u8]> = views.iter().map(|view| &view[..]).collect();
    let nodes = knowing(&views, view.into(), &Machine::new(settings.clone()));
    Setting { unordered: true, ..Setting::new(nodes, (), scheduler) }
}

fn unbounded<X: Protocol<ModelPeer>>(symmetric: bool) -> Case<X, ()> {
    let mut setting = circle(4, 2, &simple(), Scheduler::Asynchronous { in_flight: 2 });
    setting.symmetric = symmetric;
    setting.from_any_start = symmetric;
    Case { setting, properties: vec![sound()] }
}

fn reliable<X: Protocol<ModelPeer>>(nodes: u8) -> Case<X, ()> {
    let view = if nodes == 3 { 1 } else { 2 };
    let setting = circle(nodes, view, &simple(), Scheduler::Rounds);
    Case { setting, properties: vec![sound(), full(), stays_connected()] }
}

fn ageing<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let settings = Settings { mode: Mode::Enhanced, max_age: 2, ..simple() };
    let setting = circle(3, 1, &settings, Scheduler::Rounds);
    Case { setting, properties: vec![sound(), full(), stays_connected()] }
}

fn lossy<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let mut setting = circle(3, 1, &simple(), Scheduler::Rounds);
    setting.faults.loss = Fault::AtMost(2);
    let falls = Claim::new(IN_PIECES, Notion::Sometimes, |at| !connected(at, pointers::<X>));
    Case { setting, properties: vec![sound(), falls] }
}

fn crash<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let settings = Settings { mode: Mode::Enhanced, max_age: 2, ..simple() };
    let mut setting = circle(3, 2, &settings, Scheduler::Rounds);
    setting.faults.crash = Fault::AtMost(1);
    let forgotten = Claim::new(FORGOTTEN, Notion::PossibleFromEverywhere, |at| {
        let crashed: Vec<_> =
            at.locals().filter(|local| !local.alive).map(|local| local.node.me()).collect();
        let is_forgotten = |peer| at.alive().all(|local| !local.node.neighborhood.contains(peer));
        crashed.iter().all(is_forgotten)
    });
    Case { setting, properties: vec![sound(), forgotten] }
}

fn adversary<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let settings = Settings { mode: Mode::Enhanced, max_age: 1, ..simple() };
    let mut setting = circle(2, 1, &settings, Scheduler::Asynchronous { in_flight: 1 });
    let stranger = ModelPeer(9);
    let entry = |peer, age| Entry { peer, age };
    let lists: Vec<Vec<Entry<ModelPeer>>> = vec![
        vec![],
        vec![entry(ModelPeer(0), 0)],
        vec![entry(stranger, u8::MAX), entry(stranger, 0)],
        (1..=MAX_LENGTH as u8).map(|peer| entry(ModelPeer(peer), u8::MAX)).collect(),
    ];
    for entries in lists {
        let entries: rumormill_core::protocols::cyclon::Entries<_> = entries.into_iter().collect();
        for from in [ModelPeer(1), stranger] {
            for message in [
                Message::Shuffle { number: u16::MAX, entries: entries.clone() },
                Message::Answer { number: 0, entries: entries.clone() },
            ] {
                setting.forgeries.push((from, ModelPeer(0), recast(&message)));
            }
        }
    }
    Case { setting, properties: vec![sound()] }
}

/// The peers that a message names.
fn pointers<X: Protocol<ModelPeer>>(message: &X::Message) -> Vec<ModelPeer> {
    let (Message::Shuffle { entries, .. } | Message::Answer { entries, .. }) = recast(message);
    entries.iter().map(|entry| entry.peer).collect()
}

fn sound<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(SOUND, Notion::Always, |at| at.locals().all(is_sound))
}

fn is_sound<X: Protocol<ModelPeer>>(local: &Local<X, ()>) -> bool {
    let (machine, view): (Machine, _) = (recast(&local.node.protocol), &local.node.neighborhood);
    let entries = machine.entries();
    let same = entries.len() == view.peers().len()
        && entries.iter().all(|entry| view.contains(&entry.peer));
    let offer = machine.exchange();
    let bounded = offer.is_none_or(|(with, offered)| {
        offered.len() < 2 && with != view.me() && !offered.contains(&with)
    });
    same && bounded && view.peers().len() as u32 <= view.capacity()
}

fn full<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(FULL, Notion::Always, |at: &Snapshot<'_, X, ()>| {
        at.locals().all(|local| local.node.neighborhood.room() == 0)
    })
}

fn stays_connected<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(CONNECTED, Notion::Always, |at| connected(at, pointers::<X>))
}

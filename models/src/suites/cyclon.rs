//! Worlds of CYCLON alone.

mod prompt;

use std::num::NonZeroU16;

use rumormill_core::protocols::cyclon::{
    Cyclon, Entries, Entry, MAX_LENGTH, Message, Mode, Settings,
};
use rumormill_core::{Protocol, Ticks};

use super::Suite;
use super::case::Case;
use super::views::{all_full, connected, holds_just, is_within_bounds, knowing, none_dead, recast};
use crate::explore::{Notion, Property};
use crate::world::{Fault, Local, Scheduler, Setting};
use crate::{ModelPeer, bugs};

type Machine = Cyclon<ModelPeer>;
type Claim<X> = Property<X, ()>;

const SOUND: &str = "the entries are the view, and what is on offer is bounded";
const FULL: &str = "no pointer is lost: every view stays full";
const CONNECTED: &str = "the overlay stays connected, counting pointers in flight";
const IN_PIECES: &str = "the overlay falls into pieces";
const KEPT: &str = "what is said of a later life displaces nobody";
const FORGOTTEN: &str = "whoever has crashed is forgotten by all";
const GONE: &str = "whoever has failed is forgotten by all";

pub(super) fn suites() -> Vec<Suite> {
    let mut suites: Vec<_> = [3, 4].into_iter().map(reliable_suite).collect();
    suites.push(symmetric_suite());
    suites.push(disorderly_suite());
    suites.push(ageing_suite());
    suites.push(lossy_suite());
    suites.push(crash_suite());
    suites.push(failed_suite());
    suites.extend([adversary_suite(), hearsay_suite()]);
    suites.extend(prompt::suites());
    suites
}

fn reliable_suite(nodes: u8) -> Suite {
    let about = "CYCLON with any neighbour in every round; nothing is lost";
    Suite::new(format!("cyclon-rounds-{nodes}"), about, move || reliable::<Machine>(nodes))
        .with_bug("gives_its_partner_up", FULL, move || {
            reliable::<bugs::gives_its_partner_up::Cyclon<_>>(nodes)
        })
}

/// What `cyclon-rounds-4` explores, up to the names of machines.
fn symmetric_suite() -> Suite {
    let about = "CYCLON with any neighbour in every round among four, up to their names; nothing is \
                 lost";
    Suite::new("cyclon-symmetric-4", about, || symmetric(reliable::<Machine>(4)))
        .with_bug("gives_its_partner_up", FULL, || {
            symmetric(reliable::<bugs::gives_its_partner_up::Cyclon<_>>(4))
        })
        .expecting(456_528, 1_755_678)
}

fn disorderly_suite() -> Suite {
    let about = "CYCLON in any order, with room for one message in flight: answers may come late, or \
                 never";
    Suite::new("cyclon-disorderly-3", about, disorderly::<Machine>).with_bug(
        "counts_itself_twice",
        SOUND,
        disorderly::<bugs::counts_itself_twice::Cyclon<_>>,
    )
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

fn failed_suite() -> Suite {
    let about = "CYCLON of two, both of whom know a third that is not there";
    Suite::new("cyclon-failed-2", about, failed::<Machine>)
        .among_strangers()
        .with_bug("keeps_its_partner", GONE, failed::<bugs::keeps_its_partner::Cyclon<_>>)
        .with_bug("believes_hearsay", GONE, failed::<bugs::believes_hearsay::Cyclon<_>>)
}

fn adversary_suite() -> Suite {
    let about = "CYCLON of two, and an adversary that sends anything at any time";
    Suite::new("cyclon-adversary-2", about, adversary::<Machine>).among_strangers().with_bug(
        "counts_itself_twice",
        SOUND,
        adversary::<bugs::counts_itself_twice::Cyclon<_>>,
    )
}

fn hearsay_suite() -> Suite {
    let about = "CYCLON of two, and an adversary that answers one with a later life of the other";
    Suite::new("cyclon-hearsay-2", about, hearsay::<Machine>).with_bug(
        "believes_in_a_later_life",
        KEPT,
        hearsay::<bugs::believes_in_a_later_life::Cyclon<_>>,
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

fn disorderly<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let setting = circle(3, 2, &simple(), Scheduler::Asynchronous { in_flight: 1 });
    Case { setting, properties: vec![sound()] }
}

/// A circle is not the same under other names, but what follows from it is.
fn symmetric<X: Protocol<ModelPeer>>(mut case: Case<X, ()>) -> Case<X, ()> {
    case.setting.symmetric = true;
    case.setting.from_any_start = true;
    case
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
    Case { setting, properties: vec![sound(), forgotten(Notion::AgainIfFair)] }
}

fn failed<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let settings = Settings { mode: Mode::Enhanced, max_age: 2, ..simple() };
    let nodes = knowing(&[&[1, 2], &[0, 2]], 2, &Machine::new(settings));
    let setting = Setting { unordered: true, ..Setting::new(nodes, (), Scheduler::Rounds) };
    let gone = Claim::new(GONE, Notion::AlmostSurelyIfFair, none_dead);
    Case { setting, properties: vec![sound(), gone] }
}

fn adversary<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let settings = Settings { mode: Mode::Enhanced, max_age: 1, ..simple() };
    let mut setting = circle(2, 1, &settings, Scheduler::Asynchronous { in_flight: 1 });
    let stranger = ModelPeer(9);
    let entry = |peer, age| Entry { peer, age };
    let lists: Vec<Vec<Entry<ModelPeer>>> = vec![
        vec![],
        vec![entry(ModelPeer(0), 0)],
        vec![entry(stranger, u8::MAX); MAX_LENGTH],
        (1..=3).map(|peer| entry(ModelPeer(peer), u8::MAX)).collect(),
    ];
    for entries in lists {
        let entries: Entries<_> = entries.into_iter().collect();
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

fn hearsay<X: Protocol<ModelPeer>>() -> Case<X, ()> {
    let mut setting = circle(2, 1, &simple(), Scheduler::Prompt { in_flight: 1 });
    let later = ModelPeer(1).next_life().into_iter();
    let entries: Entries<_> = later.map(|peer| Entry { peer, age: 0 }).collect();
    let answer = Message::Answer { number: 0, entries };
    setting.forgeries.push((ModelPeer(1), ModelPeer(0), recast(&answer)));
    let kept = Claim::new(KEPT, Notion::Always, |at| {
        at.locals().all(|local| local.node.neighborhood.peers().iter().all(|peer| peer.life() == 0))
    });
    Case { setting, properties: vec![sound(), kept] }
}

/// The peers that a message names.
fn pointers<X: Protocol<ModelPeer>>(message: &X::Message) -> Vec<ModelPeer> {
    let (Message::Shuffle { entries, .. } | Message::Answer { entries, .. }) = recast(message);
    entries.iter().map(|entry| entry.peer).collect()
}

fn sound<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(SOUND, Notion::Always, |at| at.alive().all(is_sound))
}

fn is_sound<X: Protocol<ModelPeer>>(local: &Local<X, ()>) -> bool {
    let (machine, view): (Machine, _) = (recast(&local.node.protocol), &local.node.neighborhood);
    let peers: Vec<ModelPeer> = machine.entries().iter().map(|entry| entry.peer).collect();
    let offer = machine.exchange();
    let bounded = offer.is_none_or(|(with, offered)| {
        offered.len() < 2 && with != view.me() && !offered.contains(&with)
    });
    holds_just(view, &peers) && bounded && is_within_bounds(view)
}

fn full<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(FULL, Notion::Always, all_full)
}

fn forgotten<X: Protocol<ModelPeer>>(notion: Notion) -> Claim<X> {
    Claim::new(FORGOTTEN, notion, none_dead)
}

fn stays_connected<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(CONNECTED, Notion::Always, |at| connected(at, pointers::<X>))
}

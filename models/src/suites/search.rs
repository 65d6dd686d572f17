//! Worlds of search alone.

use bytes::Bytes;
use rumormill_core::protocols::search::{Message, Mode, Notice, Request, Search, Settings, Way};
use rumormill_core::rumor::Id;
use rumormill_core::{Effect, Protocol, Ticks, as_set};
use serde::{Deserialize, Serialize};

use super::Suite;
use super::case::Case;
use super::views::{knowing, recast};
use crate::explore::{Notion, Property};
use crate::renaming::sorted;
use crate::world::{Application, Fault, Local, Scheduler, Setting, Snapshot};
use crate::{ModelPeer, bugs};

type Machine = Search<ModelPeer>;
type Claim<X> = Property<X, Library>;

const HORIZON: &str = "nobody beyond the horizon is asked";
const EVERYBODY: &str = "everybody within the horizon is asked";
const ONCE: &str = "nobody is asked twice, and the origin not at all";
const FORTH: &str = "nobody hears a query from whom it had passed it on to alone";
const FOUND: &str = "the origin hears of each server once, and of how far it is";
const NO_MORE: &str = "the origin hears of no server twice, nor of one that has nothing";
const OVER: &str = "the search ends, and nothing is kept of it";
const BOUNDED: &str = "what is kept of searches is bounded, and no hit goes on for ever";

pub(super) fn suites() -> Vec<Suite> {
    vec![line_suite(), ring_suite(), rings_suite(), walk_suite(), lossy_suite(), adversary_suite()]
}

fn line_suite() -> Suite {
    let about = "a search of two hops in a line of four, the last two of whom have it, in any order; \
                 nothing is lost";
    Suite::new("search-line-4", about, line::<Machine>)
        .with_bug("goes_one_hop_farther", HORIZON, line::<bugs::goes_one_hop_farther::Search<_>>)
        .with_bug("goes_one_hop_less", EVERYBODY, line::<bugs::goes_one_hop_less::Search<_>>)
        .with_bug("sends_it_back", FORTH, line::<bugs::sends_it_back::Search<_>>)
        .with_bug("counts_no_hops", FOUND, line::<bugs::counts_no_hops::Search<_>>)
}

fn ring_suite() -> Suite {
    let about = "a search of four hops round a ring of four, two of whom have it, in any order; \
                 nothing is lost";
    Suite::new("search-ring-4", about, ring::<Machine>)
        .with_bug("asks_for_every_copy", ONCE, ring::<bugs::asks_for_every_copy::Search<_>>)
        .with_bug("forgets_its_own", ONCE, ring::<bugs::forgets_its_own::Search<_>>)
        .with_bug("searches_for_ever", OVER, ring::<bugs::searches_for_ever::Search<_>>)
}

fn rings_suite() -> Suite {
    let about = "a search by growing rings in a line of three, the last of whom has it, in rounds";
    Suite::new("search-rings-3", about, rings::<Machine>)
        .with_bug("asks_in_every_ring", ONCE, rings::<bugs::asks_in_every_ring::Search<_>>)
        .with_bug("widens_when_content", EVERYBODY, rings::<bugs::widens_when_content::Search<_>>)
}

fn walk_suite() -> Suite {
    let about = "a search by a walk of four hops among three, one of whom has it, in any order";
    Suite::new("search-walk-3", about, walk::<Machine>).with_bug(
        "asks_for_every_copy",
        ONCE,
        walk::<bugs::asks_for_every_copy::Search<_>>,
    )
}

fn lossy_suite() -> Suite {
    let about = "a search of two hops in a line of three, in rounds; a message is lost, and one is \
                 doubled";
    Suite::new("search-lossy-3", about, lossy::<Machine>)
        .with_bug("hears_every_copy", NO_MORE, lossy::<bugs::hears_every_copy::Search<_>>)
        .with_bug("remembers_every_query", OVER, lossy::<bugs::remembers_every_query::Search<_>>)
}

fn adversary_suite() -> Suite {
    let about = "a search among two, and an adversary that sends anything at any time";
    Suite::new("search-adversary-2", about, adversary::<Machine>).among_strangers().with_bug(
        "carries_every_query",
        BOUNDED,
        adversary::<bugs::carries_every_query::Search<_>>,
    )
}

/// An application above machines some of which have what is searched for.
pub(super) struct Library {
    having: Vec<ModelPeer>,
}

/// What was asked of one machine, and what it was told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub(super) struct Desk {
    /// How often it was asked, at most twice.
    asked: u8,
    /// Who has it, and how far away that is; at most three.
    #[serde(serialize_with = "as_set", deserialize_with = "sorted")]
    found: Vec<(ModelPeer, u8)>,
    /// How many of its searches are over, at most one.
    over: u8,
}

fn title() -> Bytes {
    Bytes::from_static(b"a")
}

impl<X: Protocol<ModelPeer>> Application<X> for Library {
    type State = Desk;

    fn on_effect(
        &self,
        me: ModelPeer,
        desk: &mut Desk,
        effect: &Effect<'_, ModelPeer, X>,
    ) -> Vec<X::Request> {
        let Effect::Notify(notice) = effect else { return Vec::new() };
        match recast(notice) {
            Notice::Asked { id, .. } => {
                desk.asked = (desk.asked + 1).min(2);
                if self.having.contains(&me) {
                    return vec![recast(&Request::Matches { id, results: vec![title()] })];
                }
            }
            Notice::Hit { server, hops, .. } if desk.found.len() < 3 => {
                desk.found.push((server, hops));
                desk.found.sort_unstable();
            }
            Notice::Ended { .. } => desk.over = 1,
            Notice::Hit { .. }
            | Notice::Failed { .. }
            | Notice::LeftOut { .. }
            | Notice::Refused { .. } => {}
        }
        Vec::new()
    }
}

fn simple() -> Settings {
    Settings {
        period: Ticks(1),
        patience: 2,
        degree: 2,
        max_ttl: 4,
        max_hops: 4,
        own: 1,
        servers: 2,
        carried: 1,
        from_one: 1,
        results: 2,
    }
}

/// The first of these searches.
fn setting<X: Protocol<ModelPeer>>(
    views: &[&[u8]],
    settings: &Settings,
    mode: Mode,
    having: &[u8],
    scheduler: Scheduler,
) -> Setting<X, Library> {
    let nodes = knowing(views, 2, &Machine::new(settings.clone()));
    let request = Request::<ModelPeer>::Search { tag: 7, text: title(), mode };
    let library = Library { having: having.iter().map(|&peer| ModelPeer(peer)).collect() };
    Setting {
        first_requests: vec![(ModelPeer(0), recast(&request))],
        unordered: true,
        ..Setting::new(nodes, library, scheduler)
    }
}

const LINE: [&[u8]; 4] = [&[1], &[0, 2], &[1, 3], &[2]];

/// A period is longer than all that comes of a search takes.
const IN_TIME: Scheduler = Scheduler::Rounds;

fn line<X: Protocol<ModelPeer>>() -> Case<X, Library> {
    let setting = setting(&LINE, &simple(), Mode::Flood { ttl: 2, degree: 2 }, &[2, 3], IN_TIME);
    let horizon = Claim::new(HORIZON, Notion::Always, |at| asked(at, 3) == 0);
    let forth = Claim::new(FORTH, Notion::Always, |at| {
        !at.in_flight().any(|(to, _, message)| to == ModelPeer(0) && is_query(message))
    });
    let properties =
        vec![horizon, forth, everybody(&[1, 2]), once(), found(&[(2, 2)]), over(), bounded()];
    Case { setting, properties }
}

fn ring<X: Protocol<ModelPeer>>() -> Case<X, Library> {
    let views: [&[u8]; 4] = [&[1, 3], &[2, 0], &[3, 1], &[0, 2]];
    let setting = setting(&views, &simple(), Mode::Flood { ttl: 4, degree: 2 }, &[1, 2], IN_TIME);
    let heard = Claim::new(NO_MORE, Notion::Always, |at| hears_no_more(at, &[1, 2]));
    let properties = vec![everybody(&[1, 2, 3]), once(), heard, over(), bounded()];
    Case { setting, properties }
}

fn rings<X: Protocol<ModelPeer>>() -> Case<X, Library> {
    let mode = Mode::Rings { first: 1, step: 1, last: 2, degree: 2, wait: 1, enough: 1 };
    let setting = setting(&LINE[..3], &simple(), mode, &[2], IN_TIME);
    Case {
        setting,
        properties: vec![everybody(&[1, 2]), once(), found(&[(2, 2)]), over(), bounded()],
    }
}

fn walk<X: Protocol<ModelPeer>>() -> Case<X, Library> {
    let views: [&[u8]; 3] = [&[1, 2], &[0, 2], &[0, 1]];
    let setting = setting(&views, &simple(), Mode::Walk { walkers: 1, hops: 4 }, &[2], IN_TIME);
    let heard = Claim::new(NO_MORE, Notion::Always, |at| hears_no_more(at, &[2]));
    Case { setting, properties: vec![once(), heard, over(), bounded()] }
}

fn lossy<X: Protocol<ModelPeer>>() -> Case<X, Library> {
    let mode = Mode::Flood { ttl: 2, degree: 2 };
    let mut setting = setting(&LINE[..3], &simple(), mode, &[1, 2], IN_TIME);
    setting.faults.loss = Fault::AtMost(1);
    setting.faults.duplication = Fault::AtMost(1);
    let heard = Claim::new(NO_MORE, Notion::Always, |at| hears_no_more(at, &[1, 2]));
    Case { setting, properties: vec![once(), heard, over(), bounded()] }
}

fn adversary<X: Protocol<ModelPeer>>() -> Case<X, Library> {
    let views: [&[u8]; 2] = [&[1], &[0]];
    let mode = Mode::Flood { ttl: 2, degree: 2 };
    let scheduler = Scheduler::Asynchronous { in_flight: 1 };
    let mut setting = setting(&views, &simple(), mode, &[1], scheduler);
    let stranger = ModelPeer(9);
    let forged = |origin, sequence, hops| {
        let id = Id { origin, sequence };
        let way = Way::Flood { degree: u8::MAX };
        let query = Message::Query { id, left: hops, ring: u8::MAX, way, text: title() };
        [query, Message::Hit { id, server: stranger, hops, results: vec![title(); 2] }]
    };
    for origin in [ModelPeer(0), ModelPeer(1), stranger] {
        for hops in [0, 3, 4, u8::MAX] {
            for message in forged(origin, 0, hops).into_iter().chain(forged(origin, 1, hops)) {
                setting.forgeries.push((ModelPeer(1), ModelPeer(0), recast(&message)));
            }
        }
    }
    Case { setting, properties: vec![bounded()] }
}

fn desk<'a, X: Protocol<ModelPeer>>(
    at: &'a Snapshot<'_, X, Library>,
    peer: u8,
) -> Option<&'a Desk> {
    at.locals().nth(peer.into()).map(|local| &local.application)
}

fn asked<X: Protocol<ModelPeer>>(at: &Snapshot<'_, X, Library>, peer: u8) -> u8 {
    desk(at, peer).map_or(0, |desk| desk.asked)
}

fn is_query<M: Serialize>(message: &M) -> bool {
    matches!(recast::<_, Message<ModelPeer>>(message), Message::Query { .. })
}

/// Whether the origin has heard of these at most, and of each at most once.
fn hears_no_more<X: Protocol<ModelPeer>>(
    at: &Snapshot<'_, X, Library>,
    servers: &'static [u8],
) -> bool {
    let found = desk(at, 0).map_or(&[][..], |desk| &desk.found[..]);
    let is_new = |place: usize| !found[..place].iter().any(|&(other, _)| other == found[place].0);
    (0..found.len()).all(|place| servers.contains(&found[place].0.0) && is_new(place))
}

fn everybody<X: Protocol<ModelPeer>>(peers: &'static [u8]) -> Claim<X> {
    Claim::new(EVERYBODY, Notion::Surely, |at| peers.iter().all(|&peer| asked(at, peer) > 0))
}

fn once<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(ONCE, Notion::Always, |at| {
        asked(at, 0) == 0 && at.locals().all(|local| local.application.asked < 2)
    })
}

fn found<X: Protocol<ModelPeer>>(servers: &'static [(u8, u8)]) -> Claim<X> {
    Claim::new(FOUND, Notion::Surely, |at| {
        let expected = servers.iter().map(|&(server, hops)| (ModelPeer(server), hops));
        let found = desk(at, 0).map_or(&[][..], |desk| &desk.found[..]);
        found.iter().copied().eq(expected) && is_over(at)
    })
}

fn over<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(OVER, Notion::Surely, is_over)
}

fn is_over<X: Protocol<ModelPeer>>(at: &Snapshot<'_, X, Library>) -> bool {
    let keeps_nothing = |local: &Local<X, Desk>| {
        let machine: Machine = recast(&local.node.protocol);
        machine.own() == 0 && machine.received() == 0 && local.timers().next().is_none()
    };
    desk(at, 0).is_some_and(|desk| desk.over == 1) && at.locals().all(keeps_nothing)
}

fn bounded<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(BOUNDED, Notion::Always, |at| {
        let is_small = |local: &Local<X, Desk>| {
            let machine: Machine = recast(&local.node.protocol);
            machine.own() <= 1 && machine.received() <= 1
        };
        let is_within = |message: &X::Message| match recast(message) {
            Message::Query { left: hops, .. } | Message::<ModelPeer>::Hit { hops, .. } => hops <= 4,
        };
        at.locals().all(is_small) && at.in_flight().all(|(_, _, message)| is_within(message))
    })
}

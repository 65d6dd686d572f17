//! Whatever may come, in any order.

use proptest::prelude::*;
use rumormill_core::protocols::cyclon::{self, Entry, MAX_LENGTH};
use rumormill_core::protocols::random_walk::{self, Hop, Mode, Walk};
use rumormill_core::protocols::{adoption, neighbor_management};
use rumormill_core::stacks::overlay::{Message, Overlay, Request, Settings};
use rumormill_core::{Event, Peer, SocketPeer};

use crate::adopted;
use crate::common::{life, overlaid};
use crate::group::{Group, group, overlay};

/// What may happen to one of a few processes.
#[derive(Clone, Debug)]
enum Act {
    /// The message in flight at this place arrives, and stays in flight or not.
    Deliver(usize, bool),
    /// It is lost.
    Lose(usize),
    /// One of the armed timers fires.
    Fire(u8, usize),
    /// Somebody claims to have sent this.
    Forge(u8, SocketPeer, Box<Message<SocketPeer>>),
    /// The application asks.
    Ask(u8, Request<SocketPeer>),
    /// A later life begins at the place.
    Restart(u8),
}

const FEW: u8 = 5;

fn lives() -> impl Strategy<Value = SocketPeer> + Clone {
    (0..FEW + 4, 0..6_u64).prop_map(|(place, epoch)| life(place, epoch))
}

fn messages() -> impl Strategy<Value = Message<SocketPeer>> {
    let entries = || {
        let entry = (lives(), any::<u8>()).prop_map(|(peer, age)| Entry { peer, age });
        proptest::collection::vec(entry, 0..=MAX_LENGTH)
            .prop_map(|list| list.into_iter().collect::<cyclon::Entries<_>>())
    };
    let hop = (lives(), 0..20_u16, prop_oneof![0..10_u8, Just(255)])
        .prop_map(|(origin, number, left)| Hop { origin, number, left });
    let mode = prop_oneof![Just(Mode::Plain), Just(Mode::Metropolis)];
    let path = || proptest::collection::vec(lives(), 0..=6);
    let degree = prop_oneof![0..9_u32, Just(u32::MAX)];
    let walks = prop_oneof![
        (hop.clone(), mode, degree, path()).prop_map(|(hop, mode, degree, path)| {
            random_walk::Message::Walk(Walk { hop, mode, degree, path })
        }),
        hop.clone().prop_map(random_walk::Message::Taken),
        hop.prop_map(random_walk::Message::Stays),
        (0..20_u16, any::<u8>(), path())
            .prop_map(|(number, left, path)| random_walk::Message::End { number, left, path }),
        (0..20_u16).prop_map(|number| random_walk::Message::Heard { number }),
    ];
    let instead = || proptest::option::of(lives());
    prop_oneof![
        Just(Message::Neighbors(neighbor_management::Message::Ping)),
        Just(Message::Neighbors(neighbor_management::Message::Pong)),
        instead().prop_map(|instead| {
            Message::Neighbors(neighbor_management::Message::Leave { instead })
        }),
        walks.prop_map(Message::Walk),
        Just(Message::Adoption(adoption::Message::Adopt)),
        instead().prop_map(adopted),
        (0..20_u16, entries()).prop_map(|(number, entries)| {
            Message::Shuffle(cyclon::Message::Shuffle { number, entries })
        }),
        (0..20_u16, entries()).prop_map(|(number, entries)| {
            Message::Shuffle(cyclon::Message::Answer { number, entries })
        }),
    ]
}

fn requests() -> impl Strategy<Value = Request<SocketPeer>> {
    let walk = (any::<u8>(), proptest::option::of(any::<u8>()), any::<bool>()).prop_map(
        |(tag, distance, plain)| {
            let mode = if plain { Mode::Plain } else { Mode::Metropolis };
            Request::Walk(random_walk::Request { tag, distance, mode })
        },
    );
    prop_oneof![
        4 => walk,
        1 => lives().prop_map(|peer| {
            Request::Neighbors(neighbor_management::Request::Candidate(peer))
        }),
        1 => Just(Request::Neighbors(neighbor_management::Request::NotFound)),
        1 => Just(Request::leave()),
        1 => lives().prop_map(|peer| Request::Adoption(adoption::Request(peer))),
    ]
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        40 => (any::<usize>(), prop::bool::weighted(0.1)).prop_map(|(at, stays)| Act::Deliver(at, stays)),
        4 => any::<usize>().prop_map(Act::Lose),
        15 => (0..FEW, any::<usize>()).prop_map(|(place, timer)| Act::Fire(place, timer)),
        10 => (0..FEW, lives(), messages()).prop_map(|(to, from, what)| Act::Forge(to, from, Box::new(what))),
        4 => (0..FEW, requests()).prop_map(|(place, request)| Act::Ask(place, request)),
        1 => (0..FEW).prop_map(Act::Restart),
    ]
}

type Few = Group<SocketPeer, Overlay<SocketPeer>>;

fn begin(group: &mut Few, place: u8, epoch: u64, settings: &Settings) {
    let contact = life((place + 1) % FEW, 0);
    group.join(overlay(life(place, epoch), 4, &[contact], settings));
}

/// The place is the same; only whoever remembers its earlier life does not know that yet.
fn restart(group: &mut Few, place: u8, settings: &Settings) {
    let at = usize::from(place);
    let epoch = group.nodes[at].me().epoch().0 + 1;
    begin(group, place, epoch, settings);
    group.nodes.swap_remove(at);
    group.armed.swap_remove(at);
}

/// A message brings in no contact, and into the place of another life nobody from another place than
/// its sender's.
fn hear(group: &mut Few, place: usize, from: SocketPeer, message: Message<SocketPeer>) {
    let before = group.nodes[place].neighborhood.clone();
    group.handle(place, Event::Message { from, message });
    let now = group.nodes[place].neighborhood.peers().iter();
    for come in now.filter(|&peer| !before.contains(peer) && !from.shares_place_with(peer)) {
        assert!(!come.is_contact() && !before.knows(come), "{from:?} brings {come:?}");
    }
}

fn happen(group: &mut Few, act: Act, settings: &Settings) {
    let flying = group.flying.len();
    match act {
        Act::Deliver(at, stays) if flying > 0 => {
            let (to, from, message) = group.flying[at % flying].clone();
            if !stays {
                group.flying.remove(at % flying);
            }
            if let Some(place) = group.place(&to) {
                hear(group, place, from, message);
            }
        }
        Act::Lose(at) if flying > 0 => drop(group.flying.remove(at % flying)),
        Act::Deliver(..) | Act::Lose(_) => {}
        Act::Fire(place, timer) => {
            let armed = &mut group.armed[usize::from(place)];
            let (_, timer) = armed.swap_remove(timer % armed.len());
            group.handle(place.into(), Event::Timer(timer));
        }
        Act::Forge(to, from, message) => hear(group, to.into(), from, *message),
        Act::Ask(place, request) => group.handle(place.into(), Event::Request(request)),
        Act::Restart(place) => restart(group, place, settings),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// After each step it is as `group` checks: bounds and timers are kept, and nothing has overflowed.
    #[test]
    fn whatever_comes_the_bounds_are_kept_and_nothing_overflows(
        seed in any::<u64>(),
        acts in proptest::collection::vec(acts(), 0..600),
    ) {
        let mut settings = overlaid(3);
        settings.walk.retries = (seed % 3) as u8;
        settings.shuffle.length = 1 + (seed / 3 % MAX_LENGTH as u64) as u8;
        settings.shuffle.max_age = [0, 1, 255][(seed / 64 % 3) as usize];
        let mut group = group(&settings, seed);
        (0..FEW).for_each(|place| begin(&mut group, place, 1, &settings));
        acts.into_iter().for_each(|act| happen(&mut group, act, &settings));
    }
}

//! Nothing is allocated for a message in the steady state.

mod common;
#[path = "common/counting.rs"]
mod counting;

use std::collections::{BTreeSet, VecDeque};
use std::num::NonZeroU16;

use common::{flood, gossip, overlaid, rumor_of, source, view};
use counting::allocations;
use rumormill_core::protocols::periodic_gossip::{self, Mode};
use rumormill_core::protocols::random_walk;
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::rumor::{Notice, Rumor};
use rumormill_core::seen::Memory;
use rumormill_core::stacks::broadcast::{Broadcast, Message, Timer};
use rumormill_core::stacks::overlay::{Overlay, Request, Settings};
use rumormill_core::wire::{Header, Label, decode_frame, encode_frame};
use rumormill_core::{
    Effect, Effects, Epoch, Event, Neighborhood, Node, Peer, Protocol, SocketPeer, bytes::Bytes,
};

const ORIGINS: u32 = 1000;
const MEMORY: Memory = Memory { origins: ORIGINS, forget_after: None };

fn socket(number: u32) -> SocketPeer {
    let [_, a, b, c] = number.to_be_bytes();
    SocketPeer::new(([10, a, b, c], 7000).into(), Epoch(1_700_000_000_000))
}

/// A message as it comes from the network: its payload is a part of the datagram.
fn arrived<P: Peer>(origin: P, sequence: u64) -> Rumor<P> {
    let header = Header { label: Label::default(), from: Epoch(1), to: Epoch(2) };
    let mut frame = Vec::new();
    encode_frame(&header, &rumor_of(origin, sequence, 64), &mut frame);
    let datagram = Bytes::from(frame);
    decode_frame(&header.label, &datagram).expect("a frame").1
}

/// What happened while messages were handled: each new, and then each once more.
#[derive(Default)]
struct Tally {
    allocated: usize,
    sent: usize,
    delivered: usize,
    crowded_out: usize,
}

fn hear<P: Peer, X: Protocol<P, Notice = Notice<P>>>(
    node: &mut Node<P, X>,
    effects: &mut Effects<P, X>,
    messages: Vec<X::Message>,
) -> Tally {
    let mut random = source(1);
    let from = node.neighborhood.peers()[0];
    let again = messages.clone();
    let mut tally = Tally::default();
    for message in messages.into_iter().chain(again) {
        let (calls, ..) = allocations(|| {
            node.handle(Event::Message { from, message }, &mut random, effects);
            for effect in effects.drain() {
                match effect {
                    Effect::Send { to, .. } => tally.sent += to.len(),
                    Effect::Notify(Notice::Delivered(_)) => tally.delivered += 1,
                    Effect::Notify(Notice::CrowdedOut(_)) => tally.crowded_out += 1,
                    _ => panic!("no other effect"),
                }
            }
        });
        tally.allocated += calls;
    }
    tally
}

#[test]
fn bare_broadcast_allocates_nothing() {
    let settings = renyi_erdos::Settings { memory: MEMORY, ..flood() };
    let neighborhood = Neighborhood::of(0_u32, 1..=30);
    let mut node = Node::new(neighborhood, RenyiErdos::new(settings));
    let mut effects = Effects::new();
    node.handle(Event::Start, &mut source(2), &mut effects);
    let round = |sequence| (100..100 + ORIGINS).map(|origin| arrived(origin, sequence)).collect();
    assert!(hear(&mut node, &mut effects, round(0)).allocated > 0, "the counter counts");
    let tally = hear(&mut node, &mut effects, round(1));
    assert_eq!((tally.allocated, tally.delivered), (0, ORIGINS as usize));
    assert!(tally.sent >= 3 * ORIGINS as usize);
}

/// The stack over sockets, and how many more rumors its buffer has room for than come in a round.
fn broadcast_allocates_nothing(buffer: u16, crowded_out: usize) {
    let forward = renyi_erdos::Settings { memory: MEMORY, ..flood() };
    let repair = periodic_gossip::Settings {
        memory: MEMORY,
        buffer,
        hot: NonZeroU16::new(1).into(),
        ..gossip(Mode::PushPull)
    };
    let neighborhood = Neighborhood::of(socket(0), (1..=30).map(socket));
    let mut node = Node::new(neighborhood, Broadcast::new(31, forward, repair));
    let mut effects = Effects::new();
    node.handle(Event::Start, &mut source(3), &mut effects);
    let round = |sequence| {
        let origins = (100..100 + ORIGINS).map(socket);
        origins.map(|origin| Message::Forward(arrived(origin, sequence))).collect()
    };
    hear(&mut node, &mut effects, round(0));
    let period = Event::Timer(Timer::Repair(periodic_gossip::Period));
    if crowded_out == 0 {
        node.handle(period, &mut source(4), &mut effects);
        assert_eq!(node.protocol.repair.hot().count(), 0);
    }
    let tally = hear(&mut node, &mut effects, round(1));
    assert_eq!((tally.allocated, tally.delivered), (0, ORIGINS as usize));
    assert_eq!(tally.crowded_out, crowded_out);
    assert!(tally.sent >= 3 * ORIGINS as usize);
}

#[test]
fn the_stack_allocates_nothing_while_its_buffer_fills() {
    broadcast_allocates_nothing(2000, 0);
}

#[test]
fn the_stack_allocates_nothing_while_its_buffer_is_full() {
    broadcast_allocates_nothing(16, ORIGINS as usize);
}

/// Of thirty that know eight each, what they allocate in each of so many rounds. In a round all that
/// is armed fires, each node looks for a random one, and all messages arrive.
fn allocated_by_rounds(settings: &Settings, rounds: usize) -> Vec<usize> {
    let node = |me: u32| {
        let neighbors = (1..9).map(|step| socket((me + 3 * step) % 30));
        let overlay = Overlay::new(settings.clone(), Vec::new());
        Node::new(view(socket(me), neighbors, 8), overlay)
    };
    let mut nodes: Vec<_> = (0..30).map(node).collect();
    let mut armed = vec![BTreeSet::new(); nodes.len()];
    let mut waiting: VecDeque<_> = (0..nodes.len()).map(|place| (place, Event::Start)).collect();
    let (mut random, mut effects) = (source(5), Effects::new());
    let mut allocated = Vec::new();
    for _ in 0..rounds {
        let mut of_the_round = 0;
        while let Some((place, event)) = waiting.pop_front() {
            let (calls, ..) = allocations(|| nodes[place].handle(event, &mut random, &mut effects));
            of_the_round += calls;
            let me = nodes[place].me();
            for effect in effects.drain() {
                match effect {
                    Effect::Send { to, message } => waiting.extend(to.iter().filter_map(|to| {
                        let place = nodes.iter().position(|node| node.me() == *to)?;
                        Some((place, Event::Message { from: me, message: message.clone() }))
                    })),
                    Effect::Arm { timer, .. } => drop(armed[place].insert(timer)),
                    Effect::Disarm { timer } => drop(armed[place].remove(&timer)),
                    Effect::Notify(_) => {}
                }
            }
        }
        allocated.push(of_the_round);
        for (place, armed) in armed.iter_mut().enumerate() {
            waiting.extend(
                std::mem::take(armed).into_iter().map(|timer| (place, Event::Timer(timer))),
            );
            waiting.push_back((place, Event::Request(Request::random_node(1))));
        }
    }
    allocated
}

/// Pings and their answers, shuffles and their answers, walks and their acknowledgements.
#[test]
fn an_overlay_with_full_views_allocates_nothing() {
    for retries in [0, 1] {
        let mut settings = overlaid(8);
        settings.neighbors.watchers = 30;
        settings.walk = random_walk::Settings { path: 0, carried: 64, retries, ..settings.walk };
        let allocated = allocated_by_rounds(&settings, 300);
        assert!(allocated[0] > 0, "the counter counts");
        assert_eq!(allocated[200..].iter().sum::<usize>(), 0, "{allocated:?}");
    }
}

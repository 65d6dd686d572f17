//! Valid frames of both protocols of the default stack, truncated, bit-flipped and recombined.

use std::net::UdpSocket;
use std::ops::Range;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rumormill_core::protocols::periodic_gossip::{self, MAX_RUMORS, Verdict};
use rumormill_core::rumor::{Id, Notice, Rumor};
use rumormill_core::stacks::broadcast::{Broadcast, Message};
use rumormill_core::trace::{Title, replay};
use rumormill_core::wire::{DEFAULT_MAX_DATAGRAM, Header};
use rumormill_core::{Epoch, SocketPeer};
use rumormill_tokio::{Gate, spawn};

use crate::support::{
    EPOCH, LOOPBACK, MEMORY, config, frame, frame_with, label, lonely_broadcast, recorded, soon,
};

type Heard = Message<SocketPeer>;

fn gate() -> Gate {
    Gate { label: label(), epoch: EPOCH, max_datagram: DEFAULT_MAX_DATAGRAM }
}

fn ids() -> impl Strategy<Value = Id<SocketPeer>> {
    let origin = (any::<[u8; 16]>(), any::<u16>(), any::<u64>())
        .prop_map(|(ip, port, epoch)| SocketPeer::new((ip, port).into(), Epoch(epoch)));
    (origin, any::<u64>()).prop_map(|(origin, sequence)| Id { origin, sequence })
}

fn rumors() -> impl Strategy<Value = Rumor<SocketPeer>> {
    let payload = prop::collection::vec(any::<u8>(), 0..100).prop_map(Bytes::from);
    (ids(), payload).prop_map(|(id, payload)| Rumor { id, payload })
}

fn verdicts() -> impl Strategy<Value = Verdict<SocketPeer>> {
    (ids(), any::<bool>()).prop_map(|(id, needed)| Verdict { id, needed })
}

fn messages() -> impl Strategy<Value = Heard> {
    let have = || prop::collection::vec(ids(), 0..8);
    let some = || prop::collection::vec(rumors(), 0..8);
    prop_oneof![
        rumors().prop_map(Message::Forward),
        have().prop_map(|have| Message::Repair(periodic_gossip::Message::Pull { have })),
        some().prop_map(|rumors| Message::Repair(periodic_gossip::Message::Push { rumors })),
        (have(), some()).prop_map(|(have, rumors)| {
            Message::Repair(periodic_gossip::Message::Exchange { have, rumors })
        }),
        prop::collection::vec(verdicts(), 0..8).prop_map(|verdicts| {
            Message::Repair(periodic_gossip::Message::Feedback { verdicts })
        }),
    ]
}

fn frames() -> impl Strategy<Value = Vec<u8>> {
    (messages(), 1..u64::MAX, prop::bool::ANY).prop_map(|(message, from, known)| {
        let to = if known { EPOCH } else { Epoch::UNKNOWN };
        frame_with(Header { label: label(), from: Epoch(from), to }, &message)
    })
}

/// What may happen to a frame.
#[derive(Clone, Debug)]
enum Mutation {
    Truncate(Index),
    Flip(Index, u8),
    /// Goes on with another frame, from some place of each.
    Recombine(Vec<u8>, Index, Index),
    /// A number as large as they come, where perhaps a length is read.
    Claim(Index, u8),
}

fn mutations() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        any::<Index>().prop_map(Mutation::Truncate),
        (any::<Index>(), 0..8_u8).prop_map(|(place, bit)| Mutation::Flip(place, bit)),
        (frames(), any::<Index>(), any::<Index>())
            .prop_map(|(other, from, to)| Mutation::Recombine(other, from, to)),
        (any::<Index>(), 1..10_u8).prop_map(|(place, length)| Mutation::Claim(place, length)),
    ]
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    (frames(), prop::collection::vec(mutations(), 1..4))
        .prop_map(|(frame, mutations)| mutations.into_iter().fold(frame, apply))
}

fn apply(mut frame: Vec<u8>, mutation: Mutation) -> Vec<u8> {
    if frame.is_empty() {
        return frame;
    }
    match mutation {
        Mutation::Truncate(end) => frame.truncate(end.index(frame.len())),
        Mutation::Flip(place, bit) => {
            let place = place.index(frame.len());
            frame[place] ^= 1 << bit;
        }
        Mutation::Recombine(other, until, from) => {
            frame.truncate(until.index(frame.len()));
            frame.extend_from_slice(&other[from.index(other.len())..]);
        }
        Mutation::Claim(place, length) => {
            let place = place.index(frame.len());
            let varint = std::iter::repeat_n(0xff, length.into()).chain([0x01]);
            frame.splice(place..=place, varint);
        }
    }
    frame
}

/// Payloads lie within the datagram; lists are no longer than they may be, and have no room for
/// more either.
fn is_bounded(message: &Heard, datagram: &Bytes) -> bool {
    match message {
        Message::Size(never) => match *never {},
        Message::Forward(rumor) => is_within(rumor, datagram),
        Message::Repair(periodic_gossip::Message::Pull { have }) => have.capacity() <= MAX_RUMORS,
        Message::Repair(periodic_gossip::Message::Push { rumors }) => are_bounded(rumors, datagram),
        Message::Repair(periodic_gossip::Message::Exchange { have, rumors }) => {
            have.capacity() <= MAX_RUMORS && are_bounded(rumors, datagram)
        }
        Message::Repair(periodic_gossip::Message::Feedback { verdicts }) => {
            verdicts.capacity() <= MAX_RUMORS
        }
    }
}

fn are_bounded(rumors: &Vec<Rumor<SocketPeer>>, datagram: &Bytes) -> bool {
    rumors.capacity() <= MAX_RUMORS && rumors.iter().all(|rumor| is_within(rumor, datagram))
}

fn is_within(rumor: &Rumor<SocketPeer>, datagram: &Bytes) -> bool {
    let span = |bytes: &Bytes| -> Range<usize> {
        let start = bytes.as_ptr().addr();
        start..start + bytes.len()
    };
    let (whole, part) = (span(datagram), span(&rumor.payload));
    part.is_empty() || (whole.start <= part.start && part.end <= whole.end)
}

/// What decoding may ever allocate, in bytes: two lists of the longest, and what lets payloads
/// share the datagram's buffer.
const MAX_ALLOCATED: u64 = {
    let lists = MAX_RUMORS * (size_of::<Id<SocketPeer>>() + size_of::<Rumor<SocketPeer>>());
    lists as u64 + 64
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn a_frame_is_read_as_it_was_written(message in messages(), from in 1..u64::MAX) {
        let from = Epoch(from);
        let frame = frame_with(Header { label: label(), from, to: EPOCH }, &message);
        let heard = gate().admit(&frame.into(), LOOPBACK);
        prop_assert_eq!(heard, Ok((SocketPeer::new(LOOPBACK, from), message)));
    }

    #[test]
    fn a_mutated_frame_never_exceeds_a_bound(datagram in mutated()) {
        let datagram = Bytes::from(datagram);
        let mut heard = None;
        let allocated = allocation_counter::measure(|| {
            heard = Some(gate().admit::<Heard>(&datagram, LOOPBACK));
        });
        prop_assert!(allocated.bytes_max <= MAX_ALLOCATED, "{:?}", allocated);
        if let Some(Ok((_, message))) = heard {
            prop_assert!(is_bounded(&message, &datagram));
        }
    }
}

/// The mutated frames of a fixed seed, to be sent.
fn samples(number: usize) -> Vec<Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    let mut sample = || mutated().new_tree(&mut runner).map(|tree| tree.current());
    (0..number).map(|_| sample().expect("nothing is filtered")).collect()
}

/// The `sequence`th rumor of an origin like others.
fn sound(sequence: u64) -> Rumor<SocketPeer> {
    let id = Id { origin: SocketPeer::new(LOOPBACK, Epoch(1)), sequence };
    Rumor { id, payload: "still there?".into() }
}

#[tokio::test]
async fn a_node_lives_through_mutated_frames_and_its_bounds_hold() {
    let mut node = spawn(recorded(config()), lonely_broadcast).await.expect("it starts");
    let mut notices = node.notices().expect("the first to take them");
    let socket = UdpSocket::bind(LOOPBACK).expect("a free port");
    let before = frame(&Message::Forward(sound(0)));
    let after = frame(&Message::Forward(sound(1)));
    let attack = samples(3000);
    for (sent, datagram) in (1..).zip([before].into_iter().chain(attack).chain([after])) {
        socket.send_to(&datagram, node.peer().address()).expect("the loopback takes it");
        soon(node.counters_once(|count| count.incoming.datagrams == sent)).await;
        if sent <= 3001 {
            while notices.try_next().is_some() {}
        }
    }
    assert_eq!(soon(notices.next()).await, Some(Notice::Delivered(sound(1))));

    let incoming = node.counters().incoming;
    assert_eq!(incoming.accepted + incoming.refused.total(), 3002);
    assert!(incoming.accepted > 100 && incoming.refused.garbled > 100, "{incoming:?}");
    assert!(incoming.refused.too_long > 10 && incoming.refused.trailing > 10, "{incoming:?}");

    let finished = node.shutdown().await.expect("it ends by itself");
    assert!(finished.node.protocol.forward.origins() <= MEMORY.origins as usize);
    let trace = finished.trace.expect("it was recorded");
    let (_, entries) = Title::read(&trace).expect("a trace");
    replay::<SocketPeer, Broadcast<SocketPeer>>(entries).expect("it replays");
}

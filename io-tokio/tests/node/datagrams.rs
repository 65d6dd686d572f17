//! What arrives and is no frame for the node changes nothing but counters.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, RngExt, SeedableRng};
use rumormill_core::protocols::periodic_gossip;
use rumormill_core::rumor::{Id, Rumor};
use rumormill_core::stacks::broadcast::{Broadcast, Message, Request};
use rumormill_core::trace::{Replayed, Title, replay};
use rumormill_core::wire::{DEFAULT_MAX_DATAGRAM, Header, Label, VERSION};
use rumormill_core::{Effects, Epoch, Event, Neighborhood, Node, Script, SocketPeer, Ticks};
use rumormill_tokio::{Handle, Outgoing, Refusals, spawn};

use crate::support::{
    EPOCH, LOOPBACK, broadcast, config, frame, frame_with, label, lonely_broadcast, recorded, soon,
};

type Stack = Broadcast<SocketPeer>;

/// Sends all, never so many at once that the receiver's socket overflows.
async fn send_all(node: &Handle<Stack>, datagrams: &[Vec<u8>]) {
    let socket = UdpSocket::bind(LOOPBACK).expect("a free port");
    let before = node.counters().incoming.datagrams;
    for (sent, datagram) in (1..).zip(datagrams) {
        socket.send_to(datagram, node.peer().address()).expect("the loopback takes it");
        if sent % 16 == 0 || sent == datagrams.len() as u64 {
            soon(node.counters_once(|count| count.incoming.datagrams >= before + sent)).await;
        }
    }
}

fn random_datagrams(number: usize) -> Vec<Vec<u8>> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut datagram = |index: usize| {
        let mut bytes = vec![0; random.random_range(0..=DEFAULT_MAX_DATAGRAM + 100)];
        random.fill_bytes(&mut bytes);
        // Some get further than others.
        let prefix = [&b""[..], b"rm", &[b'r', b'm', VERSION]][index % 3];
        let shared = prefix.len().min(bytes.len());
        bytes[..shared].copy_from_slice(&prefix[..shared]);
        bytes
    };
    (0..number).map(&mut datagram).collect()
}

#[tokio::test]
async fn random_datagrams_change_nothing_but_counters() {
    let mut node = spawn(recorded(config()), lonely_broadcast).await.expect("it starts");
    let mut started = lonely_broadcast(node.peer());
    started.handle(Event::Start, &mut Script::new(&[]), &mut Effects::new());
    let mut notices = node.notices().expect("the first to take them");

    let datagrams = random_datagrams(3000);
    send_all(&node, &datagrams).await;

    let finished = node.shutdown().await.expect("it ends by itself");
    assert_eq!(finished.node, started);
    assert_eq!(notices.next().await, None);
    let incoming = finished.counters.incoming;
    assert_eq!((incoming.datagrams, incoming.accepted), (3000, 0));
    assert_eq!(incoming.refused.total(), 3000);
    assert!(incoming.refused.foreign > 900 && incoming.refused.version > 900);
    assert!(incoming.refused.label > 800 && incoming.refused.oversized > 100);
    assert_eq!(finished.counters.outgoing, Outgoing::default());

    let trace = finished.trace.expect("it was recorded");
    let (_, entries) = Title::read(&trace).expect("a trace");
    let replayed = replay::<SocketPeer, Stack>(entries).expect("it replays");
    assert_eq!(replayed, Replayed { nodes: 1, steps: 1, draws: 0, effects: 1 });
}

fn empty_pull() -> Message<SocketPeer> {
    Message::Repair(periodic_gossip::Message::Pull { have: vec![] })
}

fn header() -> Header {
    Header { label: label(), from: Epoch(1), to: EPOCH }
}

#[tokio::test]
async fn each_reason_has_its_counter() {
    let valid = frame_with(header(), &empty_pull());
    // The frame ends with the layer, the kind and the length of the list.
    let (last, end) = (valid.len() - 1, valid.len());
    let with = |place: usize, byte: u8| {
        let mut datagram = valid.clone();
        datagram[place] = byte;
        datagram
    };
    let followed = [&valid[..], b"?"].concat();
    let other_label = Label::new("others").expect("it is short");
    let datagrams = [
        (valid.clone(), "accepted"),
        (frame_with(Header { to: Epoch::UNKNOWN, ..header() }, &empty_pull()), "accepted"),
        (with(0, b'R'), "foreign"),
        (vec![], "foreign"),
        (with(2, VERSION + 1), "version"),
        (frame_with(Header { label: other_label, ..header() }, &empty_pull()), "label"),
        (valid[..last].to_vec(), "garbled"),
        (with(last, 64), "garbled"),
        (with(last, 65), "too_long"),
        (with(end - 2, 4), "unknown_kind"),
        (with(end - 3, 3), "unknown_kind"),
        (followed, "trailing"),
        (frame_with(Header { from: Epoch::UNKNOWN, ..header() }, &empty_pull()), "no_sender"),
        (frame_with(Header { to: Epoch(6), ..header() }, &empty_pull()), "another_epoch"),
        (vec![b'r'; DEFAULT_MAX_DATAGRAM + 1], "oversized"),
    ];
    let node = spawn(config(), lonely_broadcast).await.expect("it starts");
    for (datagram, reason) in &datagrams {
        let before = node.counters().incoming;
        send_all(&node, std::slice::from_ref(datagram)).await;
        let after = node.counters().incoming;
        assert_eq!(after.accepted + after.refused.total(), after.datagrams);
        let expected = [("accepted", before.accepted + 1)].into_iter();
        let counted = expected.chain(incremented(&before.refused));
        let now = [("accepted", after.accepted)].into_iter().chain(values(&after.refused));
        for ((name, incremented), (_, value)) in counted.zip(now) {
            assert_eq!(name == *reason, incremented == value, "{name}, not {reason}");
        }
    }
}

fn values(refused: &Refusals) -> impl Iterator<Item = (&'static str, u64)> {
    let &Refusals { oversized, foreign, version, label, garbled, .. } = refused;
    let &Refusals { too_long, unknown_kind, trailing, no_sender, another_epoch, .. } = refused;
    let of_frames = [("oversized", oversized), ("foreign", foreign), ("version", version)];
    let of_addresses =
        [("label", label), ("no_sender", no_sender), ("another_epoch", another_epoch)];
    let of_messages = [
        ("garbled", garbled),
        ("too_long", too_long),
        ("unknown_kind", unknown_kind),
        ("trailing", trailing),
    ];
    of_frames.into_iter().chain(of_addresses).chain(of_messages)
}

fn incremented(refused: &Refusals) -> impl Iterator<Item = (&'static str, u64)> {
    values(refused).map(|(name, value)| (name, value + 1))
}

#[tokio::test]
async fn the_largest_datagram_is_accepted_and_one_byte_more_is_not() {
    let origin = SocketPeer::new(LOOPBACK, Epoch(1));
    let rumor = |sequence, length| {
        let payload = Bytes::from(vec![0; length]);
        frame(&Message::Forward(Rumor { id: Id { origin, sequence }, payload }))
    };
    let overhead = rumor(0, 1000).len() - 1000;
    let (largest, more) = (DEFAULT_MAX_DATAGRAM - overhead, DEFAULT_MAX_DATAGRAM - overhead + 1);
    let node = spawn(config(), lonely_broadcast).await.expect("it starts");
    send_all(&node, &[rumor(0, largest), rumor(1, more)]).await;
    let incoming = node.counters().incoming;
    assert_eq!((incoming.accepted, incoming.refused.oversized), (1, 1));
}

/// The runtime has one thread, so the node does not run before this test waits for something.
#[tokio::test]
async fn datagrams_are_taken_in_batches_between_which_others_have_their_turn() {
    let node = spawn(config(), lonely_broadcast).await.expect("it starts");
    let socket = UdpSocket::bind(LOOPBACK).expect("a free port");
    for _ in 0..128 {
        socket.send_to(b"nonsense", node.peer().address()).expect("the loopback takes it");
    }
    let counters = soon(node.counters_once(|count| count.incoming.datagrams > 0)).await;
    assert!(counters.incoming.datagrams < 128);
    soon(node.counters_once(|count| count.incoming.datagrams == 128)).await;
}

/// More than one thread, so that the flood goes on while the node deals with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_holds_up_neither_requests_nor_timers_nor_shutdown() {
    let machine = |me| Node::new(Neighborhood::of(me, []), broadcast(2, Ticks(1)));
    let node = spawn(config(), machine).await.expect("it starts");
    let address = node.peer().address();
    let over = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&over);
    let flood = tokio::task::spawn_blocking(move || {
        let socket = UdpSocket::bind(LOOPBACK).expect("a free port");
        while !ended.load(Ordering::Relaxed) {
            socket.send_to(b"nonsense", address).expect("the loopback takes it");
        }
    });
    let foreign = async |more| {
        let until = node.counters().incoming.refused.foreign + more;
        soon(node.counters_once(|count| count.incoming.refused.foreign >= until)).await
    };
    foreign(1000).await;
    for _ in 0..1000 {
        soon(node.request(Request::broadcast("word".into()))).await.expect("it runs");
    }
    soon(node.counters_once(|count| count.work.requests == 1000)).await;
    soon(node.counters_once(|count| count.work.timers > 100)).await;
    foreign(1000).await;
    soon(node.shutdown()).await.expect("it ends by itself");
    over.store(true, Ordering::Relaxed);
    soon(flood).await.expect("it ends");
}

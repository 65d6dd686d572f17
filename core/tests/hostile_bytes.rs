//! Whatever bytes come in, from the network or from a file, what is allocated is bounded by their
//! number.

mod common;
#[path = "common/counting.rs"]
mod counting;

use common::{flood, gossip, longest_peer, overlaid, rumor, rumor_of, run_recorded, view};
use counting::allocations;
use proptest::prelude::*;
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::cyclon::{self, MAX_LENGTH};
use rumormill_core::protocols::periodic_gossip::{self, MAX_RUMORS, Mode, Verdict};
use rumormill_core::protocols::random_walk::{self, MAX_PATH};
use rumormill_core::protocols::search::{self, MAX_RESULTS};
use rumormill_core::rumor::{MAX_PAYLOAD, Rumor};
use rumormill_core::stacks::broadcast::{Broadcast, Message, Request};
use rumormill_core::stacks::member;
use rumormill_core::stacks::overlay::{self, Overlay};
use rumormill_core::trace::replay;
use rumormill_core::wire::{Header, Label, Malformed, Wire, decode_frame, encode_frame};
use rumormill_core::{Epoch, Neighborhood, Node, Protocol, SocketPeer};

/// An item of a list takes 96 bytes in memory and at least one on the wire, and comes in lists of
/// at most [`MAX_RUMORS`], of which a message has two.
fn decoding_allocates_in_proportion(datagram: &Bytes) -> Result<(), TestCaseError> {
    let label = Label::default();
    let (_, stack, _) = allocations(|| decode_frame::<Message<SocketPeer>>(&label, datagram));
    let (_, bare, _) = allocations(|| decode_frame::<Rumor<u32>>(&label, datagram));
    let (_, member, _) =
        allocations(|| decode_frame::<member::Message<SocketPeer>>(&label, datagram));
    prop_assert!(member <= 2 * 96 * datagram.len().min(MAX_RUMORS), "{member} bytes");
    prop_assert!(stack <= 2 * 96 * datagram.len().min(MAX_RUMORS), "{stack} bytes");
    prop_assert!(bare == 0, "{bare} bytes");
    Ok(())
}

/// A frame of `message` that is cut off and followed by something else.
fn begun<M: Wire>(message: &M, cut: usize, tail: &[u8]) -> Bytes {
    let header = Header { label: Label::default(), from: Epoch(1), to: Epoch(2) };
    let mut frame = Vec::new();
    encode_frame(&header, message, &mut frame);
    frame.truncate(frame.len().saturating_sub(cut));
    frame.extend_from_slice(tail);
    Bytes::from(frame)
}

fn exchange(rumors: usize) -> Message<SocketPeer> {
    let rumors: Vec<_> =
        (0..rumors).map(|number| rumor_of(longest_peer(number as u16), 1, number)).collect();
    let have = rumors.iter().map(|rumor| rumor.id).collect();
    Message::Repair(periodic_gossip::Message::Exchange { have, rumors })
}

fn feedback(verdicts: usize) -> Message<SocketPeer> {
    let name = |number| rumor_of(longest_peer(number as u16), 1, 0).id;
    let verdict = |number| Verdict { id: name(number), needed: number % 2 == 0 };
    let verdicts = (0..verdicts).map(verdict).collect();
    Message::Repair(periodic_gossip::Message::Feedback { verdicts })
}

proptest! {
    #[test]
    fn garbage(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        decoding_allocates_in_proportion(&Bytes::from(bytes))?;
    }

    #[test]
    fn what_begins_like_a_message(
        rumors in 0..MAX_RUMORS,
        cut in 0..5000_usize,
        tail in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        decoding_allocates_in_proportion(&begun(&exchange(rumors), cut, &tail))?;
        decoding_allocates_in_proportion(&begun(&feedback(rumors), cut, &tail))?;
    }
}

/// The end of a walk that came by so many.
fn end(path: usize) -> overlay::Message<SocketPeer> {
    let path = (0..path).map(|place| longest_peer(place as u16)).collect();
    overlay::Message::Walk(random_walk::Message::End { number: 1, left: 0, path })
}

/// A hit with so many results.
fn hit(results: usize) -> search::Message<SocketPeer> {
    let results = vec![Bytes::from_static(b"a title"); results];
    let (id, server) = (rumor_of(longest_peer(1), 1, 0).id, longest_peer(2));
    search::Message::Hit { id, server, hops: 1, results }
}

proptest! {
    #[test]
    fn what_begins_like_a_message_of_a_member(
        path in 0..MAX_PATH,
        results in 0..MAX_RESULTS,
        cut in 0..2000_usize,
        tail in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let message = member::Message::Overlay(end(path));
        decoding_allocates_in_proportion(&begun(&message, cut, &tail))?;
        let message = member::Message::Search(hit(results));
        decoding_allocates_in_proportion(&begun(&message, cut % 100, &tail))?;
    }
}

/// An empty list is the last byte of either message.
#[test]
fn a_path_or_a_shuffle_beyond_its_limit_is_refused_before_anything_is_allocated() {
    let entries = cyclon::Entries::new();
    let shuffle = overlay::Message::Shuffle(cyclon::Message::Shuffle { number: 1, entries });
    for (message, limit) in [(end(0), MAX_PATH), (shuffle, MAX_LENGTH)] {
        let mut longer = vec![limit as u8 + 1];
        longer.extend([0; 2000]);
        let datagram = begun(&message, 1, &longer);
        let label = Label::default();
        let (calls, _, result) = allocations(|| {
            decode_frame::<overlay::Message<SocketPeer>>(&label, &datagram).map(|_| ())
        });
        let (claimed, limit) = (limit as u64 + 1, limit as u64);
        assert_eq!((calls, result), (0, Err(Malformed::TooLong { claimed, limit })));
    }
}

/// The lists of an exchange without rumors are its last two bytes.
#[test]
fn a_length_beyond_the_limit_is_refused_before_anything_is_allocated() {
    let lists = |tail: &[u8]| {
        let datagram = begun(&exchange(0), 2, tail);
        let label = Label::default();
        let (calls, _, result) =
            allocations(|| decode_frame::<Message<SocketPeer>>(&label, &datagram).map(|_| ()));
        assert_eq!(calls, 0);
        result
    };
    let too_long = |claimed, limit| Err(Malformed::TooLong { claimed, limit: limit as u64 });
    assert_eq!(lists(&[0, 0]), Ok(()));
    assert_eq!(lists(&[65, 0]), too_long(65, MAX_RUMORS));
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    assert_eq!(lists(&huge), too_long(u64::MAX, MAX_RUMORS));
    assert_eq!(lists(&[64, 0]), Err(Malformed::Garbled), "more items than bytes");

    let label = Label::default();
    let datagram = begun(&feedback(0), 1, &[65]);
    let (calls, _, result) =
        allocations(|| decode_frame::<Message<SocketPeer>>(&label, &datagram).map(|_| ()));
    assert_eq!((calls, result), (0, too_long(65, MAX_RUMORS)));

    let header = Header { label: Label::default(), from: Epoch(1), to: Epoch(2) };
    let mut frame = Vec::new();
    encode_frame(&header, &rumor(7, 1, 0), &mut frame);
    frame.pop();
    frame.extend([0x80, 0x80, 4]);
    let (calls, _, result) =
        allocations(|| decode_frame::<Rumor<u32>>(&header.label, &Bytes::from(frame.clone())));
    assert_eq!(result.map(|_| ()), too_long(65_536, MAX_PAYLOAD));
    assert!(calls <= 2, "the datagram itself");
}

fn recorded() -> Vec<u8> {
    let nodes = (0..3_u32).map(|me| {
        let stack = Broadcast::new(3, flood(), gossip(Mode::PushPull));
        Node::new(Neighborhood::of(me, 0..3), stack)
    });
    run_recorded(nodes.collect(), 1, 100, |step| Request::broadcast(vec![step as u8; 9].into()))
}

/// A list in a file may claim any length; serde reserves at most a mebibyte ahead.
#[test]
fn a_trace_whose_lists_claim_the_length_of_the_universe_is_refused_cheaply() {
    claims_are_refused_cheaply::<Broadcast<u32>>(&recorded());
    let nodes = (0..3_u32)
        .map(|me| Node::new(view(me, [(me + 1) % 3], 2), Overlay::new(overlaid(2), vec![0])));
    let ask = |step| overlay::Request::random_node(step as u8);
    claims_are_refused_cheaply::<Overlay<u32>>(&run_recorded(nodes.collect(), 1, 60, ask));
}

fn claims_are_refused_cheaply<X: Protocol<u32>>(trace: &[u8]) {
    let length = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    for place in 0..trace.len() {
        let mut forged = trace[..place].to_vec();
        forged.extend(length);
        forged.extend(&trace[place + 1..]);
        let (_, bytes, result) = allocations(|| replay::<u32, X>(&forged));
        assert!(bytes < (4 << 20) + 1000 * forged.len(), "{bytes} bytes at {place}");
        drop(result);
    }
}

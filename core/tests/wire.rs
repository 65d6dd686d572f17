//! Frames: what is written is read, and whatever is read keeps to the bounds.

mod common;

use common::longest_peer;
use proptest::prelude::*;
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::averaging::{self, MAX_COUNTS};
use rumormill_core::protocols::cyclon::{self, Entry, MAX_LENGTH};
use rumormill_core::protocols::periodic_gossip::{self, MAX_RUMORS, Verdict};
use rumormill_core::protocols::random_walk::{self, Hop, MAX_PATH, Mode, Walk};
use rumormill_core::protocols::search::{self, MAX_QUERY, MAX_RESULT, MAX_RESULTS, Way};
use rumormill_core::protocols::{adoption, neighbor_management};
use rumormill_core::rumor::{Id, MAX_PAYLOAD, Rumor};
use rumormill_core::stacks::broadcast::Message;
use rumormill_core::stacks::{member, overlay};
use rumormill_core::wire::{
    Header, Label, MAGIC, MAX_LABEL, MAX_OVERHEAD, Malformed, VERSION, Wire, decode_frame,
    encode_frame,
};
use rumormill_core::{Epoch, Never, Peer, SocketPeer};

fn label(text: &str) -> Label {
    Label::new(text).expect("short enough")
}

fn encoded<M: Wire>(header: &Header, message: &M) -> Vec<u8> {
    let mut frame = Vec::new();
    encode_frame(header, message, &mut frame);
    frame
}

fn headers() -> impl Strategy<Value = Header> {
    ("[a-z]{0,32}", any::<u64>(), any::<u64>()).prop_map(|(text, from, to)| Header {
        label: label(&text),
        from: Epoch(from),
        to: Epoch(to),
    })
}

fn sockets() -> impl Strategy<Value = SocketPeer> + Clone {
    let address = prop_oneof![any::<u128>(), any::<u32>().prop_map(u128::from), Just(u128::MAX)];
    (address, any::<u16>(), any::<u64>()).prop_map(|(ip, port, epoch)| {
        let ip = std::net::Ipv6Addr::from_bits(ip);
        SocketPeer::new(std::net::SocketAddr::new(ip.into(), port), Epoch(epoch))
    })
}

fn rumors<P: Peer>(origins: impl Strategy<Value = P>) -> impl Strategy<Value = Rumor<P>> {
    let payload = prop_oneof![
        10 => proptest::collection::vec(any::<u8>(), 0..80),
        1 => proptest::collection::vec(any::<u8>(), 200..300)
    ];
    (origins, any::<u64>(), payload).prop_map(|(origin, sequence, payload)| Rumor {
        id: Id { origin, sequence },
        payload: Bytes::from(payload),
    })
}

/// Every kind of message that the default stack knows.
fn messages<P: Peer>(
    origins: impl Strategy<Value = P> + Clone,
) -> impl Strategy<Value = Message<P>> {
    use periodic_gossip::Message::{Exchange, Feedback, Pull, Push};
    let some = proptest::collection::vec(rumors(origins.clone()), 0..=8);
    let have = proptest::collection::vec(rumors(origins.clone()), 0..=MAX_RUMORS)
        .prop_map(|rumors| rumors.iter().map(|rumor| rumor.id).collect::<Vec<_>>());
    let verdict = |(place, id)| Verdict { id, needed: place % 3 == 0 };
    let gossip = (0..4, have, some).prop_map(move |(kind, have, rumors)| match kind {
        0 => Pull { have },
        1 => Exchange { have, rumors },
        2 => Push { rumors },
        _ => Feedback { verdicts: have.into_iter().enumerate().map(verdict).collect() },
    });
    prop_oneof![rumors(origins).prop_map(Message::Forward), gossip.prop_map(Message::Repair)]
}

/// Every kind of message that the overlay knows.
fn overlay_messages<P: Peer>(
    peers: impl Strategy<Value = P> + Clone + 'static,
) -> impl Strategy<Value = overlay::Message<P>> {
    use overlay::Message::{Adoption, Neighbors, Shuffle, Walk as Walking};
    let path = proptest::collection::vec(peers.clone(), 0..=MAX_PATH);
    let entry = (peers.clone(), any::<u8>()).prop_map(|(peer, age)| Entry { peer, age });
    let entries = proptest::collection::vec(entry, 0..=MAX_LENGTH);
    let instead = proptest::option::of(peers.clone());
    let numbers = (any::<u16>(), any::<u8>(), any::<u32>(), any::<bool>());
    (0..12, numbers, peers, (path, entries, instead)).prop_map(
        |(kind, (number, left, degree, plain), origin, (path, entries, instead))| {
            let hop = Hop { origin, number, left };
            let mode = if plain { Mode::Plain } else { Mode::Metropolis };
            let entries = entries.into_iter().collect();
            match kind {
                0 => Neighbors(neighbor_management::Message::Ping),
                1 => Neighbors(neighbor_management::Message::Pong),
                2 => Neighbors(neighbor_management::Message::Leave { instead }),
                3 => Adoption(adoption::Message::Adopt),
                4 => Adoption(adoption::Message::Adopted { instead }),
                5 => Shuffle(cyclon::Message::Shuffle { number, entries }),
                6 => Shuffle(cyclon::Message::Answer { number, entries }),
                7 => Walking(random_walk::Message::Taken(hop)),
                8 => Walking(random_walk::Message::Stays(hop)),
                9 => Walking(random_walk::Message::End { number, left, path }),
                10 => Walking(random_walk::Message::Heard { number }),
                _ => Walking(random_walk::Message::Walk(Walk { hop, mode, degree, path })),
            }
        },
    )
}

/// Every kind of message of those who search.
fn searches<P: Peer>(peers: impl Strategy<Value = P>) -> impl Strategy<Value = search::Message<P>> {
    let bytes = |most| proptest::collection::vec(any::<u8>(), 0..=most).prop_map(Bytes::from);
    let results = proptest::collection::vec(bytes(MAX_RESULT), 0..=MAX_RESULTS);
    let numbers = (any::<u64>(), any::<[u8; 3]>());
    (0..3, peers, numbers, bytes(MAX_QUERY), results).prop_map(
        |(kind, peer, (sequence, [left, ring, degree]), text, results)| {
            let id = Id { origin: peer, sequence };
            match kind {
                0 => search::Message::Query { id, left, ring, way: Way::Flood { degree }, text },
                1 => search::Message::Query { id, left, ring, way: Way::Walk, text },
                _ => search::Message::Hit { id, server: peer, hops: left, results },
            }
        },
    )
}

/// Every kind of message that a member of an overlay knows.
fn member_messages<P: Peer>(
    peers: impl Strategy<Value = P> + Clone + 'static,
) -> impl Strategy<Value = member::Message<P>> {
    prop_oneof![
        5 => overlay_messages(peers.clone()).prop_map(member::Message::Overlay),
        1 => messages(peers.clone()).prop_map(member::Message::Broadcast),
        2 => searches(peers).prop_map(member::Message::Search),
    ]
}

/// Every kind of message that those who average know.
fn averaging_messages<P: Peer>(
    peers: impl Strategy<Value = P> + Clone,
) -> impl Strategy<Value = averaging::Message<P>> {
    use averaging::{Count, Held, Message, Time};
    let part = (any::<u32>(), peers, any::<u64>());
    let part = part.prop_map(|(ticket, leader, part)| Count { ticket, leader, part });
    let counts = proptest::collection::vec(part, 0..=MAX_COUNTS);
    let values = (any::<i64>(), any::<i64>(), any::<i64>(), any::<u32>());
    let held = (values, counts).prop_map(|((value, least, greatest, cut), counts)| Held {
        value,
        least,
        greatest,
        cut,
        counts,
    });
    let times = (any::<u32>(), any::<u16>()).prop_map(|(epoch, round)| Time { epoch, round });
    (0..3, any::<u32>(), times, held, any::<bool>()).prop_map(
        |(kind, number, time, held, is_known)| match kind {
            0 => Message::Push { time, number, held },
            1 => Message::Answer { epoch: time.epoch, number, held },
            _ => {
                let epoch = time.epoch;
                Message::Declined { epoch, number, time: is_known.then_some(time) }
            }
        },
    )
}

fn decoded_of_averaging<P: Peer>(
    label: &Label,
    frame: Vec<u8>,
) -> Result<(Header, averaging::Message<P>), Malformed> {
    use averaging::Message::{Answer, Declined, Push};
    let read = decode_frame::<averaging::Message<P>>(label, &Bytes::from(frame))?;
    match &read.1 {
        Push { held, .. } | Answer { held, .. } => assert!(held.counts.len() <= MAX_COUNTS),
        Declined { .. } => {}
    }
    Ok(read)
}

fn decoded_of_member<P: Peer>(
    label: &Label,
    frame: Vec<u8>,
) -> Result<(Header, member::Message<P>), Malformed> {
    use random_walk::Message::{End, Walk as Passes};
    let read = decode_frame::<member::Message<P>>(label, &Bytes::from(frame))?;
    if let member::Message::Overlay(overlay::Message::Walk(
        End { path, .. } | Passes(Walk { path, .. }),
    )) = &read.1
    {
        assert!(path.len() <= MAX_PATH);
    }
    Ok(read)
}

fn decoded<P: Peer>(label: &Label, frame: Vec<u8>) -> Result<(Header, Message<P>), Malformed> {
    let datagram = Bytes::from(frame);
    let read = decode_frame(label, &datagram);
    if let Ok((_, message)) = &read {
        keeps_to_the_bounds(message, &datagram);
    }
    read
}

/// No list is longer than it may be, and every payload is a part of the datagram's buffer.
fn keeps_to_the_bounds<P: Peer>(message: &Message<P>, datagram: &Bytes) {
    use periodic_gossip::Message::{Exchange, Feedback, Pull, Push};
    let (have, rumors): (&[_], &[_]) = match message {
        Message::Size(never) => match *never {},
        Message::Forward(rumor) => (&[], std::slice::from_ref(rumor)),
        Message::Repair(Pull { have }) => (have, &[]),
        Message::Repair(Exchange { have, rumors }) => (have, rumors),
        Message::Repair(Push { rumors }) => (&[], rumors),
        Message::Repair(Feedback { verdicts }) => {
            assert!(verdicts.len() <= MAX_RUMORS);
            (&[], &[])
        }
    };
    assert!(have.len() <= MAX_RUMORS && rumors.len() <= MAX_RUMORS);
    let buffer = datagram.as_ptr_range();
    for rumor in rumors.iter().filter(|rumor| !rumor.payload.is_empty()) {
        assert!(rumor.payload.len() <= MAX_PAYLOAD);
        let payload = rumor.payload.as_ptr_range();
        assert!(buffer.start <= payload.start && payload.end <= buffer.end, "a copy");
    }
}

type Decode<M> = fn(&Label, Vec<u8>) -> Result<(Header, M), Malformed>;

/// Every truncation and every flip of one bit. A truncated frame is never a frame; a flipped one may
/// be (the flip may be in a payload), but never says the same.
fn is_read_back_and_damage_is_noticed<M: Wire + Clone + PartialEq + std::fmt::Debug>(
    header: Header,
    message: M,
    decoded: Decode<M>,
) -> Result<(), TestCaseError> {
    let frame = encoded(&header, &message);
    let length = frame.len();
    for cut in 0..length {
        prop_assert!(decoded(&header.label, frame[..cut].to_vec()).is_err());
    }
    for bit in 0..8 * length {
        let mut flipped = frame.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(read) = decoded(&header.label, flipped) {
            prop_assert_ne!(read, (header, message.clone()));
        }
    }
    let mut longer = frame.clone();
    longer.push(0);
    prop_assert_eq!(decoded(&header.label, longer), Err(Malformed::Trailing));
    prop_assert_eq!(decoded(&header.label, frame), Ok((header, message)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_message_among_sockets(header in headers(), message in messages(sockets())) {
        is_read_back_and_damage_is_noticed(header, message, decoded)?;
    }

    #[test]
    fn every_message_of_a_member_among_sockets(
        header in headers(),
        message in member_messages(sockets()),
    ) {
        is_read_back_and_damage_is_noticed(header, message, decoded_of_member)?;
    }

    #[test]
    fn every_message_of_a_member_among_numbers(
        header in headers(),
        message in member_messages(any::<u16>()),
    ) {
        is_read_back_and_damage_is_noticed(header, message, decoded_of_member)?;
    }

    #[test]
    fn every_message_of_averaging(header in headers(), message in averaging_messages(sockets())) {
        is_read_back_and_damage_is_noticed(header, message, decoded_of_averaging)?;
    }

    #[test]
    fn every_message_among_numbers(header in headers(), message in messages(any::<u32>())) {
        is_read_back_and_damage_is_noticed(header, message, decoded)?;
    }
}

proptest! {
    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decoded::<SocketPeer>(&label(""), bytes.clone());
        let mut framed = vec![MAGIC[0], MAGIC[1], VERSION, 0, 1, 1];
        framed.extend(bytes);
        let _ = decoded::<SocketPeer>(&label(""), framed.clone());
        let _ = decoded_of_member::<SocketPeer>(&label(""), framed.clone());
        let _ = decoded_of_averaging::<SocketPeer>(&label(""), framed);
    }

    #[test]
    fn the_head_of_one_frame_and_the_tail_of_another(
        (one, other) in (messages(sockets()), messages(sockets())),
        (cut, join) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let header = Header { label: label("x"), from: Epoch(1), to: Epoch(2) };
        let (mut head, tail) = (encoded(&header, &one), encoded(&header, &other));
        head.truncate(cut.index(head.len()));
        head.extend(&tail[join.index(tail.len())..]);
        let _ = decoded::<SocketPeer>(&header.label, head);
    }
}

#[test]
fn what_is_no_frame_of_this_cluster_is_told_apart() {
    let header = Header { label: label("here"), from: Epoch(1), to: Epoch::UNKNOWN };
    let rumor = common::rumor(7, 1, 3);
    let frame = encoded(&header, &rumor);
    let read = |label: &Label, frame: &[u8]| {
        decode_frame::<Rumor<u32>>(label, &Bytes::copy_from_slice(frame)).map(|_| ())
    };
    assert_eq!(read(&header.label, &frame), Ok(()));
    assert_eq!(read(&label("there"), &frame), Err(Malformed::Label));
    assert_eq!(read(&label("her"), &frame), Err(Malformed::Label));
    assert_eq!(read(&label(""), &frame), Err(Malformed::Label));
    let changed = |place: usize, byte: u8| {
        let mut changed = frame.clone();
        changed[place] = byte;
        read(&header.label, &changed)
    };
    assert_eq!(changed(0, b'q'), Err(Malformed::Foreign));
    assert_eq!(changed(1, b'q'), Err(Malformed::Foreign));
    assert_eq!(changed(2, 2), Err(Malformed::Version { version: 2 }));
    assert_eq!(changed(3, 255), Err(Malformed::Garbled));
    assert_eq!(read(&header.label, b""), Err(Malformed::Foreign));
    assert_eq!(read(&header.label, b"r"), Err(Malformed::Foreign));
    let silent = decode_frame::<Never>(&header.label, &Bytes::from(frame));
    assert_eq!(silent.map(|_| ()), Err(Malformed::UnknownKind { tag: 7 }));
}

#[test]
fn a_label_has_a_limit() {
    let longest = "x".repeat(MAX_LABEL);
    assert_eq!(label(&longest).as_str(), longest);
    assert_eq!(Label::new(&"x".repeat(MAX_LABEL + 1)).map_err(|error| error.length), Err(33));
}

#[test]
fn the_overhead_of_a_frame_is_an_upper_bound_that_is_reached() {
    let header =
        Header { label: label(&"x".repeat(MAX_LABEL)), from: Epoch(u64::MAX), to: Epoch(u64::MAX) };
    let id = Id { origin: longest_peer(1), sequence: 0 };
    let message = Message::Forward(Rumor { id, payload: Bytes::new() });
    let alone = Header { label: label(""), from: Epoch(0), to: Epoch(0) };
    let difference = encoded(&header, &message).len() - encoded(&alone, &message).len();
    assert_eq!(difference, MAX_OVERHEAD - 6);
}

//! What seeded runs do, to the last byte, on every platform: a changed hash is a changed behaviour,
//! a changed format of traces, or a dependence on the platform. If it was meant, put the new one in.

mod common;

use common::{flood, gossip, mongering, overlaid, run_recorded, shuffling, view, walking};
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::adoption::{self, Adoption};
use rumormill_core::protocols::averaging::{self, Averaging};
use rumormill_core::protocols::cyclon::{self, Cyclon};
use rumormill_core::protocols::neighbor_management::{self, NeighborManagement};
use rumormill_core::protocols::periodic_gossip::{self, Mode, PeriodicGossip, Removal, Response};
use rumormill_core::protocols::random_walk::{self, RandomWalk};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::protocols::search::{self, Search};
use rumormill_core::rumor::Id;
use rumormill_core::stacks::broadcast::{self, Broadcast};
use rumormill_core::stacks::census::Census;
use rumormill_core::stacks::member::{self, Member};
use rumormill_core::stacks::overlay::{self, Overlay};
use rumormill_core::{Neighborhood, Node, Protocol};

/// FNV-1a, which needs no seed.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn hash_of_a_run<X: Protocol<u32>>(protocol: &X, ask: impl Fn(Bytes) -> X::Request) -> u64 {
    let node = |me| Node::new(Neighborhood::of(me, 0..20), protocol.clone());
    let payload = |step: u32| Bytes::from(step.to_le_bytes().to_vec());
    fnv(&run_recorded((0..20).map(node).collect(), 7, 3000, |step| ask(payload(step))))
}

#[test]
fn the_hash_is_the_published_one() {
    assert_eq!(fnv(b""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(fnv(b"foobar"), 0x8594_4171_f739_67e8);
}

#[test]
fn renyi_erdos_broadcast() {
    let hash = hash_of_a_run(&RenyiErdos::new(flood()), renyi_erdos::Request::Broadcast);
    assert_eq!(hash, 0x86df_a3ec_a44f_2778, "{hash:#018x}");
}

#[test]
fn periodic_gossip() {
    for (mode, golden) in [
        (Mode::Push, 0x7011_e3ed_9ea5_94c8),
        (Mode::Pull, 0x8f2c_413c_d680_d352),
        (Mode::PushPull, 0x7de3_6368_b049_0014),
    ] {
        let protocol = PeriodicGossip::new(gossip(mode));
        let hash = hash_of_a_run(&protocol, periodic_gossip::Request::Publish);
        assert_eq!(hash, golden, "{mode:?} {hash:#018x}");
    }
}

#[test]
fn rumor_mongering() {
    for (removal, golden) in
        [(Removal::Counter, 0xe566_bcdf_51a6_0d42), (Removal::Coin, 0xea40_5b5f_a746_40eb)]
    {
        let protocol = PeriodicGossip::new(mongering(Mode::PushPull, Response::Feedback, removal));
        let hash = hash_of_a_run(&protocol, periodic_gossip::Request::Publish);
        assert_eq!(hash, golden, "{removal:?} {hash:#018x}");
    }
}

#[test]
fn the_default_stack() {
    let stack = Broadcast::new(20, flood(), gossip(Mode::PushPull));
    let hash = hash_of_a_run(&stack, broadcast::Request::broadcast);
    assert_eq!(hash, 0x7640_b161_7178_e999, "{hash:#018x}");
}

/// Twenty with views of five, and room for three more.
fn over_views<X: Protocol<u32>>(protocol: &X) -> Vec<Node<u32, X>> {
    let node = |me: u32| {
        let neighbors = (1..6).map(|step| (me + 3 * step) % 20);
        Node::new(view(me, neighbors, 8), protocol.clone())
    };
    (0..20).map(node).collect()
}

fn hash_over_views<X: Protocol<u32>>(protocol: &X, ask: impl Fn(u32) -> X::Request) -> u64 {
    fnv(&run_recorded(over_views(protocol), 7, 3000, ask))
}

#[test]
fn neighbor_management() {
    use neighbor_management::Request::{Candidate, Leave, NotFound};
    let protocol = NeighborManagement::new(common::managed(7), vec![0]);
    let hash = hash_over_views(&protocol, |step| match step % 9 {
        0 => Leave,
        1..4 => NotFound,
        _ => Candidate(step % 20),
    });
    assert_eq!(hash, 0xc771_d7fd_5d9a_c07a, "{hash:#018x}");
}

#[test]
fn random_walks() {
    let hashes = [random_walk::Mode::Plain, random_walk::Mode::Metropolis].map(|mode| {
        let ask = |step| random_walk::Request { tag: step as u8, distance: None, mode };
        hash_over_views(&RandomWalk::new(walking()), ask)
    });
    assert_eq!(hashes, [0x4a0e_9afc_7194_3892, 0xdce3_3186_8567_5c4c], "{hashes:#018x?}");
}

#[test]
fn adoption() {
    let ask = |step| adoption::Request(step % 20);
    let hash = hash_over_views(&Adoption::new(common::adopting()), ask);
    assert_eq!(hash, 0x6b68_1e08_d3d4_af59, "{hash:#018x}");
}

#[test]
fn averaging() {
    let ask = |step| averaging::Request(i64::from(step));
    let hash = hash_over_views(&Averaging::new(common::averaging(), 7), ask);
    assert_eq!(hash, 0x4c39_4b89_b510_4d48, "{hash:#018x}");
}

#[test]
fn searches() {
    let payload = |step: u32| Bytes::copy_from_slice(&step.to_le_bytes());
    let ask = |step: u32| match step % 4 {
        0 => {
            let mode = search::Mode::Flood { ttl: 3, degree: 2 };
            search::Request::Search { tag: step as u8, text: payload(step), mode }
        }
        1 => {
            let mode = search::Mode::Walk { walkers: 2, hops: 6 };
            search::Request::Search { tag: step as u8, text: payload(step), mode }
        }
        _ => {
            let id = Id { origin: step % 20, sequence: u64::from(step / 20) };
            search::Request::Matches { id, results: vec![payload(step)] }
        }
    };
    let hash = hash_over_views(&Search::new(common::searching()), ask);
    assert_eq!(hash, 0x99ca_987b_2790_bf3d, "{hash:#018x}");
}

#[test]
fn cyclon() {
    let hashes = [cyclon::Mode::Simple, cyclon::Mode::Enhanced].map(|mode| {
        let nodes = over_views(&Cyclon::new(shuffling(mode)));
        fnv(&common::run_unasked(nodes, 7, 3000))
    });
    assert_eq!(hashes, [0x231d_2e79_a598_64fc, 0xc74d_9e3f_8bd4_316c], "{hashes:#018x?}");
}

#[test]
fn the_overlay_and_a_member_of_it() {
    let overlay = Overlay::new(overlaid(7), vec![0]);
    let ask = |step: u32| match step % 50 {
        0 => overlay::Request::leave(),
        _ => overlay::Request::random_node(step as u8),
    };
    let alone = hash_over_views(&overlay, ask);
    let broadcast = Broadcast::new(20, flood(), gossip(Mode::PushPull));
    let ask = |step: u32| {
        let payload = Bytes::copy_from_slice(&step.to_le_bytes());
        match step % 3 {
            0 => {
                let mode = search::Mode::Flood { ttl: 3, degree: 2 };
                member::Request::search(step as u8, payload, mode)
            }
            _ => member::Request::broadcast(payload),
        }
    };
    let searching = Search::new(common::searching());
    let census = Census::new(common::census(), 7);
    let member = Member::new(overlay, broadcast, searching, census);
    let hashes = [alone, hash_over_views(&member, ask)];
    assert_eq!(hashes, [0x0382_41dc_fea9_f4bf, 0xfb42_147a_b8e2_04a3], "{hashes:#018x?}");
}

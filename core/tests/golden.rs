//! What seeded runs do, to the last byte, on every platform: a changed hash is a changed behaviour,
//! a changed format of traces, or a dependence on the platform. If it was meant, put the new one in.

mod common;

use common::{flood, gossip, run_recorded};
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::periodic_gossip::{self, Mode, PeriodicGossip};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::stacks::broadcast::{self, Broadcast};
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
    assert_eq!(hash, 0x50e3_9573_1319_d06a, "{hash:#018x}");
}

#[test]
fn periodic_gossip() {
    for (mode, golden) in [
        (Mode::Push, 0x9ccc_eaaa_08cf_bb56),
        (Mode::Pull, 0x7925_8edf_59e6_3a54),
        (Mode::PushPull, 0xe1cc_1b9d_83da_b468),
    ] {
        let protocol = PeriodicGossip::new(gossip(mode));
        let hash = hash_of_a_run(&protocol, periodic_gossip::Request::Publish);
        assert_eq!(hash, golden, "{mode:?} {hash:#018x}");
    }
}

#[test]
fn the_default_stack() {
    let stack = Broadcast::new(20, flood(), gossip(Mode::PushPull));
    let hash = hash_of_a_run(&stack, broadcast::Request::broadcast);
    assert_eq!(hash, 0x7527_7bb1_124a_4157, "{hash:#018x}");
}

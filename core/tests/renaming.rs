//! No identity breaks ties: the same run among processes of other names is the same run, renamed.

mod common;

use std::borrow::Cow;
use std::cell::RefCell;

use common::{flood, gossip, run_recorded};
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::periodic_gossip::{self, Mode, PeriodicGossip};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::rand::RngExt;
use rumormill_core::stacks::broadcast::{self, Broadcast};
use rumormill_core::trace::{Record, ReplayError, replay};
use rumormill_core::{Context, Neighborhood, Never, Node, Peer, Protocol};
use serde::{Deserialize, Serialize, Serializer, de::DeserializeOwned};

const GROUP: u8 = 10;

thread_local! {
    /// The name under which each peer is written.
    static NAMES: RefCell<Vec<u8>> = RefCell::new((0..GROUP).collect());
}

/// A peer that is written under another name while a renaming is in force.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
struct Named(u8);

impl Peer for Named {}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = NAMES.with_borrow(|names| names[usize::from(self.0)]);
        serializer.serialize_newtype_struct("Named", &name)
    }
}

/// A random renaming.
fn shuffled(seed: u64) -> Vec<u8> {
    let mut chance = common::source(seed).0;
    let mut names: Vec<u8> = (0..GROUP).collect();
    for last in (1..names.len()).rev() {
        names.swap(last, chance.random_range(0..=last));
    }
    names
}

/// The trace of the same run among renamed processes.
fn renamed<T: Serialize + DeserializeOwned>(mut entries: &[u8], names: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    while !entries.is_empty() {
        let (entry, rest) = postcard::take_from_bytes::<T>(entries).expect("an entry");
        let before = NAMES.replace(names.clone());
        out.extend(postcard::to_allocvec(&entry).expect("a value"));
        NAMES.set(before);
        entries = rest;
    }
    out
}

/// A run of `protocol`, and what becomes of it when it is replayed under other names.
fn under_other_names<X: Protocol<Named>>(
    protocol: &X,
    seed: u64,
    ask: impl Fn(u32) -> X::Request,
) -> Result<(), ReplayError> {
    let node = |me| Node::new(Neighborhood::of(Named(me), (0..GROUP).map(Named)), protocol.clone());
    let trace = run_recorded((0..GROUP).map(node).collect(), seed, 1000, ask);
    replay::<Named, X>(&trace).expect("the run itself");
    let names = shuffled(seed);
    assert_ne!(names, shuffled(seed + 1), "renamings differ");
    replay::<Named, X>(&renamed::<Record<'static, Named, X>>(&trace, names)).map(|_| ())
}

fn payload(step: u32) -> Bytes {
    Bytes::from(vec![step as u8; 3])
}

#[test]
fn renyi_erdos_broadcast_does_not_care_for_names() {
    let ask = |step| renyi_erdos::Request::Broadcast(payload(step));
    for seed in 0..10 {
        under_other_names(&RenyiErdos::new(flood()), seed, ask).expect("the same run");
    }
}

#[test]
fn periodic_gossip_does_not_care_for_names() {
    let ask = |step| periodic_gossip::Request::Publish(payload(step));
    for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
        for seed in 0..10 {
            under_other_names(&PeriodicGossip::new(gossip(mode)), seed, ask).expect("the same run");
        }
    }
}

#[test]
fn the_default_stack_does_not_care_for_names() {
    let stack = Broadcast::new(GROUP.into(), flood(), gossip(Mode::PushPull));
    let ask = |step| broadcast::Request::broadcast(payload(step));
    for seed in 0..10 {
        under_other_names(&stack, seed, ask).expect("the same run");
    }
}

/// A mistake that a competent author makes: of several, it takes the smallest.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct PrefersTheSmallest;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
struct Hello;

impl<P: Peer> Protocol<P> for PrefersTheSmallest {
    type Message = Hello;
    type Timer = Never;
    type Request = ();
    type Notice = Never;

    fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, Hello: Hello) {}

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, (): ()) {
        let leader = context.neighbors(3).into_iter().min();
        context.send(Hello, leader.as_slice());
    }
}

#[test]
fn whoever_prefers_the_smallest_is_caught() {
    for seed in 0..10 {
        let error = under_other_names(&PrefersTheSmallest, seed, |_| ()).expect_err("a preference");
        assert!(matches!(error, ReplayError::Differs { .. }), "{error}");
    }
}

#[test]
fn renaming_renames() {
    let record = |names: Vec<u8>| {
        let before = NAMES.replace(names);
        let view = Neighborhood::of(Named(1), [Named(2), Named(0)]);
        let node = Node::new(view, PrefersTheSmallest);
        let mut out = Vec::new();
        Record::Begin(Cow::Owned(node)).write(&mut out);
        NAMES.set(before);
        out
    };
    assert_eq!(record((0..GROUP).collect()), [0, 1, 2, 2, 2, 0]);
    assert_eq!(record(vec![7, 8, 9]), [0, 8, 2, 2, 9, 7]);
}

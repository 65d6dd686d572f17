//! No identity breaks ties: the same run among processes of other names is the same run, renamed.

mod common;

use std::borrow::Cow;
use std::cell::RefCell;

use common::{
    flood, gossip, mongering, overlaid, run_recorded, run_unasked, shuffling, view, walking,
};
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::adoption::{self, Adoption};
use rumormill_core::protocols::averaging::{self, Averaging};
use rumormill_core::protocols::cyclon::{self, Cyclon};
use rumormill_core::protocols::neighbor_management::{self, NeighborManagement};
use rumormill_core::protocols::periodic_gossip::{self, Mode, PeriodicGossip, Removal, Response};
use rumormill_core::protocols::random_walk::{self, RandomWalk};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::protocols::search::{self, Search};
use rumormill_core::rand::RngExt;
use rumormill_core::rumor::Id;
use rumormill_core::stacks::broadcast::{self, Broadcast};
use rumormill_core::stacks::census::Census;
use rumormill_core::stacks::member::{self, Member};
use rumormill_core::stacks::overlay::Overlay;
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
    replayed::<X>(&run_recorded((0..GROUP).map(node).collect(), seed, 1000, ask), seed)
}

/// Some neighbours, and room for more.
fn with_views<X: Protocol<Named>>(protocol: &X) -> Vec<Node<Named, X>> {
    let node = |me: u8| {
        let neighbors = (1..4).map(|step| Named((me + 3 * step) % GROUP));
        Node::new(view(Named(me), neighbors, 5), protocol.clone())
    };
    (0..GROUP).map(node).collect()
}

/// What becomes of a run when it is replayed under other names.
fn replayed<X: Protocol<Named>>(trace: &[u8], seed: u64) -> Result<(), ReplayError> {
    replay::<Named, X>(trace).expect("the run itself");
    let names = shuffled(seed);
    assert_ne!(names, shuffled(seed + 1), "renamings differ");
    replay::<Named, X>(&renamed::<Record<'static, Named, X>>(trace, names)).map(|_| ())
}

fn payload(step: u32) -> Bytes {
    Bytes::from(vec![step as u8; 3])
}

/// Something to ask those who search for.
fn search(step: u32) -> search::Request<Named> {
    if step.is_multiple_of(3) {
        let mode = search::Mode::Flood { ttl: 3, degree: 2 };
        return search::Request::Search { tag: step as u8, text: payload(step), mode };
    }
    let id = Id { origin: Named(step as u8 % GROUP), sequence: u64::from(step) / 40 };
    search::Request::Matches { id, results: vec![payload(step)] }
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
fn rumor_mongering_does_not_care_for_names() {
    let ask = |step| periodic_gossip::Request::Publish(payload(step));
    for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
        for removal in [Removal::Counter, Removal::CounterWithoutReset, Removal::Coin] {
            for (seed, response) in [Response::Feedback, Response::Blind].into_iter().enumerate() {
                let protocol = PeriodicGossip::new(mongering(mode, response, removal));
                under_other_names(&protocol, seed as u64, ask).expect("the same run");
            }
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

#[test]
fn the_protocols_that_change_views_do_not_care_for_names() {
    let managing = NeighborManagement::new(common::managed(4), vec![Named(0), Named(1)]);
    let manage = |step: u32| match step % 9 {
        0 => neighbor_management::Request::Leave,
        1..4 => neighbor_management::Request::NotFound,
        _ => neighbor_management::Request::Candidate(Named(step as u8 % GROUP)),
    };
    let walk = |step: u32| random_walk::Request {
        tag: step as u8,
        distance: None,
        mode: [random_walk::Mode::Plain, random_walk::Mode::Metropolis][step as usize % 2],
    };
    let adopt = |step: u32| adoption::Request(Named(step as u8 % GROUP));
    for seed in 0..10 {
        let trace = run_recorded(with_views(&managing), seed, 1000, manage);
        replayed::<NeighborManagement<Named>>(&trace, seed).expect("the same run");
        let walking = RandomWalk::new(walking());
        let trace = run_recorded(with_views(&walking), seed, 1000, walk);
        replayed::<RandomWalk<Named>>(&trace, seed).expect("the same run");
        let adopting = Adoption::new(common::adopting());
        let trace = run_recorded(with_views(&adopting), seed, 1000, adopt);
        replayed::<Adoption<Named>>(&trace, seed).expect("the same run");
        let averaging = Averaging::new(common::averaging(), 7);
        let value = |step| averaging::Request(i64::from(step));
        let trace = run_recorded(with_views(&averaging), seed, 1000, value);
        replayed::<Averaging<Named>>(&trace, seed).expect("the same run");
        let searching = Search::new(common::searching());
        let trace = run_recorded(with_views(&searching), seed, 1000, search);
        replayed::<Search<Named>>(&trace, seed).expect("the same run");
        for mode in [cyclon::Mode::Simple, cyclon::Mode::Enhanced] {
            let trace = run_unasked(with_views(&Cyclon::new(shuffling(mode))), seed, 1000);
            replayed::<Cyclon<Named>>(&trace, seed).expect("the same run");
        }
    }
}

#[test]
fn a_member_of_an_overlay_does_not_care_for_names() {
    let broadcast = Broadcast::new(GROUP.into(), flood(), gossip(Mode::PushPull));
    let overlay = Overlay::new(overlaid(4), vec![Named(0), Named(1)]);
    let searching = Search::new(common::searching());
    let census = Census::new(common::census(), 7);
    let member = Member::new(overlay, broadcast, searching, census);
    let ask = |step| match step % 20 {
        0 => member::Request::leave(),
        1..8 => member::Request::random_node(step as u8),
        8..12 => member::Request::Search(search(step)),
        _ => member::Request::broadcast(payload(step)),
    };
    for seed in 0..10 {
        let trace = run_recorded(with_views(&member), seed, 2000, ask);
        replayed::<Member<Named>>(&trace, seed).expect("the same run");
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
    assert_eq!(record((0..GROUP).collect()), [0, 1, 2, 2, 2, 0, 0]);
    assert_eq!(record(vec![7, 8, 9]), [0, 8, 2, 2, 9, 7, 0]);
}

//! Traces: recorded runs replay, and what is not the run of this machine does not.

mod common;

use std::cell::Cell;

use common::{flood, gossip, run_recorded};
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::periodic_gossip::{self, Mode, PeriodicGossip};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::stacks::broadcast::{self, Broadcast};
use rumormill_core::trace::{Difference, Record, ReplayError, Replayed, Title, replay};
use rumormill_core::{Context, Neighborhood, Never, Node, Peer, Protocol};
use serde::{Deserialize, Serialize};

const GROUP: u32 = 6;

fn group<X: Protocol<u32>>(protocol: &X) -> Vec<Node<u32, X>> {
    let node = |me| Node::new(Neighborhood::of(me, 0..GROUP), protocol.clone());
    (0..GROUP).map(node).collect()
}

fn payload(step: u32) -> Bytes {
    Bytes::from(vec![step as u8; step as usize % 20])
}

fn flooding(seed: u64, steps: u32) -> Vec<u8> {
    let ask = |step| renyi_erdos::Request::Broadcast(payload(step));
    run_recorded(group(&RenyiErdos::new(flood())), seed, steps, ask)
}

fn gossiping(mode: Mode, seed: u64, steps: u32) -> Vec<u8> {
    let ask = |step| periodic_gossip::Request::Publish(payload(step));
    run_recorded(group(&PeriodicGossip::new(gossip(mode))), seed, steps, ask)
}

fn broadcasting(seed: u64, steps: u32) -> Vec<u8> {
    let stack = Broadcast::new(GROUP, flood(), gossip(Mode::PushPull));
    run_recorded(group(&stack), seed, steps, |step| broadcast::Request::broadcast(payload(step)))
}

#[test]
fn runs_replay_to_the_last_byte() {
    let eventful = |replayed: Result<Replayed, ReplayError>| {
        let Replayed { nodes, steps, draws, effects } = replayed.expect("the same run");
        assert_eq!(nodes, u64::from(GROUP));
        assert!(steps > 500 && draws > 50 && effects > 200, "{steps} {draws} {effects}");
    };
    for seed in 0..10 {
        eventful(replay::<u32, RenyiErdos<u32>>(&flooding(seed, 2000)));
        for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
            eventful(replay::<u32, PeriodicGossip<u32>>(&gossiping(mode, seed, 2000)));
        }
        eventful(replay::<u32, Broadcast<u32>>(&broadcasting(seed, 2000)));
    }
}

/// Which bytes of a trace say what the machines did: draws, effects and ends.
fn consequences(trace: &[u8]) -> Vec<bool> {
    let size = |value: Vec<u8>| value.len();
    let (mut marks, mut rest) = (Vec::new(), trace);
    while !rest.is_empty() {
        let (record, after) = postcard::take_from_bytes(rest).expect("an entry");
        let given = match record {
            Record::<u32, Broadcast<u32>>::Begin(_) => rest.len() - after.len(),
            Record::Step { event, .. } => 2 + size(postcard::to_allocvec(&event).expect("bytes")),
            Record::End { .. } => 2,
        };
        marks.resize(marks.len() + given, false);
        marks.resize(trace.len() - after.len(), true);
        rest = after;
    }
    marks
}

/// A flip in what was given to the machines may make another run that is possible, too (in a
/// payload that a machine has seen before, say); in what they did it never does.
#[test]
fn flipped_bits_are_noticed_and_harmless() {
    let trace = broadcasting(1, 120);
    let noticed_for_sure = consequences(&trace);
    let (mut noticed, mut missed) = (0, 0);
    for bit in 0..8 * trace.len() {
        let mut flipped = trace.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let possible = replay::<u32, Broadcast<u32>>(&flipped).is_ok();
        assert!(!(possible && noticed_for_sure[bit / 8]), "byte {}", bit / 8);
        if possible { missed += 1 } else { noticed += 1 }
    }
    assert!(noticed > 5 * missed, "{missed} flips went unnoticed, {noticed} did not");
}

#[test]
fn a_trace_that_ends_early_or_goes_on_is_no_replay() {
    let trace = flooding(1, 100);
    for end in 0..trace.len() {
        let cut = replay::<u32, RenyiErdos<u32>>(&trace[..end]);
        match cut {
            Err(ReplayError::Garbled { .. } | ReplayError::Unfinished { .. }) => {}
            Err(ReplayError::Empty) => assert_eq!(end, 0),
            other => panic!("{other:?} of {end} bytes"),
        }
    }
    for byte in 0..=u8::MAX {
        let longer = [&trace[..], &[byte]].concat();
        assert!(replay::<u32, RenyiErdos<u32>>(&longer).is_err());
    }
    let twice = [&trace[..], &trace[..]].concat();
    let error = replay::<u32, RenyiErdos<u32>>(&twice).expect_err("machine 0 has ended");
    assert!(matches!(error, ReplayError::NotRunning { node: 0, .. }), "{error}");
}

#[test]
fn a_run_without_a_step_is_refused() {
    assert_eq!(replay::<u32, RenyiErdos<u32>>(&[]), Err(ReplayError::Empty));
    let idle = run_recorded(Vec::<Node<u32, RenyiErdos<u32>>>::new(), 1, 0, |_| {
        renyi_erdos::Request::Size(1)
    });
    assert_eq!(replay::<u32, RenyiErdos<u32>>(&idle), Err(ReplayError::Empty));
}

#[test]
fn another_machine_does_not_repeat_the_run() {
    let mut trace = flooding(1, 500);
    assert!(replay::<u32, PeriodicGossip<u32>>(&trace).is_err());
    // The margin of machine 0 follows its identity, its capacity, the list of its five neighbours, and
    // that of those that have failed, which is empty.
    let margin = 1 + 1 + 1 + 6 + 1;
    assert_eq!(trace[margin], 0);
    trace[margin] = 100;
    let error = replay::<u32, RenyiErdos<u32>>(&trace).expect_err("a larger fanout");
    let draws = matches!(error, ReplayError::Differs { difference: Difference::Draws { .. }, .. });
    assert!(draws, "{error}");
}

#[test]
fn a_title_is_read_back_and_anything_else_is_refused() {
    let title = Title { machine: "renyi-erdos".into(), about: "a test".into() };
    let mut trace = Vec::new();
    title.write(&mut trace);
    let opening = trace.len();
    trace.extend(flooding(1, 10));
    let (read, entries) = Title::read(&trace).expect("a title");
    assert_eq!((read, entries), (title, &trace[opening..]));
    for cut in 0..opening {
        assert_eq!(Title::read(&trace[..cut]), Err(ReplayError::NotATrace));
    }
    let version = 1 + "rumormill trace".len();
    trace[version] = 9;
    assert_eq!(Title::read(&trace), Err(ReplayError::Version { version: 9 }));
    trace[1] = b'x';
    assert_eq!(Title::read(&trace), Err(ReplayError::NotATrace));
}

thread_local! {
    /// What a machine must not look at.
    static OUTSIDE: Cell<u32> = const { Cell::new(0) };
}

/// Two machines with a fault: one remembers something that is no part of its value, the other
/// draws where nobody sees it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Faulty {
    RemembersElsewhere,
    DrawsElsewhere,
}

impl<P: Peer> Protocol<P> for Faulty {
    type Message = Never;
    type Timer = Never;
    type Request = ();
    type Notice = u32;

    fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, never: Never) {
        match never {}
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, (): ()) {
        let outside = OUTSIDE.get();
        OUTSIDE.set(outside.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        match self {
            Self::RemembersElsewhere => context.notify(outside),
            // The decision whether to draw at all is a draw that nobody sees.
            Self::DrawsElsewhere if outside >> 31 == 0 => drop(context.random(2)),
            Self::DrawsElsewhere => {}
        }
    }
}

#[test]
fn a_machine_with_hidden_state_or_hidden_draws_fails_to_replay() {
    for (faulty, steps) in [(Faulty::RemembersElsewhere, 100), (Faulty::DrawsElsewhere, 200)] {
        let trace = run_recorded(group(&faulty), 1, steps, |_| ());
        let error = replay::<u32, Faulty>(&trace).expect_err("what is outside went on");
        let expected = match faulty {
            Faulty::RemembersElsewhere => {
                matches!(
                    &error,
                    ReplayError::Differs { difference: Difference::Effects { .. }, .. }
                )
            }
            Faulty::DrawsElsewhere => {
                matches!(&error, ReplayError::Differs { difference: Difference::Draws { .. }, .. })
            }
        };
        assert!(expected, "{error}");
    }
}

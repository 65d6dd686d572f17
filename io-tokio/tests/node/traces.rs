//! Recording is a switch, and a replay finds out a machine that hides something.

use std::sync::atomic::{AtomicU32, Ordering};

use rumormill_core::trace::{Difference, ReplayError, Title, replay};
use rumormill_core::{Context, Neighborhood, Never, Node, Peer, Protocol, SocketPeer, Ticks};
use rumormill_tokio::{Config, Recording, spawn};
use serde::{Deserialize, Serialize};

use crate::parrot::{Parrot, Request};
use crate::support::{config, parrot, recorded, soon};

/// How often a machine below was asked, in a place that is no part of its value.
static ASKED: AtomicU32 = AtomicU32::new(0);

/// Numbers what it is asked, and keeps the count where nobody sees it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Secretive;

impl<P: Peer> Protocol<P> for Secretive {
    type Message = Never;
    type Timer = Never;
    type Request = Ticks;
    type Notice = u32;

    fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, message: Never) {
        match message {}
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, _: Ticks) {
        context.notify(ASKED.fetch_add(1, Ordering::Relaxed));
    }
}

#[tokio::test]
async fn a_machine_with_hidden_state_fails_to_replay() {
    let machine = |me| Node::new(Neighborhood::of(me, []), Secretive);
    let node = spawn(recorded(config()), machine).await.expect("it starts");
    node.request(Ticks(1)).await.expect("it runs");
    let finished = soon(node.shutdown()).await.expect("it ends by itself");
    let trace = finished.trace.expect("it was recorded");
    let (_, entries) = Title::read(&trace).expect("a trace");
    let difference =
        Difference::Effects { recorded: "[Notify(0)]".into(), replayed: "[Notify(1)]".into() };
    // The machine itself and its start are entries 0 and 1.
    let expected = ReplayError::Differs { entry: 2, node: 0, difference };
    assert_eq!(replay::<SocketPeer, Secretive>(entries), Err(expected));
}

#[tokio::test]
async fn nothing_is_recorded_unless_it_is_asked_for() {
    let node = parrot(config(), &[]).await;
    let finished = soon(node.shutdown()).await.expect("it ends by itself");
    assert_eq!(finished.trace, None);
    assert_eq!(finished.counters.work.unrecorded, 0);
}

#[tokio::test]
async fn a_full_trace_replays_and_what_it_lacks_is_counted() {
    let Some(recording) = recorded(config()).recording else { panic!("it is to be recorded") };
    let recording = Some(Recording { limit: 1000, ..recording });
    let node = parrot(Config { recording, ..config() }, &[]).await;
    for _ in 0..100 {
        soon(node.request(Request::Count(10))).await.expect("it runs");
    }
    let finished = soon(node.shutdown()).await.expect("it ends by itself");
    let trace = finished.trace.expect("it was recorded");
    assert!((1000..1200).contains(&trace.len()), "{} bytes", trace.len());
    let (_, entries) = Title::read(&trace).expect("a trace");
    let replayed = replay::<SocketPeer, Parrot>(entries).expect("it replays");
    let unrecorded = finished.counters.work.unrecorded;
    assert!(unrecorded > 0);
    assert_eq!(replayed.steps + unrecorded, 1 + 100);
}

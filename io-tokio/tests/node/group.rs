//! A group with injected losses: everybody delivers everything once, and all traces replay.

use std::collections::BTreeSet;

use rumormill_core::rumor::{Id, Notice};
use rumormill_core::stacks::broadcast::{Broadcast, Request};
use rumormill_core::trace::{Title, replay};
use rumormill_core::{Bias, Neighborhood, Node, SocketPeer, Ticks};
use rumormill_tokio::{Bound, Config, Handle, Loss};

use crate::support::{broadcast, config, recorded, soon};

type Stack = Broadcast<SocketPeer>;

const SIZE: u32 = 8;

/// Each knows the others by their addresses alone.
async fn group() -> Vec<Handle<Stack>> {
    let mut bound = Vec::new();
    for seed in 0..u64::from(SIZE) {
        let loss = Loss { probability: Bias::new(1, 10).expect("a probability"), seed };
        let config = recorded(Config { seed, loss, ..config() });
        bound.push(Bound::bind(config).await.expect("it binds"));
    }
    let contact = |bound: &Bound| SocketPeer::contact(bound.peer().address());
    let contacts: Vec<_> = bound.iter().map(contact).collect();
    let start = |bound: Bound| {
        let me = bound.peer();
        let others = contacts.iter().copied().filter(|contact| contact.address() != me.address());
        let node = Node::new(Neighborhood::of(me, others), broadcast(SIZE, Ticks(20)));
        bound.spawn(node).expect("it is its own identity")
    };
    bound.into_iter().map(start).collect()
}

#[tokio::test]
async fn all_deliver_every_broadcast_once_despite_losses_and_all_traces_replay() {
    let mut group = group().await;
    let all_notices: Option<Vec<_>> = group.iter_mut().map(Handle::notices).collect();
    let all_notices = all_notices.expect("the first to take them");
    for node in &group {
        node.request(Request::broadcast("hear, hear".into())).await.expect("it runs");
    }
    let sent = group.iter().map(|node| Id { origin: node.peer(), sequence: 0 });
    let sent: BTreeSet<_> = sent.collect();

    let mut listening = Vec::new();
    for mut notices in all_notices {
        let mut delivered = Vec::new();
        while delivered.len() < sent.len() {
            match soon(notices.next()).await {
                Some(Notice::Delivered(rumor)) => delivered.push(rumor.id),
                other => panic!("{other:?} instead of a delivery"),
            }
        }
        assert_eq!(BTreeSet::from_iter(delivered), sent);
        listening.push(notices);
    }
    for node in &group {
        soon(node.counters_once(|count| count.outgoing.lost > 0)).await;
    }

    for (node, mut notices) in group.into_iter().zip(listening) {
        let finished = soon(node.shutdown()).await.expect("it ends by itself");
        assert_eq!(notices.next().await, None, "something was delivered twice");
        let outgoing = finished.counters.outgoing;
        assert_eq!(outgoing.attempted(), outgoing.sent + outgoing.lost);
        assert_eq!(finished.counters.incoming.refused.total(), 0);

        let trace = finished.trace.expect("it was recorded");
        let (title, entries) = Title::read(&trace).expect("a trace");
        assert_eq!(title.machine, "test");
        let replayed = replay::<SocketPeer, Stack>(entries).expect("it replays");
        let work = finished.counters.work;
        let heard = finished.counters.incoming.accepted;
        assert_eq!(replayed.steps, 1 + heard + work.requests + work.timers);
    }
}

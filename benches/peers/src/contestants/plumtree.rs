//! The crate `plumtree`: the broadcast alone, without membership and without timers of its own.

use std::collections::VecDeque;
use std::hint::black_box;
use std::marker::PhantomData;

use ::plumtree::message::{GossipMessage, GraftMessage, Message, ProtocolMessage};
use ::plumtree::{Action, Node, System};

use super::{Contestant, Effects, NEIGHBORS, OTHERS, REMEMBERED, payload};
use crate::cost::Cost;

const NODE: u64 = 0;

/// The neighbour that all new messages come from.
const ORIGIN: u64 = 1;

/// The bare protocol: identities and message identifiers are plain numbers, and nothing is
/// verified. What a payload is, the user of the crate may choose.
pub struct Plumtree<B: Payload> {
    name: String,
    node: Node<Bare<B>>,
    /// The crate forgets a message only when told to.
    seen: VecDeque<u128>,
    broadcasts: u64,
}

pub trait Payload: Clone + From<Vec<u8>> {}

impl<B: Clone + From<Vec<u8>>> Payload for B {}

struct Bare<B>(PhantomData<B>);

impl<B: Payload> System for Bare<B> {
    type NodeId = u64;
    type MessageId = u128;
    type MessagePayload = B;
}

impl<B: Payload> Plumtree<B> {
    pub fn new(name: &str) -> Self {
        let mut node = Node::new(NODE);
        for neighbor in neighbors() {
            node.handle_neighbor_up(&neighbor);
        }
        Self { name: name.to_owned(), node, seen: VecDeque::new(), broadcasts: 0 }
    }

    /// Forgets all that was seen, and fills the memory anew. The tables keep the size they have
    /// grown to, as in a node that has been running for a while.
    fn renew_memory(&mut self) {
        for id in self.seen.drain(..) {
            self.node.forget_message(&id);
        }
        let messages = (0..REMEMBERED).map(|_| self.broadcast()).collect();
        assert_eq!(self.take(messages), Effects::of_first_seen(REMEMBERED));
    }

    /// A new message, from the origin.
    fn broadcast(&mut self) -> ProtocolMessage<Bare<B>> {
        self.broadcasts += 1;
        let number = self.broadcasts;
        self.seen.push_back(number.into());
        gossip(ORIGIN, number)
    }

    /// What is measured: the node handles all `messages`, and its actions are drained.
    fn take(&mut self, messages: Vec<ProtocolMessage<Bare<B>>>) -> Effects {
        let mut effects = Effects::default();
        for message in messages {
            self.node.handle_protocol_message(message);
            while let Some(action) = self.node.poll_action() {
                black_box(&action);
                match action {
                    Action::Send { .. } => effects.sent += 1,
                    Action::Deliver { .. } => effects.delivered += 1,
                }
            }
        }
        effects
    }

    /// Makes all neighbours eager again.
    fn graft(&mut self) {
        let grafts = neighbors().map(|sender| {
            ProtocolMessage::Graft(GraftMessage { sender, message_id: None, round: 0 })
        });
        assert_eq!(self.take(grafts.collect()), Effects::default());
    }
}

impl<B: Payload> Contestant for Plumtree<B> {
    fn name(&self) -> &str {
        &self.name
    }

    fn first_seen(&mut self, batch: usize) -> Cost {
        self.renew_memory();
        let messages = (0..batch).map(|_| self.broadcast()).collect();
        let mut effects = Effects::default();
        let cost = Cost::of(batch, || effects = self.take(messages));
        assert_eq!(effects, Effects::of_first_seen(batch));
        cost
    }

    fn duplicate(&mut self, batch: usize) -> Cost {
        self.renew_memory();
        let mut cost = Cost::default();
        for _ in 0..batch.div_ceil(OTHERS) {
            let first = self.broadcast();
            assert_eq!(self.take(vec![first]), Effects::of_first_seen(1));
            assert_eq!(self.node.eager_push_peers().len(), NEIGHBORS, "all neighbours are eager");
            let messages = neighbors()
                .filter(|&sender| sender != ORIGIN)
                .map(|sender| gossip(sender, self.broadcasts))
                .collect();
            let mut effects = Effects::default();
            cost += Cost::of(OTHERS, || effects = self.take(messages));
            assert_eq!(effects, Effects::of_duplicates(OTHERS));
            self.graft();
        }
        cost
    }
}

fn neighbors() -> impl Iterator<Item = u64> {
    (ORIGIN..).take(NEIGHBORS)
}

fn gossip<B: Payload>(sender: u64, number: u64) -> ProtocolMessage<Bare<B>> {
    let payload = B::from(payload(number).to_vec());
    ProtocolMessage::Gossip(GossipMessage {
        sender,
        message: Message::new(number.into(), payload),
        round: 0,
    })
}

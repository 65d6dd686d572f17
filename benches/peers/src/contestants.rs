//! Who is compared, and the terms that hold for all of them.

mod iroh_gossip;
mod plumtree;
mod rumormill;

pub use iroh_gossip::{IrohGossip, proto, topic};
pub use plumtree::Plumtree;
pub use rumormill::Rumormill;

use crate::cost::Cost;

/// How many neighbours a node has in the Plumtree implementations: iroh-gossip's default size of the
/// active view.
pub const NEIGHBORS: usize = 5;

/// There, a message is passed on to everyone but its sender.
pub const OTHERS: usize = NEIGHBORS - 1;

/// How many earlier messages the node remembers when a measurement begins. Whoever remembers
/// nothing has an empty, and thus unfairly fast, table of messages.
pub const REMEMBERED: usize = 1_000;

/// Small enough that the cost of the protocol outweighs that of moving the payload.
pub const PAYLOAD: usize = 64;

/// One implementation, set up as a node in the middle of a running network, which has messages in
/// memory, and neighbours to which it forwards.
///
/// An operation takes a decoded message in, drains all effects out, and drops them. Messages are
/// made, and the node is put back into its initial situation, while no cost is measured.
pub trait Contestant {
    /// What the tables call it.
    fn name(&self) -> &str;

    /// The cost of `batch` messages that the node had not seen before.
    fn first_seen(&mut self, batch: usize) -> Cost;

    /// The cost of about `batch` messages that the node has seen before: after each new message
    /// comes a lap of [`OTHERS`] copies of it.
    ///
    /// With Plumtree each copy comes from a neighbour that is still eager. That is the case to
    /// measure, since it answers a duplicate by pruning its sender: a pruned neighbour sends no
    /// more duplicates. So there are no more of them in a row before the pruned neighbours must be
    /// made eager again, and those that do not prune keep the same rhythm.
    fn duplicate(&mut self, batch: usize) -> Cost;
}

/// How many effects a node emitted: who does less than the others has not won.
#[derive(Debug, Default, PartialEq, Eq)]
struct Effects {
    sent: usize,
    delivered: usize,
}

impl Effects {
    /// Those of a message seen for the first time in Plumtree: delivered here, and forwarded to all
    /// others.
    fn of_first_seen(messages: usize) -> Self {
        Self { sent: messages * OTHERS, delivered: messages }
    }

    /// Those of a duplicate in Plumtree: its sender is pruned.
    fn of_duplicates(messages: usize) -> Self {
        Self { sent: messages, delivered: 0 }
    }
}

/// Some content that differs from that of any other `number`.
fn payload(number: u64) -> [u8; PAYLOAD] {
    let mut content = [0; PAYLOAD];
    content[..size_of::<u64>()].copy_from_slice(&number.to_le_bytes());
    content
}

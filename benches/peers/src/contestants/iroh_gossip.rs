//! The crate `iroh-gossip`: membership and broadcast, without I/O. Either the whole of its state
//! machine, or the state of one topic in it.
//!
//! Its messages cannot be built from outside the crate. So the node under test has real neighbours,
//! which join it and broadcast, and what they send is what it gets.

mod driver;
mod machine;
pub mod proto;
pub mod topic;

use ::iroh_gossip::proto::{Command, Config, Scope};
use bytes::Bytes;

use super::{Contestant, Effects, NEIGHBORS, OTHERS, REMEMBERED, payload};
use crate::cost::Cost;
use driver::Driver;
use machine::Machine;

pub struct IrohGossip<M: Machine> {
    name: String,
    node: Driver<M>,
    neighbors: Vec<Driver<M>>,
    broadcasts: u64,
}

impl<M: Machine> IrohGossip<M> {
    /// A node and its neighbours, with identities that are made of small numbers.
    pub fn new(name: &str, identity: fn(u16) -> M::Peer) -> Self {
        let mut node = Driver::new(identity(0));
        let mut neighbors: Vec<_> =
            (1..).take(NEIGHBORS).map(|number| Driver::new(identity(number))).collect();
        for neighbor in &mut neighbors {
            neighbor.join(&mut node);
        }
        Self { name: name.to_owned(), node, neighbors, broadcasts: 0 }
    }

    /// Lets all that was seen expire, and fills the memory anew.
    ///
    /// To expire instead of starting over leaves tables that have grown to their size, as they are
    /// in a node that has been running for a while.
    fn renew_memory(&mut self) {
        let config = Config::default().broadcast;
        let expired = config.message_id_retention + 2 * config.cache_evict_interval;
        self.node.advance(expired);
        self.neighbors[0].advance(expired);
        let messages = self.new_arrivals(REMEMBERED);
        assert_eq!(self.node.take(messages), Effects::of_first_seen(REMEMBERED));
    }

    /// A new message as it goes over the wire; the first neighbour broadcasts it.
    fn broadcast(&mut self) -> Vec<u8> {
        let content = Bytes::copy_from_slice(&payload(self.broadcasts));
        self.broadcasts += 1;
        let mut frame = None;
        let command = M::command(Command::Broadcast(content, Scope::Swarm));
        self.neighbors[0].handle(command, |_, message| {
            frame = Some(postcard::to_stdvec(&message).expect("messages encode"));
        });
        frame.expect("the neighbour forwards to the node")
    }

    /// The frame's message, on its way in from the neighbour at `position`.
    ///
    /// It is decoded anew for each arrival, for then it has its own buffer and the only handle to
    /// it, as if it had just been received. (The first clone of such a handle allocates.)
    fn arrival(&self, position: usize, frame: &[u8]) -> M::Event {
        let message = postcard::from_bytes(frame).expect("what was encoded decodes");
        M::received(self.neighbors[position].identity(), message)
    }

    /// New messages, all on their way in from the first neighbour.
    fn new_arrivals(&mut self, count: usize) -> Vec<M::Event> {
        (0..count)
            .map(|_| {
                let frame = self.broadcast();
                self.arrival(0, &frame)
            })
            .collect()
    }

    /// Makes all neighbours but the first eager again, by way of leaving and joining.
    fn rejoin(&mut self) {
        for neighbor in &mut self.neighbors[1..] {
            self.node.lose(neighbor.identity());
            neighbor.lose(self.node.identity());
            neighbor.join(&mut self.node);
        }
    }
}

impl<M: Machine> Contestant for IrohGossip<M> {
    fn name(&self) -> &str {
        &self.name
    }

    fn first_seen(&mut self, batch: usize) -> Cost {
        self.renew_memory();
        let messages = self.new_arrivals(batch);
        let mut effects = Effects::default();
        let cost = Cost::of(batch, || effects = self.node.take(messages));
        assert_eq!(effects, Effects::of_first_seen(batch));
        cost
    }

    fn duplicate(&mut self, batch: usize) -> Cost {
        self.renew_memory();
        let mut cost = Cost::default();
        for _ in 0..batch.div_ceil(OTHERS) {
            let frame = self.broadcast();
            assert_eq!(
                self.node.take(vec![self.arrival(0, &frame)]),
                Effects::of_first_seen(1),
                "all neighbours are eager"
            );
            let messages = (1..NEIGHBORS).map(|position| self.arrival(position, &frame)).collect();
            let mut effects = Effects::default();
            cost += Cost::of(OTHERS, || effects = self.node.take(messages));
            assert_eq!(effects, Effects::of_duplicates(OTHERS));
            self.rejoin();
        }
        cost
    }
}

//! What an author writes: a protocol, and the context in which it acts.

use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt::Debug;
use core::hash::Hash;

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Bias, MAX_FANOUT, Neighborhood, NotAdded, Peer, Randomness};

/// A gossip protocol: a state that is a value, and what it does upon each event.
///
/// Behaviour depends on the state, the event and the draws alone, and never on the order or the
/// value of peers. What the handlers do, they do through the [`Context`].
pub trait Protocol<P: Peer>:
    Clone + Eq + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// What it says to its like on other processes.
    type Message: Clone + Ord + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What it waits for: a key, of which each has at most one deadline.
    type Timer: Copy + Ord + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What the layer above, or the application, may ask of it.
    type Request: Clone + Eq + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What it tells the layer above, or the application.
    type Notice: Clone + Eq + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The process starts; its first neighbours are known.
    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        let _ = context;
    }

    /// A message arrived. It may be lost, late, repeated or forged.
    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Self::Message);

    /// A timer fired; it is armed no more.
    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, timer: Self::Timer) {
        let _ = (context, timer);
    }

    /// The layer above, or the application, asks for something.
    fn on_request(&mut self, context: &mut Context<'_, P, Self>, request: Self::Request) {
        let _ = (context, request);
    }

    /// The neighbourhood changed within this step, by whichever layer.
    fn on_neighbor(&mut self, context: &mut Context<'_, P, Self>, change: Change<P>) {
        let _ = (context, change);
    }
}

/// A span of time in the protocol's own unit. The driver says how long a tick lasts; a scheduler
/// of the model checker need not.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Ticks(pub u32);

/// The messages, timers, requests or notices of a protocol that has none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Never {}

/// A change of the neighbourhood.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Change<P> {
    /// The peer is a neighbour now.
    Up(P),
    /// The peer is a neighbour no more.
    Down(P),
}

/// The most changes of the neighbourhood within one step that layers are told of; a further
/// addition or removal is refused and counted ([`Effects::overflow`](crate::Effects::overflow)).
///
/// Our choice: twice the length of a long CYCLON shuffle.
pub const MAX_CHANGES: usize = 32;

/// Peers that a send goes to.
pub type Peers<P> = ArrayVec<P, MAX_FANOUT>;

/// What layers are to be told of.
pub(crate) type Changes<P> = ArrayVec<Change<P>, MAX_CHANGES>;

/// Where a protocol's effects go: the node's buffer, or the stack, which wraps them and passes
/// them on.
pub trait Outbox<P: Peer, X: Protocol<P>> {
    /// Where the destinations of the next message are listed.
    fn destinations(&mut self) -> &mut Vec<P>;
    /// One message to each of the destinations that were listed since the last one: at least one.
    fn send(&mut self, message: X::Message);
    /// `timer` is to fire once after `after`, and at no earlier deadline that it had.
    fn arm(&mut self, timer: X::Timer, after: Ticks);
    /// `timer` is not to fire.
    fn disarm(&mut self, timer: X::Timer);
    /// Something for the layer above.
    fn notify(&mut self, notice: X::Notice);
    /// A limit of this step was hit and something was left undone.
    fn overflowed(&mut self);
}

/// The paper's Interfaces 1 to 3, as a protocol sees them inside one step.
pub struct Context<'a, P: Peer, X: Protocol<P>> {
    pub(crate) neighborhood: &'a mut Neighborhood<P>,
    pub(crate) changes: &'a mut Changes<P>,
    /// How many requests between layers there were in this step, at whatever depth of stacks.
    pub(crate) requests: &'a Cell<usize>,
    pub(crate) random: &'a mut dyn Randomness,
    pub(crate) out: &'a mut dyn Outbox<P, X>,
}

impl<P: Peer, X: Protocol<P>> Context<'_, P, X> {
    /// This process.
    #[must_use]
    pub fn me(&self) -> P {
        self.neighborhood.me()
    }

    /// `random(range)`: one of `0..outcomes`, each with the same probability; 0 when there is
    /// nothing to choose from.
    pub fn random(&mut self, outcomes: u32) -> u32 {
        if outcomes < 2 { 0 } else { self.random.below(outcomes) }
    }

    /// True with the probability `bias`.
    pub fn flip(&mut self, bias: Bias) -> bool {
        bias.happens(self.random)
    }

    /// `getNeighbors(nb)`: a uniform random subset of the neighbours, without repetition; all of
    /// them where there are no more than `nb`. At most [`MAX_FANOUT`] come back.
    pub fn neighbors(&mut self, nb: usize) -> Peers<P> {
        let mut chosen = Peers::new();
        choose(self.neighborhood.peers(), nb, self.random, &mut chosen);
        chosen
    }

    /// A uniform random subset of `list`, without repetition and in its order; all of it where it
    /// has no more than `count` elements. At most [`MAX_FANOUT`] come back.
    pub fn choose<T: Copy>(&mut self, list: &[T], count: usize) -> ArrayVec<T, MAX_FANOUT> {
        let mut chosen = ArrayVec::new();
        choose(list, count, self.random, &mut chosen);
        chosen
    }

    /// `getNeighbors()`: the whole view.
    #[must_use]
    pub fn neighborhood(&self) -> &Neighborhood<P> {
        self.neighborhood
    }

    /// `addNeighbor(peer)`. All layers learn of it within this step.
    ///
    /// # Errors
    /// When the view is full, the peer or another life of it is in it, the peer is at the place of
    /// this process or has failed, or the view has changed [`MAX_CHANGES`] times within this step.
    pub fn add_neighbor(&mut self, peer: P) -> Result<(), NotAdded> {
        if self.changes.len() >= MAX_CHANGES {
            self.out.overflowed();
            return Err(NotAdded::TooManyChanges);
        }
        self.neighborhood.add(peer)?;
        self.changes.push(Change::Up(peer));
        Ok(())
    }

    /// `removeNeighbor(peer)`; tells whether it was removed: it was a neighbour, and the view has
    /// not changed [`MAX_CHANGES`] times within this step. All layers learn of it within the step.
    pub fn remove_neighbor(&mut self, peer: P) -> bool {
        self.may_remove(peer) && self.neighborhood.remove(&peer)
    }

    /// The same of a peer that has failed: it is not added again before something is heard of it
    /// ([`Neighborhood::remove_failed`]).
    pub fn remove_failed(&mut self, peer: P) -> bool {
        self.may_remove(peer) && self.neighborhood.remove_failed(&peer)
    }

    /// Whether the peer is there, and layers can be told that it goes: they will be.
    fn may_remove(&mut self, peer: P) -> bool {
        if !self.neighborhood.contains(&peer) {
            return false;
        }
        if self.changes.len() >= MAX_CHANGES {
            self.out.overflowed();
            return false;
        }
        self.changes.push(Change::Down(peer));
        true
    }

    /// `send(msg) to dest`: not atomic (a crash may come between two destinations), and without
    /// any guarantee. `to` names nobody twice; if it names nobody, nothing happens.
    pub fn send(&mut self, message: X::Message, to: &[P]) {
        if !to.is_empty() {
            self.out.destinations().extend_from_slice(to);
            self.out.send(message);
        }
    }

    /// `send(msg) to GetNeighbors(nb)`, without a list of them to be moved about.
    pub fn send_to_neighbors(&mut self, message: X::Message, nb: usize) {
        if nb > 0 && !self.neighborhood.peers().is_empty() {
            choose(self.neighborhood.peers(), nb, self.random, self.out.destinations());
            self.out.send(message);
        }
    }

    /// `addTimer(delay, handler)`: `timer` fires once after `delay`; arming it anew replaces its
    /// deadline.
    pub fn set_timer(&mut self, delay: Ticks, timer: X::Timer) {
        self.out.arm(timer, delay);
    }

    /// `timer` does not fire any more, unless it is set again.
    pub fn cancel_timer(&mut self, timer: X::Timer) {
        self.out.disarm(timer);
    }

    /// Tells the layer above, or the application.
    pub fn notify(&mut self, notice: X::Notice) {
        self.out.notify(notice);
    }
}

/// Lists a uniform random subset: `count` elements, or all where there are no more, but at most
/// [`MAX_FANOUT`].
fn choose<T: Copy>(
    list: &[T],
    count: usize,
    random: &mut dyn Randomness,
    chosen: &mut impl Extend<T>,
) {
    let size = count.min(MAX_FANOUT);
    if size >= list.len() {
        chosen.extend(list.iter().copied());
    } else if size > 0 {
        let positions = random.subset(size, list.len() as u32);
        chosen.extend(positions.iter().map(|&position| list[position as usize]));
    }
}

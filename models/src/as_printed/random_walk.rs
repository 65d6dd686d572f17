//! Algorithm 6, a random walk, as printed.
//!
//! ```text
//!  1: addMsgHandler(WALK, Walk)
//!  2: addMsgHandler(WALK-DONE, WalkDone)
//!
//!  3: function WalkStart(distance)              ▷ Start random walk
//!  4:   msg[hops] ← distance
//!  5:   msg[origin] ← p
//!  6:   msg[path] ← []
//!  7:   send(WALK, msg) to GetNeighbors(1)
//!  8: end function
//!
//!  9: function Walk(n, msg)                     ▷ Receive msg from n
//! 10:   hops ← msg[hops]
//! 11:   path ← msg[path]
//! 12:   hops ← hops − 1
//! 13:   path ← [path,self()]
//! 14:   msg[hops] ← hops
//! 15:   msg[path] ← path
//! 16:   if hops = 0 then
//! 17:     send(WALK-DONE, msg) to msg[origin]
//! 18:   else
//! 19:     send(WALK, msg) to GetNeighbors(1)
//! 20:   end if
//! 21: end function
//!
//! 22: function WalkDone(n, msg)                 ▷ Return from random walk
//! 23:   for all p ∈ msg[path] do
//! 24:     echo p
//! 25:   end for
//! 26:   if n ∉ GetNeighbors() then              ▷ Replace random neighbor
//! 27:     removeNeighbor(GetNeighbors(1))
//! 28:     addNeighbor(n)
//! 29:   end if
//! 30: end function
//! ```
//!
//! How it is read, where it can be read in several ways:
//! - `hops` is a number with a sign. What is below zero never becomes zero again, so it is kept at −1,
//!   and worlds stay finite; a number without a sign would wrap around, and end after 2³² hops or so.
//! - A path grows with every hop. Up to [`RandomWalk::new`]'s `longest_path` it is kept, for the same
//!   reason.
//! - `echo` is a notice, [`Walked`].
//! - A view holds *other* peers, as Interface 2 says, so line 28 does nothing where `n` is the process
//!   itself.

use rumormill_core::{Context, Never, Peer, Protocol};
use serde::{Deserialize, Serialize};

/// Random walks, as printed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct RandomWalk {
    longest_path: u8,
}

/// What walks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Message<P: Peer> {
    /// `WALK`.
    Walk(Walk<P>),
    /// `WALK-DONE`.
    WalkDone(Walk<P>),
}

/// `msg`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Walk<P: Peer> {
    /// How many hops are still to be taken.
    pub hops: i8,
    /// Who began it.
    pub origin: P,
    /// Who was on the way.
    pub path: Vec<P>,
}

/// Begin a walk of this distance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct WalkStart(pub i8);

/// A walk has returned that was here.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Walked<P>(pub P);

impl<P: Peer> Protocol<P> for RandomWalk {
    type Message = Message<P>;
    type Timer = Never;
    type Request = WalkStart;
    type Notice = Walked<P>;

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, WalkStart(distance): WalkStart) {
        let walk = Walk { hops: distance, origin: context.me(), path: Vec::new() };
        context.send_to_neighbors(Message::Walk(walk), 1);
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        match message {
            Message::Walk(walk) => self.walk(context, walk),
            Message::WalkDone(walk) => self.walk_done(context, from, &walk),
        }
    }
}

impl RandomWalk {
    /// A process that records paths up to this length.
    #[must_use]
    pub fn new(longest_path: u8) -> Self {
        Self { longest_path }
    }

    fn walk<P: Peer>(&self, context: &mut Context<'_, P, Self>, mut walk: Walk<P>) {
        walk.hops = (walk.hops - 1).max(-1);
        if walk.path.len() < usize::from(self.longest_path) {
            walk.path.push(context.me());
        }
        if walk.hops == 0 {
            let origin = walk.origin;
            context.send(Message::WalkDone(walk), &[origin]);
        } else {
            context.send_to_neighbors(Message::Walk(walk), 1);
        }
    }

    fn walk_done<P: Peer>(&self, context: &mut Context<'_, P, Self>, n: P, walk: &Walk<P>) {
        for &p in &walk.path {
            context.notify(Walked(p));
        }
        if !context.neighborhood().contains(&n) {
            for neighbor in context.neighbors(1) {
                context.remove_neighbor(neighbor);
            }
            let _oneself_is_no_neighbor = context.add_neighbor(n);
        }
    }
}

//! Algorithm 8, CYCLON, as printed.
//!
//! ```text
//!  1: addTimer(ShuffleStart(), 60s)
//!  2: addMsgHandler(SHUFFLE, Shuffle)
//!  3: ℓ ← shuffle length
//!
//!  4: function ShuffleStart(query)              ▷ Start shuffling neighbors
//!  5:   peers ← GetNeighbors(ℓ)
//!  6:   q ← Random(peers)
//!  7:   peers ← peers \ {q} ∪ {p}
//!  8:   msg[newpeers] ← peers
//!  9:   msg[origin] ← p
//! 10:   send(SHUFFLE, msg) to q
//! 11: end function
//!
//! 12: function Shuffle(n, msg)                  ▷ Receive shuffling request from n
//! 13:   new ← msg[newpeers]
//! 14:   origin ← msg[origin]
//! 15:   if origin = p then                      ▷ This is the reply
//! 16:     old ← msg[oldpeers]
//! 17:   else                                    ▷ This is the request
//! 18:     old ← GetNeighbors(ℓ)
//! 19:     msg[newpeers] ← new
//! 20:     msg[oldpeers] ← old
//! 21:     send(SHUFFLE, msg) to n
//! 22:   end if
//! 23:   new ← new \ {p}
//! 24:   for all ni ∈ new do
//! 25:     addNeighbor(ni)
//! 26:   end for
//! 27:   for all ni ∈ old do
//! 28:     if |GetNeighbors()| > MAX-DEGREE then
//! 29:       removeNeighbor(ni)
//! 30:     end if
//! 31:   end for
//! 32: end function
//! ```
//!
//! How it is read, where it can be read in several ways:
//! - Line 1 calls `ShuffleStart` and gives `addTimer` what comes of it, which is nothing
//!   ([`Starts::Called`]). The charitable readings: it is given the function, so that it starts one
//!   shuffle ([`Starts::Once`]); the function sets the timer again ([`Starts::Periodic`]).
//! - Line 19 writes what line 13 has read, so a reply brings back what its origin has sent
//!   ([`Reply::AsPrinted`]). The charitable reading: the lists change places, so that the origin
//!   learns of `old`, and may give up what it has sent ([`Reply::Exchanged`]).
//! - Whoever has no neighbour has no `q`, and sends nothing.
//! - A view takes in nobody twice. It has room for more than MAX-DEGREE: line 28 is what limits it.

use rumormill_core::{Context, Never, Peer, Protocol, Ticks};
use serde::{Deserialize, Serialize};

/// 60 s: the driver says how long a tick is.
const PERIOD: Ticks = Ticks(1);

/// CYCLON, as printed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Cyclon {
    settings: Settings,
}

/// What the text leaves open, or cannot be meant so.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// ℓ.
    pub length: u8,
    /// MAX-DEGREE.
    pub max_degree: u8,
    /// How often a shuffle starts.
    pub starts: Starts,
    /// What the reply brings.
    pub reply: Reply,
}

/// How line 1 is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Starts {
    /// A shuffle starts at once, and no other.
    Called,
    /// A shuffle starts after 60 s, and no other.
    Once,
    /// A shuffle starts every 60 s.
    Periodic,
}

/// How line 19 is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// As it stands.
    AsPrinted,
    /// The origin gets what the other has drawn, for what it has sent.
    Exchanged,
}

/// `SHUFFLE`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Shuffle<P: Peer> {
    /// `msg[newpeers]`.
    pub new_peers: Vec<P>,
    /// `msg[oldpeers]`; a request has none.
    pub old_peers: Vec<P>,
    /// `msg[origin]`.
    pub origin: P,
}

/// 60 s are over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ShuffleStart;

impl<P: Peer> Protocol<P> for Cyclon {
    type Message = Shuffle<P>;
    type Timer = ShuffleStart;
    type Request = Never;
    type Notice = Never;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        match self.settings.starts {
            Starts::Called => self.shuffle_start(context),
            Starts::Once | Starts::Periodic => context.set_timer(PERIOD, ShuffleStart),
        }
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, ShuffleStart: ShuffleStart) {
        if self.settings.starts == Starts::Periodic {
            context.set_timer(PERIOD, ShuffleStart);
        }
        self.shuffle_start(context);
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Shuffle<P>) {
        self.shuffle(context, from, message);
    }
}

impl Cyclon {
    /// A process that has shuffled with nobody.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    fn shuffle_start<P: Peer>(&self, context: &mut Context<'_, P, Self>) {
        let mut peers = context.neighbors(self.settings.length.into()).to_vec();
        let Some(&q) = context.choose(&peers, 1).first() else { return };
        peers.retain(|&peer| peer != q);
        peers.push(context.me());
        let msg = Shuffle { new_peers: peers, old_peers: Vec::new(), origin: context.me() };
        context.send(msg, &[q]);
    }

    fn shuffle<P: Peer>(&self, context: &mut Context<'_, P, Self>, n: P, msg: Shuffle<P>) {
        let (p, origin) = (context.me(), msg.origin);
        let (mut new, old) = if origin == p {
            (msg.new_peers, msg.old_peers)
        } else {
            let (new, old) = (msg.new_peers, context.neighbors(self.settings.length.into()));
            let (new_peers, old_peers) = match self.settings.reply {
                Reply::AsPrinted => (new.clone(), old.to_vec()),
                Reply::Exchanged => (old.to_vec(), new.clone()),
            };
            context.send(Shuffle { new_peers, old_peers, origin }, &[n]);
            (new, old.to_vec())
        };
        new.retain(|&peer| peer != p);
        for ni in new {
            let _whoever_is_there_is_not_added_twice = context.add_neighbor(ni);
        }
        for ni in old {
            if context.neighborhood().peers().len() > self.settings.max_degree.into() {
                context.remove_neighbor(ni);
            }
        }
    }
}

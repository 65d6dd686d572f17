//! Algorithm 5, Rényi-Erdős broadcast, as printed.
//!
//! ```text
//! 1: addMsgHandler(RENYI-ERDOS, Renyi-Erdos)
//! 2: Received ← ∅
//! 3: N ← ApproximateSystemSize()
//!
//! 4: function Renyi-Erdos(n, msg)               ▷ Receive msg from n
//! 5:   if msg ∉ Received then
//! 6:     send(RENYI-ERDOS, msg) to GetNeighbors(log(N))
//! 7:     Received ← Received ∪ {msg}
//! 8:   end if
//! 9: end function
//! ```
//!
//! How it is read, where it can be read in several ways:
//! - `log(N)` is a number of neighbours: to which base, and rounded how, is left open
//!   ([`Base`], [`Rounding`]).
//! - `ApproximateSystemSize()` is right when it is called, which is once, at the start
//!   ([`Settings::size`]).
//! - Nothing says how a broadcast begins, nor that a message is delivered. Whoever begins hands its
//!   message to its own handler, and whoever has it in `Received` counts as reached.

use rumormill_core::{Context, Never, Peer, Protocol, as_set};
use serde::{Deserialize, Serialize};

/// Rényi-Erdős broadcast, as printed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct RenyiErdos {
    settings: Settings,
    #[serde(serialize_with = "as_set")]
    received: Vec<Message>,
}

/// What the text leaves open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The size of the group when the process starts: `N`.
    pub size: u32,
    /// The base of the logarithm.
    pub base: Base,
    /// How it becomes a whole number.
    pub rounding: Rounding,
}

/// The base of a logarithm.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Base {
    /// e, as in the random graphs of Erdős and Rényi.
    Natural,
    /// 2.
    Two,
    /// 10.
    Ten,
}

/// How a number becomes a whole one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Rounding {
    /// To the next smaller one, as a conversion to integers does.
    Down,
    /// To the next greater one.
    Up,
}

/// A message; whoever begins has given it a number of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Message(pub u8);

impl<P: Peer> Protocol<P> for RenyiErdos {
    type Message = Message;
    type Timer = Never;
    type Request = Message;
    type Notice = Never;

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, _from: P, message: Message) {
        self.renyi_erdos(context, message);
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, message: Message) {
        self.renyi_erdos(context, message);
    }
}

impl RenyiErdos {
    /// A process that has received nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, received: Vec::new() }
    }

    /// `Received`.
    #[must_use]
    pub fn received(&self) -> &[Message] {
        &self.received
    }

    fn renyi_erdos<P: Peer>(&mut self, context: &mut Context<'_, P, Self>, message: Message) {
        if !self.received.contains(&message) {
            context.send_to_neighbors(message, self.settings.log());
            self.received.push(message);
        }
    }
}

impl Settings {
    /// `log(N)`.
    #[must_use]
    pub fn log(&self) -> usize {
        let size = f64::from(self.size);
        let log = match self.base {
            Base::Natural => libm::log(size),
            Base::Two => libm::log2(size),
            Base::Ten => libm::log10(size),
        };
        match self.rounding {
            Rounding::Down => libm::floor(log) as usize,
            Rounding::Up => libm::ceil(log) as usize,
        }
    }
}

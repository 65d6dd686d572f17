//! What goes into a machine and what comes out of it.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{Outbox, Peer, Protocol, Ticks};

/// What happens to a machine: the only thing that makes it act.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Event<P: Peer, X: Protocol<P>> {
    /// The process starts: once, before everything else.
    Start,
    /// A message arrived.
    Message {
        /// Who sent it.
        from: P,
        /// What it says.
        message: X::Message,
    },
    /// The timer's deadline passed. It was armed; now it is not.
    Timer(X::Timer),
    /// The application asks for something.
    Request(X::Request),
}

/// What a machine wants done.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Effect<'a, P: Peer, X: Protocol<P>> {
    /// Send one message to each of several peers, so that it need be encoded only once.
    Send {
        /// The destinations: at least one, none twice.
        to: Cow<'a, [P]>,
        /// What to send.
        message: X::Message,
    },
    /// Let the timer fire once after so many ticks, and not at a deadline it had before.
    Arm {
        /// Which timer.
        timer: X::Timer,
        /// How many ticks from now.
        after: Ticks,
    },
    /// Let the timer not fire.
    Disarm {
        /// Which timer.
        timer: X::Timer,
    },
    /// Tell the application.
    Notify(X::Notice),
}

/// The effects of one step: a buffer to be used again, so that a step in the steady state
/// allocates nothing.
#[derive(Clone, Debug)]
pub struct Effects<P: Peer, X: Protocol<P>> {
    list: Vec<Stored<P, X>>,
    destinations: Vec<P>,
    overflow: u32,
}

/// An effect whose destinations lie in the arena of the buffer.
#[derive(Clone, Debug)]
enum Stored<P: Peer, X: Protocol<P>> {
    Send { to: Range<u32>, message: X::Message },
    Arm { timer: X::Timer, after: Ticks },
    Disarm { timer: X::Timer },
    Notify(X::Notice),
}

impl<P: Peer, X: Protocol<P>> Stored<P, X> {
    fn read(self, destinations: &[P]) -> Effect<'_, P, X> {
        match self {
            Self::Send { to, message } => {
                let to = Cow::Borrowed(&destinations[to.start as usize..to.end as usize]);
                Effect::Send { to, message }
            }
            Self::Arm { timer, after } => Effect::Arm { timer, after },
            Self::Disarm { timer } => Effect::Disarm { timer },
            Self::Notify(notice) => Effect::Notify(notice),
        }
    }
}

impl<P: Peer, X: Protocol<P>> Effects<P, X> {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self { list: Vec::new(), destinations: Vec::new(), overflow: 0 }
    }

    /// The effects in their order, leaving none behind.
    pub fn drain(&mut self) -> impl Iterator<Item = Effect<'_, P, X>> {
        let destinations = &self.destinations;
        self.list.drain(..).map(|stored| stored.read(destinations))
    }

    /// Copies of the effects, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Effect<'_, P, X>> {
        self.list.iter().map(|stored| stored.clone().read(&self.destinations))
    }

    /// Whether the step had no effect.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How often the step hit one of its limits ([`MAX_REQUESTS`](crate::MAX_REQUESTS),
    /// [`MAX_CHANGES`](crate::MAX_CHANGES)) and left something undone.
    #[must_use]
    pub fn overflow(&self) -> u32 {
        self.overflow
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.destinations.clear();
        self.overflow = 0;
    }
}

impl<P: Peer, X: Protocol<P>> Default for Effects<P, X> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Peer, X: Protocol<P>> Outbox<P, X> for Effects<P, X> {
    fn send(&mut self, to: &[P], message: X::Message) {
        let start = self.destinations.len() as u32;
        self.destinations.extend_from_slice(to);
        self.list.push(Stored::Send { to: start..self.destinations.len() as u32, message });
    }

    fn arm(&mut self, timer: X::Timer, after: Ticks) {
        self.list.push(Stored::Arm { timer, after });
    }

    fn disarm(&mut self, timer: X::Timer) {
        self.list.push(Stored::Disarm { timer });
    }

    fn notify(&mut self, notice: X::Notice) {
        self.list.push(Stored::Notify(notice));
    }

    fn overflowed(&mut self) {
        self.overflow += 1;
    }
}

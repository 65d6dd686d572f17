//! What goes into a machine and what comes out of it.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::iter;
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
///
/// Messages and notices are large, so each goes straight into a queue of its own; wrapped into an
/// effect first, it would be moved once more.
#[derive(Clone, Debug)]
pub struct Effects<P: Peer, X: Protocol<P>> {
    order: VecDeque<Queued<X::Timer>>,
    messages: VecDeque<X::Message>,
    notices: VecDeque<X::Notice>,
    destinations: Vec<P>,
    /// To how many of the destinations a message goes already; the others await the next one.
    addressed: u32,
    overflow: u32,
}

/// What the next effect is.
#[derive(Clone, Debug)]
enum Queued<T> {
    /// The next message, to these destinations.
    Send(Range<u32>),
    Arm(T, Ticks),
    Disarm(T),
    /// The next notice.
    Notify,
}

impl<P: Peer, X: Protocol<P>> Effects<P, X> {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self {
            order: VecDeque::new(),
            messages: VecDeque::new(),
            notices: VecDeque::new(),
            destinations: Vec::new(),
            addressed: 0,
            overflow: 0,
        }
    }

    /// The effects in their order, each taken out when its turn comes.
    pub fn drain(&mut self) -> impl Iterator<Item = Effect<'_, P, X>> {
        let Self { order, messages, notices, destinations, .. } = self;
        let destinations = &destinations[..];
        iter::from_fn(move || {
            read(order.pop_front()?, destinations, || messages.pop_front(), || notices.pop_front())
        })
    }

    /// Copies of the effects, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Effect<'_, P, X>> {
        let mut messages = self.messages.iter().cloned();
        let mut notices = self.notices.iter().cloned();
        self.order.iter().cloned().map_while(move |next| {
            read(next, &self.destinations, || messages.next(), || notices.next())
        })
    }

    /// Whether the step had no effect.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How often the step hit one of its limits ([`MAX_REQUESTS`](crate::MAX_REQUESTS),
    /// [`MAX_CHANGES`](crate::MAX_CHANGES)) and left something undone.
    #[must_use]
    pub fn overflow(&self) -> u32 {
        self.overflow
    }

    pub(crate) fn clear(&mut self) {
        self.order.clear();
        self.messages.clear();
        self.notices.clear();
        self.destinations.clear();
        self.addressed = 0;
        self.overflow = 0;
    }
}

/// An effect, put together of what its queues hold.
fn read<'a, P: Peer, X: Protocol<P>>(
    next: Queued<X::Timer>,
    destinations: &'a [P],
    message: impl FnOnce() -> Option<X::Message>,
    notice: impl FnOnce() -> Option<X::Notice>,
) -> Option<Effect<'a, P, X>> {
    Some(match next {
        Queued::Send(to) => {
            let to = Cow::Borrowed(&destinations[to.start as usize..to.end as usize]);
            Effect::Send { to, message: message()? }
        }
        Queued::Arm(timer, after) => Effect::Arm { timer, after },
        Queued::Disarm(timer) => Effect::Disarm { timer },
        Queued::Notify => Effect::Notify(notice()?),
    })
}

impl<P: Peer, X: Protocol<P>> Default for Effects<P, X> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Peer, X: Protocol<P>> Outbox<P, X> for Effects<P, X> {
    fn destinations(&mut self) -> &mut Vec<P> {
        &mut self.destinations
    }

    fn send(&mut self, message: X::Message) {
        self.messages.push_back(message);
        let listed = self.destinations.len() as u32;
        self.order.push_back(Queued::Send(self.addressed..listed));
        self.addressed = listed;
    }

    fn arm(&mut self, timer: X::Timer, after: Ticks) {
        self.order.push_back(Queued::Arm(timer, after));
    }

    fn disarm(&mut self, timer: X::Timer) {
        self.order.push_back(Queued::Disarm(timer));
    }

    fn notify(&mut self, notice: X::Notice) {
        self.notices.push_back(notice);
        self.order.push_back(Queued::Notify);
    }

    fn overflowed(&mut self) {
        self.overflow += 1;
    }
}

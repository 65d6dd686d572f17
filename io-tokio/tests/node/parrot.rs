//! A protocol that says what it is asked to say and tells what it hears.

use bytes::Bytes;
use rumormill_core::wire::{Malformed, Reader, Wire, Writer};
use rumormill_core::{Change, Context, Peer, Protocol, Ticks};
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Parrot {
    /// How long its periods are; `None`: it has none.
    pub period: Option<Ticks>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Word(pub Bytes);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub(crate) enum Timer {
    Period,
    Reminder,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Say the word to all neighbours.
    Say(Bytes),
    /// Give the notices `Counted(0)`, `Counted(1)` and so on.
    Count(u32),
    /// Give the notice `Reminded` after some time.
    Remind(Ticks),
    /// Do not give it after all.
    Forget,
    /// Panic.
    Panic,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) enum Notice<P: Peer> {
    Heard(P, Bytes),
    Changed(Change<P>),
    Counted(u32),
    Period,
    Reminded,
}

impl Wire for Word {
    fn encode(&self, frame: &mut Writer<'_>) {
        frame.payload(&self.0);
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        frame.payload(usize::MAX).map(Self)
    }
}

impl<P: Peer> Protocol<P> for Parrot {
    type Message = Word;
    type Timer = Timer;
    type Request = Request;
    type Notice = Notice<P>;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        if let Some(period) = self.period {
            context.set_timer(period, Timer::Period);
        }
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, word: Word) {
        context.notify(Notice::Heard(from, word.0));
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, timer: Timer) {
        match timer {
            Timer::Reminder => context.notify(Notice::Reminded),
            Timer::Period => {
                context.notify(Notice::Period);
                self.on_start(context);
            }
        }
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, request: Request) {
        match request {
            Request::Say(word) => {
                let all: Vec<P> = context.neighborhood().peers().to_vec();
                context.send(Word(word), &all);
            }
            Request::Count(end) => (0..end).for_each(|i| context.notify(Notice::Counted(i))),
            Request::Remind(after) => context.set_timer(after, Timer::Reminder),
            Request::Forget => context.cancel_timer(Timer::Reminder),
            Request::Panic => panic!("as requested"),
        }
    }

    fn on_neighbor(&mut self, context: &mut Context<'_, P, Self>, change: Change<P>) {
        context.notify(Notice::Changed(change));
    }
}

//! What nodes say to each other, and how it travels.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Peer;
use crate::rumor::{Id, Rumor};
use crate::wire::{Malformed, Reader, Wire, Writer};

/// The most rumors, the most names of rumors, and the most verdicts on them, in one message.
///
/// Our choice: more of the smallest than fit into a datagram of the default size.
pub const MAX_RUMORS: usize = 64;

/// What a message takes besides rumors and names, in bytes: its kind and the lengths of two lists.
pub const MESSAGE_OVERHEAD: u32 = 3;

/// What nodes say to each other. Requests sort before what carries rumors; feedback sorts last, and
/// might sort anywhere: what it says is taken stock of when the next period begins.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Message<P: Peer> {
    /// "Tell me what you have beyond this."
    Pull {
        /// The latest rumors that the sender has.
        have: Vec<Id<P>>,
    },
    /// A pull and a push in one.
    Exchange {
        /// The latest rumors that the sender has.
        have: Vec<Id<P>>,
        /// Some of them.
        rumors: Vec<Rumor<P>>,
    },
    /// "Hear this."
    Push {
        /// Rumors that the sender has.
        rumors: Vec<Rumor<P>>,
    },
    /// "What you sent was news, or not."
    Feedback {
        /// What is said of each rumor.
        verdicts: Vec<Verdict<P>>,
    },
}

/// What a rumor was to whom it was sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Verdict<P: Peer> {
    /// Which rumor.
    pub id: Id<P>,
    /// Whether it was not known when its receiver's period began.
    pub needed: bool,
}

const PULL: u8 = 0;
const EXCHANGE: u8 = 1;
const PUSH: u8 = 2;
const FEEDBACK: u8 = 3;

impl<P: Peer> Wire for Message<P> {
    fn encode(&self, frame: &mut Writer<'_>) {
        match self {
            Self::Pull { have } => {
                frame.byte(PULL);
                write(frame, have);
            }
            Self::Exchange { have, rumors } => {
                frame.byte(EXCHANGE);
                write(frame, have);
                write(frame, rumors);
            }
            Self::Push { rumors } => {
                frame.byte(PUSH);
                write(frame, rumors);
            }
            Self::Feedback { verdicts } => {
                frame.byte(FEEDBACK);
                write(frame, verdicts);
            }
        }
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        match frame.byte()? {
            PULL => Ok(Self::Pull { have: read(frame)? }),
            EXCHANGE => Ok(Self::Exchange { have: read(frame)?, rumors: read(frame)? }),
            PUSH => Ok(Self::Push { rumors: read(frame)? }),
            FEEDBACK => Ok(Self::Feedback { verdicts: read(frame)? }),
            tag => Err(Malformed::UnknownKind { tag }),
        }
    }
}

impl<P: Peer> Wire for Verdict<P> {
    fn encode(&self, frame: &mut Writer<'_>) {
        frame.value(self);
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        frame.value()
    }
}

fn write<T: Wire>(frame: &mut Writer<'_>, list: &[T]) {
    frame.list(list, |frame, item| item.encode(frame));
}

fn read<T: Wire>(frame: &mut Reader<'_>) -> Result<Vec<T>, Malformed> {
    frame.list(MAX_RUMORS, T::decode)
}

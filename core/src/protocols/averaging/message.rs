//! What those who average say to each other.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::wire::{Malformed, Reader, Wire, Writer};
use crate::{Peer, as_set};

/// The most counts that are held at the same time.
///
/// Our choice: with all of them a message between processes on sockets has 770 bytes at most.
pub const MAX_COUNTS: usize = 16;

/// The most bytes of a message without its counts and without the frame.
pub const MESSAGE_OVERHEAD: usize = 50;

/// The most bytes of a count, for peers that encode in at most 30 bytes.
pub const COUNT_LENGTH: usize = 45;

/// How many counts fit into messages of so many bytes, without the frame and without the byte that each
/// stack around this protocol adds: at most [`MAX_COUNTS`].
#[must_use]
pub fn counts_within(bytes: usize) -> u8 {
    let counts = bytes.saturating_sub(MESSAGE_OVERHEAD) / COUNT_LENGTH;
    counts.min(MAX_COUNTS) as u8
}

/// A time in the group's reckoning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Time {
    /// Which epoch.
    pub epoch: u32,
    /// How many periods it has lasted.
    pub round: u16,
}

/// One process's part of a count: in the beginning its leader holds a whole unit of it, and the
/// others hold nothing, so that their mean tells how many they are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Count<P: Peer> {
    /// What its leader has drawn: the counts with the smallest tickets are kept.
    pub ticket: u32,
    /// Who has begun it.
    pub leader: P,
    /// The part that is held here, of [`Settings::unit`](super::Settings::unit).
    pub part: u64,
}

impl<P: Peer> Count<P> {
    /// Whether both are parts of one count.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        (self.ticket, self.leader) == (other.ticket, other.leader)
    }
}

/// What a process holds of what is averaged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Held<P: Peer> {
    /// Its part of the sum of all values.
    pub value: i64,
    /// The least value that it has heard of.
    pub least: i64,
    /// The greatest.
    pub greatest: i64,
    /// The smallest ticket of those that are not counted for want of room; `u32::MAX`: none was.
    pub cut: u32,
    /// Its parts of the counts, by ascending tickets, all of which are below the cut.
    #[serde(serialize_with = "as_set")]
    pub counts: Vec<Count<P>>,
}

/// What processes say to each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Message<P: Peer> {
    /// "This is what I hold. Let us each hold the mean."
    Push {
        /// The time of the sender.
        time: Time,
        /// Which exchange of the sender's in that epoch it is.
        number: u32,
        /// What the sender holds until it is answered.
        held: Held<P>,
    },
    /// "That is what I held. I hold the mean now."
    Answer {
        /// The epoch of the exchange.
        epoch: u32,
        /// Which exchange of the receiver's it is.
        number: u32,
        /// What the sender held before.
        held: Held<P>,
    },
    /// "Not with me, or not now."
    Declined {
        /// The epoch of the exchange.
        epoch: u32,
        /// Which exchange of the receiver's it is.
        number: u32,
        /// The time of the sender, if it takes part in an epoch.
        time: Option<Time>,
    },
}

const PUSH: u8 = 0;
const ANSWER: u8 = 1;
const DECLINED: u8 = 2;

impl<P: Peer> Wire for Message<P> {
    fn encode(&self, frame: &mut Writer<'_>) {
        match self {
            Self::Push { time, number, held } => {
                frame.byte(PUSH);
                frame.value(&(time, number));
                held.encode(frame);
            }
            Self::Answer { epoch, number, held } => {
                frame.byte(ANSWER);
                frame.value(&(epoch, number));
                held.encode(frame);
            }
            Self::Declined { epoch, number, time } => {
                frame.byte(DECLINED);
                frame.value(&(epoch, number, time));
            }
        }
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        match frame.byte()? {
            PUSH => {
                let (time, number) = frame.value()?;
                Ok(Self::Push { time, number, held: Held::decode(frame)? })
            }
            ANSWER => {
                let (epoch, number) = frame.value()?;
                Ok(Self::Answer { epoch, number, held: Held::decode(frame)? })
            }
            DECLINED => {
                let (epoch, number, time) = frame.value()?;
                Ok(Self::Declined { epoch, number, time })
            }
            tag => Err(Malformed::UnknownKind { tag }),
        }
    }
}

impl<P: Peer> Wire for Held<P> {
    fn encode(&self, frame: &mut Writer<'_>) {
        frame.value(&(self.value, self.least, self.greatest, self.cut));
        frame.list(&self.counts, |frame, count| frame.value(count));
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (value, least, greatest, cut) = frame.value()?;
        let counts = frame.list(MAX_COUNTS, |frame| frame.value())?;
        Ok(Self { value, least, greatest, cut, counts })
    }
}

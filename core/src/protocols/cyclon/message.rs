//! What those who shuffle say to each other.

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

use crate::wire::{Malformed, Reader, Wire, Writer};
use crate::{MAX_CHANGES, Peer, as_set};

/// The most entries in a message: each may come into the view in the place of another, and the
/// sender in that of its earlier life.
pub const MAX_LENGTH: usize = MAX_CHANGES / 2 - 1;

/// The most bytes that a message takes besides its entries: its kind, the number of the exchange, and
/// how many entries there are.
const MESSAGE_OVERHEAD: usize = 1 + 3 + 1;

/// The most bytes that an entry takes, for peers that encode in at most 30 bytes, as
/// [`SocketPeer`](crate::SocketPeer) does.
const LONGEST_ENTRY: usize = 30 + 1;

/// How many entries fit into a message of so many bytes, whomever they name; 1 where none does. The
/// bytes are those without the frame and without the byte that each stack around this protocol adds.
#[must_use]
pub const fn entries_within(bytes: usize) -> u8 {
    match bytes.saturating_sub(MESSAGE_OVERHEAD) / LONGEST_ENTRY {
        0 => 1,
        few if few < MAX_LENGTH => few as u8,
        _ => MAX_LENGTH as u8,
    }
}

/// A neighbour, and how many periods ago its pointer was made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Entry<P: Peer> {
    /// The neighbour.
    pub peer: P,
    /// Its age in periods of those that held it.
    pub age: u8,
}

/// Entries in a message.
pub type Entries<P> = ArrayVec<Entry<P>, MAX_LENGTH>;

/// Peers that are offered in a message.
pub type Names<P> = ArrayVec<P, MAX_LENGTH>;

/// What processes say to each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Message<P: Peer> {
    /// "Take these, and give me some of yours."
    Shuffle {
        /// Which exchange of the sender's it is.
        number: u16,
        /// The sender, and some of its neighbours.
        #[serde(serialize_with = "as_set")]
        entries: Entries<P>,
    },
    /// "Take these for yours."
    Answer {
        /// Which exchange of the receiver's it is.
        number: u16,
        /// Some of the sender's neighbours.
        #[serde(serialize_with = "as_set")]
        entries: Entries<P>,
    },
}

const SHUFFLE: u8 = 0;
const ANSWER: u8 = 1;

impl<P: Peer> Wire for Message<P> {
    fn encode(&self, frame: &mut Writer<'_>) {
        let (kind, number, entries) = match self {
            Self::Shuffle { number, entries } => (SHUFFLE, number, entries),
            Self::Answer { number, entries } => (ANSWER, number, entries),
        };
        frame.byte(kind);
        frame.value(number);
        frame.list(entries, |frame, entry| frame.value(entry));
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        let kind = frame.byte()?;
        if kind > ANSWER {
            return Err(Malformed::UnknownKind { tag: kind });
        }
        let number = frame.value()?;
        let entries = frame.short_list(|frame| frame.value())?;
        Ok(match kind {
            SHUFFLE => Self::Shuffle { number, entries },
            _ => Self::Answer { number, entries },
        })
    }
}

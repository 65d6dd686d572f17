//! What a walk says on its way.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Peer;
use crate::wire::{Malformed, Reader, Wire, Writer};

/// The longest path that a message can hold.
///
/// Our choice: as many peers as fit into a datagram of the default size.
pub const MAX_PATH: usize = 36;

/// How a walk chooses its way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Mode {
    /// Each neighbour is as likely as the other.
    Plain,
    /// The same, but the walk stays where it is with a probability that makes up for degrees.
    Metropolis,
}

/// A walk on its way.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Walk<P: Peer> {
    /// Which hop of which walk the next one is.
    pub hop: Hop<P>,
    /// How it chooses its way.
    pub mode: Mode,
    /// How many neighbours the sender has.
    pub degree: u32,
    /// The processes that it has come by, as far as paths are carried.
    pub path: Vec<P>,
}

/// A hop of a walk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Hop<P: Peer> {
    /// Who started the walk.
    pub origin: P,
    /// Which walk of its origin it is.
    pub number: u16,
    /// How many hops are left, this one included.
    pub left: u8,
}

/// What processes say to each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Message<P: Peer> {
    /// A walk comes by.
    Walk(Walk<P>),
    /// "I took it over."
    Taken(Hop<P>),
    /// "It stays with you."
    Stays(Hop<P>),
    /// "Your walk has ended with me."
    End {
        /// Which walk.
        number: u16,
        /// How many hops it had left.
        left: u8,
        /// The processes that it came by, as far as paths are carried.
        path: Vec<P>,
    },
    /// "I know where it ended."
    Heard {
        /// Which walk.
        number: u16,
    },
}

const WALK: u8 = 0;
const TAKEN: u8 = 1;
const STAYS: u8 = 2;
const END: u8 = 3;
const HEARD: u8 = 4;

impl<P: Peer> Wire for Message<P> {
    fn encode(&self, frame: &mut Writer<'_>) {
        match self {
            Self::Walk(Walk { hop, mode, degree, path }) => {
                frame.byte(WALK);
                frame.value(&(hop, mode, degree));
                write(frame, path);
            }
            Self::Taken(hop) => {
                frame.byte(TAKEN);
                frame.value(hop);
            }
            Self::Stays(hop) => {
                frame.byte(STAYS);
                frame.value(hop);
            }
            Self::End { number, left, path } => {
                frame.byte(END);
                frame.value(&(number, left));
                write(frame, path);
            }
            Self::Heard { number } => {
                frame.byte(HEARD);
                frame.value(number);
            }
        }
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        match frame.byte()? {
            WALK => {
                let (hop, mode, degree) = frame.value()?;
                Ok(Self::Walk(Walk { hop, mode, degree, path: read(frame)? }))
            }
            TAKEN => Ok(Self::Taken(frame.value()?)),
            STAYS => Ok(Self::Stays(frame.value()?)),
            END => {
                let (number, left) = frame.value()?;
                Ok(Self::End { number, left, path: read(frame)? })
            }
            HEARD => Ok(Self::Heard { number: frame.value()? }),
            tag => Err(Malformed::UnknownKind { tag }),
        }
    }
}

fn write<P: Peer>(frame: &mut Writer<'_>, path: &[P]) {
    frame.list(path, |frame, peer| frame.value(peer));
}

fn read<P: Peer>(frame: &mut Reader<'_>) -> Result<Vec<P>, Malformed> {
    frame.list(MAX_PATH, |frame| frame.value())
}

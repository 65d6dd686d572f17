//! What those who search say to each other.

use alloc::vec::Vec;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Peer;
use crate::rumor::Id;
use crate::wire::{Malformed, Reader, Wire, Writer};

/// The longest query, in bytes.
pub const MAX_QUERY: usize = 128;

/// The most results in a hit.
pub const MAX_RESULTS: usize = 8;

/// The longest result, in bytes: a hit fits into a datagram of 1200 bytes.
pub const MAX_RESULT: usize = 128;

/// How a query spreads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Way {
    /// Whoever hears it for the first time passes it on to so many neighbours.
    Flood {
        /// To how many.
        degree: u8,
    },
    /// Whoever hears it passes it on to one neighbour.
    Walk,
}

/// What processes say to each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Message<P: Peer> {
    /// "Who has that?"
    Query {
        /// Whose query, and which.
        id: Id<P>,
        /// How many hops it may take from its sender on, this one included: at least 1.
        left: u8,
        /// Which of the growing rings of the search it is, from 0.
        ring: u8,
        /// How it spreads.
        way: Way,
        /// What is searched for.
        text: Bytes,
    },
    /// "This one has."
    Hit {
        /// Whose query, and which.
        id: Id<P>,
        /// Who has it.
        server: P,
        /// How many hops the answer has taken, this one included.
        hops: u8,
        /// What it has.
        results: Vec<Bytes>,
    },
}

const FLOOD: u8 = 0;
const WALK: u8 = 1;
const HIT: u8 = 2;

impl<P: Peer> Wire for Message<P> {
    fn encode(&self, frame: &mut Writer<'_>) {
        match self {
            Self::Query { id, left, ring, way, text } => {
                match way {
                    Way::Flood { degree } => {
                        frame.byte(FLOOD);
                        frame.byte(*degree);
                    }
                    Way::Walk => frame.byte(WALK),
                }
                id.encode(frame);
                frame.byte(*left);
                frame.byte(*ring);
                frame.payload(text);
            }
            Self::Hit { id, server, hops, results } => {
                frame.byte(HIT);
                id.encode(frame);
                frame.value(server);
                frame.byte(*hops);
                frame.list(results, |frame, result| frame.payload(result));
            }
        }
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        let way = match frame.byte()? {
            FLOOD => Way::Flood { degree: frame.byte()? },
            WALK => Way::Walk,
            HIT => return hit(frame),
            tag => return Err(Malformed::UnknownKind { tag }),
        };
        let (id, left, ring) = (Id::decode(frame)?, frame.byte()?, frame.byte()?);
        Ok(Self::Query { id, left, ring, way, text: frame.payload(MAX_QUERY)? })
    }
}

fn hit<P: Peer>(frame: &mut Reader<'_>) -> Result<Message<P>, Malformed> {
    let (id, server, hops) = (Id::decode(frame)?, frame.value()?, frame.byte()?);
    let results = frame.list(MAX_RESULTS, |frame| frame.payload(MAX_RESULT))?;
    Ok(Message::Hit { id, server, hops, results })
}

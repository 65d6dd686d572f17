//! What protocols of dissemination spread, and what they tell about it.

use core::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Peer;
use crate::seen::Refusal;
use crate::wire::{Malformed, Reader, Wire, Writer};

/// The longest payload that a frame can hold at all: what one UDP datagram carries, in bytes.
pub const MAX_PAYLOAD: usize = 65_507;

/// The most bytes that the name of a rumor and the length of its payload take in a message, for
/// peers that encode in at most 30 bytes, as [`SocketPeer`](crate::SocketPeer) does.
pub const RUMOR_OVERHEAD: usize = 30 + 10 + 3;

/// The name of a rumor: who started it, and how many it had started before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Id<P: Peer> {
    /// Who started the rumor.
    pub origin: P,
    /// The first is 0.
    pub sequence: u64,
}

/// A message of the application on its way to everybody. Copies share the payload.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Rumor<P: Peer> {
    /// Its name.
    pub id: Id<P>,
    /// What it says.
    pub payload: Bytes,
}

/// Short, since stories of runs are full of them: `origin/sequence`.
impl<P: Peer> fmt::Debug for Id<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}", self.origin, self.sequence)
    }
}

/// Short, since stories of runs are full of them: `origin/sequence payload`.
impl<P: Peer> fmt::Debug for Rumor<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.id, self.payload)
    }
}

impl<P: Peer> Wire for Id<P> {
    fn encode(&self, frame: &mut Writer<'_>) {
        frame.value(self);
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        frame.value()
    }
}

impl<P: Peer> Wire for Rumor<P> {
    fn encode(&self, frame: &mut Writer<'_>) {
        self.id.encode(frame);
        frame.payload(&self.payload);
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { id: Id::decode(frame)?, payload: frame.payload(MAX_PAYLOAD)? })
    }
}

/// What a protocol of dissemination tells the layer above.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// The rumor arrived for the first time, or was started here.
    Delivered(Rumor<P>),
    /// A rumor was not started.
    NotStarted(PayloadTooLong),
    /// A rumor arrived, or was started here, and was turned away although it may be new.
    TurnedAway {
        /// Which rumor.
        id: Id<P>,
        /// Why.
        refusal: Refusal,
    },
    /// A rumor is not spread from here, or no longer although it was to be: it gave way to newer
    /// ones, or its payload is longer than this process's messages hold.
    CrowdedOut(Id<P>),
    /// A process told what it needed although no rumor was sent to it in this period, or to too
    /// many others: it answered too late, or to nothing. What it told changes nothing.
    FeedbackRefused(P),
}

/// A payload that does not fit into a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("the payload has {length} bytes; a message holds at most {limit}")]
pub struct PayloadTooLong {
    /// Its length in bytes.
    pub length: u64,
    /// The most that fits, in bytes.
    pub limit: u32,
}

impl PayloadTooLong {
    /// Whether the payload is at most `limit` bytes long.
    ///
    /// # Errors
    /// When it is longer.
    pub fn check(payload: &Bytes, limit: u32) -> Result<(), Self> {
        let length = payload.len() as u64;
        if length > u64::from(limit) { Err(Self { length, limit }) } else { Ok(()) }
    }
}

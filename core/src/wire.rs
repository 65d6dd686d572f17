//! How messages travel: versioned frames, with every length bounded before anything is allocated.
//!
//! A frame is one datagram:
//!
//! | bytes | what |
//! |---|---|
//! | 2 | the magic `"rm"` |
//! | 1 | the version, [`VERSION`] |
//! | 1 + n | the cluster's label: its length, then its bytes |
//! | varint | the sender's epoch |
//! | varint | the epoch that it is meant for; 0 for a contact |
//! | rest | the message, in its own [`Wire`] encoding |
//!
//! A message writes its header with postcard and its payloads raw, behind their lengths; decoding
//! hands payloads out as slices of the datagram's buffer, which they share and keep alive. There is
//! no checksum beyond UDP's and no authentication: a label keeps clusters apart that share a
//! network by accident, it does not keep anybody out.

use alloc::vec::Vec;

use arrayvec::{ArrayString, ArrayVec};
use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Epoch, Never};

/// What every frame begins with.
pub const MAGIC: [u8; 2] = *b"rm";

/// The version of the format; a frame of another is refused.
pub const VERSION: u8 = 1;

/// The longest label, in bytes.
pub const MAX_LABEL: usize = 32;

/// The most bytes that a frame needs besides its message.
pub const MAX_OVERHEAD: usize = 2 + 1 + 1 + MAX_LABEL + 10 + 10;

/// The largest datagram that a node sends or accepts unless it is configured otherwise, in bytes.
///
/// Our choice, as QUIC's (RFC 9000, section 14): it passes every IPv6 path unfragmented.
pub const DEFAULT_MAX_DATAGRAM: usize = 1200;

/// The name of a cluster: nodes of different labels never hear each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Label(ArrayString<MAX_LABEL>);

/// A label of more than [`MAX_LABEL`] bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the label has {length} bytes; choose one of at most {MAX_LABEL}")]
pub struct LabelTooLong {
    /// How many bytes it has.
    pub length: usize,
}

impl Label {
    /// The label that reads so.
    ///
    /// # Errors
    /// When it is longer than [`MAX_LABEL`] bytes.
    pub fn new(text: &str) -> Result<Self, LabelTooLong> {
        ArrayString::from(text).map(Self).map_err(|_| LabelTooLong { length: text.len() })
    }

    /// How it reads.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who speaks to whom, as far as a frame tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// The cluster's name.
    pub label: Label,
    /// The sender's epoch.
    pub from: Epoch,
    /// The epoch that is meant; [`Epoch::UNKNOWN`]: whichever receives it.
    pub to: Epoch,
}

/// Why a datagram is no frame for this node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Malformed {
    /// It does not begin like a frame.
    #[error("it does not begin with the magic of a frame")]
    Foreign,
    /// It is written in another version of the format.
    #[error("it is of version {version}, not {VERSION}")]
    Version {
        /// The version it claims.
        version: u8,
    },
    /// It belongs to another cluster.
    #[error("it bears the label of another cluster")]
    Label,
    /// It ends before what it announces, or holds a value that is none.
    #[error("it is cut short or garbled")]
    Garbled,
    /// It announces more than the limit for that field.
    #[error("it announces {claimed} of what may be at most {limit}")]
    TooLong {
        /// What it announces.
        claimed: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// It holds a kind of message that is not known.
    #[error("it holds a message of unknown kind {tag}")]
    UnknownKind {
        /// The tag of the kind.
        tag: u8,
    },
    /// Something follows after its end.
    #[error("something follows after its end")]
    Trailing,
}

/// A message that can travel between real processes.
///
/// Messages without payload need nothing but [`wire_by_serde!`](crate::wire_by_serde!).
pub trait Wire: Sized {
    /// Appends the message to a frame.
    fn encode(&self, frame: &mut Writer<'_>);

    /// Reads the message back.
    ///
    /// # Errors
    /// When the bytes are no such message, or exceed a limit of one of its fields.
    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed>;
}

/// Makes a message travel as postcard writes it. Its fields must be of bounded length by their
/// types; lists and payloads are for [`Writer::list`] and [`Writer::payload`].
#[macro_export]
macro_rules! wire_by_serde {
    (<$P:ident> $Message:ty) => {
        $crate::wire_by_serde!(@impl [$P: $crate::Peer] $Message);
    };
    (@impl [$($bounds:tt)*] $Message:ty) => {
        impl<$($bounds)*> $crate::wire::Wire for $Message {
            fn encode(&self, frame: &mut $crate::wire::Writer<'_>) {
                frame.value(self);
            }

            fn decode(
                frame: &mut $crate::wire::Reader<'_>,
            ) -> Result<Self, $crate::wire::Malformed> {
                frame.value()
            }
        }
    };
    ($Message:ty) => {
        $crate::wire_by_serde!(@impl [] $Message);
    };
}

impl Wire for Never {
    fn encode(&self, _: &mut Writer<'_>) {
        match *self {}
    }

    fn decode(frame: &mut Reader<'_>) -> Result<Self, Malformed> {
        Err(Malformed::UnknownKind { tag: frame.byte()? })
    }
}

/// Appends a whole frame to `out`.
pub fn encode_frame<M: Wire>(header: &Header, message: &M, out: &mut Vec<u8>) {
    encode_header(header, out);
    encode_message(message, out);
}

/// Appends what a frame begins with to `out`: all but the message. The header names the
/// destination's epoch, so whoever sends one message to several encodes this for each of them.
pub fn encode_header(header: &Header, out: &mut Vec<u8>) {
    let mut frame = Writer { out };
    frame.out.extend_from_slice(&MAGIC);
    frame.byte(VERSION);
    frame.byte(header.label.as_str().len() as u8);
    frame.out.extend_from_slice(header.label.as_str().as_bytes());
    frame.number(header.from.0);
    frame.number(header.to.0);
}

/// Appends what follows the header of a frame to `out`: the message, the same for everybody.
pub fn encode_message<M: Wire>(message: &M, out: &mut Vec<u8>) {
    message.encode(&mut Writer { out });
}

/// Reads a whole frame of the cluster `label`; payloads share `datagram`'s buffer.
///
/// # Errors
/// When it is not one, from the first to the last byte.
pub fn decode_frame<M: Wire>(label: &Label, datagram: &Bytes) -> Result<(Header, M), Malformed> {
    let mut frame = Reader { datagram, at: 0 };
    let magic = frame.take(MAGIC.len()).map_err(|_| Malformed::Foreign)?;
    if magic != MAGIC {
        return Err(Malformed::Foreign);
    }
    let version = frame.byte()?;
    if version != VERSION {
        return Err(Malformed::Version { version });
    }
    let length = frame.byte()? as usize;
    if frame.take(length)? != label.as_str().as_bytes() {
        return Err(Malformed::Label);
    }
    let header = Header { label: *label, from: Epoch(frame.number()?), to: Epoch(frame.number()?) };
    let message = M::decode(&mut frame)?;
    if frame.remaining() > 0 {
        return Err(Malformed::Trailing);
    }
    Ok((header, message))
}

/// Where a message is written.
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    /// One byte, such as the tag of a kind.
    pub fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    /// A number, shorter the smaller it is.
    pub fn number(&mut self, number: u64) {
        self.value(&number);
    }

    /// A value of bounded length, as postcard writes it.
    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        let written = postcard::serialize_with_flavor(value, Appender(self.out));
        debug_assert!(written.is_ok(), "appending never fails, and values have a known length");
    }

    /// A list, behind its length.
    pub fn list<T>(&mut self, list: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.number(list.len() as u64);
        for item in list {
            write(self, item);
        }
    }

    /// A payload, raw behind its length.
    pub fn payload(&mut self, payload: &Bytes) {
        self.number(payload.len() as u64);
        self.out.extend_from_slice(payload);
    }
}

/// Where a message is read.
pub struct Reader<'a> {
    datagram: &'a Bytes,
    at: usize,
}

impl<'a> Reader<'a> {
    /// How many bytes are left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.datagram.len() - self.at
    }

    /// One byte.
    ///
    /// # Errors
    /// When none is left.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    /// A number.
    ///
    /// # Errors
    /// When there is none.
    pub fn number(&mut self) -> Result<u64, Malformed> {
        self.value()
    }

    /// A value of bounded length, as postcard writes it.
    ///
    /// # Errors
    /// When there is none.
    pub fn value<T: DeserializeOwned>(&mut self) -> Result<T, Malformed> {
        let rest = &self.datagram[self.at..];
        let (value, after) = postcard::take_from_bytes(rest).map_err(|_| Malformed::Garbled)?;
        self.at = self.datagram.len() - after.len();
        Ok(value)
    }

    /// A list of at most `limit` items, each of which takes at least one byte.
    ///
    /// # Errors
    /// When it is longer, or an item cannot be read.
    pub fn list<T>(
        &mut self,
        limit: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let length = self.length(limit)?;
        let mut list = Vec::with_capacity(length);
        for _ in 0..length {
            list.push(read(self)?);
        }
        Ok(list)
    }

    /// A list of at most `LIMIT` items, each of which takes at least one byte; nothing is allocated.
    ///
    /// # Errors
    /// When it is longer, or an item cannot be read.
    pub fn short_list<T, const LIMIT: usize>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<ArrayVec<T, LIMIT>, Malformed> {
        (0..self.length(LIMIT)?).map(|_| read(self)).collect()
    }

    /// A payload of at most `limit` bytes, which shares the datagram's buffer.
    ///
    /// # Errors
    /// When it is longer, or the datagram ends before it.
    pub fn payload(&mut self, limit: usize) -> Result<Bytes, Malformed> {
        let length = self.length(limit)?;
        self.at += length;
        Ok(self.datagram.slice(self.at - length..self.at))
    }

    /// A length within the limit, and within what is left.
    fn length(&mut self, limit: usize) -> Result<usize, Malformed> {
        let claimed = self.number()?;
        if claimed > limit as u64 {
            return Err(Malformed::TooLong { claimed, limit: limit as u64 });
        }
        let length = claimed as usize;
        if length > self.remaining() { Err(Malformed::Garbled) } else { Ok(length) }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let taken = self.datagram.get(self.at..self.at + length).ok_or(Malformed::Garbled)?;
        self.at += length;
        Ok(taken)
    }
}

/// Lets postcard append to a buffer that is used again and again.
struct Appender<'a>(&'a mut Vec<u8>);

impl postcard::ser_flavors::Flavor for Appender<'_> {
    type Output = ();

    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(data);
        Ok(())
    }

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

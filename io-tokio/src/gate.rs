//! What may pass from the network to the machine. Pure: one datagram in, a message or a reason out.

use std::net::SocketAddr;

use bytes::Bytes;
use rumormill_core::wire::{Label, Malformed, Wire, decode_frame};
use rumormill_core::{Epoch, SocketPeer};

/// Judges the datagrams that arrive at a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gate {
    /// The node's cluster.
    pub label: Label,
    /// The node's epoch.
    pub epoch: Epoch,
    /// The largest datagram that is accepted, in bytes.
    pub max_datagram: usize,
}

/// Why a datagram is not passed on to the machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Refused {
    /// It is larger than datagrams may be here.
    #[error("it is larger than {limit} bytes")]
    Oversized {
        /// The most bytes that are accepted.
        limit: usize,
    },
    /// It is no frame of this cluster.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It does not tell its sender's epoch, so nobody knows who speaks.
    #[error("it does not tell the epoch of its sender")]
    NoSender,
    /// It is meant for an earlier (or later) process at this address.
    #[error("it is meant for the life {} of this address", meant.0)]
    AnotherEpoch {
        /// The epoch it is meant for.
        meant: Epoch,
    },
}

impl Gate {
    /// Reads the datagram that came from `source`: who sent it, and what it says. Payloads of the
    /// message share the datagram's buffer.
    ///
    /// # Errors
    /// When the datagram is no frame for this process.
    pub fn admit<M: Wire>(
        &self,
        datagram: &Bytes,
        source: SocketAddr,
    ) -> Result<(SocketPeer, M), Refused> {
        if datagram.len() > self.max_datagram {
            return Err(Refused::Oversized { limit: self.max_datagram });
        }
        let (header, message) = decode_frame(&self.label, datagram)?;
        if header.from == Epoch::UNKNOWN {
            return Err(Refused::NoSender);
        }
        if header.to != Epoch::UNKNOWN && header.to != self.epoch {
            return Err(Refused::AnotherEpoch { meant: header.to });
        }
        Ok((SocketPeer::new(source, header.from), message))
    }
}

//! What a node counts, so that nothing is dropped in silence.

use std::io;

use rumormill_core::wire::Malformed;
use serde::Serialize;

use crate::Refused;

/// What a node has counted since its start. A snapshot: all figures are of the same moment,
/// between two turns of the node's task.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counters {
    /// What came from the network.
    pub incoming: Incoming,
    /// What went to the network.
    pub outgoing: Outgoing,
    /// What the machine did.
    pub work: Work,
}

/// What came from the network: `datagrams == accepted + refused.total()`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Incoming {
    /// Datagrams that were received.
    pub datagrams: u64,
    /// Their bytes; of oversized ones, those that were looked at.
    pub bytes: u64,
    /// Datagrams whose message reached the machine.
    pub accepted: u64,
    /// Datagrams that were dropped, by reason.
    pub refused: Refusals,
    /// Errors of the socket upon receiving.
    pub failures: u64,
}

/// Datagrams that were dropped unheard, by reason: see [`Refused`] and [`Malformed`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Refusals {
    /// Larger than [`Config::max_datagram`](crate::Config::max_datagram).
    pub oversized: u64,
    /// No frames at all.
    pub foreign: u64,
    /// Frames of another version.
    pub version: u64,
    /// Frames of another cluster.
    pub label: u64,
    /// Cut short, or holding a value that is none.
    pub garbled: u64,
    /// Announcing more than the limit of a field.
    pub too_long: u64,
    /// Holding a message of an unknown kind.
    pub unknown_kind: u64,
    /// Followed by something.
    pub trailing: u64,
    /// Without the epoch of the sender.
    pub no_sender: u64,
    /// Meant for another life of this address.
    pub another_epoch: u64,
}

/// What went to the network: of the [`attempted`](Self::attempted) datagrams each is counted in
/// exactly one of `sent`, `lost`, `too_long` and `failures`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Outgoing {
    /// Datagrams that were handed to the operating system.
    pub sent: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Datagrams that were lost on purpose ([`Loss`](crate::Loss)).
    pub lost: u64,
    /// Messages not sent, once for each destination, because their frame exceeds
    /// [`Config::max_datagram`](crate::Config::max_datagram).
    pub too_long: u64,
    /// Datagrams that the operating system did not take, by reason.
    pub failures: SendFailures,
}

/// Datagrams that the operating system did not take, by reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct SendFailures {
    /// The socket's buffer was full. The node does not wait for room: to a protocol it is a loss.
    pub no_room: u64,
    /// There is no way to the destination.
    pub unreachable: u64,
    /// All other reasons.
    pub other: u64,
}

/// What the machine did, and what it could not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Work {
    /// Requests that it took.
    pub requests: u64,
    /// Timers that fired.
    pub timers: u64,
    /// Periods of timers that were left out because the node was late by more than a period.
    pub skipped_periods: u64,
    /// Notices that it gave.
    pub notices: u64,
    /// Those of them that were dropped because the application had let too many wait.
    pub missed: u64,
    /// How often a step hit one of the limits of a step
    /// ([`Effects::overflow`](rumormill_core::Effects::overflow)).
    pub overflows: u64,
    /// Steps that are not in the trace because it is full.
    pub unrecorded: u64,
}

impl Refusals {
    /// Datagrams that were dropped, for whatever reason.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self { oversized, foreign, version, label, garbled, .. } = self;
        let Self { too_long, unknown_kind, trailing, no_sender, another_epoch, .. } = self;
        let of_frames = oversized + foreign + version + label + no_sender + another_epoch;
        of_frames + garbled + too_long + unknown_kind + trailing
    }

    pub(crate) fn count(&mut self, reason: &Refused) {
        let counter = match reason {
            Refused::Oversized { .. } => &mut self.oversized,
            Refused::Malformed(Malformed::Foreign) => &mut self.foreign,
            Refused::Malformed(Malformed::Version { .. }) => &mut self.version,
            Refused::Malformed(Malformed::Label) => &mut self.label,
            Refused::Malformed(Malformed::Garbled) => &mut self.garbled,
            Refused::Malformed(Malformed::TooLong { .. }) => &mut self.too_long,
            Refused::Malformed(Malformed::UnknownKind { .. }) => &mut self.unknown_kind,
            Refused::Malformed(Malformed::Trailing) => &mut self.trailing,
            Refused::NoSender => &mut self.no_sender,
            Refused::AnotherEpoch { .. } => &mut self.another_epoch,
        };
        *counter += 1;
    }
}

impl Outgoing {
    /// Datagrams that the machine wanted sent.
    #[must_use]
    pub fn attempted(&self) -> u64 {
        self.sent + self.lost + self.too_long + self.failures.total()
    }
}

impl SendFailures {
    /// Datagrams that were not taken, for whatever reason.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.no_room + self.unreachable + self.other
    }

    pub(crate) fn count(&mut self, error: &io::Error) {
        use io::ErrorKind::{HostUnreachable, NetworkUnreachable, WouldBlock};
        match error.kind() {
            WouldBlock => self.no_room += 1,
            HostUnreachable | NetworkUnreachable => self.unreachable += 1,
            _ => self.other += 1,
        }
    }
}

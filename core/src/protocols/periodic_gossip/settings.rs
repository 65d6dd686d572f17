//! How a node gossips.

use serde::{Deserialize, Serialize};

use crate::Ticks;
use crate::protocols::periodic_gossip::interest::Interest;
use crate::protocols::periodic_gossip::message::MESSAGE_OVERHEAD;
use crate::rumor::RUMOR_OVERHEAD;
use crate::seen::Memory;

/// The fewest bytes that [`Settings::max_message`] may allow: a short payload and some names.
pub const MIN_MESSAGE: u32 = MESSAGE_OVERHEAD + 4 * RUMOR_OVERHEAD as u32;

/// How a node gossips.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// Who tells whom.
    pub mode: Mode,
    /// The number of peers in each period, at most [`MAX_FANOUT`](crate::MAX_FANOUT).
    pub fanout: u8,
    /// How long a period is.
    pub period: Ticks,
    /// For how long a rumor is spread.
    pub hot: Interest,
    /// The most rumors that are spread at the same time, at least 1.
    pub buffer: u16,
    /// The most bytes in one message, for peers that encode in at most 30 bytes, without the frame
    /// and without the byte that each stack around this protocol adds; at least [`MIN_MESSAGE`].
    pub max_message: u32,
    /// How much is remembered of what was received.
    pub memory: Memory,
}

impl Settings {
    /// The longest payload that fits into a message, in bytes.
    #[must_use]
    pub fn max_payload(&self) -> u32 {
        self.room().saturating_sub(RUMOR_OVERHEAD as u32)
    }

    /// The most bytes of rumors and names in one message.
    #[must_use]
    pub fn room(&self) -> u32 {
        self.max_message.saturating_sub(MESSAGE_OVERHEAD)
    }
}

/// Who tells whom.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Mode {
    /// A node sends what it has.
    Push,
    /// A node asks for what it lacks.
    Pull,
    /// Both, in one exchange.
    PushPull,
}

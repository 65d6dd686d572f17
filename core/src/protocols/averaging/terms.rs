//! How processes average, and what is said of it here.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::Ticks;
use crate::protocols::averaging::message::MAX_COUNTS;

/// How processes average. All of a group use the same.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How long a period is. Each process begins one exchange in it.
    pub period: Ticks,
    /// How long an answer is awaited before the same is asked again.
    pub answer: Ticks,
    /// How often the same is asked at most; at least 1.
    pub tries: u8,
    /// For how many periods what was answered is answered again: as long as a process may ask.
    pub patience: u8,
    /// For how many periods whoever knows of no epoch listens before it begins one; at least 1.
    pub listens: u16,
    /// In how many first periods of an epoch a process may still join it.
    pub young: u16,
    /// After how many periods the result is told; more than `young`.
    pub rounds: u16,
    /// For how many more periods the epoch lasts, for those whose clocks are behind.
    pub rest: u16,
    /// How many epochs are told apart: their numbers are used again. Half of them are later than
    /// one, the others are earlier; at least 3.
    pub epochs: NonZeroU32,
    /// The most exchanges of others that are remembered in an epoch; further ones are declined.
    pub met: u16,
    /// How many counts are held, at most [`MAX_COUNTS`]; 0: the group is not
    /// counted.
    pub counts: u8,
    /// From how many tickets one is drawn. Two leaders that draw the same are told apart, but may
    /// both not be counted.
    pub tickets: u32,
    /// The whole of a count, of which parts are held: much more than the group has processes.
    pub unit: u64,
}

impl Settings {
    /// After how many periods the result is told: at least 1.
    #[must_use]
    pub fn told_in(&self) -> u16 {
        self.rounds.max(1)
    }

    /// How many periods an epoch lasts.
    #[must_use]
    pub fn length(&self) -> u16 {
        self.told_in().saturating_add(self.rest)
    }

    /// The most counts that are held.
    #[must_use]
    pub fn most_counts(&self) -> usize {
        usize::from(self.counts).min(MAX_COUNTS)
    }

    /// The number of the next epoch.
    #[must_use]
    pub fn following(&self, epoch: u32) -> u32 {
        epoch.wrapping_add(1) % self.epochs
    }

    /// Whether an epoch is later than another: it is among the next half of all numbers.
    #[must_use]
    pub fn is_later(&self, epoch: u32, than: u32) -> bool {
        let epochs = self.epochs.get();
        let ahead = if epoch >= than { epoch - than } else { epochs - (than - epoch) };
        (1..=(epochs - 1) / 2).contains(&ahead)
    }
}

/// "Average this from now on": the value of this process, in a unit that all have agreed upon. The
/// epochs that begin afterwards have it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Request(pub i64);

/// What is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Notice<P> {
    /// An epoch has come to its result.
    Averaged(Averaged),
    /// An epoch ended before it had a result here.
    Broken {
        /// Which epoch.
        epoch: u32,
    },
    /// A message was refused.
    Refused {
        /// Who sent it.
        from: P,
        /// Why.
        refusal: Refusal,
    },
}

/// The result of an epoch, as this process has it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Averaged {
    /// Which epoch.
    pub epoch: u32,
    /// The mean of all values.
    pub average: i64,
    /// The least value.
    pub least: i64,
    /// The greatest value.
    pub greatest: i64,
    /// The parts of the counts, ascending: in a group of `n`, each is about
    /// [`unit`](Settings::unit)` / n`.
    pub parts: Vec<u64>,
    /// How many exchanges of this process were given up, so that nobody knows whether the other had
    /// its part in them.
    pub given_up: u16,
}

/// Why a message is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// An answer to no exchange that awaits one.
    #[error("no exchange awaits this answer")]
    Unasked,
    /// A time that no epoch has.
    #[error("an epoch or a round beyond those that there are")]
    Time,
    /// What it holds cannot be: a mean outside of its bounds, more than the whole of a count, too many
    /// counts, one twice or beyond the cut.
    #[error("nobody can hold what it says it holds")]
    Held,
    /// A leader that is no life, or at a place where nobody can be.
    #[error("the leader of a count is nobody")]
    NamesNobody,
    /// There is no room to remember another exchange.
    #[error("there is no room for another exchange")]
    NoRoom,
    /// It asks again what was answered so long ago that the answer is not kept.
    #[error("its answer was given long ago and is not kept")]
    TooLate,
}

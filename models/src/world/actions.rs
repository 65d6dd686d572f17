//! What the scheduler or an adversary can choose.

use std::fmt;

use super::state::Flight;
use crate::ModelPeer;

/// Something that the scheduler or an adversary can choose.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Action {
    /// What happens.
    pub kind: Kind,
    /// Whether the machine crashes within it: which of its messages leave all the same is chosen
    /// next, by [`Kind::Leave`] and [`Kind::LeaveNoMore`].
    pub torn: bool,
}

/// What happens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// The application makes the request at that place in the world's list.
    Request(u8),
    /// A machine starts that was not started at the beginning, or that has crashed: then it is its
    /// next life.
    Start {
        /// At which place.
        node: u8,
    },
    /// A timer of a machine fires: the one at that place among those armed.
    Timer {
        /// Which machine.
        node: u8,
        /// Which of its armed timers.
        place: u8,
        /// The number of the timer's key among all that were met.
        timer: u32,
    },
    /// A message arrives.
    Deliver(Parcel),
    /// A message arrives and stays in flight.
    DeliverCopy(Parcel),
    /// A machine receives the forged message at that place in the world's list.
    Forge(u8),
    /// A message is lost.
    Lose(Parcel),
    /// The network is full, and a message is crowded out.
    CrowdOut(Parcel),
    /// A machine has crashed within its step, and yet this message of the step leaves.
    Leave(Parcel),
    /// What has not left a machine that crashed within its step never will.
    LeaveNoMore,
    /// A machine stops.
    Crash {
        /// Which machine.
        node: u8,
    },
    /// The round is over and the next begins.
    NextRound,
    /// A tick passes.
    Tick,
    /// All machines act at once, for one round.
    Lockstep,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(place) => write!(f, "request {place}"),
            Self::Timer { node, .. } => write!(f, "timer of {}", ModelPeer(*node)),
            Self::Start { node } => write!(f, "{} starts", ModelPeer(*node)),
            Self::Deliver(Parcel(flight)) => write!(f, "to {}", flight.to),
            Self::DeliverCopy(Parcel(flight)) => write!(f, "copy to {}", flight.to),
            Self::Forge(place) => write!(f, "forgery {place}"),
            Self::Lose(Parcel(flight)) => write!(f, "lose to {}", flight.to),
            Self::CrowdOut(Parcel(flight)) => write!(f, "crowd out to {}", flight.to),
            Self::Leave(Parcel(flight)) => write!(f, "leaves to {}", flight.to),
            Self::LeaveNoMore => write!(f, "no more leaves"),
            Self::Crash { node } => write!(f, "{} crashes", ModelPeer(*node)),
            Self::NextRound => write!(f, "next round"),
            Self::Tick => write!(f, "tick"),
            Self::Lockstep => write!(f, "round"),
        }
    }
}

/// What a fair scheduler does again and again if it can be done again and again: to deliver this
/// message of this sender to this machine, to fire this timer of this machine, or to let time pass.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Claim {
    /// To be delivered.
    Message(Parcel),
    /// To fire.
    Timer {
        /// Of which machine.
        node: u8,
        /// The number of the timer's key among all that were met.
        timer: u32,
    },
    /// A tick, to pass.
    Tick,
}

impl Action {
    /// It happens, and no machine crashes within it.
    pub(super) fn whole(kind: Kind) -> Self {
        Self { kind, torn: false }
    }

    /// Whose turn a fair scheduler would take this for.
    #[must_use]
    pub fn claim(&self) -> Option<Claim> {
        match self.kind {
            Kind::Deliver(Parcel(flight)) | Kind::DeliverCopy(Parcel(flight)) => {
                Some(Claim::Message(Parcel(Flight { ticks: 0, ..flight })))
            }
            Kind::Timer { node, timer, .. } => Some(Claim::Timer { node, timer }),
            Kind::Tick => Some(Claim::Tick),
            _ => None,
        }
    }
}

/// A message in flight, as an action names it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Parcel(pub(crate) Flight);

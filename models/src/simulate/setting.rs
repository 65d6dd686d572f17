//! What is to be simulated.

use rumormill_core::{Node, Protocol, Randomness};

use super::{Faults, Group, Network};

/// Who acts when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// Timers keep time exactly, and messages take the latency of the network. A timer that is armed
    /// in the step of the start fires after a uniform part of its delay, as the driver on sockets
    /// has it, so the periods of different machines are not synchronised.
    Unsynchronised,
    /// A cycle is one period. All timers that are armed at its beginning fire on the state of that
    /// time, whatever their delays, in the order of the machines; then messages arrive in waves,
    /// answers in the next wave, until none is under way. In a wave each machine handles its
    /// messages in their ascending order, and in that of the senders where messages are equal.
    ///
    /// It is the scheduler [`Lockstep`](crate::world::Scheduler::Lockstep) of the explorer.
    Lockstep,
}

/// Makes the machine of a newcomer, of which it is told the number: it must be the peer of the
/// machine, or the simulation panics. It is shown who is there already, and has a source of chance.
pub type Newcomer<X> = Box<dyn FnMut(u32, &Group<X>, &mut dyn Randomness) -> Node<u32, X> + Send>;

/// A simulation before its start.
pub struct Setting<X: Protocol<u32>> {
    /// The machines; number `i` is the peer `i`.
    pub nodes: Vec<Node<u32, X>>,
    /// Who acts when.
    pub clock: Clock,
    /// How long a period is, in thousandths of a tick: at the end of each the observers look at the
    /// group.
    pub period: u64,
    /// The network between the machines.
    pub network: Network,
    /// What else goes wrong.
    pub faults: Faults,
    /// Makes newcomers, where faults start them.
    pub newcomer: Option<Newcomer<X>>,
}

/// Why a setting is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// A machine that is not at its place in the list.
    #[error("the machine at place {0} has another identity; number the peers from 0")]
    Identity(u32),
    /// A fault that names somebody unknown.
    #[error("a fault strikes node {0}, which is not in the group; name those of the start only")]
    Stranger(u32),
    /// A period of no length.
    #[error("a period has no length; it must be at least a thousandth of a tick")]
    NoPeriod,
    /// A range of latencies without an element.
    #[error("no latency lies between {least} and {most}; exchange them")]
    Latency {
        /// What was to be the shortest.
        least: u64,
        /// What was to be the longest.
        most: u64,
    },
    /// A fault that is over before it begins.
    #[error("a fault lasts from {from} until {until}, which is not later")]
    Ended {
        /// When it was to begin.
        from: u64,
        /// When it was to end.
        until: u64,
    },
    /// A partition that separates nobody.
    #[error("a partition has fewer than two sides, so it separates nobody")]
    OneSide,
    /// Newcomers are to start, but nobody says what they are.
    #[error("faults start newcomers; say in `newcomer` how they are made")]
    NoNewcomers,
}

impl<X: Protocol<u32>> Setting<X> {
    /// A sound network, in which all messages take `latency`, and no faults. Set the fields that
    /// are to differ. Times are in thousandths of a tick.
    #[must_use]
    pub fn new(nodes: Vec<Node<u32, X>>, clock: Clock, period: u64, latency: u64) -> Self {
        let network = Network::sound(latency);
        Self { nodes, clock, period, network, faults: Faults::default(), newcomer: None }
    }

    pub(crate) fn check(&self) -> Result<(), Refused> {
        let named = (0..).zip(&self.nodes);
        if let Some((place, _)) = named.into_iter().find(|(place, node)| node.me() != *place) {
            return Err(Refused::Identity(place));
        }
        if self.period == 0 {
            return Err(Refused::NoPeriod);
        }
        self.network.check()?;
        self.faults.check(self.nodes.len() as u32, self.newcomer.is_some())
    }
}

//! How a node runs, as far as the driver is concerned.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use rumormill_core::trace::Title;
use rumormill_core::wire::{DEFAULT_MAX_DATAGRAM, Label, MAX_OVERHEAD};
use rumormill_core::{Bias, Epoch};

/// The smallest value of [`Config::max_datagram`], in bytes: every frame's overhead, and a message
/// of one byte.
pub const MIN_DATAGRAM: usize = MAX_OVERHEAD + 1;

/// The largest value of [`Config::max_datagram`], in bytes: what a UDP datagram carries over IPv4.
pub const MAX_DATAGRAM: usize = 65_507;

/// How a node runs, as far as the driver is concerned: what its protocol does is the machine's.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 stands for any free one.
    pub bind: SocketAddr,
    /// The address by which the others reach this node, where that is not the one it listens on.
    /// Frames must also *leave* with this address as their source, since by it others know the
    /// sender.
    pub advertise: Option<SocketAddr>,
    /// The name of the cluster; frames of others are refused.
    pub label: Label,
    /// Which life of the address this is: greater than all earlier ones, and not
    /// [`Epoch::UNKNOWN`].
    pub epoch: Epoch,
    /// How long one of the protocol's [`Ticks`](rumormill_core::Ticks) lasts; not zero. The clock
    /// that fires timers has a resolution of a millisecond.
    pub tick: Duration,
    /// The largest datagram that is sent or accepted, in bytes: at least [`MIN_DATAGRAM`] and at
    /// most [`MAX_DATAGRAM`].
    pub max_datagram: usize,
    /// From which the machine's draws and the phases of its timers follow. Nodes of one group
    /// need different seeds, or their draws are not independent.
    pub seed: u64,
    /// Datagrams to lose on purpose.
    pub loss: Loss,
    /// How many requests may wait for the machine; at least 1 will.
    pub requests: usize,
    /// How many notices may wait for the application before further ones are dropped and counted
    /// ([`Work::missed`](crate::Work::missed)); at least 1 will.
    pub notices: usize,
    /// What to record, if anything.
    pub recording: Option<Recording>,
}

/// Loss that is injected: each outgoing datagram is dropped with some probability, independently
/// of the others, and counted ([`Outgoing::lost`](crate::Outgoing::lost)).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loss {
    /// How probable it is that a datagram is lost.
    pub probability: Bias,
    /// From which it follows which ones are. Nodes of one group need different seeds, or their
    /// losses are not independent.
    pub seed: u64,
}

impl Loss {
    /// Nothing is lost on purpose.
    pub const NONE: Self = Self { probability: Bias::NEVER, seed: 0 };
}

/// A trace to be recorded, for [`replay`](rumormill_core::trace::replay).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recording {
    /// What the trace is of.
    pub title: Title,
    /// After how many bytes no further step is recorded; what the trace holds until then replays,
    /// and later steps are counted ([`Work::unrecorded`](crate::Work::unrecorded)). The trace is
    /// kept in memory and exceeds this by at most one step and the state of the machine.
    pub limit: usize,
}

impl Recording {
    /// A trace of at most about 64 MiB.
    #[must_use]
    pub fn new(title: Title) -> Self {
        Self { title, limit: 64 << 20 }
    }
}

impl Config {
    /// A node that listens on `bind`, with the defaults: no label, an epoch that begins now, ticks
    /// of a millisecond, datagrams of [`DEFAULT_MAX_DATAGRAM`] bytes, a seed of its own, no
    /// injected loss, 64 requests and 1024 notices waiting at most, and no recording.
    #[must_use]
    pub fn new(bind: SocketAddr) -> Self {
        Self {
            bind,
            advertise: None,
            label: Label::default(),
            epoch: epoch_now(),
            tick: Duration::from_millis(1),
            max_datagram: DEFAULT_MAX_DATAGRAM,
            seed: any_seed(),
            loss: Loss::NONE,
            requests: 64,
            notices: 1024,
            recording: None,
        }
    }
}

/// An epoch that begins now: the milliseconds since 1970. It is greater than that of every earlier
/// life at the same address, as long as the clock of the host is not set back between them.
#[must_use]
pub fn epoch_now() -> Epoch {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Epoch(u64::try_from(since.as_millis()).unwrap_or(u64::MAX).max(1))
}

/// The keys of a new hash map: they come from the operating system and differ from call to call.
fn any_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

//! The machines of the suites: the core's, and its copies with a bug seeded into them.

use bytes::Bytes;
use rumormill_core::protocols::fixed_size::FixedSize;
use rumormill_core::protocols::{periodic_gossip, renyi_erdos};
use rumormill_core::rumor::Notice;
use rumormill_core::{Protocol, Ticks, seen::Memory, stacks};

use crate::{ModelPeer, bugs};

/// A machine that spreads rumors, as far as the suites look at it.
pub(super) trait Spreads: Protocol<ModelPeer, Notice = Notice<ModelPeer>> {
    /// The request that starts a rumor.
    fn start(payload: Bytes) -> Self::Request;

    /// How many rumors are spread from here, and whether all of them are different.
    fn buffered(&self) -> (usize, bool) {
        (0, true)
    }
}

/// A [`renyi_erdos`] machine.
pub(super) trait RenyiErdos: Spreads {
    fn with(settings: renyi_erdos::Settings) -> Self;
}

/// A [`periodic_gossip`] machine.
pub(super) trait PeriodicGossip: Spreads {
    fn with(settings: periodic_gossip::Settings) -> Self;
}

/// A [`stacks::broadcast`] machine.
pub(super) trait Stacked: Spreads {
    fn with(size: u32, forward: renyi_erdos::Settings, repair: periodic_gossip::Settings) -> Self;
}

macro_rules! renyi_erdos {
    ($($($module:ident)::+),+) => {$(
        impl Spreads for $($module)::+::RenyiErdos<ModelPeer> {
            fn start(payload: Bytes) -> Self::Request {
                $($module)::+::Request::Broadcast(payload)
            }
        }

        impl RenyiErdos for $($module)::+::RenyiErdos<ModelPeer> {
            fn with(settings: renyi_erdos::Settings) -> Self {
                let renyi_erdos::Settings { margin, memory, period, max_payload } = settings;
                Self::new($($module)::+::Settings { margin, memory, period, max_payload })
            }
        }
    )+};
}

macro_rules! periodic_gossip {
    ($($($module:ident)::+),+) => {$(
        impl Spreads for $($module)::+::PeriodicGossip<ModelPeer> {
            fn start(payload: Bytes) -> Self::Request {
                $($module)::+::Request::Publish(payload)
            }

            fn buffered(&self) -> (usize, bool) {
                let names: Vec<_> = self.hot().map(|rumor| rumor.id).collect();
                let repeated = (1..names.len()).any(|i| names[..i].contains(&names[i]));
                (names.len(), !repeated)
            }
        }

        impl PeriodicGossip for $($module)::+::PeriodicGossip<ModelPeer> {
            fn with(settings: periodic_gossip::Settings) -> Self {
                Self::new(settings)
            }
        }
    )+};
}

macro_rules! stacked {
    ($($($module:ident)::+),+) => {$(
        impl Spreads for $($module)::+::Broadcast<ModelPeer> {
            fn start(payload: Bytes) -> Self::Request {
                $($module)::+::Request::broadcast(payload)
            }

            fn buffered(&self) -> (usize, bool) {
                self.repair.buffered()
            }
        }

        impl Stacked for $($module)::+::Broadcast<ModelPeer> {
            fn with(
                size: u32,
                forward: renyi_erdos::Settings,
                repair: periodic_gossip::Settings,
            ) -> Self {
                Self {
                    size: FixedSize { size },
                    forward: RenyiErdos::with(forward),
                    repair: PeriodicGossip::with(repair),
                }
            }
        }
    )+};
}

renyi_erdos!(
    renyi_erdos,
    bugs::forwards_every_copy,
    bugs::forgets_it_started,
    bugs::relays_as_its_own,
    bugs::takes_the_common_logarithm,
    bugs::counts_messages_as_time,
    bugs::never_forgets,
    bugs::broadcasts_without_numbers
);
periodic_gossip!(
    periodic_gossip,
    bugs::starts_what_it_hears,
    bugs::delivers_every_copy,
    bugs::keeps_one_too_many,
    bugs::stays_hot_once_more,
    bugs::stays_hot_for_ever,
    bugs::gossips_to_one,
    bugs::gossips_once,
    bugs::answers_nobody,
    bugs::publishes_without_numbers,
    bugs::gives_no_feedback,
    bugs::waits_for_an_answer,
    bugs::never_forgives,
    bugs::judges_at_once,
    bugs::counts_answers,
    bugs::mongers_once_more
);
stacked!(
    stacks::broadcast,
    bugs::publishes_what_was_broadcast,
    bugs::stands_on_a_broken_layer,
    bugs::does_not_repair,
    bugs::leaves_itself_out
);

/// Remembers as many origins as a small group has, for ever.
pub(super) const FOR_EVER: Memory = Memory { origins: 4, forget_after: None };

/// Forwards to everybody.
pub(super) fn covering() -> renyi_erdos::Settings {
    let margin = 64 * 32;
    renyi_erdos::Settings { margin, memory: FOR_EVER, period: Ticks(1), max_payload: 16 }
}

/// Pushes all it has to one peer in each period, for ever.
pub(super) fn pushing() -> periodic_gossip::Settings {
    periodic_gossip::Settings {
        mode: periodic_gossip::Mode::Push,
        fanout: 1,
        period: Ticks(1),
        hot: periodic_gossip::Interest::ForEver,
        buffer: 2,
        max_message: 1000,
        memory: FOR_EVER,
    }
}

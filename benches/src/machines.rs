use std::num::NonZeroU16;

use rumormill_core::protocols::periodic_gossip::{self, Interest, Mode};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::seen::Memory;
use rumormill_core::stacks::broadcast::{Broadcast, Message};
use rumormill_core::{SocketPeer, Ticks};

use crate::{BATCH, FANOUT, Identity, NEIGHBORS, ORIGINS, Station};

const MEMORY: Memory = Memory { origins: ORIGINS, forget_after: None };

/// An exchange uses half of a message for payloads; this lets it carry 1 KiB, which a datagram of
/// the default size does not.
const MAX_MESSAGE: u32 = 4000;

/// Rényi-Erdős broadcast alone, of messages of `payload` bytes.
#[must_use]
pub fn bare<P: Identity>(payload: usize) -> Station<P, RenyiErdos<P>> {
    Station::new(RenyiErdos::new(flood()), payload, |rumor| rumor)
}

/// The default stack on sockets, with a gossip layer of these settings.
#[must_use]
pub fn stack(
    payload: usize,
    repair: periodic_gossip::Settings,
) -> Station<SocketPeer, Broadcast<SocketPeer>> {
    Station::new(Broadcast::new(NEIGHBORS + 1, flood(), repair), payload, Message::Forward)
}

/// The gossip layer when more comes than it has room for: its buffer is always full, so each new
/// message crowds out an old one.
#[must_use]
pub fn crowded() -> periodic_gossip::Settings {
    periodic_gossip::Settings {
        mode: Mode::PushPull,
        fanout: FANOUT as u8,
        period: Ticks(1),
        hot: Interest::ForEver,
        buffer: 64,
        max_message: MAX_MESSAGE,
        memory: MEMORY,
    }
}

/// The gossip layer when its messages cool before the buffer is full, so a new one finds room: for
/// [`BATCH`] of them in a period.
#[must_use]
pub fn roomy() -> periodic_gossip::Settings {
    let hot = Interest::Periods(NonZeroU16::MIN);
    periodic_gossip::Settings { hot, buffer: BATCH as u16, ..crowded() }
}

/// Broadcast to exactly [`FANOUT`] neighbours, without a coin for a fraction: `ln 31` is 220/64.
fn flood() -> renyi_erdos::Settings {
    let margin = FANOUT as i16 * 64 - 220;
    renyi_erdos::Settings { margin, memory: MEMORY, period: Ticks(1), max_payload: MAX_MESSAGE }
}

#[cfg(test)]
mod tests {
    use rumormill_core::rumor::Notice;
    use rumormill_core::{Bias, Protocol};

    use super::*;
    use crate::Tally;

    /// What a new message and a repetition make the machine do, over many periods.
    fn is_steady<P: Identity, X: Protocol<P, Notice = Notice<P>>>(
        mut station: Station<P, X>,
        crowded_out: usize,
    ) {
        for _ in 0..5 {
            station.rest();
            let new = station.new_messages(BATCH);
            let expected = Tally { sent: BATCH * FANOUT, delivered: BATCH, crowded_out };
            assert_eq!(station.take(new), expected);
            let repetitions = station.repetitions(BATCH);
            assert_eq!(station.take(repetitions), Tally::default());
        }
    }

    #[test]
    fn the_bare_protocol_is_steady() {
        let station = bare::<u32>(64);
        assert_eq!(station.protocol().origins(), ORIGINS as usize);
        let fanout = station.protocol().fanout();
        assert_eq!((fanout.whole(), fanout.fraction()), (FANOUT, Bias::NEVER));
        is_steady(station, 0);
    }

    #[test]
    fn the_stack_is_steady_with_and_without_room() {
        for payload in [64, 1024] {
            let station = stack(payload, crowded());
            assert_eq!(station.protocol().forward.origins(), ORIGINS as usize);
            is_steady(station, BATCH);
            is_steady(stack(payload, roomy()), 0);
        }
    }
}

//! The machine of `rumormill run`, `rumormill search` and `rumormill cluster`.

use std::num::NonZeroU16;

use rumormill::node::{Handle, Stopped};
use rumormill::protocols::averaging::counts_within;
use rumormill::protocols::search::{self, Search};
use rumormill::protocols::{cyclon, periodic_gossip, renyi_erdos};
use rumormill::seen::Memory;
use rumormill::stacks::broadcast::Broadcast;
use rumormill::stacks::census::{self, Census};
use rumormill::stacks::member::Member;
use rumormill::stacks::overlay::{self, Overlay};
use rumormill::wire::MAX_OVERHEAD;
use rumormill::{Neighborhood, Node, Peer, SocketPeer, Ticks};

/// A member of a group, on sockets.
pub(super) type Machine = Member<SocketPeer>;

/// What the stacks around the layers add to their messages, in bytes.
const STACK_OVERHEAD: usize = 2;

/// Datagrams that hold a short payload and some names, at the least.
pub(super) const MIN_DATAGRAM: usize =
    MAX_OVERHEAD + STACK_OVERHEAD + periodic_gossip::MIN_MESSAGE as usize;

/// Our choice: six times as many periods as a message is gossiped, unless that is changed.
const FORGET_AFTER: u8 = 60;

/// How many neighbours of a node have answered.
pub(super) async fn known(node: &Handle<Machine>) -> Result<usize, Stopped> {
    let has_answered = |peer: &&SocketPeer| !peer.is_contact();
    node.look(move |node| node.neighborhood.peers().iter().filter(has_answered).count()).await
}

/// What a member is told about itself and its group.
pub(super) struct Ways {
    /// About how many nodes there are, until the group has counted itself.
    pub(super) size: u32,
    /// The most that there will be.
    pub(super) most: u32,
    /// The c of the fanout ln N + c, in 64ths.
    pub(super) margin: i16,
    /// How many neighbours it keeps.
    pub(super) view: u32,
    /// How often it pings and shuffles; searches count in the same periods.
    pub(super) upkeep: Ticks,
    /// How often it gossips.
    pub(super) period: Ticks,
    /// In how many periods it gossips a message.
    pub(super) hot: NonZeroU16,
    /// The largest datagram in bytes.
    pub(super) max_datagram: usize,
}

impl Ways {
    /// The machine, which knows these contacts.
    pub(super) fn machine(
        &self,
        me: SocketPeer,
        contacts: Vec<SocketPeer>,
    ) -> Node<SocketPeer, Machine> {
        let overlay = Overlay::new(self.overlay(), contacts);
        let broadcast = Broadcast::new(self.size, self.forward(), self.repair());
        let search = Search::new(self.search());
        let census = Census::new(self.census(), 0);
        let member = Member::new(overlay, broadcast, search, census);
        Node::new(Neighborhood::new(me, self.view), member)
    }

    /// How far searches go.
    pub(super) fn search(&self) -> search::Settings {
        search::Settings::over(self.view, self.upkeep)
    }

    /// How the group counts itself.
    pub(super) fn census(&self) -> census::Settings {
        let mut settings = census::Settings::every(self.upkeep, self.most);
        let counts = &mut settings.averaging.counts;
        *counts = counts_within(self.max_message()).min(*counts);
        settings
    }

    /// The longest message that can be broadcast, in bytes.
    pub(super) fn max_payload(&self) -> u32 {
        self.repair().max_payload()
    }

    /// Shuffles are no longer than what fits into a datagram.
    fn overlay(&self) -> overlay::Settings {
        let mut settings = overlay::Settings::keeping(self.view, self.upkeep);
        let length = &mut settings.shuffle.length;
        *length = cyclon::entries_within(self.max_message()).min(*length);
        settings
    }

    /// The longest message of a layer, in bytes.
    fn max_message(&self) -> usize {
        self.max_datagram - MAX_OVERHEAD - STACK_OVERHEAD
    }

    fn forward(&self) -> renyi_erdos::Settings {
        renyi_erdos::Settings {
            margin: self.margin,
            memory: memory(),
            period: self.period,
            max_payload: u32::MAX,
        }
    }

    fn repair(&self) -> periodic_gossip::Settings {
        periodic_gossip::Settings {
            mode: periodic_gossip::Mode::PushPull,
            fanout: 1,
            period: self.period,
            hot: periodic_gossip::Interest::Periods(self.hot),
            buffer: 256,
            max_message: self.max_message() as u32,
            memory: memory(),
        }
    }
}

fn memory() -> Memory {
    Memory { origins: 1000, forget_after: Some(FORGET_AFTER) }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv6Addr, SocketAddr};

    use rumormill::Epoch;
    use rumormill::protocols::cyclon::Entry;
    use rumormill::stacks::member::Message;
    use rumormill::wire::{DEFAULT_MAX_DATAGRAM, Header, Label, MAX_LABEL, encode_frame};

    use super::*;

    fn ways(max_datagram: usize) -> Ways {
        Ways {
            size: 1000,
            most: 1000,
            margin: 4 * 64,
            view: 20,
            upkeep: Ticks(1000),
            period: Ticks(500),
            hot: const { NonZeroU16::new(10).unwrap() },
            max_datagram,
        }
    }

    fn longest_shuffle(length: u8) -> usize {
        let last = SocketAddr::from((Ipv6Addr::from_bits(u128::MAX), u16::MAX));
        let entry = Entry { peer: SocketPeer::new(last, Epoch::LAST), age: u8::MAX };
        let entries = std::iter::repeat_n(entry, length.into()).collect();
        let shuffle = cyclon::Message::Shuffle { number: u16::MAX, entries };
        let label = Label::new(&"x".repeat(MAX_LABEL)).expect("a long label");
        let header = Header { label, from: Epoch::LAST, to: Epoch::LAST };
        let mut frame = Vec::new();
        encode_frame(&header, &Message::Overlay(overlay::Message::Shuffle(shuffle)), &mut frame);
        frame.len()
    }

    #[test]
    fn shuffles_fit_into_the_smallest_datagrams_and_are_as_long_as_wanted_in_usual_ones() {
        let length = |max_datagram| ways(max_datagram).overlay().shuffle.length;
        for max_datagram in MIN_DATAGRAM..=DEFAULT_MAX_DATAGRAM {
            assert!(longest_shuffle(length(max_datagram)) <= max_datagram, "{max_datagram}");
        }
        assert!(length(MIN_DATAGRAM) > 1);
        assert_eq!(length(DEFAULT_MAX_DATAGRAM), 8);
    }
}

//! The machine of `rumormill run`, `rumormill search` and `rumormill cluster`.

use std::num::NonZeroU16;

use rumormill::protocols::averaging::counts_within;
use rumormill::protocols::search::{self, Search};
use rumormill::protocols::{periodic_gossip, renyi_erdos};
use rumormill::seen::Memory;
use rumormill::stacks::broadcast::Broadcast;
use rumormill::stacks::census::{self, Census};
use rumormill::stacks::member::Member;
use rumormill::stacks::overlay::{self, Overlay};
use rumormill::wire::MAX_OVERHEAD;
use rumormill::{Neighborhood, Node, SocketPeer, Ticks};

/// A member of a group, on sockets.
pub(super) type Machine = Member<SocketPeer>;

/// What the stacks around the gossip layer add to its messages, in bytes.
const STACK_OVERHEAD: usize = 2;

/// Datagrams that hold a short payload and some names, at the least.
pub(super) const MIN_DATAGRAM: usize =
    MAX_OVERHEAD + STACK_OVERHEAD + periodic_gossip::MIN_MESSAGE as usize;

/// Our choice: six times as many periods as a message is gossiped, unless that is changed.
const FORGET_AFTER: u8 = 60;

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
        let overlay = Overlay::new(overlay::Settings::keeping(self.view, self.upkeep), contacts);
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
        let fit = counts_within(self.max_datagram - MAX_OVERHEAD - STACK_OVERHEAD);
        settings.averaging.counts = settings.averaging.counts.min(fit);
        settings
    }

    /// The longest message that can be broadcast, in bytes.
    pub(super) fn max_payload(&self) -> u32 {
        self.repair().max_payload()
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
        let max_message = self.max_datagram - MAX_OVERHEAD - STACK_OVERHEAD;
        periodic_gossip::Settings {
            mode: periodic_gossip::Mode::PushPull,
            fanout: 1,
            period: self.period,
            hot: periodic_gossip::Interest::Periods(self.hot),
            buffer: 256,
            max_message: max_message as u32,
            memory: memory(),
        }
    }
}

fn memory() -> Memory {
    Memory { origins: 1000, forget_after: Some(FORGET_AFTER) }
}

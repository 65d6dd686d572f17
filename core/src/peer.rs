//! Who takes part: the identity of a process.

use core::fmt;
use core::hash::Hash;
use core::net::{IpAddr, Ipv6Addr, SocketAddr};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The identity of a process in the group.
///
/// `Ord` serves the tools (a multiset of messages in flight must be sorted), never behaviour: a
/// protocol may ask whether two peers are equal, and must not prefer one by its value. Otherwise
/// two runs that differ only by a renaming of the peers would differ, and reasoning up to symmetry
/// would be unsound.
pub trait Peer:
    Copy + Ord + Hash + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Whether `self` is the process that lives now where `earlier` was believed to live: the
    /// same place, restarted since, or first known by its place alone (a *contact*).
    ///
    /// Identities without a place (integers) never supersede one another.
    fn supersedes(&self, earlier: &Self) -> bool {
        let _ = earlier;
        false
    }

    /// Whether a message from `self` can be the answer to one that was sent to `asked`: it is the
    /// same process, or the one that lives now where that was believed to live.
    fn answers_for(&self, asked: &Self) -> bool {
        self == asked || self.supersedes(asked)
    }

    /// Whether both are lives of one place, or the same.
    fn shares_place_with(&self, other: &Self) -> bool {
        self.answers_for(other) || other.supersedes(self)
    }

    /// Whether this names a place, and no life of it: nobody is known to be there.
    fn is_contact(&self) -> bool {
        false
    }

    /// Whoever lives at the place of this peer, in whichever life; the peer itself, where places have
    /// no names of their own.
    #[must_use]
    fn whoever_lives_there(&self) -> Self {
        *self
    }

    /// Whether this names nobody of whom others could be told: a contact, or somebody at a place where
    /// nobody can be.
    fn is_nobody(&self) -> bool {
        self.is_contact()
    }

    /// A hint of the peer's place: peers of which one supersedes the other have the same. The better
    /// it tells places apart, the faster a view finds whose later life a peer is. `None`, for all
    /// peers of a kind, where there are no hints: then the view looks at each.
    fn place_hint(&self) -> Option<u32> {
        None
    }
}

impl Peer for u8 {}
impl Peer for u16 {}
impl Peer for u32 {}
impl Peer for u64 {}

/// Which life of an address a process is: every restart begins a later epoch.
///
/// The driver chooses it once at start-up, greater than that of every earlier life at the same
/// address (milliseconds since 1970 do). [`Epoch::UNKNOWN`] stands for "whichever lives there".
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The epoch of a contact: an address of which no life is known yet.
    pub const UNKNOWN: Self = Self(0);

    /// The last epoch that a [`SocketPeer`] can have: 48 bits, so milliseconds since 1970 last until
    /// the year 10889.
    pub const LAST: Self = Self((1 << 48) - 1);
}

/// A process on a network: a socket address and the epoch of its life there.
///
/// A reused address is therefore never mistaken for the process that had it before. With
/// [`Epoch::UNKNOWN`] it is a contact: what is sent to it reaches whichever epoch lives there, and
/// the answer tells which.
///
/// An IPv4 address and its IPv6-mapped form are the same peer. Flow labels and scope identifiers
/// of IPv6 are not part of the identity, so link-local addresses are ambiguous on hosts with
/// several links.
///
/// Three machine words, since messages and tables are full of them: the two halves of the IPv6
/// address, and the epoch with the port in its lowest 16 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SocketPeer {
    ip_high: u64,
    ip_low: u64,
    epoch_and_port: u64,
}

impl SocketPeer {
    /// The process that lives at `address` in `epoch`; an epoch beyond [`Epoch::LAST`] is that one.
    #[must_use]
    pub fn new(address: SocketAddr, epoch: Epoch) -> Self {
        let ip = match address.ip() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        let epoch = epoch.min(Epoch::LAST).0;
        let epoch_and_port = epoch << 16 | u64::from(address.port());
        Self { ip_high: (ip >> 64) as u64, ip_low: ip as u64, epoch_and_port }
    }

    /// Whoever lives at `address`.
    #[must_use]
    pub fn contact(address: SocketAddr) -> Self {
        Self::new(address, Epoch::UNKNOWN)
    }

    /// Where the process listens; IPv6-mapped IPv4 addresses come back as IPv4.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let ip = u128::from(self.ip_high) << 64 | u128::from(self.ip_low);
        SocketAddr::new(Ipv6Addr::from_bits(ip).to_canonical(), self.epoch_and_port as u16)
    }

    /// Whether nobody can be where it is: at no port, at all addresses, or at one that stands for many.
    #[must_use]
    pub fn is_nowhere(&self) -> bool {
        let address = self.address();
        let is_for_many = match address.ip() {
            IpAddr::V4(v4) => v4.is_broadcast() || v4.is_multicast(),
            IpAddr::V6(v6) => v6.is_multicast(),
        };
        address.port() == 0 || address.ip().is_unspecified() || is_for_many
    }

    /// Which life of the address; [`Epoch::UNKNOWN`] for a contact.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        Epoch(self.epoch_and_port >> 16)
    }
}

impl Peer for SocketPeer {
    fn supersedes(&self, earlier: &Self) -> bool {
        let same_ip = self.ip_high == earlier.ip_high && self.ip_low == earlier.ip_low;
        let same_port = self.epoch_and_port as u16 == earlier.epoch_and_port as u16;
        same_ip && same_port && self.epoch_and_port > earlier.epoch_and_port
    }

    fn is_contact(&self) -> bool {
        self.epoch() == Epoch::UNKNOWN
    }

    fn whoever_lives_there(&self) -> Self {
        Self { epoch_and_port: self.epoch_and_port & u64::from(u16::MAX), ..*self }
    }

    fn is_nobody(&self) -> bool {
        self.is_contact() || self.is_nowhere()
    }

    fn place_hint(&self) -> Option<u32> {
        let host = self.ip_high ^ self.ip_low;
        let port = self.epoch_and_port as u16;
        Some(host as u32 ^ (host >> 32) as u32 ^ u32::from(port) << 16)
    }
}

impl fmt::Display for SocketPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.epoch() {
            Epoch::UNKNOWN => write!(f, "{}", self.address()),
            Epoch(epoch) => write!(f, "{}#{epoch}", self.address()),
        }
    }
}

impl fmt::Debug for SocketPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_restart_supersedes_the_earlier_life_and_any_life_supersedes_a_contact() {
        let home = address("127.0.0.1:7000");
        let first = SocketPeer::new(home, Epoch(1));
        let second = SocketPeer::new(home, Epoch(2));
        assert!(second.supersedes(&first));
        assert!(!first.supersedes(&second));
        assert!(!first.supersedes(&first));
        assert!(first.supersedes(&SocketPeer::contact(home)));
        assert!(!second.supersedes(&SocketPeer::contact(address("127.0.0.1:7001"))));
        assert!(first.shares_place_with(&second) && second.shares_place_with(&first));
        assert!(!first.shares_place_with(&SocketPeer::new(address("127.0.0.1:7001"), Epoch(1))));
    }

    #[test]
    fn a_peer_at_no_place_is_nobody_and_its_contact_is_whoever_lives_there() {
        for text in ["0.0.0.0:7", "10.0.0.1:0", "255.255.255.255:7", "239.0.0.1:7", "[ff02::1]:7"] {
            assert!(SocketPeer::new(address(text), Epoch(1)).is_nobody(), "{text}");
        }
        let somebody = SocketPeer::new(address("10.0.0.1:7"), Epoch(3));
        assert!(!somebody.is_nobody());
        let contact = somebody.whoever_lives_there();
        assert_eq!(contact, SocketPeer::contact(address("10.0.0.1:7")));
        assert!(contact.is_nobody() && !contact.is_nowhere() && somebody.answers_for(&contact));
        assert_eq!((3_u32.whoever_lives_there(), 3_u32.is_nobody()), (3, false));
    }

    #[test]
    fn an_address_survives_the_round_trip_and_mapped_addresses_are_one_peer() {
        for text in ["127.0.0.1:7000", "[2001:db8::1]:9", "0.0.0.0:0"] {
            assert_eq!(SocketPeer::contact(address(text)).address(), address(text));
        }
        assert_eq!(
            SocketPeer::contact(address("[::ffff:10.0.0.1]:5")),
            SocketPeer::contact(address("10.0.0.1:5"))
        );
    }
}

//! Which addresses can be those of nodes, and which of them can be reached from where.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use anyhow::{Result, bail};
use rumormill::SocketPeer;

/// Whether a node that is bound to `bind` can join through this address.
pub(super) fn can_be_joined(address: SocketAddr, bind: SocketAddr) -> Result<()> {
    if address.port() == 0 {
        bail!("cannot join through {address}: name the port on which the node there listens");
    }
    if SocketPeer::contact(address).is_nowhere() {
        bail!("cannot join through {address}, where no node can be: name the address of one node");
    }
    if !speaks_the_same(bind, address) {
        bail!("cannot join through {address} from {bind}: --bind {}", a_like(address));
    }
    let (from, to) = (bind.ip().to_canonical(), address.ip().to_canonical());
    if from.is_loopback() && !to.is_loopback() && !is_of_this_host(to) {
        bail!(
            "cannot join through {address} from {bind}, which reaches this host alone: --bind an \
             address of this host on the network"
        );
    }
    Ok(())
}

/// Whether a node that is bound to `bind` can be reached by this address.
pub(super) fn can_be_advertised(address: SocketAddr, bind: SocketAddr) -> Result<()> {
    if SocketPeer::contact(address).is_nowhere() {
        bail!(
            "cannot advertise {address}, where no node can be: name the address and the port by \
             which others reach this node"
        );
    }
    if !speaks_the_same(bind, address) {
        bail!("cannot advertise {address} from {bind}: --bind {}", a_like(address));
    }
    Ok(())
}

/// Whether datagrams between the address and a socket that is bound to `bind` are of one family of
/// addresses; a socket of IPv6 that is bound to all speaks both.
fn speaks_the_same(bind: SocketAddr, address: SocketAddr) -> bool {
    let (from, to) = (bind.ip().to_canonical(), address.ip().to_canonical());
    let speaks_both = from.is_ipv6() && from.is_unspecified();
    speaks_both || from.is_ipv4() == to.is_ipv4()
}

fn a_like(address: SocketAddr) -> &'static str {
    match address.ip().to_canonical() {
        IpAddr::V4(_) => "an address of IPv4",
        IpAddr::V6(_) => "an address of IPv6, such as [::]:0",
    }
}

fn is_of_this_host(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[track_caller]
    fn is_refused(result: Result<()>, why: &str) {
        let error = result.expect_err("it is no address for this").to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn nobody_joins_through_an_address_where_no_node_can_be() {
        let bind = address("0.0.0.0:0");
        is_refused(can_be_joined(address("127.0.0.1:0"), bind), "name the port");
        for nowhere in ["255.255.255.255:9", "224.0.0.1:9", "0.0.0.0:7401"] {
            is_refused(can_be_joined(address(nowhere), bind), "where no node can be");
        }
        is_refused(
            can_be_joined(address("[ff02::1]:9"), address("[::]:0")),
            "where no node can be",
        );
    }

    #[test]
    fn nobody_joins_through_an_address_that_cannot_be_reached() {
        for (to, from, why) in [
            ("203.0.113.7:9", "127.0.0.1:0", "reaches this host alone"),
            ("[2001:db8::7]:9", "[::1]:0", "reaches this host alone"),
            ("[::1]:9", "127.0.0.1:0", "IPv6"),
            ("127.0.0.1:9", "[::1]:0", "IPv4"),
        ] {
            is_refused(can_be_joined(address(to), address(from)), why);
        }
        for (to, from) in [
            ("127.0.0.1:9", "127.0.0.1:0"),
            ("127.0.0.1:9", "[::ffff:127.0.0.1]:0"),
            ("[::1]:9", "[::1]:0"),
            ("127.0.0.1:9", "[::]:0"),
            ("203.0.113.7:9", "0.0.0.0:0"),
            ("203.0.113.7:9", "192.0.2.1:0"),
        ] {
            assert!(can_be_joined(address(to), address(from)).is_ok(), "{to} from {from}");
        }
    }

    #[test]
    fn only_an_address_by_which_a_node_can_be_reached_is_advertised() {
        let bind = address("127.0.0.1:0");
        for nowhere in ["127.0.0.1:0", "255.255.255.255:7", "224.0.0.1:8", "0.0.0.0:7"] {
            is_refused(can_be_advertised(address(nowhere), bind), "where no node can be");
        }
        is_refused(can_be_advertised(address("127.0.0.1:9"), address("[::1]:0")), "IPv4");
        is_refused(can_be_advertised(address("[::1]:9"), bind), "IPv6");
        assert!(can_be_advertised(address("192.0.2.1:9"), address("0.0.0.0:9")).is_ok());
        assert!(can_be_advertised(address("192.0.2.1:9"), address("[::]:9")).is_ok());
    }
}

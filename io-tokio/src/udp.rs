//! The socket: datagrams in and out, without waiting.

use std::io;
use std::net::{IpAddr, SocketAddr};

use bytes::{BufMut, Bytes, BytesMut};
use tokio::net::UdpSocket;

/// A UDP socket, and the buffer that it receives into.
#[derive(Debug)]
pub(crate) struct Udp {
    socket: UdpSocket,
    address: SocketAddr,
    /// One byte more than a datagram may have, so that an oversized one is told from the largest.
    room: usize,
    buffer: BytesMut,
}

impl Udp {
    /// Listens on `address`, for datagrams of at most `max_datagram` bytes.
    pub(crate) async fn bind(address: SocketAddr, max_datagram: usize) -> io::Result<Self> {
        let socket = UdpSocket::bind(address).await?;
        let address = socket.local_addr()?;
        // Before this has been seen once, every attempt to send would count as one without room.
        socket.writable().await?;
        Ok(Self { socket, address, room: max_datagram + 1, buffer: BytesMut::new() })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until there may be something to receive.
    pub(crate) async fn readable(&self) {
        // An error here is the socket's, and receiving tells which.
        let _ready = self.socket.readable().await;
    }

    /// A datagram and where it came from; of an oversized one, its beginning.
    ///
    /// Each has a buffer of its own, so that a payload that somebody keeps holds on to one
    /// datagram at most; a buffer of which nothing was kept is used again.
    pub(crate) fn try_receive(&mut self) -> io::Result<(Bytes, SocketAddr)> {
        self.buffer.reserve(self.room);
        let mut room = (&mut self.buffer).limit(self.room);
        let (_, source) = self.socket.try_recv_buf_from(&mut room)?;
        Ok((self.buffer.split().freeze(), source))
    }

    /// Sends a datagram, if there is room for it now.
    pub(crate) fn try_send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        self.socket.try_send_to(datagram, as_said_by(self.address, to)).map(|_| ())
    }
}

/// The destination as a socket on `own` says it: IPv4 addresses are IPv6-mapped ones to IPv6.
fn as_said_by(own: SocketAddr, to: SocketAddr) -> SocketAddr {
    match (own, to.ip()) {
        (SocketAddr::V6(_), IpAddr::V4(v4)) => {
            SocketAddr::new(v4.to_ipv6_mapped().into(), to.port())
        }
        _ => to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_of_ipv6_reaches_ipv4_by_mapped_addresses_and_nothing_else_is_changed() {
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let (v4, v6) = (address("192.0.2.1:7"), address("[2001:db8::1]:7"));
        assert_eq!(as_said_by(v6, v4), address("[::ffff:192.0.2.1]:7"));
        assert_eq!(as_said_by(v6, v6), v6);
        assert_eq!(as_said_by(v4, v4), v4);
        assert_eq!(as_said_by(v4, v6), v6);
    }
}

use rumormill_core::{Epoch, Peer, SocketPeer};

/// Peers that can be made of numbers.
pub trait Identity: Peer {
    /// The peer of that number; different numbers are different peers.
    fn numbered(number: u32) -> Self;
}

impl Identity for u32 {
    fn numbered(number: u32) -> Self {
        number
    }
}

impl Identity for SocketPeer {
    /// Of a network of IPv4, with an epoch as a clock gives it.
    fn numbered(number: u32) -> Self {
        let [_, a, b, c] = number.to_be_bytes();
        Self::new(([10, a, b, c], 7000).into(), Epoch(1_700_000_000_000))
    }
}

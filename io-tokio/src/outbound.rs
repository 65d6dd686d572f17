//! From a message and its destinations to datagrams.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::wire::{Header, Label, Wire, encode_header, encode_message};
use rumormill_core::{Bias, Epoch, FromRng, SocketPeer};

use crate::udp::Udp;
use crate::{Config, Loss, Outgoing};

/// Writes and sends the frames of a process.
pub(crate) struct Outbound {
    label: Label,
    epoch: Epoch,
    max_datagram: usize,
    loss: Lossy,
    message: Vec<u8>,
    frame: Vec<u8>,
}

impl Outbound {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            label: config.label,
            epoch: config.epoch,
            max_datagram: config.max_datagram,
            loss: Lossy::new(config.loss),
            message: Vec::new(),
            frame: Vec::new(),
        }
    }

    /// Sends the message to each of `to`: it is encoded once, and their headers one by one.
    pub(crate) fn send<M: Wire>(
        &mut self,
        udp: &Udp,
        to: &[SocketPeer],
        message: &M,
        count: &mut Outgoing,
    ) {
        self.message.clear();
        encode_message(message, &mut self.message);
        for peer in to {
            self.write_frame(peer.epoch());
            if self.frame.len() > self.max_datagram {
                count.too_long += 1;
                tracing::debug!(%peer, bytes = self.frame.len(), "not sent: too long");
            } else if self.loss.strikes() {
                count.lost += 1;
            } else {
                dispatch(udp, *peer, &self.frame, count);
            }
        }
    }

    fn write_frame(&mut self, to: Epoch) {
        self.frame.clear();
        encode_header(&Header { label: self.label, from: self.epoch, to }, &mut self.frame);
        self.frame.extend_from_slice(&self.message);
    }
}

fn dispatch(udp: &Udp, peer: SocketPeer, frame: &[u8], count: &mut Outgoing) {
    match udp.try_send(frame, peer.address()) {
        Ok(()) => {
            count.sent += 1;
            count.bytes += frame.len() as u64;
        }
        Err(error) => {
            count.failures.count(&error);
            tracing::debug!(%peer, %error, "not sent");
        }
    }
}

/// Decides what is lost on purpose.
struct Lossy {
    probability: Bias,
    random: FromRng<Xoshiro256PlusPlus>,
}

impl Lossy {
    fn new(loss: Loss) -> Self {
        let random = FromRng(Xoshiro256PlusPlus::seed_from_u64(loss.seed));
        Self { probability: loss.probability, random }
    }

    fn strikes(&mut self) -> bool {
        self.probability.happens(&mut self.random)
    }
}

//! What the crate's two state machines have in common.

use std::time::{Duration, Instant};

use ::iroh_gossip::proto::{Command, PeerIdentity};
use serde::{Serialize, de::DeserializeOwned};

/// A state machine of the crate.
pub trait Machine {
    type Peer: PeerIdentity;
    type Event;
    type Message: Serialize + DeserializeOwned;
    type Timer;

    /// A machine that takes part in the topic.
    fn new(identity: Self::Peer) -> Self;

    fn command(command: Command<Self::Peer>) -> Self::Event;
    fn received(from: Self::Peer, message: Self::Message) -> Self::Event;
    fn expired(timer: Self::Timer) -> Self::Event;
    fn disconnected(peer: Self::Peer) -> Self::Event;

    /// Handles one event and passes what comes of it to `outside`, effect by effect, so that no
    /// effect is translated while time is measured.
    fn handle(&mut self, event: Self::Event, now: Instant, outside: &mut impl Outside<Self>);
}

/// Where the effects go that matter here.
pub trait Outside<M: Machine + ?Sized> {
    fn send(&mut self, to: M::Peer, message: M::Message);
    fn deliver(&mut self);
    fn arm(&mut self, delay: Duration, timer: M::Timer);
}

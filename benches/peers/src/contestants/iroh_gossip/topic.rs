//! The state of one topic.

use std::hint::black_box;
use std::time::Instant;

use ::iroh_gossip::proto::topic::{InEvent, Message, OutEvent, State, Timer};
use ::iroh_gossip::proto::{Command, Config, Event, PeerIdentity};
use rand::{SeedableRng, rngs::StdRng};

use super::machine::{Machine, Outside};

pub struct Topic<P>(State<P, StdRng>);

impl<P: PeerIdentity> Machine for Topic<P> {
    type Peer = P;
    type Event = InEvent<P>;
    type Message = Message<P>;
    type Timer = Timer<P>;

    fn new(identity: P) -> Self {
        let random = StdRng::seed_from_u64(0);
        Self(State::with_rng(identity, None, Config::default(), random))
    }

    fn command(command: Command<P>) -> InEvent<P> {
        InEvent::Command(command)
    }

    fn received(from: P, message: Message<P>) -> InEvent<P> {
        InEvent::RecvMessage(from, message)
    }

    fn expired(timer: Timer<P>) -> InEvent<P> {
        InEvent::TimerExpired(timer)
    }

    fn disconnected(peer: P) -> InEvent<P> {
        InEvent::PeerDisconnected(peer)
    }

    fn handle(&mut self, event: InEvent<P>, now: Instant, outside: &mut impl Outside<Self>) {
        for effect in self.0.handle(event, now.into()) {
            match effect {
                OutEvent::SendMessage(to, message) => outside.send(to, message),
                OutEvent::EmitEvent(Event::Received(message)) => {
                    black_box(&message);
                    outside.deliver();
                }
                OutEvent::ScheduleTimer(delay, timer) => outside.arm(delay, timer),
                OutEvent::EmitEvent(_) | OutEvent::DisconnectPeer(_) | OutEvent::PeerData(..) => {}
            }
        }
    }
}

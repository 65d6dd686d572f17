//! The whole state machine, as those who embed the crate drive it: it dispatches between topics, of
//! which there is one here.

use std::hint::black_box;
use std::time::Instant;

use ::iroh_gossip::proto::{
    Command, Config, Event, InEvent, Message, OutEvent, PeerData, PeerIdentity, State, Timer,
    TopicId,
};
use rand::{SeedableRng, rngs::StdRng};

use super::machine::{Machine, Outside};

pub struct Proto<P>(State<P, StdRng>);

impl<P: PeerIdentity> Machine for Proto<P> {
    type Peer = P;
    type Event = InEvent<P>;
    type Message = Message<P>;
    type Timer = Timer<P>;

    fn new(identity: P) -> Self {
        let random = StdRng::seed_from_u64(0);
        Self(State::new(identity, PeerData::default(), Config::default(), random))
    }

    fn command(command: Command<P>) -> InEvent<P> {
        InEvent::Command(TopicId::from([1; 32]), command)
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
        for effect in self.0.handle(event, now.into(), None) {
            match effect {
                OutEvent::SendMessage(to, message) => outside.send(to, message),
                OutEvent::EmitEvent(_, Event::Received(message)) => {
                    black_box(&message);
                    outside.deliver();
                }
                OutEvent::ScheduleTimer(delay, timer) => outside.arm(delay, timer),
                OutEvent::EmitEvent(..) | OutEvent::DisconnectPeer(_) | OutEvent::PeerData(..) => {}
            }
        }
    }
}

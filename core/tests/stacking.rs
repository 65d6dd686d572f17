//! A protocol from outside stacks with the built-in ones, and a stack with others.

mod common;

use common::{Machine, NoDraw, flood, gossip, rumor, sent, source, told};
use std::marker::PhantomData;

use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::fixed_size::{self, FixedSize};
use rumormill_core::protocols::periodic_gossip::Mode;
use rumormill_core::protocols::renyi_erdos::{self, Fanout, RenyiErdos};
use rumormill_core::rumor::Notice;
use rumormill_core::stacks::broadcast::{self, Broadcast};
use rumormill_core::wire::{Header, Label, Malformed, decode_frame, encode_frame};
use rumormill_core::{
    Context, Effect, Epoch, Event, MAX_REQUESTS, Never, Peer, Protocol, Route, Ticks, stack,
    wire_by_serde,
};
use serde::{Deserialize, Serialize};

/// A layer that a user wrote: counts what is delivered, and says so to a neighbour now and then.
mod census {
    use super::*;

    #[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
    pub(crate) struct Census {
        pub(crate) count: u32,
    }

    #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
    pub(crate) struct Counted(pub(crate) u32);

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
    pub(crate) struct Tell;

    #[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
    pub(crate) struct CountIt(pub(crate) Bytes);

    wire_by_serde!(Counted);

    impl<P: Peer> Protocol<P> for Census {
        type Message = Counted;
        type Timer = Tell;
        type Request = CountIt;
        type Notice = Bytes;

        fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
            context.set_timer(Ticks(7), Tell);
        }

        fn on_timer(&mut self, context: &mut Context<'_, P, Self>, Tell: Tell) {
            let to = context.neighbors(1);
            context.send(Counted(self.count), &to);
        }

        fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, Counted(count): Counted) {
            self.count = self.count.max(count);
        }

        fn on_request(&mut self, context: &mut Context<'_, P, Self>, CountIt(payload): CountIt) {
            self.count += 1;
            context.notify(payload);
        }
    }
}

/// Two built-in protocols with one from outside.
mod counted_broadcast {
    use super::census::{Census, CountIt};
    use super::*;

    stack! {
        /// Broadcast whose deliveries are counted.
        pub(crate) struct Counted<P> notifies Bytes {
            size: Size(FixedSize) => tell_broadcast,
            broadcast: Broadcast(RenyiErdos<P>) => tell_census,
            census: Census(Census) => tell_application,
        }
    }

    fn tell_broadcast<P: Peer>(size: fixed_size::Notice) -> Route<Request<P>, Bytes> {
        Route::Layer(Request::Broadcast(renyi_erdos::Request::Size(size.0)))
    }

    fn tell_census<P: Peer>(notice: Notice<P>) -> Route<Request<P>, Bytes> {
        match notice {
            Notice::Delivered(rumor) => Route::Layer(Request::Census(CountIt(rumor.payload))),
            _ => Route::Nowhere,
        }
    }

    fn tell_application<P: Peer>(payload: Bytes) -> Route<Request<P>, Bytes> {
        Route::Application(payload)
    }
}

/// A stack as a layer of another.
mod nested {
    use super::census::{Census, CountIt};
    use super::*;

    stack! {
        /// The default stack, whose deliveries are counted.
        pub(crate) struct Nested<P> notifies Bytes {
            census: Census(Census) => tell_application,
            inner: Inner(Broadcast<P>) => tell_census,
        }
    }

    fn tell_census<P: Peer>(notice: Notice<P>) -> Route<Request<P>, Bytes> {
        match notice {
            Notice::Delivered(rumor) => Route::Layer(Request::Census(CountIt(rumor.payload))),
            _ => Route::Nowhere,
        }
    }

    fn tell_application<P: Peer>(payload: Bytes) -> Route<Request<P>, Bytes> {
        Route::Application(payload)
    }
}

/// Two layers that keep asking each other.
mod endless {
    use super::*;

    #[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
    pub(crate) struct Echo<P> {
        pub(crate) heard: usize,
        peers: PhantomData<P>,
    }

    #[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
    pub(crate) struct Call;

    impl<P> Echo<P> {
        pub(crate) fn new() -> Self {
            Self { heard: 0, peers: PhantomData }
        }
    }

    impl<P: Peer> Protocol<P> for Echo<P> {
        type Message = Never;
        type Timer = Never;
        type Request = Call;
        type Notice = Call;

        fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, never: Never) {
            match never {}
        }

        fn on_request(&mut self, context: &mut Context<'_, P, Self>, call: Call) {
            self.heard += 1;
            context.notify(call);
        }
    }

    stack! {
        /// A dialogue without an end.
        pub(crate) struct Endless<P> notifies Call {
            one: One(Echo<P>) => tell_other,
            other: Other(Echo<P>) => tell_one,
        }
    }

    fn tell_other<P: Peer>(call: Call) -> Route<Request<P>, Call> {
        Route::Layer(Request::Other(call))
    }

    fn tell_one<P: Peer>(call: Call) -> Route<Request<P>, Call> {
        Route::Layer(Request::One(call))
    }

    pub(crate) mod inside {
        use super::*;

        stack! {
            /// An endless dialogue within a stack, and a layer that begins it.
            pub(crate) struct Inside<P> notifies Call {
                first: First(Echo<P>) => tell_endless,
                endless: Endless(Endless<P>) => tell_nobody,
            }
        }

        fn tell_endless<P: Peer>(call: Call) -> Route<Request<P>, Call> {
            Route::Layer(Request::Endless(super::Request::One(call)))
        }

        fn tell_nobody<P: Peer>(_: Call) -> Route<Request<P>, Call> {
            Route::Nowhere
        }
    }
}

use census::{Census, Tell};
use counted_broadcast::Counted;
use endless::{Call, Echo, Endless, inside};
use nested::Nested;

fn counted() -> Machine<u32, Counted<u32>> {
    let size = FixedSize { size: 10 };
    let stack = Counted { size, broadcast: RenyiErdos::new(flood()), census: Census::default() };
    Machine::new(0, 1..10, stack)
}

#[test]
fn each_layer_starts_and_asks_the_others() {
    let mut machine = counted();
    let effects = machine.act(Event::Start, &mut NoDraw);
    assert_eq!(machine.node.protocol.broadcast.fanout(), Fanout::reaching(10, 0));
    let timer = counted_broadcast::Timer::Census(Tell);
    assert!(effects.contains(&Effect::Arm { timer, after: Ticks(7) }));

    let heard = counted_broadcast::Message::Broadcast(rumor(5, 0, 3));
    let from = Event::Message { from: 4, message: heard.clone() };
    let effects = machine.act(from, &mut source(1));
    assert_eq!(told(&effects), [rumor(5, 0, 3).payload]);
    let sent = sent(&effects);
    assert!(sent.len() == 1 && sent[0].1 == heard, "forwarded as it came");
    assert_eq!(machine.node.protocol.census.count, 1);

    let counted = counted_broadcast::Message::Census(census::Counted(9));
    machine.hear(3, counted);
    let effects = machine.act(Event::Timer(timer), &mut source(2));
    let message = counted_broadcast::Message::Census(census::Counted(9));
    assert!(matches!(&effects[..], [Effect::Send { message: sent, .. }] if *sent == message));
}

#[test]
fn a_stack_is_a_layer_like_any_other() {
    let inner = Broadcast::new(10, flood(), gossip(Mode::Push));
    let nested = Nested { census: Census::default(), inner };
    let mut machine = Machine::new(0_u32, 1..10, nested);
    machine.act(Event::Start, &mut NoDraw);
    let payload = Bytes::from_static(b"news");
    let request = nested::Request::Inner(broadcast::Request::broadcast(payload.clone()));
    let effects = machine.act(Event::Request(request), &mut source(1));
    assert_eq!(told(&effects), [payload]);
    assert_eq!(machine.node.protocol.census.count, 1);
    let sent = sent(&effects);
    let [(_, nested::Message::Inner(broadcast::Message::Forward(_)))] = &sent[..] else {
        panic!("{sent:?} is not one message of the innermost layer");
    };
}

#[test]
fn what_a_stack_says_travels_and_an_unknown_layer_is_refused() {
    type Message = nested::Message<u32>;
    let messages = [
        Message::Census(census::Counted(u32::MAX)),
        Message::Inner(broadcast::Message::Forward(rumor(3, u64::MAX, 9))),
    ];
    let header = Header { label: Label::default(), from: Epoch(1), to: Epoch(2) };
    for message in messages {
        let mut frame = Vec::new();
        encode_frame(&header, &message, &mut frame);
        let datagram = Bytes::from(frame);
        assert_eq!(decode_frame(&header.label, &datagram), Ok((header, message)));
    }

    let mut empty = Vec::new();
    encode_frame(&header, &Message::Census(census::Counted(0)), &mut empty);
    empty.truncate(empty.len() - 2);
    let decode = |tail: &[u8]| {
        let datagram = Bytes::from([&empty, tail].concat());
        decode_frame::<Message>(&header.label, &datagram).map(|_| ())
    };
    assert_eq!(decode(&[0, 0]), Ok(()));
    assert_eq!(decode(&[2, 0]), Err(Malformed::UnknownKind { tag: 2 }));
    assert_eq!(decode(&[1, 3]), Err(Malformed::UnknownKind { tag: 3 }), "no such inner layer");
    assert_eq!(decode(&[1, 0, 0]), Err(Malformed::UnknownKind { tag: 0 }), "it says nothing");
}

#[test]
fn layers_that_keep_asking_each_other_are_stopped_and_that_is_counted() {
    let heard = |endless: &Endless<u32>| endless.one.heard + endless.other.heard;
    let endless = Endless { one: Echo::new(), other: Echo::new() };
    let mut machine = Machine::new(0_u32, [], endless.clone());
    for step in 1..=2 {
        assert!(machine.ask(endless::Request::One(Call)).is_empty());
        assert_eq!(machine.effects.overflow(), 1);
        assert_eq!(heard(&machine.node.protocol), step * (1 + MAX_REQUESTS));
    }

    let mut machine = Machine::new(0_u32, [], inside::Inside { first: Echo::new(), endless });
    machine.ask(inside::Request::First(Call));
    assert_eq!(machine.effects.overflow(), 1);
    let heard = heard(&machine.node.protocol.endless);
    assert_eq!(heard, MAX_REQUESTS, "requests at all depths count together");
}

/// A layer that asks for much at once, and a layer that counts what it is asked.
mod burst {
    use super::census::{Census, CountIt};
    use super::*;

    #[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
    pub(crate) struct Burst<P>(pub(crate) PhantomData<P>);

    impl<P: Peer> Protocol<P> for Burst<P> {
        type Message = Never;
        type Timer = Never;
        type Request = u8;
        type Notice = u8;

        fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, never: Never) {
            match never {}
        }

        fn on_request(&mut self, context: &mut Context<'_, P, Self>, length: u8) {
            (0..length).for_each(|number| context.notify(number));
        }
    }

    stack! {
        /// Bursts that are counted.
        pub(crate) struct Bursts<P> notifies Bytes {
            burst: Burst(Burst<P>) => tell_census,
            census: Census(Census) => tell_application,
        }
    }

    fn tell_census<P: Peer>(number: u8) -> Route<Request<P>, Bytes> {
        Route::Layer(Request::Census(CountIt(Bytes::from(vec![number]))))
    }

    fn tell_application<P: Peer>(payload: Bytes) -> Route<Request<P>, Bytes> {
        Route::Application(payload)
    }
}

#[test]
fn requests_are_served_in_order_up_to_the_limit_of_a_step() {
    let stack = burst::Bursts { burst: burst::Burst(PhantomData), census: Census::default() };
    let mut machine = Machine::new(0_u32, [], stack);
    let effects = machine.ask(burst::Request::Burst(MAX_REQUESTS as u8 + 2));
    let expected: Vec<_> = (0..MAX_REQUESTS as u8).map(|number| vec![number]).collect();
    assert_eq!(told(&effects), expected);
    assert_eq!(machine.effects.overflow(), 2);
}

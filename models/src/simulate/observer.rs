//! Who looks on.

use rumormill_core::Protocol;

use super::Group;

/// When something happens, and in which group.
#[derive(Debug)]
pub struct Moment<'a, X: Protocol<u32>> {
    /// The time, in thousandths of a tick. In lockstep all of a cycle happens at its end.
    pub time: u64,
    /// The machines. Where a machine acts, the state after its step.
    pub group: &'a Group<X>,
}

/// What becomes of a message to one destination.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fate {
    /// It is under way. It arrives if its destination is alive then.
    UnderWay,
    /// The network loses it.
    Lost,
    /// Sender and destination are on different sides of a partition.
    Cut,
}

/// Looks on while a simulation runs, and is told of what happens. Each method does nothing unless
/// it is written; what is not written costs nothing.
///
/// Observers are put together as pairs and triples.
pub trait Observer<X: Protocol<u32>> {
    /// A message arrives, and is handled next.
    fn on_message(&mut self, at: &Moment<'_, X>, from: u32, to: u32, message: &X::Message) {
        let _ = (at, from, to, message);
    }

    /// A timer fires, and is handled next.
    fn on_timer(&mut self, at: &Moment<'_, X>, node: u32, timer: X::Timer) {
        let _ = (at, node, timer);
    }

    /// A machine is asked for something, and handles it next.
    fn on_request(&mut self, at: &Moment<'_, X>, node: u32, request: &X::Request) {
        let _ = (at, node, request);
    }

    /// A message is sent; told once for each destination.
    fn on_send(
        &mut self,
        at: &Moment<'_, X>,
        from: u32,
        to: u32,
        message: &X::Message,
        fate: Fate,
    ) {
        let _ = (at, from, to, message, fate);
    }

    /// A machine tells its application something.
    fn on_notice(&mut self, at: &Moment<'_, X>, node: u32, notice: &X::Notice) {
        let _ = (at, node, notice);
    }

    /// A newcomer starts: what it does at its start is told next.
    fn on_start(&mut self, at: &Moment<'_, X>, node: u32) {
        let _ = (at, node);
    }

    /// A machine has stopped.
    fn on_stop(&mut self, at: &Moment<'_, X>, node: u32) {
        let _ = (at, node);
    }

    /// A period is over.
    fn on_period(&mut self, at: &Moment<'_, X>) {
        let _ = at;
    }
}

/// Nobody looks on.
impl<X: Protocol<u32>> Observer<X> for () {}

/// Somebody who is needed afterwards looks on.
impl<X: Protocol<u32>, O: Observer<X>> Observer<X> for &mut O {
    fn on_message(&mut self, at: &Moment<'_, X>, from: u32, to: u32, message: &X::Message) {
        (**self).on_message(at, from, to, message);
    }

    fn on_timer(&mut self, at: &Moment<'_, X>, node: u32, timer: X::Timer) {
        (**self).on_timer(at, node, timer);
    }

    fn on_request(&mut self, at: &Moment<'_, X>, node: u32, request: &X::Request) {
        (**self).on_request(at, node, request);
    }

    fn on_send(
        &mut self,
        at: &Moment<'_, X>,
        from: u32,
        to: u32,
        message: &X::Message,
        fate: Fate,
    ) {
        (**self).on_send(at, from, to, message, fate);
    }

    fn on_notice(&mut self, at: &Moment<'_, X>, node: u32, notice: &X::Notice) {
        (**self).on_notice(at, node, notice);
    }

    fn on_start(&mut self, at: &Moment<'_, X>, node: u32) {
        (**self).on_start(at, node);
    }

    fn on_stop(&mut self, at: &Moment<'_, X>, node: u32) {
        (**self).on_stop(at, node);
    }

    fn on_period(&mut self, at: &Moment<'_, X>) {
        (**self).on_period(at);
    }
}

macro_rules! each_in_turn {
    ($($observer:ident $place:tt),*) => {
        /// All of them look on.
        impl<X: Protocol<u32>, $($observer: Observer<X>),*> Observer<X> for ($($observer,)*) {
            fn on_message(&mut self, at: &Moment<'_, X>, from: u32, to: u32, message: &X::Message) {
                $(self.$place.on_message(at, from, to, message);)*
            }

            fn on_timer(&mut self, at: &Moment<'_, X>, node: u32, timer: X::Timer) {
                $(self.$place.on_timer(at, node, timer);)*
            }

            fn on_request(&mut self, at: &Moment<'_, X>, node: u32, request: &X::Request) {
                $(self.$place.on_request(at, node, request);)*
            }

            fn on_send(
                &mut self,
                at: &Moment<'_, X>,
                from: u32,
                to: u32,
                message: &X::Message,
                fate: Fate,
            ) {
                $(self.$place.on_send(at, from, to, message, fate);)*
            }

            fn on_notice(&mut self, at: &Moment<'_, X>, node: u32, notice: &X::Notice) {
                $(self.$place.on_notice(at, node, notice);)*
            }

            fn on_start(&mut self, at: &Moment<'_, X>, node: u32) {
                $(self.$place.on_start(at, node);)*
            }

            fn on_stop(&mut self, at: &Moment<'_, X>, node: u32) {
                $(self.$place.on_stop(at, node);)*
            }

            fn on_period(&mut self, at: &Moment<'_, X>) {
                $(self.$place.on_period(at);)*
            }
        }
    };
}

each_in_turn!(A 0, B 1);
each_in_turn!(A 0, B 1, C 2);

//! Several protocols over one neighbourhood: the paper's Figure 1.
//!
//! One layer's notice is, by the wiring, another layer's request or the application's notice;
//! layers never name each other. [`stack!`](crate::stack!) writes the enumerations and the
//! dispatch, and the result is a [`Protocol`] like any other.

use alloc::vec::Vec;
use core::cell::Cell;

use arrayvec::ArrayVec;

use crate::{Context, Outbox, Peer, Protocol, Ticks};

/// The most requests between layers that one step carries out; a further one is dropped and
/// counted ([`Effects::overflow`](crate::Effects::overflow)), so that layers which keep asking
/// each other cannot hold up the process.
///
/// Our choice: the most rumors that one message can deliver, each of which may become a request
/// ([`MAX_RUMORS`](crate::protocols::periodic_gossip::MAX_RUMORS)); far below what would be felt.
pub const MAX_REQUESTS: usize = 64;

/// Where a layer's notice goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route<R, N> {
    /// To a layer of the same stack, as a request.
    Layer(R),
    /// To the application, or to the stack above.
    Application(N),
    /// To nobody.
    Nowhere,
}

/// Requests of one layer to another that wait until the current handler has returned.
#[derive(Clone, Debug)]
pub struct Pending<R> {
    waiting: ArrayVec<R, MAX_REQUESTS>,
}

impl<R> Pending<R> {
    /// None waits.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "only the stack macro makes one")]
    pub fn new() -> Self {
        Self { waiting: ArrayVec::new() }
    }
}

/// Takes those that wait, the longest-waiting first; more may come meanwhile.
impl<R> Iterator for Pending<R> {
    type Item = R;

    fn next(&mut self) -> Option<R> {
        if self.waiting.len() > 1 { self.waiting.pop_at(0) } else { self.waiting.pop() }
    }
}

/// Where a notice goes that a layer of the stack `S` gives.
pub type RouteIn<P, S> = Route<<S as Protocol<P>>::Request, <S as Protocol<P>>::Notice>;

/// How a layer is built into a stack, by three functions. Each is of a type of its own, so that the
/// compiler sees through it: what a layer tells would else be moved once more at each of them.
pub struct Wiring<M, T, R> {
    /// Makes the layer's message one of the stack's.
    pub message: M,
    /// Makes the layer's timer one of the stack's.
    pub timer: T,
    /// Tells where a notice of the layer goes.
    pub route: R,
}

struct Layer<'a, P: Peer, S: Protocol<P>, M, T, R> {
    out: &'a mut dyn Outbox<P, S>,
    pending: &'a mut Pending<S::Request>,
    requests: &'a Cell<usize>,
    wiring: Wiring<M, T, R>,
}

impl<P: Peer, S: Protocol<P>, M, T, R> Layer<'_, P, S, M, T, R> {
    /// No more than [`MAX_REQUESTS`] ever wait, since there are no more within a step.
    fn ask(&mut self, request: S::Request) {
        if self.requests.get() < MAX_REQUESTS {
            self.requests.set(self.requests.get() + 1);
            self.pending.waiting.push(request);
        } else {
            self.out.overflowed();
        }
    }
}

impl<P, S, L, M, T, R> Outbox<P, L> for Layer<'_, P, S, M, T, R>
where
    P: Peer,
    S: Protocol<P>,
    L: Protocol<P>,
    M: Fn(L::Message) -> S::Message,
    T: Fn(L::Timer) -> S::Timer,
    R: Fn(L::Notice) -> RouteIn<P, S>,
{
    fn destinations(&mut self) -> &mut Vec<P> {
        self.out.destinations()
    }

    fn send(&mut self, message: L::Message) {
        self.out.send((self.wiring.message)(message));
    }

    fn arm(&mut self, timer: L::Timer, after: Ticks) {
        self.out.arm((self.wiring.timer)(timer), after);
    }

    fn disarm(&mut self, timer: L::Timer) {
        self.out.disarm((self.wiring.timer)(timer));
    }

    fn notify(&mut self, notice: L::Notice) {
        match (self.wiring.route)(notice) {
            Route::Layer(request) => self.ask(request),
            Route::Application(notice) => self.out.notify(notice),
            Route::Nowhere => {}
        }
    }

    fn overflowed(&mut self) {
        self.out.overflowed();
    }
}

impl<P: Peer, S: Protocol<P>> Context<'_, P, S> {
    /// Lets a layer act: its effects become the stack's, its notices go where the wiring says.
    pub fn layer<L: Protocol<P>>(
        &mut self,
        pending: &mut Pending<S::Request>,
        wiring: Wiring<
            impl Fn(L::Message) -> S::Message,
            impl Fn(L::Timer) -> S::Timer,
            impl Fn(L::Notice) -> RouteIn<P, S>,
        >,
        act: impl FnOnce(&mut Context<'_, P, L>),
    ) {
        let requests = self.requests;
        let out = &mut Layer { out: &mut *self.out, pending, requests, wiring };
        act(&mut Context {
            neighborhood: &mut *self.neighborhood,
            changes: &mut *self.changes,
            requests,
            random: &mut *self.random,
            out,
        });
    }
}

/// Stacks protocols over one neighbourhood. The crate that uses it needs `serde` among its
/// dependencies, and at least one layer must be generic over the peers.
///
/// Each line is `field: Variant(Protocol) => route`: the field that holds the layer, the name of
/// its variant in the stack's `Message`, `Timer` and `Request` (which the macro writes, so a module
/// holds one stack), the layer's type, and the function that says where its notices go.
///
/// ```
/// use rumormill_core::protocols::fixed_size::{self, FixedSize};
/// use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
/// use rumormill_core::rumor::Notice;
/// use rumormill_core::{Peer, Route, stack};
///
/// stack! {
///     /// Broadcast that is told the size of the group by a layer of its own.
///     pub struct Broadcast<P> notifies Notice<P> {
///         size: Size(FixedSize) => tell_broadcast,
///         broadcast: Broadcast(RenyiErdos<P>) => tell_application,
///     }
/// }
///
/// fn tell_broadcast<P: Peer>(size: fixed_size::Notice) -> Route<Request<P>, Notice<P>> {
///     Route::Layer(Request::Broadcast(renyi_erdos::Request::Size(size.0)))
/// }
///
/// fn tell_application<P: Peer>(notice: Notice<P>) -> Route<Request<P>, Notice<P>> {
///     Route::Application(notice)
/// }
/// ```
#[macro_export]
macro_rules! stack {
    (
        $(#[$about:meta])*
        $visible:vis struct $Stack:ident<$P:ident> notifies $Notice:ty {
            $($field:ident: $Variant:ident($Layer:ty) => $route:path,)+
        }
    ) => {
        $(#[$about])*
        #[derive(
            Clone, PartialEq, Eq, Hash, Debug, ::serde::Serialize, ::serde::Deserialize,
        )]
        #[serde(bound = "")]
        $visible struct $Stack<$P: $crate::Peer> {
            $(
                #[doc = concat!("The layer `", stringify!($Variant), "`.")]
                pub $field: $Layer,
            )+
        }

        $crate::stack!(@enum $visible Message, "A message of one of the layers.", $P,
            [Clone, PartialEq, Eq, PartialOrd, Ord, Hash], $($Variant($Layer)),+);
        $crate::stack!(@enum $visible Timer, "A timer of one of the layers.", $P,
            [Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash], $($Variant($Layer)),+);
        $crate::stack!(@enum $visible Request, "A request to one of the layers.", $P,
            [Clone, PartialEq, Eq, Hash], $($Variant($Layer)),+);

        impl<$P: $crate::Peer> $Stack<$P> {
            /// Lets the layers act that were asked for something, until none is.
            fn settle(
                &mut self,
                context: &mut $crate::Context<'_, $P, Self>,
                pending: &mut $crate::Pending<Request<$P>>,
            ) {
                while let Some(request) = pending.next() {
                    match request {
                        $(Request::$Variant(request) => $crate::stack!(
                            @act self, context, pending, $field, $Variant, $route,
                            on_request(request)
                        ),)+
                    }
                }
            }
        }

        impl<$P: $crate::Peer> $crate::Protocol<$P> for $Stack<$P> {
            type Message = Message<$P>;
            type Timer = Timer<$P>;
            type Request = Request<$P>;
            type Notice = $Notice;

            fn on_start(&mut self, context: &mut $crate::Context<'_, $P, Self>) {
                let pending = &mut $crate::Pending::new();
                $($crate::stack!(
                    @act self, context, pending, $field, $Variant, $route, on_start()
                );)+
                self.settle(context, pending);
            }

            fn on_message(
                &mut self,
                context: &mut $crate::Context<'_, $P, Self>,
                from: $P,
                message: Message<$P>,
            ) {
                let pending = &mut $crate::Pending::new();
                match message {
                    $(Message::$Variant(message) => $crate::stack!(
                        @act self, context, pending, $field, $Variant, $route,
                        on_message(from, message)
                    ),)+
                }
                self.settle(context, pending);
            }

            fn on_timer(
                &mut self,
                context: &mut $crate::Context<'_, $P, Self>,
                timer: Timer<$P>,
            ) {
                let pending = &mut $crate::Pending::new();
                match timer {
                    $(Timer::$Variant(timer) => $crate::stack!(
                        @act self, context, pending, $field, $Variant, $route, on_timer(timer)
                    ),)+
                }
                self.settle(context, pending);
            }

            fn on_request(
                &mut self,
                context: &mut $crate::Context<'_, $P, Self>,
                request: Request<$P>,
            ) {
                let pending = &mut $crate::Pending::new();
                match request {
                    $(Request::$Variant(request) => $crate::stack!(
                        @act self, context, pending, $field, $Variant, $route,
                        on_request(request)
                    ),)+
                }
                self.settle(context, pending);
            }

            fn on_neighbor(
                &mut self,
                context: &mut $crate::Context<'_, $P, Self>,
                change: $crate::Change<$P>,
            ) {
                let pending = &mut $crate::Pending::new();
                $($crate::stack!(
                    @act self, context, pending, $field, $Variant, $route, on_neighbor(change)
                );)+
                self.settle(context, pending);
            }
        }

        const _: () = {
            /// The layers in the order of their tags on the wire.
            enum Tag { $($Variant),+ }

            impl<$P: $crate::Peer> $crate::wire::Wire for Message<$P> {
                fn encode(&self, frame: &mut $crate::wire::Writer<'_>) {
                    match self {
                        $(Self::$Variant(message) => {
                            frame.byte(Tag::$Variant as u8);
                            $crate::wire::Wire::encode(message, frame);
                        })+
                    }
                }

                fn decode(
                    frame: &mut $crate::wire::Reader<'_>,
                ) -> Result<Self, $crate::wire::Malformed> {
                    match frame.byte()? {
                        $(tag if tag == Tag::$Variant as u8 => {
                            Ok(Self::$Variant($crate::wire::Wire::decode(frame)?))
                        })+
                        tag => Err($crate::wire::Malformed::UnknownKind { tag }),
                    }
                }
            }
        };
    };

    (@enum $visible:vis $Name:ident, $about:literal, $P:ident, [$($derive:ident),+],
        $($Variant:ident($Layer:ty)),+
    ) => {
        #[doc = $about]
        #[derive($($derive,)+ Debug, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(bound = "")]
        $visible enum $Name<$P: $crate::Peer> {
            $(
                #[doc = concat!("Of the layer `", stringify!($Variant), "`.")]
                $Variant(<$Layer as $crate::Protocol<$P>>::$Name),
            )+
        }
    };

    (@act $self:ident, $context:ident, $pending:ident, $field:ident, $Variant:ident, $route:path,
        $handler:ident($($argument:ident),*)
    ) => {
        $context.layer(
            $pending,
            $crate::Wiring {
                message: Message::$Variant,
                timer: Timer::$Variant,
                route: $route,
            },
            |context| $crate::Protocol::$handler(&mut $self.$field, context $(, $argument)*),
        )
    };
}

//! Algorithm 5: Rényi-Erdős broadcast. Whoever receives a message for the first time forwards it
//! to a number of neighbours that is logarithmic in the size of the group.
//!
//! ```text
//! 2: Received ← ∅
//! 3: N ← ApproximateSystemSize()
//! 4: function Renyi-Erdos(n, msg)            ▷ Receive msg from n
//! 5:   if msg ∉ Received then
//! 6:     send(RENYI-ERDOS, msg) to GetNeighbors(log(N))
//! 7:     Received ← Received ∪ {msg}
//! ```
//!
//! Where this differs, and why:
//! - `log(N)` is `ln N + c`: with a mean fanout of `ln N + c` everybody is reached with probability
//!   `exp(-exp(-c))` for large N (Kermarrec, Massoulié, Ganesh 2003); `log N` alone would do so in
//!   37 % of the cases. The fraction is decided by a coin, so that the mean is exact.
//! - N may change: whoever knows it tells it by a [`Request::Size`]. Until then, N is taken to be
//!   the neighbours at the start and this process.
//! - The starter has received its own message: when it comes back it is not forwarded again.
//! - `Received` is bounded; [`crate::seen`] states what "at most once" means then.
//!
//! Assumed by the figures above: targets uniform among all processes, drawn afresh for each
//! message; independent losses, which act as a smaller fanout.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::rumor::{Id, Notice, PayloadTooLong, Rumor};
use crate::seen::{Memory, Refusal, Seen};
use crate::{Bias, Context, MAX_FANOUT, Peer, Protocol, Ticks};

/// Rényi-Erdős broadcast.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RenyiErdos<P: Peer> {
    settings: Settings,
    fanout: Fanout,
    started: u64,
    received: Seen<P>,
}

/// How a node broadcasts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The `c` in `ln N + c`, in 64ths of a peer. It may be negative.
    pub margin: i16,
    /// How much is remembered of what was received.
    pub memory: Memory,
    /// How long a period of `memory.forget_after` is.
    pub period: Ticks,
    /// The longest payload that may be broadcast, in bytes.
    pub max_payload: u32,
}

/// What the application, or another layer, asks.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Tell everybody.
    Broadcast(Bytes),
    /// The group has so many processes, this one included.
    Size(u32),
}

/// Another period of silence has passed. Armed only where origins may be forgotten.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period;

impl<P: Peer> RenyiErdos<P> {
    /// A node that has received nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let received = Seen::new(settings.memory);
        Self { settings, fanout: Fanout(0), started: 0, received }
    }

    /// To how many neighbours the next message will be forwarded.
    #[must_use]
    pub fn fanout(&self) -> Fanout {
        self.fanout
    }

    /// Of how many origins something is remembered.
    #[must_use]
    pub fn origins(&self) -> usize {
        self.received.origins()
    }

    fn start(&mut self, context: &mut Context<'_, P, Self>, payload: Bytes) {
        if let Err(too_long) = PayloadTooLong::check(&payload, self.settings.max_payload) {
            return context.notify(Notice::NotStarted(too_long));
        }
        let id = Id { origin: context.me(), sequence: self.started };
        self.started += 1;
        self.forward(context, Rumor { id, payload });
    }

    fn forward(&mut self, context: &mut Context<'_, P, Self>, rumor: Rumor<P>) {
        let extra = context.flip(self.fanout.fraction());
        let fanout = self.fanout.whole() + usize::from(extra);
        context.send_to_neighbors(rumor.clone(), fanout);
        context.notify(Notice::Delivered(rumor));
    }

    fn await_period(&self, context: &mut Context<'_, P, Self>) {
        if self.settings.memory.forget_after.is_some() {
            context.set_timer(self.settings.period, Period);
        }
    }
}

impl<P: Peer> Protocol<P> for RenyiErdos<P> {
    type Message = Rumor<P>;
    type Timer = Period;
    type Request = Request;
    type Notice = Notice<P>;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        let known = context.neighborhood().peers().len() as u32 + 1;
        self.fanout = Fanout::reaching(known, self.settings.margin);
        self.await_period(context);
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, _: P, rumor: Rumor<P>) {
        if rumor.id.origin == context.me() {
            return;
        }
        match self.received.insert(rumor.id) {
            Ok(()) => self.forward(context, rumor),
            Err(Refusal::Repeated) => {}
            Err(refusal) => context.notify(Notice::TurnedAway { id: rumor.id, refusal }),
        }
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, Period: Period) {
        self.received.period_passed();
        self.await_period(context);
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, request: Request) {
        match request {
            Request::Broadcast(payload) => self.start(context, payload),
            Request::Size(size) => self.fanout = Fanout::reaching(size, self.settings.margin),
        }
    }
}

/// A mean number of targets, in 64ths of a peer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Fanout(u16);

impl Fanout {
    const ONE: u16 = 64;

    /// `ln size + margin`, the margin in 64ths: rounded up to the next 64th (so the mean is never
    /// less than what was asked for), and between 0 and [`MAX_FANOUT`].
    #[must_use]
    pub fn reaching(size: u32, margin: i16) -> Self {
        let logarithm = libm::log(f64::from(size.max(1))) * f64::from(Self::ONE);
        let wanted = libm::ceil(logarithm) as i32 + i32::from(margin);
        Self(wanted.clamp(0, i32::from(Self::ONE) * MAX_FANOUT as i32) as u16)
    }

    /// The targets that there are in any case.
    #[must_use]
    pub fn whole(self) -> usize {
        usize::from(self.0 / Self::ONE)
    }

    /// The probability of one more.
    #[must_use]
    pub fn fraction(self) -> Bias {
        let part = u32::from(self.0 % Self::ONE);
        Bias::new(part, u32::from(Self::ONE)).unwrap_or(Bias::NEVER)
    }
}

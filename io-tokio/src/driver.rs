//! The task: it owns the machine, its timers and the socket, and turns what happens into events.

use std::future;
use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::wire::Wire;
use rumormill_core::{Effect, Effects, Event, FromRng, Node, Protocol, SocketPeer};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::watch;
use tokio::task;
use tokio::time::{Instant, sleep_until};

use crate::handle::Errand;
use crate::outbound::Outbound;
use crate::recording::Tape;
use crate::timers::{Step, Timers};
use crate::udp::Udp;
use crate::{Config, Counters, Finished, Gate};

/// The most of each kind (datagrams, requests, timers) that is handled before the others have
/// their turn.
///
/// Our choice: some hundred microseconds' worth.
const BATCH: usize = 64;

pub(crate) struct Driver<X: Protocol<SocketPeer>> {
    node: Node<SocketPeer, X>,
    random: FromRng<Xoshiro256PlusPlus>,
    effects: Effects<SocketPeer, X>,
    tape: Option<Tape>,
    timers: Timers<X::Timer>,
    gate: Gate,
    udp: Udp,
    outbound: Outbound,
    counters: Counters,
    ends: Ends<X>,
}

/// The driver's ends of what leads to the handle.
pub(crate) struct Ends<X: Protocol<SocketPeer>> {
    pub(crate) requests: mpsc::Receiver<Errand<X>>,
    pub(crate) notices: mpsc::Sender<X::Notice>,
    pub(crate) counters: watch::Sender<Counters>,
}

impl<X: Protocol<SocketPeer>> Driver<X>
where
    X::Message: Wire,
{
    pub(crate) fn new(config: &Config, udp: Udp, node: Node<SocketPeer, X>, ends: Ends<X>) -> Self {
        let Config { label, epoch, max_datagram, .. } = *config;
        Self {
            random: FromRng(Xoshiro256PlusPlus::seed_from_u64(config.seed)),
            effects: Effects::new(),
            tape: config.recording.as_ref().map(|recording| Tape::new(recording, &node)),
            // Another stream than the machine's: what it draws does not depend on its timers.
            timers: Timers::new(config.tick, !config.seed),
            gate: Gate { label, epoch, max_datagram },
            outbound: Outbound::new(config),
            counters: Counters::default(),
            node,
            udp,
            ends,
        }
    }

    /// Runs the machine until the handle is gone and its last request is done.
    ///
    /// Whichever is ready may come next, at random: so a flood of one kind holds up no other.
    pub(crate) async fn run(mut self) -> Finished<X> {
        tracing::info!(me = %self.node.me(), "started");
        self.step(Event::Start, Step::Start);
        loop {
            self.ends.counters.send_replace(self.counters);
            let full = tokio::select! {
                errand = self.ends.requests.recv() => match errand {
                    Some(errand) => self.take_requests(errand),
                    None => break,
                },
                () = self.udp.readable() => self.take_datagrams(),
                () = passing(self.timers.next_deadline()) => self.take_timers(),
            };
            if full {
                // Whoever shares the thread has a turn, too.
                task::yield_now().await;
            }
        }
        self.finish()
    }

    /// Tells whether there may be more.
    fn take_requests(&mut self, first: Errand<X>) -> bool {
        self.carry_out(first);
        for _ in 1..BATCH {
            let Ok(errand) = self.ends.requests.try_recv() else { return false };
            self.carry_out(errand);
        }
        true
    }

    /// Tells whether there may be more.
    fn take_datagrams(&mut self) -> bool {
        for _ in 0..BATCH {
            match self.udp.try_receive() {
                Ok((datagram, source)) => self.hear(&datagram, source),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                Err(error) => {
                    self.counters.incoming.failures += 1;
                    tracing::debug!(%error, "nothing received");
                }
            }
        }
        true
    }

    /// Tells whether there may be more.
    fn take_timers(&mut self) -> bool {
        let now = Instant::now();
        for _ in 0..BATCH {
            let Some(fired) = self.timers.fire(now) else { return false };
            self.counters.work.timers += 1;
            self.step(Event::Timer(fired.timer), Step::Timer(fired));
        }
        true
    }

    fn carry_out(&mut self, errand: Errand<X>) {
        match errand {
            Errand::Ask(request) => {
                self.counters.work.requests += 1;
                self.step(Event::Request(request), Step::Other);
            }
            Errand::Look(look) => look(&self.node),
        }
    }

    fn hear(&mut self, datagram: &Bytes, source: SocketAddr) {
        let count = &mut self.counters.incoming;
        count.datagrams += 1;
        count.bytes += datagram.len() as u64;
        match self.gate.admit(datagram, source) {
            Ok((from, message)) => {
                count.accepted += 1;
                self.step(Event::Message { from, message }, Step::Other);
            }
            Err(reason) => {
                count.refused.count(&reason);
                tracing::debug!(%source, %reason, "datagram dropped");
            }
        }
    }

    /// One event into the machine, and its effects into the world, in their order.
    fn step(&mut self, event: Event<SocketPeer, X>, step: Step<X::Timer>) {
        self.handle(event);
        let Self { effects, outbound, udp, timers, counters, ends, .. } = self;
        let Counters { outgoing, work, .. } = counters;
        work.overflows += u64::from(effects.overflow());
        for effect in effects.drain() {
            match effect {
                Effect::Send { to, message } => outbound.send(udp, &to, &message, outgoing),
                Effect::Arm { timer, after } => {
                    work.skipped_periods += timers.arm(timer, after, Instant::now(), step);
                }
                Effect::Disarm { timer } => timers.disarm(timer),
                Effect::Notify(notice) => {
                    work.notices += 1;
                    work.missed += u64::from(is_missed(&ends.notices, notice));
                }
            }
        }
    }

    fn handle(&mut self, event: Event<SocketPeer, X>) {
        let Self { node, random, effects, tape, counters, .. } = self;
        match tape {
            None => node.handle(event, random, effects),
            Some(tape) => {
                let recorded = tape.step(node, event, random, effects);
                counters.work.unrecorded += u64::from(!recorded);
            }
        }
    }

    fn finish(self) -> Finished<X> {
        let Self { node, counters, tape, .. } = self;
        tracing::info!(me = %node.me(), "stopped");
        let trace = tape.map(|tape| tape.finish(&node));
        Finished { node, counters, trace }
    }
}

/// Whether somebody listens and has let too many notices wait. Where nobody listens, nobody misses
/// anything.
fn is_missed<N>(notices: &mpsc::Sender<N>, notice: N) -> bool {
    matches!(notices.try_send(notice), Err(TrySendError::Full(_)))
}

/// Waits for the deadline; without one, for ever.
async fn passing(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => future::pending().await,
    }
}

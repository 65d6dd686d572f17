//! Algorithm 4, automatic neighbour management, as printed.
//!
//! ```text
//!  1: addTimer(∆, Heartbeat)
//!  2: addMsgHandler(PING, PingHandler)
//!
//!  3: function HeartBeat()
//!  4:   for all n ∈ GetNeighbors() do
//!  5:     if last[n] + TIMEOUT < Now() then     ▷ Ping not received
//!  6:       Failure(n)                          ▷ Remove neighbor
//!  7:     else
//!  8:       send(PING) to n                     ▷ Send new ping
//!  9:     end if
//! 10:   end for
//! 11:   addTimer(∆, Heartbeat)
//! 12: end function
//!
//! 13: function PingHandler(n, msg)              ▷ Receive ping from n
//! 14:   if n ∈ GetNeighbors() then
//! 15:     last[n] ← Now()
//! 16:   end if
//! 17: end function
//!
//! 18: function Failure(n)                       ▷ Did not receive ping from n
//! 19:   removeNeighbor(n)
//! 20:   repeat                                  ▷ Find replacement neighbor
//! 21:     n ← RandomNode()                      ▷ Use random walk
//! 22:   until n ∉ GetNeighbors()
//! 23:   addNeighbor(n)
//! 24: end function
//! ```
//!
//! How it is read, where it can be read in several ways:
//! - `Now()` counts the process's own heartbeats, and starts at [`Settings::started_at`]. A clock
//!   that only goes up would make every world infinite, so what is kept is `Now() − last[n]`, up to
//!   `TIMEOUT + 1`, beyond which line 5 sees no difference.
//! - `last[n]` of somebody who never pinged is never assigned: [`Unassigned`] has two readings.
//! - `HeartBeat` of line 3 is `Heartbeat` of line 1.
//! - Line 4 walks through the list that `GetNeighbors()` returned, not through the view that lines 19
//!   and 23 change meanwhile.
//! - `RandomNode()` is called, and answers at once: a uniform draw from [`Settings::nodes`]. Algorithm
//!   6 has no such call; it takes messages. A loop of draws until one fits ends with probability 1
//!   where one fits, and what it ends with is uniform among those: one draw stands for it. Where none
//!   fits it never ends, and the process does nothing any more.
//! - A view holds *other* peers, as Interface 2 says, so line 23 does nothing where `n` is the process
//!   itself.

use rumormill_core::{Context, Peer, Protocol, Ticks, as_set};
use serde::{Deserialize, Serialize};

/// ∆: the driver says how long a tick is.
const PERIOD: Ticks = Ticks(1);

/// Automatic neighbour management, as printed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct NeighborManagement<P: Peer> {
    settings: Settings<P>,
    /// `Now()`, as far as line 5 tells it.
    now: u8,
    /// Of those that have pinged as neighbours, `Now() − last[n]`, as far as line 5 tells it.
    #[serde(serialize_with = "as_set")]
    last: Vec<(P, u8)>,
    /// Whether the loop of lines 20 to 22 does not end.
    loops: bool,
}

/// What the text leaves open.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Settings<P: Peer> {
    /// `TIMEOUT`, in heartbeats.
    pub timeout: u8,
    /// What `Now()` is when the process starts, in heartbeats.
    pub started_at: u8,
    /// What `last[n]` is before it is assigned.
    pub unassigned: Unassigned,
    /// Whom `RandomNode()` draws from.
    #[serde(serialize_with = "as_set")]
    pub nodes: Vec<P>,
}

/// What line 5 reads where line 15 has written nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Unassigned {
    /// 0, the beginning of time.
    Zero,
    /// Nothing, which compares as less than nothing: line 5 is false.
    Nothing,
}

/// A heartbeat.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Ping;

/// The next heartbeat is due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct HeartBeat;

impl<P: Peer> Protocol<P> for NeighborManagement<P> {
    type Message = Ping;
    type Timer = HeartBeat;
    type Request = rumormill_core::Never;
    type Notice = rumormill_core::Never;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        context.set_timer(PERIOD, HeartBeat);
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, HeartBeat: HeartBeat) {
        self.advance_clock();
        self.heart_beat(context);
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, Ping: Ping) {
        if !self.loops {
            self.ping_handler(context, from);
        }
    }
}

impl<P: Peer> NeighborManagement<P> {
    /// A process that has heard of nobody.
    #[must_use]
    pub fn new(settings: Settings<P>) -> Self {
        let now = settings.started_at.min(settings.timeout.saturating_add(1));
        Self { settings, now, last: Vec::new(), loops: false }
    }

    /// Whether the process is in a loop that does not end.
    #[must_use]
    pub fn loops(&self) -> bool {
        self.loops
    }

    fn heart_beat(&mut self, context: &mut Context<'_, P, Self>) {
        for n in context.neighborhood().peers().to_vec() {
            if self.ping_not_received(&n) {
                self.failure(context, n);
                if self.loops {
                    return;
                }
            } else {
                context.send(Ping, &[n]);
            }
        }
        context.set_timer(PERIOD, HeartBeat);
    }

    fn ping_handler(&mut self, context: &mut Context<'_, P, Self>, n: P) {
        if context.neighborhood().contains(&n) {
            self.last.retain(|&(other, _)| other != n);
            self.last.push((n, 0));
        }
    }

    fn failure(&mut self, context: &mut Context<'_, P, Self>, n: P) {
        context.remove_neighbor(n);
        let view = context.neighborhood();
        let nodes = self.settings.nodes.iter().copied();
        let fitting: Vec<P> = nodes.filter(|node| !view.contains(node)).collect();
        match context.choose(&fitting, 1).first() {
            Some(&n) => {
                let _oneself_is_no_neighbor = context.add_neighbor(n);
            }
            None => self.loops = true,
        }
    }

    /// `last[n] + TIMEOUT < Now()`.
    fn ping_not_received(&self, n: &P) -> bool {
        let assigned = self.last.iter().find(|(other, _)| other == n);
        match (assigned, self.settings.unassigned) {
            (Some(&(_, since)), _) => since > self.settings.timeout,
            (None, Unassigned::Zero) => self.now > self.settings.timeout,
            (None, Unassigned::Nothing) => false,
        }
    }

    fn advance_clock(&mut self) {
        let most = self.settings.timeout.saturating_add(1);
        let advance = |time: u8| time.saturating_add(1).min(most);
        self.now = advance(self.now);
        self.last.iter_mut().for_each(|(_, since)| *since = advance(*since));
    }
}

//! Algorithm 6: a random walk of bounded distance, whose end reports to its origin. The service
//! "give me a random node".
//!
//! ```text
//!  3: function WalkStart(distance)            ▷ Start random walk
//!  4:   msg[hops] ← distance
//!  5:   msg[origin] ← p
//!  6:   msg[path] ← []
//!  7:   send(WALK, msg) to GetNeighbors(1)
//!  9: function Walk(n, msg)                   ▷ Receive msg from n
//! 12:   hops ← hops − 1
//! 13:   path ← [path, self()]
//! 16:   if hops = 0 then
//! 17:     send(WALK-DONE, msg) to msg[origin]
//! 18:   else
//! 19:     send(WALK, msg) to GetNeighbors(1)
//! 22: function WalkDone(n, msg)               ▷ Return from random walk
//! ```
//!
//! Where this differs, and why:
//! - A distance of 0 would wrap around and one without a limit would never end: both are refused.
//! - What to do with the end (lines 26 to 29) is the business of whoever asked: it is told by a
//!   [`Notice::Ended`] with the tag that it gave, and may find that the end is itself or a
//!   neighbour that it has.
//! - A walk survives loss: each hop is acknowledged. What is not is sent again, to the same
//!   neighbour first, which recognises it, and then to another. The report is repeated, too.
//!   Where acknowledgements are lost time after time, a walk goes two ways; the first end counts.
//! - A process without neighbours ends a walk early instead of losing it.
//! - The path is optional and bounded. It says what those on the way say.
//! - A walk of the mode [`Mode::Metropolis`] is let in by a neighbour of degree `d` with the
//!   probability `min(1, degree of the sender / d)`, and stays where it is otherwise, which is a hop,
//!   too (Metropolis and Hastings).
//!
//! **How random the end is.** Where links are symmetric, a plain walk ends at a process with a
//! probability that grows with its degree, however long the walk; one by Metropolis and Hastings
//! ends everywhere with the same probability, if it is long enough for the graph. Where links are
//! directed, as in views, neither is uniform: whoever is in many views is met more often.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use crate::{Bias, Context, Peer, Protocol, Ticks, as_set};

pub mod message;

pub use crate::protocols::random_walk::message::{Hop, MAX_PATH, Message, Mode, Walk};

/// Random walks: those that are started here, and those that come by.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RandomWalk<P: Peer> {
    settings: Settings,
    /// The number of the next walk from here.
    next: u16,
    /// The walks from here whose ends are awaited.
    #[serde(serialize_with = "as_set")]
    awaited: Vec<Awaited>,
    /// What was passed on and is not acknowledged yet.
    #[serde(serialize_with = "as_set")]
    carried: Vec<Carried<P>>,
    /// The latest hops that were taken over from others, and whether they were let in.
    taken: VecDeque<(P, Hop<P>, bool)>,
}

/// How walks are carried. All processes of a group use the same.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How many hops a walk takes whose asker names no distance; at least 1.
    pub distance: u8,
    /// The most hops that a walk may take; one that wants more is refused.
    pub max_distance: u8,
    /// How long a period is. What is not acknowledged within one is sent again.
    pub period: Ticks,
    /// How often a hop is tried again with the same neighbour before another is drawn. 0: hops are
    /// not acknowledged, and a walk does not survive a loss.
    pub retries: u8,
    /// How many other neighbours are tried when one does not answer.
    pub detours: u8,
    /// For how many periods the origin waits for the end of a walk; at least 1.
    pub patience: u8,
    /// The most walks from here at the same time.
    pub started: u8,
    /// The most hops that wait for their acknowledgement here, and the most that are recognised when
    /// they are sent again.
    pub carried: u16,
    /// The longest path that is carried, at most [`MAX_PATH`]; 0: none.
    pub path: u8,
    /// How many walks of one origin are told apart: the numbers are used again. More than
    /// `started`.
    pub numbers: NonZeroU16,
}

/// A walk that somebody asks for.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Comes back with the end.
    pub tag: u8,
    /// How many hops it takes; `None`: as many as [`Settings::distance`] says.
    pub distance: Option<u8>,
    /// How neighbours are chosen.
    pub mode: Mode,
}

/// What becomes of a walk, and of what others send.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// A walk from here has ended.
    Ended {
        /// The tag of its request.
        tag: u8,
        /// Where: at a neighbour, a stranger or this process itself.
        at: P,
        /// How many hops it had left, because it came to a process without neighbours.
        left: u8,
        /// The processes on its way, as far as paths are carried.
        path: Vec<P>,
    },
    /// A walk from here has failed.
    Failed {
        /// The tag of its request.
        tag: u8,
        /// Why.
        failure: Failure,
    },
    /// A message was refused.
    Refused {
        /// Who sent it.
        from: P,
        /// Why.
        refusal: Refusal,
    },
}

/// Why there is no end of a walk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// It was to take no hop at all, or more than are allowed.
    #[error("a walk takes from 1 to `max_distance` hops")]
    Distance,
    /// There is no neighbour to begin with.
    #[error("there is no neighbour to begin with")]
    NoNeighbor,
    /// As many walks are on their way from here as may be.
    #[error("too many walks are on their way; wait for one to end")]
    TooMany,
    /// Its end has not reported in time.
    #[error("its end has not reported in time")]
    Lost,
}

/// Why a message is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// A walk that has no hop left, or more than are allowed.
    #[error("a walk has from 1 to `max_distance` hops left")]
    Distance,
    /// A path that is longer than is allowed.
    #[error("the path is longer than is allowed")]
    Path,
    /// There is no room for another walk.
    #[error("there is no room for another walk")]
    NoRoom,
    /// An answer to nothing that waits for one.
    #[error("nobody waits for this answer")]
    Unasked,
    /// Its origin, or somebody on its path, is no life, or at a place where nobody can be.
    #[error("the origin or the path names nobody")]
    NamesNobody,
}

/// A period is over. Armed while something is awaited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period;

/// A walk from here whose end is awaited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
struct Awaited {
    number: u16,
    tag: u8,
    /// For how many periods.
    periods: u8,
}

/// What was sent and is not acknowledged yet: a walk, or the report of an end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Carried<P: Peer> {
    letter: Message<P>,
    to: P,
    /// How often it was sent again to the same neighbour.
    retried: u8,
    /// How many neighbours did not answer.
    detours: u8,
    /// Whether a whole period has begun since it was sent.
    overdue: bool,
}

impl<P: Peer> Protocol<P> for RandomWalk<P> {
    type Message = Message<P>;
    type Timer = Period;
    type Request = Request;
    type Notice = Notice<P>;

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, request: Request) {
        let tag = request.tag;
        if let Err(failure) = self.start(context, request) {
            context.notify(Notice::Failed { tag, failure });
        }
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        let was_quiet = self.is_quiet();
        let handled = match message {
            Message::Walk(walk) => self.on_walk(context, from, walk),
            Message::Taken(hop) => self.delivered(from, hop).map(|_| ()),
            Message::Stays(hop) => self.on_stay(context, from, hop),
            Message::End { number, left, path } => self.on_end(context, from, number, left, path),
            Message::Heard { number } => self.on_heard(from, number),
        };
        if let Err(refusal) = handled {
            context.notify(Notice::Refused { from, refusal });
        }
        self.keep_time(context, was_quiet);
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, Period: Period) {
        let mut carried = core::mem::take(&mut self.carried);
        carried.retain_mut(|carried| self.try_again(context, carried));
        self.carried = carried;
        self.lose_patience(context);
        self.keep_time(context, true);
    }
}

impl<P: Peer> RandomWalk<P> {
    /// A process that no walk has come by.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let (awaited, carried, taken) = (Vec::new(), Vec::new(), VecDeque::new());
        Self { settings, next: 0, awaited, carried, taken }
    }

    /// How many walks from here are on their way.
    #[must_use]
    pub fn awaited(&self) -> usize {
        self.awaited.len()
    }

    /// How many hops wait for their acknowledgement here, and how many are recognised.
    #[must_use]
    pub fn carried(&self) -> (usize, usize) {
        (self.carried.len(), self.taken.len())
    }

    fn start(
        &mut self,
        context: &mut Context<'_, P, Self>,
        Request { tag, distance, mode }: Request,
    ) -> Result<(), Failure> {
        let was_quiet = self.is_quiet();
        let distance = distance.unwrap_or(self.settings.distance);
        if distance == 0 || distance > self.settings.max_distance {
            return Err(Failure::Distance);
        }
        if context.neighborhood().peers().is_empty() {
            return Err(Failure::NoNeighbor);
        }
        let number = self.next;
        let is_in_use = self.awaited.iter().any(|awaited| awaited.number == number);
        let is_crowded = self.acknowledges(mode) && self.has_no_room();
        if is_in_use || is_crowded || self.awaited.len() >= usize::from(self.settings.started) {
            return Err(Failure::TooMany);
        }
        self.next = number.wrapping_add(1) % self.settings.numbers;
        self.awaited.push(Awaited { number, tag, periods: 0 });
        let hop = Hop { origin: context.me(), number, left: distance };
        let walk = Walk { hop, mode, degree: 0, path: Vec::new() };
        let _there_is_a_neighbour = self.pass_on(context, walk);
        self.keep_time(context, was_quiet);
        Ok(())
    }

    /// `send(WALK, msg) to GetNeighbors(1)`; where there is none, the walk ends here.
    fn pass_on(
        &mut self,
        context: &mut Context<'_, P, Self>,
        mut walk: Walk<P>,
    ) -> Result<(), Refusal> {
        walk.degree = context.neighborhood().peers().len() as u32;
        match context.neighbors(1).first() {
            Some(&next) => self.carry(context, Message::Walk(walk), next),
            None => return self.end(context, walk),
        }
        Ok(())
    }

    fn on_walk(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        walk: Walk<P>,
    ) -> Result<(), Refusal> {
        if walk.hop.left == 0 || walk.hop.left > self.settings.max_distance {
            return Err(Refusal::Distance);
        }
        if walk.path.len() > self.longest_path() {
            return Err(Refusal::Path);
        }
        if walk.hop.origin.is_nobody() || walk.path.iter().any(P::is_nobody) {
            return Err(Refusal::NamesNobody);
        }
        if !self.acknowledges(walk.mode) {
            return self.arrive(context, walk);
        }
        let known = self.taken.iter().find(|(sender, hop, _)| *sender == from && *hop == walk.hop);
        let (is_new, let_in) = match known {
            Some(&(_, _, let_in)) => (false, let_in),
            None if self.has_no_room() => return Err(Refusal::NoRoom),
            None => (true, lets_in(context, &walk)),
        };
        let answer = if let_in { Message::Taken(walk.hop) } else { Message::Stays(walk.hop) };
        context.send(answer, &[from]);
        if is_new {
            self.recognise(from, walk.hop, let_in);
        }
        if is_new && let_in { self.arrive(context, walk) } else { Ok(()) }
    }

    /// The walk has taken a hop, and is here now.
    fn arrive(
        &mut self,
        context: &mut Context<'_, P, Self>,
        mut walk: Walk<P>,
    ) -> Result<(), Refusal> {
        walk.hop.left -= 1;
        if walk.path.len() < self.longest_path() {
            walk.path.push(context.me());
        }
        if walk.hop.left == 0 { self.end(context, walk) } else { self.pass_on(context, walk) }
    }

    /// `send(WALK-DONE, msg) to msg[origin]`.
    fn end(&mut self, context: &mut Context<'_, P, Self>, walk: Walk<P>) -> Result<(), Refusal> {
        let Walk { hop: Hop { origin, number, left }, path, .. } = walk;
        if origin == context.me() {
            return self.ended(context, origin, number, left, path);
        }
        self.carry(context, Message::End { number, left, path }, origin);
        Ok(())
    }

    /// A neighbour did not let the walk in.
    fn on_stay(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        hop: Hop<P>,
    ) -> Result<(), Refusal> {
        match self.delivered(from, hop)? {
            Message::Walk(walk) if walk.mode == Mode::Metropolis => self.arrive(context, walk),
            _ => Err(Refusal::Unasked),
        }
    }

    fn on_end(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        number: u16,
        left: u8,
        path: Vec<P>,
    ) -> Result<(), Refusal> {
        if self.settings.retries > 0 {
            context.send(Message::Heard { number }, &[from]);
        }
        if path.len() > self.longest_path() {
            return Err(Refusal::Path);
        }
        if path.iter().any(P::is_nobody) {
            return Err(Refusal::NamesNobody);
        }
        self.ended(context, from, number, left, path)
    }

    fn ended(
        &mut self,
        context: &mut Context<'_, P, Self>,
        at: P,
        number: u16,
        left: u8,
        path: Vec<P>,
    ) -> Result<(), Refusal> {
        let place = self.awaited.iter().position(|awaited| awaited.number == number);
        let tag = self.awaited.remove(place.ok_or(Refusal::Unasked)?).tag;
        context.notify(Notice::Ended { tag, at, left, path });
        Ok(())
    }

    fn on_heard(&mut self, from: P, heard: u16) -> Result<(), Refusal> {
        self.close(from, |letter| matches!(letter, Message::End { number, .. } if *number == heard))
            .map(|_| ())
    }

    /// The hop was taken over, or not let in: what was sent.
    fn delivered(&mut self, from: P, hop: Hop<P>) -> Result<Message<P>, Refusal> {
        self.close(from, |letter| matches!(letter, Message::Walk(walk) if walk.hop == hop))
    }

    /// Somebody has answered: what was sent there waits no more, not even what is the same but for
    /// the path, since two ways of a walk have met here.
    fn close(
        &mut self,
        from: P,
        is_it: impl Fn(&Message<P>) -> bool,
    ) -> Result<Message<P>, Refusal> {
        let is_answered =
            |carried: &mut Carried<P>| from.answers_for(&carried.to) && is_it(&carried.letter);
        let closed = self.carried.extract_if(.., is_answered).last();
        Ok(closed.ok_or(Refusal::Unasked)?.letter)
    }

    fn carry(&mut self, context: &mut Context<'_, P, Self>, letter: Message<P>, to: P) {
        let waits = match &letter {
            Message::Walk(walk) => self.acknowledges(walk.mode),
            _ => self.settings.retries > 0,
        };
        context.send(letter.clone(), &[to]);
        if waits {
            let (retried, detours, overdue) = (0, 0, false);
            self.carried.push(Carried { letter, to, retried, detours, overdue });
        }
    }

    /// A period is over in which something was not acknowledged; tells whether it may still be.
    fn try_again(&self, context: &mut Context<'_, P, Self>, carried: &mut Carried<P>) -> bool {
        if !core::mem::replace(&mut carried.overdue, true) {
            return true;
        }
        if carried.retried < self.settings.retries {
            carried.retried += 1;
        } else if !self.makes_a_detour(context, carried) {
            return false;
        }
        context.send(carried.letter.clone(), &[carried.to]);
        true
    }

    /// Whether there is another neighbour to try. Only the origin can hear of an end.
    fn makes_a_detour(&self, context: &mut Context<'_, P, Self>, carried: &mut Carried<P>) -> bool {
        let is_a_walk = matches!(carried.letter, Message::Walk(_));
        if !is_a_walk || carried.detours >= self.settings.detours {
            return false;
        }
        let peers = context.neighborhood().peers();
        let others: Vec<P> = peers.iter().copied().filter(|peer| *peer != carried.to).collect();
        let Some(&other) = context.choose(&others, 1).first() else { return false };
        carried.to = other;
        carried.retried = 0;
        carried.detours += 1;
        true
    }

    /// Gives up the walks from here whose ends are awaited for too long.
    fn lose_patience(&mut self, context: &mut Context<'_, P, Self>) {
        self.awaited.retain_mut(|awaited| {
            let end_may_come = awaited.periods < self.settings.patience;
            if end_may_come {
                awaited.periods += 1;
            } else {
                let (tag, failure) = (awaited.tag, Failure::Lost);
                context.notify(Notice::Failed { tag, failure });
            }
            end_may_come
        });
    }

    fn recognise(&mut self, from: P, hop: Hop<P>, let_in: bool) {
        while self.taken.len() >= usize::from(self.settings.carried.max(1)) {
            self.taken.pop_front();
        }
        self.taken.push_back((from, hop, let_in));
    }

    /// Whether hops of such walks are acknowledged: those that may stay where they are, always.
    fn acknowledges(&self, mode: Mode) -> bool {
        self.settings.retries > 0 || mode == Mode::Metropolis
    }

    fn has_no_room(&self) -> bool {
        self.carried.len() >= usize::from(self.settings.carried)
    }

    fn longest_path(&self) -> usize {
        usize::from(self.settings.path).min(MAX_PATH)
    }

    fn is_quiet(&self) -> bool {
        self.awaited.is_empty() && self.carried.is_empty()
    }

    /// Begins a period where something is awaited and none is under way.
    fn keep_time(&self, context: &mut Context<'_, P, Self>, no_period_is_under_way: bool) {
        if no_period_is_under_way && !self.is_quiet() {
            context.set_timer(self.settings.period, Period);
        }
    }
}

/// Whether a walk by Metropolis and Hastings comes in from a sender of that degree.
fn lets_in<P: Peer>(context: &mut Context<'_, P, RandomWalk<P>>, walk: &Walk<P>) -> bool {
    let degree = context.neighborhood().peers().len() as u32;
    match walk.mode {
        Mode::Plain => true,
        Mode::Metropolis if walk.degree >= degree => true,
        Mode::Metropolis => Bias::new(walk.degree, degree).is_ok_and(|bias| context.flip(bias)),
    }
}

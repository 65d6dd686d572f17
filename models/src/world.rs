//! A group of machines, the network between them, the faults and the application.
//!
//! One step of the world is one event of one machine (in lockstep: one round of all of them). The
//! messages in flight are a multiset, so they overtake each other freely. Whatever the scheduler or
//! an adversary may choose is an [`Action`]; whatever a draw or a random fault decides is an outcome
//! of it, with an exact probability.

mod actions;
mod application;
mod expand;
mod explain;
mod lockstep;
mod play;
mod price;
mod state;
mod steps;
mod successors;
mod symmetry;

use std::sync::{Mutex, MutexGuard, PoisonError};

use rumormill_core::{Bias, Neighborhood, Node, Protocol, Randomness};

pub use actions::{Action, Claim, Kind, Parcel};
pub use application::{Application, Seen, Witness};
pub use explain::{Letter, Scene};
pub use play::Paid;
pub use price::Price;
pub use state::MAX_BUDGET;
pub use steps::{Handled, Local, Tally};
pub use successors::{Choice, Successors};
pub use symmetry::{Class, MAX_SYMMETRIC};

use state::Flight;
pub(crate) use state::State;
use steps::{Steps, Stimulus};
use symmetry::Symmetry;

use crate::draws::DrawError;
use crate::peer::LAST_PLACE;
use crate::renaming::Unreadable;
use crate::{ModelPeer, Weight};

/// Who acts when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheduler {
    /// In a round every armed timer fires once and every message is delivered or lost, in any
    /// interleaving; the round ends when no timer is due and nothing is in flight.
    Rounds,
    /// All timers of a round fire on the state at its start. Then the messages arrive in waves,
    /// answers in the next wave; within a wave each machine handles its messages in ascending order
    /// of the messages, so requests that sort first are answered from the state before the wave.
    Lockstep,
    /// Any armed timer and any message, in any order, for ever.
    Asynchronous {
        /// The most messages in flight. When a step sends more, an adversary who sees all of them
        /// chooses which are crowded out before anything else happens; that is counted
        /// ([`Tally::crowded_out`]). It may be an old one as well as a new one: some queues drop
        /// what comes last, others what came first.
        in_flight: usize,
    },
    /// As above, but answers come within their period, however differently clocks go: a machine's
    /// timers wait as long as a message is in flight that it has sent or that is on its way to it.
    /// Nothing is crowded out.
    Prompt {
        /// A timer fires only while fewer messages are in flight. What a step sends, it sends.
        in_flight: usize,
    },
    /// Time passes in ticks, the same for all. A timer fires when so many ticks have passed as its
    /// machine said; one that was armed in the step of the start, when 1 to so many have passed, as
    /// somebody likes who knows all that was drawn: a driver spreads those at random. A message
    /// arrives, or is lost, before more than `delay` ticks have passed since it was sent; with 0,
    /// within its tick. What is due in the same tick comes in any order.
    Timed {
        /// The most ticks that a message is on its way.
        delay: u16,
    },
}

/// How often a kind of fault may strike.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fault {
    /// Not at all.
    #[default]
    Never,
    /// Whenever an adversary likes, at most so often in all, up to [`MAX_BUDGET`].
    AtMost(u8),
    /// Whenever an adversary likes.
    Unlimited,
    /// Each time with this probability, independently.
    Chance(Bias),
}

/// The faults of a world.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Faults {
    /// A message is lost instead of delivered.
    pub loss: Fault,
    /// A message is delivered and stays in flight.
    pub duplication: Fault,
    /// A machine stops, for good unless it is restarted: at any time, also between the destinations of
    /// its sends, or after the last of them and before its application learns of the step. Before the
    /// step an adversary chooses that it crashes within it; once the draws have fallen, which of its
    /// messages leave all the same. By chance: instead of handling an event.
    pub crash: Fault,
}

/// The most machines in a world: one for each place but the last, which stands for a sender that is
/// forgotten.
pub const MAX_MACHINES: usize = LAST_PLACE as usize;

/// The most forged messages.
pub const MAX_FORGERIES: usize = 250;

/// Tells whether a state of the world satisfies something.
pub type Predicate<X, A> = Box<dyn Fn(&Snapshot<'_, X, A>) -> bool + Send + Sync>;

/// A world before its first state.
pub struct Setting<X: Protocol<ModelPeer>, A: Application<X>> {
    /// The machines; number `i` is [`ModelPeer`]`(i)`.
    pub nodes: Vec<Node<ModelPeer, X>>,
    /// Which of them are not started at the beginning: each starts at any time, once, and none is owed
    /// its start while something else can happen. What arrives before is lost, as it is where a machine
    /// has crashed.
    pub latecomers: Vec<ModelPeer>,
    /// What runs at the place of a machine that is started again after a crash: the machine of its
    /// next life ([`later_life`] makes one). There may be several for one place, each the next life of
    /// another. What the application remembers of the life before is forgotten.
    pub later_lives: Vec<Node<ModelPeer, X>>,
    /// How often a machine that has crashed may be started again, in all, up to [`MAX_BUDGET`].
    pub restarts: u8,
    /// What sits above them.
    pub application: A,
    /// Who acts when.
    pub scheduler: Scheduler,
    /// What can go wrong.
    pub faults: Faults,
    /// Requests that are made right after the start, in this order.
    pub first_requests: Vec<(ModelPeer, X::Request)>,
    /// Requests that are made at any time, each once.
    pub requests: Vec<(ModelPeer, X::Request)>,
    /// Messages that an adversary may let anybody receive at any time, any number of times: from whom
    /// they seem to be, which may be somebody outside of the group; at which place; and what they say.
    /// Whoever lives there receives it at once.
    pub forgeries: Vec<(ModelPeer, ModelPeer, X::Message)>,
    /// Whether to forget who sent what is in flight. The explorer verifies on every step that the
    /// handlers ignore it.
    pub anonymous_senders: bool,
    /// Whether states are one state that differ only in the names of interchangeable machines:
    /// those which swapping with each other changes neither a machine nor a request, nor any name
    /// in them. The explorer verifies on every step that the handlers treat them alike, and on
    /// every state that the predicates do.
    pub symmetric: bool,
    /// Whether any two machines are interchangeable that the rules do not tell apart: requests that
    /// can come at any time, latecomers, later lives and forgeries. What the machines start with, and
    /// what is asked of them first, may be different then: it is part of the first state, and the
    /// classes of the states that follow are as good as the states. But not all states need be
    /// reachable that a class stands for. It makes a difference only where `symmetric` is set.
    pub from_any_start: bool,
    /// Whether states are one state that differ only in the order of lists whose order means
    /// nothing ([`as_set`](rumormill_core::as_set)), such as views. The explorer verifies on every
    /// step that the handlers are indifferent to it, and on every state that the predicates are. It
    /// is so anyway where `symmetric` is, but for the verification.
    pub unordered: bool,
    /// Where the world ends.
    pub stop: Option<Predicate<X, A>>,
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Setting<X, A> {
    /// A world without faults, requests and end, in which senders are kept. Set the fields that are
    /// to differ.
    #[must_use]
    pub fn new(nodes: Vec<Node<ModelPeer, X>>, application: A, scheduler: Scheduler) -> Self {
        Self {
            nodes,
            latecomers: Vec::new(),
            later_lives: Vec::new(),
            restarts: 0,
            application,
            scheduler,
            faults: Faults::default(),
            first_requests: Vec::new(),
            requests: Vec::new(),
            forgeries: Vec::new(),
            anonymous_senders: false,
            symmetric: false,
            from_any_start: false,
            unordered: false,
            stop: None,
        }
    }
}

/// So many machines, each of which knows all others and runs a copy of the protocol.
#[must_use]
pub fn group<X: Protocol<ModelPeer>>(size: u8, protocol: &X) -> Vec<Node<ModelPeer, X>> {
    let view = |me| Neighborhood::of(ModelPeer(me), (0..size).map(ModelPeer));
    (0..size).map(|me| Node::new(view(me), protocol.clone())).collect()
}

/// The same machine when it is started again: its protocol and its view are what they were before the
/// first step of `node`, and its identity is that of the next life; `None` after the last.
#[must_use]
pub fn later_life<X: Protocol<ModelPeer>>(node: &Node<ModelPeer, X>) -> Option<Node<ModelPeer, X>> {
    let view = &node.neighborhood;
    let mut again = Neighborhood::new(node.me().next_life()?, view.capacity());
    for &peer in view.peers() {
        let _it_was_in_a_view_of_the_same_place = again.add(peer);
    }
    Some(Node::new(again, node.protocol.clone()))
}

/// A group of machines and all that can happen to it.
pub struct World<X: Protocol<ModelPeer>, A: Application<X>> {
    nodes: Vec<Node<ModelPeer, X>>,
    latecomers: Vec<ModelPeer>,
    later_lives: Vec<Node<ModelPeer, X>>,
    restarts: u8,
    application: A,
    scheduler: Scheduler,
    faults: Faults,
    first_requests: Vec<(ModelPeer, X::Request)>,
    requests: Vec<(ModelPeer, X::Request)>,
    forgeries: Vec<Flight>,
    anonymous_senders: bool,
    symmetry: Option<Symmetry>,
    unordered: bool,
    stop: Option<Predicate<X, A>>,
    steps: Mutex<Steps<X, A>>,
}

/// Why a world cannot be built or examined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WorldError {
    /// Too few or too many machines.
    #[error("a world has 1 to {MAX_MACHINES} machines, not {0}")]
    Size(usize),
    /// A machine that is not at its place in the list.
    #[error("the machine at place {0} has another identity")]
    Identity(usize),
    /// Too many requests to keep track of.
    #[error("a world makes at most 32 first requests, and 32 others, not {0}")]
    Requests(usize),
    /// A request to a machine that is not in the group.
    #[error("a request goes to node {0}, which is not in the group")]
    Stranger(u8),
    /// A machine that starts late, but is not in the group, or is asked for something before.
    #[error("node {0} starts late: it must be in the group, and without first requests")]
    Latecomer(u8),
    /// A machine that nobody becomes when it is restarted.
    #[error("{0} is no next life of a machine of the group, or comes twice")]
    LaterLife(ModelPeer),
    /// Restarts without what they need.
    #[error(
        "restarts need a budget, crashes, and machines for the later lives: all or none of them"
    )]
    Restarts,
    /// Too many forged messages, or one that cannot be received or told.
    #[error(
        "forgery {0} does not go to a place of the group, seems to be from place {LAST_PLACE}, or is \
         one too many: there may be {MAX_FORGERIES}"
    )]
    Forgery(usize),
    /// A probability whose fraction exceeds 128 bits.
    #[error("a probability is too fine for an exact fraction of 128 bits; take rounder ones")]
    Probability,
    /// A budget that is too large to be counted.
    #[error("a budget is at most {MAX_BUDGET} faults, not {0}; take Fault::Unlimited")]
    Budget(u8),
    /// An unlimited number of crashes is no more than one for each machine.
    #[error("crashes need a budget: at most one for each machine")]
    UnlimitedCrashes,
    /// In lockstep nobody chooses, and what is not lost arrives once.
    #[error(
        "in lockstep the only fault is loss by chance, all machines start at the beginning, and all \
         requests are first requests"
    )]
    NotInLockstep,
    /// A handler that depends on something besides state, event and draws, or whose draws have no
    /// end.
    #[error("node {node}: {error}")]
    Draws {
        /// Which machine.
        node: u8,
        /// What was noticed.
        error: DrawError,
    },
    /// Senders are forgotten, but a handler looks at them.
    #[error("node {node} acts on who sent a message; keep the senders")]
    SenderMatters {
        /// Which machine.
        node: u8,
    },
    /// Nothing to gain from symmetry.
    #[error("no two machines are interchangeable; explore the world without its symmetry")]
    NobodyAlike,
    /// Senders are forgotten, but timers wait for what is in flight from their machines.
    #[error(
        "where answers are prompt, timers wait for what their machines have sent; keep the senders"
    )]
    SendersForgotten,
    /// More renamings than can be counted.
    #[error("symmetry is used among at most {MAX_SYMMETRIC} machines, not {0}")]
    TooManyAlike(usize),
    /// Lockstep is not the same under other names, or in other orders.
    #[error(
        "in lockstep messages arrive in an order that depends on names and on the order of lists; \
         take neither for nothing"
    )]
    OrderedWaves,
    /// Interchangeable machines, but a handler or the application prefers one by its name.
    #[error("node {node} acts otherwise when interchangeable machines are renamed")]
    NamesMatter {
        /// Which machine.
        node: u8,
    },
    /// A handler or the application acts on the order of a list whose order means nothing.
    #[error("node {node} acts otherwise when a list whose order means nothing is in another order")]
    OrderMatters {
        /// Which machine.
        node: u8,
    },
    /// A state or a message that its own bytes do not give back.
    #[error("a machine, its application or a message cannot be written under other names and read")]
    Unreadable,
}

impl From<Unreadable> for WorldError {
    fn from(Unreadable: Unreadable) -> Self {
        Self::Unreadable
    }
}

impl<X: Protocol<ModelPeer>, A: Application<X>> World<X, A> {
    /// Builds a world.
    ///
    /// # Errors
    /// When the setting contradicts itself or exceeds a limit.
    pub fn new(setting: Setting<X, A>) -> Result<Self, WorldError> {
        setting.check()?;
        let symmetry = setting.symmetric.then(|| Symmetry::of(&setting)).transpose()?;
        let Setting { nodes, latecomers, later_lives, restarts, application, .. } = setting;
        let Setting { scheduler, faults, first_requests, requests, forgeries, .. } = setting;
        let Setting { anonymous_senders, unordered, stop, .. } = setting;
        let mut steps = Steps::new();
        let forged = |(from, to, message)| {
            let message = steps.messages.number(message);
            Flight { to, from, message, ticks: 0 }
        };
        let forgeries = forgeries.into_iter().map(forged).collect();
        let steps = Mutex::new(steps);
        Ok(Self {
            nodes,
            latecomers,
            later_lives,
            restarts,
            application,
            scheduler,
            faults,
            first_requests,
            requests,
            forgeries,
            anonymous_senders,
            symmetry,
            unordered,
            stop,
            steps,
        })
    }

    /// How many machines there are.
    #[must_use]
    pub fn size(&self) -> u8 {
        self.nodes.len() as u8
    }

    /// All machines but those at the place of this, in all of their lives.
    fn others(&self, me: ModelPeer) -> impl Iterator<Item = ModelPeer> {
        let everybody = self.nodes.iter().chain(&self.later_lives).map(Node::me);
        everybody.filter(move |peer| peer.place() != me.place())
    }

    /// The machine before its start, in whichever of its lives.
    #[must_use]
    pub fn machine(&self, me: ModelPeer) -> Option<&Node<ModelPeer, X>> {
        self.nodes.iter().chain(&self.later_lives).find(|node| node.me() == me)
    }

    /// Who acts when.
    #[must_use]
    pub fn scheduler(&self) -> Scheduler {
        self.scheduler
    }

    /// The machines before their start, in their first lives.
    #[must_use]
    pub fn nodes(&self) -> &[Node<ModelPeer, X>] {
        &self.nodes
    }

    /// Whether every kind of fault that this world has, has struck at least once so far; so are late
    /// starts, restarts and forgeries.
    #[must_use]
    pub fn every_fault_struck(&self) -> bool {
        let (tally, faults) = (self.tally(), self.faults);
        let struck = [
            (faults.loss != Fault::Never, tally.losses),
            (faults.duplication != Fault::Never, tally.duplications),
            (faults.crash != Fault::Never, tally.crashes),
            (!self.latecomers.is_empty(), tally.late_starts),
            (self.restarts > 0, tally.restarts),
            (!self.forgeries.is_empty(), tally.forgeries),
        ];
        struck.into_iter().all(|(expected, times)| !expected || times > 0)
    }

    /// What the examination met so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.steps().tally
    }

    /// How many different states single machines were seen in; where states are classes of states,
    /// those that they would be in under other names or in other orders included.
    #[must_use]
    pub fn locals(&self) -> usize {
        self.steps().locals.len()
    }

    /// Tells of an encoded state whether it satisfies each of the predicates.
    pub fn judge<'a>(
        &self,
        bytes: &[u8],
        predicates: impl Iterator<Item = &'a Predicate<X, A>>,
    ) -> u64
    where
        A: 'a,
    {
        self.look(bytes, |snapshot| {
            let numbered = predicates.enumerate();
            numbered.fold(0, |marks, (place, holds)| marks | u64::from(holds(snapshot)) << place)
        })
    }

    /// Whether the world stops in the encoded state.
    #[must_use]
    pub fn stops_at(&self, bytes: &[u8]) -> bool {
        self.stop.as_ref().is_some_and(|stop| self.look(bytes, stop))
    }

    /// Shows an encoded state to `look`.
    pub fn look<T>(&self, bytes: &[u8], look: impl FnOnce(&Snapshot<'_, X, A>) -> T) -> T {
        let mut state = State::default();
        state.decode(self.nodes.len(), bytes);
        let steps = self.steps();
        look(&Snapshot { steps: &steps, state: &state })
    }

    fn steps(&self) -> MutexGuard<'_, Steps<X, A>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Setting<X, A> {
    fn check(&self) -> Result<(), WorldError> {
        let size = self.nodes.len();
        if size == 0 || size > MAX_MACHINES {
            return Err(WorldError::Size(size));
        }
        let is_first = |place: usize| self.nodes[place].me() == ModelPeer(place as u8);
        if let Some(place) = (0..size).find(|&place| !is_first(place)) {
            return Err(WorldError::Identity(place));
        }
        for list in [&self.requests, &self.first_requests] {
            if list.len() > 32 {
                return Err(WorldError::Requests(list.len()));
            }
            if let Some((node, _)) = list.iter().find(|(node, _)| !self.is_in_group(*node)) {
                return Err(WorldError::Stranger(node.0));
            }
        }
        self.check_starts()?;
        let is_received = |(from, to, _): &(ModelPeer, ModelPeer, X::Message)| {
            from.place() != LAST_PLACE && self.is_in_group(*to)
        };
        let mut forgeries = self.forgeries.iter();
        if let Some(place) = forgeries.position(|forgery| !is_received(forgery)) {
            return Err(WorldError::Forgery(place));
        }
        if self.forgeries.len() > MAX_FORGERIES {
            return Err(WorldError::Forgery(MAX_FORGERIES));
        }
        if matches!(self.scheduler, Scheduler::Prompt { .. }) && self.anonymous_senders {
            return Err(WorldError::SendersForgotten);
        }
        self.faults.check(self.scheduler)?;
        self.check_lockstep()
    }

    fn is_in_group(&self, peer: ModelPeer) -> bool {
        usize::from(peer.0) < self.nodes.len()
    }

    fn check_starts(&self) -> Result<(), WorldError> {
        let is_asked = |late| self.first_requests.iter().any(|(node, _)| *node == late);
        let starts_late = |late| self.is_in_group(late) && !is_asked(late);
        if let Some(late) = self.latecomers.iter().find(|&&late| !starts_late(late)) {
            return Err(WorldError::Latecomer(late.0));
        }
        let lives = || self.later_lives.iter().map(Node::me);
        for me in lives() {
            let becomes = |earlier: ModelPeer| earlier.next_life() == Some(me);
            let is_next = self.nodes.iter().map(Node::me).chain(lives()).any(becomes);
            if !is_next || lives().filter(|&other| other == me).count() > 1 {
                return Err(WorldError::LaterLife(me));
            }
        }
        if self.restarts > MAX_BUDGET {
            return Err(WorldError::Budget(self.restarts));
        }
        let restarts = self.restarts > 0;
        let can_crash = self.faults.crash != Fault::Never;
        if restarts == self.later_lives.is_empty() || restarts && !can_crash {
            return Err(WorldError::Restarts);
        }
        Ok(())
    }

    fn check_lockstep(&self) -> Result<(), WorldError> {
        if self.scheduler != Scheduler::Lockstep {
            return Ok(());
        }
        let choices = [self.requests.len(), self.latecomers.len(), self.forgeries.len()];
        if choices != [0; 3] {
            return Err(WorldError::NotInLockstep);
        }
        if self.symmetric || self.unordered { Err(WorldError::OrderedWaves) } else { Ok(()) }
    }
}

impl Faults {
    fn check(&self, scheduler: Scheduler) -> Result<(), WorldError> {
        for fault in [self.loss, self.duplication, self.crash] {
            match fault {
                Fault::AtMost(budget) if budget > MAX_BUDGET => {
                    return Err(WorldError::Budget(budget));
                }
                _ => {}
            }
        }
        let others = self.duplication != Fault::Never || self.crash != Fault::Never;
        let chosen = matches!(self.loss, Fault::AtMost(_) | Fault::Unlimited);
        if scheduler == Scheduler::Lockstep && (others || chosen) {
            return Err(WorldError::NotInLockstep);
        }
        if self.crash == Fault::Unlimited { Err(WorldError::UnlimitedCrashes) } else { Ok(()) }
    }
}

impl Fault {
    fn budget(self) -> u8 {
        if let Self::AtMost(budget) = self { budget } else { 0 }
    }

    /// Whether an adversary may let it strike now.
    fn may_strike(self, left: u8) -> bool {
        self == Self::Unlimited || left > 0
    }

    /// Whether it strikes now by chance.
    fn strikes(self, random: &mut dyn Randomness) -> bool {
        match self {
            Self::Chance(bias) => bias.happens(random),
            Self::Never | Self::AtMost(_) | Self::Unlimited => false,
        }
    }

    fn chance(self) -> Weight {
        match self {
            Self::Chance(bias) => Weight::new(bias.numerator().into(), bias.denominator().into()),
            _ => Weight::ZERO,
        }
    }
}

/// A state of the world, to be looked at.
pub struct Snapshot<'a, X: Protocol<ModelPeer>, A: Application<X>> {
    steps: &'a Steps<X, A>,
    state: &'a State,
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Snapshot<'_, X, A> {
    /// The machines with their applications, those that crashed included.
    pub fn locals(&self) -> impl Iterator<Item = &Local<X, A::State>> {
        self.state.locals.iter().map(|&local| self.steps.locals.value(local))
    }

    /// The machines that have started and have not crashed.
    pub fn alive(&self) -> impl Iterator<Item = &Local<X, A::State>> {
        self.locals().filter(|local| local.alive)
    }

    /// Whether this very life of the machine at its place has started and has not crashed.
    #[must_use]
    pub fn is_alive(&self, peer: ModelPeer) -> bool {
        self.alive().any(|local| local.node.me() == peer)
    }

    /// The messages in flight: to whom, from whom (unless it is forgotten), and what. Those that may
    /// still leave a machine that crashed within its step count as in flight until it is settled
    /// that they never will.
    pub fn in_flight(&self) -> impl Iterator<Item = (ModelPeer, Option<ModelPeer>, &X::Message)> {
        let message = |number| self.steps.messages.value(number);
        let flights = self.state.flights.iter().chain(&self.state.torn);
        flights.map(move |flight| (flight.to, flight.sender(), message(flight.message)))
    }

    /// Whether all requests that can come at any time have been made.
    #[must_use]
    pub fn all_asked(&self, requests: u32) -> bool {
        self.state.issued.count_ones() == requests
    }
}

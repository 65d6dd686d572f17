//! The steps of single machines: run once for each outcome of their draws, and remembered.

use std::collections::HashMap;
use std::sync::Arc;

use num_traits::{CheckedAdd, One};
use rumormill_core::{
    Draw, Effect, Effects, Event, Node, Protocol, Randomness, Recorder, Ticks, as_set,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::application::Application;
use super::state::ANONYMOUS;
use super::symmetry::Renamed;
use super::{Scheduler, World, WorldError};
use crate::draws::{DrawError, every_branch};
use crate::intern::Interner;
use crate::renaming::sorted;
use crate::{ModelPeer, Weight};

/// A machine of the group with what surrounds it: its timers and its application.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "S: Serialize", deserialize = "S: DeserializeOwned"))]
pub struct Local<X: Protocol<ModelPeer>, S> {
    /// The machine.
    pub node: Node<ModelPeer, X>,
    /// Whether it has started, and has not crashed since.
    pub alive: bool,
    /// Whether it has started.
    pub started: bool,
    /// What the application remembers.
    pub application: S,
    /// The armed timers, ascending.
    #[serde(serialize_with = "as_set", deserialize_with = "sorted")]
    pub(crate) timers: Vec<Armed<X::Timer>>,
}

/// An armed timer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Armed<T> {
    pub(crate) timer: T,
    /// How many rounds or ticks must pass before it may fire. Where time passes in rounds, a timer
    /// that was armed in a round fires in the next.
    pub(crate) earliest: u32,
    /// How many may pass before it must.
    pub(crate) latest: u32,
}

impl<T> Armed<T> {
    /// Whether it may fire now.
    pub(crate) fn is_due(&self) -> bool {
        self.earliest == 0
    }
}

/// What can happen to a machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Stimulus {
    Start,
    Message {
        from: ModelPeer,
        message: u32,
    },
    /// The timer at that place in the list of armed ones.
    Timer(u8),
    /// The request at that place in the world's list.
    Request(u8),
    /// The request at that place in the world's list of first ones.
    First(u8),
    /// A new round begins, or a tick has passed.
    Time,
    Crash,
}

/// What can come of it, with the probability.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Outcome {
    pub(crate) weight: Weight,
    pub(crate) local: u32,
    /// The messages sent, ascending: to whom, and the number of which.
    pub(crate) sends: Vec<(ModelPeer, u32)>,
}

/// One event that a machine handled within a step of the world.
#[derive(Clone, Debug)]
pub struct Handled<X: Protocol<ModelPeer>> {
    /// What happened to it.
    pub event: Event<ModelPeer, X>,
    /// What it drew.
    pub draws: Vec<Draw>,
    /// What it wanted done.
    pub effects: Vec<Effect<'static, ModelPeer, X>>,
}

/// An outcome with the events that led to it.
pub(crate) struct Told<X: Protocol<ModelPeer>> {
    pub(crate) outcome: Outcome,
    pub(crate) handled: Vec<Handled<X>>,
}

/// Requests of the application within one step; more would be an endless conversation.
const MAX_REQUESTS: usize = 16;

/// All that was seen of single machines so far.
pub(crate) struct Steps<X: Protocol<ModelPeer>, A: Application<X>> {
    pub(crate) locals: Interner<Local<X, A::State>>,
    pub(crate) messages: Interner<X::Message>,
    pub(crate) timers: Interner<X::Timer>,
    memory: HashMap<(u32, Stimulus), Arc<[Outcome]>>,
    pub(super) renamed: Renamed,
    pub(crate) tally: Tally,
}

/// What the expansion of states cost and met, over all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How often the machine's handler ran.
    pub handled: u64,
    /// How often a step hit one of its limits (`Effects::overflow`).
    pub overflow: u64,
    /// How often a message was crowded out of the full network.
    pub crowded_out: u64,
    /// How many messages were sent to somebody outside the group.
    pub astray: u64,
    /// How often a message was lost by a fault.
    pub losses: u64,
    /// How often a message was delivered and stayed in flight.
    pub duplications: u64,
    /// How often a machine crashed, within a step or between two.
    pub crashes: u64,
    /// How often a machine started late.
    pub late_starts: u64,
    /// How often a machine that had crashed started again.
    pub restarts: u64,
    /// How often a forged message was received.
    pub forgeries: u64,
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Steps<X, A> {
    pub(crate) fn new() -> Self {
        Self {
            locals: Interner::new(),
            messages: Interner::new(),
            timers: Interner::new(),
            memory: HashMap::new(),
            renamed: Renamed::new(),
            tally: Tally::default(),
        }
    }

    /// What comes of a stimulus to a machine, and with which probability.
    pub(crate) fn outcomes(
        &mut self,
        world: &World<X, A>,
        local: u32,
        stimulus: Stimulus,
    ) -> Result<Arc<[Outcome]>, WorldError> {
        if let Some(known) = self.memory.get(&(local, stimulus)) {
            return Ok(known.clone());
        }
        let outcomes: Arc<[Outcome]> = merge(self.run(world, local, stimulus)?).into();
        // What is remembered must not depend on anything else, so it is asked for twice.
        let (node, tally) = (self.locals.value(local).node.me().place(), self.tally);
        let again = merge(self.run(world, local, stimulus)?);
        self.tally = tally;
        if again[..] != outcomes[..] {
            return Err(WorldError::Draws { node, error: DrawError::Impure });
        }
        let whole = outcomes.iter().try_fold(Weight::ZERO, |sum, o| sum.checked_add(&o.weight));
        if whole != Some(Weight::ONE) {
            return Err(WorldError::Probability);
        }
        self.memory.insert((local, stimulus), outcomes.clone());
        if world.has_classes() {
            self.renamed.unverified.push((local, stimulus));
        }
        Ok(outcomes)
    }

    /// All ways in which the step can go, with the events and draws of each.
    ///
    /// Where senders are forgotten, the handler must ignore them: it is asked about each.
    pub(crate) fn run(
        &mut self,
        world: &World<X, A>,
        local: u32,
        stimulus: Stimulus,
    ) -> Result<Vec<Told<X>>, WorldError> {
        let mut before = self.locals.value(local).clone();
        let Some(event) = self.arrive(world, &mut before, stimulus) else {
            return Ok(vec![self.told_quietly(before)]);
        };
        let told = self.handle(world, &before, &event)?;
        if let (Stimulus::Message { from: ANONYMOUS, .. }, Event::Message { message, .. }) =
            (stimulus, event)
        {
            let me = before.node.me();
            for from in world.others(me).skip(1) {
                let event = Event::Message { from, message: message.clone() };
                let again = self.handle(world, &before, &event)?;
                if again.iter().map(|t| &t.outcome).ne(told.iter().map(|t| &t.outcome)) {
                    return Err(WorldError::SenderMatters { node: me.place() });
                }
            }
        }
        Ok(told)
    }

    /// One way in which the step can go: that of these draws, certain as soon as they have fallen.
    pub(super) fn run_once(
        &mut self,
        world: &World<X, A>,
        local: u32,
        stimulus: Stimulus,
        random: &mut dyn Randomness,
    ) -> Outcome {
        let mut before = self.locals.value(local).clone();
        let told = match self.arrive(world, &mut before, stimulus) {
            Some(event) => {
                let run = Run::new(world, before).until_quiet(event, random);
                self.number(Weight::one(), run)
            }
            None => self.told_quietly(before),
        };
        told.outcome
    }

    /// Lets a stimulus come to a machine; what is returned is the event that it has to handle.
    fn arrive(
        &self,
        world: &World<X, A>,
        local: &mut Local<X, A::State>,
        stimulus: Stimulus,
    ) -> Option<Event<ModelPeer, X>> {
        let request = |(_, request): &(ModelPeer, X::Request)| Event::Request(request.clone());
        Some(match stimulus {
            Stimulus::Time => {
                local.wait();
                return None;
            }
            Stimulus::Crash => {
                local.crash();
                return None;
            }
            Stimulus::Start => {
                (local.alive, local.started) = (true, true);
                Event::Start
            }
            Stimulus::Request(which) => request(&world.requests[usize::from(which)]),
            Stimulus::First(which) => request(&world.first_requests[usize::from(which)]),
            Stimulus::Timer(place) => Event::Timer(local.timers.remove(place.into()).timer),
            Stimulus::Message { from, message } => {
                let me = local.node.me();
                let somebody = || world.others(me).next().unwrap_or(me);
                let from = if from == ANONYMOUS { somebody() } else { from };
                Event::Message { from, message: self.messages.value(message).clone() }
            }
        })
    }

    fn handle(
        &mut self,
        world: &World<X, A>,
        before: &Local<X, A::State>,
        event: &Event<ModelPeer, X>,
    ) -> Result<Vec<Told<X>>, WorldError> {
        let branches = every_branch(|random| {
            Run::new(world, before.clone()).until_quiet(event.clone(), random)
        });
        let branches = branches
            .map_err(|error| WorldError::Draws { node: before.node.me().place(), error })?;
        Ok(branches.into_iter().map(|branch| self.number(branch.weight, branch.value)).collect())
    }

    fn number(&mut self, weight: Weight, run: Run<'_, X, A>) -> Told<X> {
        self.tally.handled += run.handled.len() as u64;
        self.tally.overflow += u64::from(run.overflow);
        let sends = run.sends.into_iter().map(|(to, message)| (to, self.messages.number(message)));
        let mut sends: Vec<_> = sends.collect();
        sends.sort_unstable();
        let local = self.locals.number(run.local);
        Told { outcome: Outcome { weight, local, sends }, handled: run.handled }
    }

    fn told_quietly(&mut self, local: Local<X, A::State>) -> Told<X> {
        let local = self.locals.number(local);
        let outcome = Outcome { weight: Weight::one(), local, sends: Vec::new() };
        Told { outcome, handled: Vec::new() }
    }
}

/// Equal outcomes are one, as likely as all of them together.
fn merge<X: Protocol<ModelPeer>>(told: Vec<Told<X>>) -> Vec<Outcome> {
    let mut merged: Vec<Outcome> = Vec::new();
    for Told { outcome, .. } in told {
        let equal =
            |known: &&mut Outcome| known.local == outcome.local && known.sends == outcome.sends;
        match merged.iter_mut().find(equal) {
            Some(known) => known.weight += outcome.weight,
            None => merged.push(outcome),
        }
    }
    merged
}

impl<X: Protocol<ModelPeer>, S: Default> Local<X, S> {
    /// A machine that has not started.
    pub(super) fn unborn(node: Node<ModelPeer, X>) -> Self {
        let (application, timers) = (S::default(), Vec::new());
        Self { node, alive: false, started: false, application, timers }
    }
}

impl<X: Protocol<ModelPeer>, S> Local<X, S> {
    /// The timers that are armed, ascending.
    pub fn timers(&self) -> impl Iterator<Item = X::Timer> {
        self.timers.iter().map(|armed| armed.timer)
    }

    /// The place of the first timer that may fire now.
    pub(super) fn first_due(&self) -> Option<u8> {
        self.timers.iter().position(Armed::is_due).map(|place| place as u8)
    }

    /// Whether a timer must fire before time passes.
    pub(super) fn must_act(&self) -> bool {
        self.timers.iter().any(|armed| armed.latest == 0)
    }

    fn wait(&mut self) {
        for Armed { earliest, latest, .. } in &mut self.timers {
            (*earliest, *latest) = (earliest.saturating_sub(1), latest.saturating_sub(1));
        }
    }

    /// Stops; who has not started yet does so in its first step.
    fn crash(&mut self) {
        (self.alive, self.started) = (false, true);
        self.timers.clear();
    }

    fn arm(&mut self, armed: Armed<X::Timer>) {
        match self.timers.binary_search_by(|known| known.timer.cmp(&armed.timer)) {
            Ok(place) => self.timers[place] = armed,
            Err(place) => self.timers.insert(place, armed),
        }
    }

    fn disarm(&mut self, timer: X::Timer) {
        self.timers.retain(|armed| armed.timer != timer);
    }
}

/// One way through one step: the event, and what the application asks for because of it.
struct Run<'a, X: Protocol<ModelPeer>, A: Application<X>> {
    application: &'a A,
    scheduler: Scheduler,
    /// Whether the event at hand is the start.
    starting: bool,
    local: Local<X, A::State>,
    sends: Vec<(ModelPeer, X::Message)>,
    handled: Vec<Handled<X>>,
    overflow: u32,
}

impl<'a, X: Protocol<ModelPeer>, A: Application<X>> Run<'a, X, A> {
    fn new(world: &'a World<X, A>, local: Local<X, A::State>) -> Self {
        let World { application, scheduler, .. } = world;
        let (scheduler, starting, overflow) = (*scheduler, false, 0);
        let (sends, handled) = (Vec::new(), Vec::new());
        Self { application, scheduler, starting, local, sends, handled, overflow }
    }

    /// A timer, with the rounds or ticks until it may and must fire.
    fn armed(&self, timer: X::Timer, Ticks(after): Ticks) -> Armed<X::Timer> {
        let (earliest, latest) = match self.scheduler {
            Scheduler::Asynchronous { .. } | Scheduler::Prompt { .. } => (0, 0),
            Scheduler::Rounds | Scheduler::Lockstep => (1, 1),
            Scheduler::Timed { .. } if self.starting => (after.min(1), after),
            Scheduler::Timed { .. } => (after, after),
        };
        Armed { timer, earliest, latest }
    }

    fn until_quiet(mut self, event: Event<ModelPeer, X>, random: &mut dyn Randomness) -> Self {
        let mut events = vec![event];
        let mut effects = Effects::new();
        while let Some(event) = (!events.is_empty()).then(|| events.remove(0)) {
            let mut draws = Vec::new();
            let mut recorder = Recorder::new(random, &mut draws);
            self.starting = matches!(event, Event::Start);
            self.local.node.handle(event.clone(), &mut recorder, &mut effects);
            self.overflow += effects.overflow();
            let effects: Vec<_> = effects.iter().map(owned).collect();
            for effect in &effects {
                let requests = self.carry_out(effect);
                events.extend(requests.into_iter().map(Event::Request));
            }
            self.handled.push(Handled { event, draws, effects });
            if self.handled.len() == MAX_REQUESTS {
                self.overflow += events.len() as u32;
                break;
            }
        }
        self
    }

    fn carry_out(&mut self, effect: &Effect<'_, ModelPeer, X>) -> Vec<X::Request> {
        match effect {
            Effect::Send { to, message } => {
                self.sends.extend(to.iter().map(|&peer| (peer, message.clone())));
            }
            Effect::Arm { timer, after } => self.local.arm(self.armed(*timer, *after)),
            Effect::Disarm { timer } => self.local.disarm(*timer),
            Effect::Notify(_) => {}
        }
        let Local { node, application, .. } = &mut self.local;
        self.application.on_effect(node.me(), application, effect)
    }
}

fn owned<X: Protocol<ModelPeer>>(
    effect: Effect<'_, ModelPeer, X>,
) -> Effect<'static, ModelPeer, X> {
    match effect {
        Effect::Send { to, message } => Effect::Send { to: to.into_owned().into(), message },
        Effect::Arm { timer, after } => Effect::Arm { timer, after },
        Effect::Disarm { timer } => Effect::Disarm { timer },
        Effect::Notify(notice) => Effect::Notify(notice),
    }
}

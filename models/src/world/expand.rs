//! What can happen in a state, and what comes of it.

use num_traits::{CheckedMul, One, Zero};
use rumormill_core::{Node, Protocol};

use super::actions::{Action, Kind, Parcel};
use super::state::{ANONYMOUS, Budgets, Flight};
use super::steps::{Outcome, Steps};
use super::successors::Successors;
use super::{Application, Local, Scheduler, Snapshot, State, Stimulus, Tally, World, WorldError};
use crate::{ModelPeer, Weight};

impl<X: Protocol<ModelPeer>, A: Application<X>> World<X, A> {
    /// The first states, with their probabilities: the machines have started, but for those that do so
    /// later, and the first requests have been made.
    ///
    /// # Errors
    /// When a handler is found to be impure.
    pub fn first_states(&self) -> Result<Successors, WorldError> {
        let steps = &mut *self.steps();
        let mut states = vec![(Weight::one(), self.unborn(steps))];
        for (node, stimulus) in self.agenda() {
            let mut next = Vec::new();
            for (weight, state) in states {
                let local = state.locals[usize::from(node)];
                for outcome in steps.outcomes(self, local, stimulus)?.iter() {
                    let mut after = state.clone();
                    self.apply(steps, &mut after, node, outcome);
                    next.push((times(weight, outcome.weight)?, after));
                }
            }
            states = next;
        }
        let mut first = Successors::default();
        for (weight, state) in states {
            first.emit(weight, &self.at_beginning(steps, &state)?);
        }
        first.close(Action::whole(Kind::NextRound), 0)?;
        Ok(first)
    }

    /// What happens before the first state: machines start, and the first requests are made.
    pub(super) fn agenda(&self) -> Vec<(u8, Stimulus)> {
        let early = self.nodes.iter().map(Node::me).filter(|me| !self.latecomers.contains(me));
        let starts = early.map(|me| (me.place(), Stimulus::Start));
        let places = self.first_requests.iter().enumerate();
        let requests =
            places.map(|(place, (node, _))| (node.place(), Stimulus::First(place as u8)));
        starts.chain(requests).collect()
    }

    /// The state in which the machine at this place is about to start, for the first time or in its
    /// next life; `None` where it cannot.
    pub(super) fn about_to_start(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
        node: u8,
    ) -> Option<State> {
        let local = steps.locals.value(state.locals[usize::from(node)]);
        if local.alive {
            return None;
        }
        if !local.started {
            return Some(state.clone());
        }
        let restarts = state.left.restarts.checked_sub(1)?;
        let next = local.node.me().next_life().and_then(|me| self.machine(me))?;
        let next = steps.locals.number(Local::unborn(next.clone()));
        let mut about = state.clone();
        about.left.restarts = restarts;
        about.locals[usize::from(node)] = next;
        Some(about)
    }

    /// Whether this very life of a machine is there to receive something.
    pub(super) fn is_there(&self, steps: &Steps<X, A>, state: &State, peer: ModelPeer) -> bool {
        let local = steps.locals.value(state.locals[peer.index()]);
        local.alive && local.node.me() == peer
    }

    /// The state in which all have started, at the beginning of the first round where there are rounds.
    pub(super) fn at_beginning(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
    ) -> Result<State, WorldError> {
        match self.scheduler {
            Scheduler::Rounds | Scheduler::Lockstep => self.next_round(steps, state),
            Scheduler::Asynchronous { .. } | Scheduler::Prompt { .. } | Scheduler::Timed { .. } => {
                Ok(state.clone())
            }
        }
    }

    /// The state after a tick; `None` where something must happen before, or nothing waits for time to
    /// pass.
    pub(super) fn after_tick(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
    ) -> Result<Option<State>, WorldError> {
        let must_act = |&local: &u32| steps.locals.value(local).must_act();
        let must_arrive = |flight: &Flight| flight.ticks == 0;
        if state.locals.iter().any(must_act) || state.flights.iter().any(must_arrive) {
            return Ok(None);
        }
        let mut next = self.next_round(steps, state)?;
        next.flights.iter_mut().for_each(|flight| flight.ticks -= 1);
        Ok((next != *state).then_some(next))
    }

    /// The state at the beginning of the next round.
    pub(super) fn next_round(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
    ) -> Result<State, WorldError> {
        let mut next = state.clone();
        for local in &mut next.locals {
            *local = steps.outcomes(self, *local, Stimulus::Time)?[0].local;
        }
        Ok(next)
    }

    /// The state without the machine.
    pub(super) fn without(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
        node: u8,
    ) -> Result<State, WorldError> {
        let mut crashed = state.clone();
        let local = &mut crashed.locals[usize::from(node)];
        *local = steps.outcomes(self, *local, Stimulus::Crash)?[0].local;
        Ok(crashed)
    }

    pub(super) fn unborn(&self, steps: &mut Steps<X, A>) -> State {
        let unborn = self.nodes.iter();
        let unborn = unborn.map(|node| steps.locals.number(Local::unborn(node.clone())));
        let left = Budgets {
            losses: self.faults.loss.budget(),
            duplications: self.faults.duplication.budget(),
            crashes: self.faults.crash.budget(),
            restarts: self.restarts,
        };
        State { locals: unborn.collect(), left, ..State::default() }
    }

    /// Writes all that can happen in the encoded state into `out`; nothing where the world stops.
    ///
    /// # Errors
    /// When a handler is found to be impure, or to look at senders that are forgotten.
    pub fn expand(&self, bytes: &[u8], out: &mut Successors) -> Result<(), WorldError> {
        out.clear();
        let mut state = State::default();
        state.decode(self.nodes.len(), bytes);
        let mut steps = self.steps();
        let snapshot = Snapshot { steps: &steps, state: &state };
        if self.stop.as_ref().is_some_and(|stop| stop(&snapshot)) {
            return Ok(());
        }
        if self.scheduler == Scheduler::Lockstep {
            return self.round(&mut steps, &state, out);
        }
        let mut expansion = Expansion { world: self, steps: &mut steps, state: &state, out };
        if !state.torn.is_empty() {
            return expansion.leaving();
        }
        if self.is_overfull(&state) {
            return expansion.crowding();
        }
        expansion.requests()?;
        expansion.starts()?;
        let timers_were_due = expansion.timers()?;
        expansion.deliveries()?;
        expansion.forgeries()?;
        expansion.crashes()?;
        let round_is_over = !timers_were_due && state.flights.is_empty();
        if self.scheduler == Scheduler::Rounds && round_is_over {
            expansion.next_round()?;
        }
        if let Scheduler::Timed { .. } = self.scheduler {
            expansion.tick()?;
        }
        Ok(())
    }

    /// Whether more is in flight than there is room for.
    fn is_overfull(&self, state: &State) -> bool {
        match self.scheduler {
            Scheduler::Asynchronous { in_flight } => state.flights.len() > in_flight,
            Scheduler::Rounds
            | Scheduler::Lockstep
            | Scheduler::Prompt { .. }
            | Scheduler::Timed { .. } => false,
        }
    }

    /// Puts the outcome of a step into a state; returns how many messages were sent.
    pub(super) fn apply(
        &self,
        steps: &mut Steps<X, A>,
        state: &mut State,
        node: u8,
        outcome: &Outcome,
    ) -> usize {
        state.locals[usize::from(node)] = outcome.local;
        let before = state.flights.len();
        self.flights(steps, outcome).for_each(|flight| state.send(flight));
        let sent = state.flights.len() - before;
        steps.tally.astray += (outcome.sends.len() - sent) as u64;
        sent
    }

    /// The state after a step, whole or torn, and how many messages were sent in it.
    pub(super) fn after(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
        node: u8,
        outcome: &Outcome,
        torn: bool,
    ) -> Result<(State, usize), WorldError> {
        if torn {
            return Ok((self.tear(steps, state, node, outcome)?, 0));
        }
        let mut after = state.clone();
        let sent = self.apply(steps, &mut after, node, outcome);
        Ok((after, sent))
    }

    /// The state after a torn step: the machine has crashed, its application has learned nothing,
    /// and each of the messages may still leave.
    fn tear(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
        node: u8,
        outcome: &Outcome,
    ) -> Result<State, WorldError> {
        let mut after = self.without(steps, state, node)?;
        after.left.crashes -= 1;
        after.torn.extend(self.flights(steps, outcome));
        steps.tally.astray += (outcome.sends.len() - after.torn.len()) as u64;
        Ok(after)
    }

    /// The messages of an outcome to machines of the group, whichever of their lives they are meant
    /// for, ascending.
    fn flights(&self, steps: &Steps<X, A>, outcome: &Outcome) -> impl Iterator<Item = Flight> {
        let me = steps.locals.value(outcome.local).node.me();
        let (size, from) = (self.size(), if self.anonymous_senders { ANONYMOUS } else { me });
        let within = outcome.sends.iter().filter(move |(to, _)| to.place() < size);
        let ticks = if let Scheduler::Timed { delay } = self.scheduler { delay } else { 0 };
        within.map(move |&(to, message)| Flight { to, from, message, ticks })
    }
}

struct Expansion<'a, X: Protocol<ModelPeer>, A: Application<X>> {
    world: &'a World<X, A>,
    steps: &'a mut Steps<X, A>,
    state: &'a State,
    out: &'a mut Successors,
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Expansion<'_, X, A> {
    fn local(&self, node: u8) -> &Local<X, A::State> {
        self.steps.locals.value(self.state.locals[usize::from(node)])
    }

    /// Any of the torn messages leaves, or none of them will any more.
    fn leaving(&mut self) -> Result<(), WorldError> {
        for flight in distinct(&self.state.torn) {
            let mut after = self.state.clone();
            after.leave(flight);
            self.out.charge(Weight::ONE, 0, 1)?;
            self.certain(Kind::Leave(Parcel(flight)), &after)?;
        }
        let mut after = self.state.clone();
        after.torn.clear();
        self.certain(Kind::LeaveNoMore, &after)
    }

    /// Any of the messages in flight is crowded out.
    fn crowding(&mut self) -> Result<(), WorldError> {
        for flight in distinct(&self.state.flights) {
            let mut after = self.state.clone();
            after.remove(flight);
            self.steps.tally.crowded_out += 1;
            self.certain(Kind::CrowdOut(Parcel(flight)), &after)?;
        }
        Ok(())
    }

    fn requests(&mut self) -> Result<(), WorldError> {
        for (place, (node, _)) in self.world.requests.iter().enumerate() {
            if self.state.issued >> place & 1 == 0 && self.local(node.place()).alive {
                let mut base = self.state.clone();
                base.issued |= 1 << place;
                let (kind, place) = (Kind::Request(place as u8), place as u8);
                self.step(kind, node.place(), Stimulus::Request(place), &base)?;
            }
        }
        Ok(())
    }

    /// Machines start that do so late, or again.
    fn starts(&mut self) -> Result<(), WorldError> {
        for node in 0..self.world.size() {
            if let Some(base) = self.world.about_to_start(self.steps, self.state, node) {
                let is_again = self.local(node).started;
                let Tally { late_starts, restarts, .. } = &mut self.steps.tally;
                *(if is_again { restarts } else { late_starts }) += 1;
                self.step(Kind::Start { node }, node, Stimulus::Start, &base)?;
            }
        }
        Ok(())
    }

    /// Whoever is there receives what an adversary made up.
    fn forgeries(&mut self) -> Result<(), WorldError> {
        for (place, &forged) in self.world.forgeries.iter().enumerate() {
            let to = forged.to.place();
            if self.local(to).alive {
                self.steps.tally.forgeries += 1;
                self.step(Kind::Forge(place as u8), to, forged.stimulus(), self.state)?;
            }
        }
        Ok(())
    }

    /// Tells whether any timer was due.
    fn timers(&mut self) -> Result<bool, WorldError> {
        let mut any = false;
        for node in 0..self.world.size() {
            if self.must_wait(node) {
                continue;
            }
            for place in 0..self.local(node).timers.len() {
                let armed = self.local(node).timers[place];
                if armed.is_due() {
                    any = true;
                    let (place, timer) = (place as u8, self.steps.timers.number(armed.timer));
                    let kind = Kind::Timer { node, place, timer };
                    self.step(kind, node, Stimulus::Timer(place), self.state)?;
                }
            }
        }
        Ok(any)
    }

    /// Whether the timers of a machine wait for messages to arrive.
    fn must_wait(&self, node: u8) -> bool {
        let Scheduler::Prompt { in_flight } = self.world.scheduler else { return false };
        let flights = &self.state.flights;
        let me = self.local(node).node.me();
        flights.len() >= in_flight
            || flights.iter().any(|flight| flight.to == me || flight.from == me)
    }

    fn deliveries(&mut self) -> Result<(), WorldError> {
        let (faults, left) = (self.world.faults, self.state.left);
        for flight in distinct(&self.state.flights) {
            let mut arrived = self.state.clone();
            arrived.remove(flight);
            self.deliver(Kind::Deliver(Parcel(flight)), flight, &arrived)?;
            if faults.loss.may_strike(left.losses) {
                let mut lost = arrived;
                lost.left.losses = left.losses.saturating_sub(1);
                self.steps.tally.losses += 1;
                self.certain(Kind::Lose(Parcel(flight)), &lost)?;
            }
            if faults.duplication.may_strike(left.duplications) {
                let mut copied = self.state.clone();
                copied.left.duplications = left.duplications.saturating_sub(1);
                self.steps.tally.duplications += 1;
                self.deliver(Kind::DeliverCopy(Parcel(flight)), flight, &copied)?;
            }
        }
        Ok(())
    }

    fn deliver(&mut self, kind: Kind, flight: Flight, base: &State) -> Result<(), WorldError> {
        if !self.world.is_there(self.steps, self.state, flight.to) {
            return self.certain(kind, base);
        }
        self.step(kind, flight.to.place(), flight.stimulus(), base)
    }

    fn crashes(&mut self) -> Result<(), WorldError> {
        if self.state.left.crashes == 0 {
            return Ok(());
        }
        for node in 0..self.world.size() {
            if self.local(node).alive {
                let mut base = self.state.clone();
                base.left.crashes -= 1;
                let crashed = self.world.without(self.steps, &base, node)?;
                self.steps.tally.crashes += 1;
                self.certain(Kind::Crash { node }, &crashed)?;
            }
        }
        Ok(())
    }

    fn next_round(&mut self) -> Result<(), WorldError> {
        let next = self.world.next_round(self.steps, self.state)?;
        if next == *self.state {
            return Ok(());
        }
        self.certain(Kind::NextRound, &next)
    }

    fn tick(&mut self) -> Result<(), WorldError> {
        match self.world.after_tick(self.steps, self.state)? {
            Some(next) => self.certain(Kind::Tick, &next),
            None => Ok(()),
        }
    }

    /// An action with one outcome.
    fn certain(&mut self, kind: Kind, after: &State) -> Result<(), WorldError> {
        let start = self.out.len();
        self.out.emit(Weight::one(), after);
        self.out.close(Action::whole(kind), start)
    }

    /// A step of a machine, taken wholly or torn by a crash.
    fn step(
        &mut self,
        kind: Kind,
        node: u8,
        stimulus: Stimulus,
        base: &State,
    ) -> Result<(), WorldError> {
        let local = base.locals[usize::from(node)];
        let outcomes = self.steps.outcomes(self.world, local, stimulus)?;
        self.attempt(Action::whole(kind), node, &outcomes, base)?;
        // A crash within a step that sends nothing is a crash before it, but for what comes once: it
        // came.
        let sends = outcomes.iter().any(|outcome| !outcome.sends.is_empty());
        let comes_once = matches!(kind, Kind::Request(_) | Kind::Start { .. });
        if base.left.crashes > 0 && (sends || comes_once) {
            self.steps.tally.crashes += 1;
            self.attempt(Action { kind, torn: true }, node, &outcomes, base)?;
        }
        Ok(())
    }

    /// Random faults come before the step: a loss, else a crash, else the step with or without a
    /// copy of the message left in flight.
    fn attempt(
        &mut self,
        action: Action,
        node: u8,
        outcomes: &[Outcome],
        base: &State,
    ) -> Result<(), WorldError> {
        let start = self.out.len();
        let faults = self.world.faults;
        let (loss, duplication) = match action.kind {
            Kind::Deliver(_) => (faults.loss.chance(), faults.duplication.chance()),
            _ => (Weight::zero(), Weight::zero()),
        };
        let crash = (Weight::one() - loss) * faults.crash.chance();
        if !loss.is_zero() {
            self.steps.tally.losses += 1;
            self.out.emit(loss, base);
        }
        if !crash.is_zero() {
            let crashed = self.world.without(self.steps, base, node)?;
            self.steps.tally.crashes += 1;
            self.out.emit(crash, &crashed);
        }
        let acts = Weight::one() - loss - crash;
        let once = times(acts, Weight::one() - duplication)?;
        self.act(action, node, outcomes, base, once)?;
        if let Kind::Deliver(Parcel(flight)) = action.kind
            && !duplication.is_zero()
        {
            self.steps.tally.duplications += 1;
            let mut copied = base.clone();
            copied.send(flight);
            self.act(action, node, outcomes, &copied, times(acts, duplication)?)?;
        }
        self.out.close(action, start)
    }

    /// The outcomes of a step that is taken with this probability.
    fn act(
        &mut self,
        action: Action,
        node: u8,
        outcomes: &[Outcome],
        base: &State,
        weight: Weight,
    ) -> Result<(), WorldError> {
        if weight.is_zero() {
            return Ok(());
        }
        for outcome in outcomes {
            let (after, sent) = self.world.after(self.steps, base, node, outcome, action.torn)?;
            let weight = times(weight, outcome.weight)?;
            self.out.emit(weight, &after);
            self.out.charge(weight, 1, sent)?;
        }
        Ok(())
    }
}

/// Each of a sorted list once.
fn distinct(flights: &[Flight]) -> impl Iterator<Item = Flight> {
    flights.chunk_by(|one, other| one == other).map(|equal| equal[0])
}

/// The probability of both.
pub(super) fn times(one: Weight, other: Weight) -> Result<Weight, WorldError> {
    if one.is_one() {
        return Ok(other);
    }
    one.checked_mul(&other).ok_or(WorldError::Probability)
}

//! One round of all machines at once: a Markov chain, in which nobody chooses.

use num_traits::{One, Zero};
use rumormill_core::Protocol;

use super::actions::{Action, Kind};
use super::expand::times;
use super::state::Flight;
use super::steps::{Outcome, Steps};
use super::successors::Successors;
use super::{Application, State, Stimulus, World, WorldError};
use crate::{ModelPeer, Weight};

/// What is still to happen in a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Due {
    Timer { node: u8 },
    Message(Flight),
}

/// One thing that happened within a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Micro {
    Timer { node: u8, place: u8, outcome: usize, sent: usize },
    Delivered { flight: Flight, outcome: usize, sent: usize },
    Lost { flight: Flight },
}

impl Micro {
    /// How many steps of machines it is, and how many messages they sent.
    fn cost(&self) -> (usize, usize) {
        match *self {
            Self::Timer { sent, .. } | Self::Delivered { sent, .. } => (1, sent),
            Self::Lost { .. } => (0, 0),
        }
    }
}

/// Called with each way through a round: its probability, its end, and what happened.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(Weight, &State, &[Micro]) -> Result<(), WorldError>;

impl<X: Protocol<ModelPeer>, A: Application<X>> World<X, A> {
    pub(super) fn round(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
        out: &mut Successors,
    ) -> Result<(), WorldError> {
        if self.is_quiet(steps, state) {
            return Ok(());
        }
        self.each_round(steps, state, &mut |weight, end, done| {
            let costs = done.iter().map(Micro::cost);
            let (taken, sent) = costs.fold((0, 0), |sum, cost| (sum.0 + cost.0, sum.1 + cost.1));
            out.emit(weight, end);
            out.charge(weight, taken, sent)
        })?;
        out.close(Action::whole(Kind::Lockstep), 0)
    }

    /// Whether nothing will ever happen any more.
    fn is_quiet(&self, steps: &Steps<X, A>, state: &State) -> bool {
        let mut locals = state.locals.iter().map(|&local| steps.locals.value(local));
        state.flights.is_empty() && locals.all(|local| local.timers.is_empty())
    }

    /// Visits every way through a round.
    pub(crate) fn each_round(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
        visit: Visit<'_>,
    ) -> Result<(), WorldError> {
        let mut start = state.clone();
        let due = self.opening(steps, &mut start);
        let mut walk = Walk { world: self, steps, visit, done: Vec::new() };
        walk.go(Weight::one(), &start, &due)
    }

    /// What happens first in a round, the last of it first: the timers, and the messages that are in
    /// flight, which are taken out of the state.
    pub(super) fn opening(&self, steps: &Steps<X, A>, state: &mut State) -> Vec<Due> {
        let mut due = self.next_wave(steps, state);
        due.extend((0..self.size()).rev().map(|node| Due::Timer { node }));
        due
    }

    /// The messages in flight, taken out of the state, in the order in which they arrive, the last
    /// first.
    pub(super) fn next_wave(&self, steps: &Steps<X, A>, state: &mut State) -> Vec<Due> {
        let mut wave = std::mem::take(&mut state.flights);
        wave.sort_by_key(|flight| {
            (flight.to, steps.messages.value(flight.message).clone(), flight.from)
        });
        wave.into_iter().rev().map(Due::Message).collect()
    }
}

struct Walk<'a, X: Protocol<ModelPeer>, A: Application<X>> {
    world: &'a World<X, A>,
    steps: &'a mut Steps<X, A>,
    visit: Visit<'a>,
    done: Vec<Micro>,
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Walk<'_, X, A> {
    /// Carries on from `state`, in which `due` is still to happen, the last of it first. What is
    /// sent meanwhile waits in `state.flights` for the next wave.
    fn go(&mut self, weight: Weight, state: &State, due: &[Due]) -> Result<(), WorldError> {
        match due.split_last() {
            None if state.flights.is_empty() => self.finish(weight, state),
            None => {
                let mut state = state.clone();
                let due = self.world.next_wave(self.steps, &mut state);
                self.go(weight, &state, &due)
            }
            Some((&Due::Timer { node }, rest)) => self.timers(weight, state, node, rest),
            Some((&Due::Message(flight), rest)) => self.arrival(weight, state, flight, rest),
        }
    }

    /// Fires the timers of a machine that were due when the round began, one after the other.
    fn timers(
        &mut self,
        weight: Weight,
        state: &State,
        node: u8,
        rest: &[Due],
    ) -> Result<(), WorldError> {
        let local = state.locals[usize::from(node)];
        let Some(place) = self.steps.locals.value(local).first_due() else {
            return self.go(weight, state, rest);
        };
        let outcomes = self.steps.outcomes(self.world, local, Stimulus::Timer(place))?;
        for (number, outcome) in outcomes.iter().enumerate() {
            let (after, sent) = self.after(state, node, outcome);
            self.done.push(Micro::Timer { node, place, outcome: number, sent });
            self.timers(times(weight, outcome.weight)?, &after, node, rest)?;
            self.done.pop();
        }
        Ok(())
    }

    fn arrival(
        &mut self,
        weight: Weight,
        state: &State,
        flight: Flight,
        rest: &[Due],
    ) -> Result<(), WorldError> {
        let loss = self.world.faults.loss.chance();
        let to = flight.to;
        let local = state.locals[to.index()];
        if !loss.is_zero() {
            self.steps.tally.losses += 1;
            self.done.push(Micro::Lost { flight });
            self.go(times(weight, loss)?, state, rest)?;
            self.done.pop();
        }
        if loss.is_one() {
            return Ok(());
        }
        let outcomes = self.steps.outcomes(self.world, local, flight.stimulus())?;
        for (number, outcome) in outcomes.iter().enumerate() {
            let (after, sent) = self.after(state, to.place(), outcome);
            self.done.push(Micro::Delivered { flight, outcome: number, sent });
            let weight = times(times(weight, Weight::one() - loss)?, outcome.weight)?;
            self.go(weight, &after, rest)?;
            self.done.pop();
        }
        Ok(())
    }

    /// The state after a step, and how many messages were sent in it.
    fn after(&mut self, state: &State, node: u8, outcome: &Outcome) -> (State, usize) {
        let mut after = state.clone();
        let sent = self.world.apply(self.steps, &mut after, node, outcome);
        (after, sent)
    }

    fn finish(&mut self, weight: Weight, state: &State) -> Result<(), WorldError> {
        let end = self.world.next_round(self.steps, state)?;
        (self.visit)(weight, &end, &self.done)
    }
}

//! One way on from a state: an action is taken, and draws and random faults fall as a source of
//! randomness has them. Nothing here knows of probabilities, or of steps that were taken before.

use std::ops::AddAssign;

use rumormill_core::{Protocol, Randomness};

use super::actions::{Action, Kind, Parcel};
use super::lockstep::Due;
use super::state::Flight;
use super::steps::Steps;
use super::{Application, Fault, State, Stimulus, World, WorldError};
use crate::ModelPeer;

/// What was paid on a way: counted, where a [`Price`](super::Price) is an average.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Paid {
    /// Rounds, as in [`Price::rounds`](super::Price::rounds).
    pub rounds: u64,
    /// Messages, as in [`Price::messages`](super::Price::messages).
    pub messages: u64,
    /// Steps, as in [`Price::steps`](super::Price::steps).
    pub steps: u64,
}

impl AddAssign for Paid {
    fn add_assign(&mut self, other: Self) {
        self.rounds += other.rounds;
        self.messages += other.messages;
        self.steps += other.steps;
    }
}

impl<X: Protocol<ModelPeer>, A: Application<X>> World<X, A> {
    /// Lets the machines start and makes the first requests: one of the first states, encoded.
    ///
    /// # Errors
    /// When a machine was found to be impure.
    pub fn begin(&self, random: &mut dyn Randomness) -> Result<Vec<u8>, WorldError> {
        let steps = &mut *self.steps();
        let state = self.unborn(steps);
        let mut play = Play { world: self, steps, random, state, paid: Paid::default() };
        for (node, stimulus) in self.agenda() {
            play.step(node, stimulus, false)?;
        }
        play.state = self.at_beginning(play.steps, &play.state)?;
        Ok(play.finish().0)
    }

    /// Takes an action that is possible in the encoded state: one of the states that it leads to,
    /// encoded, and what was paid for it.
    ///
    /// # Errors
    /// When a machine was found to be impure.
    pub fn take(
        &self,
        bytes: &[u8],
        action: Action,
        random: &mut dyn Randomness,
    ) -> Result<(Vec<u8>, Paid), WorldError> {
        let mut state = State::default();
        state.decode(self.nodes.len(), bytes);
        let steps = &mut *self.steps();
        let mut play = Play { world: self, steps, random, state, paid: Paid::default() };
        play.take(action)?;
        Ok(play.finish())
    }
}

/// A state on its way to the next.
struct Play<'a, X: Protocol<ModelPeer>, A: Application<X>> {
    world: &'a World<X, A>,
    steps: &'a mut Steps<X, A>,
    random: &'a mut dyn Randomness,
    state: State,
    paid: Paid,
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Play<'_, X, A> {
    fn finish(self) -> (Vec<u8>, Paid) {
        let mut bytes = Vec::new();
        self.state.encode(&mut bytes);
        (bytes, self.paid)
    }

    fn take(&mut self, Action { kind, torn }: Action) -> Result<(), WorldError> {
        let left = &mut self.state.left;
        match kind {
            Kind::Request(place) => {
                self.state.issued |= 1 << place;
                let node = self.world.requests[usize::from(place)].0.place();
                self.attempt(node, Stimulus::Request(place), torn)
            }
            Kind::Start { node } => {
                let about = self.world.about_to_start(self.steps, &self.state, node);
                self.state = about.unwrap_or_else(|| self.state.clone());
                self.attempt(node, Stimulus::Start, torn)
            }
            Kind::Forge(place) => {
                let forged = self.world.forgeries[usize::from(place)];
                self.attempt(forged.to.place(), forged.stimulus(), torn)
            }
            Kind::Timer { node, place, .. } => self.attempt(node, Stimulus::Timer(place), torn),
            Kind::Deliver(Parcel(flight)) => {
                self.state.remove(flight);
                self.deliver(flight, torn)
            }
            Kind::DeliverCopy(Parcel(flight)) => {
                left.duplications = left.duplications.saturating_sub(1);
                self.receive(flight, torn)
            }
            Kind::Lose(Parcel(flight)) => {
                left.losses = left.losses.saturating_sub(1);
                self.state.remove(flight);
                Ok(())
            }
            Kind::CrowdOut(Parcel(flight)) => {
                self.state.remove(flight);
                Ok(())
            }
            Kind::Leave(Parcel(flight)) => {
                self.state.leave(flight);
                self.paid.messages += 1;
                Ok(())
            }
            Kind::LeaveNoMore => {
                self.state.torn.clear();
                Ok(())
            }
            Kind::Crash { node } => {
                left.crashes -= 1;
                self.crash(node)
            }
            Kind::NextRound => self.next_round(),
            Kind::Tick => {
                self.paid.rounds += 1;
                let next = self.world.after_tick(self.steps, &self.state)?;
                self.state = next.unwrap_or_else(|| self.state.clone());
                Ok(())
            }
            Kind::Lockstep => self.round(),
        }
    }

    /// A message arrives, unless it is lost by chance; by chance, too, it stays in flight. Nothing of
    /// that makes a difference to a machine that has crashed.
    fn deliver(&mut self, flight: Flight, torn: bool) -> Result<(), WorldError> {
        let faults = self.world.faults;
        if !self.is_there(flight.to) || self.strikes(faults.loss) {
            return Ok(());
        }
        if self.strikes(faults.crash) {
            return self.crash(flight.to.place());
        }
        if self.strikes(faults.duplication) {
            self.state.send(flight);
        }
        self.step(flight.to.place(), flight.stimulus(), torn)
    }

    fn receive(&mut self, flight: Flight, torn: bool) -> Result<(), WorldError> {
        if self.is_there(flight.to) {
            self.attempt(flight.to.place(), flight.stimulus(), torn)
        } else {
            Ok(())
        }
    }

    /// A step of a machine, unless it crashes by chance.
    fn attempt(&mut self, node: u8, stimulus: Stimulus, torn: bool) -> Result<(), WorldError> {
        if self.strikes(self.world.faults.crash) {
            return self.crash(node);
        }
        self.step(node, stimulus, torn)
    }

    fn step(&mut self, node: u8, stimulus: Stimulus, torn: bool) -> Result<(), WorldError> {
        let local = self.state.locals[usize::from(node)];
        let outcome = self.steps.run_once(self.world, local, stimulus, self.random);
        let (after, sent) = self.world.after(self.steps, &self.state, node, &outcome, torn)?;
        self.state = after;
        self.paid += Paid { rounds: 0, messages: sent as u64, steps: 1 };
        Ok(())
    }

    fn crash(&mut self, node: u8) -> Result<(), WorldError> {
        self.state = self.world.without(self.steps, &self.state, node)?;
        Ok(())
    }

    fn next_round(&mut self) -> Result<(), WorldError> {
        self.paid.rounds += 1;
        self.state = self.world.next_round(self.steps, &self.state)?;
        Ok(())
    }

    /// A round in lockstep: the timers, then the messages in waves.
    fn round(&mut self) -> Result<(), WorldError> {
        let mut due = self.world.opening(self.steps, &mut self.state);
        while !due.is_empty() {
            while let Some(next) = due.pop() {
                match next {
                    Due::Timer { node } => self.fire(node)?,
                    Due::Message(flight) => self.deliver(flight, false)?,
                }
            }
            due = self.world.next_wave(self.steps, &mut self.state);
        }
        self.next_round()
    }

    /// Fires the timers of a machine that are due, one after the other.
    fn fire(&mut self, node: u8) -> Result<(), WorldError> {
        let local = |play: &Self| play.state.locals[usize::from(node)];
        while let Some(place) = self.steps.locals.value(local(self)).first_due() {
            self.step(node, Stimulus::Timer(place), false)?;
        }
        Ok(())
    }

    fn is_there(&self, peer: ModelPeer) -> bool {
        self.world.is_there(self.steps, &self.state, peer)
    }

    fn strikes(&mut self, fault: Fault) -> bool {
        fault.strikes(self.random)
    }
}

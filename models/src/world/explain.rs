//! What exactly happened between two states: the events and draws that the memory of steps leaves
//! out, for people and for traces.

use rumormill_core::Protocol;

use super::actions::{Action, Kind, Parcel};
use super::lockstep::Micro;
use super::state::Flight;
use super::steps::{Handled, Steps, Told};
use super::successors::Choice;
use super::{Application, Fault, Scheduler, State, Stimulus, Successors, World, WorldError};
use crate::ModelPeer;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Scene<X: Protocol<ModelPeer>> {
    /// A machine acted.
    Acted {
        /// Which machine.
        node: ModelPeer,
        /// Who sent the message that it acted upon, if it is one and its sender is known.
        from: Option<ModelPeer>,
        /// The events that it handled within the step: the first came from outside, the others are
        /// requests of its application.
        handled: Vec<Handled<X>>,
        /// The message that it acted upon stays in flight, too.
        copied: bool,
        /// It crashed within the step: which of its messages left all the same is told next.
        torn: bool,
        /// The message that it acted upon is forged.
        forged: bool,
    },
    /// A message of a step within which its machine crashed left all the same.
    Left(Letter<X::Message>),
    /// A message of a step within which its machine crashed never left.
    NeverLeft(Letter<X::Message>),
    /// A message was lost.
    Lost(Letter<X::Message>),
    /// The network was full, and a message was crowded out.
    CrowdedOut(Letter<X::Message>),
    /// A message arrived where the life that it was meant for did not run.
    InVain(Letter<X::Message>),
    /// A machine stopped.
    Crashed {
        /// Which machine.
        node: ModelPeer,
    },
    /// The next round began.
    NextRound,
    /// A tick passed.
    Tick,
}

/// A message, as a scene tells of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter<M> {
    /// Who sent it, if that is known.
    pub from: Option<ModelPeer>,
    /// To whom.
    pub to: ModelPeer,
    /// What it says.
    pub message: M,
}

impl<X: Protocol<ModelPeer>, A: Application<X>> World<X, A> {
    /// How the world came into this first state; `None` when it is none.
    ///
    /// # Errors
    /// When a handler is found to be impure.
    pub fn explain_first(&self, first: &[u8]) -> Result<Option<Vec<Scene<X>>>, WorldError> {
        let steps = &mut *self.steps();
        let unborn = self.unborn(steps);
        self.explain_agenda(steps, &self.agenda(), &unborn, first)
    }

    /// Searches the ways through the agenda for one that ends in the state.
    fn explain_agenda(
        &self,
        steps: &mut Steps<X, A>,
        agenda: &[(u8, Stimulus)],
        state: &State,
        goal: &[u8],
    ) -> Result<Option<Vec<Scene<X>>>, WorldError> {
        let Some((&(node, stimulus), rest)) = agenda.split_first() else {
            let first = self.at_beginning(steps, state)?;
            return Ok((bytes_of(&first) == goal).then(Vec::new));
        };
        for told in steps.run(self, state.locals[usize::from(node)], stimulus)? {
            let mut after = state.clone();
            self.apply(steps, &mut after, node, &told.outcome);
            if let Some(mut scenes) = self.explain_agenda(steps, rest, &after, goal)? {
                scenes.insert(0, acted(self.nodes[usize::from(node)].me(), None, told.handled));
                return Ok(Some(scenes));
            }
        }
        Ok(None)
    }

    /// What happened between two states, one step of the world apart; `None` when no step leads
    /// from one to the other. Where several do, the first of them is told, in the order of
    /// [`Successors::choices`]: after that it makes no difference which it was.
    ///
    /// # Errors
    /// When a handler is found to be impure.
    pub fn explain(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<Scene<X>>>, WorldError> {
        let mut successors = Successors::default();
        self.expand(from, &mut successors)?;
        let mut state = State::default();
        state.decode(self.nodes.len(), from);
        let steps = &mut *self.steps();
        if self.scheduler == Scheduler::Lockstep {
            return self.explain_round(steps, &state, to);
        }
        let leads_there =
            |choice: &&Choice| successors.outcomes(choice).any(|(_, after)| after == to);
        let Some(choice) = successors.choices().find(leads_there) else { return Ok(None) };
        self.explain_action(steps, &state, choice.action, to).map(Some)
    }

    fn explain_action(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
        action: Action,
        goal: &[u8],
    ) -> Result<Vec<Scene<X>>, WorldError> {
        let (node, stimulus, flight) = match action.kind {
            Kind::NextRound | Kind::Lockstep => return Ok(vec![Scene::NextRound]),
            Kind::Tick => return Ok(vec![Scene::Tick]),
            Kind::Crash { node } => {
                let node = steps.locals.value(state.locals[usize::from(node)]).node.me();
                return Ok(vec![Scene::Crashed { node }]);
            }
            Kind::Lose(Parcel(flight)) => return Ok(vec![Scene::Lost(letter(steps, flight))]),
            Kind::CrowdOut(Parcel(flight)) => {
                return Ok(vec![Scene::CrowdedOut(letter(steps, flight))]);
            }
            Kind::Leave(Parcel(flight)) => return Ok(vec![Scene::Left(letter(steps, flight))]),
            Kind::LeaveNoMore => {
                let letters = state.torn.iter().map(|&flight| letter(steps, flight));
                return Ok(letters.map(Scene::NeverLeft).collect());
            }
            Kind::Request(place) => {
                let node = self.requests[usize::from(place)].0.place();
                (node, Stimulus::Request(place), None)
            }
            Kind::Start { node } => (node, Stimulus::Start, None),
            Kind::Timer { node, place, .. } => (node, Stimulus::Timer(place), None),
            Kind::Deliver(Parcel(flight)) | Kind::DeliverCopy(Parcel(flight)) => {
                if !self.is_there(steps, state, flight.to) {
                    return Ok(vec![Scene::InVain(letter(steps, flight))]);
                }
                (flight.to.place(), flight.stimulus(), Some(flight))
            }
            Kind::Forge(place) => {
                let forged = self.forgeries[usize::from(place)];
                (forged.to.place(), forged.stimulus(), Some(forged))
            }
        };
        let base = self.before_step(steps, state, action.kind);
        let ways = steps.run(self, base.locals[usize::from(node)], stimulus)?;
        self.explain_step(steps, &base, action, (node, flight), ways, goal).map(|scene| vec![scene])
    }

    /// A step of the machine in one of these ways, because of the message if it is one that came;
    /// or the random fault that struck instead.
    fn explain_step(
        &self,
        steps: &mut Steps<X, A>,
        base: &State,
        action: Action,
        (node, flight): (u8, Option<Flight>),
        ways: Vec<Told<X>>,
        goal: &[u8],
    ) -> Result<Scene<X>, WorldError> {
        let forged = matches!(action.kind, Kind::Forge(_));
        // Where copies are a matter of chance, one may have stayed in flight.
        let mut bases = vec![(base.clone(), matches!(action.kind, Kind::DeliverCopy(_)))];
        if let (Kind::Deliver(Parcel(flight)), Fault::Chance(_)) =
            (action.kind, self.faults.duplication)
        {
            let mut copied = base.clone();
            copied.send(flight);
            bases.push((copied, true));
        }
        for told in ways {
            for (base, copied) in &bases {
                let (after, _) = self.after(steps, base, node, &told.outcome, action.torn)?;
                if bytes_of(&after) == goal {
                    let node = steps.locals.value(told.outcome.local).node.me();
                    let (from, handled) = (flight.and_then(Flight::sender), told.handled);
                    let (copied, torn) = (*copied, action.torn);
                    return Ok(Scene::Acted { node, from, handled, copied, torn, forged });
                }
            }
        }
        Ok(match flight {
            Some(flight) if bytes_of(base) == goal => Scene::Lost(letter(steps, flight)),
            _ => {
                let node = steps.locals.value(base.locals[usize::from(node)]).node.me();
                Scene::Crashed { node }
            }
        })
    }

    /// The state with what the action takes out of it taken out.
    fn before_step(&self, steps: &mut Steps<X, A>, state: &State, kind: Kind) -> State {
        let mut base = state.clone();
        match kind {
            Kind::Start { node } => {
                base = self.about_to_start(steps, state, node).unwrap_or(base);
            }
            Kind::Request(place) => base.issued |= 1 << place,
            Kind::Deliver(Parcel(flight)) => base.remove(flight),
            Kind::DeliverCopy(_) => {
                base.left.duplications = base.left.duplications.saturating_sub(1);
            }
            _ => {}
        }
        base
    }

    fn explain_round(
        &self,
        steps: &mut Steps<X, A>,
        state: &State,
        goal: &[u8],
    ) -> Result<Option<Vec<Scene<X>>>, WorldError> {
        let mut way: Option<Vec<Micro>> = None;
        self.each_round(steps, state, &mut |_, end, micros| {
            if way.is_none() && bytes_of(end) == goal {
                way = Some(micros.to_vec());
            }
            Ok(())
        })?;
        let Some(way) = way else { return Ok(None) };
        let (mut scenes, mut locals) = (Vec::new(), state.locals.clone());
        for micro in way {
            let (node, stimulus, from, number) = match micro {
                Micro::Lost { flight } => {
                    scenes.push(Scene::Lost(letter(steps, flight)));
                    continue;
                }
                Micro::Timer { node, place, outcome, .. } => {
                    (node, Stimulus::Timer(place), None, outcome)
                }
                Micro::Delivered { flight, outcome, .. } => {
                    (flight.to.place(), flight.stimulus(), flight.sender(), outcome)
                }
            };
            let local = &mut locals[usize::from(node)];
            let outcome = steps.outcomes(self, *local, stimulus)?[number].clone();
            let told = steps.run(self, *local, stimulus)?;
            let same = |told: &Told<X>| {
                told.outcome.local == outcome.local && told.outcome.sends == outcome.sends
            };
            let handled = told.into_iter().find(same);
            *local = outcome.local;
            let node = self.nodes[usize::from(node)].me();
            scenes.extend(handled.map(|Told { handled, .. }| acted(node, from, handled)));
        }
        scenes.push(Scene::NextRound);
        Ok(Some(scenes))
    }
}

fn letter<X: Protocol<ModelPeer>, A: Application<X>>(
    steps: &Steps<X, A>,
    flight: Flight,
) -> Letter<X::Message> {
    let message = steps.messages.value(flight.message).clone();
    Letter { from: flight.sender(), to: flight.to, message }
}

fn acted<X: Protocol<ModelPeer>>(
    node: ModelPeer,
    from: Option<ModelPeer>,
    handled: Vec<Handled<X>>,
) -> Scene<X> {
    Scene::Acted { node, from, handled, copied: false, torn: false, forged: false }
}

fn bytes_of(state: &State) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.encode(&mut bytes);
    bytes
}

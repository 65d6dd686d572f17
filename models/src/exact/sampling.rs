//! Random runs of a world: the machines themselves draw, and each choice is drawn among the actions
//! of the state. They share with the exact answers the machines, the lists of actions and what is
//! reachable; neither the enumeration of draws, nor probabilities and prices, nor the equations.

use std::collections::HashMap;

use rumormill_core::rand::SeedableRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::{FromRng, Protocol, Randomness};

use super::{Estimate, Reward};
use crate::ModelPeer;
use crate::explore::Graph;
use crate::explore::backward::Backward;
use crate::explore::qualitative::can_reach;
use crate::space::Space;
use crate::world::{Action, Application, Paid, Successors, World, WorldError};

/// The most actions in one run. Runs end by themselves: one that goes on for so long is an error,
/// not a result.
pub const MAX_ACTIONS: u32 = 10_000_000;

/// Why a random run failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SampleError {
    /// The world itself is at fault.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The machines, when they drew themselves, did what they never do when draws are enumerated.
    #[error("a random run came into a state that the exploration did not find")]
    Unexplored,
    /// It should have reached the goal, or a state from which it cannot be reached.
    #[error("a random run did not end within {MAX_ACTIONS} actions")]
    Endless,
}

/// What became of random runs, each of which ended where the goal was reached, or where it could be
/// reached no more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    runs: usize,
    /// What was paid on those that reached the goal.
    reached: Vec<Paid>,
}

/// A source of randomness for random runs: the same seed, the same draws.
#[must_use]
pub fn seeded(seed: u64) -> FromRng<Xoshiro256PlusPlus> {
    FromRng(Xoshiro256PlusPlus::seed_from_u64(seed))
}

/// Draws so many runs of an explored world, until the property at that place in the list holds.
///
/// A run ends where the graph has no path to the goal any more. Elsewhere it has one, and each action
/// on it can be drawn; so every run ends with probability 1.
///
/// # Errors
/// When the world is not the one that was explored, or its machines are not.
pub fn sample<X: Protocol<ModelPeer>, A: Application<X>>(
    world: &World<X, A>,
    graph: &Graph,
    property: usize,
    runs: u32,
    random: &mut dyn Randomness,
) -> Result<Sample, SampleError> {
    sample_space(world, graph, property, runs, random)
}

/// The same, whatever the machines of the world are.
pub(crate) fn sample_space(
    space: &dyn Space,
    graph: &Graph,
    property: usize,
    runs: u32,
    random: &mut dyn Randomness,
) -> Result<Sample, SampleError> {
    let mut sampler = Sampler::new(space, graph, property);
    let mut reached = Vec::new();
    for _ in 0..runs {
        reached.extend(sampler.run(random)?);
    }
    Ok(Sample { runs: runs as usize, reached })
}

impl Sample {
    /// How likely the goal is reached.
    #[must_use]
    pub fn probability(&self) -> Estimate {
        Estimate::share(self.reached.len(), self.runs)
    }

    /// How likely it is reached before more than so many rounds are paid.
    #[must_use]
    pub fn within_rounds(&self, most: u64) -> Estimate {
        let in_time = self.reached.iter().filter(|paid| paid.rounds <= most);
        Estimate::share(in_time.count(), self.runs)
    }

    /// How much of the reward is expected to be paid before the goal; `None` where a run missed it, or
    /// where there are too few runs to tell.
    #[must_use]
    pub fn expected(&self, reward: Reward) -> Option<Estimate> {
        let is_certain = self.reached.len() == self.runs && self.runs > 1;
        let paid = self.reached.iter().map(|paid| reward.in_all(paid));
        is_certain.then(|| Estimate::mean(paid))
    }
}

/// What a run does in a state.
enum Place {
    /// It has reached the goal.
    Goal,
    /// It will never reach it.
    Hopeless,
    /// Any of these.
    Open(Vec<Action>),
}

struct Sampler<'a> {
    space: &'a dyn Space,
    graph: &'a Graph,
    goal: Vec<bool>,
    /// From where there is a path to the goal.
    hopeful: Vec<bool>,
    /// The states that runs were in.
    places: HashMap<Vec<u8>, Place>,
    successors: Successors,
}

impl<'a> Sampler<'a> {
    fn new(space: &'a dyn Space, graph: &'a Graph, property: usize) -> Self {
        let goal = graph.where_holds(property);
        let hopeful = can_reach(&Backward::of(graph), &goal);
        let (places, successors) = (HashMap::new(), Successors::default());
        Self { space, graph, goal, hopeful, places, successors }
    }

    /// What was paid until the goal, if it was reached.
    fn run(&mut self, random: &mut dyn Randomness) -> Result<Option<Paid>, SampleError> {
        let mut state = self.space.begin(random)?;
        let mut paid = Paid::default();
        for _ in 0..MAX_ACTIONS {
            let actions = match self.place(&state)? {
                Place::Goal => return Ok(Some(paid)),
                Place::Hopeless => return Ok(None),
                Place::Open(actions) => actions,
            };
            let action = one_of(actions, random);
            let (next, price) = self.space.take(&state, action, random)?;
            state = next;
            paid += price;
        }
        Err(SampleError::Endless)
    }

    fn place(&mut self, state: &[u8]) -> Result<&Place, SampleError> {
        if !self.places.contains_key(state) {
            let place = self.find(state)?;
            self.places.insert(state.to_vec(), place);
        }
        Ok(&self.places[state])
    }

    fn find(&mut self, state: &[u8]) -> Result<Place, SampleError> {
        let class = self.space.class_of(state)?;
        let number = self.graph.find(&class.representative).ok_or(SampleError::Unexplored)?;
        if self.goal[number as usize] {
            return Ok(Place::Goal);
        }
        if !self.hopeful[number as usize] {
            return Ok(Place::Hopeless);
        }
        self.space.expand(state, &mut self.successors)?;
        Ok(Place::Open(self.successors.choices().map(|choice| choice.action).collect()))
    }
}

/// One of a list, each as likely as any other.
fn one_of(actions: &[Action], random: &mut dyn Randomness) -> Action {
    match actions {
        [action] => *action,
        _ => actions[random.below(actions.len() as u32) as usize],
    }
}

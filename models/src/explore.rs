//! Our own explicit-state explorer: every state of a world, and what holds in it.
//!
//! States are told apart by all of their bytes, not by a hash. The first state in which something
//! is wrong is found on a shortest path. Liveness is judged on the whole graph, so cycles and joins
//! make no difference to its soundness.

mod graph;
mod liveness;
mod store;

use std::fmt;

use rumormill_core::Protocol;

pub use graph::Graph;

use crate::ModelPeer;
use crate::world::{Application, Predicate, Successors, World, WorldError};
use graph::Builder;
use store::StateStore;

/// What is claimed of a predicate `p` over the states of a world.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Notion {
    /// `p` holds in every reachable state.
    Always,
    /// `p` holds in some reachable state.
    Sometimes,
    /// From every reachable state, some run leads to `p` (AG EF p).
    PossibleFromEverywhere,
    /// Every run that does not stop early comes to `p`, however scheduler, faults and draws fall
    /// (AF p).
    Surely,
}

impl fmt::Display for Notion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Always => "always",
            Self::Sometimes => "sometimes",
            Self::PossibleFromEverywhere => "possible from everywhere",
            Self::Surely => "surely",
        })
    }
}

/// A claim about a world.
pub struct Property<X: Protocol<ModelPeer>, A: Application<X>> {
    /// How it reads.
    pub name: &'static str,
    /// What is claimed of the predicate.
    pub notion: Notion,
    /// The predicate.
    pub holds: Predicate<X, A>,
}

/// The most properties that are judged in one exploration.
pub const MAX_PROPERTIES: usize = 64;

/// When to give up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The most states to keep.
    pub states: usize,
}

impl Default for Limits {
    /// Sixteen million states, which take about 2 GB.
    fn default() -> Self {
        Self { states: 16_000_000 }
    }
}

/// Why a world was not explored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExploreError {
    /// The world itself is at fault.
    #[error(transparent)]
    World(#[from] WorldError),
    /// There are more states than the limit.
    #[error("the world has more than {limit} states; raise the limit or choose a smaller world")]
    TooManyStates {
        /// The limit.
        limit: usize,
    },
    /// Nothing ever happens, so every claim would be vacuous.
    #[error("nothing can happen in this world, so nothing was checked")]
    Nothing,
    /// More properties than there are marks for.
    #[error("an exploration judges at most {MAX_PROPERTIES} properties, not {0}")]
    TooManyProperties(usize),
}

/// What became of a claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The property's name.
    pub property: &'static str,
    /// What was claimed.
    pub notion: Notion,
    /// Whether it is true.
    pub holds: bool,
    /// The run that shows it, where one run can: a counterexample to what does not hold, or a
    /// witness of a [`Notion::Sometimes`] that does.
    pub evidence: Option<Run>,
}

/// A run through the graph: each entry leads from one state to the next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// The states, from a first one on, by their numbers.
    pub states: Vec<u32>,
    /// Where the run goes round for ever: after its last state comes the one at this place.
    pub back_to: Option<usize>,
}

/// A world that was explored completely.
pub struct Exploration {
    /// All reachable states and what leads from one to the other.
    pub graph: Graph,
    /// What became of each property.
    pub verdicts: Vec<Verdict>,
}

/// Explores all of a world and judges the properties.
///
/// # Errors
/// When the world is larger than the limits, when nothing happens in it, or when a handler turns
/// out to be no pure function.
pub fn explore<X: Protocol<ModelPeer>, A: Application<X>>(
    world: &World<X, A>,
    properties: &[Property<X, A>],
    limits: Limits,
) -> Result<Exploration, ExploreError> {
    if properties.len() > MAX_PROPERTIES {
        return Err(ExploreError::TooManyProperties(properties.len()));
    }
    let predicates = || properties.iter().map(|property| &property.holds);
    let (mut states, mut graph) = (StateStore::default(), Builder::default());
    let (mut bytes, mut successors) = (Vec::new(), world.first_states()?);
    for choice in successors.choices() {
        for (_, first) in successors.outcomes(choice) {
            states.insert(first);
            graph.add_state(world.judge(first, predicates()), None);
        }
    }
    let mut current = 0;
    while current < states.len() {
        bytes.clear();
        bytes.extend_from_slice(states.get(current));
        world.expand(&bytes, &mut successors)?;
        for choice in successors.choices() {
            for (weight, after) in successors.outcomes(choice) {
                let (target, new) = states.insert(after);
                if new {
                    graph.add_state(world.judge(after, predicates()), Some(current));
                }
                graph.add_transition(target, weight);
            }
            graph.end_choice();
        }
        graph.end_state();
        if states.len() as usize > limits.states {
            return Err(ExploreError::TooManyStates { limit: limits.states });
        }
        current += 1;
    }
    let graph = graph.finish(states);
    if graph.transitions() == 0 {
        return Err(ExploreError::Nothing);
    }
    let verdicts = liveness::judge(&graph, properties.iter().map(|p| (p.name, p.notion)));
    Ok(Exploration { graph, verdicts })
}

/// Steps through the outcomes of a state again, to find those that lead to another.
pub(crate) fn find_step<X: Protocol<ModelPeer>, A: Application<X>>(
    world: &World<X, A>,
    from: &[u8],
    to: &[u8],
    buffer: &mut Successors,
) -> Option<crate::world::Action> {
    world.expand(from, buffer).ok()?;
    let leads_there = |choice: &&crate::world::Choice| {
        buffer.outcomes(choice).any(|(_, after)| after == to)
    };
    buffer.choices().find(leads_there).map(|choice| choice.action)
}

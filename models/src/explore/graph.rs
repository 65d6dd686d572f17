//! The reachable states and the transitions between them.

use std::collections::HashMap;
use std::ops::Range;

use super::store::StateStore;
use crate::Weight;

/// All reachable states of a world, numbered in breadth-first order, and what leads from one to
/// another: in each state some choices, each with its outcomes and their probabilities.
pub struct Graph {
    states: StateStore,
    /// A bit for each property, for each state.
    marks: Vec<u64>,
    /// Over which state each was met first; itself for a first one.
    parents: Vec<u32>,
    /// Where the choices of each state end.
    choice_ends: Vec<u32>,
    /// Where the outcomes of each choice end.
    outcome_ends: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<u32>,
    weight_values: Vec<Weight>,
}

impl Graph {
    /// The number of states.
    #[must_use]
    pub fn states(&self) -> u32 {
        self.states.len()
    }

    /// The number of choices in all states.
    #[must_use]
    pub fn choices(&self) -> usize {
        self.outcome_ends.len()
    }

    /// The number of transitions: the different outcomes of every choice.
    #[must_use]
    pub fn transitions(&self) -> usize {
        self.targets.len()
    }

    /// The bytes that stand for a state, for [`World::look`](crate::world::World::look).
    #[must_use]
    pub fn state(&self, number: u32) -> &[u8] {
        self.states.get(number)
    }

    /// Whether the property at that place in the list holds in the state.
    #[must_use]
    pub fn holds(&self, property: usize, state: u32) -> bool {
        self.marks[state as usize] >> property & 1 == 1
    }

    /// Whether the run begins here.
    #[must_use]
    pub fn is_first(&self, state: u32) -> bool {
        self.parents[state as usize] == state
    }

    /// The choices of a state, by their numbers.
    #[must_use]
    pub fn choices_of(&self, state: u32) -> Range<usize> {
        between(&self.choice_ends, state as usize)
    }

    /// The outcomes of a choice: where they lead, and how likely each is.
    pub fn outcomes_of(&self, choice: usize) -> impl Iterator<Item = (u32, &Weight)> {
        let places = between(&self.outcome_ends, choice);
        places.map(|place| (self.targets[place], &self.weight_values[self.weights[place] as usize]))
    }

    /// The states that one step can lead to; those of several choices come several times.
    #[must_use]
    pub fn successors(&self, state: u32) -> &[u32] {
        let choices = self.choices_of(state);
        let start = choices.start.checked_sub(1).map_or(0, |before| self.outcome_ends[before]);
        let end = choices.end.checked_sub(1).map_or(0, |last| self.outcome_ends[last]);
        &self.targets[start as usize..end as usize]
    }

    /// A shortest run from a first state to this one, both included.
    #[must_use]
    pub fn path_to(&self, state: u32) -> Vec<u32> {
        let mut path = vec![state];
        while let Some(&last) = path.last()
            && !self.is_first(last)
        {
            path.push(self.parents[last as usize]);
        }
        path.reverse();
        path
    }

    /// The bytes that the graph takes in memory, states included, as reserved.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let Self { states, marks, parents, choice_ends, outcome_ends, targets, weights, .. } = self;
        let numbers = parents.capacity() + choice_ends.capacity() + outcome_ends.capacity();
        states.bytes_reserved()
            + marks.capacity() * size_of::<u64>()
            + (numbers + targets.capacity() + weights.capacity()) * size_of::<u32>()
    }
}

fn between(ends: &[u32], place: usize) -> Range<usize> {
    let start = place.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[place] as usize
}

/// Takes a graph down while it is discovered.
#[derive(Default)]
pub(super) struct Builder {
    marks: Vec<u64>,
    parents: Vec<u32>,
    choice_ends: Vec<u32>,
    outcome_ends: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<u32>,
    weight_values: Vec<Weight>,
    weight_numbers: HashMap<Weight, u32>,
    latest_weight: Option<(Weight, u32)>,
}

impl Builder {
    /// The next state was discovered, from `parent` unless it is a first one.
    pub(super) fn add_state(&mut self, marks: u64, parent: Option<u32>) {
        self.parents.push(parent.unwrap_or(self.parents.len() as u32));
        self.marks.push(marks);
    }

    /// The choice at hand can lead to `target`.
    pub(super) fn add_transition(&mut self, target: u32, weight: &Weight) {
        let weight = self.number(weight);
        self.targets.push(target);
        self.weights.push(weight);
    }

    /// The choice at hand is complete.
    pub(super) fn end_choice(&mut self) {
        self.outcome_ends.push(self.targets.len() as u32);
    }

    /// The state at hand is complete.
    pub(super) fn end_state(&mut self) {
        self.choice_ends.push(self.outcome_ends.len() as u32);
    }

    /// The graph; states that were not completed have no choices.
    pub(super) fn finish(mut self, states: StateStore) -> Graph {
        self.choice_ends.resize(self.marks.len(), self.outcome_ends.len() as u32);
        let Self { marks, parents, choice_ends, outcome_ends, targets, weights, .. } = self;
        let weight_values = self.weight_values;
        Graph { states, marks, parents, choice_ends, outcome_ends, targets, weights, weight_values }
    }

    /// Most weights are the same as the one before.
    fn number(&mut self, weight: &Weight) -> u32 {
        if let Some((latest, number)) = &self.latest_weight
            && latest == weight
        {
            return *number;
        }
        let number = *self.weight_numbers.entry(*weight).or_insert_with(|| {
            self.weight_values.push(*weight);
            self.weight_values.len() as u32 - 1
        });
        self.latest_weight = Some((*weight, number));
        number
    }
}

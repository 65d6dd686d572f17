//! The reachable states and the transitions between them.

use std::collections::HashMap;
use std::ops::Range;

use super::store::StateStore;
use crate::Weight;
use crate::world::{Claim, Price};

/// All reachable states of a world, numbered in breadth-first order, and what leads from one to
/// another: in each state some choices, each with its outcomes and their probabilities.
#[derive(Default)]
pub struct Graph {
    states: StateStore,
    /// A bit for each property, for each state.
    marks: Vec<u64>,
    /// Over which state each was met first; itself for a first one.
    parents: Vec<u32>,
    /// In which states the run begins, and how likely.
    first: Vec<(u32, Weight)>,
    /// Where the choices of each state end.
    choice_ends: Vec<u32>,
    /// Where the outcomes of each choice end.
    outcome_ends: Vec<u32>,
    /// What else there is to say of each choice, among `label_values`.
    labels: Vec<u32>,
    targets: Vec<u32>,
    label_values: Vec<Label>,
}

/// What many choices have in common.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Label {
    /// The probabilities of the outcomes, in their order.
    weights: Box<[Weight]>,
    price: Price,
    claim: Option<u32>,
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

    /// The number of the state that these bytes stand for, if it is reachable.
    #[must_use]
    pub fn find(&self, state: &[u8]) -> Option<u32> {
        self.states.find(state)
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

    /// In which states the run begins, and how likely.
    #[must_use]
    pub fn first(&self) -> &[(u32, Weight)] {
        &self.first
    }

    /// The choices of a state, by their numbers.
    #[must_use]
    pub fn choices_of(&self, state: u32) -> Range<usize> {
        between(&self.choice_ends, state as usize)
    }

    /// The outcomes of a choice: where they lead, and how likely each is.
    pub fn outcomes_of(&self, choice: usize) -> impl Iterator<Item = (u32, &Weight)> {
        self.targets_of(choice).iter().copied().zip(&self.label(choice).weights)
    }

    /// Where the outcomes of a choice lead.
    #[must_use]
    pub fn targets_of(&self, choice: usize) -> &[u32] {
        &self.targets[between(&self.outcome_ends, choice)]
    }

    /// What a choice costs.
    #[must_use]
    pub fn price_of(&self, choice: usize) -> &Price {
        &self.label(choice).price
    }

    /// Whose turn a fair scheduler would take the choice for: the number of a
    /// [`Claim`].
    #[must_use]
    pub fn claim_of(&self, choice: usize) -> Option<u32> {
        self.label(choice).claim
    }

    fn label(&self, choice: usize) -> &Label {
        &self.label_values[self.labels[choice] as usize]
    }

    /// The states that one step can lead to; those of several choices come several times.
    #[must_use]
    pub fn successors(&self, state: u32) -> &[u32] {
        let choices = self.choices_of(state);
        let start = choices.start.checked_sub(1).map_or(0, |before| self.outcome_ends[before]);
        let end = choices.end.checked_sub(1).map_or(0, |last| self.outcome_ends[last]);
        &self.targets[start as usize..end as usize]
    }

    /// Where all transitions lead, in the order of their choices.
    pub(crate) fn targets(&self) -> &[u32] {
        &self.targets
    }

    /// In which states the property at that place in the list holds.
    pub(crate) fn where_holds(&self, property: usize) -> Vec<bool> {
        (0..self.states()).map(|state| self.holds(property, state)).collect()
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
        let Self { states, marks, parents, choice_ends, outcome_ends, labels, targets, .. } = self;
        let numbers = [parents, choice_ends, outcome_ends, labels, targets].map(Vec::capacity);
        let label = |label: &Label| size_of::<Label>() + size_of_val(&*label.weights);
        states.bytes_reserved()
            + marks.capacity() * size_of::<u64>()
            + numbers.iter().sum::<usize>() * size_of::<u32>()
            + self.label_values.iter().map(label).sum::<usize>()
    }
}

fn between(ends: &[u32], place: usize) -> Range<usize> {
    let start = place.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[place] as usize
}

/// Takes a graph down while it is discovered.
#[derive(Default)]
pub(super) struct Builder {
    graph: Graph,
    /// The probabilities of the choice at hand.
    weights: Vec<Weight>,
    claim_numbers: HashMap<Claim, u32>,
    label_numbers: HashMap<Label, u32>,
    /// Most choices are like the one before.
    latest: u32,
}

impl Builder {
    /// The run can begin in this state.
    pub(super) fn add_first(&mut self, state: u32, weight: Weight) {
        self.graph.first.push((state, weight));
    }

    /// The number of transitions so far.
    pub(super) fn transitions(&self) -> usize {
        self.graph.transitions()
    }

    /// The bytes that they take in memory, as reserved, without the states.
    pub(super) fn bytes(&self) -> usize {
        self.graph.bytes()
    }

    /// The next state was discovered, from `parent` unless it is a first one.
    pub(super) fn add_state(&mut self, marks: u64, parent: Option<u32>) {
        let Graph { marks: all_marks, parents, .. } = &mut self.graph;
        parents.push(parent.unwrap_or(parents.len() as u32));
        all_marks.push(marks);
    }

    pub(super) fn marks_of(&self, state: u32) -> u64 {
        self.graph.marks[state as usize]
    }

    /// The choice at hand can lead to `target`.
    pub(super) fn add_transition(&mut self, target: u32, weight: &Weight) {
        self.weights.push(*weight);
        self.graph.targets.push(target);
    }

    /// The choice at hand is complete.
    pub(super) fn end_choice(&mut self, price: Price, claim: Option<Claim>) {
        let claim = claim.map(|claim| {
            let next = self.claim_numbers.len() as u32;
            *self.claim_numbers.entry(claim).or_insert(next)
        });
        let label = self.label(price, claim);
        self.weights.clear();
        self.graph.labels.push(label);
        self.graph.outcome_ends.push(self.graph.targets.len() as u32);
    }

    /// The state at hand is complete.
    pub(super) fn end_state(&mut self) {
        self.graph.choice_ends.push(self.graph.outcome_ends.len() as u32);
    }

    /// The graph; states that were not completed have no choices.
    pub(super) fn finish(self, states: StateStore) -> Graph {
        let mut graph = Graph { states, ..self.graph };
        graph.choice_ends.resize(graph.marks.len(), graph.outcome_ends.len() as u32);
        graph
    }

    /// The number of a label with the probabilities of the choice at hand.
    fn label(&mut self, price: Price, claim: Option<u32>) -> u32 {
        let values = &mut self.graph.label_values;
        let same = |label: &Label| {
            label.claim == claim && label.price == price && *label.weights == *self.weights
        };
        if !values.get(self.latest as usize).is_some_and(same) {
            let label = Label { weights: self.weights.as_slice().into(), price, claim };
            self.latest = *self.label_numbers.entry(label).or_insert_with_key(|label| {
                values.push(label.clone());
                values.len() as u32 - 1
            });
        }
        self.latest
    }
}

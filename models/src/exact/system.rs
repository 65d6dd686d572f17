//! Equations for the values of states: the least or greatest, over the choices of a state, of what
//! the choice costs at once and of what is expected of the states it leads to.

use std::collections::HashMap;

use super::Optimum;
use super::number::Number;
use crate::Weight;
use crate::arrows::Arrows;
use crate::explore::Graph;
use crate::explore::components::{EndComponents, NONE};
use crate::explore::qualitative::members;

/// Which states are unknowns, and which of their choices count.
pub(super) struct Unknowns {
    /// The unknown that stands for each state; [`NONE`] where the value is known.
    place_of: Vec<u32>,
    /// The choices of each unknown.
    choices: Arrows,
}

impl Unknowns {
    /// Each of the states is an unknown.
    pub(super) fn each(graph: &Graph, states: &[bool]) -> Self {
        Self::blocks(graph, states, &[], |_| true)
    }

    /// States between which one can go to and fro by `free` choices are one unknown, whose choices
    /// are all others of its states: whether one goes round among them any longer makes no
    /// difference.
    pub(super) fn collapsed(
        graph: &Graph,
        states: &[bool],
        free: impl Fn(usize) -> bool,
        allowed: impl Fn(usize) -> bool,
    ) -> Self {
        let components = EndComponents::new(graph, &free).within(members(states));
        let mut component_of = vec![NONE; states.len()];
        for (number, component) in components.iter().enumerate() {
            component.iter().for_each(|&state| component_of[state as usize] = number as u32);
        }
        let mut inner = vec![false; graph.choices()];
        for &state in components.iter().flatten() {
            let home = component_of[state as usize];
            for choice in graph.choices_of(state) {
                let mut targets = graph.targets_of(choice).iter();
                inner[choice] =
                    free(choice) && targets.all(|&target| component_of[target as usize] == home);
            }
        }
        Self::blocks(graph, states, &components, |choice| allowed(choice) && !inner[choice])
    }

    fn blocks(
        graph: &Graph,
        states: &[bool],
        components: &[Vec<u32>],
        allowed: impl Fn(usize) -> bool,
    ) -> Self {
        let mut place_of = vec![NONE; states.len()];
        let mut choices = Arrows::default();
        let mut add = |block: &[u32]| {
            let place = choices.len() as u32;
            block.iter().for_each(|&state| place_of[state as usize] = place);
            let all = block.iter().flat_map(|&state| graph.choices_of(state));
            choices.push(all.filter(|&choice| allowed(choice)).map(|choice| choice as u32));
        };
        components.iter().for_each(|component| add(component));
        let mut alone = states.to_vec();
        components.iter().flatten().for_each(|&state| alone[state as usize] = false);
        members(&alone).into_iter().for_each(|state| add(&[state]));
        Self { place_of, choices }
    }

    /// The unknown that stands for the state, if its value is unknown.
    pub(super) fn place_of(&self, state: u32) -> Option<usize> {
        let place = self.place_of[state as usize];
        (place != NONE).then_some(place as usize)
    }
}

/// The numbers of weights. Most weights are the same as the one before.
#[derive(Default)]
struct Numbers {
    all: HashMap<Weight, u32>,
    latest: Option<(Weight, u32)>,
}

/// A summand of an equation: so much of the value of that unknown.
#[derive(Clone, Copy)]
pub(super) struct Term {
    pub(super) unknown: u32,
    weight: u32,
}

/// The equations.
pub(super) struct System<V> {
    choice_ends: Vec<u32>,
    term_ends: Vec<u32>,
    terms: Vec<Term>,
    /// What each choice is worth beside its terms.
    constants: Vec<V>,
    weights: Vec<V>,
    /// The strongly connected components of the unknowns, those that others depend on first.
    components: Arrows,
}

impl<V: Number> System<V> {
    /// The equations for `unknowns`, whose choices cost `price`. The value of where a choice leads
    /// to is given by `known`, or is an unknown.
    pub(super) fn new(
        graph: &Graph,
        unknowns: &Unknowns,
        price: impl Fn(usize) -> V,
        known: impl Fn(usize, u32) -> Option<V>,
    ) -> Self {
        let mut system = Self::empty();
        let mut weight_numbers = Numbers::default();
        for unknown in 0..unknowns.choices.len() as u32 {
            for &choice in unknowns.choices.of(unknown) {
                let choice = choice as usize;
                let mut constant = price(choice);
                for (target, weight) in graph.outcomes_of(choice) {
                    let number = system.weight(&mut weight_numbers, weight);
                    match known(choice, target) {
                        Some(value) => {
                            constant.add_product(&system.weights[number as usize], &value);
                        }
                        None => {
                            let unknown = unknowns.place_of[target as usize];
                            system.terms.push(Term { unknown, weight: number });
                        }
                    }
                }
                system.constants.push(constant);
                system.term_ends.push(system.terms.len() as u32);
            }
            system.choice_ends.push(system.term_ends.len() as u32);
        }
        system.components = system.arrows(|_, _| true).components();
        system
    }

    fn empty() -> Self {
        Self {
            choice_ends: Vec::new(),
            term_ends: Vec::new(),
            terms: Vec::new(),
            constants: Vec::new(),
            weights: Vec::new(),
            components: Arrows::default(),
        }
    }

    fn weight(&mut self, numbers: &mut Numbers, weight: &Weight) -> u32 {
        match numbers.latest {
            Some((latest, number)) if latest == *weight => number,
            _ => {
                let number = *numbers.all.entry(*weight).or_insert_with(|| {
                    self.weights.push(V::of(weight));
                    self.weights.len() as u32 - 1
                });
                numbers.latest = Some((*weight, number));
                number
            }
        }
    }

    /// Gives choices other constants, where there are any.
    pub(super) fn set_constants(
        &mut self,
        unknowns: &Unknowns,
        constant: impl Fn(usize) -> Option<V>,
    ) {
        let choices = unknowns.choices.lists().flatten();
        for (known, &choice) in self.constants.iter_mut().zip(choices) {
            if let Some(constant) = constant(choice as usize) {
                *known = constant;
            }
        }
    }

    /// The strongly connected components of the unknowns, those that others depend on first.
    pub(super) fn components(&self) -> &Arrows {
        &self.components
    }

    /// Whether the equation of an unknown speaks of itself.
    pub(super) fn is_loop(&self, unknown: u32) -> bool {
        let mut terms = self.choices_of(unknown).flat_map(|choice| self.terms_of(choice));
        terms.any(|term| term.unknown == unknown)
    }

    /// The equations of who draws each choice uniformly: one choice for each unknown.
    pub(super) fn averaged(&self) -> Self {
        let mut averaged = Self { components: self.components.clone(), ..Self::empty() };
        let mut numbers = HashMap::new();
        for unknown in 0..self.len() as u32 {
            let choices = self.choices_of(unknown);
            let share = V::of(&Weight::new(1, choices.len().max(1) as u128));
            let mut constant = V::nothing();
            for choice in choices.clone() {
                constant.add_product(&share, &self.constants[choice]);
                for term in self.terms_of(choice) {
                    let number = numbers.entry((term.weight, choices.len()));
                    let weight = *number.or_insert_with(|| {
                        let mut weight = V::nothing();
                        weight.add_product(&share, self.factor(*term));
                        averaged.weights.push(weight);
                        averaged.weights.len() as u32 - 1
                    });
                    averaged.terms.push(Term { unknown: term.unknown, weight });
                }
            }
            averaged.constants.push(constant);
            averaged.term_ends.push(averaged.terms.len() as u32);
            averaged.choice_ends.push(averaged.term_ends.len() as u32);
        }
        averaged
    }

    /// The same equations in other numbers.
    pub(super) fn translated<W>(&self, translate: impl Fn(&V) -> W) -> System<W> {
        System {
            choice_ends: self.choice_ends.clone(),
            term_ends: self.term_ends.clone(),
            terms: self.terms.clone(),
            constants: self.constants.iter().map(&translate).collect(),
            weights: self.weights.iter().map(&translate).collect(),
            components: self.components.clone(),
        }
    }

    /// How many unknowns there are.
    pub(super) fn len(&self) -> usize {
        self.choice_ends.len()
    }

    /// The choices of an unknown.
    pub(super) fn choices_of(&self, unknown: u32) -> std::ops::Range<usize> {
        let start = unknown.checked_sub(1).map_or(0, |before| self.choice_ends[before as usize]);
        start as usize..self.choice_ends[unknown as usize] as usize
    }

    /// The terms of a choice.
    pub(super) fn terms_of(&self, choice: usize) -> &[Term] {
        let start = choice.checked_sub(1).map_or(0, |before| self.term_ends[before]);
        &self.terms[start as usize..self.term_ends[choice] as usize]
    }

    /// What a choice is worth beside its terms.
    pub(super) fn constant(&self, choice: usize) -> &V {
        &self.constants[choice]
    }

    /// How much of the value of its unknown a term is.
    pub(super) fn factor(&self, term: Term) -> &V {
        &self.weights[term.weight as usize]
    }

    /// What a choice is worth if the unknowns have these values.
    pub(super) fn worth(&self, choice: usize, values: &[V]) -> V {
        let mut worth = self.constants[choice].clone();
        for &term in self.terms_of(choice) {
            worth.add_product(self.factor(term), &values[term.unknown as usize]);
        }
        worth
    }

    /// Which unknowns the equation of each speaks of, where only such choices count.
    pub(super) fn arrows(&self, counts: impl Fn(u32, usize) -> bool) -> Arrows {
        let mut arrows = Arrows::default();
        for unknown in 0..self.len() as u32 {
            let choices = self.choices_of(unknown).filter(|&choice| counts(unknown, choice));
            let terms = choices.flat_map(|choice| self.terms_of(choice));
            arrows.push(terms.map(|term| term.unknown));
        }
        arrows
    }
}

impl Optimum {
    /// Whether the first is better than the second.
    pub(super) fn prefers<V: PartialOrd>(self, one: &V, other: &V) -> bool {
        match self {
            Self::Least => one < other,
            Self::Greatest => one > other,
        }
    }
}

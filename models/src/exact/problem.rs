//! Questions turned into equations: which states are certain, which are hopeless, and which are
//! unknowns.

use super::number::Number;
use super::system::{System, Unknowns};
use super::{Chooser, Optimum, Reward};
use crate::Weight;
use crate::explore::Graph;
use crate::explore::backward::Backward;
use crate::explore::qualitative::{
    can_avoid, can_avoid_by, can_be_certain, can_reach, can_reach_through, certain, members,
    reachable_without,
};

/// A goal in a graph.
pub(super) struct Problem<'a> {
    graph: &'a Graph,
    backward: Backward,
    goal: Vec<bool>,
    /// The states that can be met before the goal.
    before: Vec<bool>,
}

impl<'a> Problem<'a> {
    pub(super) fn new(graph: &'a Graph, goal: Vec<bool>) -> Self {
        let before = reachable_without(graph, &goal);
        Self { graph, backward: Backward::of(graph), goal, before }
    }

    /// How many transitions there are before the goal.
    pub(super) fn transitions(&self) -> usize {
        let states = members(&self.before).into_iter();
        states.map(|state| self.graph.successors(state).len()).sum()
    }

    /// Whether the goal is reached with probability 1.
    pub(super) fn is_certain(&self, chooser: Chooser) -> bool {
        let certain = match chooser {
            Chooser::Least => can_be_certain(self.graph, &self.backward, &self.goal),
            Chooser::Greatest => certain(self.graph, &self.backward, &self.goal),
            Chooser::Uniform => self.certain_by_chance(),
        };
        self.graph.first().iter().all(|&(state, _)| certain[state as usize])
    }

    /// How likely the goal is reached.
    pub(super) fn probability<V: Number>(&self, chooser: Chooser) -> Option<V> {
        let Self { graph, backward, goal, .. } = self;
        let (hopeless, certain) = match chooser {
            Chooser::Least => (can_avoid(graph, backward, goal), certain(graph, backward, goal)),
            Chooser::Greatest => (self.hopeless(), can_be_certain(graph, backward, goal)),
            Chooser::Uniform => (self.hopeless(), self.certain_by_chance()),
        };
        let unknown = self.before_goal(|state| !hopeless[state] && !certain[state]);
        let unknowns = match chooser {
            Chooser::Greatest => Unknowns::collapsed(graph, &unknown, |_| true, |_| true),
            Chooser::Least | Chooser::Uniform => Unknowns::each(graph, &unknown),
        };
        let known = |state: u32| {
            let is_known = unknowns.place_of(state).is_none();
            is_known.then(|| if certain[state as usize] { one() } else { V::nothing() })
        };
        let system = System::new(graph, &unknowns, |_| V::nothing(), |_, target| known(target));
        let values = chooser.solve(&system)?;
        Some(self.at_first(|state| match unknowns.place_of(state) {
            Some(place) => values[place].clone(),
            None => known(state).unwrap_or_else(V::nothing),
        }))
    }

    /// How much of the reward is expected to be paid before the goal, which is reached with
    /// probability 1.
    pub(super) fn expected<V: Number>(&self, chooser: Chooser, reward: Reward) -> Option<V> {
        let graph = self.graph;
        let unknowns = if chooser == Chooser::Least {
            let certain = can_be_certain(graph, &self.backward, &self.goal);
            let allowed = |choice: usize| {
                graph.targets_of(choice).iter().all(|&target| certain[target as usize])
            };
            let free = |choice| allowed(choice) && self.price(reward, choice) == Weight::ZERO;
            let unknown = self.before_goal(|state| certain[state]);
            Unknowns::collapsed(graph, &unknown, free, allowed)
        } else {
            Unknowns::each(graph, &self.before)
        };
        let price = |choice| V::of(&self.price(reward, choice));
        let known = |_, target| unknowns.place_of(target).is_none().then(V::nothing);
        let system = System::new(graph, &unknowns, price, known);
        let values = chooser.solve(&system)?;
        Some(self.at_first(|state| match unknowns.place_of(state) {
            Some(place) => values[place].clone(),
            None => V::nothing(),
        }))
    }

    /// How likely the goal is reached before more than 0, 1, … `most` rounds are paid.
    ///
    /// Round by round: where a choice begins a round, what it leads to is worth what it was worth
    /// with one round less.
    pub(super) fn within_rounds<V: Number>(&self, chooser: Chooser, most: usize) -> Option<Vec<V>> {
        let Self { graph, backward, goal, .. } = self;
        let begins_round = |choice: usize| graph.price_of(choice).rounds != Weight::ZERO;
        let hopeless = if chooser == Chooser::Least {
            can_avoid_by(graph, backward, goal, |choice| !begins_round(choice))
        } else {
            let begins = |state| graph.choices_of(state).any(begins_round);
            let ways_on: Vec<bool> =
                (0..graph.states()).map(|state| goal[state as usize] || begins(state)).collect();
            can_reach(backward, &ways_on).into_iter().map(|reaches| !reaches).collect()
        };
        let unknown = self.before_goal(|state| !hopeless[state]);
        let unknowns = if chooser == Chooser::Greatest {
            Unknowns::collapsed(graph, &unknown, |choice| !begins_round(choice), |_| true)
        } else {
            Unknowns::each(graph, &unknown)
        };
        let worth = |state: u32, values: &[V]| match unknowns.place_of(state) {
            Some(place) => values[place].clone(),
            None if goal[state as usize] => one(),
            None => V::nothing(),
        };
        let known = |choice, target: u32| {
            if begins_round(choice) {
                return Some(V::nothing());
            }
            let is_known = unknowns.place_of(target).is_none();
            is_known.then(|| if goal[target as usize] { one() } else { V::nothing() })
        };
        let mut system = System::new(graph, &unknowns, |_| V::nothing(), known);
        let mut answers = Vec::new();
        loop {
            let values = chooser.solve(&system)?;
            answers.push(self.at_first(|state| worth(state, &values)));
            if answers.len() > most {
                return Some(answers);
            }
            system.set_constants(&unknowns, |choice| {
                let after_round = || mean(graph.outcomes_of(choice), |s| worth(s, &values));
                begins_round(choice).then(after_round)
            });
        }
    }

    fn price(&self, reward: Reward, choice: usize) -> Weight {
        reward.of(self.graph.price_of(choice))
    }

    /// The states from which no run leads to the goal.
    fn hopeless(&self) -> Vec<bool> {
        can_reach(&self.backward, &self.goal).into_iter().map(|reaches| !reaches).collect()
    }

    /// Where the goal is reached with probability 1 if every choice can be drawn.
    fn certain_by_chance(&self) -> Vec<bool> {
        let may_fail =
            can_reach_through(&self.backward, &self.hopeless(), |state| !self.goal[state as usize]);
        may_fail.into_iter().map(|fails| !fails).collect()
    }

    fn before_goal(&self, also: impl Fn(usize) -> bool) -> Vec<bool> {
        let numbered = self.before.iter().enumerate();
        numbered.map(|(state, &is_before)| is_before && also(state)).collect()
    }

    /// The value over the first states, each as likely as it is.
    fn at_first<V: Number>(&self, value: impl Fn(u32) -> V) -> V {
        mean(self.graph.first().iter().map(|(state, weight)| (*state, weight)), value)
    }
}

impl Chooser {
    fn solve<V: Number>(self, system: &System<V>) -> Option<Vec<V>> {
        match self {
            Self::Least => V::solve(system, Optimum::Least),
            Self::Greatest => V::solve(system, Optimum::Greatest),
            Self::Uniform => V::solve(&system.averaged(), Optimum::Least),
        }
    }
}

/// The value over states, each as likely as it is.
fn mean<'a, V: Number>(
    states: impl Iterator<Item = (u32, &'a Weight)>,
    value: impl Fn(u32) -> V,
) -> V {
    states.fold(V::nothing(), |mut sum, (state, weight)| {
        sum.add_product(&V::of(weight), &value(state));
        sum
    })
}

fn one<V: Number>() -> V {
    V::of(&Weight::ONE)
}

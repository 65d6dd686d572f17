//! What can happen in a state, as a list.

use std::ops::Range;

use num_traits::{CheckedAdd, Zero};

use super::actions::{Action, Kind};
use super::price::Price;
use super::{State, WorldError};
use crate::Weight;

/// One action, and the places of its outcomes.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What happens.
    pub action: Action,
    /// What it costs, on average over its outcomes.
    pub price: Price,
    outcomes: Range<usize>,
}

/// All that can happen in one state: a buffer to be used again.
#[derive(Clone, Debug, Default)]
pub struct Successors {
    choices: Vec<Choice>,
    outcomes: Vec<(Weight, Range<usize>)>,
    bytes: Vec<u8>,
    /// What the action at hand costs so far.
    price: Price,
}

impl Successors {
    /// The actions.
    pub fn choices(&self) -> impl Iterator<Item = &Choice> {
        self.choices.iter()
    }

    /// The outcomes of an action: their probabilities and the encoded states, none twice.
    pub fn outcomes(&self, choice: &Choice) -> impl Iterator<Item = (&Weight, &[u8])> {
        let outcomes = &self.outcomes[choice.outcomes.clone()];
        outcomes.iter().map(|(weight, place)| (weight, &self.bytes[place.clone()]))
    }

    pub(super) fn clear(&mut self) {
        self.choices.clear();
        self.outcomes.clear();
        self.bytes.clear();
        self.price = Price::NOTHING;
    }

    /// The number of outcomes so far.
    pub(super) fn len(&self) -> usize {
        self.outcomes.len()
    }

    pub(super) fn emit(&mut self, weight: Weight, state: &State) {
        if weight.is_zero() {
            return;
        }
        let start = self.bytes.len();
        state.encode(&mut self.bytes);
        self.outcomes.push((weight, start..self.bytes.len()));
    }

    /// With this probability, machines take so many steps and send so many messages.
    pub(super) fn charge(
        &mut self,
        weight: Weight,
        steps: usize,
        messages: usize,
    ) -> Result<(), WorldError> {
        self.price.add_steps(weight, steps, messages).ok_or(WorldError::Probability)
    }

    /// The outcomes since `start` are those of `action`; equal ones become one.
    pub(super) fn close(&mut self, action: Action, start: usize) -> Result<(), WorldError> {
        let Self { outcomes, bytes, .. } = self;
        let key = |place: &Range<usize>| &bytes[place.clone()];
        outcomes[start..].sort_unstable_by(|(_, a), (_, b)| key(a).cmp(key(b)));
        let mut end = start;
        for next in start..outcomes.len() {
            if end > start && key(&outcomes[end - 1].1) == key(&outcomes[next].1) {
                let sum = outcomes[end - 1].0.checked_add(&outcomes[next].0);
                outcomes[end - 1].0 = sum.ok_or(WorldError::Probability)?;
            } else {
                outcomes.swap(end, next);
                end += 1;
            }
        }
        outcomes.truncate(end);
        let mut price = std::mem::replace(&mut self.price, Price::NOTHING);
        if matches!(action.kind, Kind::NextRound | Kind::Tick | Kind::Lockstep) {
            price.rounds = Weight::ONE;
        }
        self.choices.push(Choice { action, price, outcomes: start..end });
        Ok(())
    }
}

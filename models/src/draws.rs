//! The draw oracle: runs a handler once for every possible sequence of draws.
//!
//! The first run answers each draw with its first outcome; after each run the answers advance like
//! an odometer, the last one first, until all are exhausted. What was asked before must be asked
//! again after the same answers, which is a free check that the handler is pure.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use num_traits::{CheckedMul, One};
use rumormill_core::{Bias, Draw, Positions, Randomness, first_subset};

use crate::Weight;

/// One way in which the draws of a handler can fall.
#[derive(Clone, Debug)]
pub struct Branch<T> {
    /// Its probability.
    pub weight: Weight,
    /// The draws, in order.
    pub draws: Vec<Draw>,
    /// What the handler returned.
    pub value: T,
}

/// The most draws in one run of a handler.
pub const MAX_DRAWS: usize = 100;

/// The most ways in which the draws of one step may fall.
pub const MAX_BRANCHES: usize = 100_000;

/// Why the draws of a handler cannot be enumerated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DrawError {
    /// The handler asked for other draws, or did something else, after the same answers: it depends
    /// on something hidden.
    #[error("the handler did something else after the same answers: it depends on hidden state")]
    Impure,
    /// The handler might draw for ever.
    #[error(
        "the handler draws more than {MAX_DRAWS} times in a step; where it draws until it likes \
         the outcome, let it draw once among those that it likes"
    )]
    Endless,
    /// More ways than can be looked at.
    #[error(
        "the draws of a step can fall in more than {MAX_BRANCHES} ways; let the handler draw less, \
         or take a smaller group"
    )]
    TooManyBranches,
    /// A probability whose fraction exceeds 128 bits.
    #[error(
        "the draws of a step fall in a way whose probability is too fine for an exact fraction of \
         128 bits; let the handler draw less, or with rounder probabilities"
    )]
    TooFine,
}

/// Runs `handler` once for each sequence of outcomes that its draws can have.
///
/// A run that draws more than [`MAX_DRAWS`] times is left by unwinding, as nothing else ends a loop
/// in somebody else's code; what the handler holds is dropped.
///
/// # Errors
/// When the handler turns out not to be a function of its draws, or draws without end.
pub fn every_branch<T>(
    mut handler: impl FnMut(&mut Odometer) -> T,
) -> Result<Vec<Branch<T>>, DrawError> {
    let mut odometer = Odometer::default();
    let mut branches = Vec::new();
    loop {
        let value = unless_endless(|| handler(&mut odometer))?;
        if odometer.departed || odometer.next != odometer.draws.len() {
            return Err(DrawError::Impure);
        }
        if branches.len() == MAX_BRANCHES {
            return Err(DrawError::TooManyBranches);
        }
        let weight = odometer.weight().ok_or(DrawError::TooFine)?;
        branches.push(Branch { weight, draws: odometer.draws.clone(), value });
        if !odometer.advance() {
            return Ok(branches);
        }
    }
}

/// What the odometer unwinds with when there are too many draws.
struct Endless;

fn unless_endless<T>(run: impl FnOnce() -> T) -> Result<T, DrawError> {
    // Nothing that the run may have left half done is looked at again.
    catch_unwind(AssertUnwindSafe(run)).map_err(|cause| {
        if cause.is::<Endless>() { DrawError::Endless } else { resume_unwind(cause) }
    })
}

/// Answers draws as it did before, and new ones by their first outcome.
#[derive(Clone, Debug, Default)]
pub struct Odometer {
    draws: Vec<Draw>,
    next: usize,
    departed: bool,
}

impl Odometer {
    fn answer<T>(&mut self, first: Draw, recall: impl Fn(&Draw) -> Option<T>, otherwise: T) -> T {
        if self.next == MAX_DRAWS {
            resume_unwind(Box::new(Endless));
        }
        if self.next == self.draws.len() {
            self.draws.push(first);
        }
        let recalled = recall(&self.draws[self.next]);
        self.next += 1;
        self.departed |= recalled.is_none();
        recalled.unwrap_or(otherwise)
    }

    /// The probability of the draws; `None` if it exceeds 128 bits.
    fn weight(&self) -> Option<Weight> {
        let mut weights = self.draws.iter().map(weight);
        weights.try_fold(Weight::one(), |product, weight| product.checked_mul(&weight))
    }

    /// Moves on to the next sequence; false when there is none.
    fn advance(&mut self) -> bool {
        self.next = 0;
        while let Some(last) = self.draws.last_mut() {
            if turn(last) {
                return true;
            }
            self.draws.pop();
        }
        false
    }
}

/// Moves a draw on to its next outcome; false when it was at its last.
fn turn(draw: &mut Draw) -> bool {
    match draw {
        Draw::Below { outcomes, got } => {
            *got += 1;
            *got < *outcomes
        }
        Draw::Subset { of, got } => next_subset(got, *of),
        Draw::Coin { got, .. } => !std::mem::replace(got, true),
    }
}

/// The next subset in lexicographic order; false when there is none.
fn next_subset(positions: &mut Positions, of: u32) -> bool {
    let size = positions.len() as u32;
    let movable = (0..size).rev().find(|&i| positions[i as usize] < of - size + i);
    let Some(first) = movable else { return false };
    let start = positions[first as usize] + 1;
    for i in first..size {
        positions[i as usize] = start + (i - first);
    }
    true
}

fn weight(draw: &Draw) -> Weight {
    match draw {
        Draw::Below { outcomes, .. } => Weight::new(1, (*outcomes).into()),
        Draw::Subset { of, got } => Weight::new(1, binomial(*of, got.len() as u32)),
        Draw::Coin { bias, got } => {
            let side = if *got { *bias } else { bias.complement() };
            Weight::new(side.numerator().into(), side.denominator().into())
        }
    }
}

/// The number of subsets of `size` elements of a set of `of`.
fn binomial(of: u32, size: u32) -> u128 {
    (0..size.min(of - size)).fold(1, |product, i| product * u128::from(of - i) / u128::from(i + 1))
}

impl Randomness for Odometer {
    fn below(&mut self, asked: u32) -> u32 {
        let recall = |draw: &Draw| match draw {
            Draw::Below { outcomes, got } if *outcomes == asked => Some(*got),
            _ => None,
        };
        self.answer(Draw::Below { outcomes: asked, got: 0 }, recall, 0)
    }

    fn subset(&mut self, size: usize, asked: u32) -> Positions {
        let recall = |draw: &Draw| match draw {
            Draw::Subset { of, got } if *of == asked && got.len() == size => Some(got.clone()),
            _ => None,
        };
        let first = first_subset(size);
        self.answer(Draw::Subset { of: asked, got: first.clone() }, recall, first)
    }

    fn coin(&mut self, asked: Bias) -> bool {
        let recall = |draw: &Draw| match draw {
            Draw::Coin { bias, got } if *bias == asked => Some(*got),
            _ => None,
        };
        self.answer(Draw::Coin { bias: asked, got: false }, recall, false)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_sequence_of_outcomes_comes_once_and_their_weights_sum_to_one() {
        let third = Bias::new(1, 3).expect("a probability");
        let branches = every_branch(|random| {
            let subset = random.subset(2, 5);
            let tails = random.coin(third);
            // A draw that depends on an earlier one.
            let number = if tails { random.below(4) } else { 0 };
            (subset, tails, number)
        });
        let branches = branches.expect("a pure handler");
        let distinct: BTreeSet<_> = branches.iter().map(|branch| branch.value.clone()).collect();
        assert_eq!((branches.len(), distinct.len()), (10 * (1 + 4), 10 * (1 + 4)));
        assert_eq!(branches.iter().map(|branch| branch.weight).sum::<Weight>(), Weight::one());
    }

    #[test]
    fn a_handler_without_draws_runs_once() {
        let branches = every_branch(|_| ()).expect("a pure handler");
        assert_eq!(branches.len(), 1);
        assert_eq!(branches[0].weight, Weight::one());
    }

    #[test]
    fn a_handler_with_hidden_state_is_caught() {
        let mut runs = 0;
        let outcome = every_branch(|random| {
            runs += 1;
            random.below(2 + runs)
        });
        assert_eq!(outcome.err(), Some(DrawError::Impure));
    }

    #[test]
    fn a_handler_that_draws_without_end_is_stopped() {
        let for_ever = every_branch(|random| while random.below(2) == 0 {});
        assert_eq!(for_ever.err(), Some(DrawError::Endless));
        let until_heads = every_branch(|random| while random.below(2) == 1 {});
        assert_eq!(until_heads.err(), Some(DrawError::Endless));
        let as_often_as_allowed = every_branch(|random| {
            (0..MAX_DRAWS).for_each(|_| assert_eq!(random.below(1), 0));
        });
        assert_eq!(as_often_as_allowed.map(|branches| branches.len()).ok(), Some(1));
    }

    #[test]
    fn a_handler_whose_draws_fall_in_too_many_ways_is_refused() {
        let most = every_branch(|random| random.below(MAX_BRANCHES as u32));
        assert_eq!(most.map(|branches| branches.len()).ok(), Some(MAX_BRANCHES));
        let more = every_branch(|random| random.below(MAX_BRANCHES as u32 + 1));
        assert_eq!(more.err(), Some(DrawError::TooManyBranches));
    }

    #[test]
    fn a_probability_that_exceeds_128_bits_is_refused() {
        let fine = every_branch(|random| (0..5).for_each(|_| _ = random.below(u32::MAX)));
        assert_eq!(fine.err(), Some(DrawError::TooFine));
    }

    #[test]
    #[should_panic(expected = "a mistake of the handler")]
    fn a_handler_that_panics_does_so() {
        let _ = every_branch(|_| panic!("a mistake of the handler"));
    }
}

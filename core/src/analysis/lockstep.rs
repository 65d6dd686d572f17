//! Synchronous gossip of one rumor, exactly: a Markov chain on the number of informed processes.
//!
//! In each round every process takes its periodic step on the state at the start of the round, and
//! whoever is asked answers from that state. It is what [`PeriodicGossip`] does under the scheduler
//! *lockstep*, if the rumor stays hot:
//!
//! - *push*: who is informed sends the rumor to its targets. One message.
//! - *pull*: everybody asks its targets, and those who are informed answer those who are not. Two
//!   messages, each of which can be lost.
//! - *push-pull*: everybody sends to its targets what it knows, and those who know more answer. Who
//!   is informed pushes with one message, who is not pulls with two.
//!
//! **The chain** (our derivation). Processes differ only in whether they are informed, so their
//! number is a Markov chain. Let `i` be informed at the start of a round.
//! - Each of the others hears nothing by pulling with the same probability: that of a uniform subset
//!   of all others that holds none of the `i`, where an element stays in the subset if request and
//!   answer arrive. They pull independently, so the number of those who hear is binomial.
//! - The `i` push one after the other; each reaches some of those who have not heard, as in
//!   [`infect_and_die`](super::infect_and_die). If `M` is the matrix of one sender on the number of
//!   those who have, a round of pushing multiplies by its `i`th power.
//! - In push-pull these are different messages of different processes. So both happen, one after the
//!   other in any order.
//!
//! If `x_i` is the probability of `i` informed, and `B_i` the row of what they become by pulls, the
//! next round has the distribution `x_1 B_1 M + x_2 B_2 M^2 + …`, which Horner's rule evaluates with
//! one multiplication by `M` for each `i`.
//!
//! Of `n` that are alive, with at most `f` targets, a round takes up to `n^2 f / 2` multiplications
//! for pushes, up to `n^2` for pulls, and memory for `n f` numbers. Nothing is truncated, and only
//! probabilities are added and multiplied, so in `f64` each probability has a relative error of at
//! most about `n f / 2^50` a round; those below 1e-300 may become 0.
//!
//! [`PeriodicGossip`]: crate::protocols::periodic_gossip::PeriodicGossip

use alloc::vec;
use alloc::vec::Vec;

use super::group::count;
use super::sender::Sender;
use super::{Group, Number, Reached, Refused, sum};
use crate::protocols::periodic_gossip::Mode;

/// The chain.
#[derive(Clone, PartialEq, Debug)]
pub struct Lockstep<T> {
    alive: usize,
    /// One who pushes; `None` where nobody does.
    push: Option<Sender<T>>,
    /// What the pulls of one who has not heard do, for each number of informed processes from 0 up
    /// to all but one; empty where nobody pulls.
    pulls: Vec<Pull<T>>,
}

/// How likely it is that one who has not heard does so by pulling, and that it does not. Both are
/// kept, since one minus the other would lose digits in `f64`.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Pull<T> {
    hears: T,
    misses: T,
}

/// Two numbers between which another one lies.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Between<T> {
    /// The smaller one.
    pub at_least: T,
    /// The greater one; `None`: it may be infinite.
    pub at_most: Option<T>,
}

impl<T: Number> Lockstep<T> {
    /// The chain of a group that gossips in this mode.
    ///
    /// # Errors
    /// When there is no such group, or it is too large.
    pub fn new(mode: Mode, group: &Group<T>) -> Result<Self, Refused> {
        let alive = group.alive()?;
        let push = (mode != Mode::Pull).then(|| Sender::new(group));
        let pulls = match mode {
            Mode::Push => Vec::new(),
            Mode::Pull | Mode::PushPull => {
                let answers = group.hits(group.arrives() * group.arrives());
                answers.iter().map(|answers| Pull::of(answers)).collect()
            }
        };
        Ok(Self { alive, push, pulls })
    }

    /// The distribution after 0, 1, 2, … rounds, for ever. One process is informed at the start.
    pub fn rounds(&self) -> impl Iterator<Item = Reached<T>> {
        let start = Reached::certainly(1, self.alive);
        core::iter::successors(Some(start), |informed| Some(self.round(informed)))
    }

    /// The transition probabilities from so many informed processes; `None` unless there are 1 to
    /// all that are alive.
    #[must_use]
    pub fn transitions(&self, informed: usize) -> Option<Reached<T>> {
        let possible = (1..=self.alive).contains(&informed);
        possible.then(|| self.round(&Reached::certainly(informed, self.alive)))
    }

    /// The expected number of rounds until so many or more are informed, judged by the first
    /// `rounds` rounds; fewer, if more would not change it.
    ///
    /// It is the sum, over all rounds from 0 on, of the probability that fewer are informed. If
    /// `seen` is that sum up to some round, and `late` the probability in that round, then what is
    /// missing is at most `late` times the whole: from more informed processes than one it takes no
    /// longer. So the expectation lies between `seen` and `seen / (1 - late)`.
    #[must_use]
    pub fn expected_rounds(&self, until: usize, rounds: u32) -> Between<T> {
        let mut seen = T::from(0);
        let mut at_most = None;
        for informed in self.rounds().take(rounds as usize) {
            let late = informed.fewer_than(until);
            if late < T::from(1) {
                at_most = Some(seen / (T::from(1) - late));
            }
            if at_most == Some(seen) {
                break;
            }
            seen = seen + late;
        }
        Between { at_least: seen, at_most }
    }

    fn round(&self, informed: &Reached<T>) -> Reached<T> {
        let before = informed.probabilities();
        let possible = |&informed: &usize| before[informed] != T::from(0);
        let fewest = (1..=self.alive).find(possible).unwrap_or(self.alive);
        let most = (1..=self.alive).rfind(possible).unwrap_or(self.alive);
        let mut after = vec![T::from(0); before.len()];
        for informed in (1..=most).rev() {
            if informed >= fewest {
                self.pull(informed, before[informed], &mut after);
            }
            if let Some(sender) = &self.push {
                sender.send(&mut after, informed.max(fewest));
            }
        }
        Reached::from_probabilities(after)
    }

    /// Adds to `after` what `informed` processes, which there are with this probability, become by
    /// pulls.
    fn pull(&self, informed: usize, probability: T, after: &mut [T]) {
        let Some(pull) = self.pulls.get(informed) else {
            after[informed] = after[informed] + probability;
            return;
        };
        let (fewest, ratios) = pull.binomial(self.alive - informed);
        let unit = probability / sum(ratios.iter().copied());
        for (after, &ratio) in after[informed + fewest..].iter_mut().zip(&ratios) {
            *after = *after + unit * ratio;
        }
    }
}

impl<T: Number> Pull<T> {
    fn of(answers: &[T]) -> Self {
        Self { hears: sum(answers.iter().copied().skip(1)), misses: answers[0] }
    }

    /// How many of those who are pulling hear: the binomial distribution, in proportion to its
    /// largest probability, so that none that matters is too small for `f64`. Returned are the
    /// fewest that has one above 0, and those of so many and more.
    fn binomial(self, pulling: usize) -> (usize, Vec<T>) {
        let more = |hearing: usize| count::<T>(pulling - hearing) * self.hears;
        let fewer = |hearing: usize| count::<T>(hearing) * self.misses;
        let mode = (0..pulling).take_while(|&hearing| more(hearing) > fewer(hearing + 1)).count();
        let below = (1..=mode).rev().map(|hearing| fewer(hearing) / more(hearing - 1));
        let above = (mode + 1..=pulling).map(|hearing| more(hearing - 1) / fewer(hearing));
        let mut ratios: Vec<T> = products(below).collect();
        let fewest = mode - ratios.len();
        ratios.reverse();
        ratios.push(T::from(1));
        ratios.extend(products(above));
        (fewest, ratios)
    }
}

/// The products of the first, the first two, the first three … factors, as long as they exceed 0.
fn products<T: Number>(factors: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let multiply = |product: &mut T, factor| {
        *product = *product * factor;
        Some(*product)
    };
    factors.scan(T::from(1), multiply).take_while(|&product| product > T::from(0))
}

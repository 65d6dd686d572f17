//! The group of which something is predicted, and what one sender does in it.

use alloc::vec;
use alloc::vec::Vec;

use super::{Number, sum};
use crate::protocols::renyi_erdos;

/// The largest group. With [`MAX_TARGETS`] targets, a prediction for it takes 100 MB.
pub const MAX_SIZE: u32 = 100_000;

/// The most targets that a process can choose at a time.
pub const MAX_TARGETS: usize = 64;

/// A group in which one process knows a rumor at the start.
///
/// Assumed of it: everybody knows everybody; a process chooses its targets uniformly among all
/// others, all different, afresh each time; losses are independent of each other and of the
/// choices; who has crashed did so before the start, and is still chosen.
#[derive(Clone, PartialEq, Debug)]
pub struct Group<T> {
    /// The number of processes, from 1 to [`MAX_SIZE`], those that have crashed included.
    pub size: u32,
    /// How many have crashed, fewer than `size`. They stay silent.
    pub crashed: u32,
    /// How many others a process chooses at a time. All of them, where there are fewer.
    pub targets: Targets<T>,
    /// The probability that a message is lost, from 0 to 1.
    pub loss: T,
}

/// Why nothing is predicted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// Too few or too many processes.
    #[error("a group has 1 to {MAX_SIZE} processes, not {0}")]
    Size(u32),
    /// Nobody is left.
    #[error("of {size} processes, {crashed} cannot have crashed: one knows the rumor")]
    Crashed {
        /// How many there are.
        size: u32,
        /// How many have crashed.
        crashed: u32,
    },
    /// A loss that is no probability.
    #[error("a loss is a probability, from 0 to 1")]
    Loss,
    /// Too many targets.
    #[error("a process chooses at most {MAX_TARGETS} targets, not {0}")]
    Targets(usize),
    /// Numbers of targets with weights that are no probabilities, or zero all together.
    #[error("the weights of the numbers of targets lie between 0 and 1, and are not all 0")]
    Weights,
}

impl<T: Number> Group<T> {
    /// How many have not crashed.
    pub(super) fn alive(&self) -> Result<usize, Refused> {
        let Self { size, crashed, loss, .. } = *self;
        if size == 0 || size > MAX_SIZE {
            return Err(Refused::Size(size));
        }
        if crashed >= size {
            return Err(Refused::Crashed { size, crashed });
        }
        if !is_probability(loss) {
            return Err(Refused::Loss);
        }
        Ok((size - crashed) as usize)
    }

    /// The probability that a message arrives.
    pub(super) fn arrives(&self) -> T {
        T::from(1) - self.loss
    }

    /// How likely 0, 1, 2, … targets of a process are among certain others and are reached, each
    /// target with the probability `reached`. A row for each number of certain others: 0, 1, 2, …
    /// up to all that are alive.
    pub(super) fn hits(&self, reached: T) -> Vec<Vec<T>> {
        let others = self.size as usize - 1;
        let arriving = self.targets.arriving(others, reached);
        let certain_others = 0..(self.size - self.crashed) as usize;
        certain_others.map(|among| hits(&arriving, others, among)).collect()
    }
}

/// How many targets a process chooses at a time: the probability of each number.
#[derive(Clone, PartialEq, Debug)]
pub struct Targets<T>(Vec<T>);

impl<T: Number> Targets<T> {
    /// Always so many.
    ///
    /// # Errors
    /// When there are more than [`MAX_TARGETS`].
    pub fn fixed(targets: usize) -> Result<Self, Refused> {
        Self::or_one_more(targets, T::from(0))
    }

    /// So many, or with the probability `chance` one more.
    ///
    /// # Errors
    /// When there may be more than [`MAX_TARGETS`], or `chance` does not lie between 0 and 1.
    pub fn or_one_more(targets: usize, chance: T) -> Result<Self, Refused> {
        if targets > MAX_TARGETS {
            return Err(Refused::Targets(targets));
        }
        if !is_probability(chance) {
            return Err(Refused::Weights);
        }
        let mut weights = vec![T::from(0); targets];
        weights.push(T::from(1) - chance);
        if chance > T::from(0) {
            weights.push(chance);
        }
        Self::weighted(&weights)
    }

    /// 0, 1, 2, … targets, in proportion to these weights.
    ///
    /// # Errors
    /// When there may be more than [`MAX_TARGETS`], a weight does not lie between 0 and 1, or none
    /// is greater than 0.
    pub fn weighted(weights: &[T]) -> Result<Self, Refused> {
        if weights.len() > MAX_TARGETS + 1 {
            return Err(Refused::Targets(weights.len() - 1));
        }
        let total = sum(weights.iter().copied());
        if !weights.iter().all(|&weight| is_probability(weight)) || total == T::from(0) {
            return Err(Refused::Weights);
        }
        Ok(Self(weights.iter().map(|&weight| weight / total).collect()))
    }

    /// How many of the targets are reached, each with the same probability.
    ///
    /// The generating function of that is the one of the targets, at `missed + reached x`; Horner's
    /// rule evaluates it.
    fn arriving(&self, others: usize, reached: T) -> Vec<T> {
        let missed = T::from(1) - reached;
        let within = self.within(others);
        let mut arriving = vec![T::from(0); within.len()];
        for &probability in within.iter().rev() {
            for count in (1..arriving.len()).rev() {
                arriving[count] = arriving[count] * missed + arriving[count - 1] * reached;
            }
            arriving[0] = arriving[0] * missed + probability;
        }
        arriving
    }

    /// The same where there are only so many others: whoever wants more chooses all of them.
    fn within(&self, others: usize) -> Vec<T> {
        let mut within = vec![T::from(0); others.min(self.0.len() - 1) + 1];
        for (targets, &probability) in self.0.iter().enumerate() {
            let chosen = targets.min(others);
            within[chosen] = within[chosen] + probability;
        }
        within
    }
}

/// As the machine draws it.
impl<T: Number> From<renyi_erdos::Fanout> for Targets<T> {
    fn from(fanout: renyi_erdos::Fanout) -> Self {
        let fraction = fanout.fraction();
        let one_more = T::from(fraction.numerator()) / T::from(fraction.denominator());
        let mut weights = vec![T::from(0); fanout.whole()];
        weights.extend([T::from(1) - one_more, one_more]);
        Self(weights)
    }
}

fn is_probability<T: Number>(number: T) -> bool {
    number >= T::from(0) && number <= T::from(1)
}

/// How many of `among` processes a uniform subset of `others` contains, if the number of its
/// elements has the probabilities `sizes`: a mixture of hypergeometric distributions. Lost messages
/// only make the subset smaller: what is left of a uniform subset when each element stays with the
/// same probability is uniform among the subsets of its size.
fn hits<T: Number>(sizes: &[T], others: usize, among: usize) -> Vec<T> {
    let mut hits = vec![T::from(0); sizes.len()];
    let mut drawn = hits.clone();
    drawn[0] = T::from(1);
    for (size, &probability) in sizes.iter().enumerate() {
        if size > 0 {
            draw_one_more(&mut drawn, size - 1, others, among);
        }
        for (total, &hit) in hits.iter_mut().zip(&drawn) {
            *total = *total + probability * hit;
        }
    }
    hits
}

/// After `before` draws without replacement, one more: it hits one of those that are left of
/// `among`, or one of the rest of `others`. What is too few hits to be possible has the probability
/// 0 and keeps it.
fn draw_one_more<T: Number>(drawn: &mut [T], before: usize, others: usize, among: usize) {
    let left = others - before;
    for hit in (0..=before.min(among)).rev() {
        let to_hit = among - hit;
        let to_miss = left.saturating_sub(to_hit);
        let here = drawn[hit] / count(left);
        drawn[hit + 1] = drawn[hit + 1] + here * count(to_hit);
        drawn[hit] = here * count(to_miss);
    }
}

/// A number of processes; there are at most [`MAX_SIZE`].
pub(super) fn count<T: Number>(processes: usize) -> T {
    T::from(processes as u32)
}

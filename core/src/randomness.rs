//! Interface 1 of the paper: a source of randomness, in which every draw is visible.
//!
//! A draw has a known, finite set of outcomes with rational weights. The runtime answers from a
//! random number generator ([`FromRng`]), a model checker enumerates the outcomes, a trace replays
//! them ([`Script`]). A draw with one outcome is no draw and is never asked for.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use arrayvec::ArrayVec;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The most peers that one draw can select, and so the largest fanout.
///
/// Our choice: reaching all of a group of a million with probability 1 - e^-18 takes
/// `ln 1e6 + 18 = 32` targets a node.
pub const MAX_FANOUT: usize = 32;

/// Positions in a list, ascending and distinct.
pub type Positions = ArrayVec<u32, MAX_FANOUT>;

/// A source of randomness. Protocols reach it through [`Context`](crate::Context), which asks
/// only for draws that have at least two outcomes.
pub trait Randomness {
    /// One of `0..outcomes`, each with the same probability; `outcomes` is at least 2.
    fn below(&mut self, outcomes: u32) -> u32;

    /// A uniform subset of `size` positions out of `0..of`, ascending: *one* draw with
    /// C(of, size) outcomes. `0 < size < of` and `size <= MAX_FANOUT`.
    fn subset(&mut self, size: usize, of: u32) -> Positions;

    /// True with the probability `bias`, which is neither 0 nor 1.
    fn coin(&mut self, bias: Bias) -> bool;
}

/// A rational probability in lowest terms.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32)", into = "(u32, u32)")]
pub struct Bias {
    numerator: u32,
    denominator: u32,
}

/// Why a fraction is no probability.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{numerator}/{denominator} is no probability: it must lie between 0 and 1")]
pub struct NotAProbability {
    /// What was given above the line.
    pub numerator: u32,
    /// What was given below the line.
    pub denominator: u32,
}

impl Bias {
    /// Never.
    pub const NEVER: Self = Self { numerator: 0, denominator: 1 };
    /// Always.
    pub const ALWAYS: Self = Self { numerator: 1, denominator: 1 };

    /// The probability `numerator / denominator`.
    ///
    /// # Errors
    /// When it is greater than 1, or the denominator is 0.
    pub fn new(numerator: u32, denominator: u32) -> Result<Self, NotAProbability> {
        if denominator == 0 || numerator > denominator {
            return Err(NotAProbability { numerator, denominator });
        }
        let divisor = greatest_common_divisor(numerator, denominator);
        Ok(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// Above the line, in lowest terms.
    #[must_use]
    pub fn numerator(self) -> u32 {
        self.numerator
    }

    /// Below the line, in lowest terms; at least 1.
    #[must_use]
    pub fn denominator(self) -> u32 {
        self.denominator
    }

    /// The probability of the opposite.
    #[must_use]
    pub fn complement(self) -> Self {
        Self { numerator: self.denominator - self.numerator, denominator: self.denominator }
    }

    /// Whether there is nothing to draw: the probability is 0 or 1.
    #[must_use]
    pub fn is_certain(self) -> bool {
        self.denominator == 1
    }

    /// True with this probability; nothing is drawn where it is certain.
    #[inline]
    pub fn happens(self, random: &mut (impl Randomness + ?Sized)) -> bool {
        if self.is_certain() { self == Self::ALWAYS } else { random.coin(self) }
    }
}

impl TryFrom<(u32, u32)> for Bias {
    type Error = NotAProbability;

    fn try_from((numerator, denominator): (u32, u32)) -> Result<Self, NotAProbability> {
        Self::new(numerator, denominator)
    }
}

impl From<Bias> for (u32, u32) {
    fn from(bias: Bias) -> Self {
        (bias.numerator, bias.denominator)
    }
}

impl fmt::Debug for Bias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// A draw that was made: what was asked and what came.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Draw {
    /// One of `0..outcomes`.
    Below {
        /// How many outcomes there were.
        outcomes: u32,
        /// The one that came.
        got: u32,
    },
    /// A subset of `0..of`, as large as `got`.
    Subset {
        /// How many positions there were.
        of: u32,
        /// Those that were selected.
        got: Positions,
    },
    /// A coin.
    Coin {
        /// The probability of `got` being true.
        bias: Bias,
        /// The side that came up.
        got: bool,
    },
}

/// Answers draws from a random number generator.
///
/// A generator of a named algorithm gives the same draws from the same seed on every machine and
/// with every version of its crate: nothing is asked of it but 32 or 64 random bits at a time, and
/// what becomes of them is decided here.
#[derive(Clone, Debug)]
pub struct FromRng<R>(pub R);

impl<R: Rng> FromRng<R> {
    /// Lemire's multiplication with rejection: exactly uniform, and seldom a division.
    #[inline]
    fn uniform(&mut self, outcomes: u32) -> u32 {
        let mut product = u64::from(self.0.next_u32()) * u64::from(outcomes);
        if (product as u32) < outcomes {
            let uneven = outcomes.wrapping_neg() % outcomes;
            while (product as u32) < uneven {
                product = u64::from(self.0.next_u32()) * u64::from(outcomes);
            }
        }
        (product >> 32) as u32
    }

    /// Some rounds of Floyd's sampling, by one word of random bits: the upper half of a product is
    /// a draw, and the lower half serves the next one as fresh bits would (Brackett-Rozinsky and
    /// Lemire 2024). Exactly uniform, since words from the uneven rest are rejected.
    fn sample(&mut self, already_chosen: u64, rounds: Range<u32>) -> u64 {
        loop {
            let (mut chosen, mut bits, mut outcomes) = (already_chosen, self.0.next_u64(), 1);
            for last in rounds.clone() {
                let product = u128::from(bits) * u128::from(last + 1);
                let candidate = (product >> 64) as u32;
                chosen |= 1 << if chosen >> candidate & 1 == 0 { candidate } else { last };
                bits = product as u64;
                outcomes *= u64::from(last + 1);
            }
            if bits >= outcomes || bits >= outcomes.wrapping_neg() % outcomes {
                return chosen;
            }
        }
    }
}

/// The longest list of which a subset fits into one machine word.
const WORD: u32 = u64::BITS;

/// How many draws below [`WORD`] are made of one word of random bits: it has 2^16 times as many
/// values as they have outcomes, so it is seldom rejected.
const BATCH: u32 = 8;

impl<R: Rng> Randomness for FromRng<R> {
    fn below(&mut self, outcomes: u32) -> u32 {
        self.uniform(outcomes)
    }

    /// Floyd's sampling without replacement: `size` draws, whatever the length of the list. `last`
    /// could not be chosen before, so it takes the place of what was.
    fn subset(&mut self, size: usize, of: u32) -> Positions {
        let mut chosen = Positions::new();
        let rounds = of - size as u32..of;
        if of <= WORD {
            let (mut word, mut first) = (0, rounds.start);
            while first < of {
                let end = of.min(first + BATCH);
                word = self.sample(word, first..end);
                first = end;
            }
            push_ones(word, &mut chosen);
        } else {
            for last in rounds {
                let candidate = self.uniform(last + 1);
                chosen.push(if chosen.contains(&candidate) { last } else { candidate });
            }
            chosen.sort_unstable();
        }
        chosen
    }

    fn coin(&mut self, bias: Bias) -> bool {
        self.uniform(bias.denominator) < bias.numerator
    }
}

/// The places of the bits that are set, ascending; at most [`MAX_FANOUT`] are.
fn push_ones(mut word: u64, places: &mut Positions) {
    while word != 0 {
        places.push(word.trailing_zeros());
        word &= word - 1;
    }
}

/// Passes draws through and keeps them.
pub struct Recorder<'a> {
    source: &'a mut dyn Randomness,
    draws: &'a mut Vec<Draw>,
}

impl<'a> Recorder<'a> {
    /// Appends to `draws` what `source` answers.
    pub fn new(source: &'a mut dyn Randomness, draws: &'a mut Vec<Draw>) -> Self {
        Self { source, draws }
    }
}

impl Randomness for Recorder<'_> {
    fn below(&mut self, outcomes: u32) -> u32 {
        let got = self.source.below(outcomes);
        self.draws.push(Draw::Below { outcomes, got });
        got
    }

    fn subset(&mut self, size: usize, of: u32) -> Positions {
        let got = self.source.subset(size, of);
        self.draws.push(Draw::Subset { of, got: got.clone() });
        got
    }

    fn coin(&mut self, bias: Bias) -> bool {
        let got = self.source.coin(bias);
        self.draws.push(Draw::Coin { bias, got });
        got
    }
}

/// Answers each draw as it was answered before, and notices when another is asked for.
#[derive(Clone, Debug)]
pub struct Script<'a> {
    draws: &'a [Draw],
    next: usize,
    departed: bool,
}

impl<'a> Script<'a> {
    /// Replays `draws` in order.
    #[must_use]
    pub fn new(draws: &'a [Draw]) -> Self {
        Self { draws, next: 0, departed: false }
    }

    /// Whether exactly the scripted draws were asked for, all of them, in order.
    #[must_use]
    pub fn was_followed(&self) -> bool {
        !self.departed && self.next == self.draws.len()
    }

    fn answer<T>(&mut self, matching: impl Fn(&Draw) -> Option<T>, otherwise: T) -> T {
        let scripted = self.draws.get(self.next).and_then(matching);
        self.next += 1;
        self.departed |= scripted.is_none();
        scripted.unwrap_or(otherwise)
    }
}

/// Once the script has been departed from, each draw answers its first outcome, so that the
/// handler can finish; [`Script::was_followed`] tells.
impl Randomness for Script<'_> {
    fn below(&mut self, asked: u32) -> u32 {
        let matching = |draw: &Draw| match draw {
            Draw::Below { outcomes, got } if *outcomes == asked && *got < asked => Some(*got),
            _ => None,
        };
        self.answer(matching, 0)
    }

    fn subset(&mut self, size: usize, asked: u32) -> Positions {
        let matching = |draw: &Draw| match draw {
            Draw::Subset { of, got } if *of == asked && is_subset(got, size, asked) => {
                Some(got.clone())
            }
            _ => None,
        };
        self.answer(matching, first_subset(size))
    }

    fn coin(&mut self, asked: Bias) -> bool {
        let matching = |draw: &Draw| match draw {
            Draw::Coin { bias, got } if *bias == asked => Some(*got),
            _ => None,
        };
        self.answer(matching, false)
    }
}

/// The first subset in lexicographic order: the positions `0..size`.
#[must_use]
pub fn first_subset(size: usize) -> Positions {
    (0..size as u32).collect()
}

/// A script may come from a file, so what it says about positions is checked before it is used.
fn is_subset(positions: &Positions, size: usize, of: u32) -> bool {
    positions.len() == size
        && positions.windows(2).all(|pair| pair[0] < pair[1])
        && positions.last().is_none_or(|&last| last < of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use alloc::vec;
    use core::convert::Infallible;
    use rand::rngs::Xoshiro256PlusPlus;
    use rand::{SeedableRng, TryRng};

    fn rng(seed: u64) -> FromRng<Xoshiro256PlusPlus> {
        FromRng(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    #[test]
    fn a_bias_is_kept_in_lowest_terms_and_refused_above_one() {
        assert_eq!(Bias::new(2, 8), Bias::new(1, 4));
        assert_eq!(Bias::new(0, 7), Ok(Bias::NEVER));
        assert_eq!(Bias::new(7, 7), Ok(Bias::ALWAYS));
        assert!(Bias::new(3, 2).is_err() && Bias::new(0, 0).is_err());
    }

    /// Every subset comes equally often: chi-square exceeds `limit` with probability 1e-4; the seed
    /// is fixed.
    fn is_uniform(size: usize, of: u32, subsets: usize, limit: f64) {
        let mut source = rng(1);
        let mut counts: BTreeMap<Positions, f64> = BTreeMap::new();
        let runs = 1000 * subsets;
        for _ in 0..runs {
            let subset = source.subset(size, of);
            assert!(is_subset(&subset, size, of));
            *counts.entry(subset).or_default() += 1.0;
        }
        let expected = runs as f64 / subsets as f64;
        let chi_square: f64 =
            counts.values().map(|seen| (seen - expected) * (seen - expected) / expected).sum();
        assert_eq!(counts.len(), subsets);
        assert!(chi_square < limit, "chi-square {chi_square}");
    }

    /// C(6, 3) = 20 subsets; C(12, 10) = 66, of more draws than one word serves; C(65, 1) = 65, of a
    /// list that is longer than a word.
    #[test]
    fn subsets_are_uniform() {
        is_uniform(3, 6, 20, 50.8);
        is_uniform(10, 12, 66, 116.3);
        is_uniform(1, 65, 65, 115.0);
    }

    /// Gives these words.
    struct Words(vec::IntoIter<u64>);

    impl TryRng for Words {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(self.try_next_u64()? as u32)
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(self.0.next().expect("another word"))
        }

        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
            unreachable!("words are asked for")
        }
    }

    /// 2^64 is 16 more than a multiple of 5 * 6, and the word 0 is of those 16.
    #[test]
    fn a_word_of_the_uneven_rest_is_rejected() {
        let mut source = FromRng(Words(vec![0, u64::MAX].into_iter()));
        assert_eq!(source.subset(2, 6).as_slice(), [4, 5]);
        assert!(source.0.0.next().is_none());
    }

    #[test]
    fn a_recording_replays_and_a_different_question_is_noticed() {
        let (mut source, mut draws) = (rng(2), vec![]);
        let mut recorder = Recorder::new(&mut source, &mut draws);
        let bias = Bias::new(1, 3).expect("a probability");
        let first = (recorder.below(5), recorder.subset(2, 9), recorder.coin(bias));

        let mut script = Script::new(&draws);
        assert_eq!((script.below(5), script.subset(2, 9), script.coin(bias)), first);
        assert!(script.was_followed());

        let mut unfinished = Script::new(&draws);
        unfinished.below(5);
        assert!(!unfinished.was_followed());

        let mut departed = Script::new(&draws);
        departed.below(6);
        departed.subset(2, 9);
        departed.coin(bias);
        assert!(!departed.was_followed());

        let mut too_long = Script::new(&draws);
        too_long.below(5);
        too_long.subset(2, 9);
        too_long.coin(bias);
        too_long.below(5);
        assert!(!too_long.was_followed());
    }
}

//! What falls by chance outside the machines: the same on every machine for a seed.
//!
//! Integers where anything is decided. Where a distribution is defined by a logarithm, it is that of
//! `libm`, since those of platforms differ in the last digit.

use rumormill_core::FromRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::rand::{Rng, SeedableRng};

/// A source of chance.
pub(crate) type Source = FromRng<Xoshiro256PlusPlus>;

/// Another source, which has nothing to do with `seeds` afterwards.
pub(crate) fn source(seeds: &mut Xoshiro256PlusPlus) -> Source {
    FromRng(Xoshiro256PlusPlus::from_rng(seeds))
}

/// One of `0..outcomes`, of which there is at least one: Lemire's multiplication with rejection, as
/// in [`FromRng`], for long spans of time.
pub(crate) fn below(source: &mut Source, outcomes: u64) -> u64 {
    let mut product = u128::from(source.0.next_u64()) * u128::from(outcomes);
    if (product as u64) < outcomes {
        let uneven = outcomes.wrapping_neg() % outcomes;
        while (product as u64) < uneven {
            product = u128::from(source.0.next_u64()) * u128::from(outcomes);
        }
    }
    (product >> 64) as u64
}

/// Uniform in (0, 1], a multiple of 2^-53.
pub(crate) fn unit(source: &mut Source) -> f64 {
    ((source.0.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

//! What theory predicts.
//!
//! [`logistic`] is a law for large groups and unsynchronised periods; [`horizon`] is one for searches,
//! and [`recall`] chooses how far they go. [`lockstep`] and [`infect_and_die`] compute exactly, for
//! groups of up to [`MAX_SIZE`] processes: in `f64` up to rounding, and to the last digit in exact
//! fractions, if they are a [`Number`].

mod group;
pub mod horizon;
pub mod infect_and_die;
pub mod lockstep;
pub mod logistic;
mod reached;
pub mod recall;
mod sender;
pub mod size;

use core::ops::{Add, Div, Mul, Sub};

pub use group::{Group, MAX_SIZE, MAX_TARGETS, Refused, Targets};
pub use reached::Reached;

/// What probabilities are computed with: `f64`, or exact fractions.
pub trait Number:
    Copy
    + PartialOrd
    + From<u32>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
}

impl Number for f64 {}

fn sum<T: Number>(numbers: impl IntoIterator<Item = T>) -> T {
    numbers.into_iter().fold(T::from(0), T::add)
}

//! The numbers that equations are solved in: fractions, or intervals that certainly contain them.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

use super::Optimum;
use super::system::System;
use crate::Weight;

/// A number that is not negative.
pub(super) trait Number: Clone + Sized {
    /// Zero.
    fn nothing() -> Self;

    fn of(weight: &Weight) -> Self;

    fn add_product(&mut self, weight: &Self, value: &Self);

    /// The least or greatest solution of the equations, one number for each unknown; `None` where
    /// that takes more effort than is allowed.
    fn solve(system: &System<Self>, optimum: Optimum) -> Option<Vec<Self>>;
}

/// An interval that contains a number. Its arithmetic rounds outwards.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Interval {
    pub(super) const ZERO: Self = Self { low: 0.0, high: 0.0 };

    /// An interval that contains the fraction.
    pub(super) fn around(fraction: &BigRational) -> Self {
        if fraction.is_zero() {
            return Self::ZERO;
        }
        if fraction.is_one() {
            return Self { low: 1.0, high: 1.0 };
        }
        // The nearest number may be the neighbour of the nearest one.
        let near = fraction.to_f64().unwrap_or(f64::INFINITY);
        Self { low: near.next_down().next_down(), high: near.next_up().next_up() }
    }
}

impl Number for Interval {
    fn nothing() -> Self {
        Self::ZERO
    }

    fn of(weight: &Weight) -> Self {
        Self::around(&BigRational::of(weight))
    }

    fn add_product(&mut self, weight: &Self, value: &Self) {
        self.low = add_down(self.low, times_down(weight.low, value.low));
        self.high = add_up(self.high, times_up(weight.high, value.high));
    }

    fn solve(system: &System<Self>, optimum: Optimum) -> Option<Vec<Self>> {
        super::interval::solve(system, optimum)
    }
}

impl Number for BigRational {
    fn nothing() -> Self {
        Zero::zero()
    }

    fn of(weight: &Weight) -> Self {
        Self::new_raw(BigInt::from(*weight.numer()), BigInt::from(*weight.denom()))
    }

    fn add_product(&mut self, weight: &Self, value: &Self) {
        if value.is_zero() {
            return;
        }
        if weight.is_one() {
            *self += value;
        } else {
            *self += weight * value;
        }
    }

    fn solve(system: &System<Self>, optimum: Optimum) -> Option<Vec<Self>> {
        super::rational::solve(system, optimum)
    }
}

/// No more than the sum; exact where one of them is nothing.
pub(super) fn add_down(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { a + b } else { (a + b).next_down() }
}

/// No less than the sum.
pub(super) fn add_up(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { a + b } else { (a + b).next_up() }
}

/// No more than the product; exact where one of them is nothing or 1.
pub(super) fn times_down(a: f64, b: f64) -> f64 {
    if is_simple(a) || is_simple(b) { a * b } else { (a * b).next_down() }
}

/// No less than the product.
pub(super) fn times_up(a: f64, b: f64) -> f64 {
    if is_simple(a) || is_simple(b) { a * b } else { (a * b).next_up() }
}

fn is_simple(factor: f64) -> bool {
    factor == 0.0 || factor == 1.0
}

//! Equations solved in intervals that certainly contain the solution.
//!
//! The unknowns are solved by strongly connected components, those that others depend on first.
//! Within one, the lower bounds start at 0 and are iterated with arithmetic that rounds down, so
//! they never exceed the least fixed point of the equations, which is the solution. An upper bound
//! is guessed a little above and iterated with arithmetic that rounds up; once the iterate is no
//! more than the guess everywhere, both are proven to be upper bounds (induction of D. Park; A.
//! Hartmanns and B. Kaminski, "Optimistic value iteration", CAV 2020), and iterating goes on
//! downwards.

use super::Optimum;
use super::number::{Interval, add_down, add_up, times_down, times_up};
use super::system::System;

/// How often a component is iterated at most, for each of the two bounds.
const MOST_SWEEPS: usize = 200_000;

/// How often where nothing is to be proven.
const FEW_SWEEPS: usize = 1000;

/// A change that is less than this part of a value is the noise of rounding.
const NOISE: f64 = 4.0 * f64::EPSILON;

/// The least guess of an upper bound is above the lower bounds by this part of a value.
const FIRST_MARGIN: f64 = 1e-12;

/// A guess that is so far above and not proven is the last.
const LAST_MARGIN: f64 = 1e-3;

/// The solution, or `None` where no upper bound could be proven.
pub(super) fn solve(system: &System<Interval>, optimum: Optimum) -> Option<Vec<Interval>> {
    let mut low = vec![0.0; system.len()];
    let mut high = vec![0.0; system.len()];
    for component in system.components().lists() {
        if let [unknown] = *component
            && !system.is_loop(unknown)
        {
            low[unknown as usize] = bound::<Down>(system, optimum, unknown, &low);
            high[unknown as usize] = bound::<Up>(system, optimum, unknown, &high);
            continue;
        }
        rise::<Down>(system, optimum, component, &mut low, MOST_SWEEPS);
        component.iter().for_each(|&unknown| high[unknown as usize] = low[unknown as usize]);
        rise::<Up>(system, optimum, component, &mut high, MOST_SWEEPS);
        prove(system, optimum, component, &mut high)?;
    }
    Some(low.into_iter().zip(high).map(|(low, high)| Interval { low, high }).collect())
}

/// Lower bounds that are mostly near, as intervals without width. Nothing is proven of them.
pub(super) fn from_below(system: &System<Interval>, optimum: Optimum) -> Vec<Interval> {
    let mut low = vec![0.0; system.len()];
    for component in system.components().lists() {
        rise::<Down>(system, optimum, component, &mut low, FEW_SWEEPS);
    }
    low.into_iter().map(|low| Interval { low, high: low }).collect()
}

/// One end of the intervals.
trait End {
    fn of(interval: &Interval) -> f64;
    fn add(a: f64, b: f64) -> f64;
    fn times(a: f64, b: f64) -> f64;
}

struct Down;
struct Up;

impl End for Down {
    fn of(interval: &Interval) -> f64 {
        interval.low
    }
    fn add(a: f64, b: f64) -> f64 {
        add_down(a, b)
    }
    fn times(a: f64, b: f64) -> f64 {
        times_down(a, b)
    }
}

impl End for Up {
    fn of(interval: &Interval) -> f64 {
        interval.high
    }
    fn add(a: f64, b: f64) -> f64 {
        add_up(a, b)
    }
    fn times(a: f64, b: f64) -> f64 {
        times_up(a, b)
    }
}

/// What the equation of an unknown says of it, given bounds of all.
fn bound<E: End>(system: &System<Interval>, optimum: Optimum, unknown: u32, values: &[f64]) -> f64 {
    let worth = |choice| {
        let terms = system.terms_of(choice).iter();
        terms.fold(E::of(system.constant(choice)), |sum, &term| {
            let factor = E::of(system.factor(term));
            E::add(sum, E::times(factor, values[term.unknown as usize]))
        })
    };
    let worths = system.choices_of(unknown).map(worth);
    match optimum {
        Optimum::Least => worths.fold(f64::INFINITY, f64::min),
        Optimum::Greatest => worths.fold(0.0, f64::max),
    }
}

/// Iterates from below until nothing changes but by rounding.
fn rise<E: End>(
    system: &System<Interval>,
    optimum: Optimum,
    component: &[u32],
    values: &mut [f64],
    sweeps: usize,
) {
    for _ in 0..sweeps {
        let mut rests = true;
        for &unknown in component {
            let value = bound::<E>(system, optimum, unknown, values);
            let known = &mut values[unknown as usize];
            rests &= value - *known <= NOISE * value;
            *known = known.max(value);
        }
        if rests {
            return;
        }
    }
}

/// Turns values near the solution into proven upper bounds.
fn prove(
    system: &System<Interval>,
    optimum: Optimum,
    component: &[u32],
    values: &mut [f64],
) -> Option<()> {
    let near: Vec<f64> = component.iter().map(|&unknown| values[unknown as usize]).collect();
    let mut margin = FIRST_MARGIN;
    while margin < LAST_MARGIN {
        let guess: Vec<f64> = near.iter().map(|value| value + margin * (1.0 + value)).collect();
        for (&unknown, &value) in component.iter().zip(&guess) {
            values[unknown as usize] = value;
        }
        if falls_below(system, optimum, component, values, &guess) {
            fall(system, optimum, component, values);
            return Some(());
        }
        margin *= 10.0;
    }
    None
}

/// Iterates until the values are no more than the guess everywhere; false when they rest before.
fn falls_below(
    system: &System<Interval>,
    optimum: Optimum,
    component: &[u32],
    values: &mut [f64],
    guess: &[f64],
) -> bool {
    for _ in 0..MOST_SWEEPS {
        let mut rests = true;
        for &unknown in component {
            let value = bound::<Up>(system, optimum, unknown, values);
            rests &= (values[unknown as usize] - value).abs() <= NOISE * value;
            values[unknown as usize] = value;
        }
        let mut both = component.iter().zip(guess);
        if both.all(|(&unknown, &guess)| values[unknown as usize] <= guess) {
            return true;
        }
        if rests {
            return false;
        }
    }
    false
}

/// Iterates proven upper bounds downwards until nothing changes but by rounding.
fn fall(system: &System<Interval>, optimum: Optimum, component: &[u32], values: &mut [f64]) {
    for _ in 0..MOST_SWEEPS {
        let mut rests = true;
        for &unknown in component {
            let value = bound::<Up>(system, optimum, unknown, values);
            let known = &mut values[unknown as usize];
            rests &= *known - value <= NOISE * value;
            *known = known.min(value);
        }
        if rests {
            return;
        }
    }
}

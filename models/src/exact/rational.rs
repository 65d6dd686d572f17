//! Equations solved in fractions, by policy iteration.
//!
//! The first policy is read off lower bounds of the solution, so it is mostly the best one already. Each policy is a Markov chain, which is solved exactly; then every choice of every
//! unknown is looked at in fractions, and where none is better the values are the solution: they
//! satisfy the optimality equations, and those have one solution only, since end components were
//! collapsed.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::Optimum;
use super::interval::from_below;
use super::number::{Interval, Number};
use super::system::System;

/// The largest number of unknowns by which the cycles of a component are cut.
const MOST_CUTS: usize = 48;

/// The values of the unknowns; `None` where that takes more effort than is allowed.
pub(super) fn solve(system: &System<BigRational>, optimum: Optimum) -> Option<Vec<BigRational>> {
    let mut policy = first_policy(system, optimum);
    loop {
        let values = evaluate(system, &policy)?;
        if !improve(system, optimum, &values, &mut policy) {
            return Some(values);
        }
    }
}

/// The choices that look best by lower bounds. They need not be near: policy iteration goes on from
/// whatever is there.
fn first_policy(system: &System<BigRational>, optimum: Optimum) -> Vec<usize> {
    let rough = system.translated(Interval::around);
    let values = from_below(&rough, optimum);
    let best = |unknown| {
        let mut best: Option<(usize, f64)> = None;
        for choice in rough.choices_of(unknown) {
            let worth = rough.worth(choice, &values).low;
            if best.is_none_or(|(_, known)| optimum.prefers(&worth, &known)) {
                best = Some((choice, worth));
            }
        }
        best.map_or(0, |(choice, _)| choice)
    };
    (0..rough.len() as u32).map(best).collect()
}

/// Turns to better choices; false when there are none.
fn improve(
    system: &System<BigRational>,
    optimum: Optimum,
    values: &[BigRational],
    policy: &mut [usize],
) -> bool {
    let mut improved = false;
    for unknown in 0..system.len() as u32 {
        let mut best = values[unknown as usize].clone();
        for choice in system.choices_of(unknown) {
            let worth = system.worth(choice, values);
            if optimum.prefers(&worth, &best) {
                best = worth;
                policy[unknown as usize] = choice;
                improved = true;
            }
        }
    }
    improved
}

/// The values of the unknowns if each takes the choice of the policy.
fn evaluate(system: &System<BigRational>, policy: &[usize]) -> Option<Vec<BigRational>> {
    let arrows = system.arrows(|unknown, choice| policy[unknown as usize] == choice);
    let mut values = vec![BigRational::zero(); system.len()];
    for component in arrows.components().lists() {
        match *component {
            [unknown] if !arrows.of(unknown).contains(&unknown) => {
                values[unknown as usize] = system.worth(policy[unknown as usize], &values);
            }
            _ => Cycle::new(system, policy, component).solve(&mut values)?,
        }
    }
    Some(values)
}

/// A number, plus so much of the value at each cut.
#[derive(Clone, Default)]
struct Affine {
    constant: BigRational,
    factors: BTreeMap<u32, BigRational>,
}

impl Affine {
    fn add_product(&mut self, weight: &BigRational, other: &Self) {
        self.constant.add_product(weight, &other.constant);
        for (&cut, factor) in &other.factors {
            let sum = self.factors.entry(cut).or_insert_with(BigRational::zero);
            sum.add_product(weight, factor);
        }
    }
}

/// A strongly connected component of a Markov chain. Some of its unknowns cut all its cycles, so
/// that the others can be expressed by them one after the other.
struct Cycle<'a> {
    system: &'a System<BigRational>,
    policy: &'a [usize],
    /// The members, each after those of its equation, but for the cuts.
    order: Vec<u32>,
    /// The members by which cycles are cut, with their places among the cuts.
    cuts: BTreeMap<u32, u32>,
}

impl<'a> Cycle<'a> {
    fn new(system: &'a System<BigRational>, policy: &'a [usize], component: &[u32]) -> Self {
        let mut cycle = Self { system, policy, order: Vec::new(), cuts: BTreeMap::new() };
        cycle.search(component);
        for (place, cut) in cycle.cuts.values_mut().enumerate() {
            *cut = place as u32;
        }
        cycle
    }

    /// Depth first: whatever is met again while it is still open closes a cycle, and cuts it.
    fn search(&mut self, component: &[u32]) {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        let mut marks: BTreeMap<u32, Mark> = component.iter().map(|&m| (m, Mark::New)).collect();
        let root = component[0];
        let mut path = vec![(root, 0)];
        marks.insert(root, Mark::Open);
        while let Some((at, next)) = path.last_mut() {
            let terms = self.system.terms_of(self.policy[*at as usize]);
            let Some(term) = terms.get(*next) else {
                marks.insert(*at, Mark::Done);
                self.order.push(*at);
                path.pop();
                continue;
            };
            *next += 1;
            match marks.get(&term.unknown) {
                Some(Mark::New) => {
                    marks.insert(term.unknown, Mark::Open);
                    path.push((term.unknown, 0));
                }
                Some(Mark::Open) => {
                    self.cuts.insert(term.unknown, 0);
                }
                Some(Mark::Done) | None => {}
            }
        }
    }

    /// Puts the values of the members among those of the unknowns.
    fn solve(&self, values: &mut [BigRational]) -> Option<()> {
        if self.cuts.len() > MOST_CUTS {
            return None;
        }
        let expressions = self.expressions(values);
        let at_cuts = self.at_cuts(&expressions)?;
        for (&unknown, expression) in self.order.iter().zip(&expressions) {
            let mut value = expression.constant.clone();
            for (&cut, factor) in &expression.factors {
                value.add_product(factor, &at_cuts[cut as usize]);
            }
            values[unknown as usize] = value;
        }
        Some(())
    }

    /// Each member, in order, expressed by the values at the cuts.
    fn expressions(&self, values: &[BigRational]) -> Vec<Affine> {
        let mut expressions: Vec<Affine> = Vec::with_capacity(self.order.len());
        let place_of: BTreeMap<u32, usize> =
            self.order.iter().enumerate().map(|(place, &unknown)| (unknown, place)).collect();
        for &unknown in &self.order {
            let choice = self.policy[unknown as usize];
            let constant = self.system.constant(choice).clone();
            let mut sum = Affine { constant, factors: BTreeMap::new() };
            for &term in self.system.terms_of(choice) {
                let factor = self.system.factor(term);
                if let Some(&cut) = self.cuts.get(&term.unknown) {
                    *sum.factors.entry(cut).or_insert_with(BigRational::zero) += factor;
                } else if let Some(&place) = place_of.get(&term.unknown) {
                    sum.add_product(factor, &expressions[place]);
                } else {
                    sum.constant.add_product(factor, &values[term.unknown as usize]);
                }
            }
            expressions.push(sum);
        }
        expressions
    }

    /// The values at the cuts, by elimination (C. F. Gauss).
    fn at_cuts(&self, expressions: &[Affine]) -> Option<Vec<BigRational>> {
        let members = self.order.iter().zip(expressions);
        let mut rows: Vec<(u32, Affine)> = members
            .filter_map(|(unknown, row)| Some((*self.cuts.get(unknown)?, row.clone())))
            .collect();
        rows.sort_unstable_by_key(|(cut, _)| *cut);
        // Each row says: the value at its cut is the expression. First each is freed of itself and
        // of the cuts before it, then of those after it.
        for place in 0..rows.len() {
            let (done, rest) = rows.split_at_mut(place);
            let row = &mut rest[0].1;
            for (cut, earlier) in done.iter() {
                replace(row, *cut, earlier);
            }
            free_of_itself(row, place as u32)?;
        }
        for place in (0..rows.len()).rev() {
            let (before, rest) = rows.split_at_mut(place);
            let (cut, row) = &rest[0];
            before.iter_mut().for_each(|(_, earlier)| replace(earlier, *cut, row));
        }
        Some(rows.into_iter().map(|(_, row)| row.constant).collect())
    }
}

/// Puts an expression in the place of a cut.
fn replace(row: &mut Affine, cut: u32, by: &Affine) {
    if let Some(factor) = row.factors.remove(&cut) {
        row.add_product(&factor, by);
    }
}

/// Solves `x = row` for `x`, of which the row may contain a part; `None` if it contains all of it:
/// then nothing ever leaves the cycle.
fn free_of_itself(row: &mut Affine, cut: u32) -> Option<()> {
    let Some(own) = row.factors.remove(&cut) else { return Some(()) };
    if own.is_one() {
        return None;
    }
    let scale = (BigRational::one() - own).recip();
    row.constant *= &scale;
    row.factors.values_mut().for_each(|factor| *factor *= &scale);
    Some(())
}

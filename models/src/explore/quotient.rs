//! Exploring classes of states instead of states, where a world takes several for one.

use num_traits::CheckedAdd;

use super::{ExploreError, Graph, Posed};
use crate::Weight;
use crate::space::Space;
use crate::story::Untold;
use crate::world::{Successors, WorldError};

/// What is judged of one state of a class must be true of the others.
pub(super) struct Judgement<'a> {
    pub(super) representative: &'a [u8],
    pub(super) marks: u64,
}

impl Judgement<'_> {
    /// Compares it with what holds in each state that the representative becomes when two
    /// interchangeable machines are swapped.
    pub(super) fn check_swapped(&self, posed: &Posed<'_>) -> Result<(), ExploreError> {
        let others = posed.space.swapped(self.representative)?;
        others.iter().try_for_each(|other| self.check(posed, other))
    }

    /// Compares it with what holds in another state of the class.
    pub(super) fn check(&self, posed: &Posed<'_>, other: &[u8]) -> Result<(), ExploreError> {
        if other == self.representative {
            return Ok(());
        }
        let marks = (posed.marks)(other);
        if marks != self.marks {
            let place = (marks ^ self.marks).trailing_zeros() as usize;
            return Err(ExploreError::Distinguishes(posed.claims[place].name));
        }
        if posed.space.stops_at(other) != posed.space.stops_at(self.representative) {
            return Err(ExploreError::EndDistinguishes);
        }
        Ok(())
    }
}

/// Outcomes of one choice that lead to the same class are one.
pub(super) fn merge(outcomes: &mut Vec<(u32, Weight)>) -> Result<(), WorldError> {
    outcomes.sort_unstable_by_key(|(target, _)| *target);
    let mut merged: Vec<(u32, Weight)> = Vec::with_capacity(outcomes.len());
    for (target, weight) in outcomes.drain(..) {
        match merged.last_mut() {
            Some((last, sum)) if *last == target => {
                *sum = sum.checked_add(&weight).ok_or(WorldError::Probability)?;
            }
            _ => merged.push((target, weight)),
        }
    }
    *outcomes = merged;
    Ok(())
}

/// A run of the world through these classes, of which the first is that of a first state, and where
/// it goes round.
///
/// A run that goes round through classes comes back with other names, or in another order; it is
/// followed until a state comes again, as one must, since a class is finite.
pub(super) fn follow(
    space: &dyn Space,
    classes: &[&[u8]],
    back_to: Option<usize>,
) -> Result<(Vec<Vec<u8>>, Option<usize>), Untold> {
    let (mut states, mut came_back): (Vec<Vec<u8>>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut ways = space.first_states()?;
    let mut next = Some(0);
    while let Some(place) = next {
        let members = members(space, &ways, classes.get(place).ok_or(Untold::Empty)?)?;
        if back_to == Some(place) {
            let known = |&&before: &&usize| members.contains(&&states[before][..]);
            if let Some(&before) = came_back.iter().find(known) {
                return Ok((states, Some(before)));
            }
            came_back.push(states.len());
        }
        let state = members.first().ok_or(Untold::NoStep(states.len().saturating_sub(1)))?.to_vec();
        space.expand(&state, &mut ways)?;
        states.push(state);
        next = if place + 1 < classes.len() { Some(place + 1) } else { back_to };
    }
    Ok((states, None))
}

/// The numbers of states and transitions that all classes of the graph have together.
pub(super) fn whole(space: &dyn Space, graph: &Graph) -> Result<(u128, u128), WorldError> {
    let (mut states, mut transitions) = (0, 0);
    let mut ways = Successors::default();
    for state in (0..graph.states()).map(|number| graph.state(number)) {
        let size = space.class_of(state)?.size;
        space.expand(state, &mut ways)?;
        let outcomes = ways.choices().map(|choice| ways.outcomes(choice).count() as u128);
        states += size;
        transitions += size * outcomes.sum::<u128>();
    }
    Ok((states, transitions))
}

/// The outcomes that are states of the class.
fn members<'a>(
    space: &dyn Space,
    ways: &'a Successors,
    class: &[u8],
) -> Result<Vec<&'a [u8]>, WorldError> {
    let mut members = Vec::new();
    for (_, state) in ways.choices().flat_map(|choice| ways.outcomes(choice)) {
        if *space.class_of(state)?.representative == *class {
            members.push(state);
        }
    }
    Ok(members)
}

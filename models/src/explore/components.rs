//! End components.

use super::Graph;
use crate::arrows::Arrows;

/// No component.
pub(crate) const NONE: u32 = u32::MAX;

/// Finds end components: sets of states with choices that never leave the set, in which each state
/// can be reached from each other.
pub(crate) struct EndComponents<'a, F> {
    graph: &'a Graph,
    /// Which choices may be taken at all.
    allowed: F,
    /// Where each state is in the set at hand; [`NONE`] if it is not in it.
    place_of: Vec<u32>,
}

impl<'a, F: Fn(usize) -> bool> EndComponents<'a, F> {
    pub(crate) fn new(graph: &'a Graph, allowed: F) -> Self {
        Self { graph, allowed, place_of: vec![NONE; graph.states() as usize] }
    }

    /// The largest end components within these states.
    pub(crate) fn within(&mut self, states: Vec<u32>) -> Vec<Vec<u32>> {
        let mut pending = vec![states];
        let mut found = Vec::new();
        while let Some(set) = pending.pop() {
            for (place, &state) in set.iter().enumerate() {
                self.place_of[state as usize] = place as u32;
            }
            let mut parts = self.connected_parts(&set);
            set.iter().for_each(|&state| self.place_of[state as usize] = NONE);
            if parts.first().is_some_and(|part| part.len() == set.len()) {
                found.append(&mut parts);
            } else {
                pending.append(&mut parts);
            }
        }
        found
    }

    /// The parts of a set that are strongly connected by choices that stay in it; states that have
    /// none are left out.
    fn connected_parts(&self, set: &[u32]) -> Vec<Vec<u32>> {
        let mut arrows = Arrows::default();
        for &state in set {
            let choices = self.graph.choices_of(state).filter(|&choice| self.stays(choice));
            let targets = choices.flat_map(|choice| self.graph.targets_of(choice));
            arrows.push(targets.map(|&target| self.place_of[target as usize]));
        }
        let is_part = |part: &&[u32]| part.len() > 1 || !arrows.of(part[0]).is_empty();
        let components = arrows.components();
        let parts = components.lists().filter(is_part);
        parts.map(|part| part.iter().map(|&place| set[place as usize]).collect()).collect()
    }

    /// Whether the choice may be taken and cannot lead out of the set at hand.
    fn stays(&self, choice: usize) -> bool {
        let inside = |&target: &u32| self.place_of[target as usize] != NONE;
        (self.allowed)(choice) && self.graph.targets_of(choice).iter().all(inside)
    }
}

//! The transitions of a graph backwards.

use super::Graph;

/// Which choices can lead to each state, and whose choices they are.
pub(crate) struct Backward {
    ends: Vec<u32>,
    choices: Vec<u32>,
    sources: Vec<u32>,
}

impl Backward {
    pub(crate) fn of(graph: &Graph) -> Self {
        let mut ends = vec![0_u32; graph.states() as usize + 1];
        graph.targets().iter().for_each(|&target| ends[target as usize + 1] += 1);
        for place in 1..ends.len() {
            ends[place] += ends[place - 1];
        }
        let mut next = ends.clone();
        let mut choices = vec![0; graph.transitions()];
        let mut sources = vec![0; graph.choices()];
        for state in 0..graph.states() {
            for choice in graph.choices_of(state) {
                sources[choice] = state;
                for &target in graph.targets_of(choice) {
                    let place = &mut next[target as usize];
                    choices[*place as usize] = choice as u32;
                    *place += 1;
                }
            }
        }
        Self { ends, choices, sources }
    }

    /// The choices that can lead to the state.
    pub(crate) fn into(&self, state: u32) -> &[u32] {
        let state = state as usize;
        &self.choices[self.ends[state] as usize..self.ends[state + 1] as usize]
    }

    /// The states from which one step can lead to the state; some of them several times.
    pub(crate) fn before(&self, state: u32) -> impl Iterator<Item = u32> {
        self.into(state).iter().map(|&choice| self.source(choice))
    }

    /// The state in which the choice is.
    pub(crate) fn source(&self, choice: u32) -> u32 {
        self.sources[choice as usize]
    }
}

//! Verdicts on the complete graph.

use super::{Graph, Notion, Run, Verdict};

/// Judges the property at that place among the marks of the graph.
pub(super) fn judge_one(
    graph: &Graph,
    place: usize,
    property: &'static str,
    notion: Notion,
) -> Verdict {
    let (holds, evidence) = match notion {
        Notion::Always => refuted(always(graph, place)),
        Notion::Sometimes => shown(sometimes(graph, place)),
        Notion::PossibleFromEverywhere => refuted(stuck(graph, place)),
        Notion::Surely => refuted(avoided(graph, place)),
    };
    Verdict { property, notion, holds, evidence }
}

fn refuted(counterexample: Option<Run>) -> (bool, Option<Run>) {
    (counterexample.is_none(), counterexample)
}

fn shown(witness: Option<Run>) -> (bool, Option<Run>) {
    (witness.is_some(), witness)
}

/// A shortest run to a state where the property does not hold.
fn always(graph: &Graph, property: usize) -> Option<Run> {
    let wrong = (0..graph.states()).find(|&state| !graph.holds(property, state));
    wrong.map(|state| run_to(graph, state))
}

/// A shortest run to a state where the property holds.
fn sometimes(graph: &Graph, property: usize) -> Option<Run> {
    let right = (0..graph.states()).find(|&state| graph.holds(property, state));
    right.map(|state| run_to(graph, state))
}

/// A shortest run to a state from which no run leads to the property.
fn stuck(graph: &Graph, property: usize) -> Option<Run> {
    let predecessors = Predecessors::of(graph);
    let goals = (0..graph.states()).filter(|&state| graph.holds(property, state));
    let mut reaches = vec![false; graph.states() as usize];
    let mut found: Vec<u32> = goals.collect();
    found.iter().for_each(|&goal| reaches[goal as usize] = true);
    while let Some(state) = found.pop() {
        for &before in predecessors.of_state(state) {
            if !std::mem::replace(&mut reaches[before as usize], true) {
                found.push(before);
            }
        }
    }
    let hopeless = (0..graph.states()).find(|&state| !reaches[state as usize]);
    hopeless.map(|state| run_to(graph, state))
}

/// A run that never comes to the property: it ends before, or goes round for ever.
///
/// The states from which one can stay away are the largest set in which the property does not hold
/// and each state is an end of the world or has a successor in the set; states are struck out until
/// that is so.
fn avoided(graph: &Graph, property: usize) -> Option<Run> {
    let predecessors = Predecessors::of(graph);
    let size = graph.states();
    let mut ways_out: Vec<u32> =
        (0..size).map(|state| graph.successors(state).len() as u32).collect();
    let mut stays: Vec<bool> = (0..size).map(|state| !graph.holds(property, state)).collect();
    let mut struck: Vec<u32> = (0..size).filter(|&state| !stays[state as usize]).collect();
    while let Some(state) = struck.pop() {
        for &before in predecessors.of_state(state) {
            let before_index = before as usize;
            ways_out[before_index] -= 1;
            if ways_out[before_index] == 0 && std::mem::replace(&mut stays[before_index], false) {
                struck.push(before);
            }
        }
    }
    let first = (0..size).find(|&state| graph.is_first(state) && stays[state as usize])?;
    Some(run_within(graph, first, &stays))
}

/// Goes on within the set until the world ends or a state comes again.
fn run_within(graph: &Graph, first: u32, stays: &[bool]) -> Run {
    let mut states = vec![first];
    let mut place_of = std::collections::HashMap::from([(first, 0)]);
    let mut current = first;
    loop {
        let mut ways = graph.successors(current).iter();
        let Some(&next) = ways.find(|&&next| stays[next as usize]) else {
            return Run { states, back_to: None };
        };
        if let Some(&place) = place_of.get(&next) {
            return Run { states, back_to: Some(place) };
        }
        place_of.insert(next, states.len());
        states.push(next);
        current = next;
    }
}

fn run_to(graph: &Graph, state: u32) -> Run {
    Run { states: graph.path_to(state), back_to: None }
}

/// The transitions backwards.
struct Predecessors {
    ends: Vec<u32>,
    states: Vec<u32>,
}

impl Predecessors {
    fn of(graph: &Graph) -> Self {
        let size = graph.states() as usize;
        let mut ends = vec![0_u32; size + 1];
        let all =
            || (0..graph.states()).flat_map(|s| graph.successors(s).iter().map(move |&t| (s, t)));
        all().for_each(|(_, target)| ends[target as usize + 1] += 1);
        for place in 1..=size {
            ends[place] += ends[place - 1];
        }
        let mut next = ends.clone();
        let mut states = vec![0; graph.transitions()];
        for (source, target) in all() {
            states[next[target as usize] as usize] = source;
            next[target as usize] += 1;
        }
        Self { ends, states }
    }

    fn of_state(&self, state: u32) -> &[u32] {
        let state = state as usize;
        &self.states[self.ends[state] as usize..self.ends[state + 1] as usize]
    }
}

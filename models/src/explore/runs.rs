//! Runs through a graph that show something.

use std::collections::{HashMap, HashSet, VecDeque};

use super::components::NONE;
use super::{Graph, Run};

/// A shortest run from a first state to this one.
pub(super) fn run_to(graph: &Graph, state: u32) -> Run {
    Run { states: graph.path_to(state), back_to: None }
}

/// A shortest run from a first state to one of the targets, all of whose states may be passed.
pub(super) fn run_through(
    graph: &Graph,
    may_pass: impl Fn(u32) -> bool,
    is_target: impl Fn(u32) -> bool,
) -> Option<Run> {
    let starts = graph.first().iter().map(|&(state, _)| state).filter(|&state| may_pass(state));
    let states = shortest(graph, starts.collect(), |_, target| may_pass(target), is_target)?;
    Some(Run { states, back_to: None })
}

/// Goes on, by choices that cannot leave the set, until the world ends or a state comes again.
pub(super) fn go_round(graph: &Graph, run: Run, stays: &[bool]) -> Run {
    let inside = |&target: &u32| stays[target as usize];
    let next = |state| {
        let mut choices = graph.choices_of(state).map(|choice| graph.targets_of(choice));
        choices.find(|targets| targets.iter().all(inside)).and_then(|targets| targets.first())
    };
    go_on(run, |state| next(state).copied())
}

/// Goes on within the set until the world ends or a state comes again.
pub(super) fn go_on_within(graph: &Graph, run: Run, stays: &[bool]) -> Run {
    go_on(run, |state| {
        graph.successors(state).iter().copied().find(|&target| stays[target as usize])
    })
}

fn go_on(mut run: Run, next: impl Fn(u32) -> Option<u32>) -> Run {
    let Some(&last) = run.states.last() else { return run };
    let mut current = last;
    let mut place_of = HashMap::from([(current, run.states.len() - 1)]);
    while let Some(state) = next(current) {
        if let Some(&place) = place_of.get(&state) {
            run.back_to = Some(place);
            break;
        }
        place_of.insert(state, run.states.len());
        run.states.push(state);
        current = state;
    }
    run
}

/// Goes round in an end component, in which the run has arrived, so that every claim that its
/// choices serve is served.
pub(super) fn go_round_fairly(graph: &Graph, mut run: Run, component: &[u32]) -> Run {
    let members: HashSet<u32> = component.iter().copied().collect();
    let stays = |choice| graph.targets_of(choice).iter().all(|target| members.contains(target));
    let arrived = run.states.len() - 1;
    let start = run.states[arrived];
    let mut served = HashSet::new();
    let mut serving = Vec::new();
    for &state in component {
        for choice in graph.choices_of(state).filter(|&choice| stays(choice)) {
            if graph.claim_of(choice).is_some_and(|claim| served.insert(claim)) {
                serving.push((state, graph.targets_of(choice)[0]));
            }
        }
    }
    let walk_to = |states: &mut Vec<u32>, goal: u32| {
        let from = states[states.len() - 1];
        let allowed = |state, target| {
            let mut choices = graph.choices_of(state);
            choices.any(|choice| stays(choice) && graph.targets_of(choice).contains(&target))
        };
        let path = shortest(graph, vec![from], allowed, |state| state == goal);
        states.extend(path.into_iter().flatten().skip(1));
    };
    for (state, next) in serving {
        walk_to(&mut run.states, state);
        run.states.push(next);
    }
    walk_to(&mut run.states, start);
    if run.states.len() > arrived + 1 {
        run.states.pop();
        run.back_to = Some(arrived);
    }
    run
}

/// A shortest way from one of the starts to a target.
fn shortest(
    graph: &Graph,
    starts: Vec<u32>,
    may_go: impl Fn(u32, u32) -> bool,
    is_target: impl Fn(u32) -> bool,
) -> Option<Vec<u32>> {
    let mut before: HashMap<u32, u32> = starts.iter().map(|&start| (start, NONE)).collect();
    let mut queue = VecDeque::from(starts);
    while let Some(state) = queue.pop_front() {
        if is_target(state) {
            let mut path: Vec<u32> =
                std::iter::successors(Some(state), |at| Some(before[at]).filter(|&b| b != NONE))
                    .collect();
            path.reverse();
            return Some(path);
        }
        for &target in graph.successors(state) {
            if !before.contains_key(&target) && may_go(state, target) {
                before.insert(target, state);
                queue.push_back(target);
            }
        }
    }
    None
}

//! What is possible and what is certain: questions that no probability but 0 and 1 matters to.
//!
//! Sets of states are lists of truth values. A state without choices is an end: the run stays there.

use super::Graph;
use super::backward::Backward;

/// A set of states.
pub(crate) type States = Vec<bool>;

/// The states from which some run leads to the goal: those where the greatest probability of the
/// goal is above 0.
pub(crate) fn can_reach(backward: &Backward, goal: &[bool]) -> States {
    can_reach_through(backward, goal, |_| true)
}

/// The states from which some run leads to the goal whose states before the goal all pass.
pub(crate) fn can_reach_through(
    backward: &Backward,
    goal: &[bool],
    pass: impl Fn(u32) -> bool,
) -> States {
    let mut reaches = goal.to_vec();
    let mut found = members(goal);
    while let Some(state) = found.pop() {
        for before in backward.before(state) {
            if pass(before) && !std::mem::replace(&mut reaches[before as usize], true) {
                found.push(before);
            }
        }
    }
    reaches
}

/// The states from which an adversary can stay away from the goal for ever, however the draws fall:
/// those where the least probability of the goal is 0.
pub(crate) fn can_avoid(graph: &Graph, backward: &Backward, goal: &[bool]) -> States {
    can_avoid_by(graph, backward, goal, |_| true)
}

/// The states from which an adversary can stay away from the goal for ever by these choices alone.
pub(crate) fn can_avoid_by(
    graph: &Graph,
    backward: &Backward,
    goal: &[bool],
    allowed: impl Fn(usize) -> bool,
) -> States {
    let mut broken: Vec<bool> = (0..graph.choices()).map(|choice| !allowed(choice)).collect();
    let ways = |state| graph.choices_of(state).filter(|&choice| !broken[choice]).count() as u32;
    let mut left: Vec<u32> = (0..graph.states()).map(ways).collect();
    let is_end = |state| graph.choices_of(state).is_empty();
    let mut stays: States = (0..graph.states())
        .map(|state| !goal[state as usize] && (left[state as usize] > 0 || is_end(state)))
        .collect();
    let mut struck: Vec<u32> = (0..graph.states()).filter(|&s| !stays[s as usize]).collect();
    while let Some(state) = struck.pop() {
        for &choice in backward.into(state) {
            let before = backward.source(choice) as usize;
            if std::mem::replace(&mut broken[choice as usize], true) {
                continue;
            }
            left[before] -= 1;
            if left[before] == 0 && std::mem::replace(&mut stays[before], false) {
                struck.push(before as u32);
            }
        }
    }
    stays
}

/// The states from which the goal is reached with probability 1 whatever anybody chooses.
pub(crate) fn certain(graph: &Graph, backward: &Backward, goal: &[bool]) -> States {
    let avoids = can_avoid(graph, backward, goal);
    let may_fail = can_reach_through(backward, &avoids, |state| !goal[state as usize]);
    may_fail.into_iter().map(|fails| !fails).collect()
}

/// The states from which somebody who chooses well reaches the goal with probability 1.
///
/// The largest set of which each state has a path to the goal whose choices cannot leave the set.
pub(crate) fn can_be_certain(graph: &Graph, backward: &Backward, goal: &[bool]) -> States {
    let mut all = vec![true; goal.len()];
    loop {
        let safe = |choice: u32| {
            graph.targets_of(choice as usize).iter().all(|&target| all[target as usize])
        };
        let mut reaches = goal.to_vec();
        let mut found = members(goal);
        while let Some(state) = found.pop() {
            for &choice in backward.into(state) {
                let before = backward.source(choice) as usize;
                if !reaches[before] && safe(choice) {
                    reaches[before] = true;
                    found.push(before as u32);
                }
            }
        }
        if reaches == all {
            return all;
        }
        all = reaches;
    }
}

/// The states that can be met before the goal.
pub(crate) fn reachable_without(graph: &Graph, goal: &[bool]) -> States {
    let mut reached = vec![false; goal.len()];
    let mut pending: Vec<u32> = graph.first().iter().map(|&(state, _)| state).collect();
    while let Some(state) = pending.pop() {
        if goal[state as usize] || std::mem::replace(&mut reached[state as usize], true) {
            continue;
        }
        pending.extend(graph.successors(state));
    }
    reached
}

/// The members of a set.
pub(crate) fn members(set: &[bool]) -> Vec<u32> {
    let numbered = set.iter().enumerate();
    numbered.filter_map(|(state, &is_in)| is_in.then_some(state as u32)).collect()
}

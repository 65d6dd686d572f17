//! Verdicts on the complete graph.

use rumormill_core::Bias;

use super::backward::Backward;
use super::fairness::fair_component;
use super::qualitative::{can_avoid, can_reach, members, reachable_without};
use super::runs::{go_on_within, go_round, go_round_fairly, run_through, run_to};
use super::{Graph, Notion, Run, Verdict};
use crate::Weight;
use crate::exact::{Effort, Exact};

/// Judges the property at that place among the marks of the graph; `None` where a probability is not
/// known well enough to be compared.
pub(super) fn judge_one(
    graph: &Graph,
    place: usize,
    property: &'static str,
    notion: Notion,
) -> Option<Verdict> {
    let (holds, evidence) = match notion {
        Notion::Always => refuted(always(graph, place)),
        Notion::Sometimes => shown(sometimes(graph, place)),
        Notion::PossibleFromEverywhere => refuted(stuck(graph, place)),
        Notion::Surely => refuted(avoided(graph, place)),
        Notion::AlmostSurely => refuted(avoided_by_chance(graph, place)),
        Notion::AlmostSurelyIfFair => refuted(avoided_fairly(graph, place, Since::Start)),
        Notion::AgainIfFair => refuted(avoided_fairly(graph, place, Since::Ever)),
        Notion::AtLeast(bias) => (is_as_likely(graph, place, bias)?, None),
    };
    Some(Verdict { property, notion, holds, evidence })
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
    let reaches = can_reach(&Backward::of(graph), &graph.where_holds(property));
    let hopeless = (0..graph.states()).find(|&state| !reaches[state as usize]);
    hopeless.map(|state| run_to(graph, state))
}

/// A run that never comes to the property: it ends before, or goes round for ever.
///
/// The states from which one can stay away are the largest set in which the property does not hold
/// and each state is an end of the world or has a successor in the set; states are struck out until
/// that is so.
fn avoided(graph: &Graph, property: usize) -> Option<Run> {
    let backward = Backward::of(graph);
    let mut ways_out: Vec<u32> =
        (0..graph.states()).map(|state| graph.successors(state).len() as u32).collect();
    let goal = graph.where_holds(property);
    let mut stays: Vec<bool> = goal.iter().map(|&is_goal| !is_goal).collect();
    let mut struck = members(&goal);
    while let Some(state) = struck.pop() {
        for before in backward.before(state) {
            let before_index = before as usize;
            ways_out[before_index] -= 1;
            if ways_out[before_index] == 0 && std::mem::replace(&mut stays[before_index], false) {
                struck.push(before);
            }
        }
    }
    let start = run_through(graph, |state| stays[state as usize], |_| true)?;
    Some(go_on_within(graph, start, &stays))
}

/// A run to where an adversary can keep away from the property for ever, however draws fall, and
/// one of the runs that follow.
fn avoided_by_chance(graph: &Graph, property: usize) -> Option<Run> {
    let goal = graph.where_holds(property);
    let stays = can_avoid(graph, &Backward::of(graph), &goal);
    let run = run_through(graph, |state| !goal[state as usize], |state| stays[state as usize])?;
    Some(go_round(graph, run, &stays))
}

/// Whether the property comes with at least this probability whatever is chosen.
fn is_as_likely(graph: &Graph, property: usize, bias: Bias) -> Option<bool> {
    let least = Exact::new(graph, property, Effort::default()).probability().least;
    least.is_at_least(&Weight::new(bias.numerator().into(), bias.denominator().into()))
}

/// Since when a property has not held.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Since {
    /// Since the start of the world.
    Start,
    /// It may have held, and ceased to.
    Ever,
}

/// A run to where a strongly fair scheduler, with the adversary's help, can keep away from the
/// property for ever, however draws fall, and one of the fair runs that follow.
fn avoided_fairly(graph: &Graph, property: usize, since: Since) -> Option<Run> {
    let goal = graph.where_holds(property);
    let reachable = match since {
        Since::Start => members(&reachable_without(graph, &goal)),
        Since::Ever => (0..graph.states()).filter(|&state| !goal[state as usize]).collect(),
    };
    let may_pass = |state| since == Since::Ever || !goal[state as usize];
    let ends = |&state: &u32| graph.choices_of(state).is_empty();
    let to = |target: &dyn Fn(u32) -> bool| run_through(graph, may_pass, target);
    if let Some(end) = reachable.iter().copied().find(ends) {
        return to(&|state| state == end);
    }
    let component = fair_component(graph, reachable)?;
    let run = to(&|state| component.contains(&state))?;
    Some(go_round_fairly(graph, run, &component))
}

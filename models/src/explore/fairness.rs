//! Where a strongly fair scheduler can stay for ever.
//!
//! A claim is a timer of a machine, or a message to it from one sender. A scheduler is strongly
//! fair if each claim that can be served again and again is served again and again. Within an end
//! component it can be so for ever if each claim that some state of it could serve is served by a
//! choice of the component: the condition of Streett, decided by taking out the states with claims
//! that are not served, until nothing is left or all claims are. Looking at the largest end
//! components alone would miss smaller ones that are fair.

use std::collections::HashSet;

use super::Graph;
use super::components::EndComponents;

/// An end component within the states in which a strongly fair scheduler can stay for ever.
pub(crate) fn fair_component(graph: &Graph, within: Vec<u32>) -> Option<Vec<u32>> {
    let mut components = EndComponents::new(graph, |_| true);
    let mut pending = components.within(within);
    while let Some(component) = pending.pop() {
        let unserved = unserved(graph, &component);
        if unserved.is_empty() {
            return Some(component);
        }
        let makes_none = |&state: &u32| {
            let mut claims = graph.choices_of(state).filter_map(|choice| graph.claim_of(choice));
            !claims.any(|claim| unserved.contains(&claim))
        };
        let rest = component.into_iter().filter(makes_none).collect();
        pending.extend(components.within(rest));
    }
    None
}

/// The claims that states of the component could serve, but no choice that stays in it does.
fn unserved(graph: &Graph, component: &[u32]) -> HashSet<u32> {
    let members: HashSet<u32> = component.iter().copied().collect();
    let (mut made, mut served) = (HashSet::new(), HashSet::new());
    for choice in component.iter().flat_map(|&state| graph.choices_of(state)) {
        let Some(claim) = graph.claim_of(choice) else { continue };
        made.insert(claim);
        if graph.targets_of(choice).iter().all(|target| members.contains(target)) {
            served.insert(claim);
        }
    }
    &made - &served
}

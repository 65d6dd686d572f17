//! The exact values of synchronous gossip and of infect-and-die, from the machines themselves.
//!
//! The figures were computed by independent programs from the definitions: uniform targets among
//! the other processes, one informed at the start, nothing lost.

mod common;

use std::collections::BTreeMap;

use common::{FINAL_SIZES, Nodes, final_sizes, gossip};
use rumormill_core::protocols::periodic_gossip::Mode;
use rumormill_models::Weight;
use rumormill_models::explore::{Exploration, Limits, explore};

/// The expected number of rounds until the world stops. Knowledge only grows, so the graph has no
/// cycles but loops: states are solved from the last to the first in the order of informed nodes.
fn expected_rounds(exploration: &Exploration) -> Weight {
    fn solve(
        graph: &rumormill_models::explore::Graph,
        state: u32,
        known: &mut BTreeMap<u32, Weight>,
    ) -> Weight {
        if let Some(&rounds) = known.get(&state) {
            return rounds;
        }
        let Some(choice) = graph.choices_of(state).next() else { return Weight::ZERO };
        let (mut sum, mut stays) = (Weight::ONE, Weight::ZERO);
        for (next, &weight) in graph.outcomes_of(choice) {
            if next == state {
                stays = weight;
            } else {
                sum += weight * solve(graph, next, known);
            }
        }
        let rounds = sum / (Weight::ONE - stays);
        known.insert(state, rounds);
        rounds
    }
    solve(&exploration.graph, 0, &mut BTreeMap::new())
}

#[test]
fn expected_rounds_of_push_pull_and_push_pull() {
    let expected = [
        (Mode::Push, [(2, 1, 1), (3, 7, 3), (4, 485, 152), (5, 72_271, 18_375)]),
        (Mode::Pull, [(2, 1, 1), (3, 2, 1), (4, 105, 38), (5, 2_924, 875)]),
        (Mode::PushPull, [(2, 1, 1), (3, 3, 2), (4, 121, 60), (5, 76_367, 32_258)]),
    ];
    for (mode, values) in expected {
        for (nodes, numerator, denominator) in values {
            let world = gossip(Nodes::sound(nodes), mode, 1);
            let exploration = explore(&world, &[], Limits::default()).expect("a small world");
            let rounds = expected_rounds(&exploration);
            assert_eq!(rounds, Weight::new(numerator, denominator), "{mode:?} {nodes}");
        }
    }
}

#[test]
fn final_sizes_of_infect_and_die() {
    for (nodes, fanout, sizes) in FINAL_SIZES {
        let sizes: BTreeMap<_, _> =
            sizes.iter().map(|&(size, n, d)| (size, Weight::new(n, d))).collect();
        assert_eq!(
            final_sizes(Nodes::sound(nodes), 64 * fanout),
            sizes,
            "{nodes} nodes, fanout {fanout}"
        );
    }
}

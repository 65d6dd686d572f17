//! The exact values of synchronous gossip and of infect-and-die, from the machines themselves.
//!
//! The figures were computed by independent programs from the definitions: uniform targets among
//! the other processes, one informed at the start, nothing lost.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use rumormill_core::Ticks;
use rumormill_core::protocols::periodic_gossip::{self, Mode, PeriodicGossip};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::seen::Memory;
use rumormill_models::explore::{Exploration, Limits, explore};
use rumormill_models::world::{Scheduler, Setting, Witness, World, group};
use rumormill_models::{ModelPeer, Weight};

const MEMORY: Memory = Memory { origins: 1, forget_after: None };

fn gossip(nodes: u8, mode: Mode) -> Exploration {
    let settings = periodic_gossip::Settings {
        mode,
        fanout: 1,
        period: Ticks(1),
        hot: None::<NonZeroU16>,
        buffer: 1,
        max_message: 1000,
        memory: MEMORY,
    };
    let nodes = group(nodes, &PeriodicGossip::new(settings));
    let mut setting = Setting::new(nodes, Witness::default(), Scheduler::Lockstep);
    setting.first_requests = vec![(ModelPeer(0), periodic_gossip::Request::Publish("a".into()))];
    setting.anonymous_senders = mode == Mode::Push;
    setting.stop = Some(Box::new(|at| at.locals().all(|l| !l.application.delivered.is_empty())));
    let world = World::new(setting);
    explore(&world.expect("a world"), &[], Limits::default()).expect("a small world")
}

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
            let rounds = expected_rounds(&gossip(nodes, mode));
            assert_eq!(rounds, Weight::new(numerator, denominator), "{mode:?} {nodes}");
        }
    }
}

/// How many nodes infect-and-die reaches, and how likely: each forwards once to `fanout` others.
fn final_sizes(nodes: u8, fanout: u32) -> BTreeMap<usize, Weight> {
    let missing = f64::from(fanout) - f64::from(nodes).ln();
    let settings = renyi_erdos::Settings {
        margin: (missing * 64.0).floor() as i16,
        memory: MEMORY,
        period: Ticks(1),
        max_payload: 16,
    };
    let nodes = group(nodes, &RenyiErdos::new(settings));
    let world = World::new(Setting {
        first_requests: vec![(ModelPeer(0), renyi_erdos::Request::Broadcast("a".into()))],
        ..Setting::new(nodes, Witness::default(), Scheduler::Lockstep)
    })
    .expect("a world");
    let first = world.first_states().expect("first states");
    let mut alive: Vec<(Weight, Vec<u8>)> =
        first.choices().flat_map(|c| first.outcomes(c)).map(|(w, s)| (*w, s.to_vec())).collect();
    let mut sizes = BTreeMap::new();
    let mut successors = rumormill_models::world::Successors::default();
    while let Some((weight, state)) = alive.pop() {
        world.expand(&state, &mut successors).expect("a pure machine");
        match successors.choices().next() {
            Some(round) => {
                let outcomes = successors.outcomes(round);
                alive.extend(outcomes.map(|(w, next)| (weight * w, next.to_vec())));
            }
            None => {
                let reached = world.look(&state, |at| {
                    at.locals().filter(|l| !l.application.delivered.is_empty()).count()
                });
                *sizes.entry(reached).or_insert(Weight::ZERO) += weight;
            }
        }
    }
    sizes
}

#[test]
fn final_sizes_of_infect_and_die() {
    type Sizes = &'static [(usize, u128, u128)];
    let expected: [(u8, u32, Sizes); 7] = [
        (3, 1, &[(2, 1, 2), (3, 1, 2)]),
        (4, 1, &[(2, 1, 3), (3, 4, 9), (4, 2, 9)]),
        (4, 2, &[(3, 1, 9), (4, 8, 9)]),
        (5, 1, &[(2, 1, 4), (3, 3, 8), (4, 9, 32), (5, 3, 32)]),
        (5, 2, &[(3, 1, 36), (4, 2, 9), (5, 3, 4)]),
        (5, 3, &[(4, 1, 64), (5, 63, 64)]),
        (6, 2, &[(3, 1, 100), (4, 9, 125), (5, 729, 2500), (6, 783, 1250)]),
    ];
    for (nodes, fanout, sizes) in expected {
        let sizes: BTreeMap<_, _> =
            sizes.iter().map(|&(size, n, d)| (size, Weight::new(n, d))).collect();
        assert_eq!(final_sizes(nodes, fanout), sizes, "{nodes} nodes, fanout {fanout}");
    }
}

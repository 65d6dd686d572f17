//! The exact chains of `rumormill_core::analysis` in exact fractions: against figures that
//! independent programs computed, and against the machines themselves.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Add, Div, Mul, Sub};

use common::{FINAL_SIZES, Nodes, final_sizes, gossip, informed};
use rumormill_core::Bias;
use rumormill_core::analysis::infect_and_die::final_size;
use rumormill_core::analysis::lockstep::{Between, Lockstep};
use rumormill_core::analysis::{Group, Number, Reached, Targets};
use rumormill_core::protocols::periodic_gossip::Mode;
use rumormill_models::Weight;
use rumormill_models::explore::{Limits, explore};

const MODES: [Mode; 3] = [Mode::Push, Mode::Pull, Mode::PushPull];

/// A fraction. What exceeds its 128 bits panics in the tests.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
struct Exact(Weight);

impl Number for Exact {}

impl From<u32> for Exact {
    fn from(number: u32) -> Self {
        Self(Weight::from_integer(number.into()))
    }
}

impl Add for Exact {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Exact {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Mul for Exact {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }
}

impl Div for Exact {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        Self(self.0 / other.0)
    }
}

fn exact(numerator: u128, denominator: u128) -> Exact {
    Exact(Weight::new(numerator, denominator))
}

fn fixed(targets: usize) -> Targets<Exact> {
    Targets::fixed(targets).expect("few targets")
}

fn sound(size: u32, targets: usize) -> Group<Exact> {
    Group { size, crashed: 0, targets: fixed(targets), loss: exact(0, 1) }
}

fn group_of(nodes: Nodes, targets: Targets<Exact>) -> Group<Exact> {
    let Nodes { size, crashed, loss } = nodes;
    let loss = exact(loss.numerator().into(), loss.denominator().into());
    Group { size: size.into(), crashed: crashed.into(), targets, loss }
}

fn chain(mode: Mode, group: &Group<Exact>) -> Lockstep<Exact> {
    Lockstep::new(mode, group).expect("a group")
}

fn sizes(reached: &Reached<Exact>) -> BTreeMap<usize, Weight> {
    let numbered = reached.probabilities().iter().enumerate();
    numbered.map(|(size, &Exact(p))| (size, p)).filter(|&(_, p)| p != Weight::ZERO).collect()
}

fn final_sizes_of(group: &Group<Exact>) -> BTreeMap<usize, Weight> {
    sizes(&final_size(group).expect("a group"))
}

/// The expected number of rounds until all are informed. Nobody forgets, so it is solved from the
/// most informed on.
fn expected_rounds(chain: &Lockstep<Exact>, alive: usize) -> Exact {
    let mut rounds = vec![exact(0, 1); alive + 1];
    for informed in (1..alive).rev() {
        let next = chain.transitions(informed).expect("some, and not all");
        let later = informed + 1..=alive;
        let after = later.map(|i| next.exactly(i) * rounds[i]).fold(exact(1, 1), Add::add);
        rounds[informed] = after / (exact(1, 1) - next.exactly(informed));
    }
    rounds[1]
}

#[test]
fn expected_rounds_until_all_are_informed() {
    let table = [
        (Mode::Push, [(1, 1), (7, 3), (485, 152), (72_271, 18_375), (599_752_873, 133_724_448)]),
        (Mode::Pull, [(1, 1), (2, 1), (105, 38), (2_924, 875), (15_917_545, 4_178_889)]),
        (
            Mode::PushPull,
            [(1, 1), (3, 2), (121, 60), (76_367, 32_258), (11_658_397_811, 4_384_078_335)],
        ),
    ];
    for (mode, row) in table {
        for (size, (numerator, denominator)) in (2..).zip(row) {
            let rounds = expected_rounds(&chain(mode, &sound(size, 1)), size as usize);
            assert_eq!(rounds, exact(numerator, denominator), "{mode:?} {size}");
        }
    }
}

#[test]
fn all_are_informed_by_a_round() {
    type Row = (u32, Mode, &'static [(u128, u128)]);
    let table: [Row; 9] = [
        (3, Mode::Push, &[(0, 1), (3, 4), (15, 16), (63, 64)]),
        (3, Mode::Pull, &[(1, 4), (13, 16), (61, 64), (253, 256)]),
        (3, Mode::PushPull, &[(1, 2), (1, 1)]),
        (4, Mode::Push, &[(0, 1), (2, 9), (58, 81), (1990, 2187)]),
        (4, Mode::Pull, &[(1, 27), (341, 729), (16_039, 19_683), (500_669, 531_441)]),
        (4, Mode::PushPull, &[(1, 9), (637, 729), (58_957, 59_049)]),
        (5, Mode::Push, &[(0, 1), (0, 1), (849, 2048), (403_521, 524_288)]),
        (5, Mode::Pull, &[(1, 256), (14_641, 65_536), (10_622_593, 16_777_216)]),
        (5, Mode::PushPull, &[(1, 64), (5195, 8192), (1_030_837, 1_048_576)]),
    ];
    for (size, mode, row) in table {
        let chain = chain(mode, &sound(size, 1));
        for (after, &(numerator, denominator)) in chain.rounds().skip(1).zip(row) {
            assert_eq!(after.everybody(), exact(numerator, denominator), "{mode:?} {size}");
        }
    }
}

/// Push among three: 7/3 rounds, and half as much uncertain after each more.
#[test]
fn the_first_rounds_enclose_the_expectation() {
    let chain = chain(Mode::Push, &sound(3, 1));
    let mut before = exact(1000, 1);
    for rounds in 3..12 {
        let Between { at_least, at_most } = chain.expected_rounds(3, rounds);
        let at_most = at_most.expect("some runs are over");
        assert!(at_least < exact(7, 3) && exact(7, 3) < at_most);
        assert!((at_most - at_least) * exact(3, 1) < before);
        before = at_most - at_least;
    }
    assert_eq!(chain.expected_rounds(3, 2).at_most, None);
}

#[test]
fn final_sizes_of_infect_and_die() {
    for (size, targets, expected) in FINAL_SIZES {
        let (size, targets) = (size.into(), targets.into());
        let expected = expected.iter().map(|&(size, n, d)| (size, Weight::new(n, d))).collect();
        assert_eq!(final_sizes_of(&sound(size, targets)), expected, "{size}, {targets} targets");
    }
    for (size, numerator, denominator) in
        [(8, 460_400, 1_058_841), (10, 1_479_535_015, 4_897_760_256)]
    {
        let everybody = final_size(&sound(size, 2)).expect("a group").everybody();
        assert_eq!(everybody, exact(numerator, denominator), "{size}");
    }
}

/// From each reachable state of the machines, the probabilities of what is informed a round later
/// depend on nothing but how many are informed, and they are those of the chain.
#[track_caller]
fn machines_lump_to_the_chain(nodes: Nodes, mode: Mode, fanout: u8) {
    let world = gossip(nodes, mode, fanout);
    let exploration = explore(&world, &[], Limits::default()).expect("a small world");
    let graph = &exploration.graph;
    let informed = |state| world.look(graph.state(state), informed);
    let chain = chain(mode, &group_of(nodes, fixed(fanout.into())));
    let mut classes = BTreeSet::new();
    for state in 0..graph.states() {
        let mut next = BTreeMap::new();
        for (to, &weight) in graph.choices_of(state).flat_map(|choice| graph.outcomes_of(choice)) {
            *next.entry(informed(to)).or_insert(Weight::ZERO) += weight;
        }
        if !next.is_empty() {
            let expected = chain.transitions(informed(state)).expect("some");
            assert_eq!(next, sizes(&expected), "{nodes:?} {mode:?} {}", informed(state));
        }
        classes.insert(informed(state));
    }
    assert!(classes.contains(&1) && classes.contains(&nodes.alive()), "{nodes:?} {mode:?}");
}

#[test]
fn sound_machines_lump_to_the_chain() {
    for mode in MODES {
        for size in 2..=6 {
            machines_lump_to_the_chain(Nodes::sound(size), mode, 1);
        }
    }
}

#[test]
fn machines_with_two_targets_lump_to_the_chain() {
    for mode in MODES {
        for size in 3..=5 {
            machines_lump_to_the_chain(Nodes::sound(size), mode, 2);
        }
    }
}

fn tenth() -> Bias {
    Bias::new(1, 10).expect("a probability")
}

#[test]
fn machines_whose_messages_get_lost_lump_to_the_chain() {
    for mode in MODES {
        for size in 2..=4 {
            machines_lump_to_the_chain(Nodes { loss: tenth(), ..Nodes::sound(size) }, mode, 1);
        }
        machines_lump_to_the_chain(Nodes { loss: tenth(), ..Nodes::sound(3) }, mode, 2);
    }
}

#[test]
fn machines_of_which_some_crashed_lump_to_the_chain() {
    for mode in MODES {
        for (size, crashed, fanout) in [(4, 1, 1), (5, 2, 1), (6, 1, 1), (5, 1, 2)] {
            machines_lump_to_the_chain(Nodes { crashed, ..Nodes::sound(size) }, mode, fanout);
        }
        let both = Nodes { size: 4, crashed: 1, loss: tenth() };
        machines_lump_to_the_chain(both, mode, 1);
    }
}

/// Each by a number of targets in 64ths.
#[test]
fn machines_have_the_final_sizes_of_the_recursion() {
    let lossy = |size| Nodes { loss: tenth(), ..Nodes::sound(size) };
    let crashed = |size, crashed| Nodes { crashed, ..Nodes::sound(size) };
    let cases = [
        (Nodes::sound(3), 64),
        (Nodes::sound(4), 64),
        (Nodes::sound(4), 96),
        (Nodes::sound(4), 128),
        (Nodes::sound(5), 64),
        (Nodes::sound(5), 80),
        (Nodes::sound(5), 128),
        (Nodes::sound(5), 192),
        (Nodes::sound(6), 64),
        (Nodes::sound(6), 128),
        (lossy(3), 64),
        (lossy(4), 64),
        (lossy(4), 128),
        (crashed(4, 1), 64),
        (crashed(5, 2), 128),
        (crashed(6, 2), 112),
        (Nodes { size: 5, crashed: 2, loss: tenth() }, 128),
    ];
    for (nodes, fanout) in cases {
        let one_more = exact((fanout % 64).into(), 64);
        let targets = Targets::or_one_more(usize::from(fanout / 64), one_more);
        let group = group_of(nodes, targets.expect("few targets"));
        assert_eq!(final_sizes(nodes, fanout), final_sizes_of(&group), "{nodes:?} {fanout}/64");
    }
}

/// Two nodes; one message in ten is lost.
#[test]
fn a_pull_can_lose_its_request_and_its_answer() {
    let group = Group { loss: exact(1, 10), ..sound(2, 1) };
    let informs = |mode| chain(mode, &group).transitions(1).expect("one").exactly(2);
    assert_eq!(informs(Mode::Push), exact(9, 10));
    assert_eq!(informs(Mode::Pull), exact(81, 100), "and not 9/10");
    assert_eq!(informs(Mode::PushPull), exact(981, 1000), "and not 9/10, and not 99/100");
}

/// Whoever may choose itself wastes a message: as if there were one more, which had crashed.
#[test]
fn choosing_oneself_would_take_longer() {
    let naive = Group { crashed: 1, ..sound(4, 1) };
    assert_eq!(expected_rounds(&chain(Mode::Push, &sound(3, 1)), 3), exact(7, 3));
    assert_eq!(expected_rounds(&chain(Mode::Push, &naive), 3), exact(33, 10));
}

/// Two draws of one target each are a sampling with replacement.
#[test]
fn targets_are_distinct() {
    let one_more = |targets| chain(Mode::Push, &sound(4, targets)).transitions(1).expect("one");
    assert_eq!(one_more(2).exactly(3), exact(1, 1), "and not 2/3");
    assert_eq!(final_sizes_of(&sound(3, 2)), BTreeMap::from([(3, Weight::ONE)]));
}

/// A process that has crashed is chosen all the same.
#[test]
fn the_crashed_are_not_left_out() {
    let crashed = Group { crashed: 1, ..sound(4, 1) };
    assert_ne!(final_sizes_of(&crashed), final_sizes_of(&sound(3, 1)));
    assert_eq!(final_size(&crashed).expect("a group").exactly(1), exact(1, 3));
}

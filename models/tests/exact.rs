//! Exact answers against figures that were computed by independent programs.

mod common;

use std::sync::Arc;

use common::one_rumor;
use num_rational::BigRational;
use rumormill_core::protocols::periodic_gossip::{self, Mode, PeriodicGossip};
use rumormill_core::{Bias, Context, Never, Protocol, Ticks};
use rumormill_models::ModelPeer;
use rumormill_models::exact::{Answer, Effort, Exact, Extremes, Reward};
use rumormill_models::explore::{
    Exploration, ExploreError, Limit, Limits, Notion, Property, explore, explore_watched,
};
use rumormill_models::stateright::{Asked, Encoded, Judged, Step};
use rumormill_models::world::{Fault, Scheduler, Setting, Witness, World, group};
use serde::{Deserialize, Serialize};
use stateright::{Checker, Model};

type Machine = PeriodicGossip<ModelPeer>;

const GOAL: usize = 0;

/// The reference world: push gossip to one of all others, one informed at the start, until all are.
fn setting(nodes: u8, mode: Mode, scheduler: Scheduler, loss: Fault) -> Setting<Machine, Witness> {
    let settings = one_rumor(mode, 1);
    let nodes = group(nodes, &Machine::new(settings));
    let mut setting = Setting::new(nodes, Witness::default(), scheduler);
    setting.first_requests = vec![(ModelPeer(0), periodic_gossip::Request::Publish("a".into()))];
    setting.anonymous_senders = mode == Mode::Push;
    setting.faults.loss = loss;
    setting.stop = Some(all_informed(Notion::Surely).holds);
    setting
}

fn world(nodes: u8, mode: Mode, scheduler: Scheduler, loss: Fault) -> World<Machine, Witness> {
    World::new(setting(nodes, mode, scheduler, loss)).expect("a world")
}

fn all_informed(notion: Notion) -> Property<Machine, Witness> {
    Property::<Machine, Witness>::new("all informed", notion, |at| {
        at.locals().all(|l| !l.application.delivered.is_empty())
    })
}

fn reference(nodes: u8, mode: Mode, scheduler: Scheduler, loss: Fault) -> Exploration {
    let world = world(nodes, mode, scheduler, loss);
    let notions = [Notion::Surely, Notion::AlmostSurely, Notion::AlmostSurelyIfFair];
    explore(&world, &notions.map(all_informed), Limits::default()).expect("a small world")
}

fn answers(exploration: &Exploration) -> Exact<'_> {
    Exact::new(&exploration.graph, GOAL, Effort::default())
}

fn fraction(text: &str) -> Answer {
    Answer::Exact(text.parse::<BigRational>().expect("a fraction"))
}

fn ends(extremes: &Extremes) -> (Answer, Answer) {
    (extremes.least.clone(), extremes.greatest.clone())
}

#[test]
fn the_reference_world_takes_as_many_rounds_as_was_computed_independently() {
    let known = [(3, "2/3", "4/3"), (4, "189/152", "333/152"), (5, "6218/3675", "53896/18375")];
    for (nodes, least, greatest) in known {
        let exploration = reference(nodes, Mode::Push, Scheduler::Rounds, Fault::Never);
        let exact = answers(&exploration);
        let rounds = exact.expected(Reward::Rounds);
        assert_eq!(ends(&rounds), (fraction(least), fraction(greatest)), "{nodes} nodes");
        assert_eq!(ends(&exact.probability()), (fraction("1"), fraction("1")));
    }
}

/// The figures for 6 and 7 nodes are those of an independent program, solved by Storm.
#[test]
fn larger_reference_worlds_in_intervals_and_by_symmetry() {
    let known = [
        (6, ["5708125/2785926", "466028425/133724448"]),
        (7, ["5984191253/2553540990", "2289120403/576606030"]),
    ];
    for (nodes, rounds) in known {
        let setting = setting(nodes, Mode::Push, Scheduler::Rounds, Fault::Never);
        let world = World::new(Setting { symmetric: true, ..setting }).expect("a world");
        let notions = [all_informed(Notion::AlmostSurely)];
        let classes = explore(&world, &notions, Limits::default()).expect("a small world");
        let exact = answers(&classes).expected(Reward::Rounds);
        assert_eq!(ends(&exact), (fraction(rounds[0]), fraction(rounds[1])), "{nodes} nodes");
    }
    let whole = reference(6, Mode::Push, Scheduler::Rounds, Fault::Never);
    let rough = answers(&whole).expected(Reward::Rounds);
    for (rough, exact) in [(rough.least, known[0].1[0]), (rough.greatest, known[0].1[1])] {
        assert_encloses(&rough, &fraction(exact), "6 nodes");
    }
}

/// An interval that contains the fraction, and is narrow.
fn assert_encloses(rough: &Answer, exact: &Answer, what: &str) {
    let (Answer::Between(low, high), Answer::Exact(exact)) = (rough, exact) else {
        panic!("an interval and a fraction: {rough:?}, {exact:?}");
    };
    let [below, above] = [low, high].map(|end| BigRational::from_float(*end).expect("finite"));
    assert!(below <= *exact && *exact <= above, "{what}");
    assert!(high - low < 1e-9, "{what}: {low} {high}");
}

#[test]
fn lockstep_gossip_takes_as_many_rounds_as_was_computed_independently() {
    let known = [
        (Mode::Push, [(2, "1"), (3, "7/3"), (4, "485/152"), (5, "72271/18375")]),
        (Mode::Pull, [(2, "1"), (3, "2"), (4, "105/38"), (5, "2924/875")]),
        (Mode::PushPull, [(2, "1"), (3, "3/2"), (4, "121/60"), (5, "76367/32258")]),
    ];
    for (mode, values) in known {
        for (nodes, rounds) in values {
            let exploration = reference(nodes, mode, Scheduler::Lockstep, Fault::Never);
            let expected = answers(&exploration).expected(Reward::Rounds);
            let same = Extremes {
                least: fraction(rounds),
                uniform: fraction(rounds),
                sampled: None,
                greatest: fraction(rounds),
            };
            assert_eq!(expected, same, "{mode:?}, {nodes} nodes");
        }
    }
}

#[test]
fn lockstep_gossip_is_done_by_a_round_as_likely_as_was_computed_independently() {
    let known = [
        (Mode::Push, 3, ["0", "0", "3/4", "15/16", "63/64"]),
        (Mode::Pull, 3, ["0", "1/4", "13/16", "61/64", "253/256"]),
        (Mode::PushPull, 3, ["0", "1/2", "1", "1", "1"]),
        (Mode::Push, 4, ["0", "0", "2/9", "58/81", "1990/2187"]),
        (Mode::Pull, 4, ["0", "1/27", "341/729", "16039/19683", "500669/531441"]),
        (Mode::PushPull, 4, ["0", "1/9", "637/729", "58957/59049", ""]),
        (Mode::Push, 5, ["0", "0", "0", "849/2048", "403521/524288"]),
    ];
    for (mode, nodes, values) in known {
        let exploration = reference(nodes, mode, Scheduler::Lockstep, Fault::Never);
        let by_round = answers(&exploration).within_rounds(4);
        let checked = if (mode, nodes) == (Mode::PushPull, 4) { 4 } else { 5 };
        for (round, value) in values.into_iter().enumerate().take(checked) {
            let both = (fraction(value), fraction(value));
            assert_eq!(ends(&by_round[round]), both, "{mode:?}, {nodes} nodes, {round}");
        }
    }
}

#[test]
fn whoever_loses_what_it_likes_prevents_it_but_not_fairly() {
    let exploration = reference(3, Mode::Push, Scheduler::Rounds, Fault::Unlimited);
    let exact = answers(&exploration);
    assert_eq!(ends(&exact.probability()), (fraction("0"), fraction("1")));
    assert_eq!(exact.expected(Reward::Rounds).greatest, Answer::Infinite);
    let verdicts: Vec<_> = exploration.verdicts.iter().map(|v| (v.notion, v.holds)).collect();
    let expected = [
        (Notion::Surely, false),
        (Notion::AlmostSurely, false),
        (Notion::AlmostSurelyIfFair, true),
    ];
    assert_eq!(verdicts, expected);
}

/// The same world before stateright, which is asked whether all are informed eventually.
struct Eventually(Asked);

impl Model for Eventually {
    type State = Encoded;
    type Action = Step;

    fn init_states(&self) -> Vec<Encoded> {
        self.0.init_states()
    }

    fn actions(&self, state: &Encoded, actions: &mut Vec<Step>) {
        self.0.actions(state, actions);
    }

    fn next_state(&self, state: &Encoded, action: Step) -> Option<Encoded> {
        self.0.next_state(state, action)
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        let informed = |model: &Self, state: &Encoded| model.0.holds(GOAL, state);
        vec![stateright::Property::eventually("all informed", informed)]
    }
}

/// What is not so at all where everything can be lost: why liveness is ours alone.
#[test]
fn stateright_says_nothing_of_what_goes_round_for_ever() {
    let world = world(3, Mode::Push, Scheduler::Rounds, Fault::Unlimited);
    let exploration = explore(&world, &[all_informed(Notion::Surely)], Limits::default());
    let exploration = exploration.expect("a small world");
    let properties = Arc::new(vec![all_informed(Notion::Surely)]);
    let eventually = Eventually(Judged { world: Arc::new(world), properties }.asked());
    let checker = eventually.checker().spawn_bfs().join();
    assert_eq!(checker.unique_state_count(), exploration.graph.states() as usize);
    assert!(checker.discoveries().is_empty(), "stateright found a counterexample");
    assert!(!exploration.verdicts[GOAL].holds);
    assert!(exploration.verdicts[GOAL].evidence.as_ref().is_some_and(|run| run.back_to.is_some()));
}

#[test]
fn what_is_lost_by_chance_only_delays_it() {
    let tenth = Fault::Chance(Bias::new(1, 10).expect("a probability"));
    let exploration = reference(3, Mode::Push, Scheduler::Rounds, tenth);
    let exact = answers(&exploration);
    assert_eq!(ends(&exact.probability()), (fraction("1"), fraction("1")));
    let verdicts: Vec<_> = exploration.verdicts.iter().map(|v| (v.notion, v.holds)).collect();
    let expected =
        [(Notion::Surely, false), (Notion::AlmostSurely, true), (Notion::AlmostSurelyIfFair, true)];
    assert_eq!(verdicts, expected);
}

#[test]
fn intervals_contain_the_fractions_and_are_narrow() {
    for nodes in [3, 4, 5] {
        let exploration = reference(nodes, Mode::Push, Scheduler::Rounds, Fault::Never);
        let intervals = Effort { exact_transitions: 0 };
        let rough = Exact::new(&exploration.graph, GOAL, intervals);
        let exact = answers(&exploration);
        for reward in Reward::ALL {
            let (rough, exact) = (rough.expected(reward), exact.expected(reward));
            for (rough, exact) in [
                (rough.least, exact.least),
                (rough.uniform, exact.uniform),
                (rough.greatest, exact.greatest),
            ] {
                assert_encloses(&rough, &exact, &format!("{nodes} nodes, {reward}"));
            }
        }
    }
}

#[test]
fn a_world_that_takes_more_memory_than_it_may_is_incomplete() {
    let world = world(6, Mode::Push, Scheduler::Rounds, Fault::Never);
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let mut latest = None;
    let refused = explore_watched(&world, &[], limits, &mut |progress| latest = Some(progress));
    let Some(ExploreError::Incomplete { states, frontier, limit }) = refused.err() else {
        panic!("the limit was not hit");
    };
    assert_eq!(limit, Limit::Bytes(1 << 20));
    let latest = latest.expect("progress was told");
    assert_eq!((latest.states, latest.frontier), (states, frontier));
    assert!(latest.bytes > 1 << 20 && 0 < frontier && frontier < states);
}

/// Goes on for about 100,000 steps, and then one way out of three.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Dawdler {
    at: u8,
}

impl Protocol<ModelPeer> for Dawdler {
    type Message = Never;
    type Timer = ();
    type Request = Never;
    type Notice = Never;

    fn on_start(&mut self, context: &mut Context<'_, ModelPeer, Self>) {
        context.set_timer(Ticks(1), ());
    }

    fn on_message(&mut self, _: &mut Context<'_, ModelPeer, Self>, _: ModelPeer, never: Never) {
        match never {}
    }

    fn on_timer(&mut self, context: &mut Context<'_, ModelPeer, Self>, (): ()) {
        if context.random(100) > 0 || context.random(1000) > 0 {
            context.set_timer(Ticks(1), ());
        } else {
            self.at = if context.random(3) == 0 { 1 } else { 2 };
        }
    }
}

/// Intervals come too slowly here: fractions do not wait for them, and what is too wide is no answer.
#[test]
fn what_goes_slowly_is_solved_in_fractions_and_told_where_it_is_not() {
    let nodes = group(1, &Dawdler { at: 0 });
    let world = World::new(Setting::new(nodes, (), Scheduler::Asynchronous { in_flight: 1 }));
    let world = world.expect("a world");
    let at_one = |notion| {
        Property::<Dawdler, ()>::new("at one", notion, |at| {
            at.locals().any(|local| local.node.protocol.at == 1)
        })
    };
    let gone = Property::<Dawdler, ()>::new("gone", Notion::AlmostSurely, |at| {
        at.locals().any(|local| local.node.protocol.at > 0)
    });
    let third = Bias::new(1, 3).expect("a probability");
    let half = Bias::new(1, 2).expect("a probability");
    let properties = [at_one(Notion::AtLeast(third)), at_one(Notion::AtLeast(half)), gone];
    let exploration = explore(&world, &properties, Limits::default()).expect("a small world");
    let held: Vec<_> = exploration.verdicts.iter().map(|verdict| verdict.holds).collect();
    assert_eq!(held, [true, false, true]);
    let steps = Exact::new(&exploration.graph, 2, Effort::default()).expected(Reward::Steps);
    assert_eq!(ends(&steps), (fraction("100000"), fraction("100000")));
    let in_intervals = Effort { exact_transitions: 0 };
    let rough = Exact::new(&exploration.graph, 2, in_intervals).expected(Reward::Steps);
    assert!(!rough.is_certain(), "{rough:?}");
}

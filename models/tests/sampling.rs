//! Random runs of the same machines against the exact answers: every 99.9 % interval contains the
//! exact number, and what is not right is caught.
//!
//! Seeds are fixed, so a failure is no accident of the day. With a fresh seed, that any of k intervals
//! misses has a probability of at most k/1000 (Boole's inequality).

mod common;

use common::one_rumor;
use rumormill_core::protocols::periodic_gossip::{self, Mode, PeriodicGossip};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::rumor::Notice;
use rumormill_core::seen::Memory;
use rumormill_core::{Bias, Positions, Protocol, Randomness, Ticks, first_subset};
use rumormill_models::ModelPeer;
use rumormill_models::exact::{
    Answer, Effort, Estimate, Exact, Reward, Sample, Sampled, sample, seeded,
};
use rumormill_models::explore::{Exploration, Limits, Notion, Property, explore};
use rumormill_models::suites::{ExactReport, Questions, Sampling, catalogue};
use rumormill_models::world::{Fault, Faults, Scheduler, Setting, Witness, World, group};

const GOAL: usize = 0;

fn report(suite: &str, runs: u32, seed: u64) -> ExactReport {
    let sampling = Some(Sampling { runs, seed });
    let questions = Questions { effort: Effort::default(), rounds: 4, sampling };
    let found = catalogue().into_iter().find(|found| found.name == suite);
    let asked = found.expect("a suite").ask(questions, Limits::default(), &mut |_| {}, None);
    asked.unwrap_or_else(|error| panic!("{suite}: {error}"))
}

/// There are up to 100 intervals, so a fresh seed fails with a probability of at most 10 %.
#[test]
fn every_interval_contains_the_exact_answer() {
    let suites = [
        ("reference-anonymous-3", "push gossip in rounds"),
        ("reference-senders-4", "the same, with senders"),
        ("reference-symmetric-7", "classes of states, and intervals for answers"),
        ("reference-lossy-3", "whatever is lost is lost"),
        ("push-chance-3", "losses by chance"),
        ("push-finite-3", "the goal may be missed"),
        ("lockstep-push-4", "all at once"),
        ("lockstep-pull-4", "all at once, in two waves"),
        ("lockstep-push-pull-4", "all at once, both ways"),
        ("renyi-erdos-3", "requests at any time"),
        (
            "renyi-erdos-coin-3",
            "a coin for each fanout, and the first draws before the first state",
        ),
        ("renyi-erdos-lossy-3", "budgets of losses and copies; a crash, also within a step"),
        ("stack-3", "two layers, one loss"),
        ("stack-racing-3", "a network that is full"),
    ];
    let mut estimates = 0;
    for (suite, about) in suites {
        let report = report(suite, 2000, 1);
        let sampled: Vec<_> = report.sampled().collect();
        println!("{suite} ({about}): {sampled:#?}");
        assert!(!sampled.is_empty(), "{suite}: nothing was compared");
        assert!(sampled.iter().all(|sampled| sampled.contains_exact), "{suite} ({about})");
        assert!(report.is_plausible());
        estimates += sampled.len();
    }
    assert!(estimates <= 100, "{estimates} intervals");
}

#[test]
fn the_same_seed_gives_the_same_runs() {
    let runs = |seed| {
        let report = report("renyi-erdos-lossy-3", 200, seed);
        report.sampled().copied().collect::<Vec<_>>()
    };
    assert_eq!(runs(7), runs(7));
    assert_ne!(runs(7), runs(8));
}

/// A world that was explored, with its exact answers.
struct Known<X: Protocol<ModelPeer, Notice = Notice<ModelPeer>>> {
    world: World<X, Witness>,
    exploration: Exploration,
}

impl<X: Protocol<ModelPeer, Notice = Notice<ModelPeer>>> Known<X> {
    /// The goal: all who are alive are informed.
    fn new(setting: Setting<X, Witness>) -> Self {
        let world = World::new(setting).expect("a world");
        let informed = Property::<X, Witness>::new("all informed", Notion::Sometimes, |at| {
            at.alive().all(|local| !local.application.delivered.is_empty())
        });
        let exploration = explore(&world, &[informed], Limits::default()).expect("a small world");
        Self { world, exploration }
    }

    fn sample(&self, runs: u32, random: &mut dyn Randomness) -> Sample {
        let graph = &self.exploration.graph;
        sample(&self.world, graph, GOAL, runs, random).expect("runs that end")
    }

    fn exact(&self) -> Exact<'_> {
        Exact::new(&self.exploration.graph, GOAL, Effort::default())
    }

    fn probability(&self, runs: u32, random: &mut dyn Randomness) -> Sampled {
        compare(self.sample(runs, random).probability(), &self.exact().probability().uniform)
    }

    fn expected(&self, reward: Reward, runs: u32, random: &mut dyn Randomness) -> Sampled {
        let estimate = self.sample(runs, random).expected(reward);
        let exact = self.exact().expected(reward).uniform;
        compare(estimate.expect("the goal is reached by every run"), &exact)
    }
}

fn compare(estimate: Estimate, exact: &Answer) -> Sampled {
    estimate.against(exact).expect("a number")
}

fn gossip(nodes: u8, scheduler: Scheduler) -> Setting<PeriodicGossip<ModelPeer>, Witness> {
    let settings = one_rumor(Mode::Push, 1);
    let nodes = group(nodes, &PeriodicGossip::new(settings));
    let mut setting = Setting::new(nodes, Witness::default(), scheduler);
    setting.first_requests = vec![(ModelPeer(0), periodic_gossip::Request::Publish("a".into()))];
    setting
}

/// Rényi-Erdős broadcast to 71/64 of the others: one for certain, another by a coin.
fn broadcast() -> Setting<RenyiErdos<ModelPeer>, Witness> {
    let settings = renyi_erdos::Settings {
        margin: 0,
        memory: Memory { origins: 1, forget_after: None },
        period: Ticks(1),
        max_payload: 16,
    };
    let nodes = group(3, &RenyiErdos::new(settings));
    let scheduler = Scheduler::Asynchronous { in_flight: 16 };
    let mut setting = Setting::new(nodes, Witness::default(), scheduler);
    setting.first_requests = vec![(ModelPeer(0), renyi_erdos::Request::Broadcast("a".into()))];
    setting
}

fn chance(numerator: u32, denominator: u32) -> Fault {
    Fault::Chance(Bias::new(numerator, denominator).expect("a probability"))
}

/// No suite has random faults of every kind. 6 intervals: a fresh seed fails with a probability of at
/// most 0.6 %.
#[test]
fn random_faults_strike_as_often_as_they_should() {
    let mut faulty = gossip(3, Scheduler::Rounds);
    faulty.faults = Faults { loss: chance(1, 5), duplication: chance(1, 7), crash: chance(1, 9) };
    faulty.stop = Some(Box::new(|at| at.in_flight().count() > 3));
    let mut lockstep = gossip(3, Scheduler::Lockstep);
    lockstep.faults.loss = chance(1, 5);
    let (faulty, lockstep) = (Known::new(faulty), Known::new(lockstep));
    let mut sampled =
        vec![faulty.probability(5000, &mut seeded(1)), lockstep.probability(5000, &mut seeded(1))];
    sampled.extend(Reward::ALL.map(|reward| lockstep.expected(reward, 5000, &mut seeded(1))));
    let by_round = faulty.exact().within_rounds(1).remove(1).uniform;
    sampled.push(compare(faulty.sample(5000, &mut seeded(1)).within_rounds(1), &by_round));
    println!("{sampled:#?}");
    assert!(sampled.iter().all(|sampled| sampled.contains_exact));
}

/// Draws from somewhere, and then does something wrong.
struct Doctored<R> {
    source: R,
    wrong: Wrong,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wrong {
    /// Every eighth coin shows the side that is wanted.
    Coin,
    /// Every eighth subset is the first.
    Subset,
    /// The adversary, every eighth time, takes what comes first: to deliver rather than to lose.
    Choice,
}

impl<R: Randomness> Doctored<R> {
    fn errs(&mut self, wrong: Wrong) -> bool {
        self.wrong == wrong && self.source.below(8) == 0
    }
}

impl<R: Randomness> Randomness for Doctored<R> {
    fn below(&mut self, outcomes: u32) -> u32 {
        if self.errs(Wrong::Choice) { 0 } else { self.source.below(outcomes) }
    }

    fn subset(&mut self, size: usize, of: u32) -> Positions {
        if self.errs(Wrong::Subset) { first_subset(size) } else { self.source.subset(size, of) }
    }

    fn coin(&mut self, bias: Bias) -> bool {
        self.errs(Wrong::Coin) || self.source.coin(bias)
    }
}

fn doctored(wrong: Wrong) -> impl Randomness {
    Doctored { source: seeded(1), wrong }
}

/// The same comparison fails where draws are not what the exact answers take them for.
#[test]
fn draws_with_a_preference_are_caught() {
    const RUNS: u32 = 20_000;
    let mut reference = gossip(4, Scheduler::Rounds);
    reference.anonymous_senders = true;
    let mut lossy = gossip(3, Scheduler::Rounds);
    lossy.faults.loss = Fault::Unlimited;
    let (reference, coin) = (Known::new(reference), Known::new(broadcast()));
    let lossy = Known::new(lossy);
    let honest = [
        coin.probability(RUNS, &mut seeded(1)),
        reference.expected(Reward::Rounds, RUNS, &mut seeded(1)),
        lossy.expected(Reward::Rounds, RUNS, &mut seeded(1)),
    ];
    assert!(honest.iter().all(|sampled| sampled.contains_exact), "{honest:#?}");
    let caught = [
        (Wrong::Coin, coin.probability(RUNS, &mut doctored(Wrong::Coin))),
        (Wrong::Subset, reference.expected(Reward::Rounds, RUNS, &mut doctored(Wrong::Subset))),
        (Wrong::Choice, lossy.expected(Reward::Rounds, RUNS, &mut doctored(Wrong::Choice))),
    ];
    println!("{caught:#?}");
    for (wrong, sampled) in caught {
        assert!(!sampled.contains_exact && sampled.p_value < 1e-6, "{wrong:?}: {sampled:?}");
    }
}

/// The exact answers with a wrong weight, against honest runs.
#[test]
fn a_wrong_weight_is_caught() {
    let with_loss = |numerator, denominator| {
        let mut setting = gossip(3, Scheduler::Lockstep);
        setting.faults.loss = chance(numerator, denominator);
        Known::new(setting)
    };
    let (tenth, eighth) = (with_loss(1, 10), with_loss(1, 8));
    let estimate = tenth.sample(20_000, &mut seeded(1)).expected(Reward::Rounds).expect("certain");
    assert!(compare(estimate, &tenth.exact().expected(Reward::Rounds).uniform).contains_exact);
    let wrong = compare(estimate, &eighth.exact().expected(Reward::Rounds).uniform);
    assert!(!wrong.contains_exact && wrong.p_value < 1e-6, "{wrong:?}");
}

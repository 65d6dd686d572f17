//! What worlds and the explorer can tell apart: each with a small machine made for it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rumormill_core::{Bias, Context, Never, Protocol, Ticks};
use rumormill_models::draws::DrawError;
use rumormill_models::explore::{ExploreError, Graph, Limit, Limits, Notion, Property, explore};
use rumormill_models::stateright::{Judged, Search, second_opinion};
use rumormill_models::world::{
    Application, Fault, Faults, Local, MAX_BUDGET, Price, Scheduler, Setting, Snapshot, World,
    WorldError, group,
};
use rumormill_models::{ModelPeer, Weight};
use serde::{Deserialize, Serialize};

fn setting<X: Protocol<ModelPeer>>(nodes: u8, machine: &X) -> Setting<X, ()> {
    let scheduler = Scheduler::Asynchronous { in_flight: 4 };
    Setting::new(group(nodes, machine), (), scheduler)
}

fn property<X: Protocol<ModelPeer>, A: Application<X>>(
    name: &'static str,
    notion: Notion,
    holds: impl Fn(&X) -> bool + Send + Sync + 'static,
) -> Property<X, A> {
    let first = move |at: &Snapshot<'_, X, A>| {
        at.locals().next().is_some_and(|local| holds(&local.node.protocol))
    };
    Property::new(name, notion, first)
}

/// Goes from place to place at each tick, by a table; where there are two ways it draws.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Walker {
    ways: Vec<Vec<u8>>,
    at: u8,
}

impl Protocol<ModelPeer> for Walker {
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
        let ways = &self.ways[usize::from(self.at)];
        if ways.is_empty() {
            return;
        }
        self.at = ways[context.random(ways.len() as u32) as usize];
        context.set_timer(Ticks(1), ());
    }
}

/// The verdict on "it comes to place 1", and the evidence if it has any.
fn comes_to_one(ways: &[&[u8]], notion: Notion) -> (bool, Option<Option<usize>>) {
    let walker = Walker { ways: ways.iter().map(|way| way.to_vec()).collect(), at: 0 };
    let world = World::new(setting(1, &walker)).expect("a world");
    let claim = property("one", notion, |walker: &Walker| walker.at == 1);
    let exploration = explore(&world, &[claim], Limits::default()).expect("a small world");
    let verdict = &exploration.verdicts[0];
    (verdict.holds, verdict.evidence.as_ref().map(|run| run.back_to))
}

#[test]
fn surely_is_sound_on_cycles() {
    // 0 may go round through 2 for ever.
    assert_eq!(comes_to_one(&[&[1, 2], &[], &[0]], Notion::Surely), (false, Some(Some(0))));
    // It may go round before, but 1 lies on the only cycle.
    assert_eq!(comes_to_one(&[&[2], &[0], &[1]], Notion::Surely), (true, None));
}

#[test]
fn surely_is_sound_on_joins() {
    // Both ways join in 3; one of them passes 1, the other does not, and the world ends.
    assert_eq!(comes_to_one(&[&[1, 2], &[3], &[3], &[]], Notion::Surely), (false, Some(None)));
    assert_eq!(comes_to_one(&[&[1, 2], &[3], &[1], &[]], Notion::Surely), (true, None));
}

#[test]
fn possible_from_everywhere_sees_the_trap() {
    assert!(comes_to_one(&[&[1, 2], &[0], &[0]], Notion::PossibleFromEverywhere).0);
    assert!(!comes_to_one(&[&[1, 2], &[0], &[2]], Notion::PossibleFromEverywhere).0);
}

#[test]
fn sometimes_needs_a_state_and_always_all_of_them() {
    assert_eq!(comes_to_one(&[&[2], &[], &[1]], Notion::Sometimes), (true, Some(None)));
    assert_eq!(comes_to_one(&[&[2], &[], &[0]], Notion::Sometimes), (false, None));
    assert_eq!(comes_to_one(&[&[1], &[1]], Notion::Always), (false, Some(None)));
}

/// A machine that counts, for ever.
#[test]
fn a_world_beyond_the_limit_is_refused_and_a_world_without_steps_is_an_error() {
    let still = World::new(setting(1, &Walker { ways: vec![vec![0]], at: 0 })).expect("a world");
    let limits = Limits { states: 0, ..Limits::default() };
    let refused = explore(&still, &[], limits).err();
    let by_states = |limit: &Limit| *limit == Limit::States(0);
    assert!(
        matches!(&refused, Some(ExploreError::Incomplete { limit, .. }) if by_states(limit)),
        "{refused:?}"
    );

    let mut nothing = setting(1, &Walker { ways: vec![vec![0]], at: 0 });
    nothing.stop = Some(Box::new(|_| true));
    let world = World::new(nothing).expect("a world");
    assert_eq!(explore(&world, &[], Limits::default()).err(), Some(ExploreError::Nothing));
}

/// Sends itself round: each node that is told passes it on to all others, once.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Flood {
    told: bool,
    looks_at_the_sender: bool,
}

impl Protocol<ModelPeer> for Flood {
    type Message = ();
    type Timer = Never;
    type Request = ();
    type Notice = ();

    fn on_message(&mut self, context: &mut Context<'_, ModelPeer, Self>, from: ModelPeer, (): ()) {
        if self.looks_at_the_sender && from == ModelPeer(1) {
            return;
        }
        self.on_request(context, ());
    }

    fn on_request(&mut self, context: &mut Context<'_, ModelPeer, Self>, (): ()) {
        if !std::mem::replace(&mut self.told, true) {
            let all = context.neighborhood().peers().to_vec();
            context.send((), &all);
            context.notify(());
        }
    }
}

fn flood(faults: Faults, looks_at_the_sender: bool) -> Setting<Flood, ()> {
    let mut setting = setting(3, &Flood { told: false, looks_at_the_sender });
    setting.scheduler = Scheduler::Asynchronous { in_flight: 16 };
    setting.faults = faults;
    setting.requests = vec![(ModelPeer(0), ())];
    setting
}

#[test]
fn a_crash_comes_between_the_destinations_of_a_send() {
    let faults = Faults { crash: Fault::AtMost(1), ..Faults::default() };
    let world = World::new(flood(faults, false)).expect("a world");
    // One of the two messages has left, the other never will, and the sender is gone.
    let halfway = |reached: ModelPeer| {
        Property::new("half sent", Notion::Sometimes, move |at| {
            let crashed = at.locals().next().is_some_and(|local| !local.alive);
            let to: Vec<_> = at.in_flight().map(|(to, _, ())| to).collect();
            crashed
                && to == [reached]
                && at.alive().all(|local: &Local<Flood, ()>| !local.node.protocol.told)
        })
    };
    let claims = [halfway(ModelPeer(1)), halfway(ModelPeer(2))];
    let exploration = explore(&world, &claims, Limits::default()).expect("a small world");
    assert!(exploration.verdicts.iter().all(|verdict| verdict.holds));
    assert!(world.every_fault_struck());

    // One step was taken, and one message was sent.
    let run = exploration.verdicts[0].evidence.as_ref().expect("a witness");
    assert_eq!(price(&exploration.graph, &run.states), (Weight::ONE, Weight::ONE));

    let story = exploration.story(&world, &exploration.verdicts[0]).expect("the same world");
    let story = story.expect("a witness").lines().join("\n");
    for line in [
        "but node 0 crashes within the step",
        "a message from node 0 to node 1 leaves all the same: ()",
        "a message from node 0 to node 2 never leaves: ()",
    ] {
        assert!(story.contains(line), "{line}\n{story}");
    }
}

/// Node `starter` of four tells the others, and there is room for two messages.
fn crowded_flood(starter: u8, faults: Faults) -> World<Flood, ()> {
    let mut setting = flood(faults, false);
    setting.nodes = group(4, &Flood { told: false, looks_at_the_sender: false });
    setting.scheduler = Scheduler::Asynchronous { in_flight: 2 };
    setting.requests = vec![(ModelPeer(starter), ())];
    World::new(setting).expect("a world")
}

/// All pairs of these.
fn pairs(of: &[(u8, u8)]) -> BTreeSet<Vec<(u8, u8)>> {
    let after = |place: usize| of[place + 1..].iter().map(move |&other| vec![of[place], other]);
    (0..of.len()).flat_map(after).collect()
}

#[test]
fn any_of_the_messages_in_flight_survive_a_full_network() {
    let world = crowded_flood(0, Faults::default());
    let graph = explore(&world, &[], Limits::default()).expect("a small world").graph;
    // What is in flight, from whom to whom, while exactly the first so many nodes are told.
    let in_flight = |told: u8| -> BTreeSet<Vec<(u8, u8)>> {
        let look = |state| {
            world.look(graph.state(state), |at| {
                let is_told = |(place, local): (usize, &Local<Flood, ()>)| {
                    local.node.protocol.told == (place < usize::from(told))
                };
                let sender = |from: Option<ModelPeer>| from.expect("senders are kept").0;
                let flights = at.in_flight().map(|(to, from, ())| (sender(from), to.0));
                let mut flights: Vec<_> = flights.collect();
                flights.sort_unstable();
                at.locals().enumerate().all(is_told).then_some(flights)
            })
        };
        (0..graph.states()).filter_map(look).filter(|flights| flights.len() == 2).collect()
    };
    assert_eq!(in_flight(1), pairs(&[(0, 1), (0, 2), (0, 3)]));
    // The older message, to node 2 or 3, is crowded out like those that node 1 sent just now.
    let mut with_the_older = pairs(&[(0, 2), (1, 0), (1, 2), (1, 3)]);
    with_the_older.extend(pairs(&[(0, 3), (1, 0), (1, 2), (1, 3)]));
    assert_eq!(in_flight(2), with_the_older);
    assert!(world.tally().crowded_out > 0);
}

#[test]
fn where_the_network_is_full_something_is_crowded_out_for_nothing() {
    let world = crowded_flood(0, Faults::default());
    let graph = explore(&world, &[], Limits::default()).expect("a small world").graph;
    let crowd = |state| world.look(graph.state(state), |at| at.in_flight().count());
    let mut was_full = false;
    for state in (0..graph.states()).filter(|&state| crowd(state) > 2) {
        was_full = true;
        assert!(graph.successors(state).iter().all(|&after| crowd(after) + 1 == crowd(state)));
        let mut choices = graph.choices_of(state);
        assert!(choices.all(|choice| {
            *graph.price_of(choice) == Price::NOTHING && graph.claim_of(choice).is_none()
        }));
    }
    assert!(was_full);
}

fn size(world: &World<Flood, ()>) -> (u32, usize, usize) {
    let graph = explore(world, &[], Limits::default()).expect("a small world").graph;
    (graph.states(), graph.choices(), graph.transitions())
}

#[test]
fn a_full_network_prefers_nobody() {
    let faults = Faults { duplication: Fault::AtMost(1), ..Faults::default() };
    let sizes: Vec<_> = (0..4).map(|starter| size(&crowded_flood(starter, faults))).collect();
    assert_eq!(sizes, [sizes[0]; 4]);
}

#[test]
fn a_crash_within_a_step_prefers_nobody() {
    let crashing = |starter| {
        let faults = Faults { crash: Fault::AtMost(2), ..Faults::default() };
        let mut setting = flood(faults, false);
        setting.requests = vec![(ModelPeer(starter), ())];
        size(&World::new(setting).expect("a world"))
    };
    assert_eq!(crashing(0), crashing(1));
}

/// Draws which of the two others it tells the truth, and tells the other a lie.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Oracle {
    heard: Option<bool>,
}

impl Protocol<ModelPeer> for Oracle {
    type Message = bool;
    type Timer = Never;
    type Request = ();
    type Notice = Never;

    fn on_message(&mut self, _: &mut Context<'_, ModelPeer, Self>, _: ModelPeer, is_truth: bool) {
        self.heard = Some(is_truth);
    }

    fn on_request(&mut self, context: &mut Context<'_, ModelPeer, Self>, (): ()) {
        let others = context.neighborhood().peers().to_vec();
        let first_is_told_the_truth = context.random(2) == 0;
        context.send(first_is_told_the_truth, &others[..1]);
        context.send(!first_is_told_the_truth, &others[1..]);
    }
}

/// How likely the property comes to hold, as an adversary likes, in a graph without cycles.
fn at_best(graph: &Graph, state: u32) -> Weight {
    if graph.holds(0, state) {
        return Weight::ONE;
    }
    let value = |choice| graph.outcomes_of(choice).map(|(to, w)| at_best(graph, to) * w).sum();
    graph.choices_of(state).map(value).max().unwrap_or(Weight::ZERO)
}

/// If which messages leave were chosen before the draw, it would be the truth only half of the time.
#[test]
fn what_leaves_a_torn_step_is_chosen_after_the_draw() {
    let mut setting = setting(3, &Oracle { heard: None });
    setting.faults.crash = Fault::AtMost(1);
    setting.requests = vec![(ModelPeer(0), ())];
    let world = World::new(setting).expect("a world");
    let claim = Property::new(
        "only the truth was heard",
        Notion::Sometimes,
        |at: &Snapshot<'_, Oracle, ()>| {
            let mut heard = at.locals().filter_map(|local| local.node.protocol.heard);
            at.in_flight().next().is_none() && heard.next() == Some(true) && heard.next().is_none()
        },
    );
    let graph = explore(&world, &[claim], Limits::default()).expect("a small world").graph;
    let &[(first, _)] = graph.first() else { panic!("one first state") };
    assert_eq!(at_best(&graph, first), Weight::ONE);
}

/// What the run costs in all, if each step is the cheapest that leads on.
fn price(graph: &Graph, run: &[u32]) -> (Weight, Weight) {
    let cheapest = |pair: &[u32]| {
        let choices = graph.choices_of(pair[0]);
        let leading = choices.filter(|&choice| graph.targets_of(choice).contains(&pair[1]));
        let prices = leading.map(|choice| graph.price_of(choice));
        prices.map(|price| (price.steps, price.messages)).min().expect("a run of the graph")
    };
    let add = |(steps, messages), (s, m)| (steps + s, messages + m);
    run.windows(2).map(cheapest).fold((Weight::ZERO, Weight::ZERO), add)
}

/// The message was heard although the application of its sender never learns that it was asked.
#[test]
fn a_crash_comes_after_the_last_send_and_before_the_application_learns() {
    let faults = Faults { crash: Fault::AtMost(1), ..Faults::default() };
    let mut setting = flood(faults, false);
    setting.nodes = group(2, &Flood { told: false, looks_at_the_sender: false });
    let world = World::new(setting).expect("a world");
    let claim = Property::new("whoever is heard was told", Notion::Always, |at| {
        let told = |local: &Local<Flood, ()>| local.node.protocol.told;
        let mut locals = at.locals();
        let (sender, hearer) = (locals.next(), locals.next());
        sender.is_some_and(told) || !hearer.is_some_and(told)
    });
    let exploration = explore(&world, &[claim], Limits::default()).expect("a small world");
    assert!(!exploration.verdicts[0].holds);
}

#[test]
fn a_crash_within_a_step_does_not_save_its_message_from_loss() {
    let loss = Fault::Chance(Bias::ALWAYS);
    let faults = Faults { loss, crash: Fault::AtMost(1), ..Faults::default() };
    let world = World::new(flood(faults, false)).expect("a world");
    let claim = Property::new("only node 0 sends", Notion::Always, |at| {
        at.in_flight().all(|(_, from, ())| from == Some(ModelPeer(0)))
    });
    let exploration = explore(&world, &[claim], Limits::default()).expect("a small world");
    assert!(exploration.verdicts[0].holds);
}

#[test]
fn faults_without_a_chance_do_not_strike() {
    let never = Fault::Chance(Bias::NEVER);
    let faults = Faults { loss: never, duplication: never, crash: Fault::Never };
    let world = World::new(flood(faults, false)).expect("a world");
    explore(&world, &[], Limits::default()).expect("a small world");
    assert!(!world.every_fault_struck());
}

/// Its effects, and not its draws, come from state that is not in its value.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Whimsical;

static WHIMS: AtomicU32 = AtomicU32::new(0);

impl Protocol<ModelPeer> for Whimsical {
    type Message = Never;
    type Timer = u32;
    type Request = Never;
    type Notice = Never;

    fn on_start(&mut self, context: &mut Context<'_, ModelPeer, Self>) {
        context.set_timer(Ticks(1), WHIMS.fetch_add(1, Ordering::Relaxed));
    }

    fn on_message(&mut self, _: &mut Context<'_, ModelPeer, Self>, _: ModelPeer, never: Never) {
        match never {}
    }
}

#[test]
fn hidden_effects_are_caught() {
    let world = World::new(setting(1, &Whimsical)).expect("a world");
    let error = explore(&world, &[], Limits::default()).err();
    assert!(matches!(
        error,
        Some(ExploreError::World(WorldError::Draws { node: 0, error: DrawError::Impure }))
    ));
}

#[test]
fn random_faults_leave_probabilities_that_sum_to_one() {
    let tenth = Fault::Chance(Bias::new(1, 10).expect("a probability"));
    let faults = Faults { loss: tenth, duplication: Fault::Never, crash: tenth };
    let world = World::new(flood(faults, false)).expect("a world");
    let exploration = explore(&world, &[], Limits::default()).expect("a small world");
    let graph = &exploration.graph;
    for choice in 0..graph.choices() {
        let sum: Weight = graph.outcomes_of(choice).map(|(_, w)| *w).sum();
        assert_eq!(sum, Weight::ONE);
    }
    assert!(world.every_fault_struck());
    assert!(graph.transitions() > graph.choices());
}

#[test]
fn a_fault_that_cannot_strike_is_noticed() {
    let faults = Faults { loss: Fault::AtMost(1), ..Faults::default() };
    let mut alone = setting(1, &Walker { ways: vec![vec![1], vec![0]], at: 0 });
    alone.faults = faults;
    let world = World::new(alone).expect("a world");
    explore(&world, &[], Limits::default()).expect("a small world");
    assert!(!world.every_fault_struck());
}

#[test]
fn forgotten_senders_must_not_matter() {
    let mut indifferent = flood(Faults::default(), false);
    indifferent.anonymous_senders = true;
    let world = World::new(indifferent).expect("a world");
    assert!(explore(&world, &[], Limits::default()).is_ok());

    let mut curious = flood(Faults::default(), true);
    curious.anonymous_senders = true;
    let world = World::new(curious).expect("a world");
    let error = explore(&world, &[], Limits::default()).err();
    assert!(matches!(error, Some(ExploreError::World(WorldError::SenderMatters { .. }))));
}

static TICKS: AtomicU32 = AtomicU32::new(0);

/// Draws from as many outcomes as it has ticked in this process: state that is not in its value.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Secretive;

impl Protocol<ModelPeer> for Secretive {
    type Message = Never;
    type Timer = ();
    type Request = Never;
    type Notice = u32;

    fn on_start(&mut self, context: &mut Context<'_, ModelPeer, Self>) {
        context.set_timer(Ticks(1), ());
    }

    fn on_message(&mut self, _: &mut Context<'_, ModelPeer, Self>, _: ModelPeer, never: Never) {
        match never {}
    }

    fn on_timer(&mut self, context: &mut Context<'_, ModelPeer, Self>, (): ()) {
        let outcomes = 2 + TICKS.fetch_add(1, Ordering::Relaxed);
        let drawn = context.random(outcomes);
        context.notify(drawn);
    }
}

#[test]
fn hidden_state_is_caught() {
    let world = World::new(setting(1, &Secretive)).expect("a world");
    let error = explore(&world, &[], Limits::default()).err();
    assert!(matches!(
        error,
        Some(ExploreError::World(WorldError::Draws { node: 0, error: DrawError::Impure }))
    ));
}

/// Draws at each tick until the outcome is 1.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Stubborn;

impl Protocol<ModelPeer> for Stubborn {
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
        while context.random(2) == 0 {}
    }
}

#[test]
fn a_handler_that_may_draw_for_ever_is_refused() {
    let world = World::new(setting(1, &Stubborn)).expect("a world");
    let error = explore(&world, &[], Limits::default()).err();
    let expected = WorldError::Draws { node: 0, error: DrawError::Endless };
    assert_eq!(error, Some(ExploreError::World(expected)));
    // What was examined so far can still be asked for.
    assert_eq!(world.tally().overflow, 0);
}

#[test]
fn stateright_counts_the_same_and_draws_the_path() {
    let faults = Faults { loss: Fault::AtMost(1), ..Faults::default() };
    let world = Arc::new(World::new(flood(faults, false)).expect("a world"));
    let told = |at: &Snapshot<'_, Flood, ()>| at.locals().all(|local| local.node.protocol.told);
    let claims = vec![
        Property::new("told", Notion::Sometimes, told),
        Property::new("always told", Notion::Always, told),
    ];
    let exploration = explore(&world, &claims, Limits::default()).expect("a small world");
    let judged = Judged { world, properties: Arc::new(claims) };
    for search in [Search::Breadth, Search::Depth] {
        let opinion = second_opinion(&judged, search);
        assert!(opinion.agrees(exploration.graph.states() as usize, &exploration.verdicts));
        assert_eq!(opinion.verdicts, [("told", true), ("always told", false)]);
        // It is able to disagree.
        assert!(!opinion.agrees(exploration.graph.states() as usize + 1, &exploration.verdicts));
        assert!(!opinion.agrees(exploration.graph.states() as usize, &[]));
    }
}

#[test]
fn contradictory_settings_are_refused() {
    let walker = Walker { ways: vec![vec![0]], at: 0 };
    let refusal = |change: fn(&mut Setting<Walker, ()>)| {
        let mut wrong = setting(2, &walker);
        change(&mut wrong);
        World::new(wrong).err().expect("a refusal")
    };
    assert_eq!(refusal(|s| s.nodes.clear()), WorldError::Size(0));
    assert_eq!(refusal(|s| s.nodes.swap(0, 1)), WorldError::Identity(0));
    let too_many = MAX_BUDGET + 1;
    assert_eq!(
        refusal(|s| s.faults.loss = Fault::AtMost(MAX_BUDGET + 1)),
        WorldError::Budget(too_many)
    );
    assert_eq!(refusal(|s| s.faults.crash = Fault::Unlimited), WorldError::UnlimitedCrashes);
    let mut astray = flood(Faults::default(), false);
    astray.requests.push((ModelPeer(7), ()));
    assert_eq!(World::new(astray).err(), Some(WorldError::Stranger(7)));
    assert_eq!(
        refusal(|s| {
            s.scheduler = Scheduler::Lockstep;
            s.faults.loss = Fault::AtMost(1);
        }),
        WorldError::NotInLockstep
    );
}

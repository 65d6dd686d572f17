//! Exploring classes of states instead of states: the same verdicts, and no state is forgotten.

use std::num::NonZeroU16;

use rumormill_core::protocols::periodic_gossip::{self, Interest, Mode, PeriodicGossip};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::rumor::Notice;
use rumormill_core::seen::Memory;
use rumormill_core::stacks::broadcast::{self, Broadcast};
use rumormill_core::trace::{Title, replay};
use rumormill_core::{Bias, Context, Effect, Never, Protocol, Ticks};
use rumormill_models::ModelPeer;
use rumormill_models::exact::{Answer, Effort, Exact, Extremes, Reward};
use rumormill_models::explore::{
    Exploration, ExploreError, Graph, Limits, Notion, Property, Run, Verdict, explore,
};
use rumormill_models::world::{
    Application, Fault, Faults, MAX_SYMMETRIC, Scheduler, Setting, Snapshot, Witness, World,
    WorldError, group,
};
use serde::{Deserialize, Serialize};

type Gossip = PeriodicGossip<ModelPeer>;

const MEMORY: Memory = Memory { origins: 4, forget_after: None };
const ROUNDS: Scheduler = Scheduler::Rounds;
const ANY_ORDER: Scheduler = Scheduler::Asynchronous { in_flight: 32 };

fn gossip(mode: Mode) -> periodic_gossip::Settings {
    periodic_gossip::Settings {
        mode,
        fanout: 1,
        period: Ticks(1),
        hot: Interest::ForEver,
        buffer: 2,
        max_message: 1000,
        memory: MEMORY,
    }
}

fn flood() -> renyi_erdos::Settings {
    renyi_erdos::Settings { margin: 0, memory: MEMORY, period: Ticks(1), max_payload: 16 }
}

/// Node 0 is asked to start a rumor before anything else.
fn gossiping(
    nodes: u8,
    settings: periodic_gossip::Settings,
    scheduler: Scheduler,
) -> Setting<Gossip, Witness> {
    let anonymous_senders = settings.mode == Mode::Push;
    Setting {
        first_requests: vec![(ModelPeer(0), periodic_gossip::Request::Publish("a".into()))],
        anonymous_senders,
        ..Setting::new(group(nodes, &PeriodicGossip::new(settings)), Witness::default(), scheduler)
    }
}

/// Node 0 is asked to start a rumor at any time.
fn flooding(nodes: u8) -> Setting<RenyiErdos<ModelPeer>, Witness> {
    let nodes = group(nodes, &RenyiErdos::new(flood()));
    Setting {
        requests: vec![(ModelPeer(0), renyi_erdos::Request::Broadcast("a".into()))],
        ..Setting::new(nodes, Witness { counts_sends: true, ..Witness::default() }, ANY_ORDER)
    }
}

fn reference(nodes: u8, anonymous_senders: bool) -> Setting<Gossip, Witness> {
    Setting {
        anonymous_senders,
        stop: Some(Box::new(all_know)),
        ..gossiping(nodes, gossip(Mode::Push), ROUNDS)
    }
}

fn all_know<X: Protocol<ModelPeer, Notice = Notice<ModelPeer>>>(
    at: &Snapshot<'_, X, Witness>,
) -> bool {
    at.alive().all(|local| !local.application.delivered.is_empty())
}

fn properties<X>() -> Vec<Property<X, Witness>>
where
    X: Protocol<ModelPeer, Notice = Notice<ModelPeer>>,
{
    let once = |at: &Snapshot<'_, X, Witness>| {
        at.locals().flat_map(|local| &local.application.delivered).all(|(_, times)| *times == 1)
    };
    vec![
        Property::new("all know, surely", Notion::Surely, all_know),
        Property::new("all know, possibly", Notion::PossibleFromEverywhere, all_know),
        Property::new("all know, sometimes", Notion::Sometimes, all_know),
        Property::new("all know, always", Notion::Always, all_know),
        Property::new("all know, almost surely", Notion::AlmostSurely, all_know),
        Property::new("once", Notion::Always, once),
    ]
}

fn explored<X, A>(
    setting: Setting<X, A>,
    properties: &[Property<X, A>],
) -> Result<(World<X, A>, Exploration), ExploreError>
where
    X: Protocol<ModelPeer>,
    A: Application<X>,
{
    let world = World::new(setting)?;
    let exploration = explore(&world, properties, Limits::default())?;
    Ok((world, exploration))
}

/// Explores a world with and without its symmetry, and compares; returns both graphs.
fn compare<X>(setting: impl Fn() -> Setting<X, Witness>) -> [Graph; 2]
where
    X: Protocol<ModelPeer, Notice = Notice<ModelPeer>>,
{
    let whole = explored(setting(), &properties());
    let (_, whole) = whole.expect("a small world");
    let quotient = explored(Setting { symmetric: true, ..setting() }, &properties());
    let (world, quotient) = quotient.expect("a symmetric world");
    let (states, _) = quotient.stands_for(&world).expect("the same world");
    assert_eq!(states, whole.graph.states().into());
    assert!(quotient.graph.states() < whole.graph.states());
    for (ours, theirs) in quotient.verdicts.iter().zip(&whole.verdicts) {
        assert_eq!(ours.holds, theirs.holds, "{}", ours.property);
        let length = |run: &Run| run.states.len();
        let lengths = [ours, theirs].map(|verdict| verdict.evidence.as_ref().map(length));
        if ours.notion.is_safety() {
            assert_eq!(lengths[0], lengths[1], "{}", ours.property);
        }
        replay_evidence(&world, &quotient, ours);
    }
    [whole.graph, quotient.graph]
}

/// The evidence is a real run, of which the machines' part replays.
fn replay_evidence<X>(world: &World<X, Witness>, quotient: &Exploration, verdict: &Verdict)
where
    X: Protocol<ModelPeer, Notice = Notice<ModelPeer>>,
{
    let Some(run) = &verdict.evidence else { return };
    let story = quotient.story(world, verdict).expect("a run of the world").expect("a story");
    assert_eq!(story.back_to.is_some(), run.back_to.is_some());
    let trace = story.trace(&Title { machine: String::new(), about: String::new() });
    let (_, entries) = Title::read(&trace).expect("a trace");
    replay::<ModelPeer, X>(entries).expect("the same run");
}

#[test]
fn the_classes_of_the_reference_world_stand_for_all_of_its_states() {
    let counted = [
        (3, true, 88, 180),
        (4, true, 899, 3_174),
        (5, true, 8_392, 45_794),
        (6, true, 75_147, 585_460),
        (7, true, 658_815, 6_917_032),
        (3, false, 97, 190),
        (4, false, 1_316, 4_197),
        (5, false, 19_899, 91_502),
        (6, false, 344_780, 2_108_005),
    ];
    for (nodes, anonymous, states, transitions) in counted {
        let setting = Setting { symmetric: true, ..reference(nodes, anonymous) };
        let (world, exploration) = explored(setting, &properties()).expect("a small world");
        let stands_for = exploration.stands_for(&world).expect("the same world");
        assert_eq!(stands_for, (states, transitions), "{nodes} {anonymous}");
    }
}

#[test]
fn reference_worlds() {
    for nodes in [3, 4, 5] {
        for anonymous in [true, false] {
            compare(|| reference(nodes, anonymous));
        }
    }
}

#[test]
fn lossy_worlds() {
    let faults =
        Faults { loss: Fault::AtMost(1), duplication: Fault::AtMost(1), crash: Fault::AtMost(1) };
    let hot = Interest::Periods(NonZeroU16::MIN);
    for nodes in [3, 4] {
        compare(|| Setting { faults, ..gossiping(nodes, gossip(Mode::Push), ROUNDS) });
        let brief = periodic_gossip::Settings { hot, ..gossip(Mode::Push) };
        compare(|| Setting { faults, ..gossiping(nodes, brief.clone(), ANY_ORDER) });
    }
    let tenth = Fault::Chance(Bias::new(1, 10).expect("a probability"));
    let faults = Faults { loss: tenth, crash: tenth, ..Faults::default() };
    compare(|| Setting { faults, ..reference(4, true) });
}

#[test]
fn worlds_in_which_the_network_is_full() {
    for in_flight in [1, 2] {
        let scheduler = Scheduler::Asynchronous { in_flight };
        let covering = periodic_gossip::Settings { fanout: 3, ..gossip(Mode::Push) };
        compare(|| gossiping(4, covering.clone(), scheduler));
        compare(|| Setting { anonymous_senders: true, scheduler, ..flooding(4) });
    }
}

#[test]
fn pulling_worlds() {
    let faults = Faults { loss: Fault::AtMost(1), ..Faults::default() };
    for nodes in [3, 4] {
        compare(|| gossiping(nodes, gossip(Mode::Pull), ROUNDS));
    }
    compare(|| Setting { faults, ..gossiping(3, gossip(Mode::Pull), ROUNDS) });
    compare(|| Setting { faults, ..gossiping(3, gossip(Mode::PushPull), ROUNDS) });
}

#[test]
fn renyi_erdos_worlds() {
    let faults =
        Faults { loss: Fault::AtMost(2), duplication: Fault::AtMost(1), crash: Fault::AtMost(1) };
    for anonymous_senders in [true, false] {
        compare(|| Setting { anonymous_senders, faults, ..flooding(3) });
        compare(|| Setting { anonymous_senders, ..flooding(4) });
    }
    compare(|| Setting { anonymous_senders: true, faults, ..flooding(4) });
}

#[test]
fn stacks_and_several_origins() {
    let stacked = || Setting {
        first_requests: vec![(ModelPeer(0), broadcast::Request::broadcast("a".into()))],
        anonymous_senders: true,
        stop: Some(Box::new(all_know)),
        ..Setting::new(
            group(4, &Broadcast::new(4, flood(), gossip(Mode::Push))),
            Witness::default(),
            ROUNDS,
        )
    };
    compare(stacked);
    // Two origins have requests of their own, so two machines are left that are interchangeable.
    compare(|| {
        let mut two = flooding(4);
        two.requests.push((ModelPeer(1), renyi_erdos::Request::Broadcast("b".into())));
        Setting { anonymous_senders: true, application: Witness::default(), ..two }
    });
}

/// Of the property "all know", for every scheduler and adversary: how likely it comes, and after how
/// many rounds, messages and steps.
fn answers(graph: &Graph) -> Vec<Extremes> {
    let exact = Exact::new(graph, 0, Effort::default());
    let rewards = [Reward::Rounds, Reward::Messages, Reward::Steps];
    let expected = rewards.map(|reward| exact.expected(reward));
    [exact.probability()].into_iter().chain(expected).chain(exact.within_rounds(3)).collect()
}

#[test]
fn probabilities_and_expected_values_are_those_of_the_whole() {
    let tenth = Fault::Chance(Bias::new(1, 10).expect("a probability"));
    let lossy = Faults { loss: tenth, crash: tenth, ..Faults::default() };
    let torn = Faults { crash: Fault::AtMost(1), duplication: Fault::AtMost(1), ..lossy };
    for [whole, quotient] in [
        compare(|| reference(3, true)),
        compare(|| reference(4, true)),
        compare(|| reference(4, false)),
        compare(|| Setting { faults: lossy, ..reference(3, true) }),
        compare(|| flooding(3)),
        compare(|| Setting { faults: torn, ..flooding(3) }),
        compare(|| Setting { faults: torn, ..reference(4, true) }),
    ] {
        assert_eq!(answers(&quotient), answers(&whole));
    }
}

#[test]
fn the_reference_world_of_seven_takes_as_many_rounds_as_was_computed_independently() {
    let setting = Setting { symmetric: true, ..reference(7, true) };
    let (_, Exploration { graph, .. }) = explored(setting, &properties()).expect("a small world");
    let rounds = Exact::new(&graph, 0, Effort { exact_transitions: 0 }).expected(Reward::Rounds);
    let is = |answer: &Answer, known: f64| {
        answer.approximately().is_some_and(|value| (value - known).abs() < 5e-5)
    };
    assert!(is(&rounds.least, 2.3435) && is(&rounds.greatest, 3.9700), "{rounds:?}");
}

/// Says hello to one of its peers; a mistake that a competent author makes: to the smallest.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Greeter {
    prefers_the_smallest: bool,
    greeted: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
struct Hello;

impl Protocol<ModelPeer> for Greeter {
    type Message = Hello;
    type Timer = Never;
    type Request = ();
    type Notice = Hello;

    fn on_message(
        &mut self,
        context: &mut Context<'_, ModelPeer, Self>,
        from: ModelPeer,
        Hello: Hello,
    ) {
        if !std::mem::replace(&mut self.greeted, true) {
            let others = context.neighborhood().peers().iter().filter(|&&peer| peer != from);
            let others: Vec<_> = others.copied().collect();
            let chosen = match self.prefers_the_smallest {
                true => others.iter().min(),
                false => others.get(context.random(others.len() as u32) as usize),
            };
            context.send(Hello, chosen.map_or(&[], std::slice::from_ref));
            context.notify(Hello);
        }
    }

    fn on_request(&mut self, context: &mut Context<'_, ModelPeer, Self>, (): ()) {
        context.send_to_neighbors(Hello, 1);
    }
}

fn greeting(prefers_the_smallest: bool) -> Setting<Greeter, ()> {
    let nodes = group(5, &Greeter { prefers_the_smallest, greeted: false });
    let requests = vec![(ModelPeer(0), ())];
    Setting { requests, symmetric: true, ..Setting::new(nodes, (), ANY_ORDER) }
}

/// Node 0 treats all alike; only who is greeted by it prefers somebody.
#[test]
fn who_prefers_the_smallest_is_refused() {
    explored(greeting(false), &[]).expect("an indifferent machine");
    let error = explored(greeting(true), &[]).err();
    assert!(
        matches!(error, Some(ExploreError::World(WorldError::NamesMatter { .. }))),
        "{error:?}"
    );

    let (_, whole) =
        explored(Setting { symmetric: false, ..greeting(true) }, &[]).expect("a world");
    let (_, fair) =
        explored(Setting { symmetric: false, ..greeting(false) }, &[]).expect("a world");
    assert!(whole.graph.states() < fair.graph.states(), "the preference matters");
}

/// Remembers what it is told only of node 1.
struct Partial;

impl Application<Greeter> for Partial {
    type State = bool;

    fn on_effect(
        &self,
        me: ModelPeer,
        told: &mut bool,
        _: &Effect<'_, ModelPeer, Greeter>,
    ) -> Vec<()> {
        *told |= me == ModelPeer(1);
        Vec::new()
    }
}

#[test]
fn an_application_that_prefers_a_name_is_refused() {
    let Setting { nodes, requests, scheduler, .. } = greeting(false);
    let setting = Setting { requests, symmetric: true, ..Setting::new(nodes, Partial, scheduler) };
    let error = explored(setting, &[]).err();
    assert!(
        matches!(error, Some(ExploreError::World(WorldError::NamesMatter { .. }))),
        "{error:?}"
    );
}

#[test]
fn a_predicate_that_tells_interchangeable_machines_apart_is_refused() {
    let greeted = |at: &Snapshot<'_, Greeter, ()>, which: usize| {
        at.locals().nth(which).is_some_and(|local| local.node.protocol.greeted)
    };
    let last = Property::new("the last is greeted", Notion::Sometimes, move |at| greeted(at, 4));
    let two = Property::new("1 before 2", Notion::Sometimes, move |at| {
        greeted(at, 1)
            && !greeted(at, 2)
            && at.locals().filter(|l| l.node.protocol.greeted).count() == 3
    });
    let zero = Property::new("0 is greeted", Notion::Sometimes, move |at| greeted(at, 0));
    let distinguishes = |property| explored(greeting(false), &[property]).err();
    assert_eq!(distinguishes(last), Some(ExploreError::Distinguishes("the last is greeted")));
    assert_eq!(distinguishes(two), Some(ExploreError::Distinguishes("1 before 2")));
    // It is the one that is asked, so it is not interchangeable.
    assert_eq!(distinguishes(zero), None);

    let stop: Option<rumormill_models::world::Predicate<_, _>> =
        Some(Box::new(move |at| greeted(at, 2)));
    let error = explored(Setting { stop, ..greeting(false) }, &[]).err();
    assert_eq!(error, Some(ExploreError::EndDistinguishes));
}

#[test]
fn worlds_without_symmetry_are_refused() {
    let refusal = |setting: Setting<Gossip, Witness>| {
        explored(Setting { symmetric: true, ..setting }, &[]).err()
    };
    let push = || gossip(Mode::Push);
    assert_eq!(
        refusal(gossiping(3, push(), Scheduler::Lockstep)),
        Some(WorldError::OrderedWaves.into())
    );
    assert_eq!(refusal(gossiping(2, push(), ROUNDS)), Some(WorldError::NobodyAlike.into()));
    let too_many = MAX_SYMMETRIC as u8 + 1;
    assert_eq!(
        refusal(gossiping(too_many, push(), ROUNDS)),
        Some(WorldError::TooManyAlike(too_many.into()).into())
    );

    let fair = Property::new("all know", Notion::AlmostSurelyIfFair, all_know);
    let setting = Setting { symmetric: true, ..reference(3, true) };
    assert_eq!(explored(setting, &[fair]).err(), Some(ExploreError::FairnessByName));

    // A machine that somebody is asked about is known by its name.
    let mut setting = gossiping(3, push(), ROUNDS);
    let id = rumormill_core::rumor::Id { origin: ModelPeer(1), sequence: 0 };
    let rumor = rumormill_core::rumor::Rumor { id, payload: "b".into() };
    setting.requests.push((ModelPeer(0), periodic_gossip::Request::Spread(rumor)));
    assert_eq!(refusal(setting), Some(WorldError::NobodyAlike.into()));
}

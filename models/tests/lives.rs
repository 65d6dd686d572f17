//! Machines that start late, and machines that start again after a crash.

use std::sync::Arc;

use rumormill_core::trace::{Replayed, Title, replay};
use rumormill_core::{Context, Neighborhood, Never, Node, Protocol};
use rumormill_models::ModelPeer;
use rumormill_models::exact::export::write_drn;
use rumormill_models::exact::{Effort, Exact, Reward, sample, seeded};
use rumormill_models::explore::{Exploration, Graph, Limits, Notion, Property, explore};
use rumormill_models::stateright::{Judged, Search, second_opinion};
use rumormill_models::world::{
    Fault, MAX_BUDGET, Scheduler, Setting, Snapshot, World, WorldError, later_life,
};
use serde::{Deserialize, Serialize};

/// Greets all that it knows when it starts, and when it is asked to.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
struct Greeter {
    /// For whom the greetings were that it heard, and from whom; each but once.
    heard: Vec<(ModelPeer, ModelPeer)>,
}

/// Hello to this one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
struct Hello(ModelPeer);

impl Protocol<ModelPeer> for Greeter {
    type Message = Hello;
    type Timer = Never;
    type Request = ();
    type Notice = Never;

    fn on_start(&mut self, context: &mut Context<'_, ModelPeer, Self>) {
        for peer in context.neighborhood().peers().to_vec() {
            context.send(Hello(peer), &[peer]);
        }
    }

    fn on_request(&mut self, context: &mut Context<'_, ModelPeer, Self>, (): ()) {
        self.on_start(context);
    }

    fn on_message(
        &mut self,
        _: &mut Context<'_, ModelPeer, Self>,
        from: ModelPeer,
        Hello(to): Hello,
    ) {
        if !self.heard.contains(&(to, from)) {
            self.heard.push((to, from));
        }
    }
}

const FIRST: ModelPeer = ModelPeer(1);

fn second() -> ModelPeer {
    FIRST.next_life().expect("a second life")
}

/// A group in which each machine knows these.
fn greeters(views: &[&[u8]]) -> Setting<Greeter, ()> {
    let node = |(me, view): (usize, &&[u8])| {
        let view = view.iter().map(|&peer| ModelPeer(peer));
        Node::new(Neighborhood::of(ModelPeer(me as u8), view), Greeter::default())
    };
    let nodes = views.iter().enumerate().map(node).collect();
    Setting::new(nodes, (), Scheduler::Asynchronous { in_flight: 8 })
}

/// So many crashes and restarts of the machines at these places.
fn restarting(mut setting: Setting<Greeter, ()>, times: u8, places: &[u8]) -> Setting<Greeter, ()> {
    setting.faults.crash = Fault::AtMost(times);
    setting.restarts = times;
    for &place in places {
        let first = setting.nodes[usize::from(place)].clone();
        let lives = std::iter::successors(Some(first), later_life).skip(1).take(times.into());
        setting.later_lives.extend(lives);
    }
    setting
}

/// Node 1 may crash and start again; node 0 may be asked to greet it.
fn greeting_a_restarted_one() -> Setting<Greeter, ()> {
    let setting = restarting(greeters(&[&[1], &[0]]), 1, &[1]);
    Setting { requests: vec![(ModelPeer(0), ())], ..setting }
}

fn explored(
    setting: Setting<Greeter, ()>,
    properties: Vec<Property<Greeter, ()>>,
) -> (Judged<Greeter, ()>, Exploration) {
    let world = World::new(setting).expect("a world");
    let exploration = explore(&world, &properties, Limits::default()).expect("a small world");
    (Judged { world: Arc::new(world), properties: Arc::new(properties) }, exploration)
}

fn size(setting: Setting<Greeter, ()>) -> (u32, usize) {
    let (judged, exploration) = explored(setting, Vec::new());
    assert!(judged.world.every_fault_struck());
    let states = exploration.graph.states();
    for search in [Search::Breadth, Search::Depth] {
        assert_eq!(second_opinion(&judged, search).states, states as usize);
    }
    (states, exploration.graph.transitions())
}

fn heard(at: &Snapshot<'_, Greeter, ()>, node: usize, by: ModelPeer, from: ModelPeer) -> bool {
    at.locals().nth(node).is_some_and(|local| local.node.protocol.heard.contains(&(by, from)))
}

/// Before node 1 starts, the greeting to it is in flight or lost: 2 states. Then it is in flight, lost
/// or heard, and that to node 0 is in flight or heard: 6.
#[test]
fn what_comes_before_the_start_is_lost() {
    let late = || Setting { latecomers: vec![FIRST], ..greeters(&[&[1], &[0]]) };
    assert_eq!(size(late()), (8, 8));
    let claims = vec![
        Property::new("1 hears", Notion::Sometimes, |at| heard(at, 1, FIRST, ModelPeer(0))),
        Property::new("1 hears for sure", Notion::Surely, |at| heard(at, 1, FIRST, ModelPeer(0))),
        Property::new("0 hears for sure", Notion::Surely, |at| heard(at, 0, ModelPeer(0), FIRST)),
    ];
    let (judged, exploration) = explored(late(), claims);
    let holds: Vec<_> = exploration.verdicts.iter().map(|verdict| verdict.holds).collect();
    assert_eq!(holds, [true, false, true]);
    assert_eq!(replayed(&judged, &exploration, 1).0.nodes, 2);
}

/// Alive, crashed, alive again, crashed again, alive at last. From the first crash two ways lead on:
/// it starts, or it crashes within its start.
#[test]
fn a_machine_lives_as_often_as_the_budget_allows() {
    assert_eq!(size(restarting(greeters(&[&[]]), 2, &[0])), (5, 5));
}

/// Replays the evidence of a verdict; also returns the lines of its story.
fn replayed(
    judged: &Judged<Greeter, ()>,
    exploration: &Exploration,
    verdict: usize,
) -> (Replayed, String) {
    let story = exploration.story(&judged.world, &exploration.verdicts[verdict]);
    let story = story.expect("a run").expect("evidence");
    let trace = story.trace(&Title { machine: String::new(), about: String::new() });
    let (_, entries) = Title::read(&trace).expect("a trace");
    (replay::<ModelPeer, Greeter>(entries).expect("the same run"), story.lines().join("\n"))
}

#[test]
fn what_is_meant_for_an_earlier_life_does_not_reach_a_later_one() {
    let lives_again = |at: &Snapshot<'_, Greeter, ()>| at.is_alive(second());
    let claims = vec![
        Property::new("only for me", Notion::Always, |at: &Snapshot<'_, Greeter, ()>| {
            let mine = |node: &Node<ModelPeer, Greeter>| {
                node.protocol.heard.iter().all(|(to, _)| *to == node.me())
            };
            at.locals().all(|local| mine(&local.node))
        }),
        Property::new("too late", Notion::Sometimes, move |at| {
            lives_again(at) && at.in_flight().any(|(to, _, _)| to == FIRST)
        }),
        Property::new("known again", Notion::Sometimes, |at| heard(at, 1, second(), ModelPeer(0))),
        Property::new("from a former life", Notion::Sometimes, move |at| {
            let of_former = |(_, from, _): (_, Option<ModelPeer>, _)| from == Some(FIRST);
            lives_again(at) && at.in_flight().any(of_former)
        }),
        Property::new("both lives are heard", Notion::Sometimes, |at| {
            heard(at, 0, ModelPeer(0), FIRST) && heard(at, 0, ModelPeer(0), second())
        }),
    ];
    let (judged, exploration) = explored(greeting_a_restarted_one(), claims);
    for verdict in &exploration.verdicts {
        assert!(verdict.holds, "{}", verdict.property);
    }
    for search in [Search::Breadth, Search::Depth] {
        let opinion = second_opinion(&judged, search);
        assert!(opinion.agrees(exploration.graph.states() as usize, &exploration.verdicts));
    }
    let (replayed, story) = replayed(&judged, &exploration, 2);
    assert_eq!(replayed.nodes, 3);
    for line in ["node 1 crashes", "node 1' starts", "node 1' receives from node 0"] {
        assert!(story.contains(line), "{line}\n{story}");
    }
}

#[test]
fn a_start_may_be_torn() {
    let claim = Property::new("a last word", Notion::Sometimes, |at| {
        let started = at.locals().nth(1).is_some_and(|local| local.node.me() == second());
        let speaks = |(_, from, _): (_, Option<ModelPeer>, _)| from == Some(second());
        started && !at.is_alive(second()) && at.in_flight().any(speaks)
    });
    let setting = restarting(greeters(&[&[], &[0]]), 2, &[1]);
    let (judged, exploration) = explored(setting, vec![claim]);
    assert!(exploration.verdicts[0].holds);
    let (_, story) = replayed(&judged, &exploration, 0);
    assert!(story.contains("node 1' starts"), "{story}");
    assert!(story.contains("but node 1' crashes within the step"), "{story}");
}

/// Two of three are interchangeable, each with its later lives.
#[test]
fn renaming_keeps_the_life() {
    let setting = |symmetric| {
        let mut setting = restarting(greeters(&[&[1, 2], &[0], &[0]]), 1, &[1, 2]);
        setting.latecomers = vec![ModelPeer(1), ModelPeer(2)];
        Setting { symmetric, unordered: true, ..setting }
    };
    let claims = || {
        vec![Property::new(
            "0 hears a later life",
            Notion::Sometimes,
            |at: &Snapshot<'_, Greeter, ()>| {
                let mut hellos = at.locals().flat_map(|local| &local.node.protocol.heard);
                hellos.any(|(_, from)| from.life() > 0)
            },
        )]
    };
    let (_, whole) = explored(setting(false), claims());
    let (judged, quotient) = explored(setting(true), claims());
    let (states, _) = quotient.stands_for(&judged.world).expect("the same world");
    assert_eq!(states, whole.graph.states().into());
    assert!(quotient.graph.states() < whole.graph.states());
    assert!(whole.verdicts[0].holds && quotient.verdicts[0].holds);
    replayed(&judged, &quotient, 0);
    let answers = |graph: &Graph| Exact::new(graph, 0, Effort::default()).expected(Reward::Steps);
    assert_eq!(answers(&whole.graph), answers(&quotient.graph));
}

/// What draws runs agrees with what explores, and the model that is written has as many states.
#[test]
fn random_runs_and_the_written_model_are_of_this_world() {
    let claim =
        Property::new("known again", Notion::Sometimes, |at| heard(at, 1, second(), ModelPeer(0)));
    let late = Setting { latecomers: vec![FIRST], ..greeting_a_restarted_one() };
    let (judged, Exploration { graph, .. }) = explored(late, vec![claim]);
    let runs = sample(&judged.world, &graph, 0, 500, &mut seeded(7)).expect("explored states");
    let uniform = Exact::new(&graph, 0, Effort::default()).probability().uniform;
    let sampled = runs.probability().against(&uniform).expect("a number");
    assert!(sampled.p_value > 1e-6, "{sampled:?}");
    let mut written = Vec::new();
    write_drn(&graph, &[0], &mut written).expect("memory");
    let written = String::from_utf8(written).expect("text");
    let states = written.lines().filter(|line| line.starts_with("state ")).count();
    assert_eq!(states, graph.states() as usize);
}

#[test]
fn contradictory_settings_are_refused() {
    let refusal = |change: fn(&mut Setting<Greeter, ()>)| {
        let mut setting = greeting_a_restarted_one();
        change(&mut setting);
        World::new(setting).err().expect("a refusal")
    };
    assert_eq!(refusal(|s| s.latecomers = vec![ModelPeer(2)]), WorldError::Latecomer(2));
    assert_eq!(
        refusal(|s| {
            s.latecomers = vec![FIRST];
            s.first_requests = vec![(FIRST, ())];
        }),
        WorldError::Latecomer(1)
    );
    let twice = |s: &mut Setting<Greeter, ()>| s.later_lives.push(s.later_lives[0].clone());
    assert_eq!(refusal(twice), WorldError::LaterLife(second()));
    let first_again = |s: &mut Setting<Greeter, ()>| s.later_lives = vec![s.nodes[0].clone()];
    assert_eq!(refusal(first_again), WorldError::LaterLife(ModelPeer(0)));
    assert_eq!(refusal(|s| s.later_lives.clear()), WorldError::Restarts);
    assert_eq!(refusal(|s| s.restarts = 0), WorldError::Restarts);
    assert_eq!(refusal(|s| s.faults.crash = Fault::Never), WorldError::Restarts);
    assert_eq!(refusal(|s| s.restarts = MAX_BUDGET + 1), WorldError::Budget(MAX_BUDGET + 1));
    let mut lockstep = Setting { latecomers: vec![FIRST], ..greeters(&[&[1], &[0]]) };
    lockstep.scheduler = Scheduler::Lockstep;
    assert_eq!(World::new(lockstep).err(), Some(WorldError::NotInLockstep));
    let many: Vec<&[u8]> = vec![&[]; 64];
    assert_eq!(World::new(greeters(&many)).err(), Some(WorldError::Size(64)));
    assert!(World::new(greeters(&many[1..])).is_ok());
}

//! States that differ only in the order of a list whose order means nothing are one state.

use std::sync::Arc;

use rumormill_core::trace::{Title, replay};
use rumormill_core::{Context, Neighborhood, Never, Node, Protocol, as_set};
use rumormill_models::ModelPeer;
use rumormill_models::exact::{Effort, Exact, Extremes, Reward};
use rumormill_models::explore::{
    Exploration, ExploreError, Graph, Limits, Notion, Property, explore,
};
use rumormill_models::stateright::{Judged, Search, second_opinion};
use rumormill_models::world::{Fault, Scheduler, Setting, Snapshot, World, WorldError};
use serde::{Deserialize, Serialize};

/// Gets to know who greets it, and calls one of those that it knows; or makes a mistake that a
/// competent author makes: the first of a list is as good as any.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Host {
    takes: Takes,
    called: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Takes {
    Any,
    FirstOfView,
    FirstOfMessage,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum Message {
    Hello,
    /// Call one of these.
    Guests(#[serde(serialize_with = "as_set")] Vec<ModelPeer>),
    Call,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Ask {
    Greet,
    Call,
    /// Lets the guests be called.
    Tell(Vec<ModelPeer>),
}

impl Protocol<ModelPeer> for Host {
    type Message = Message;
    type Timer = Never;
    type Request = Ask;
    type Notice = Never;

    fn on_request(&mut self, context: &mut Context<'_, ModelPeer, Self>, ask: Ask) {
        match ask {
            Ask::Greet => context.send_to_neighbors(Message::Hello, 1),
            Ask::Tell(guests) => context.send_to_neighbors(Message::Guests(guests), 1),
            Ask::Call => match self.takes {
                Takes::FirstOfView => {
                    let first: Vec<_> =
                        context.neighborhood().peers().first().copied().into_iter().collect();
                    context.send(Message::Call, &first);
                }
                Takes::Any | Takes::FirstOfMessage => context.send_to_neighbors(Message::Call, 1),
            },
        }
    }

    fn on_message(
        &mut self,
        context: &mut Context<'_, ModelPeer, Self>,
        from: ModelPeer,
        message: Message,
    ) {
        match message {
            Message::Hello => {
                let _known_or_not = context.add_neighbor(from);
            }
            Message::Guests(guests) => {
                let drawn = context.random(guests.len() as u32) as usize;
                let place = if self.takes == Takes::FirstOfMessage { 0 } else { drawn };
                context.send(Message::Call, &guests[place..][..1]);
            }
            Message::Call => self.called = true,
        }
    }
}

/// Node 0 with this view, and two that know it.
fn hosting(takes: Takes, view: &[u8], requests: Vec<(ModelPeer, Ask)>) -> Setting<Host, ()> {
    let host = Host { takes, called: false };
    let node = |me: u8, peers: &[u8]| {
        let mut neighborhood = Neighborhood::new(ModelPeer(me), 2);
        for &peer in peers {
            neighborhood.add(ModelPeer(peer)).expect("room for two");
        }
        Node::new(neighborhood, host.clone())
    };
    let nodes = vec![node(0, view), node(1, &[0]), node(2, &[0])];
    let scheduler = Scheduler::Asynchronous { in_flight: 8 };
    Setting { requests, unordered: true, ..Setting::new(nodes, (), scheduler) }
}

fn greetings() -> Vec<(ModelPeer, Ask)> {
    vec![(ModelPeer(1), Ask::Greet), (ModelPeer(2), Ask::Greet)]
}

fn greetings_and_a_call() -> Vec<(ModelPeer, Ask)> {
    greetings().into_iter().chain([(ModelPeer(0), Ask::Call)]).collect()
}

fn called(node: usize) -> impl Fn(&Snapshot<'_, Host, ()>) -> bool + Send + Sync + 'static {
    move |at| at.locals().nth(node).is_some_and(|local| local.node.protocol.called)
}

fn explored(
    setting: Setting<Host, ()>,
    properties: &[Property<Host, ()>],
) -> Result<(World<Host, ()>, Exploration), ExploreError> {
    let world = World::new(setting)?;
    let exploration = explore(&world, properties, Limits::default())?;
    Ok((world, exploration))
}

/// Each greeting is not asked for yet, in flight, or heard: 3 times 3 states. Where both are heard,
/// the view of node 0 tells which came first.
#[test]
fn who_came_first_does_not_matter() {
    let count = |unordered| {
        let setting = Setting { unordered, ..hosting(Takes::Any, &[], greetings()) };
        explored(setting, &[]).expect("a small world").1.graph.states()
    };
    assert_eq!((count(false), count(true)), (10, 9));
}

#[test]
fn stateright_counts_the_same_states() {
    let setting = || hosting(Takes::Any, &[], greetings_and_a_call());
    let both = |at: &Snapshot<'_, Host, ()>| called(1)(at) && called(2)(at);
    let properties = vec![
        Property::new("1 is called", Notion::Sometimes, called(1)),
        Property::new("both are called", Notion::Sometimes, both),
    ];
    let (world, exploration) = explored(setting(), &properties).expect("a small world");
    let judged = Judged { world: Arc::new(world), properties: Arc::new(properties) };
    for search in [Search::Breadth, Search::Depth] {
        let opinion = second_opinion(&judged, search);
        assert!(opinion.agrees(exploration.graph.states() as usize, &exploration.verdicts));
    }
    let whole = explored(Setting { unordered: false, ..setting() }, &[]).expect("a small world");
    assert!(exploration.graph.states() < whole.1.graph.states());
}

fn answers(graph: &Graph) -> [Extremes; 2] {
    let exact = Exact::new(graph, 0, Effort::default());
    [exact.probability(), exact.expected(Reward::Messages)]
}

#[test]
fn verdicts_and_probabilities_are_those_of_the_whole() {
    let properties = || {
        vec![
            Property::new("1 is called", Notion::Sometimes, called(1)),
            Property::new("1 is called, for sure", Notion::AlmostSurely, called(1)),
            Property::new("1 is called, fairly", Notion::AlmostSurelyIfFair, called(1)),
            Property::new("0 is not called", Notion::Always, |at| !called(0)(at)),
        ]
    };
    let explored = |unordered| {
        let mut setting = hosting(Takes::Any, &[2, 1], greetings_and_a_call());
        setting.faults.loss = Fault::AtMost(1);
        let (_, exploration) =
            explored(Setting { unordered, ..setting }, &properties()).expect("a small world");
        exploration
    };
    let (whole, unordered) = (explored(false), explored(true));
    for (ours, theirs) in unordered.verdicts.iter().zip(&whole.verdicts) {
        assert_eq!(ours.holds, theirs.holds, "{}", ours.property);
    }
    assert_eq!(answers(&unordered.graph), answers(&whole.graph));
}

/// The view of node 0 is the other way round than in the state that stands for it, so a draw of a
/// position means somebody else.
#[test]
fn the_run_that_shows_it_is_a_run_of_the_real_machines() {
    for node in [1, 2] {
        let claim = Property::new("called", Notion::Sometimes, called(node));
        let setting = hosting(Takes::Any, &[2, 1], vec![(ModelPeer(0), Ask::Call)]);
        let (world, exploration) = explored(setting, &[claim]).expect("a small world");
        let story = exploration.story(&world, &exploration.verdicts[0]).expect("a run");
        let story = story.expect("a witness");
        let draw = format!("it draws positions [{}] of 2", 2 - node);
        assert!(story.lines().join("\n").contains(&draw), "{:#?}", story.lines());
        let trace = story.trace(&Title { machine: String::new(), about: String::new() });
        let (_, entries) = Title::read(&trace).expect("a trace");
        replay::<ModelPeer, Host>(entries).expect("the same run");
    }
}

#[test]
fn who_takes_the_first_is_refused() {
    let refusal = |takes, requests| explored(hosting(takes, &[1, 2], requests), &[]).err();
    let order_matters = |node| Some(WorldError::OrderMatters { node }.into());
    let call = vec![(ModelPeer(0), Ask::Call)];
    assert_eq!(refusal(Takes::Any, call.clone()), None);
    assert_eq!(refusal(Takes::FirstOfView, call), order_matters(0));
    let tell = vec![(ModelPeer(1), Ask::Tell(vec![ModelPeer(1), ModelPeer(2)]))];
    assert_eq!(refusal(Takes::Any, tell.clone()), None);
    assert_eq!(refusal(Takes::FirstOfMessage, tell), order_matters(0));
}

#[test]
fn a_predicate_that_sees_the_order_is_refused() {
    let first = |at: &Snapshot<'_, Host, ()>| {
        at.locals()
            .next()
            .is_some_and(|local| local.node.neighborhood.peers().first() == Some(&ModelPeer(1)))
    };
    let claim = Property::new("1 is first", Notion::Sometimes, first);
    let error = explored(hosting(Takes::Any, &[], greetings()), &[claim]).err();
    assert_eq!(error, Some(ExploreError::Distinguishes("1 is first")));

    let stop: Option<rumormill_models::world::Predicate<_, _>> = Some(Box::new(first));
    let setting = Setting { stop, ..hosting(Takes::Any, &[], greetings()) };
    assert_eq!(explored(setting, &[]).err(), Some(ExploreError::EndDistinguishes));
}

#[test]
fn lockstep_sees_the_order() {
    let mut setting = hosting(Takes::Any, &[], Vec::new());
    setting.scheduler = Scheduler::Lockstep;
    assert_eq!(World::new(setting).err(), Some(WorldError::OrderedWaves));
}

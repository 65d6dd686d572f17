//! Worlds in which time passes in ticks.

use std::sync::Arc;

use rumormill_core::trace::{Title, replay};
use rumormill_core::{Context, Protocol, Ticks};
use rumormill_models::ModelPeer;
use rumormill_models::exact::{Answer, Effort, Exact, Extremes, Reward, sample, seeded};
use rumormill_models::explore::{Exploration, Limits, Notion, Property, explore};
use rumormill_models::stateright::{Judged, Search, second_opinion};
use rumormill_models::world::{Fault, Scheduler, Setting, Snapshot, World, group};
use serde::{Deserialize, Serialize};

/// Asks all its peers some time after the start, and gives those up who let it wait.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Prober {
    /// When it asks; never, where it is nothing.
    asks: Option<Ticks>,
    patience: Ticks,
    /// Asks again as soon as it is answered.
    is_eager: bool,
    asked: bool,
    waits_for: u8,
    heard: bool,
    gave_up: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum Message {
    Ping,
    Pong,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum Timer {
    Ask,
    GiveUp,
}

impl Protocol<ModelPeer> for Prober {
    type Message = Message;
    type Timer = Timer;
    type Request = ();
    type Notice = ();

    fn on_start(&mut self, context: &mut Context<'_, ModelPeer, Self>) {
        if let Some(after) = self.asks {
            context.set_timer(after, Timer::Ask);
        }
    }

    fn on_timer(&mut self, context: &mut Context<'_, ModelPeer, Self>, timer: Timer) {
        match timer {
            Timer::Ask => {
                self.asked = true;
                self.ask(context);
            }
            Timer::GiveUp => self.gave_up = true,
        }
    }

    fn on_request(&mut self, context: &mut Context<'_, ModelPeer, Self>, (): ()) {
        self.ask(context);
    }

    fn on_message(
        &mut self,
        context: &mut Context<'_, ModelPeer, Self>,
        from: ModelPeer,
        message: Message,
    ) {
        match message {
            Message::Ping => context.send(Message::Pong, &[from]),
            Message::Pong => {
                self.heard = true;
                self.waits_for = self.waits_for.saturating_sub(1);
                if self.waits_for == 0 {
                    context.cancel_timer(Timer::GiveUp);
                    if self.is_eager {
                        self.ask(context);
                    }
                }
            }
        }
    }
}

impl Prober {
    fn ask(&mut self, context: &mut Context<'_, ModelPeer, Self>) {
        let peers = context.neighborhood().peers().to_vec();
        if !peers.is_empty() {
            self.waits_for = peers.len() as u8;
            context.set_timer(self.patience, Timer::GiveUp);
            context.send(Message::Ping, &peers);
        }
    }
}

/// Node 0 asks the others after at most so many ticks.
fn probing(nodes: u8, asks: u32, patience: u32, delay: u16) -> Setting<Prober, ()> {
    let silent = Prober {
        asks: None,
        patience: Ticks(patience),
        is_eager: false,
        asked: false,
        waits_for: 0,
        heard: false,
        gave_up: false,
    };
    let mut nodes = group(nodes, &silent);
    nodes[0].protocol.asks = Some(Ticks(asks));
    Setting::new(nodes, (), Scheduler::Timed { delay })
}

type At<'a> = Snapshot<'a, Prober, ()>;

fn asker(at: &At<'_>) -> Prober {
    at.locals().next().expect("a machine").node.protocol.clone()
}

fn explored(
    setting: Setting<Prober, ()>,
    properties: Vec<Property<Prober, ()>>,
) -> (Judged<Prober, ()>, Exploration) {
    let world = World::new(setting).expect("a world");
    let exploration = explore(&world, &properties, Limits::default()).expect("a small world");
    let judged = Judged { world: Arc::new(world), properties: Arc::new(properties) };
    if !judged.world.is_symmetric() {
        for search in [Search::Breadth, Search::Depth] {
            let opinion = second_opinion(&judged, search);
            assert!(opinion.agrees(exploration.graph.states() as usize, &exploration.verdicts));
        }
    }
    (judged, exploration)
}

fn fractions(extremes: &Extremes) -> [String; 3] {
    [&extremes.least, &extremes.uniform, &extremes.greatest].map(|answer| match answer {
        Answer::Exact(fraction) => fraction.to_string(),
        other => format!("{other:?}"),
    })
}

/// Armed at the start for two ticks: after the first it may fire, after the second it must. So there
/// are four states, and the way on is a tick, a tick or the timer, the timer.
#[test]
fn a_timer_of_the_start_fires_in_any_tick_of_its_delay() {
    let asked = Property::new("asked", Notion::Surely, |at: &At<'_>| asker(at).asked);
    let (judged, exploration) = explored(probing(1, 2, 1, 0), vec![asked]);
    let graph = &exploration.graph;
    assert_eq!((graph.states(), graph.transitions()), (4, 4));
    assert!(exploration.verdicts[0].holds);
    let ticks = Exact::new(graph, 0, Effort::default()).expected(Reward::Rounds);
    assert_eq!(fractions(&ticks), ["1", "3/2", "2"]);
    let runs = sample(&judged.world, graph, 0, 500, &mut seeded(1)).expect("explored states");
    let sampled =
        runs.expected(Reward::Rounds).and_then(|estimate| estimate.against(&ticks.uniform));
    assert!(sampled.is_some_and(|sampled| sampled.p_value > 1e-6));
}

/// The timer gives up after three ticks and not before. The question arrives, or a tick passes, two
/// times; then it must arrive. The answer has as long.
#[test]
fn a_message_arrives_within_its_delay() {
    let mut setting = probing(2, 9, 9, 2);
    setting.nodes[0].protocol.asks = None;
    setting.first_requests = vec![(ModelPeer(0), ())];
    setting.stop = Some(Box::new(|at| at.in_flight().any(|(_, _, m)| *m == Message::Pong)));
    let answered = Property::new("answered", Notion::Surely, |at: &At<'_>| {
        at.in_flight().any(|(_, _, message)| *message == Message::Pong)
    });
    let (_, exploration) = explored(setting, vec![answered]);
    let graph = &exploration.graph;
    // In flight with 2, 1 or 0 ticks left; answered after 0, 1 or 2 ticks.
    assert_eq!((graph.states(), graph.transitions()), (6, 5));
    let exact = Exact::new(graph, 0, Effort::default());
    assert_eq!(fractions(&exact.expected(Reward::Rounds)), ["0", "3/4", "2"]);
    let by_tick: Vec<_> = exact.within_rounds(2).iter().map(fractions).collect();
    assert_eq!(by_tick, [["0", "1/2", "1"], ["0", "3/4", "1"], ["1", "1", "1"]]);
}

fn in_time() -> Property<Prober, ()> {
    Property::new("nobody is given up who lives", Notion::Always, |at: &At<'_>| !asker(at).gave_up)
}

/// There and back takes up to two delays; so who waits for no more may give up just before.
#[test]
fn an_answer_comes_within_two_delays() {
    for delay in [0, 1, 2] {
        let patience = 2 * u32::from(delay);
        let (judged, short) = explored(probing(2, 2, patience, delay), vec![in_time()]);
        assert!(!short.verdicts[0].holds);
        let story =
            short.story(&judged.world, &short.verdicts[0]).expect("a run").expect("a story");
        assert!(story.lines().iter().any(|line| line.ends_with("a tick passes")));
        let trace = story.trace(&Title { machine: String::new(), about: String::new() });
        let (_, entries) = Title::read(&trace).expect("a trace");
        replay::<ModelPeer, Prober>(entries).expect("the same run");

        let (_, enough) = explored(probing(2, 2, patience + 1, delay), vec![in_time()]);
        assert!(enough.verdicts[0].holds);

        let mut lossy = probing(2, 2, patience + 1, delay);
        lossy.faults.loss = Fault::AtMost(1);
        assert!(!explored(lossy, vec![in_time()]).1.verdicts[0].holds);
    }
}

/// Within one tick questions and answers may follow each other for ever; but who is fair lets time
/// pass.
#[test]
fn time_is_owed_its_passing() {
    let mut setting = probing(2, 1, 9, 1);
    setting.nodes[0].protocol.is_eager = true;
    setting.first_requests = vec![(ModelPeer(0), ())];
    let asked = |notion| Property::new("asked", notion, |at: &At<'_>| asker(at).asked);
    let notions = [Notion::Surely, Notion::AlmostSurely, Notion::AlmostSurelyIfFair];
    let (_, exploration) = explored(setting, notions.map(asked).into());
    assert_eq!(
        exploration.verdicts.iter().map(|v| v.holds).collect::<Vec<_>>(),
        [false, false, true]
    );
}

#[test]
fn the_others_are_interchangeable_and_so_are_their_ticks() {
    let claims = || vec![in_time(), Property::new("heard", Notion::Surely, |at| asker(at).heard)];
    let setting = |patience| {
        let mut setting = probing(3, 1, patience, 1);
        setting.faults.crash = Fault::AtMost(1);
        setting
    };
    for patience in [2, 3] {
        let (_, whole) = explored(setting(patience), claims());
        let symmetric = Setting { symmetric: true, unordered: true, ..setting(patience) };
        let (judged, quotient) = explored(symmetric, claims());
        let (states, _) = quotient.stands_for(&judged.world).expect("the same world");
        assert_eq!(states, whole.graph.states().into());
        assert!(quotient.graph.states() < whole.graph.states());
        for (ours, theirs) in quotient.verdicts.iter().zip(&whole.verdicts) {
            assert_eq!(ours.holds, theirs.holds);
        }
    }
}

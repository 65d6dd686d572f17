//! Worlds in which answers come within their period, at whatever pace the machines go.

use std::sync::Arc;

use rumormill_core::{Context, Protocol, Ticks};
use rumormill_models::ModelPeer;
use rumormill_models::explore::{Limits, Notion, Property, explore};
use rumormill_models::stateright::{Judged, Search, second_opinion};
use rumormill_models::world::{Fault, Scheduler, Setting, Snapshot, World, WorldError, group};
use serde::{Deserialize, Serialize};

/// Asks all its peers in each period, and notices in the next one who has not answered.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
struct Prober {
    waits_for: u8,
    gave_up: bool,
    /// How many it has had, of which no more than three are told apart.
    periods: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum Message {
    Ping,
    Pong,
}

impl Protocol<ModelPeer> for Prober {
    type Message = Message;
    type Timer = ();
    type Request = ();
    type Notice = ();

    fn on_start(&mut self, context: &mut Context<'_, ModelPeer, Self>) {
        context.set_timer(Ticks(1), ());
    }

    fn on_timer(&mut self, context: &mut Context<'_, ModelPeer, Self>, (): ()) {
        let peers = context.neighborhood().peers().to_vec();
        self.gave_up |= self.waits_for > 0;
        self.waits_for = peers.len() as u8;
        self.periods = (self.periods + 1).min(3);
        context.set_timer(Ticks(1), ());
        context.send(Message::Ping, &peers);
    }

    fn on_message(
        &mut self,
        context: &mut Context<'_, ModelPeer, Self>,
        from: ModelPeer,
        message: Message,
    ) {
        match message {
            Message::Ping => context.send(Message::Pong, &[from]),
            Message::Pong => self.waits_for = self.waits_for.saturating_sub(1),
        }
    }
}

type At<'a> = Snapshot<'a, Prober, ()>;

fn setting(nodes: u8, scheduler: Scheduler) -> Setting<Prober, ()> {
    Setting::new(group(nodes, &Prober::default()), (), scheduler)
}

fn gave_up(at: &At<'_>) -> bool {
    at.locals().any(|local| local.node.protocol.gave_up)
}

/// Whether one machine has had its third period before another has had its first.
fn is_ahead(at: &At<'_>) -> bool {
    let periods = || at.locals().map(|local| local.node.protocol.periods);
    periods().max() == Some(3) && periods().min() == Some(0)
}

fn claims() -> Vec<Property<Prober, ()>> {
    vec![
        Property::new("somebody gives up", Notion::Sometimes, gave_up),
        Property::new("one is ahead", Notion::Sometimes, is_ahead),
        Property::new("more than two in flight", Notion::Sometimes, |at: &At<'_>| {
            at.in_flight().count() > 2
        }),
    ]
}

/// What comes about, in the order of the claims; stateright agrees on it.
fn explored(setting: Setting<Prober, ()>) -> [bool; 3] {
    let world = World::new(setting).expect("a sound setting");
    let exploration = explore(&world, &claims(), Limits::default()).expect("a small world");
    let judged = Judged { world: Arc::new(world), properties: Arc::new(claims()) };
    let states = exploration.graph.states() as usize;
    for search in [Search::Breadth, Search::Depth] {
        assert!(second_opinion(&judged, search).agrees(states, &exploration.verdicts));
    }
    [0, 1, 2].map(|claim: usize| exploration.verdicts[claim].holds)
}

#[test]
fn nobody_gives_up_though_clocks_go_as_they_like() {
    for nodes in [2, 3] {
        let prompt = Scheduler::Prompt { in_flight: 2 };
        let comes = explored(setting(nodes, prompt));
        assert!(!comes[0] && comes[1], "{nodes}: {comes:?}");
        // In any order an answer may be late; in rounds nobody is ahead.
        let comes = explored(setting(2, Scheduler::Asynchronous { in_flight: 2 }));
        assert!(comes[0], "{comes:?}");
        let comes = explored(setting(nodes, Scheduler::Rounds));
        assert!(!comes[0] && !comes[1], "{nodes}: {comes:?}");
    }
}

/// A step sends all that it sends; it only begins when there is room.
#[test]
fn timers_wait_for_room_and_nothing_is_crowded_out() {
    let most = |in_flight| {
        let world = World::new(setting(3, Scheduler::Prompt { in_flight })).expect("sound");
        let bound = Property::new("bounded", Notion::Always, move |at: &At<'_>| {
            at.in_flight().count() < in_flight + 2
        });
        let exploration = explore(&world, &[bound], Limits::default()).expect("a small world");
        assert!(exploration.verdicts[0].holds, "{in_flight}");
        assert_eq!(world.tally().crowded_out, 0);
        exploration.graph.states()
    };
    assert!(most(1) < most(2), "more in flight, more states");
}

#[test]
fn what_is_lost_or_to_a_machine_that_has_crashed_is_not_waited_for() {
    let mut lossy = setting(2, Scheduler::Prompt { in_flight: 2 });
    lossy.faults.loss = Fault::AtMost(1);
    assert!(explored(lossy)[0]);
    let mut crash = setting(2, Scheduler::Prompt { in_flight: 2 });
    crash.faults.crash = Fault::AtMost(1);
    assert!(explored(crash)[0]);
}

#[test]
fn senders_are_to_be_kept() {
    let mut forgetful = setting(2, Scheduler::Prompt { in_flight: 2 });
    forgetful.anonymous_senders = true;
    assert_eq!(World::new(forgetful).err(), Some(WorldError::SendersForgotten));
}

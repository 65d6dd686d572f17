//! Messages that nobody sent.

use std::sync::Arc;

use rumormill_core::trace::{Title, replay};
use rumormill_core::{Context, Protocol, Ticks};
use rumormill_models::ModelPeer;
use rumormill_models::exact::{sample, seeded};
use rumormill_models::explore::{Exploration, Limits, Notion, Property, explore};
use rumormill_models::stateright::{Judged, Search, second_opinion};
use rumormill_models::world::{
    Fault, MAX_FORGERIES, Scheduler, Setting, Snapshot, World, WorldError, group,
};
use serde::{Deserialize, Serialize};

/// Opens to whoever knows the word, and does nothing every tick.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Vault {
    open: bool,
    ticks: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
struct Word;

impl Protocol<ModelPeer> for Vault {
    type Message = Word;
    type Timer = ();
    type Request = ();
    type Notice = ();

    fn on_start(&mut self, context: &mut Context<'_, ModelPeer, Self>) {
        if self.ticks {
            context.set_timer(Ticks(1), ());
        }
    }

    fn on_timer(&mut self, context: &mut Context<'_, ModelPeer, Self>, (): ()) {
        context.set_timer(Ticks(1), ());
    }

    fn on_message(&mut self, _: &mut Context<'_, ModelPeer, Self>, _: ModelPeer, Word: Word) {
        self.open = true;
    }
}

/// So many vaults, to each of which a stranger may say the word.
fn vaults(nodes: u8, ticks: bool) -> Setting<Vault, ()> {
    let machines = group(nodes, &Vault { open: false, ticks });
    let scheduler = Scheduler::Asynchronous { in_flight: 1 };
    let forgeries = (0..nodes).map(|node| (ModelPeer(9), ModelPeer(node), Word)).collect();
    Setting { forgeries, ..Setting::new(machines, (), scheduler) }
}

fn explored(
    setting: Setting<Vault, ()>,
    properties: Vec<Property<Vault, ()>>,
) -> (Judged<Vault, ()>, Exploration) {
    let world = World::new(setting).expect("a world");
    let exploration = explore(&world, &properties, Limits::default()).expect("a small world");
    assert!(world.every_fault_struck());
    (Judged { world: Arc::new(world), properties: Arc::new(properties) }, exploration)
}

fn any_open(at: &Snapshot<'_, Vault, ()>) -> bool {
    at.locals().any(|local| local.node.protocol.open)
}

/// Closed or open; once it has crashed, nobody can say anything to it. The word may come again.
#[test]
fn a_forged_message_comes_at_any_time_to_whoever_is_alive() {
    let mut setting = vaults(1, false);
    setting.faults.crash = Fault::AtMost(1);
    let (judged, exploration) = explored(setting, Vec::new());
    let graph = &exploration.graph;
    assert_eq!((graph.states(), graph.transitions()), (4, 4));
    for search in [Search::Breadth, Search::Depth] {
        assert_eq!(second_opinion(&judged, search).states, 4);
    }
}

#[test]
fn without_forgeries_it_stays_closed_and_with_them_the_story_tells_why_not() {
    let closed = || vec![Property::new("closed", Notion::Always, |at| !any_open(at))];
    let (_, honest) = explored(Setting { forgeries: Vec::new(), ..vaults(1, true) }, closed());
    assert!(honest.verdicts[0].holds);

    let (judged, forged) = explored(vaults(1, true), closed());
    assert!(!forged.verdicts[0].holds);
    let story = forged.story(&judged.world, &forged.verdicts[0]).expect("a run").expect("a story");
    let last = story.lines().pop().expect("a line");
    assert!(last.ends_with("node 0 receives from node 9 Word; the message is forged"), "{last}");
    let trace = story.trace(&Title { machine: String::new(), about: String::new() });
    let (_, entries) = Title::read(&trace).expect("a trace");
    replay::<ModelPeer, Vault>(entries).expect("the same run");
}

#[test]
fn nobody_is_owed_a_forgery() {
    let open = vec![
        Property::new("fairly", Notion::AlmostSurelyIfFair, any_open),
        Property::new("possibly", Notion::PossibleFromEverywhere, any_open),
    ];
    let (judged, exploration) = explored(vaults(1, true), open);
    assert_eq!(exploration.verdicts.iter().map(|v| v.holds).collect::<Vec<_>>(), [false, true]);
    sample(&judged.world, &exploration.graph, 0, 100, &mut seeded(3)).expect("explored states");
}

/// Two vaults, each closed or open: four states, of which two are the same up to names.
#[test]
fn who_may_be_told_the_same_is_interchangeable() {
    let (_, whole) = explored(vaults(2, false), Vec::new());
    let (judged, quotient) = explored(Setting { symmetric: true, ..vaults(2, false) }, Vec::new());
    assert_eq!((whole.graph.states(), quotient.graph.states()), (4, 3));
    assert_eq!(quotient.stands_for(&judged.world).expect("the same world").0, 4);

    let mut partial = Setting { symmetric: true, ..vaults(2, false) };
    partial.forgeries.pop();
    assert_eq!(World::new(partial).err(), Some(WorldError::NobodyAlike));
}

#[test]
fn forgeries_that_cannot_be_received_are_refused() {
    let refusal = |forgery| {
        let mut setting = vaults(1, false);
        setting.forgeries.push(forgery);
        World::new(setting).err()
    };
    let (inside, outside) = (ModelPeer(0), ModelPeer(1));
    assert_eq!(refusal((outside, outside, Word)), Some(WorldError::Forgery(1)));
    assert_eq!(refusal((ModelPeer(63), inside, Word)), Some(WorldError::Forgery(1)));
    assert_eq!(refusal((inside, inside, Word)), None);
    let mut many = vaults(1, false);
    many.forgeries = vec![(outside, inside, Word); MAX_FORGERIES + 1];
    assert_eq!(World::new(many).err(), Some(WorldError::Forgery(MAX_FORGERIES)));
    let lockstep = Setting { scheduler: Scheduler::Lockstep, ..vaults(1, false) };
    assert_eq!(World::new(lockstep).err(), Some(WorldError::NotInLockstep));
}

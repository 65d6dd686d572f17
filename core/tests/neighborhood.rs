//! Changes of the view: who may be in it, and that all layers are told within the same step.

mod common;

use std::hash::{DefaultHasher, Hash, Hasher};

use common::{Machine, NoDraw, armed, told};
use proptest::collection::vec;
use proptest::prelude::*;
use rumormill_core::{
    Change, Context, Epoch, Event, MAX_CHANGES, Neighborhood, Never, NotAdded, Peer, Protocol,
    Route, SocketPeer, Ticks, stack, wire_by_serde,
};
use serde::{Deserialize, Serialize};

/// Does with the view what it is asked for, and tells what it learns about it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Watcher<P: Peer> {
    last: Option<Change<P>>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
enum Wish<P: Peer> {
    Add(Vec<P>),
    Remove(Vec<P>),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
struct Hello;

wire_by_serde!(Hello);

impl<P: Peer> Protocol<P> for Watcher<P> {
    type Message = Hello;
    type Timer = Never;
    type Request = Wish<P>;
    type Notice = Change<P>;

    fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, Hello: Hello) {}

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, wish: Wish<P>) {
        match wish {
            Wish::Add(peers) => peers.into_iter().for_each(|peer| {
                let _counted = context.add_neighbor(peer);
            }),
            Wish::Remove(peers) => peers.into_iter().for_each(|peer| {
                context.remove_neighbor(peer);
            }),
        }
    }

    fn on_neighbor(&mut self, context: &mut Context<'_, P, Self>, change: Change<P>) {
        self.last = Some(change);
        context.notify(change);
    }
}

stack! {
    /// Two layers that watch the same view.
    struct Watchers<P> notifies (bool, Change<P>) {
        lower: Lower(Watcher<P>) => tell_lower,
        upper: Upper(Watcher<P>) => tell_upper,
    }
}

fn tell_lower<P: Peer>(change: Change<P>) -> Route<Request<P>, (bool, Change<P>)> {
    Route::Application((false, change))
}

fn tell_upper<P: Peer>(change: Change<P>) -> Route<Request<P>, (bool, Change<P>)> {
    Route::Application((true, change))
}

/// Restores a dropped neighbour at once, and so never comes to rest.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Stubborn;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
struct Again;

impl<P: Peer> Protocol<P> for Stubborn {
    type Message = Never;
    type Timer = Again;
    type Request = Never;
    type Notice = Result<(), String>;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        let first = context.neighborhood().peers()[0];
        assert!(context.remove_neighbor(first));
    }

    fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, never: Never) {
        match never {}
    }

    fn on_neighbor(&mut self, context: &mut Context<'_, P, Self>, change: Change<P>) {
        context.set_timer(Ticks(1), Again);
        match change {
            Change::Down(peer) => {
                let added = context.add_neighbor(peer);
                context.notify(added.map_err(|not| not.to_string()));
            }
            Change::Up(peer) => drop(context.remove_neighbor(peer)),
        }
    }
}

fn at(port: u16, epoch: u64) -> SocketPeer {
    SocketPeer::new(([127, 0, 0, 1], port).into(), Epoch(epoch))
}

fn watchers(neighbors: &[SocketPeer]) -> Machine<SocketPeer, Watchers<SocketPeer>> {
    let watcher = Watcher { last: None };
    let mut machine =
        Machine::new(at(1, 5), [], Watchers { lower: watcher.clone(), upper: watcher });
    machine.node.neighborhood = Neighborhood::new(at(1, 5), 100);
    for &peer in neighbors {
        machine.node.neighborhood.add(peer).expect("room");
    }
    machine
}

/// What both layers must have been told, one change after the other.
fn both(changes: &[Change<SocketPeer>]) -> Vec<(bool, Change<SocketPeer>)> {
    changes.iter().flat_map(|&change| [(false, change), (true, change)]).collect()
}

#[test]
fn a_sign_of_life_renews_a_contact_and_a_restarted_neighbour_and_all_layers_learn_of_it() {
    for earlier in [at(7, 0), at(7, 3)] {
        let mut machine = watchers(&[at(6, 1), earlier, at(8, 1)]);
        let effects = machine.hear(at(7, 4), Message::Upper(Hello));
        assert_eq!(told(&effects), both(&[Change::Down(earlier), Change::Up(at(7, 4))]));
        assert_eq!(machine.node.neighborhood.peers(), [at(6, 1), at(7, 4), at(8, 1)]);
        assert!(machine.hear(at(7, 4), Message::Lower(Hello)).is_empty(), "only once");
        assert!(machine.hear(at(7, 2), Message::Lower(Hello)).is_empty(), "a late message");
        assert!(machine.hear(at(9, 2), Message::Lower(Hello)).is_empty(), "a stranger");
    }
}

#[test]
fn one_layers_change_reaches_both() {
    let mut machine = watchers(&[at(6, 1)]);
    let effects = machine.ask(Request::Lower(Wish::Add(vec![at(7, 1), at(8, 2)])));
    assert_eq!(told(&effects), both(&[Change::Up(at(7, 1)), Change::Up(at(8, 2))]));
    let effects = machine.ask(Request::Upper(Wish::Remove(vec![at(9, 1), at(7, 1)])));
    assert_eq!(told(&effects), both(&[Change::Down(at(7, 1))]));
    assert_eq!(machine.effects.overflow(), 0);
}

#[test]
fn a_view_holds_one_life_of_each_place_and_none_of_its_own() {
    let mut view = Neighborhood::new(at(1, 5), 2);
    for life in [0, 4, 5, 6] {
        assert_eq!(view.add(at(1, life)), Err(NotAdded::Oneself));
    }
    assert_eq!(view.add(at(7, 0)), Ok(()));
    assert_eq!(view.add(at(8, 3)), Ok(()));
    assert_eq!(view.add(at(9, 0)), Err(NotAdded::Full { capacity: 2 }));
    for other_life in [at(8, 0), at(8, 2), at(8, 4), at(7, 1)] {
        assert_eq!(view.add(other_life), Err(NotAdded::Present), "only its own message renews it");
    }
    assert_eq!(view.peers(), [at(7, 0), at(8, 3)]);
}

#[test]
fn a_file_cannot_smuggle_in_two_lives_of_a_place() {
    let read = |peers: &[SocketPeer]| {
        let failed: &[SocketPeer] = &[];
        let bytes = postcard::to_allocvec(&(at(1, 5), 9_u32, peers, failed)).expect("bytes");
        postcard::from_bytes::<Neighborhood<SocketPeer>>(&bytes).is_ok()
    };
    assert!(read(&[at(7, 1), at(8, 2)]));
    assert!(!read(&[at(7, 1), at(7, 2)]));
    assert!(!read(&[at(7, 2), at(7, 1)]));
}

/// Who adds one after the other, whatever comes of it.
fn one_by_one(me: SocketPeer, peers: &[SocketPeer]) -> Vec<SocketPeer> {
    let mut view = Neighborhood::new(me, 1000);
    for &peer in peers {
        let _whether_it_was_added = view.add(peer);
    }
    view.peers().to_vec()
}

proptest! {
    #[test]
    fn a_view_of_many_is_the_view_of_one_after_the_other(
        places in vec((1..20_u16, 0..4_u64), 0..60),
    ) {
        let peers: Vec<_> = places.iter().map(|&(port, epoch)| at(port, epoch)).collect();
        let view = Neighborhood::of(at(1, 2), peers.iter().copied());
        prop_assert_eq!(view.peers(), one_by_one(at(1, 2), &peers));
        prop_assert_eq!(view.capacity() as usize, view.peers().len());
    }

    #[test]
    fn in_a_complete_group_everybody_knows_all_others(ids in vec(0..40_u32, 0..60)) {
        let mut everybody: Vec<u32> = Vec::new();
        ids.iter().for_each(|id| if !everybody.contains(id) { everybody.push(*id) });
        let views: Vec<_> = Neighborhood::complete(ids).collect();
        prop_assert_eq!(views.iter().map(Neighborhood::me).collect::<Vec<_>>(), everybody.clone());
        for view in views {
            prop_assert_eq!(view.capacity() as usize, everybody.len() - 1);
            let (mut known, mut others) = (view.peers().to_vec(), everybody.clone());
            known.sort_unstable();
            others.retain(|&peer| peer != view.me());
            others.sort_unstable();
            prop_assert_eq!(known, others);
        }
    }
}

/// Whether a view was shared is no part of its value, nor of its bytes.
#[test]
fn a_shared_view_is_equal_to_one_of_its_own() {
    for shared in Neighborhood::complete(0..5_u32) {
        let own = Neighborhood::of(shared.me(), shared.peers().iter().copied());
        assert_eq!(shared, own);
        let hashes = [&shared, &own].map(|view| {
            let mut hasher = DefaultHasher::new();
            view.hash(&mut hasher);
            hasher.finish()
        });
        assert_eq!(hashes[0], hashes[1]);
        assert_eq!(postcard::to_allocvec(&shared), postcard::to_allocvec(&own));
        assert_eq!(format!("{shared:?}"), format!("{own:?}"));
    }
}

#[test]
fn a_shared_view_is_copied_when_it_changes_and_only_then() {
    let mut views: Vec<_> = Neighborhood::complete(0..4_u32).collect();
    let [first, second, ..] = &mut views[..] else { unreachable!("four views") };
    assert!(first.peers()[1..].as_ptr() == second.peers().as_ptr(), "the same list");
    assert_eq!(first.add(9), Err(NotAdded::Full { capacity: 3 }));
    assert!(!first.remove(&9));
    assert!(first.peers()[1..].as_ptr() == second.peers().as_ptr(), "nothing was changed");
    assert!(first.remove(&2));
    assert_eq!(first.add(9), Ok(()));
    assert_eq!(first.peers(), [1, 3, 9]);
    assert_eq!(second.peers(), [2, 3, 0]);
}

#[test]
fn in_a_complete_group_on_a_network_a_sign_of_life_renews_one_view() {
    let peers = [at(6, 1), at(7, 0), at(8, 1), at(8, 0)];
    let mut views = Neighborhood::complete(peers);
    let watcher = Watcher { last: None };
    let mut machine =
        Machine::new(at(1, 5), [], Watchers { lower: watcher.clone(), upper: watcher });
    machine.node.neighborhood = views.next().expect("a view");
    let effects = machine.hear(at(7, 4), Message::Upper(Hello));
    assert_eq!(told(&effects), both(&[Change::Down(at(7, 0)), Change::Up(at(7, 4))]));
    assert_eq!(machine.node.neighborhood.peers(), [at(7, 4), at(8, 1)]);
    assert_eq!(views.nth(1).expect("a view").peers(), [at(6, 1), at(7, 0)]);
    assert!(views.next().is_none());
}

#[test]
fn the_changes_of_a_step_end_and_those_beyond_the_limit_are_counted() {
    let mut machine = Machine::new(0_u32, [1, 2], Stubborn);
    let effects = machine.act(Event::Start, &mut NoDraw);
    assert_eq!(armed(&effects).len(), MAX_CHANGES, "each change was told, and no more");
    assert_eq!(machine.effects.overflow(), 1);
    let refused = told(&effects).iter().filter(|added| added.is_err()).count();
    assert_eq!(refused, 0, "the last of an even number was an addition");

    let mut machine = watchers(&[]);
    let crowd: Vec<_> = (100..).take(MAX_CHANGES + 3).map(|port| at(port, 1)).collect();
    let effects = machine.ask(Request::Lower(Wish::Add(crowd.clone())));
    assert_eq!(told(&effects).len(), 2 * MAX_CHANGES);
    assert_eq!(machine.effects.overflow(), 3);
    assert_eq!(machine.node.neighborhood.peers(), &crowd[..MAX_CHANGES]);

    let strangers = (500..540).map(|port| at(port, 1));
    let effects =
        machine.ask(Request::Lower(Wish::Remove(crowd.into_iter().chain(strangers).collect())));
    assert_eq!(told(&effects).len(), 2 * MAX_CHANGES);
    assert_eq!(machine.effects.overflow(), 0, "who is no neighbour need not be removed");
}

#[test]
fn whoever_lives_where_another_did_answers_for_it_and_an_integer_for_itself_alone() {
    let [contact, first, second] = [0, 1, 2].map(|epoch| common::life(1, epoch));
    assert!(first.answers_for(&first) && first.answers_for(&contact));
    assert!(second.answers_for(&first) && !first.answers_for(&second));
    assert!(!contact.answers_for(&first) && !first.answers_for(&common::life(2, 0)));
    assert!(3_u32.answers_for(&3) && !3_u32.answers_for(&2));
}

#[test]
fn a_view_knows_a_peer_and_oneself_by_any_life() {
    let view = common::view(common::life(1, 5), [common::life(2, 5)], 3);
    let lives = [4, 5, 6].map(|epoch| common::life(2, epoch));
    assert_eq!(lives.map(|life| view.knows(&life)), [true; 3]);
    assert_eq!(lives.map(|life| view.knows_later(&life)), [true, false, false]);
    let oneself = [0, 4, 5, 6].map(|epoch| view.is_oneself(&common::life(1, epoch)));
    assert_eq!(oneself, [true; 4]);
    assert!(!view.is_oneself(&common::life(2, 5)) && !view.knows(&common::life(1, 5)));
}

#[test]
fn room_is_what_a_view_may_still_hold() {
    let mut view = common::view(0_u32, [1, 2], 3);
    assert_eq!(view.room(), 1);
    view.add(3).expect("room");
    assert_eq!(view.room(), 0);
    view.remove(&1);
    assert_eq!(view.room(), 1);
    assert_eq!(common::view(0_u32, [1], u32::MAX).room(), u32::MAX as usize - 1);
}

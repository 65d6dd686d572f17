//! Groups that find themselves through one address, and heal.

use rumormill_core::stacks::overlay::{Overlay, Request, Settings};
use rumormill_core::{Event, Node, Protocol, SocketPeer, Ticks};

use crate::Process;
use crate::common::{life, overlaid, view};
use crate::group::{Group, group, overlay};
use crate::without_adoption::WithoutAdoption;

const DEGREE: usize = 8;
const MEMBERS: usize = 50;

/// Settings of which the layers have room for all that happens among so few.
fn roomy() -> Settings {
    let mut settings = overlaid(DEGREE as u32);
    settings.neighbors.watchers = MEMBERS as u16;
    settings.walk.carried = 64;
    settings.walk.path = 0;
    settings
}

fn member(me: SocketPeer, contacts: &[SocketPeer]) -> Process<SocketPeer> {
    overlay(me, DEGREE as u32, contacts, &roomy())
}

/// Fifty join one by one through one seed, whose address is known.
fn join_all<X: Protocol<SocketPeer>>(
    group: &mut Group<SocketPeer, X>,
    node: impl Fn(SocketPeer, &[SocketPeer]) -> Node<SocketPeer, X>,
) {
    group.join(node(life(0, 9), &[]));
    for place in 1..MEMBERS as u8 {
        group.join(node(life(place, 9), &[life(0, 0)]));
        group.rounds(2);
    }
}

fn joined(seed: u64) -> Group<SocketPeer, Overlay<SocketPeer>> {
    let mut group = group(&roomy(), seed);
    join_all(&mut group, member);
    group.rounds(100);
    group
}

/// A hundredfold of the mean square of how far in-degrees are from the degree.
fn unevenness<X: Protocol<SocketPeer>>(group: &Group<SocketPeer, X>) -> usize {
    let degrees = group.in_degrees();
    let squares: usize = degrees.iter().map(|degree| degree.abs_diff(DEGREE).pow(2)).sum();
    100 * squares / degrees.len()
}

/// Without shuffles, which would even things out in either case.
#[test]
fn by_adoption_alone_newcomers_become_known_and_without_it_the_seed_alone() {
    let mut settings = roomy();
    settings.shuffle.period = Ticks(1_000_000);
    for seed in 0..3 {
        let mut adopted = group(&settings, seed);
        let member = |me, contacts: &[_]| overlay(me, DEGREE as u32, contacts, &settings);
        join_all(&mut adopted, member);
        let mut met = Group::new(seed, Box::new(|_, _| ()));
        join_all(&mut met, |me, contacts| {
            let stack = WithoutAdoption::new(settings.clone(), contacts.to_vec());
            Node::new(view(me, [], DEGREE as u32), stack)
        });
        assert!(adopted.in_degrees().iter().all(|&known_by| known_by > 0));
        assert_eq!(met.in_degrees().iter().filter(|&&known_by| known_by > 0).count(), 1);
        assert!(4 * unevenness(&adopted) < unevenness(&met));
    }
}

/// The bound is the variance of a Poisson distribution of that mean; the seeds are fixed, so there
/// is no false alarm.
#[test]
fn shuffles_keep_in_degrees_even() {
    for seed in 0..3 {
        let group = joined(seed);
        let unevenness = unevenness(&group);
        assert!(unevenness < 100 * DEGREE, "{unevenness}");
    }
}

#[test]
fn fifty_join_through_one_seed_and_fill_their_views_and_stay_connected() {
    for seed in 0..3 {
        let mut group = joined(seed);
        for _ in 0..50 {
            assert_eq!(group.degrees(), [DEGREE; MEMBERS], "no pointer is lost");
            assert!(group.is_connected());
            group.round();
        }
    }
}

#[test]
fn contacts_become_peers() {
    let group = joined(1);
    let mut known = group.nodes.iter().flat_map(|node| node.neighborhood.peers());
    assert!(known.all(|peer| peer.epoch() == rumormill_core::Epoch(9)));
}

#[test]
fn whoever_survives_a_crash_of_forty_in_a_hundred_has_a_full_view_of_the_living_again() {
    for seed in 0..3 {
        let mut group = joined(seed);
        let survivors = MEMBERS * 6 / 10;
        group.crash(survivors);
        assert!(group.has_a_dead_link());
        group.rounds(100);
        assert!(!group.has_a_dead_link());
        assert_eq!(group.degrees(), vec![DEGREE; survivors]);
        assert!(group.is_connected());
    }
}

#[test]
fn fifty_are_found_again_after_all_but_the_seed_were_restarted() {
    let mut group = joined(5);
    group.crash(1);
    for place in 1..MEMBERS as u8 {
        group.join(member(life(place, 10), &[life(0, 0)]));
    }
    group.rounds(150);
    assert_eq!(group.degrees(), [DEGREE; MEMBERS]);
    assert!(!group.has_a_dead_link() && group.is_connected());
}

#[test]
fn whoever_leaves_is_nobodys_neighbour_any_more_and_nobody_misses_it() {
    let mut group = joined(7);
    group.handle(MEMBERS - 1, Event::Request(Request::leave()));
    group.crash(MEMBERS - 1);
    group.deliver_all();
    group.rounds(20);
    assert!(!group.has_a_dead_link() && group.is_connected());
    assert_eq!(group.degrees(), [DEGREE; MEMBERS - 1]);
}

#[test]
fn two_know_each_other_and_go_on_looking_for_others() {
    let mut group = group(&roomy(), 1);
    group.join(member(life(0, 9), &[]));
    group.join(member(life(1, 9), &[life(0, 0)]));
    group.rounds(100);
    assert_eq!(group.degrees(), [1, 1]);
    group.join(member(life(2, 9), &[life(1, 0)]));
    group.rounds(100);
    assert_eq!(group.degrees(), [2, 2, 2]);
}

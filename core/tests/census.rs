//! The size of a group: samples that collide, counts that are read, and who is told of it.

mod common;

use common::{Machine, NoDraw, armed, census, disarmed, life, overlaid, sampling, told};
use rumormill_core::protocols::averaging::{self, Averaged};
use rumormill_core::protocols::periodic_gossip::Mode;
use rumormill_core::protocols::random_walk;
use rumormill_core::protocols::renyi_erdos::{self, Fanout};
use rumormill_core::protocols::sample_and_collide::{
    self, Failure, Period, Request, SampleAndCollide,
};
use rumormill_core::protocols::search::Search;
use rumormill_core::protocols::system_size::{self, SystemSize};
use rumormill_core::stacks::broadcast::Broadcast;
use rumormill_core::stacks::census::Census;
use rumormill_core::stacks::member::{self, LAST_TAG, Member};
use rumormill_core::stacks::overlay::{self, Overlay};
use rumormill_core::stacks::{broadcast, census as size};
use rumormill_core::{Draw, Event, Script, SocketPeer, Ticks};

type Sampler = Machine<u32, SampleAndCollide<u32>>;

use sample_and_collide::Notice::{Collided, Failed, Wanted};

fn sampler() -> Sampler {
    Machine::new(0, [], SampleAndCollide::new(sampling()))
}

/// Asked for an estimate, with two walks on their way.
fn estimating() -> Sampler {
    let mut machine = sampler();
    let effects = machine.ask(Request::Estimate);
    assert_eq!(told(&effects), [Wanted, Wanted]);
    assert_eq!(armed(&effects), [(Period, Ticks(10))]);
    machine
}

fn tick(machine: &mut Sampler) -> usize {
    told(&machine.act(Event::Timer(Period), &mut NoDraw)).len()
}

#[test]
fn samples_are_drawn_until_enough_of_them_collide() {
    let mut machine = estimating();
    assert_eq!(told(&machine.ask(Request::Sampled(5))), []);
    assert_eq!(told(&machine.ask(Request::Sampled(6))), []);
    assert_eq!(tick(&mut machine), 2);
    assert_eq!(told(&machine.ask(Request::Sampled(5))), []);
    assert_eq!(machine.node.protocol.drawn(), Some((2, 1)));
    let effects = machine.ask(Request::Sampled(5));
    assert_eq!(told(&effects), [Collided { samples: 4, collisions: 2 }]);
    assert_eq!(disarmed(&effects), [Period]);
    assert_eq!(machine.node.protocol.drawn(), None);
}

#[test]
fn no_more_walks_are_wanted_than_may_be_on_their_way() {
    let mut machine = estimating();
    assert_eq!(tick(&mut machine), 0);
    machine.ask(Request::Lost);
    assert_eq!(tick(&mut machine), 1);
}

#[test]
fn walks_of_an_estimate_that_is_over_count_for_the_next() {
    let mut machine = estimating();
    (0..3).for_each(|_| drop(machine.ask(Request::Sampled(5))));
    assert_eq!(machine.node.protocol.drawn(), None);
    // The third was none of its walks, which are two again.
    assert_eq!(told(&machine.ask(Request::Estimate)), [Wanted, Wanted]);
    assert_eq!(told(&machine.ask(Request::Estimate)), [Failed(Failure::Busy)]);
}

#[test]
fn it_ends_when_as_many_were_seen_as_may_be_remembered() {
    let mut machine = estimating();
    (1..4).for_each(|peer| drop(machine.ask(Request::Sampled(peer))));
    let effects = machine.ask(Request::Sampled(4));
    assert_eq!(told(&effects), [Collided { samples: 4, collisions: 0 }]);
}

#[test]
fn it_ends_in_vain_when_too_many_walks_fail() {
    let mut machine = estimating();
    (0..2).for_each(|_| assert_eq!(told(&machine.ask(Request::Lost)), []));
    let effects = machine.ask(Request::Lost);
    assert_eq!((told(&effects), disarmed(&effects)), (vec![Failed(Failure::Walks)], vec![Period]));
    assert_eq!(told(&machine.ask(Request::Lost)), []);
}

fn averaged(parts: &[u64]) -> Averaged {
    let (average, least, greatest) = (0, 0, 0);
    Averaged { epoch: 3, average, least, greatest, parts: parts.to_vec(), given_up: 0 }
}

#[test]
fn counts_are_read_without_those_at_the_ends_as_far_as_there_are_enough() {
    use system_size::Notice::{AtMost, Estimated};
    let settings = system_size::Settings { unit: 1000, trim: 2 };
    let mut machine: Machine<u32, _> = Machine::new(0, [], SystemSize::new(settings));
    for (parts, low, high) in [
        (&[1, 2, 100, 110, 125, 900, 1000][..], 8, 10),
        (&[1, 100, 110, 900][..], 9, 10),
        (&[300][..], 3, 4),
    ] {
        let averaged = averaged(parts);
        let notices = told(&machine.ask(system_size::Request(averaged.clone())));
        assert_eq!(notices, [AtMost(high as u32), Estimated { averaged, low, high }]);
    }
    let nothing = averaged(&[]);
    let notices = told(&machine.ask(system_size::Request(nothing.clone())));
    assert_eq!(notices, [Estimated { averaged: nothing, low: 0, high: u64::MAX }]);
}

fn member() -> Machine<SocketPeer, Member<SocketPeer>> {
    let overlay = Overlay::new(overlaid(3), Vec::new());
    let broadcast = Broadcast::new(5, common::flood(), common::gossip(Mode::Pull));
    let search = Search::new(common::searching());
    let member = Member::new(overlay, broadcast, search, Census::new(census(), 7));
    Machine::roomy(life(0, 1), [life(1, 1)], 3, member)
}

#[test]
fn a_sample_is_the_end_of_a_walk_of_the_overlay() {
    let mut machine = member();
    let effects = machine.ask(member::Request::estimate_size());
    let walks = common::sent(&effects);
    let walk = |message: &member::Message<SocketPeer>| match message {
        member::Message::Overlay(overlay::Message::Walk(random_walk::Message::Walk(walk))) => {
            walk.hop.number
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(walks.iter().map(|(_, message)| walk(message)).collect::<Vec<_>>(), [0, 1]);
    let end = random_walk::Message::End { number: 1, left: 0, path: Vec::new() };
    let effects = machine.hear(life(2, 1), member::Message::Overlay(overlay::Message::Walk(end)));
    assert_eq!(told(&effects), []);
    assert_eq!(machine.node.protocol.census.sampling.drawn(), Some((1, 0)));
}

#[test]
fn the_application_cannot_name_the_walks_of_the_census() {
    let request = member::Request::<u32>::random_node(u8::MAX);
    assert_eq!(request, member::Request::random_node(LAST_TAG));
    let mut machine = Machine::new(
        life(0, 1),
        [],
        Member::new(
            Overlay::new(overlaid(3), Vec::new()),
            Broadcast::new(5, common::flood(), common::gossip(Mode::Pull)),
            Search::new(common::searching()),
            Census::new(census(), 7),
        ),
    );
    let failed = told(&machine.ask(member::Request::random_node(u8::MAX)));
    let (tag, failure) = (LAST_TAG, random_walk::Failure::NoNeighbor);
    let notice = overlay::Notice::Walk(random_walk::Notice::Failed { tag, failure });
    assert_eq!(failed, [member::Notice::Overlay(notice)]);
}

#[test]
fn broadcast_draws_its_fanout_from_the_upper_end() {
    let mut machine = member();
    let fanout = |machine: &Machine<SocketPeer, Member<SocketPeer>>| {
        machine.node.protocol.broadcast.forward.fanout()
    };
    let reaching = |size| Fanout::reaching(size, common::flood().margin);
    let told_so = renyi_erdos::Request::Size(5);
    machine.ask(member::Request::Broadcast(broadcast::Request::Forward(told_so)));
    assert_eq!(fanout(&machine), reaching(5));
    let parts = averaged(&[1, 2, 8]);
    let request = size::Request::Size(system_size::Request(parts.clone()));
    let notices = told(&machine.ask(member::Request::Census(request)));
    let estimated = system_size::Notice::Estimated { averaged: parts, low: 4, high: 4 };
    assert_eq!(notices, [member::Notice::Census(size::Notice::Size(estimated))]);
    assert_eq!(fanout(&machine), reaching(4));
}

#[test]
fn a_process_of_the_census_averages_what_it_is_told_to() {
    let mut machine = member();
    machine.ask(member::Request::supply(-9));
    let period = member::Timer::Census(size::Timer::Averaging(averaging::Timer::Period));
    let draws = [Draw::Below { outcomes: census().averaging.tickets, got: 1 }];
    let mut random = Script::new(&draws);
    for _ in 1..census().averaging.listens {
        machine.act(Event::Timer(period), &mut NoDraw);
    }
    machine.act(Event::Timer(period), &mut random);
    let held = machine.node.protocol.census.averaging.held().map(|held| held.value);
    assert_eq!(held, Some(-9));
}

//! Random walks: their way, their end, what is lost, what is forged.

mod common;

use std::num::NonZeroU16;

use common::{Machine, NoDraw, armed, life, longest_peer, sent, source, told, walking};
use rumormill_core::protocols::random_walk::{
    Failure, Hop, MAX_PATH, Message, Mode, Notice, Period, RandomWalk, Refusal, Request, Settings,
    Walk,
};
use rumormill_core::wire::{
    DEFAULT_MAX_DATAGRAM, Header, Label, MAX_LABEL, decode_frame, encode_frame,
};
use rumormill_core::{
    Bias, Draw, Effect, Epoch, Event, Peer, Positions, Script, SocketPeer, Ticks,
};

type Walking<P> = Machine<P, RandomWalk<P>>;
type Effects = Vec<Effect<'static, u32, RandomWalk<u32>>>;

fn among(neighbors: &[u32], settings: Settings) -> Walking<u32> {
    Machine::new(0, neighbors.iter().copied(), RandomWalk::new(settings))
}

/// Walks that are not acknowledged.
fn unacknowledged() -> Settings {
    Settings { retries: 0, ..walking() }
}

fn ask(distance: impl Into<Option<u8>>) -> Request {
    Request { tag: 7, distance: distance.into(), mode: Mode::Plain }
}

fn tick(machine: &mut Walking<u32>) -> Effects {
    machine.act(Event::Timer(Period), &mut NoDraw)
}

fn hop<P: Peer>(origin: P, number: u16, left: u8) -> Hop<P> {
    Hop { origin, number, left }
}

fn walk<P: Peer>(hop: Hop<P>, degree: u32, path: &[P]) -> Message<P> {
    Message::Walk(Walk { hop, mode: Mode::Plain, degree, path: path.to_vec() })
}

fn metropolis(left: u8, degree: u32) -> Message<u32> {
    Message::Walk(Walk { hop: hop(9, 3, left), mode: Mode::Metropolis, degree, path: vec![] })
}

fn end<P: Peer>(number: u16, left: u8, path: &[P]) -> Message<P> {
    Message::End { number, left, path: path.to_vec() }
}

fn failed(failure: Failure) -> [Notice<u32>; 1] {
    [Notice::Failed { tag: 7, failure }]
}

fn refused<P: Peer>(from: P, refusal: Refusal) -> [Notice<P>; 1] {
    [Notice::Refused { from, refusal }]
}

fn ended<P: Peer>(at: P, left: u8, path: &[P]) -> [Notice<P>; 1] {
    [Notice::Ended { tag: 7, at, left, path: path.to_vec() }]
}

#[test]
fn a_walk_begins_with_one_neighbour_and_as_many_hops_as_it_is_to_take() {
    for (wanted, left) in [(None, 3), (Some(1), 1), (Some(8), 8)] {
        let mut machine = among(&[1, 2], walking());
        let draw = [Draw::Subset { of: 2, got: Positions::from_iter([1]) }];
        let effects = machine.act(Event::Request(ask(wanted)), &mut Script::new(&draw));
        assert_eq!(sent(&effects), [(vec![2], walk(hop(0, 0, left), 2, &[]))]);
        assert_eq!(armed(&effects), [(Period, Ticks(5))]);
        assert_eq!(machine.node.protocol.awaited(), 1);
    }
}

#[test]
fn a_distance_of_nothing_or_beyond_the_limit_is_refused() {
    for distance in [0, 9, 255] {
        assert_eq!(told(&among(&[1], walking()).ask(ask(distance))), failed(Failure::Distance));
    }
    let farthest = Settings { max_distance: 255, ..walking() };
    let effects = among(&[1], farthest).ask(ask(255));
    assert_eq!(sent(&effects), [(vec![1], walk(hop(0, 0, 255), 1, &[]))]);
}

#[test]
fn without_neighbours_no_walk_begins() {
    let effects = among(&[], walking()).ask(ask(3));
    assert_eq!(told(&effects), failed(Failure::NoNeighbor));
    assert_eq!(effects.len(), 1);
}

#[test]
fn no_more_walks_begin_than_may_be_awaited_or_carried_or_told_apart() {
    let one_number = Settings { numbers: NonZeroU16::MIN, ..walking() };
    let one_hop = Settings { carried: 1, ..walking() };
    let one_walk = Settings { started: 1, ..walking() };
    for settings in [one_number, one_hop, one_walk] {
        let mut machine = among(&[1], settings);
        assert!(told(&machine.ask(ask(3))).is_empty());
        assert_eq!(told(&machine.ask(ask(3))), failed(Failure::TooMany));
        machine.hear(1, Message::Taken(hop(0, 0, 3)));
        machine.hear(5, end(0, 0, &[]));
        assert!(told(&machine.ask(ask(3))).is_empty());
    }
    let nobody_waits = Settings { carried: 0, ..unacknowledged() };
    assert!(told(&among(&[1], nobody_waits).ask(ask(3))).is_empty());
}

#[test]
fn numbers_are_used_again() {
    let mut machine = among(&[1], Settings { numbers: NonZeroU16::MAX, ..unacknowledged() });
    for number in (0..65_535).chain([0]) {
        assert_eq!(sent(&machine.ask(ask(3)))[0].1, walk(hop(0, number, 3), 1, &[]));
        assert_eq!(told(&machine.hear(2, end(number, 0, &[]))), ended(2, 0, &[]));
    }
}

#[test]
fn a_walk_that_comes_by_is_acknowledged_and_goes_on_with_a_hop_less_and_a_longer_path() {
    let effects = among(&[1], walking()).hear(4, walk(hop(9, 3, 2), 5, &[4]));
    assert_eq!(
        sent(&effects),
        [(vec![4], Message::Taken(hop(9, 3, 2))), (vec![1], walk(hop(9, 3, 1), 1, &[4, 0])),]
    );
    assert_eq!(armed(&effects), [(Period, Ticks(5))]);
}

#[test]
fn after_its_last_hop_a_walk_reports_to_its_origin() {
    let effects = among(&[1], walking()).hear(4, walk(hop(9, 3, 1), 5, &[4]));
    assert_eq!(
        sent(&effects),
        [(vec![4], Message::Taken(hop(9, 3, 1))), (vec![9], end(3, 0, &[4, 0])),]
    );
}

#[test]
fn a_process_without_neighbours_ends_a_walk_early() {
    let effects = among(&[], walking()).hear(4, walk(hop(9, 3, 8), 5, &[]));
    assert_eq!(sent(&effects)[1], (vec![9], end(3, 7, &[0])));
}

#[test]
fn the_end_is_told_with_the_tag_and_reported_only_once() {
    let mut machine = among(&[1], walking());
    machine.ask(ask(3));
    let effects = machine.hear(5, end(0, 1, &[1, 5]));
    assert_eq!(sent(&effects), [(vec![5], Message::Heard { number: 0 })]);
    assert_eq!(told(&effects), ended(5, 1, &[1, 5]));
    let effects = machine.hear(5, end(0, 1, &[1, 5]));
    assert_eq!(sent(&effects).len(), 1, "the first acknowledgement may be lost");
    assert_eq!(told(&effects), refused(5, Refusal::Unasked));
}

#[test]
fn a_walk_may_end_with_its_origin() {
    let mut machine = among(&[1], walking());
    machine.ask(ask(2));
    let effects = machine.hear(1, walk(hop(0, 0, 1), 1, &[1]));
    assert_eq!(told(&effects), ended(0, 0, &[1, 0]));
    assert_eq!(sent(&effects), [(vec![1], Message::Taken(hop(0, 0, 1)))]);
}

#[test]
fn a_walk_of_a_forged_origin_ends_nothing_here() {
    let mut machine = among(&[1], walking());
    let effects = machine.hear(1, walk(hop(0, 0, 1), 1, &[]));
    assert_eq!(told(&effects), refused(1, Refusal::Unasked));
    assert_eq!(told(&machine.hear(1, end(0, 0, &[]))), refused(1, Refusal::Unasked));
}

#[test]
fn hops_beyond_the_limits_are_refused() {
    for left in [0, 9, 255] {
        let effects = among(&[1], walking()).hear(4, walk(hop(9, 3, left), 1, &[]));
        assert_eq!(told(&effects), refused(4, Refusal::Distance));
        assert!(sent(&effects).is_empty());
    }
}

#[test]
fn a_path_ends_at_its_limit_and_a_longer_one_is_refused() {
    let longest = [1, 2, 3, 4];
    let effects = among(&[1], walking()).hear(4, walk(hop(9, 3, 2), 5, &longest));
    assert_eq!(sent(&effects)[1].1, walk(hop(9, 3, 1), 1, &longest));
    let mut machine = among(&[1], walking());
    machine.ask(ask(3));
    let longer = [1, 2, 3, 4, 5];
    let effects = machine.hear(4, walk(hop(9, 3, 2), 5, &longer));
    assert_eq!(told(&effects), refused(4, Refusal::Path));
    assert_eq!(told(&machine.hear(4, end(0, 0, &longer))), refused(4, Refusal::Path));
    assert_eq!(told(&machine.hear(4, end(0, 0, &longest))), ended(4, 0, &longest));
}

#[test]
fn a_walk_that_names_a_contact_is_refused() {
    let (from, contact) = (life(4, 1), life(5, 0));
    let mut machine = Machine::new(life(0, 1), [life(1, 1)], RandomWalk::new(walking()));
    let refused = refused(from, Refusal::NamesNobody);
    for (origin, path) in [(contact, vec![]), (life(9, 1), vec![contact])] {
        let effects = machine.hear(from, walk(hop(origin, 3, 2), 5, &path));
        assert_eq!(told(&effects), refused);
        assert!(sent(&effects).is_empty());
    }
    machine.ask(ask(3));
    assert_eq!(told(&machine.hear(from, end(0, 0, &[contact]))), refused);
    let path = [life(9, 1)];
    assert_eq!(told(&machine.hear(from, end(0, 0, &path))), ended(from, 0, &path));
}

#[test]
fn whoever_carries_no_path_tells_none() {
    let mut machine = among(&[1], Settings { path: 0, ..walking() });
    let effects = machine.hear(4, walk(hop(9, 3, 2), 5, &[]));
    assert_eq!(sent(&effects)[1].1, walk(hop(9, 3, 1), 1, &[]));
    let effects = machine.hear(4, walk(hop(9, 4, 2), 5, &[4]));
    assert_eq!(told(&effects), refused(4, Refusal::Path));
}

#[test]
fn no_path_is_longer_than_a_message_can_hold_whatever_the_settings_say() {
    let mut machine = among(&[1], Settings { path: 255, ..walking() });
    let path: Vec<u32> = (0..MAX_PATH as u32).collect();
    let effects = machine.hear(4, walk(hop(9, 3, 2), 5, &path));
    assert_eq!(sent(&effects)[1].1, walk(hop(9, 3, 1), 1, &path));
}

#[test]
fn the_longest_path_fits_into_a_datagram() {
    let path: Vec<SocketPeer> = (0..MAX_PATH).map(|place| longest_peer(place as u16)).collect();
    let label = Label::new(&"x".repeat(MAX_LABEL)).expect("short enough");
    let header = Header { label, from: Epoch(u64::MAX), to: Epoch(u64::MAX) };
    let longest = Hop { origin: path[0], number: u16::MAX, left: 255 };
    let stacks = 2;
    for message in [walk(longest, u32::MAX, &path), end(u16::MAX, 255, &path)] {
        let mut frame = Vec::new();
        encode_frame(&header, &message, &mut frame);
        assert!(frame.len() + stacks <= DEFAULT_MAX_DATAGRAM, "{}", frame.len());
        let read = decode_frame::<Message<SocketPeer>>(&label, &frame.into());
        assert_eq!(read.expect("a frame").1, message);
    }
}

#[test]
fn a_hop_that_is_sent_again_is_acknowledged_again_and_not_taken_twice() {
    let mut machine = among(&[1], walking());
    machine.hear(4, walk(hop(9, 3, 2), 5, &[]));
    let again = machine.hear(4, walk(hop(9, 3, 2), 5, &[]));
    assert_eq!(sent(&again), [(vec![4], Message::Taken(hop(9, 3, 2)))]);
    assert_eq!(sent(&machine.hear(5, walk(hop(9, 3, 2), 5, &[]))).len(), 2, "of another");
    assert_eq!(sent(&machine.hear(4, walk(hop(9, 3, 1), 5, &[]))).len(), 2, "another hop");
    assert_eq!(sent(&machine.hear(4, walk(hop(9, 4, 2), 5, &[]))).len(), 2, "another walk");
    assert_eq!(machine.node.protocol.carried(), (4, 4));
}

#[test]
fn a_walk_for_which_there_is_no_room_is_not_acknowledged() {
    let mut machine = among(&[1], walking());
    for number in 0..4 {
        machine.hear(4, walk(hop(9, number, 2), 5, &[]));
    }
    let effects = machine.hear(4, walk(hop(9, 4, 2), 5, &[]));
    assert_eq!(told(&effects), refused(4, Refusal::NoRoom));
    assert!(sent(&effects).is_empty());
    machine.hear(1, Message::Taken(hop(9, 0, 1)));
    assert_eq!(sent(&machine.hear(4, walk(hop(9, 4, 2), 5, &[]))).len(), 2);
    assert_eq!(machine.node.protocol.carried(), (4, 4), "the first is recognised no more");
    let nowhere = Settings { carried: 0, ..walking() };
    let effects = among(&[1], nowhere).hear(4, walk(hop(9, 4, 2), 5, &[]));
    assert_eq!(told(&effects), refused(4, Refusal::NoRoom));
}

#[test]
fn what_is_not_acknowledged_is_sent_again_to_the_same_and_then_to_another_and_then_given_up() {
    let mut machine = among(&[1, 2], walking());
    let draw = [Draw::Subset { of: 2, got: Positions::from_iter([0]) }];
    machine.act(Event::Request(ask(3)), &mut Script::new(&draw));
    let hop = walk(hop(0, 0, 3), 2, &[]);
    assert!(sent(&tick(&mut machine)).is_empty(), "no whole period");
    assert_eq!(sent(&tick(&mut machine)), [(vec![1], hop.clone())]);
    assert_eq!(sent(&tick(&mut machine)), [(vec![2], hop.clone())], "a detour");
    assert_eq!(sent(&tick(&mut machine)), [(vec![2], hop)]);
    assert_eq!(machine.node.protocol.carried().0, 1);
    assert!(sent(&tick(&mut machine)).is_empty());
    assert_eq!(machine.node.protocol.carried().0, 0);
}

#[test]
fn without_another_neighbour_there_is_no_detour() {
    let mut machine = among(&[1], walking());
    machine.ask(ask(3));
    let sent: usize = (0..9).map(|_| sent(&tick(&mut machine)).len()).sum();
    assert_eq!(sent, 1, "again, and not elsewhere");
}

#[test]
fn an_end_is_sent_again_to_its_origin_alone() {
    let mut machine = among(&[1, 2], walking());
    machine.hear(4, walk(hop(9, 3, 1), 5, &[]));
    tick(&mut machine);
    assert_eq!(sent(&tick(&mut machine)), [(vec![9], end(3, 0, &[0]))]);
    assert!(sent(&tick(&mut machine)).is_empty());
    assert!(armed(&tick(&mut machine)).is_empty());
    machine.hear(4, walk(hop(9, 4, 1), 5, &[]));
    assert!(told(&machine.hear(9, Message::Heard { number: 4 })).is_empty());
    assert_eq!(machine.node.protocol.carried().0, 0);
}

#[test]
fn retries_and_detours_may_be_as_many_as_there_are_numbers() {
    let settings = Settings { retries: 255, detours: 255, patience: 255, ..walking() };
    let mut machine = among(&[1, 2], settings);
    machine.act(Event::Request(ask(3)), &mut source(1));
    let mut resent = 0;
    let mut lost = 0;
    for _ in 0..70_000 {
        let effects = machine.act(Event::Timer(Period), &mut NoDraw);
        resent += sent(&effects).len();
        lost += told(&effects).len();
        if armed(&effects).is_empty() {
            break;
        }
    }
    assert_eq!((resent, lost), (256 * 256 - 1, 1));
    assert_eq!(machine.node.protocol.carried().0, 0);
}

#[test]
fn answers_to_nothing_that_waits_for_one_are_refused() {
    let mut machine = among(&[1, 2], walking());
    let draw = [Draw::Subset { of: 2, got: Positions::from_iter([0]) }];
    machine.act(Event::Request(ask(3)), &mut Script::new(&draw));
    for (from, answer) in [
        (2, Message::Taken(hop(0, 0, 3))),
        (1, Message::Taken(hop(0, 1, 3))),
        (1, Message::Taken(hop(0, 0, 2))),
        (1, Message::Taken(hop(1, 0, 3))),
        (2, Message::Stays(hop(0, 0, 3))),
        (1, Message::Heard { number: 0 }),
    ] {
        assert_eq!(told(&machine.hear(from, answer)), refused(from, Refusal::Unasked));
        assert_eq!(machine.node.protocol.carried().0, 1);
    }
    assert!(machine.hear(1, Message::Taken(hop(0, 0, 3))).is_empty());
    let late = machine.hear(1, Message::Taken(hop(0, 0, 3)));
    assert_eq!(told(&late), refused(1, Refusal::Unasked));
}

#[test]
fn whoever_is_passed_by_answers_no_more_for_the_walk() {
    let mut machine = among(&[1, 2], Settings { retries: 0, ..walking() });
    let draw = [Draw::Subset { of: 2, got: Positions::from_iter([0]) }];
    let request = Request { mode: Mode::Metropolis, ..ask(3) };
    machine.act(Event::Request(request), &mut Script::new(&draw));
    tick(&mut machine);
    assert_eq!(sent(&tick(&mut machine))[0].0, [2], "a detour");
    for answer in [Message::Taken(hop(0, 0, 3)), Message::Stays(hop(0, 0, 3))] {
        assert_eq!(told(&machine.hear(1, answer)), refused(1, Refusal::Unasked));
    }
    assert!(machine.hear(2, Message::Taken(hop(0, 0, 3))).is_empty());
}

/// A walk went two ways, and both went on with the same neighbour: it takes over but one.
#[test]
fn where_two_ways_of_a_walk_meet_one_goes_on() {
    let mut machine = among(&[1], walking());
    machine.hear(4, walk(hop(9, 3, 3), 5, &[4]));
    machine.hear(5, walk(hop(9, 3, 3), 5, &[5]));
    assert_eq!(machine.node.protocol.carried().0, 2);
    assert!(machine.hear(1, Message::Taken(hop(9, 3, 2))).is_empty());
    assert_eq!(machine.node.protocol.carried().0, 0);
}

#[test]
fn of_a_walk_that_goes_two_ways_the_first_end_counts() {
    let mut machine = among(&[1], walking());
    machine.ask(ask(3));
    assert_eq!(told(&machine.hear(5, end(0, 0, &[]))), ended(5, 0, &[]));
    assert_eq!(told(&machine.hear(6, end(0, 0, &[]))), refused(6, Refusal::Unasked));
}

#[test]
fn where_hops_are_not_acknowledged_nothing_waits_and_nothing_is_recognised() {
    let mut machine = among(&[1], unacknowledged());
    let effects = machine.hear(4, walk(hop(9, 3, 2), 5, &[]));
    assert_eq!(sent(&effects), [(vec![1], walk(hop(9, 3, 1), 1, &[0]))]);
    assert!(armed(&effects).is_empty());
    assert_eq!(sent(&machine.hear(4, walk(hop(9, 3, 2), 5, &[]))).len(), 1);
    assert_eq!(sent(&machine.hear(4, walk(hop(9, 3, 1), 5, &[]))), [(vec![9], end(3, 0, &[0]))]);
    assert_eq!(machine.node.protocol.carried(), (0, 0));
    machine.ask(ask(3));
    let effects = machine.hear(5, end(0, 0, &[]));
    assert!(sent(&effects).is_empty(), "and the end neither");
}

#[test]
fn every_walk_ends_or_is_given_up_after_as_many_periods_as_patience_says() {
    for patience in [0, 1, 9, 255] {
        let mut machine = among(&[1], Settings { patience, ..unacknowledged() });
        machine.ask(ask(3));
        for _ in 0..patience {
            let effects = tick(&mut machine);
            assert!(told(&effects).is_empty());
            assert_eq!(armed(&effects), [(Period, Ticks(5))]);
        }
        let effects = tick(&mut machine);
        assert_eq!(told(&effects), failed(Failure::Lost));
        assert!(armed(&effects).is_empty(), "nothing is awaited any more");
        assert_eq!(told(&machine.hear(5, end(0, 0, &[]))), refused(5, Refusal::Unasked));
    }
}

#[test]
fn a_period_is_armed_again_when_something_is_awaited_again() {
    let mut machine = among(&[1], walking());
    machine.hear(4, walk(hop(9, 3, 2), 5, &[]));
    assert!(armed(&machine.hear(4, walk(hop(9, 4, 2), 5, &[]))).is_empty(), "one is under way");
    machine.hear(1, Message::Taken(hop(9, 3, 1)));
    machine.hear(1, Message::Taken(hop(9, 4, 1)));
    assert_eq!(armed(&machine.ask(ask(3))).len(), 1);
    assert_eq!(armed(&tick(&mut machine)).len(), 1);
}

#[test]
fn a_neighbour_of_greater_degree_lets_a_walk_in_with_the_ratio_of_the_degrees() {
    for (got, answer) in
        [(true, Message::Taken(hop(9, 3, 2))), (false, Message::Stays(hop(9, 3, 2)))]
    {
        let mut machine = among(&[1, 2, 3], walking());
        let coin = Draw::Coin { bias: Bias::new(2, 3).expect("a probability"), got };
        let draws = [coin, Draw::Subset { of: 3, got: Positions::from_iter([0]) }];
        let mut script = Script::new(&draws[..if got { 2 } else { 1 }]);
        let event = Event::Message { from: 4, message: metropolis(2, 2) };
        let effects = machine.act(event, &mut script);
        assert!(script.was_followed());
        assert_eq!(sent(&effects)[0], (vec![4], answer.clone()));
        assert_eq!(sent(&effects).len(), if got { 2 } else { 1 });
        let again = sent(&machine.hear(4, metropolis(2, 2)));
        assert_eq!(again, [(vec![4], answer)], "it is not drawn again");
    }
}

#[test]
fn a_neighbour_of_no_greater_degree_lets_every_walk_in_and_no_degree_at_all_never() {
    for degree in [1, 2, u32::MAX] {
        let effects = among(&[1], walking()).hear(4, metropolis(2, degree));
        assert_eq!(sent(&effects)[0].1, Message::Taken(hop(9, 3, 2)));
    }
    let effects = among(&[1], walking()).hear(4, metropolis(2, 0));
    assert_eq!(sent(&effects)[0].1, Message::Stays(hop(9, 3, 2)));
    let effects = among(&[], walking()).hear(4, metropolis(2, 0));
    assert_eq!(sent(&effects)[1], (vec![9], end(3, 1, &[0])));
}

#[test]
fn a_walk_that_stays_has_taken_a_hop() {
    let mut machine = among(&[1], unacknowledged());
    machine.ask(Request { mode: Mode::Metropolis, ..ask(2) });
    let effects = machine.hear(1, Message::Stays(hop(0, 0, 2)));
    let stayed = Walk { hop: hop(0, 0, 1), mode: Mode::Metropolis, degree: 1, path: vec![0] };
    assert_eq!(sent(&effects), [(vec![1], Message::Walk(stayed))]);
    let effects = machine.hear(1, Message::Stays(hop(0, 0, 1)));
    assert_eq!(told(&effects), ended(0, 0, &[0, 0]));
}

#[test]
fn a_plain_walk_cannot_stay() {
    let mut machine = among(&[1], walking());
    machine.ask(ask(3));
    let effects = machine.hear(1, Message::Stays(hop(0, 0, 3)));
    assert_eq!(told(&effects), refused(1, Refusal::Unasked));
    assert!(sent(&effects).is_empty());
}

#[test]
fn a_contact_that_takes_a_walk_over_is_recognised_and_an_earlier_life_is_not() {
    let me = life(1, 5);
    let mut machine: Walking<SocketPeer> =
        Machine::roomy(me, [life(2, 0)], 3, RandomWalk::new(walking()));
    machine.ask(ask(3));
    assert!(machine.hear(life(2, 7), Message::Taken(hop(me, 0, 3))).is_empty());
    assert_eq!(machine.neighbors(), [life(2, 7)]);
    machine.ask(ask(3));
    let effects = machine.hear(life(2, 6), Message::Taken(hop(me, 1, 3)));
    assert_eq!(told(&effects), refused(life(2, 6), Refusal::Unasked));
}

#[test]
fn what_an_earlier_life_awaited_is_nothing_to_the_later() {
    let mut machine: Walking<SocketPeer> =
        Machine::roomy(life(1, 5), [life(2, 7)], 3, RandomWalk::new(walking()));
    let effects = machine.hear(life(2, 7), walk(hop(life(1, 4), 0, 1), 1, &[]));
    assert_eq!(sent(&effects)[1], (vec![life(1, 4)], end(0, 0, &[life(1, 5)])));
    let heard = Message::Heard { number: 0 };
    let effects = machine.hear(life(1, 3), heard);
    assert_eq!(told(&effects), refused(life(1, 3), Refusal::Unasked));
}

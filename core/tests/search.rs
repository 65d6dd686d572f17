//! Search by flooding.

mod common;

use std::collections::VecDeque;

use common::{Machine, NoDraw, armed, life, searching, sent, sorted, source, told};
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::search::{
    Failure, MAX_QUERY, MAX_RESULT, MAX_RESULTS, Message, Mode, Notice, Period, Refusal, Request,
    Search, Settings, Way,
};
use rumormill_core::rumor::Id;
use rumormill_core::wire::{Header, Label, decode_frame, encode_frame};
use rumormill_core::{Draw, Effect, Epoch, Event, Peer, Positions, Script, SocketPeer, Ticks};

type Searching<P> = Machine<P, Search<P>>;
type Effects = Vec<Effect<'static, u32, Search<u32>>>;

const FLOOD: Way = Way::Flood { degree: 3 };

fn among(neighbors: &[u32], settings: Settings) -> Searching<u32> {
    Machine::new(0, neighbors.iter().copied(), Search::new(settings))
}

fn text() -> Bytes {
    Bytes::from_static(b"song")
}

fn id(origin: u32) -> Id<u32> {
    Id { origin, sequence: 0 }
}

fn query<P: Peer>(id: Id<P>, left: u8, way: Way) -> Message<P> {
    Message::Query { id, left, ring: 0, way, text: text() }
}

fn hit(id: Id<u32>, server: u32, hops: u8) -> Message<u32> {
    Message::Hit { id, server, hops, results: vec![text()] }
}

fn search(tag: u8, mode: Mode) -> Request<u32> {
    Request::Search { tag, text: text(), mode }
}

fn matches(id: Id<u32>, results: usize) -> Request<u32> {
    Request::Matches { id, results: vec![text(); results] }
}

fn refused<P: Peer>(from: P, refusal: Refusal) -> [Notice<P>; 1] {
    [Notice::Refused { from, refusal }]
}

fn asked(id: Id<u32>) -> Notice<u32> {
    Notice::Asked { id, text: text() }
}

fn tick(machine: &mut Searching<u32>) -> Effects {
    machine.act(Event::Timer(Period), &mut NoDraw)
}

const PERIOD: Ticks = Ticks(10);

const WIDE: Mode = Mode::Flood { ttl: 3, degree: 3 };

#[test]
fn a_search_asks_the_neighbours_and_ends_after_as_many_periods_as_patience_says() {
    let mut machine = among(&[1, 2, 3], searching());
    let effects = machine.ask(search(7, WIDE));
    assert_eq!(sent(&effects), [(vec![1, 2, 3], query(id(0), 3, FLOOD))]);
    assert_eq!(armed(&effects), [(Period, searching().period)]);
    assert!(told(&tick(&mut machine)).is_empty());
    let effects = tick(&mut machine);
    assert_eq!(told(&effects), [Notice::Ended { tag: 7, servers: 0 }]);
    assert!(armed(&effects).is_empty(), "nothing is left to wait for");
    assert_eq!(told(&machine.hear(1, hit(id(0), 5, 1))), refused(1, Refusal::Unasked));
}

#[test]
fn as_many_neighbours_are_drawn_as_the_degree_says() {
    let mut machine = among(&[1, 2, 3, 4], searching());
    let draws = [Draw::Subset { of: 4, got: Positions::from_iter([0, 2]) }];
    let mode = Mode::Flood { ttl: 1, degree: 2 };
    let effects = machine.act(Event::Request(search(7, mode)), &mut Script::new(&draws));
    assert_eq!(sent(&effects), [(vec![1, 3], query(id(0), 1, Way::Flood { degree: 2 }))]);
}

#[test]
fn what_cannot_begin_fails_with_its_reason() {
    let failed = |machine: &mut Searching<u32>, request| told(&machine.ask(request));
    let failure = |failure| [Notice::Failed { tag: 7, failure }];
    let mut machine = among(&[1], searching());
    for mode in [
        Mode::Flood { ttl: 0, degree: 3 },
        Mode::Flood { ttl: 6, degree: 3 },
        Mode::Flood { ttl: 3, degree: 0 },
        Mode::Flood { ttl: 3, degree: 5 },
        Mode::Walk { walkers: 1, hops: 0 },
        Mode::Walk { walkers: 1, hops: 10 },
        Mode::Rings { first: 0, step: 1, last: 3, degree: 3, wait: 1, enough: 1 },
        Mode::Rings { first: 1, step: 1, last: 6, degree: 3, wait: 1, enough: 1 },
    ] {
        assert_eq!(failed(&mut machine, search(7, mode)), failure(Failure::Reach), "{mode:?}");
    }
    let long = Bytes::from(vec![0; MAX_QUERY + 1]);
    let request = Request::Search { tag: 7, text: long, mode: WIDE };
    assert_eq!(failed(&mut machine, request), failure(Failure::TooLong));
    machine.ask(search(7, WIDE));
    assert_eq!(failed(&mut machine, search(7, WIDE)), failure(Failure::TooMany), "the same tag");
    machine.ask(search(8, WIDE));
    let third = failed(&mut machine, search(9, WIDE));
    assert_eq!(third, [Notice::Failed { tag: 9, failure: Failure::TooMany }]);
    let mut alone = among(&[], searching());
    assert_eq!(failed(&mut alone, search(7, WIDE)), failure(Failure::NoNeighbor));
}

#[test]
fn a_query_is_passed_on_once_and_not_to_whom_it_came_from() {
    let mut machine = among(&[1, 2, 3], searching());
    let effects = machine.hear(1, query(id(9), 3, FLOOD));
    assert_eq!(sent(&effects), [(vec![2, 3], query(id(9), 2, FLOOD))]);
    assert_eq!(told(&effects), [asked(id(9))]);
    for from in [1, 2, 7] {
        assert!(machine.hear(from, query(id(9), 3, FLOOD)).is_empty(), "it is known");
    }
    let last = machine.hear(1, query(id(8), 1, FLOOD));
    assert_eq!((sent(&last), told(&last)), (vec![], vec![asked(id(8))]), "no hop is left");
}

#[test]
fn a_query_that_comes_back_to_its_origin_is_none() {
    let mut machine = among(&[1, 2], searching());
    machine.ask(search(7, WIDE));
    assert!(machine.hear(2, query(id(0), 2, FLOOD)).is_empty());
    let walks = machine.hear(2, query(id(0), 2, Way::Walk));
    assert_eq!(sent(&walks), [(vec![1], query(id(0), 1, Way::Walk))], "a walk goes on");
    assert!(told(&walks).is_empty());
    assert_eq!(machine.node.protocol.received(), 0);
}

#[test]
fn a_walk_goes_on_where_it_was_before_and_asks_nobody_twice() {
    let mut machine = among(&[1, 2], searching());
    let effects = machine.hear(1, query(id(9), 5, Way::Walk));
    assert_eq!(sent(&effects), [(vec![2], query(id(9), 4, Way::Walk))]);
    assert_eq!(told(&effects), [asked(id(9))]);
    let effects = machine.hear(2, query(id(9), 3, Way::Walk));
    assert_eq!(sent(&effects), [(vec![1], query(id(9), 2, Way::Walk))]);
    assert!(told(&effects).is_empty());
    let mut end = Machine::new(0, [1], Search::new(searching()));
    assert!(sent(&end.hear(1, query(id(9), 5, Way::Walk))).is_empty(), "nobody else is there");
}

#[test]
fn results_go_back_to_whom_the_query_came_from_first() {
    let mut machine = among(&[1, 2], searching());
    machine.hear(2, query(id(9), 2, FLOOD));
    machine.hear(1, query(id(9), 2, FLOOD));
    let effects = machine.ask(matches(id(9), 1));
    assert_eq!(sent(&effects), [(vec![2], hit(id(9), 0, 1))]);
    let effects = machine.hear(1, hit(id(9), 5, 2));
    assert_eq!(sent(&effects), [(vec![2], hit(id(9), 5, 3))]);
    assert_eq!(told(&machine.hear(1, hit(id(8), 5, 2))), refused(1, Refusal::Unasked));
}

#[test]
fn each_server_is_told_once() {
    let mut machine = among(&[1, 2], searching());
    machine.ask(search(7, WIDE));
    let found = |server, hops| Notice::Hit { tag: 7, server, hops, results: vec![text()] };
    assert_eq!(told(&machine.hear(1, hit(id(0), 5, 2))), [found(5, 2)]);
    assert_eq!(told(&machine.hear(1, hit(id(0), 5, 2))), refused(1, Refusal::Repeated));
    assert_eq!(told(&machine.hear(2, hit(id(0), 6, 1))), [found(6, 1)]);
    machine.hear(2, hit(id(0), 3, 1));
    assert_eq!(told(&machine.hear(2, hit(id(0), 4, 1))), refused(2, Refusal::Results), "the limit");
    tick(&mut machine);
    assert_eq!(told(&tick(&mut machine)), [Notice::Ended { tag: 7, servers: 3 }]);
}

#[test]
fn what_is_sent_back_is_bounded_and_what_is_left_out_is_told() {
    let mut machine = among(&[1, 2], Settings { results: 10, ..searching() });
    machine.hear(1, query(id(9), 2, FLOOD));
    let left_out = |results| Notice::LeftOut { id: id(9), results };
    let many = machine.ask(matches(id(9), MAX_RESULTS + 2));
    assert_eq!(told(&many), [left_out(2)]);
    assert!(
        matches!(&sent(&many)[0].1, Message::Hit { results, .. } if results.len() == MAX_RESULTS)
    );
    let long = Bytes::from(vec![0; MAX_RESULT + 1]);
    let effects = machine.ask(Request::Matches { id: id(9), results: vec![long, text()] });
    assert_eq!((sent(&effects).len(), told(&effects)), (1, vec![left_out(1)]));
    let others = Message::Hit { id: id(9), server: 5, hops: 1, results: vec![text(); 2] };
    assert_eq!(told(&machine.hear(2, others)), refused(2, Refusal::Results), "ten in all");
    assert_eq!(told(&machine.ask(matches(id(9), 2))), [left_out(2)]);
    let empty = machine.ask(matches(id(9), 0));
    assert!(empty.is_empty(), "who has nothing says nothing");
    let late = machine.ask(matches(id(3), 1));
    assert_eq!(told(&late), [Notice::LeftOut { id: id(3), results: 1 }]);
}

#[test]
fn hops_beyond_the_limits_are_refused() {
    let mut machine = among(&[1, 2], searching());
    for (left, way) in [(0, FLOOD), (6, FLOOD), (0, Way::Walk), (10, Way::Walk)] {
        let effects = machine.hear(1, query(id(9), left, way));
        assert_eq!(told(&effects), refused(1, Refusal::Hops), "{left} {way:?}");
        assert!(sent(&effects).is_empty());
    }
    machine.hear(1, query(id(9), 5, FLOOD));
    for hops in [0, 9, 10, 255] {
        assert_eq!(told(&machine.hear(2, hit(id(9), 5, hops))), refused(2, Refusal::Hops));
    }
    let nothing = Message::Hit { id: id(9), server: 5, hops: 1, results: vec![] };
    assert_eq!(told(&machine.hear(2, nothing)), refused(2, Refusal::Results));
}

#[test]
fn a_flood_of_queries_is_refused_and_so_is_what_finds_no_room() {
    let mut machine = among(&[1, 2, 3], searching());
    let asked_by = |machine: &mut Searching<u32>, from, origin| {
        told(&machine.hear(from, query(id(origin), 1, FLOOD)))
    };
    for origin in [10, 11] {
        assert_eq!(asked_by(&mut machine, 1, origin), [asked(id(origin))]);
    }
    assert_eq!(asked_by(&mut machine, 1, 12), refused(1, Refusal::Flooding));
    assert_eq!(asked_by(&mut machine, 2, 12), [asked(id(12))]);
    tick(&mut machine);
    assert_eq!(asked_by(&mut machine, 1, 13), [asked(id(13))], "a period later");
    assert_eq!(asked_by(&mut machine, 3, 14), refused(3, Refusal::NoRoom));
    tick(&mut machine);
    tick(&mut machine);
    assert_eq!(machine.node.protocol.received(), 1, "the others are forgotten");
}

#[test]
fn the_usual_settings_have_room_for_what_the_neighbours_may_send() {
    let settings = Settings::over(20, PERIOD);
    let neighbors: Vec<u32> = (1..=20).collect();
    let mut machine = among(&neighbors, settings.clone());
    let mut origins = 100..;
    let mut accepted_of = |machine: &mut Searching<u32>, from| {
        let ours = |origin| machine.hear(from, query(id(origin), 1, FLOOD));
        let told = origins.by_ref().map(ours).map(|effects| told(&effects));
        told.take_while(|notices| *notices != refused(from, Refusal::Flooding)).count()
    };
    for _ in 0..=settings.patience {
        for &from in &neighbors {
            assert_eq!(accepted_of(&mut machine, from), usize::from(settings.from_one));
        }
        tick(&mut machine);
    }
    let most = usize::from(settings.from_one) * 20 * usize::from(settings.patience);
    assert_eq!(machine.node.protocol.received(), most, "the first are forgotten");
    assert_eq!(Settings::over(u32::MAX, PERIOD).carried, u16::MAX);
}

#[test]
fn whoever_names_a_contact_is_refused() {
    let mut machine = Machine::new(life(0, 1), [life(1, 1)], Search::new(searching()));
    let from = life(1, 1);
    let of = |origin| Id { origin, sequence: 0 };
    let effects = machine.hear(from, query(of(life(5, 0)), 2, FLOOD));
    assert_eq!(told(&effects), refused(from, Refusal::NamesNobody));
    machine.hear(from, query(of(life(5, 1)), 2, FLOOD));
    let hit =
        Message::Hit { id: of(life(5, 1)), server: life(6, 0), hops: 1, results: vec![text()] };
    assert_eq!(told(&machine.hear(from, hit)), refused(from, Refusal::NamesNobody));
}

#[test]
fn rings_grow_until_enough_are_found_and_nobody_is_asked_twice() {
    let rings = Mode::Rings { first: 1, step: 2, last: 4, degree: 3, wait: 1, enough: 1 };
    let mut machine = among(&[1], searching());
    let asked_with = |effects: &Effects| match &sent(effects)[..] {
        [(_, Message::Query { left, ring, .. })] => Some((*left, *ring)),
        _ => None,
    };
    assert_eq!(asked_with(&machine.ask(search(7, rings))), Some((1, 0)));
    assert_eq!(asked_with(&tick(&mut machine)), Some((3, 1)));
    assert_eq!(asked_with(&tick(&mut machine)), Some((4, 2)));
    assert_eq!(asked_with(&tick(&mut machine)), None, "the last was the widest");
    assert_eq!(told(&tick(&mut machine)), [Notice::Ended { tag: 7, servers: 0 }]);

    machine.ask(search(7, rings));
    machine.hear(1, hit(Id { origin: 0, sequence: 1 }, 5, 1));
    assert_eq!(told(&tick(&mut machine)), [Notice::Ended { tag: 7, servers: 1 }], "enough");

    let mut other = among(&[1, 2], searching());
    let ring = |ring| Message::Query { id: id(9), left: 2, ring, way: FLOOD, text: text() };
    assert_eq!(told(&other.hear(1, ring(0))), [asked(id(9))]);
    let wider = other.hear(2, ring(1));
    assert_eq!((told(&wider), sent(&wider)[0].0.clone()), (vec![], vec![1]));
    assert!(other.hear(1, ring(1)).is_empty());
    assert_eq!(sent(&other.ask(matches(id(9), 1)))[0].0, [1], "the way back is the first");
}

/// Processes whose messages arrive at once, in the order in which they were sent; those in `having`
/// have what is searched for.
struct Network {
    machines: Vec<Searching<u32>>,
    having: Vec<u32>,
    asked: Vec<u32>,
    found: Vec<(u32, u8)>,
}

impl Network {
    fn of(links: &[&[u32]], having: &[u32]) -> Self {
        let machine = |(me, links): (usize, &&[u32])| {
            Machine::new(me as u32, links.iter().copied(), Search::new(searching()))
        };
        let machines = links.iter().enumerate().map(machine).collect();
        Self { machines, having: having.to_vec(), asked: vec![], found: vec![] }
    }

    fn search(&mut self, mode: Mode) {
        let mut random = source(1);
        let mut events = VecDeque::from([(0, Event::Request(search(7, mode)))]);
        while let Some((to, event)) = events.pop_front() {
            let effects = self.machines[to as usize].act(event, &mut random);
            for (destinations, message) in sent(&effects) {
                let event = |&at| (at, Event::Message { from: to, message: message.clone() });
                events.extend(destinations.iter().map(event));
            }
            for notice in told(&effects) {
                match notice {
                    Notice::Asked { id, .. } => {
                        self.asked.push(to);
                        if self.having.contains(&to) {
                            events.push_back((to, Event::Request(matches(id, 1))));
                        }
                    }
                    Notice::Hit { server, hops, .. } => self.found.push((server, hops)),
                    _ => {}
                }
            }
        }
    }
}

const LINE: [&[u32]; 6] = [&[1], &[0, 2], &[1, 3], &[2, 4], &[3, 5], &[4]];
const RING: [&[u32]; 6] = [&[1, 5], &[0, 2], &[1, 3], &[2, 4], &[3, 5], &[4, 0]];

#[test]
fn the_horizon_is_as_many_hops_as_the_ttl_and_hits_say_how_far_they_came() {
    for ttl in 1..=5 {
        let mut line = Network::of(&LINE, &[2, 4]);
        line.search(Mode::Flood { ttl, degree: 2 });
        assert_eq!(line.asked, Vec::from_iter(1..=u32::from(ttl)));
        let within = [(2, 2), (4, 4)].into_iter().filter(|&(_, hops)| hops <= ttl);
        assert_eq!(line.found, Vec::from_iter(within));
    }
}

#[test]
fn everybody_is_asked_once_where_queries_meet() {
    let mut ring = Network::of(&RING, &[3, 4]);
    ring.search(Mode::Flood { ttl: 5, degree: 4 });
    assert_eq!(sorted(ring.asked), [1, 2, 3, 4, 5], "its origin is not");
    assert_eq!(sorted(ring.found), [(3, 3), (4, 2)]);
}

#[test]
fn a_walk_finds_what_is_on_its_way() {
    let mut line = Network::of(&LINE, &[5]);
    line.search(Mode::Walk { walkers: 1, hops: 9 });
    assert_eq!(line.asked, [1, 2, 3, 4, 5], "who came from one side leaves by the other");
    assert_eq!(line.found, [(5, 5)]);
}

#[test]
fn messages_are_read_as_they_were_written_and_the_longest_hit_fits_into_a_datagram() {
    let label = Label::new("group").expect("a label");
    let header = Header { label, from: Epoch(1), to: Epoch(2) };
    let longest = common::longest_peer(1);
    let of: Id<SocketPeer> = Id { origin: longest, sequence: u64::MAX };
    let results = vec![Bytes::from(vec![7; MAX_RESULT]); MAX_RESULTS];
    let messages = [
        query(of, 255, FLOOD),
        query(of, 1, Way::Walk),
        Message::Hit { id: of, server: longest, hops: 255, results },
    ];
    for message in messages {
        let mut frame = Vec::new();
        encode_frame(&header, &message, &mut frame);
        assert!(frame.len() <= 1200, "{} bytes", frame.len());
        let read = decode_frame(&label, &Bytes::from(frame));
        assert_eq!(read, Ok((header, message)));
    }
}

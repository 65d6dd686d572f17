//! Rényi-Erdős broadcast, line by line.

mod common;

use common::{Machine, NoDraw, armed, flood, rumor, sent, source, told};
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::renyi_erdos::{Fanout, Period, RenyiErdos, Request, Settings};
use rumormill_core::rumor::{Notice, PayloadTooLong};
use rumormill_core::seen::{Memory, Refusal};
use rumormill_core::{Bias, Event, MAX_FANOUT, Ticks};

/// Among nine neighbours, started.
fn machine(settings: Settings) -> Machine<u32, RenyiErdos<u32>> {
    let mut machine = Machine::new(0_u32, 1..10, RenyiErdos::new(settings));
    machine.act(Event::Start, &mut NoDraw);
    machine
}

/// A fanout that needs no coin and reaches all nine neighbours, so that there is no draw.
fn certain() -> Settings {
    Settings { margin: i16::MAX, ..flood() }
}

#[test]
fn a_message_is_forwarded_once_and_as_it_came() {
    let mut machine = machine(certain());
    let news = rumor(5, 3, 8);
    let effects = machine.hear(4, news.clone());
    assert_eq!(sent(&effects), [((1..10).collect(), news.clone())]);
    assert_eq!(told(&effects), [Notice::Delivered(news.clone())]);
    assert!(machine.hear(4, news.clone()).is_empty());
    assert!(machine.hear(7, news).is_empty(), "whoever sends it");
    assert_eq!(sent(&machine.hear(4, rumor(5, 4, 8))).len(), 1);
}

#[test]
fn the_starter_sends_and_delivers_and_is_deaf_to_its_own_message() {
    let mut machine = machine(certain());
    for sequence in 0..3 {
        let own = rumor(0, sequence, 8);
        let effects = machine.ask(Request::Broadcast(own.payload.clone()));
        assert_eq!(sent(&effects), [((1..10).collect(), own.clone())]);
        assert_eq!(told(&effects), [Notice::Delivered(own.clone())]);
        assert!(machine.hear(4, own).is_empty());
    }
    assert!(machine.hear(4, rumor(0, 77, 8)).is_empty(), "not even one that it never started");
}

/// `ln N` in 64ths, rounded up, computed by hand.
#[test]
fn the_fanout_is_ln_n_plus_a_margin() {
    let of = |size, margin| {
        let fanout = Fanout::reaching(size, margin);
        (fanout.whole(), fanout.fraction())
    };
    let bias = |numerator| Bias::new(numerator, 64).expect("a probability");
    assert_eq!(of(0, 0), (0, Bias::NEVER));
    assert_eq!(of(1, 0), (0, Bias::NEVER));
    assert_eq!(of(2, 0), (0, bias(45))); // 0.6931 = 44.4 / 64
    assert_eq!(of(10, 0), (2, bias(20))); // 2.3026 = 147.4 / 64
    assert_eq!(of(1000, 0), (6, bias(59))); // 6.9078 = 442.1 / 64
    assert_eq!(of(10_000, 0), (9, bias(14))); // 9.2103 = 589.5 / 64
    assert_eq!(of(1000, 5), (7, Bias::NEVER));
    assert_eq!(of(1000, -60), (5, bias(63)));
    assert_eq!(of(1000, -443), (0, Bias::NEVER));
    assert_eq!(of(u32::MAX, i16::MIN), (0, Bias::NEVER));
    assert_eq!(of(2, i16::MAX), (MAX_FANOUT, Bias::NEVER));
    assert_eq!(of(u32::MAX, 0), (22, bias(12))); // 22.1807 = 1419.6 / 64
}

/// Of the ten processes, the mean fanout is 2 + 20/64. The mean of 20,000 coins departs from 20/64
/// by more than 4.5 standard deviations, 0.0148, with probability 7e-6; the seed is fixed.
#[test]
fn a_coin_makes_the_mean_exact() {
    let (mut machine, mut random) = (machine(flood()), source(1));
    let mut total = 0;
    let runs = 20_000;
    for sequence in 0..runs {
        let event = Event::Message { from: 1, message: rumor(5, sequence, 0) };
        let targets: usize =
            sent(&machine.act(event, &mut random)).iter().map(|(to, _)| to.len()).sum();
        assert!(targets == 2 || targets == 3);
        total += targets;
    }
    let mean = total as f64 / runs as f64;
    assert!((mean - 2.3125).abs() < 0.0148, "mean {mean}");
}

#[test]
fn a_payload_that_is_too_long_is_refused_with_the_limit_and_takes_no_number() {
    let mut machine = machine(certain());
    let limit = flood().max_payload;
    let payload = Bytes::from(vec![0; limit as usize + 1]);
    let effects = machine.ask(Request::Broadcast(payload.clone()));
    let length = u64::from(limit) + 1;
    assert_eq!(told(&effects), [Notice::NotStarted(PayloadTooLong { length, limit })]);
    assert_eq!(effects.len(), 1);
    let effects = machine.ask(Request::Broadcast(payload.slice(1..)));
    assert_eq!(sent(&effects)[0].1.id.sequence, 0);
}

#[test]
fn the_size_is_taken_from_the_view_until_it_is_told() {
    let mut machine = machine(flood());
    assert_eq!(machine.node.protocol.fanout(), Fanout::reaching(10, 0));
    assert!(machine.ask(Request::Size(1000)).is_empty());
    assert_eq!(machine.node.protocol.fanout(), Fanout::reaching(1000, 0));
    machine.ask(Request::Size(1));
    let effects = machine.hear(4, rumor(5, 0, 8));
    assert!(sent(&effects).is_empty() && told(&effects).len() == 1, "nobody to forward to");
}

#[test]
fn origins_are_forgotten_by_a_timer_that_is_armed_only_where_they_may_be() {
    let memory = Memory { origins: 1, forget_after: Some(2) };
    let mut forgetful =
        Machine::new(0_u32, 1..10, RenyiErdos::new(Settings { memory, ..certain() }));
    let tick = [(Period, Ticks(50))];
    assert_eq!(armed(&forgetful.act(Event::Start, &mut NoDraw)), tick);
    assert_eq!(forgetful.node.protocol.origins(), 0);
    forgetful.hear(1, rumor(5, 0, 0));
    let (id, refusal) = (rumor(6, 0, 0).id, Refusal::NoRoom);
    for _ in 0..2 {
        let effects = forgetful.hear(1, rumor(6, 0, 0));
        assert_eq!(told(&effects), [Notice::TurnedAway { id, refusal }]);
        assert_eq!(armed(&forgetful.act(Event::Timer(Period), &mut NoDraw)), tick);
    }
    assert_eq!(sent(&forgetful.hear(1, rumor(6, 0, 0))).len(), 1);
    assert_eq!(forgetful.node.protocol.origins(), 1);

    let memory = Memory { origins: 1, forget_after: None };
    let mut faithful =
        Machine::new(0_u32, 1..10, RenyiErdos::new(Settings { memory, ..certain() }));
    assert!(faithful.act(Event::Start, &mut NoDraw).is_empty());
}

#[test]
fn a_message_that_was_overtaken_too_far_is_turned_away() {
    let mut machine = machine(certain());
    machine.hear(1, rumor(5, 200, 0));
    let (id, refusal) = (rumor(5, 0, 0).id, Refusal::TooOld);
    let effects = machine.hear(1, rumor(5, 0, 0));
    assert_eq!(told(&effects), [Notice::TurnedAway { id, refusal }]);
    assert!(sent(&effects).is_empty());
}

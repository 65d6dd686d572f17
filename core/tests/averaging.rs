//! Averaging: exchanges and what is lost of them, counts and their tickets, epochs, and forgeries.

mod common;

use common::{Machine, NoDraw, armed, averaging, disarmed, life, longest_peer, sent, told};
use rumormill_core::protocols::averaging::{
    Averaged, Averaging, COUNT_LENGTH, Count, Held, MAX_COUNTS, MESSAGE_OVERHEAD, Message, Notice,
    Refusal, Request, Settings, Time, Timer, counts_within,
};
use rumormill_core::wire::encode_message;
use rumormill_core::{Draw, Effect, Event, Peer, Positions, Script, Ticks};

type Averager<P> = Machine<P, Averaging<P>>;
type Effects<P> = Vec<Effect<'static, P, Averaging<P>>>;

fn act<P: Peer>(
    machine: &mut Averager<P>,
    event: Event<P, Averaging<P>>,
    draws: &[Draw],
) -> Effects<P> {
    let mut script = Script::new(draws);
    let effects = machine.act(event, &mut script);
    assert!(script.was_followed());
    effects
}

fn tick(machine: &mut Averager<u32>, draws: &[Draw]) -> Effects<u32> {
    act(machine, Event::Timer(Timer::Period), draws)
}

fn hear(
    machine: &mut Averager<u32>,
    from: u32,
    message: Message<u32>,
    draws: &[Draw],
) -> Effects<u32> {
    act(machine, Event::Message { from, message }, draws)
}

fn ticket(got: u32) -> Draw {
    Draw::Below { outcomes: averaging().tickets, got }
}

fn partner(of: u32, got: u32) -> Draw {
    Draw::Subset { of, got: [got].into_iter().collect::<Positions>() }
}

fn at(epoch: u32, round: u16) -> Time {
    Time { epoch, round }
}

fn count(ticket: u32, leader: u32, part: u64) -> Count<u32> {
    Count { ticket, leader, part }
}

/// What somebody holds of a value, and of counts.
fn held(value: i64, counts: &[Count<u32>]) -> Held<u32> {
    Held { value, least: value, greatest: value, cut: u32::MAX, counts: counts.to_vec() }
}

fn push(time: Time, number: u32, held: &Held<u32>) -> Message<u32> {
    Message::Push { time, number, held: held.clone() }
}

fn refused(from: u32, refusal: Refusal) -> [Notice<u32>; 1] {
    [Notice::Refused { from, refusal }]
}

/// Among two neighbours, started, with the value 10, and in the first round of epoch 0, which it has
/// begun of itself with the ticket 1.
fn alone() -> Averager<u32> {
    let mut machine = Machine::new(0, [1, 2], Averaging::new(averaging(), 10));
    machine.start();
    for _ in 1..averaging().listens {
        assert_eq!(armed(&tick(&mut machine, &[])), [(Timer::Period, Ticks(10))]);
    }
    machine
}

/// The same, with its first push to the first neighbour on its way.
fn pushing() -> Averager<u32> {
    let mut machine = alone();
    let effects = tick(&mut machine, &[ticket(1), partner(2, 0)]);
    let own = held(10, &[count(1, 0, 8)]);
    assert_eq!(sent(&effects), [(vec![1], push(at(0, 0), 0, &own))]);
    let timers = [(Timer::Period, Ticks(10)), (Timer::Answer, Ticks(3))];
    assert_eq!(armed(&effects), timers);
    machine
}

/// The same, and declined, so that it is free.
fn free() -> Averager<u32> {
    let mut machine = pushing();
    let effects = machine.hear(1, Message::Declined { epoch: 0, number: 0, time: Some(at(0, 0)) });
    assert_eq!(disarmed(&effects), [Timer::Answer]);
    assert_eq!(machine.node.protocol.exchange(), None);
    machine
}

fn holding(machine: &Averager<u32>) -> &Held<u32> {
    machine.node.protocol.held().expect("an epoch is under way")
}

#[test]
fn whoever_hears_of_no_epoch_for_a_while_begins_one() {
    let mut machine = alone();
    assert_eq!(machine.node.protocol.time(), None);
    tick(&mut machine, &[ticket(1), partner(2, 0)]);
    assert_eq!(machine.node.protocol.time(), Some(at(0, 0)));
}

#[test]
fn two_that_meet_hold_the_mean_and_nothing_of_an_odd_sum_is_lost() {
    let (mut one, mut other) = (pushing(), free());
    let theirs = held(13, &[count(1, 0, 3), count(0, 9, 8)]);
    let before = holding(&other).clone();
    let effects = hear(&mut other, 1, push(at(0, 0), 4, &theirs), &[]);
    let answer = Message::Answer { epoch: 0, number: 4, held: before };
    assert_eq!(sent(&effects), [(vec![1], answer)]);
    let lower = [count(0, 9, 4), count(1, 0, 5)];
    let mean = Held { value: 11, least: 10, greatest: 13, cut: u32::MAX, counts: lower.to_vec() };
    assert_eq!(*holding(&other), mean);

    let effects = one.hear(1, Message::Answer { epoch: 0, number: 0, held: theirs });
    assert_eq!((disarmed(&effects), sent(&effects).len()), (vec![Timer::Answer], 0));
    let upper = vec![count(0, 9, 4), count(1, 0, 6)];
    assert_eq!(*holding(&one), Held { value: 12, counts: upper, ..mean });
}

#[test]
fn negative_and_extreme_values_have_a_mean_too() {
    for (own, theirs, lower) in
        [(-3, 0, -2), (i64::MIN, i64::MAX, -1), (i64::MIN, i64::MIN, i64::MIN)]
    {
        let mut machine = alone();
        machine.ask(Request(own));
        tick(&mut machine, &[ticket(1), partner(2, 0)]);
        machine.hear(1, Message::Declined { epoch: 0, number: 0, time: None });
        hear(&mut machine, 2, push(at(0, 0), 0, &held(theirs, &[])), &[]);
        assert_eq!(holding(&machine).value, lower);
    }
}

#[test]
fn the_counts_with_the_smallest_tickets_are_kept_and_what_was_cut_stays_away() {
    let mut machine = free();
    let theirs = held(10, &[count(0, 7, 8), count(3, 1, 8)]);
    hear(&mut machine, 1, push(at(0, 0), 0, &theirs), &[]);
    assert_eq!(holding(&machine).counts, [count(0, 7, 4), count(1, 0, 4)]);
    assert_eq!(holding(&machine).cut, 3);
    // Two with the ticket at which the list ends: neither is counted, nor is either afterwards.
    let theirs = held(10, &[count(1, 2, 8)]);
    hear(&mut machine, 2, push(at(0, 0), 0, &theirs), &[]);
    assert_eq!(holding(&machine).counts, [count(0, 7, 2)]);
    hear(&mut machine, 2, push(at(0, 0), 1, &theirs), &[]);
    assert_eq!((&holding(&machine).counts[..], holding(&machine).cut), (&[count(0, 7, 1)][..], 1));
}

#[test]
fn whoever_awaits_an_answer_declines_and_goes_on_declining_the_same() {
    let mut machine = pushing();
    let theirs = held(0, &[]);
    let declined = [(vec![2], Message::Declined { epoch: 0, number: 7, time: Some(at(0, 0)) })];
    assert_eq!(sent(&hear(&mut machine, 2, push(at(0, 0), 7, &theirs), &[])), declined);
    machine.hear(1, Message::Declined { epoch: 0, number: 0, time: Some(at(0, 0)) });
    let before = holding(&machine).clone();
    assert_eq!(sent(&hear(&mut machine, 2, push(at(0, 0), 7, &theirs), &[])), declined);
    assert_eq!(*holding(&machine), before);
    let next = hear(&mut machine, 2, push(at(0, 0), 8, &theirs), &[]);
    assert!(matches!(sent(&next)[0].1, Message::Answer { number: 8, .. }));
}

#[test]
fn a_push_that_comes_twice_is_answered_twice_and_done_once() {
    let mut machine = free();
    let theirs = push(at(0, 0), 3, &held(20, &[]));
    let first = sent(&hear(&mut machine, 1, theirs.clone(), &[]));
    let after = holding(&machine).clone();
    assert_eq!(sent(&hear(&mut machine, 1, theirs, &[])), first);
    assert_eq!(*holding(&machine), after);
}

#[test]
fn an_answer_is_kept_for_some_periods_and_what_it_was_to_for_the_whole_epoch() {
    let mut machine = free();
    let theirs = push(at(0, 0), 3, &held(20, &[]));
    hear(&mut machine, 1, theirs.clone(), &[]);
    for number in 1..=2 {
        tick(&mut machine, &[partner(2, 0)]);
        machine.hear(1, Message::Declined { epoch: 0, number, time: None });
    }
    let after = holding(&machine).clone();
    let effects = hear(&mut machine, 1, theirs, &[]);
    assert_eq!((sent(&effects), told(&effects)), (vec![], refused(1, Refusal::TooLate).into()));
    assert_eq!(*holding(&machine), after);
}

#[test]
fn what_is_not_answered_is_asked_again_and_given_up_at_last() {
    let mut machine = pushing();
    let again = machine.act(Event::Timer(Timer::Answer), &mut NoDraw);
    assert_eq!(sent(&again), [(vec![1], push(at(0, 0), 0, &held(10, &[count(1, 0, 8)])))]);
    assert_eq!(armed(&again), [(Timer::Answer, Ticks(3))]);
    assert_eq!(machine.act(Event::Timer(Timer::Answer), &mut NoDraw), []);
    let averaging = &machine.node.protocol;
    assert_eq!((averaging.exchange(), averaging.given_up()), (None, 1));
    let late = machine.hear(1, Message::Answer { epoch: 0, number: 0, held: held(0, &[]) });
    assert_eq!(told(&late), refused(1, Refusal::Unasked));
    assert_eq!(*holding(&machine), held(10, &[count(1, 0, 8)]));
}

#[test]
fn whoever_has_no_neighbour_and_whoever_awaits_an_answer_begins_no_exchange() {
    let mut machine = Machine::new(0, [], Averaging::new(averaging(), 10));
    machine.start();
    (1..averaging().listens).for_each(|_| drop(tick(&mut machine, &[])));
    assert_eq!(sent(&tick(&mut machine, &[ticket(0)])), []);
    assert_eq!(sent(&tick(&mut pushing(), &[])), []);
}

#[test]
fn the_result_is_told_some_periods_before_the_epoch_ends_and_the_next_begins_anew() {
    let Settings { rounds, rest, .. } = averaging();
    let mut machine = free();
    machine.ask(Request(-5));
    let mut results = Vec::new();
    for round in 1..=rounds + rest {
        let draws = if round == rounds + rest {
            vec![ticket(2), partner(2, 1)]
        } else {
            vec![partner(2, 1)]
        };
        let effects = tick(&mut machine, &draws);
        results.extend(told(&effects).into_iter().map(|notice| (round, notice)));
        machine.hear(2, Message::Declined { epoch: 0, number: round.into(), time: None });
    }
    let average = 10;
    let (least, greatest, parts) = (10, 10, vec![8]);
    let result = Averaged { epoch: 0, average, least, greatest, parts, given_up: 0 };
    assert_eq!(results, [(rounds, Notice::Averaged(result))]);
    assert_eq!(machine.node.protocol.time(), Some(at(1, 0)));
    assert_eq!(*holding(&machine), held(-5, &[count(2, 0, 8)]));
}

#[test]
fn a_newcomer_joins_a_young_epoch_and_waits_for_the_one_after_an_old_one() {
    let newcomer = || {
        let mut machine = Machine::new(0, [1, 2], Averaging::new(averaging(), 10));
        machine.start();
        machine
    };
    let theirs = held(20, &[]);
    let mut machine = newcomer();
    let effects = hear(&mut machine, 1, push(at(4, 1), 0, &theirs), &[ticket(3)]);
    assert!(matches!(sent(&effects)[0].1, Message::Answer { epoch: 4, number: 0, .. }));
    assert_eq!((machine.node.protocol.time(), holding(&machine).value), (Some(at(4, 1)), 15));

    let mut machine = newcomer();
    let effects = hear(&mut machine, 1, push(at(4, 2), 0, &theirs), &[]);
    assert_eq!(sent(&effects), [(vec![1], Message::Declined { epoch: 4, number: 0, time: None })]);
    tick(&mut machine, &[]);
    // Epoch 4 is the last; the next is epoch 0.
    tick(&mut machine, &[ticket(0), partner(2, 0)]);
    assert_eq!(machine.node.protocol.time(), Some(at(0, 0)));
}

#[test]
fn whoever_is_behind_leaves_its_epoch_and_says_that_it_is_broken() {
    let broken = [Notice::Broken { epoch: 0 }];
    for (round, time) in [(0, Some(at(1, 0))), (2, None)] {
        let mut machine = pushing();
        let draws = if round == 0 { vec![ticket(0)] } else { vec![] };
        let effects = hear(&mut machine, 2, push(at(1, round), 0, &held(0, &[])), &draws);
        assert_eq!(told(&effects), broken);
        assert_eq!(disarmed(&effects), [Timer::Answer]);
        assert_eq!(machine.node.protocol.time(), time);
    }
    // It learns of it by being declined, too.
    let mut machine = pushing();
    let message = Message::Declined { epoch: 0, number: 0, time: Some(at(2, 0)) };
    assert_eq!(told(&hear(&mut machine, 1, message, &[ticket(0)])), broken);
    assert_eq!(machine.node.protocol.time(), Some(at(2, 0)));
}

#[test]
fn whoever_is_behind_is_told_the_time_and_keeps_what_it_holds() {
    let mut machine = free();
    let before = holding(&machine).clone();
    // Of five epochs, the two that come next are later, and the others are earlier.
    for epoch in [3, 4] {
        let effects = hear(&mut machine, 1, push(at(epoch, 0), 0, &held(0, &[])), &[]);
        let declined = Message::Declined { epoch, number: 0, time: Some(at(0, 0)) };
        assert_eq!(sent(&effects), [(vec![1], declined)]);
    }
    assert_eq!(*holding(&machine), before);
}

#[test]
fn an_epoch_that_has_told_its_result_is_not_broken_when_it_is_left() {
    let mut machine = free();
    for number in 1..=averaging().rounds {
        tick(&mut machine, &[partner(2, 1)]);
        machine.hear(2, Message::Declined { epoch: 0, number: number.into(), time: None });
    }
    let effects = hear(&mut machine, 1, push(at(1, 0), 0, &held(0, &[])), &[ticket(0)]);
    assert_eq!(told(&effects), []);
}

#[test]
fn there_is_room_for_as_many_exchanges_as_are_allowed() {
    let mut machine = free();
    for number in 0..u32::from(averaging().met) {
        assert_eq!(told(&hear(&mut machine, 1, push(at(0, 0), number, &held(0, &[])), &[])), []);
    }
    let before = holding(&machine).clone();
    let effects = hear(&mut machine, 1, push(at(0, 0), 99, &held(0, &[])), &[]);
    assert_eq!(told(&effects), refused(1, Refusal::NoRoom));
    let declined = Message::Declined { epoch: 0, number: 99, time: Some(at(0, 0)) };
    assert_eq!(sent(&effects), [(vec![1], declined)]);
    assert_eq!(*holding(&machine), before);
}

#[test]
fn what_nobody_can_hold_is_refused_and_changes_nothing() {
    let honest = held(5, &[count(0, 7, 8)]);
    let forgeries = [
        Held { least: 6, ..honest.clone() },
        Held { greatest: 4, ..honest.clone() },
        Held { cut: 0, ..honest.clone() },
        held(5, &[count(0, 7, 9)]),
        held(5, &[count(0, 7, 1), count(0, 7, 2)]),
        held(5, &[count(0, 7, 1), count(0, 8, 1), count(0, 9, 1)]),
    ];
    for forged in forgeries {
        let mut machine = free();
        let before = machine.node.clone();
        let effects = hear(&mut machine, 1, push(at(0, 0), 0, &forged), &[]);
        assert_eq!((told(&effects), sent(&effects)), (refused(1, Refusal::Held).into(), vec![]));
        assert_eq!(machine.node, before);
        let mut machine = pushing();
        let before = machine.node.clone();
        let answer = Message::Answer { epoch: 0, number: 0, held: forged };
        assert_eq!(told(&machine.hear(1, answer)), refused(1, Refusal::Held));
        assert_eq!(machine.node, before);
    }
}

#[test]
fn a_leader_that_can_be_nobody_is_refused() {
    let mut machine: Averager<_> =
        Machine::new(life(0, 1), [life(1, 1)], Averaging::new(averaging(), 1));
    machine.start();
    let counts = vec![Count { ticket: 0, leader: life(2, 0), part: 1 }];
    let held = Held { value: 0, least: 0, greatest: 0, cut: u32::MAX, counts };
    let message = Message::Push { time: at(0, 0), number: 0, held };
    let effects = machine.hear(life(1, 1), message);
    let refusal = Refusal::NamesNobody;
    assert_eq!(told(&effects), [Notice::Refused { from: life(1, 1), refusal }]);
}

#[test]
fn times_that_do_not_exist_are_refused() {
    let Settings { epochs, rounds, rest, .. } = averaging();
    for time in [at(epochs.get(), 0), at(1, rounds + rest + 1), at(u32::MAX, u16::MAX)] {
        let mut machine = pushing();
        let before = machine.node.clone();
        let effects = hear(&mut machine, 1, push(time, 0, &held(0, &[])), &[]);
        assert_eq!(told(&effects), refused(1, Refusal::Time));
        let declined = Message::Declined { epoch: 0, number: 0, time: Some(time) };
        assert_eq!(told(&hear(&mut machine, 1, declined, &[])), refused(1, Refusal::Time));
        assert_eq!(machine.node, before);
    }
}

#[test]
fn only_whom_it_was_asked_of_answers_and_only_in_its_epoch() {
    let theirs = held(0, &[]);
    for (from, epoch, number) in [(2, 0, 0), (1, 0, 1), (1, 1, 0)] {
        let mut machine = pushing();
        let before = machine.node.clone();
        let answer = Message::Answer { epoch, number, held: theirs.clone() };
        let declined = Message::Declined { epoch, number, time: Some(at(1, 0)) };
        for message in [answer, declined] {
            assert_eq!(told(&machine.hear(from, message)), refused(from, Refusal::Unasked));
            assert_eq!(machine.node, before);
        }
    }
}

#[test]
fn as_many_counts_are_held_as_fit_into_a_message() {
    let longest = |counts: usize| {
        let count = |port: usize| {
            let leader = longest_peer(port as u16);
            Count { ticket: u32::MAX, leader, part: u64::MAX }
        };
        let counts = (0..counts).map(count).collect();
        let (value, least, greatest, cut) = (i64::MIN, i64::MIN, i64::MIN, u32::MAX);
        let held = Held { value, least, greatest, cut, counts };
        let message = Message::Push { time: at(u32::MAX, u16::MAX), number: u32::MAX, held };
        let mut bytes = Vec::new();
        encode_message(&message, &mut bytes);
        bytes.len()
    };
    for counts in 0..=MAX_COUNTS {
        assert_eq!(longest(counts), MESSAGE_OVERHEAD + counts * COUNT_LENGTH);
        assert_eq!(usize::from(counts_within(longest(counts))), counts);
    }
    assert_eq!((counts_within(0), counts_within(MESSAGE_OVERHEAD + COUNT_LENGTH - 1)), (0, 0));
    assert_eq!(usize::from(counts_within(usize::MAX)), MAX_COUNTS);
}

#[test]
fn where_nobody_is_to_be_counted_no_ticket_is_drawn() {
    let settings = Settings { counts: 0, listens: 1, ..averaging() };
    let mut machine = Machine::new(0, [1], Averaging::new(settings, 10));
    machine.start();
    tick(&mut machine, &[]);
    assert_eq!(holding(&machine).counts, []);
}

#[test]
fn no_setting_holds_more_counts_than_a_message_may() {
    let settings = Settings { counts: u8::MAX, unit: 1 << 20, ..averaging() };
    let mut machine = Machine::new(0, [1], Averaging::new(settings, 10));
    machine.start();
    let many = |tickets: std::ops::Range<u32>| -> Vec<_> {
        tickets.map(|ticket| count(ticket, ticket, 1 << 10)).collect()
    };
    let most = MAX_COUNTS as u32;
    let theirs = held(0, &many(0..most));
    hear(&mut machine, 1, push(at(0, 0), 0, &theirs), &[ticket(3)]);
    assert_eq!(holding(&machine).counts.len(), MAX_COUNTS);
    let theirs = held(0, &many(0..most + 1));
    let effects = hear(&mut machine, 1, push(at(0, 0), 1, &theirs), &[]);
    assert_eq!(told(&effects), refused(1, Refusal::Held));
}

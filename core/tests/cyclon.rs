//! CYCLON: exchanges, ages, what makes place for what, crossings and forgeries.

mod common;

use std::net::{Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;

use common::{Machine, NoDraw, armed, life, sent, shuffling, sorted, source, told};
use rumormill_core::protocols::cyclon::{
    Cyclon, Entries, Entry, MAX_LENGTH, Message, Mode, Notice, Period, Refusal, Settings,
    entries_within,
};
use rumormill_core::wire::encode_message;
use rumormill_core::{Draw, Effect, Epoch, Event, Peer, Positions, Script, SocketPeer, Ticks};

type Shuffling<P> = Machine<P, Cyclon<P>>;
type Effects<P> = Vec<Effect<'static, P, Cyclon<P>>>;

/// Started, with room for as many neighbours as `capacity` says.
fn among<P: Peer>(me: P, neighbors: &[P], capacity: u32, settings: Settings) -> Shuffling<P> {
    let mut machine =
        Machine::roomy(me, neighbors.iter().copied(), capacity, Cyclon::new(settings));
    machine.start();
    machine
}

/// A full view of three.
fn full() -> Shuffling<u32> {
    among(0, &[1, 2, 3], 3, shuffling(Mode::Enhanced))
}

fn tick<P: Peer>(machine: &mut Shuffling<P>, draws: &[Draw]) -> Effects<P> {
    let mut script = Script::new(draws);
    let effects = machine.act(Event::Timer(Period), &mut script);
    assert!(script.was_followed());
    effects
}

fn hear<P: Peer>(
    machine: &mut Shuffling<P>,
    from: P,
    message: Message<P>,
    draws: &[Draw],
) -> Effects<P> {
    let mut script = Script::new(draws);
    let effects = machine.act(Event::Message { from, message }, &mut script);
    assert!(script.was_followed());
    effects
}

fn draw(of: u32, got: &[u32]) -> Draw {
    Draw::Subset { of, got: got.iter().copied().collect::<Positions>() }
}

fn entries<P: Peer>(entries: &[(P, u8)]) -> Entries<P> {
    entries.iter().map(|&(peer, age)| Entry { peer, age }).collect()
}

fn shuffle<P: Peer>(number: u16, list: &[(P, u8)]) -> Message<P> {
    Message::Shuffle { number, entries: entries(list) }
}

fn answer<P: Peer>(number: u16, list: &[(P, u8)]) -> Message<P> {
    Message::Answer { number, entries: entries(list) }
}

fn ages<P: Peer>(machine: &Shuffling<P>) -> Vec<(P, u8)> {
    sorted(machine.node.protocol.entries().iter().map(|entry| (entry.peer, entry.age)))
}

fn refused<P: Peer>(from: P, refusal: Refusal) -> [Notice<P>; 1] {
    [Notice::Refused { from, refusal }]
}

/// With whom a shuffle went, and what it brought, sorted.
fn shuffled<P: Peer>(effects: &Effects<P>) -> (P, u16, Vec<(P, u8)>) {
    match &sent(effects)[..] {
        [(to, Message::Shuffle { number, entries })] => {
            let list = entries.iter().map(|entry| (entry.peer, entry.age));
            (to[0], *number, sorted(list))
        }
        other => panic!("{other:?}"),
    }
}

/// The three of the full view are of the ages 7, 5 and 6.
fn aged() -> Shuffling<u32> {
    let mut machine = among(0, &[], 3, shuffling(Mode::Enhanced));
    machine.hear(9, shuffle(0, &[(1, 7), (2, 5), (3, 6)]));
    assert_eq!(ages(&machine), [(1, 7), (2, 5), (3, 6)]);
    machine
}

#[test]
fn a_period_follows_the_other_even_where_nobody_is_known() {
    let mut machine: Shuffling<u32> =
        Machine::roomy(0, [], 3, Cyclon::new(shuffling(Mode::Enhanced)));
    assert_eq!(armed(&machine.start()), [(Period, Ticks(10))]);
    let effects = tick(&mut machine, &[]);
    assert_eq!((armed(&effects), effects.len()), (vec![(Period, Ticks(10))], 1));
}

#[test]
fn the_oldest_gets_oneself_and_others_and_all_have_grown_older() {
    let (partner, number, list) = shuffled(&tick(&mut aged(), &[]));
    assert_eq!((partner, number, list), (1, 0, vec![(0, 0), (2, 6), (3, 7)]));
}

#[test]
fn of_several_oldest_one_is_drawn_and_so_are_those_that_are_sent() {
    let settings = Settings { length: 2, ..shuffling(Mode::Enhanced) };
    let mut machine = among(0_u32, &[1, 2, 3, 4], 4, settings);
    let (partner, _, list) = shuffled(&tick(&mut machine, &[draw(4, &[2]), draw(3, &[1])]));
    assert_eq!((partner, list.len()), (3, 2));
    assert!(list.contains(&(0, 0)) && !list.contains(&(3, 1)));
    let offer = machine.node.protocol.exchange().expect("an exchange");
    assert_eq!((offer.0, offer.1.len()), (3, 1));
}

#[test]
fn the_simple_mode_asks_anybody_and_knows_no_ages() {
    let mut machine = among(0_u32, &[1, 2, 3], 5, shuffling(Mode::Simple));
    hear(&mut machine, 4, shuffle(0, &[(4, 200)]), &[]);
    assert_eq!(ages(&machine)[3], (4, 0));
    let (_, _, list) = shuffled(&tick(&mut machine, &[draw(4, &[0]), draw(3, &[0, 1])]));
    assert!(list.iter().all(|(_, age)| *age == 0));
}

#[test]
fn whoever_is_older_than_the_greatest_age_is_as_old_as_that() {
    for max_age in [0, 1, 254, 255] {
        let settings = Settings { max_age, ..shuffling(Mode::Enhanced) };
        let mut machine = among(0_u32, &[], 3, settings);
        machine.hear(9, shuffle(0, &[(1, 255), (2, 0)]));
        assert_eq!(ages(&machine), [(1, max_age), (2, 0)]);
        machine.act(Event::Timer(Period), &mut source(1));
        assert_eq!(ages(&machine), [(1, max_age), (2, 1.min(max_age))]);
    }
}

#[test]
fn an_answer_holds_others_than_the_asker_drawn_before_anything_is_taken_in() {
    let mut machine = among(0_u32, &[1, 2, 3, 4], 4, shuffling(Mode::Enhanced));
    let come = shuffle(5, &[(1, 0), (8, 3), (9, 4)]);
    let effects = hear(&mut machine, 1, come, &[draw(3, &[0, 1])]);
    assert_eq!(sent(&effects), [(vec![1], answer(5, &[(2, 0), (3, 0), (4, 0)]))]);
    let mut crowded = among(0_u32, &[1, 2, 3, 4, 5], 5, shuffling(Mode::Enhanced));
    let effects =
        hear(&mut crowded, 1, shuffle(5, &[(8, 3)]), &[draw(4, &[0, 1, 3]), draw(3, &[2])]);
    assert_eq!(sent(&effects)[0].0, [1]);
    assert_eq!(crowded.neighbors().len(), 5);
}

#[test]
fn what_comes_takes_empty_places_first_and_then_those_of_what_was_given() {
    let mut machine = among(0_u32, &[1, 2], 4, shuffling(Mode::Enhanced));
    hear(&mut machine, 7, shuffle(0, &[(7, 0), (8, 3)]), &[]);
    assert_eq!(ages(&machine), [(1, 0), (2, 0), (7, 0), (8, 3)]);
    let mut machine = full();
    hear(&mut machine, 7, shuffle(0, &[(7, 0), (8, 3), (9, 4)]), &[]);
    assert_eq!(ages(&machine), [(7, 0), (8, 3), (9, 4)]);
}

#[test]
fn what_makes_place_is_drawn_and_so_is_what_finds_none() {
    let mut machine = full();
    hear(&mut machine, 7, shuffle(0, &[(7, 0)]), &[draw(3, &[1])]);
    assert_eq!((machine.neighbors().len(), machine.neighbors().contains(&7)), (3, true));
    let mut machine = among(0_u32, &[1], 1, shuffling(Mode::Enhanced));
    hear(&mut machine, 7, shuffle(0, &[(7, 0), (8, 3), (9, 4)]), &[draw(3, &[2])]);
    assert_eq!(ages(&machine), [(9, 4)]);
    let mut machine = among(0_u32, &[], 0, shuffling(Mode::Enhanced));
    hear(&mut machine, 7, shuffle(0, &[(7, 0)]), &[]);
    assert_eq!(machine.neighbors(), []);
}

#[test]
fn oneself_and_whom_one_has_is_left_out() {
    let mut machine = full();
    let effects = hear(&mut machine, 1, shuffle(0, &[(1, 0), (2, 9), (3, 9)]), &[]);
    assert!(told(&effects).is_empty());
    assert_eq!(ages(&machine), [(1, 0), (2, 0), (3, 0)]);
    let me = life(1, 5);
    let mut machine = among(me, &[life(2, 1)], 3, shuffling(Mode::Enhanced));
    let other_lives = shuffle(0, &[(life(3, 1), 0), (life(1, 4), 0)]);
    let effects = hear(&mut machine, life(3, 1), other_lives, &[]);
    assert!(told(&effects).is_empty());
    assert_eq!(machine.neighbors(), [life(2, 1), life(3, 1)]);
}

#[test]
fn the_pointer_to_the_partner_is_turned_round() {
    let mut machine = aged();
    tick(&mut machine, &[]);
    let effects = hear(&mut machine, 1, answer(0, &[(8, 3)]), &[]);
    assert!(effects.is_empty());
    assert_eq!(ages(&machine), [(2, 6), (3, 7), (8, 3)]);
    assert_eq!(machine.node.protocol.exchange(), None);
}

#[test]
fn after_the_partner_those_that_were_sent_make_place() {
    let mut machine = aged();
    tick(&mut machine, &[]);
    hear(&mut machine, 1, answer(0, &[(7, 1), (8, 3), (9, 4)]), &[]);
    assert_eq!(ages(&machine), [(7, 1), (8, 3), (9, 4)]);
    let mut machine = aged();
    tick(&mut machine, &[]);
    hear(&mut machine, 1, answer(0, &[(7, 1), (8, 3)]), &[draw(2, &[0])]);
    assert_eq!(machine.neighbors().len(), 3);
    assert!(!machine.neighbors().contains(&1));
}

#[test]
fn nobody_who_was_not_sent_makes_place() {
    let settings = Settings { length: 1, ..shuffling(Mode::Enhanced) };
    let mut machine = among(0_u32, &[1, 2, 3], 3, settings);
    tick(&mut machine, &[draw(3, &[0])]);
    hear(&mut machine, 1, answer(0, &[(7, 1), (8, 3), (9, 4)]), &[draw(3, &[0])]);
    assert_eq!(machine.neighbors(), [2, 3, 7]);
}

/// Three that know each other have nothing to give each other.
#[test]
fn a_partner_that_stays_is_young_and_the_next_is_another() {
    let mut machine = among(0_u32, &[1, 2], 2, shuffling(Mode::Enhanced));
    let (first, number, _) = shuffled(&tick(&mut machine, &[draw(2, &[0])]));
    hear(&mut machine, first, answer(number, &[(3 - first, 1)]), &[]);
    assert_eq!(machine.neighbors(), [1, 2]);
    let (second, ..) = shuffled(&tick(&mut machine, &[]));
    assert_eq!(second, 3 - first);
}

#[test]
fn whoever_does_not_answer_by_the_next_period_is_no_neighbour_any_more() {
    let mut machine = aged();
    tick(&mut machine, &[]);
    let effects = tick(&mut machine, &[]);
    assert_eq!(told(&effects), [Notice::Failed(1)]);
    assert_eq!(ages(&machine), [(2, 7), (3, 8)]);
    assert_eq!(shuffled(&effects).0, 3);
    let late = hear(&mut machine, 1, answer(0, &[(8, 3)]), &[]);
    assert_eq!(told(&late), refused(1, Refusal::Unasked));
    assert_eq!(machine.neighbors(), [2, 3]);
}

#[test]
fn whoever_has_failed_is_not_taken_in_again_before_something_is_heard_of_it() {
    let mut machine = aged();
    tick(&mut machine, &[]);
    assert_eq!(told(&tick(&mut machine, &[])), [Notice::Failed(1)]);
    assert!(told(&machine.hear(9, shuffle(0, &[(1, 0), (8, 3)]))).is_empty());
    assert_eq!(machine.neighbors(), [2, 3, 8]);
    let mut machine = aged();
    tick(&mut machine, &[]);
    assert_eq!(told(&tick(&mut machine, &[])), [Notice::Failed(1)]);
    machine.hear(1, shuffle(0, &[(1, 0)]));
    assert_eq!(machine.neighbors(), [1, 2, 3]);
}

#[test]
fn answers_that_nobody_asked_for_change_nothing() {
    let mut machine = aged();
    let forged = answer(0, &[(8, 3)]);
    assert_eq!(told(&machine.hear(1, forged.clone())), refused(1, Refusal::Unasked));
    tick(&mut machine, &[]);
    assert_eq!(told(&machine.hear(2, forged.clone())), refused(2, Refusal::Unasked));
    let old = machine.hear(1, answer(15, &[(8, 3)]));
    assert_eq!(told(&old), refused(1, Refusal::Unasked));
    assert_eq!(machine.neighbors(), [1, 2, 3]);
    assert!(told(&machine.hear(1, forged.clone())).is_empty());
    assert_eq!(told(&machine.hear(1, forged)), refused(1, Refusal::Unasked), "once");
}

#[test]
fn numbers_are_used_again() {
    for numbers in [1, 2, 65_535] {
        let numbers = NonZeroU16::new(numbers).expect("not 0");
        let settings = Settings { numbers, ..shuffling(Mode::Enhanced) };
        let mut machine = among(0_u32, &[1], 1, settings);
        for exchange in 0..=numbers.get() {
            let (_, number, _) = shuffled(&tick(&mut machine, &[]));
            assert_eq!(number, exchange % numbers);
            hear(&mut machine, 1, answer(number, &[]), &[]);
        }
    }
}

#[test]
fn what_names_the_receiver_or_repeats_is_refused_and_the_rest_taken_in() {
    let mut machine = among(0_u32, &[], 5, shuffling(Mode::Enhanced));
    let list = [(7, 0), (0, 3), (8, 1), (8, 2)];
    let effects = hear(&mut machine, 7, shuffle(0, &list), &[]);
    let repeated = Notice::Refused { from: 7, refusal: Refusal::Repeated };
    let named = Notice::Refused { from: 7, refusal: Refusal::NamesReceiver };
    assert_eq!(told(&effects), [named, repeated.clone(), repeated]);
    assert_eq!(machine.neighbors(), [7], "which of two is right, no order tells");
    let mut machine = among(life(1, 1), &[], 5, shuffling(Mode::Enhanced));
    let lives = [(life(2, 1), 0), (life(3, 1), 0), (life(3, 2), 0)];
    let effects = hear(&mut machine, life(2, 1), shuffle(0, &lives), &[]);
    assert_eq!(told(&effects).len(), 2);
    assert_eq!(machine.neighbors(), [life(2, 1)]);
}

#[test]
fn exchanges_that_cross_do_not_offer_the_same_entry_twice() {
    let settings = Settings { length: 2, ..shuffling(Mode::Enhanced) };
    let mut machine = among(0_u32, &[1, 2, 3], 3, settings);
    tick(&mut machine, &[draw(3, &[0]), draw(2, &[0])]);
    let (partner, offered) = machine.node.protocol.exchange().expect("an exchange");
    let offered = offered[0];
    let free = 6 - partner - offered;
    let effects = hear(&mut machine, 7, shuffle(4, &[(7, 0), (8, 0)]), &[draw(2, &[0])]);
    assert_eq!(sent(&effects), [(vec![7], answer(4, &[(free, 1)]))]);
    assert_eq!(machine.neighbors().len(), 3);
    assert!(machine.neighbors().contains(&partner) && machine.neighbors().contains(&offered));
}

#[test]
fn two_that_shuffle_with_each_other_at_once_both_get_an_answer() {
    let mut one = among(0_u32, &[1, 2], 2, shuffling(Mode::Enhanced));
    let mut other = among(1_u32, &[0, 3], 2, shuffling(Mode::Enhanced));
    let to_other = sent(&tick(&mut one, &[draw(2, &[0])])).remove(0);
    let to_one = sent(&tick(&mut other, &[draw(2, &[0])])).remove(0);
    assert_eq!((&to_other.0[..], &to_one.0[..]), (&[1][..], &[0][..]));
    let from_other = hear(&mut other, 0, to_other.1, &[]);
    let from_one = hear(&mut one, 1, to_one.1, &[]);
    assert_eq!(sent(&from_one), [(vec![1], answer(0, &[]))], "all is on offer");
    hear(&mut one, 1, sent(&from_other).remove(0).1, &[]);
    hear(&mut other, 0, sent(&from_one).remove(0).1, &[]);
    assert_eq!((one.neighbors(), other.neighbors()), (vec![1, 2], vec![0, 3]));
    assert_eq!(one.node.protocol.exchange(), None);
}

#[test]
fn a_contact_is_recognised_when_it_answers_and_an_earlier_life_is_not() {
    let me = life(1, 5);
    let mut machine = among(me, &[life(2, 0)], 1, shuffling(Mode::Enhanced));
    assert_eq!(shuffled(&tick(&mut machine, &[])).0, life(2, 0));
    assert!(hear(&mut machine, life(2, 7), answer(0, &[(life(3, 1), 2)]), &[]).is_empty());
    assert_eq!(ages(&machine), [(life(3, 1), 2)], "turned round");
    assert_eq!(shuffled(&tick(&mut machine, &[])).0, life(3, 1));
    let effects = machine.hear(life(3, 0), answer(1, &[]));
    assert_eq!(told(&effects), refused(life(3, 0), Refusal::Unasked));
}

#[test]
fn a_partner_whose_later_life_speaks_meanwhile_is_given_up_like_any_other() {
    let mut machine = among(life(1, 5), &[life(2, 1)], 2, shuffling(Mode::Enhanced));
    tick(&mut machine, &[]);
    hear(&mut machine, life(2, 2), shuffle(0, &[(life(2, 2), 0)]), &[]);
    let effects = tick(&mut machine, &[]);
    assert!(told(&effects).is_empty(), "its earlier life is in no view");
    assert_eq!(shuffled(&effects).0, life(2, 2));
}

#[test]
fn what_others_say_of_a_later_life_displaces_nobody() {
    let mut machine = among(life(0, 1), &[life(1, 1), life(2, 1)], 9, shuffling(Mode::Enhanced));
    let made_up = shuffle(0, &[(life(1, 9), 0), (life(3, 2), 0)]);
    machine.act(Event::Message { from: life(3, 2), message: made_up }, &mut source(1));
    assert_eq!(machine.neighbors(), [life(1, 1), life(2, 1), life(3, 2)]);
}

#[test]
fn contacts_and_earlier_lives_of_their_sender_are_refused_and_the_rest_taken_in() {
    let mut machine = among(life(0, 1), &[life(1, 3)], 9, shuffling(Mode::Enhanced));
    let earlier = life(1, 2);
    let list = [(earlier, 0), (life(2, 0), 0), (life(3, 1), 0)];
    let event = Event::Message { from: earlier, message: shuffle(0, &list) };
    let effects = machine.act(event, &mut source(1));
    let reasons = [Refusal::EarlierLife, Refusal::NamesNobody];
    let refused = reasons.map(|refusal| Notice::Refused { from: earlier, refusal });
    assert_eq!(told(&effects), refused);
    assert_eq!(machine.neighbors(), [life(1, 3), life(3, 1)]);
}

/// The sender is a later life of a neighbour, and of the entries each is a stranger who comes into
/// the place of another: the most changes of a step.
#[test]
fn the_longest_shuffle_overflows_nothing() {
    let length = MAX_LENGTH as u8;
    let settings = Settings { length, ..shuffling(Mode::Enhanced) };
    let neighbors: Vec<SocketPeer> = (1..=length + 1).map(|place| life(place, 1)).collect();
    let mut machine = among(life(0, 1), &neighbors, u32::from(length) + 1, settings);
    let strangers = 100..100 + length;
    let entries: Vec<(SocketPeer, u8)> = strangers.map(|place| (life(place, 1), 0)).collect();
    let event = Event::Message { from: life(1, 2), message: shuffle(0, &entries) };
    machine.act(event, &mut source(1));
    assert_eq!(machine.effects.overflow(), 0);
    let strangers = entries.iter().map(|&(peer, _)| peer);
    assert_eq!(machine.neighbors(), sorted(strangers.chain([life(1, 2)])));
    assert_eq!(ages(&machine).len(), usize::from(length) + 1);
}

#[test]
fn a_length_out_of_range_is_the_nearest_in_it() {
    for (length, sent_entries) in [(0, 1), (1, 1), (255, MAX_LENGTH)] {
        let settings = Settings { length, ..shuffling(Mode::Enhanced) };
        let mut machine = among(0_u32, &Vec::from_iter(1..40), 40, settings);
        let effects = machine.act(Event::Timer(Period), &mut source(1));
        assert_eq!(shuffled(&effects).2.len(), sent_entries);
    }
}

#[test]
fn whoever_knows_nobody_but_the_asker_answers_with_nothing() {
    let mut machine = among(0_u32, &[7], 3, shuffling(Mode::Enhanced));
    let effects =
        machine.act(Event::Message { from: 7, message: shuffle(0, &[(7, 0)]) }, &mut NoDraw);
    assert_eq!(sent(&effects), [(vec![7], answer(0, &[]))]);
}

#[test]
fn as_many_entries_fit_as_are_said_to_and_no_more() {
    let last = SocketAddr::from((Ipv6Addr::from_bits(u128::MAX), u16::MAX));
    let entry = Entry { peer: SocketPeer::new(last, Epoch::LAST), age: u8::MAX };
    let size = |length: usize| {
        let entries = std::iter::repeat_n(entry, length).collect();
        let mut bytes = Vec::new();
        encode_message(&Message::Answer { number: u16::MAX, entries }, &mut bytes);
        bytes.len()
    };
    for length in 1..=MAX_LENGTH {
        let bytes = size(length);
        assert_eq!(usize::from(entries_within(bytes)), length);
        assert_eq!(usize::from(entries_within(bytes - 1)), (length - 1).max(1));
    }
    assert_eq!(usize::from(entries_within(usize::MAX)), MAX_LENGTH);
    assert_eq!(entries_within(0), 1);
}

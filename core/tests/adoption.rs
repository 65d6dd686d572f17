//! Adoption: a newcomer takes the place of a neighbour, which is handed over.

mod common;

use common::{Machine, NoDraw, adopting, armed, disarmed, life, sent, told};
use rumormill_core::protocols::adoption::{
    Adoption, Message, Notice, Period, Refusal, Request, Settings,
};
use rumormill_core::{Draw, Effect, Event, Peer, Positions, Script, Ticks};

type Adopting<P> = Machine<P, Adoption<P>>;

fn among<P: Peer>(me: P, neighbors: &[P], capacity: u32) -> Adopting<P> {
    Machine::roomy(me, neighbors.iter().copied(), capacity, Adoption::new(adopting()))
}

fn newcomer(settings: Settings) -> Adopting<u32> {
    Machine::roomy(0, [1], 5, Adoption::new(settings))
}

fn tick(machine: &mut Adopting<u32>) -> Vec<Effect<'static, u32, Adoption<u32>>> {
    machine.act(Event::Timer(Period), &mut NoDraw)
}

/// A newcomer asks, and `position` of `of` neighbours is drawn.
fn adopt(machine: &mut Adopting<u32>, newcomer: u32, position: u32, of: u32) -> Option<u32> {
    let draws = [Draw::Subset { of, got: Positions::from_iter([position]) }];
    let mut script = Script::new(&draws);
    let ask = Event::Message { from: newcomer, message: Message::Adopt };
    let effects = machine.act(ask, &mut script);
    assert!(script.was_followed());
    match &sent(&effects)[..] {
        [(to, Message::Adopted { instead })] if to[..] == [newcomer] => *instead,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_newcomer_takes_the_place_of_a_drawn_neighbour_which_is_handed_over() {
    let mut machine = among(0_u32, &[1, 2, 3], 3);
    assert_eq!(adopt(&mut machine, 9, 1, 3), Some(2));
    assert_eq!(machine.neighbors(), [1, 3, 9]);
}

#[test]
fn whoever_has_room_keeps_the_neighbour_that_it_hands_over() {
    let mut machine = among(0_u32, &[1, 2], 3);
    assert_eq!(adopt(&mut machine, 9, 0, 2), Some(1));
    assert_eq!(machine.neighbors(), [1, 2, 9]);
}

#[test]
fn whoever_knows_the_newcomer_keeps_the_neighbour_and_hands_over_another_than_it() {
    let mut machine = among(0_u32, &[1, 9, 3], 3);
    assert_eq!(adopt(&mut machine, 9, 1, 2), Some(3));
    assert_eq!(machine.neighbors(), [1, 3, 9]);
}

#[test]
fn whoever_knows_nobody_else_hands_over_nobody() {
    let answer = [(vec![9], Message::Adopted { instead: None })];
    for known in [vec![], vec![9]] {
        let mut machine = among(0_u32, &known, 1);
        assert_eq!(sent(&machine.hear(9, Message::Adopt)), answer);
        assert_eq!(machine.neighbors(), [9]);
    }
}

#[test]
fn a_view_for_one_gives_away_the_one() {
    let mut machine = among(0_u32, &[1], 1);
    let effects = machine.hear(9, Message::Adopt);
    assert_eq!(sent(&effects), [(vec![9], Message::Adopted { instead: Some(1) })]);
    assert_eq!(machine.neighbors(), [9]);
}

#[test]
fn a_view_for_nobody_refuses() {
    let effects = among(0_u32, &[], 0).hear(9, Message::Adopt);
    assert_eq!(told(&effects), [Notice::Refused { from: 9, refusal: Refusal::NoRoom }]);
    assert!(sent(&effects).is_empty());
}

#[test]
fn nobody_adopts_itself_nor_another_life_of_itself() {
    for from in [life(1, 4), life(1, 5), life(1, 6)] {
        let mut machine = among(life(1, 5), &[life(2, 1)], 3);
        let effects = machine.hear(from, Message::Adopt);
        assert_eq!(told(&effects), [Notice::Refused { from, refusal: Refusal::Oneself }]);
        assert_eq!(machine.neighbors(), [life(2, 1)]);
    }
}

#[test]
fn a_later_life_takes_the_place_of_the_earlier_and_of_nobody_else() {
    let mut machine = among(life(1, 5), &[life(2, 1), life(3, 0)], 2);
    let effects = machine.hear(life(3, 7), Message::Adopt);
    let answer = Message::Adopted { instead: Some(life(2, 1)) };
    assert_eq!(sent(&effects), [(vec![life(3, 7)], answer)]);
    assert_eq!(machine.neighbors(), [life(2, 1), life(3, 7)]);
}

#[test]
fn an_earlier_life_is_refused() {
    let mut machine = among(life(1, 5), &[life(2, 1), life(3, 7)], 2);
    let from = life(3, 6);
    let refused = [Notice::Refused { from, refusal: Refusal::EarlierLife }];
    let effects = machine.hear(from, Message::Adopt);
    assert_eq!(told(&effects), refused);
    assert!(sent(&effects).is_empty());
    assert_eq!(machine.neighbors(), [life(2, 1), life(3, 7)]);
}

#[test]
fn who_is_met_is_asked_and_the_first_question_begins_a_period() {
    let mut machine = newcomer(adopting());
    let effects = machine.ask(Request(7));
    assert_eq!(sent(&effects), [(vec![7], Message::Adopt)]);
    assert_eq!(armed(&effects), [(Period, Ticks(10))]);
    let effects = machine.ask(Request(8));
    assert_eq!(sent(&effects), [(vec![8], Message::Adopt)]);
    assert!(armed(&effects).is_empty());
    assert_eq!(machine.node.protocol.asked(), 2);
}

#[test]
fn oneself_and_who_is_asked_and_who_is_one_too_many_is_not_asked() {
    let mut machine = newcomer(adopting());
    assert_eq!(told(&machine.ask(Request(0))), [Notice::NotFound]);
    machine.ask(Request(7));
    assert_eq!(told(&machine.ask(Request(7))), [Notice::NotFound]);
    machine.ask(Request(8));
    let effects = machine.ask(Request(9));
    assert_eq!(told(&effects), [Notice::NotFound]);
    assert_eq!(effects.len(), 1);
    let mut reborn = among(life(1, 5), &[], 3);
    assert_eq!(told(&reborn.ask(Request(life(1, 4)))), [Notice::NotFound]);
}

#[test]
fn who_was_handed_over_is_found_and_the_last_answer_ends_the_period() {
    let mut machine = newcomer(adopting());
    machine.ask(Request(7));
    machine.ask(Request(8));
    let effects = machine.hear(7, Message::Adopted { instead: Some(3) });
    assert_eq!(told(&effects), [Notice::Found(3)]);
    assert!(disarmed(&effects).is_empty());
    let effects = machine.hear(8, Message::Adopted { instead: None });
    assert_eq!(told(&effects), [Notice::NotFound]);
    assert_eq!(disarmed(&effects), [Period]);
    assert_eq!(machine.neighbors(), [1], "who is added is not decided here");
}

#[test]
fn an_answer_to_no_question_is_refused() {
    let mut machine = newcomer(adopting());
    let refused = |from| [Notice::Refused { from, refusal: Refusal::Unasked }];
    let answer = Message::Adopted { instead: Some(3) };
    assert_eq!(told(&machine.hear(7, answer.clone())), refused(7));
    machine.ask(Request(7));
    assert_eq!(told(&machine.hear(8, answer.clone())), refused(8));
    machine.hear(7, answer.clone());
    assert_eq!(told(&machine.hear(7, answer)), refused(7), "once");
}

#[test]
fn a_contact_that_is_handed_over_is_refused_and_nobody_is_found() {
    let mut machine = among(life(1, 5), &[], 3);
    let from = life(2, 3);
    machine.ask(Request(from));
    let effects = machine.hear(from, Message::Adopted { instead: Some(life(3, 0)) });
    let refusal = Notice::Refused { from, refusal: Refusal::NamesNobody };
    assert_eq!(told(&effects), [Notice::NotFound, refusal]);
}

#[test]
fn a_contact_that_was_asked_is_recognised_and_an_earlier_life_is_not() {
    let mut machine = among(life(1, 5), &[], 3);
    machine.ask(Request(life(2, 0)));
    let answer = Message::Adopted { instead: None };
    assert_eq!(told(&machine.hear(life(2, 3), answer.clone())), [Notice::NotFound]);
    machine.ask(Request(life(2, 3)));
    let from = life(2, 2);
    let refused = [Notice::Refused { from, refusal: Refusal::Unasked }];
    assert_eq!(told(&machine.hear(from, answer)), refused);
}

#[test]
fn whoever_does_not_answer_is_waited_for_as_many_periods_as_patience_says() {
    for patience in [0, 1, 2, 255] {
        let mut machine = newcomer(Settings { patience, ..adopting() });
        machine.ask(Request(7));
        for _ in 0..patience {
            let effects = tick(&mut machine);
            assert_eq!(armed(&effects), [(Period, Ticks(10))]);
            assert!(told(&effects).is_empty());
        }
        let effects = tick(&mut machine);
        assert_eq!(told(&effects), [Notice::NotFound]);
        assert!(armed(&effects).is_empty());
        assert_eq!(machine.node.protocol.asked(), 0);
    }
}

#[test]
fn whoever_waits_for_another_goes_on_waiting() {
    let mut machine = newcomer(Settings { patience: 1, ..adopting() });
    machine.ask(Request(7));
    tick(&mut machine);
    machine.ask(Request(8));
    let effects = tick(&mut machine);
    assert_eq!(told(&effects), [Notice::NotFound]);
    assert_eq!(armed(&effects), [(Period, Ticks(10))]);
    assert_eq!(told(&tick(&mut machine)), [Notice::NotFound]);
}

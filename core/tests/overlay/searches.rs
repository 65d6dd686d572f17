//! Searches, and what else goes from layer to layer.

use rumormill_core::protocols::cyclon::{self, Entry};
use rumormill_core::protocols::random_walk::{self, Hop, Mode, Walk};
use rumormill_core::protocols::{adoption, neighbor_management};
use rumormill_core::stacks::overlay::{
    FIRST_TAG, MAX_SEARCHES, Message, Notice, Overlay, Request, Timer,
};
use rumormill_core::{Effect, Event, Peer};

use crate::adopted;
use crate::common::{Machine, NoDraw, overlaid, sent, source, told};
use crate::group::mirrors;

fn process<P: Peer>(
    me: P,
    neighbors: &[P],
    capacity: u32,
    contacts: &[P],
) -> Machine<P, Overlay<P>> {
    let overlay = Overlay::new(overlaid(capacity), contacts.to_vec());
    let mut machine = Machine::roomy(me, neighbors.iter().copied(), capacity, overlay);
    machine.start();
    machine
}

fn next_period<P: Peer>(
    machine: &mut Machine<P, Overlay<P>>,
) -> Vec<Effect<'static, P, Overlay<P>>> {
    machine.act(Event::Timer(Timer::Neighbors(neighbor_management::Period)), &mut NoDraw)
}

fn walks<P: Peer>(effects: &[Effect<'_, P, Overlay<P>>]) -> Vec<Walk<P>> {
    let walk = |(_, message)| match message {
        Message::Walk(random_walk::Message::Walk(walk)) => Some(walk),
        _ => None,
    };
    sent(effects).into_iter().filter_map(walk).collect()
}

fn end<P: Peer>(number: u16) -> Message<P> {
    Message::Walk(random_walk::Message::End { number, left: 0, path: vec![] })
}

#[test]
fn who_is_missing_is_searched_by_a_walk_and_asked_for_adoption_and_who_is_handed_over_is_added() {
    let mut machine = process(0_u32, &[1], 2, &[]);
    let effects = next_period(&mut machine);
    assert_eq!(walks(&effects).len(), 1, "one is missing");
    let effects = machine.hear(5, end(0));
    assert!(sent(&effects).contains(&(vec![5], Message::Adoption(adoption::Message::Adopt))));
    assert_eq!(machine.node.protocol.neighbors.searches(), 1);
    assert!(machine.hear(5, adopted(Some(6))).len() == 1, "the period of adoption ends");
    assert_eq!(machine.neighbors(), [1, 6]);
    assert_eq!(machine.node.protocol.neighbors.searches(), 0);
}

#[test]
fn a_search_whose_walk_ends_with_oneself_is_over_and_begins_anew() {
    let mut machine = process(0_u32, &[1], 2, &[]);
    let hop = Hop { left: 1, ..walks(&next_period(&mut machine))[0].hop };
    let home = Walk { hop, mode: Mode::Plain, degree: 1, path: vec![] };
    machine.hear(1, Message::Walk(random_walk::Message::Walk(home)));
    assert_eq!(machine.node.protocol.neighbors.searches(), 0);
    assert_eq!(walks(&next_period(&mut machine)).len(), 1);
}

#[test]
fn a_search_whose_walk_ends_with_a_neighbour_gets_one_of_its_neighbours() {
    let mut machine = process(0_u32, &[1], 2, &[]);
    next_period(&mut machine);
    let effects = machine.hear(1, end(0));
    assert!(sent(&effects).contains(&(vec![1], Message::Adoption(adoption::Message::Adopt))));
    machine.hear(1, adopted(Some(6)));
    assert_eq!(machine.neighbors(), [1, 6]);
}

#[test]
fn a_search_that_brings_somebody_known_or_oneself_or_nobody_is_over() {
    for instead in [Some(1), Some(0), None] {
        let mut machine = process(0_u32, &[1], 2, &[]);
        next_period(&mut machine);
        machine.hear(5, end(0));
        machine.hear(5, adopted(instead));
        assert_eq!(machine.neighbors(), [1]);
        assert_eq!(machine.node.protocol.neighbors.searches(), 0);
    }
}

#[test]
fn a_search_that_nobody_answers_is_over_at_last_whether_walk_or_adoption_was_lost() {
    for met in [None, Some(5)] {
        let mut machine = process(0_u32, &[1], 2, &[]);
        next_period(&mut machine);
        met.map(|met| machine.hear(met, end(0)));
        let timer = match met {
            None => Timer::Walk(random_walk::Period),
            Some(_) => Timer::Adoption(adoption::Period),
        };
        let mut periods = 0;
        while machine.node.protocol.neighbors.searches() > 0 {
            machine.act(Event::Timer(timer), &mut NoDraw);
            periods += 1;
        }
        assert!((3..=10).contains(&periods), "{periods}");
    }
}

/// Whatever the settings say: each search may fail at once, and both requests are of one step.
#[test]
fn no_step_begins_more_searches_than_it_can_carry_out() {
    let mut settings = overlaid(1000);
    settings.neighbors.searches = 255;
    settings.walk.started = 0;
    let mut machine = Machine::roomy(0_u32, [1], 1000, Overlay::new(settings.clone(), vec![]));
    machine.start();
    next_period(&mut machine);
    assert_eq!((machine.effects.overflow(), machine.node.protocol.neighbors.searches()), (0, 0));
    settings.walk = random_walk::Settings { started: 255, retries: 0, ..settings.walk };
    settings.walk.numbers = std::num::NonZeroU16::MAX;
    let mut machine = Machine::roomy(0_u32, [1], 1000, Overlay::new(settings, vec![]));
    machine.start();
    assert_eq!(walks(&next_period(&mut machine)).len(), usize::from(MAX_SEARCHES));
    for _ in 0..10 {
        machine.act(Event::Timer(Timer::Walk(random_walk::Period)), &mut NoDraw);
        assert_eq!(machine.effects.overflow(), 0);
    }
    assert_eq!(machine.node.protocol.neighbors.searches(), 0, "all are lost in one step");
}

#[test]
fn the_application_is_told_of_its_own_walks_and_not_of_searches() {
    let mut machine = process(0_u32, &[1], 2, &[]);
    next_period(&mut machine);
    assert!(told(&machine.hear(5, end(0))).is_empty());
    machine.ask(Request::random_node(0));
    let (at, left, path) = (5, 0, vec![]);
    let notice = random_walk::Notice::Ended { tag: FIRST_TAG, at, left, path };
    assert_eq!(told(&machine.hear(5, end(1))), [Notice::Walk(notice)]);
}

#[test]
fn a_seed_without_neighbours_waits_and_adopts_the_first_that_comes() {
    let mut seed = process(0_u32, &[], 2, &[]);
    assert!(sent(&next_period(&mut seed)).is_empty());
    let effects = seed.hear(1, Message::Adoption(adoption::Message::Adopt));
    assert_eq!(sent(&effects), [(vec![1], adopted(None))]);
    assert_eq!(seed.neighbors(), [1]);
    assert_eq!(walks(&next_period(&mut seed)).len(), 1);
}

#[test]
fn a_neighbour_that_is_on_offer_may_fail_and_the_answer_still_finds_its_places() {
    let mut machine = process(0_u32, &[1, 2, 3], 3, &[]);
    let period = Event::Timer(Timer::Shuffle(cyclon::Period));
    machine.act(period, &mut source(1));
    let (partner, offered) = machine.node.protocol.shuffle.exchange().expect("an exchange");
    let gone = offered[0];
    let farewell = neighbor_management::Message::Leave { instead: None };
    machine.hear(gone, Message::Neighbors(farewell));
    let entries = [7, 8, 9].map(|peer| Entry { peer, age: 0 }).into_iter().collect();
    let answer = cyclon::Message::Answer { number: 0, entries };
    machine
        .act(Event::Message { from: partner, message: Message::Shuffle(answer) }, &mut source(1));
    assert_eq!(machine.neighbors(), [7, 8, 9]);
    mirrors(&machine.node);
}

#[test]
fn of_an_exchange_whose_partner_is_given_away_meanwhile_nobody_is_told_that_it_failed() {
    let mut machine = process(0_u32, &[1], 1, &[]);
    machine.act(Event::Timer(Timer::Shuffle(cyclon::Period)), &mut NoDraw);
    machine.hear(9, Message::Adoption(adoption::Message::Adopt));
    let effects = machine.act(Event::Timer(Timer::Shuffle(cyclon::Period)), &mut NoDraw);
    assert!(told(&effects).is_empty());
    assert_eq!(machine.neighbors(), [9]);
}

//! Neighbour management: pings, replacements, farewells.

mod common;

use common::{Machine, NoDraw, armed, life, managed, sent, sorted, told};
use rumormill_core::protocols::neighbor_management::{
    Message, NeighborManagement, Notice, Period, Refusal, Request, Settings,
};
use rumormill_core::{Draw, Effect, Event, Peer, Positions, Script, SocketPeer, Ticks};

type Managed<P> = Machine<P, NeighborManagement<P>>;

/// Started among `neighbors`, with room for five.
fn among<P: Peer>(me: P, neighbors: &[P], contacts: &[P], settings: Settings) -> Managed<P> {
    let layer = NeighborManagement::new(settings, contacts.to_vec());
    let mut machine = Machine::roomy(me, neighbors.iter().copied(), 5, layer);
    machine.start();
    machine
}

/// Wants no more neighbours than it has.
fn content(neighbors: &[u32]) -> Managed<u32> {
    among(0_u32, neighbors, &[], managed(neighbors.len() as u32))
}

fn tick<P: Peer>(machine: &mut Managed<P>) -> Vec<Effect<'static, P, NeighborManagement<P>>> {
    machine.act(Event::Timer(Period), &mut NoDraw)
}

fn refused<P: Peer>(from: P, refusal: Refusal) -> [Notice<P>; 1] {
    [Notice::Refused { from, refusal }]
}

fn pinged<P: Peer>(effects: &[Effect<'_, P, NeighborManagement<P>>]) -> Vec<P> {
    let pings = sent(effects).into_iter().filter(|(_, message)| *message == Message::Ping);
    sorted(pings.flat_map(|(to, _)| to))
}

fn subset(of: u32, got: &[u32]) -> Draw {
    Draw::Subset { of, got: got.iter().copied().collect::<Positions>() }
}

#[test]
fn a_period_follows_the_other_and_each_neighbour_is_pinged_in_each() {
    let layer = NeighborManagement::new(managed(2), vec![]);
    let mut machine = Machine::new(0_u32, 1..3, layer);
    assert_eq!(armed(&machine.start()), [(Period, Ticks(10))]);
    for _ in 0..2 {
        let effects = tick(&mut machine);
        assert_eq!(armed(&effects), [(Period, Ticks(10))]);
        assert_eq!(pinged(&effects), [1, 2]);
    }
}

#[test]
fn a_ping_is_answered_whoever_sends_it() {
    let effects = content(&[1]).hear(7, Message::Ping);
    assert_eq!(sent(&effects), [(vec![7], Message::Pong)]);
    assert!(told(&effects).is_empty());
}

#[test]
fn a_neighbour_that_leaves_as_many_pings_unanswered_as_patience_says_has_failed() {
    for patience in [1, 2, 255] {
        let settings = Settings { patience, ..managed(2) };
        let mut machine = among(0_u32, &[1, 2], &[], settings);
        for _ in 0..patience {
            assert_eq!(pinged(&tick(&mut machine)), [1, 2]);
            machine.hear(2, Message::Pong);
        }
        let effects = tick(&mut machine);
        assert_eq!(told(&effects)[0], Notice::Failed(1));
        assert_eq!(pinged(&effects), [2]);
        machine.hear(2, Message::Pong);
        assert_eq!(machine.neighbors(), [2]);
        assert_eq!(pinged(&tick(&mut machine)), [1, 2], "it is tried again");
    }
}

#[test]
fn one_that_has_failed_and_answers_takes_the_place_of_another() {
    let settings = Settings { patience: 1, ..managed(2) };
    let mut machine = among(0_u32, &[1, 2], &[], settings);
    tick(&mut machine);
    machine.hear(2, Message::Pong);
    assert!(told(&tick(&mut machine)).contains(&Notice::Failed(1)));
    machine.hear(2, Message::Pong);
    machine.ask(Request::Candidate(3));
    assert_eq!(machine.neighbors(), [2, 3]);
    assert_eq!(pinged(&tick(&mut machine)), [1, 2, 3]);
    let leaves = [subset(2, &[0])];
    machine.act(Event::Message { from: 1, message: Message::Pong }, &mut Script::new(&leaves));
    assert_eq!(machine.neighbors(), [1, 3]);
    machine.hear(3, Message::Pong);
    assert_eq!(pinged(&tick(&mut machine)), [1, 3], "nobody is left to be tried");
}

#[test]
fn where_somebody_has_failed_whoever_lives_there_now_is_asked() {
    let settings = Settings { patience: 1, ..managed(2) };
    let mut machine = among(life(1, 1), &[life(2, 5), life(3, 5)], &[], settings);
    tick(&mut machine);
    machine.hear(life(3, 5), Message::Pong);
    assert!(told(&tick(&mut machine)).contains(&Notice::Failed(life(2, 5))));
    machine.hear(life(3, 5), Message::Pong);
    assert_eq!(pinged(&tick(&mut machine)), [life(2, 0), life(3, 5)]);
    machine.hear(life(2, 6), Message::Pong);
    assert_eq!(machine.neighbors(), [life(2, 6), life(3, 5)], "it was restarted");
}

/// Two neighbours, of whom the first has answered and the second has not yet; one of them made place
/// for somebody who had failed.
fn displaced(which: u32) -> Managed<u32> {
    let mut machine = among(0_u32, &[1, 2], &[], Settings { patience: 1, ..managed(2) });
    tick(&mut machine);
    machine.hear(2, Message::Pong);
    tick(&mut machine);
    machine.hear(2, Message::Pong);
    machine.ask(Request::Candidate(3));
    tick(&mut machine);
    let leaves = [subset(2, &[which])];
    machine.act(Event::Message { from: 1, message: Message::Pong }, &mut Script::new(&leaves));
    machine
}

#[test]
fn whoever_has_answered_and_was_given_away_is_an_acquaintance() {
    let machine = displaced(0);
    assert_eq!(machine.neighbors(), [1, 3]);
    assert_eq!(machine.node.protocol.acquaintances(), [2]);
    let machine = displaced(1);
    assert_eq!(machine.neighbors(), [1, 2]);
    assert!(machine.node.protocol.acquaintances().is_empty(), "it had not answered");
}

#[test]
fn whoever_has_lost_everybody_asks_an_acquaintance() {
    let mut machine = displaced(0);
    tick(&mut machine);
    assert_eq!(told(&tick(&mut machine)).last(), Some(&Notice::Failed(1)));
    assert_eq!(machine.node.protocol.acquaintances(), [2], "the failed are none");
    let draws = [subset(2, &[0])];
    let effects = machine.act(Event::Timer(Period), &mut Script::new(&draws));
    assert_eq!(pinged(&effects), [2, 3]);
    machine.hear(2, Message::Pong);
    assert_eq!(machine.neighbors(), [2]);
    assert!(machine.node.protocol.acquaintances().is_empty());
}

#[test]
fn an_answer_ends_the_silence() {
    let mut machine = content(&[1]);
    for _ in 0..10 {
        tick(&mut machine);
        assert!(told(&tick(&mut machine)).is_empty());
        assert!(machine.hear(1, Message::Pong).is_empty());
    }
}

#[test]
fn a_ping_of_a_neighbour_is_no_answer() {
    let mut machine = content(&[1]);
    for _ in 0..2 {
        tick(&mut machine);
        machine.hear(1, Message::Ping);
    }
    assert_eq!(told(&tick(&mut machine))[0], Notice::Failed(1));
}

#[test]
fn a_new_neighbour_has_not_been_silent_yet() {
    let mut machine = among(0_u32, &[1], &[], managed(2));
    tick(&mut machine);
    machine.ask(Request::Candidate(2));
    assert_eq!(machine.hear(2, Message::Pong).len(), 1, "it was not pinged");
    tick(&mut machine);
    assert!(told(&tick(&mut machine)).contains(&Notice::Failed(1)));
    assert!(told(&tick(&mut machine)).contains(&Notice::Failed(2)));
}

#[test]
fn an_answer_that_no_ping_awaits_is_refused() {
    let mut machine = content(&[1]);
    assert_eq!(told(&machine.hear(1, Message::Pong)), refused(1, Refusal::Unasked));
    tick(&mut machine);
    assert_eq!(told(&machine.hear(7, Message::Pong)), refused(7, Refusal::Unasked));
    assert!(machine.hear(1, Message::Pong).is_empty());
    assert_eq!(told(&machine.hear(1, Message::Pong)), refused(1, Refusal::Unasked));
}

#[test]
fn whoever_has_failed_is_no_candidate_before_something_is_heard_of_it() {
    let mut machine = among(0_u32, &[1, 2], &[], managed(2));
    tick(&mut machine);
    machine.hear(2, Message::Pong);
    tick(&mut machine);
    machine.hear(2, Message::Pong);
    assert!(told(&tick(&mut machine)).contains(&Notice::Failed(1)));
    machine.ask(Request::Candidate(1));
    assert_eq!(machine.neighbors(), [2]);
    machine.hear(1, Message::Ping);
    machine.ask(Request::Candidate(1));
    assert_eq!(machine.neighbors(), [1, 2]);
}

/// The contact is at place 9; its first life answers.
#[test]
fn whoever_searches_in_vain_asks_a_contact_and_takes_it_in_when_it_answers() {
    let (me, friend, contact) = (life(0, 1), life(1, 1), SocketPeer::contact(life(9, 1).address()));
    let mut machine = among(me, &[friend], &[contact], managed(2));
    let period = |machine: &mut Managed<SocketPeer>| {
        let pings = pinged(&tick(machine));
        machine.hear(friend, Message::Pong);
        machine.ask(Request::NotFound);
        pings
    };
    assert_eq!([(); 2].map(|()| period(&mut machine)), [[friend], [friend]]);
    assert_eq!(sorted(period(&mut machine)), sorted([friend, contact]));
    assert_eq!(machine.neighbors(), [friend], "it has not answered");
    assert_eq!(period(&mut machine).len(), 2, "it is asked again");
    assert!(told(&machine.hear(life(9, 1), Message::Pong)).is_empty());
    assert_eq!(machine.neighbors(), [friend, life(9, 1)]);
    assert_eq!(
        told(&machine.hear(life(9, 1), Message::Pong)),
        refused(life(9, 1), Refusal::Unasked)
    );
}

#[test]
fn contacts_are_left_alone_where_they_are_known_or_nobody_is_missing() {
    for (neighbors, contacts, degree) in
        [(vec![1, 2], [2], 3), (vec![1, 2], [3], 2), (vec![1], [0], 2)]
    {
        let mut machine = among(0_u32, &neighbors, &contacts, managed(degree));
        for _ in 0..5 {
            assert_eq!(pinged(&tick(&mut machine)), neighbors);
            neighbors.iter().for_each(|&peer| drop(machine.hear(peer, Message::Pong)));
            machine.ask(Request::NotFound);
        }
    }
}

#[test]
fn as_many_are_wanted_as_are_missing_and_not_searched_for_yet() {
    let settings = Settings { patience: 9, ..managed(4) };
    let mut machine = among(0_u32, &[1], &[], settings);
    assert_eq!(told(&tick(&mut machine)), [Notice::Wanted, Notice::Wanted]);
    assert!(told(&tick(&mut machine)).is_empty());
    assert_eq!(machine.node.protocol.searches(), 2);
    machine.ask(Request::NotFound);
    machine.hear(1, Message::Pong);
    assert_eq!(told(&tick(&mut machine)), [Notice::Wanted], "in a later period");
    machine.ask(Request::Candidate(2));
    machine.ask(Request::Candidate(3));
    assert_eq!(machine.neighbors(), [1, 2, 3]);
    assert_eq!(told(&tick(&mut machine)), [Notice::Wanted], "one is missing");
    machine.ask(Request::Candidate(4));
    assert_eq!(machine.node.protocol.searches(), 0);
}

#[test]
fn whoever_searches_in_vain_searches_for_one_at_a_time() {
    let mut machine = among(0_u32, &[1], &[], managed(4));
    let mut period = || {
        let wanted = told(&tick(&mut machine)).len();
        machine.hear(1, Message::Pong);
        (0..wanted).for_each(|_| drop(machine.ask(Request::NotFound)));
        wanted
    };
    assert_eq!([(); 4].map(|()| period()), [2, 2, 1, 1]);
    machine.ask(Request::Candidate(2));
    assert_eq!(told(&tick(&mut machine)), [Notice::Wanted, Notice::Wanted], "one was found");
}

#[test]
fn answers_to_no_search_are_counted_for_none() {
    let mut machine = among(0_u32, &[1], &[], managed(3));
    machine.ask(Request::NotFound);
    machine.ask(Request::Candidate(2));
    assert_eq!((machine.node.protocol.searches(), machine.neighbors()), (0, vec![1, 2]));
}

#[test]
fn a_candidate_that_is_known_or_oneself_or_one_too_many_is_none() {
    let mut machine = among(0_u32, &[1], &[], managed(2));
    for peer in [0, 1] {
        assert!(machine.ask(Request::Candidate(peer)).is_empty());
    }
    machine.ask(Request::Candidate(2));
    machine.ask(Request::Candidate(3));
    assert_eq!(machine.neighbors(), [1, 2]);
}

#[test]
fn no_more_are_wanted_than_the_view_holds() {
    let mut machine = among(0_u32, &[1, 2, 3, 4, 5], &[], managed(u32::MAX));
    assert!(told(&tick(&mut machine)).is_empty());
}

#[test]
fn as_many_searches_as_there_can_be_are_counted() {
    let settings = Settings { searches: 255, ..managed(u32::MAX) };
    let layer = NeighborManagement::new(settings, vec![]);
    let mut machine = Machine::roomy(0_u32, [1], 1000, layer);
    machine.start();
    assert_eq!(told(&tick(&mut machine)).len(), 255);
    assert_eq!(told(&tick(&mut machine)).len(), 0);
}

#[test]
fn whoever_knows_nobody_begins_with_contacts_and_asks_for_more() {
    let mut machine = among(0_u32, &[], &[1, 2], managed(3));
    assert_eq!(machine.neighbors(), [1, 2]);
    assert_eq!(told(&tick(&mut machine)), [Notice::Wanted]);
    assert_eq!(among(0_u32, &[3], &[1, 2], managed(3)).neighbors(), [3]);
}

#[test]
fn no_more_contacts_are_drawn_than_neighbours_are_wanted() {
    let layer = NeighborManagement::new(managed(2), vec![1, 2, 3]);
    let mut machine = Machine::roomy(0_u32, [], 5, layer);
    machine.act(Event::Start, &mut Script::new(&[subset(3, &[0, 2])]));
    assert_eq!(machine.neighbors(), [1, 3]);
}

#[test]
fn a_seed_whose_only_contact_is_itself_searches_nobody() {
    let mut machine = among(0_u32, &[], &[0], managed(3));
    assert!(machine.neighbors().is_empty());
    let effects = tick(&mut machine);
    assert!(told(&effects).is_empty() && sent(&effects).is_empty());
}

#[test]
fn whoever_has_lost_everybody_begins_with_its_contacts_again_and_asks_those_it_has_lost() {
    let mut machine = among(0_u32, &[1, 2], &[9], managed(2));
    tick(&mut machine);
    tick(&mut machine);
    assert_eq!(told(&tick(&mut machine)), [Notice::Failed(1), Notice::Failed(2)]);
    let draws = [subset(2, &[1])];
    let effects = machine.act(Event::Timer(Period), &mut Script::new(&draws));
    assert_eq!((told(&effects), pinged(&effects)), (vec![Notice::Wanted], vec![2]));
    assert_eq!(machine.neighbors(), [9]);
    assert!(machine.hear(2, Message::Pong).is_empty());
    assert_eq!(machine.neighbors(), [2, 9]);
}

#[test]
fn a_contact_is_recognised_when_it_answers() {
    let mut machine = among(life(1, 5), &[], &[life(2, 0)], managed(1));
    assert_eq!(pinged(&tick(&mut machine)), [life(2, 0)]);
    tick(&mut machine);
    assert!(machine.hear(life(2, 7), Message::Pong).is_empty());
    assert_eq!(machine.neighbors(), [life(2, 7)]);
    assert_eq!(pinged(&tick(&mut machine)), [life(2, 7)]);
    assert!(told(&tick(&mut machine)).is_empty(), "it has answered");
}

#[test]
fn the_answer_of_an_earlier_life_is_none_of_the_later() {
    let mut machine = among(life(1, 5), &[life(2, 7)], &[], managed(1));
    tick(&mut machine);
    let effects = machine.hear(life(2, 6), Message::Pong);
    assert_eq!(told(&effects), refused(life(2, 6), Refusal::Unasked));
    let effects = machine.hear(life(2, 6), Message::Leave { instead: None });
    assert_eq!(told(&effects), refused(life(2, 6), Refusal::NoNeighbor));
    assert_eq!(machine.neighbors(), [life(2, 7)]);
}

#[test]
fn whoever_leaves_makes_room_for_its_heir() {
    let mut machine = content(&[1, 2]);
    let effects = machine.hear(1, Message::Leave { instead: Some(3) });
    assert_eq!(told(&effects), [Notice::Left(1)]);
    assert_eq!(machine.neighbors(), [2, 3]);
    let effects = machine.hear(2, Message::Leave { instead: None });
    assert_eq!(told(&effects), [Notice::Left(2)]);
    assert_eq!(machine.neighbors(), [3]);
}

#[test]
fn an_heir_that_is_known_or_the_receiver_or_the_leaver_makes_no_difference_to_the_bounds() {
    for (heir, left) in [(0, vec![2]), (2, vec![2])] {
        let mut machine = content(&[1, 2]);
        machine.hear(1, Message::Leave { instead: Some(heir) });
        assert_eq!(machine.neighbors(), left);
    }
}

#[test]
fn the_farewell_of_a_stranger_is_refused_and_its_heir_not_taken() {
    let mut machine = among(0_u32, &[1], &[], managed(3));
    let effects = machine.hear(7, Message::Leave { instead: Some(8) });
    assert_eq!(told(&effects), refused(7, Refusal::NoNeighbor));
    assert_eq!(machine.neighbors(), [1]);
}

#[test]
fn a_contact_is_no_heir_and_neither_is_a_later_life_of_a_neighbour() {
    let neighbors = [life(2, 1), life(3, 1), life(4, 1)];
    let mut machine = among(life(1, 1), &neighbors, &[], managed(3));
    let from = life(2, 1);
    let effects = machine.hear(from, Message::Leave { instead: Some(life(5, 0)) });
    let refusal = Notice::Refused { from, refusal: Refusal::NamesNobody };
    assert_eq!(told(&effects), [Notice::Left(from), refusal]);
    machine.hear(life(3, 1), Message::Leave { instead: Some(life(4, 9)) });
    assert_eq!(machine.neighbors(), [life(4, 1)]);
}

#[test]
fn the_ping_of_an_earlier_life_of_a_neighbour_is_answered_and_not_remembered() {
    let mut machine = among(life(1, 1), &[life(2, 5)], &[], managed(1));
    let effects = machine.hear(life(2, 4), Message::Ping);
    assert_eq!(sent(&effects), [(vec![life(2, 4)], Message::Pong)]);
    assert_eq!(told(&effects), refused(life(2, 4), Refusal::EarlierLife));
    assert_eq!(machine.node.protocol.watchers(), 0);
}

#[test]
fn whoever_has_pinged_says_farewell_without_being_a_neighbour() {
    let mut machine = content(&[1]);
    machine.hear(7, Message::Ping);
    assert!(machine.hear(7, Message::Leave { instead: Some(8) }).is_empty());
    assert_eq!((machine.node.protocol.watchers(), machine.neighbors()), (0, vec![1]));
}

#[test]
fn those_that_ping_are_told_of_the_leaving_and_given_an_heir_each_and_the_rest_without() {
    let mut machine = content(&[1, 2, 3]);
    machine.hear(1, Message::Ping);
    machine.hear(8, Message::Ping);
    let heirs = [subset(2, &[1]), subset(3, &[0])];
    let effects = machine.act(Event::Request(Request::Leave), &mut Script::new(&heirs));
    assert_eq!(
        sent(&effects),
        [
            (vec![1], Message::Leave { instead: Some(3) }),
            (vec![8], Message::Leave { instead: Some(1) }),
            (vec![2, 3], Message::Leave { instead: None }),
        ]
    );
}

/// Whose heir is whose is left to draws, so the order in which pings came plays no part.
#[test]
fn nobody_is_its_own_heir_and_whoever_has_no_other_neighbour_names_none() {
    let mut machine = content(&[1]);
    machine.hear(1, Message::Ping);
    let effects = machine.ask(Request::Leave);
    assert_eq!(sent(&effects), [(vec![1], Message::Leave { instead: None })]);
    let effects = among(0_u32, &[], &[], managed(1)).ask(Request::Leave);
    assert!(effects.is_empty(), "nobody is to be told");
}

#[test]
fn everybody_is_told_however_large_the_view() {
    let layer = NeighborManagement::new(managed(100), vec![]);
    let mut machine = Machine::new(0_u32, 1..101, layer);
    machine.start();
    let told: Vec<u32> = sent(&machine.ask(Request::Leave)).into_iter().flat_map(|s| s.0).collect();
    assert_eq!(told, (1..101).collect::<Vec<_>>());
}

#[test]
fn pings_are_remembered_for_as_many_periods_as_patience_says() {
    for patience in [1, 2, 255] {
        let mut machine = among(0_u32, &[1], &[], Settings { patience, ..managed(1) });
        machine.hear(7, Message::Ping);
        for _ in 0..patience {
            tick(&mut machine);
            assert_eq!(machine.node.protocol.watchers(), 1);
        }
        tick(&mut machine);
        assert_eq!(machine.node.protocol.watchers(), 0);
    }
}

#[test]
fn more_pings_than_can_be_remembered_are_answered_and_refused() {
    let mut machine = content(&[1]);
    for from in 7..10 {
        assert!(told(&machine.hear(from, Message::Ping)).is_empty());
        assert!(told(&machine.hear(from, Message::Ping)).is_empty(), "known");
    }
    let effects = machine.hear(10, Message::Ping);
    assert_eq!(sent(&effects), [(vec![10], Message::Pong)]);
    assert_eq!(told(&effects), refused(10, Refusal::TooManyWatchers));
    let mut forgetful = among(0_u32, &[1], &[], Settings { watchers: 0, ..managed(1) });
    assert!(told(&forgetful.hear(7, Message::Ping)).is_empty(), "it wants to remember nobody");
}

#[test]
fn of_each_place_the_latest_life_is_told() {
    let mut machine = among(life(1, 1), &[], &[], managed(1));
    let reasons = [5, 4, 6].map(|epoch| {
        let effects = machine.hear(life(2, epoch), Message::Ping);
        assert_eq!(sent(&effects), [(vec![life(2, epoch)], Message::Pong)]);
        told(&effects)
    });
    assert_eq!(reasons, [vec![], refused(life(2, 4), Refusal::EarlierLife).to_vec(), vec![]]);
    assert_eq!(machine.node.protocol.watchers(), 1);
    let effects = machine.ask(Request::Leave);
    let farewell = Message::<SocketPeer>::Leave { instead: None };
    assert_eq!(sent(&effects), [(vec![life(2, 6)], farewell)]);
}

/// A view may be larger than what layers can be told of in one step.
#[test]
fn of_more_failures_than_a_step_can_tell_the_rest_follow_in_the_next_period() {
    let layer = NeighborManagement::new(Settings { patience: 1, ..managed(0) }, vec![]);
    let mut machine = Machine::new(0_u32, 1..51, layer);
    machine.start();
    tick(&mut machine);
    assert_eq!((told(&tick(&mut machine)).len(), machine.effects.overflow()), (32, 18));
    let one_of_those = Draw::Subset { of: 32, got: [0].into_iter().collect::<Positions>() };
    let rest = machine.act(Event::Timer(Period), &mut Script::new(&[one_of_those]));
    assert_eq!((told(&rest).len(), machine.effects.overflow()), (18, 0));
}

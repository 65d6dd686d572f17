//! Periodic gossip in its three modes.

mod common;

use std::collections::BTreeSet;
use std::num::NonZeroU16;

use common::{
    Machine, NoDraw, armed, gossip, longest_peer, mongering, rumor, rumor_of, sent, source, told,
};
use proptest::prelude::*;
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::periodic_gossip::{
    Interest, MAX_CONTACTS, MAX_RUMORS, MIN_MESSAGE, Message, Mode, Period, PeriodicGossip,
    Removal, Request, Response, Settings, Verdict,
};
use rumormill_core::rumor::{MAX_PAYLOAD, Notice, PayloadTooLong, RUMOR_OVERHEAD, Rumor};
use rumormill_core::seen::{Memory, Refusal};
use rumormill_core::wire::{Header, Label, Wire, encode_frame};
use rumormill_core::{
    Bias, Draw, Effect, Epoch, Event, Peer, Randomness, Script, SocketPeer, Ticks,
};

type Effects = Vec<Effect<'static, u32, PeriodicGossip<u32>>>;

/// Among four neighbours.
fn machine(settings: Settings) -> Machine<u32, PeriodicGossip<u32>> {
    Machine::new(0, 1..5, PeriodicGossip::new(settings))
}

/// Asks all four neighbours, so that it draws nothing.
fn to_all(mode: Mode) -> Settings {
    Settings { fanout: 9, ..gossip(mode) }
}

fn tick(machine: &mut Machine<u32, PeriodicGossip<u32>>, random: &mut dyn Randomness) -> Effects {
    machine.act(Event::Timer(Period), random)
}

fn hear(machine: &mut Machine<u32, PeriodicGossip<u32>>, rumors: &[Rumor<u32>]) -> Effects {
    machine.hear(9, Message::Push { rumors: rumors.to_vec() })
}

fn ids<P: Peer>(rumors: &[Rumor<P>]) -> Vec<(P, u64)> {
    rumors.iter().map(|rumor| (rumor.id.origin, rumor.id.sequence)).collect()
}

#[test]
fn a_period_follows_the_other() {
    let mut machine = machine(gossip(Mode::Push));
    let next = [(Period, Ticks(10))];
    assert_eq!(armed(&machine.act(Event::Start, &mut NoDraw)), next);
    assert_eq!(armed(&tick(&mut machine, &mut NoDraw)), next);
}

#[test]
fn a_push_goes_to_as_many_as_the_fanout_says_in_as_many_periods_as_a_rumor_is_hot() {
    let mut machine = machine(gossip(Mode::Push));
    let news = rumor(7, 0, 5);
    let effects = hear(&mut machine, std::slice::from_ref(&news));
    assert_eq!(told(&effects), [Notice::Delivered(news.clone())]);
    assert!(sent(&effects).is_empty(), "not before the period ends");
    for _ in 0..3 {
        let sent = sent(&tick(&mut machine, &mut source(1)));
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].0.len(), 2);
        assert_eq!(sent[0].1, Message::Push { rumors: vec![news.clone()] });
    }
    assert!(sent(&tick(&mut machine, &mut NoDraw)).is_empty());
    assert!(hear(&mut machine, &[news]).is_empty(), "cold, but not forgotten");
}

#[test]
fn a_rumor_that_is_hot_for_ever_is_sent_for_ever() {
    let mut machine = machine(Settings { hot: Interest::ForEver, ..gossip(Mode::Push) });
    hear(&mut machine, &[rumor(7, 0, 5)]);
    let started = machine.node.clone();
    for _ in 0..100 {
        assert_eq!(sent(&tick(&mut machine, &mut source(1))).len(), 1);
    }
    assert_ne!(machine.node, started, "the silence of the origin is counted");
    assert_eq!(machine.node.protocol.hot().count(), 1);
}

#[test]
fn a_fanout_larger_than_the_view_reaches_all_without_a_draw() {
    let mut machine = machine(to_all(Mode::Push));
    hear(&mut machine, &[rumor(7, 0, 5)]);
    assert_eq!(sent(&tick(&mut machine, &mut NoDraw))[0].0, [1, 2, 3, 4]);
}

#[test]
fn whoever_has_nothing_to_push_draws_nothing_and_whoever_pulls_always_asks() {
    assert!(sent(&tick(&mut machine(gossip(Mode::Push)), &mut NoDraw)).is_empty());
    let asked = sent(&tick(&mut machine(gossip(Mode::Pull)), &mut source(1)));
    assert_eq!((asked[0].0.len(), &asked[0].1), (2, &Message::Pull { have: vec![] }));
    let both = sent(&tick(&mut machine(gossip(Mode::PushPull)), &mut source(1)));
    assert_eq!(both[0].1, Message::Exchange { have: vec![], rumors: vec![] });
}

#[test]
fn a_pull_is_answered_with_what_the_asker_lacks() {
    let mut machine = machine(gossip(Mode::Pull));
    let (old, new) = (rumor(7, 0, 5), rumor(8, 0, 5));
    hear(&mut machine, &[old.clone(), new.clone()]);
    let answer = machine.hear(3, Message::Pull { have: vec![old.id, rumor(6, 0, 0).id] });
    assert_eq!(sent(&answer), [(vec![3], Message::Push { rumors: vec![new.clone()] })]);
    let nothing = machine.hear(3, Message::Pull { have: vec![new.id, old.id] });
    assert!(nothing.is_empty());

    let asked = sent(&tick(&mut machine, &mut source(1)));
    assert_eq!(asked[0].1, Message::Pull { have: vec![old.id, new.id] });
    assert_eq!(asked.len(), 1, "a pull pushes nothing");
    tick(&mut machine, &mut source(1));
    let answer = machine.hear(3, Message::Pull { have: vec![] });
    assert_eq!(sent(&answer).len(), 1, "hot for three periods");
    tick(&mut machine, &mut source(1));
    assert!(machine.hear(3, Message::Pull { have: vec![] }).is_empty());
}

#[test]
fn an_exchange_is_answered_from_what_was_known_before_it() {
    let mut machine = machine(to_all(Mode::PushPull));
    let (mine, yours) = (rumor(7, 0, 5), rumor(8, 0, 5));
    hear(&mut machine, std::slice::from_ref(&mine));
    let exchange = Message::Exchange { have: vec![], rumors: vec![yours.clone(), mine.clone()] };
    let effects = machine.hear(3, exchange);
    assert_eq!(sent(&effects), [(vec![3], Message::Push { rumors: vec![mine.clone()] })]);
    assert_eq!(told(&effects), [Notice::Delivered(yours.clone())]);

    let (have, rumors) = (vec![mine.id, yours.id], vec![mine, yours]);
    let sent = sent(&tick(&mut machine, &mut NoDraw));
    assert_eq!(sent, [(vec![1, 2, 3, 4], Message::Exchange { have, rumors })]);
}

#[test]
fn what_is_published_is_numbered_and_does_not_come_back() {
    let mut machine = machine(to_all(Mode::Push));
    for sequence in 0..3 {
        let own = rumor(0, sequence, 5);
        let effects = machine.ask(Request::Publish(own.payload.clone()));
        assert_eq!(told(&effects), [Notice::Delivered(own.clone())]);
        assert!(machine.node.protocol.knows(&own.id));
        assert!(hear(&mut machine, &[own]).is_empty());
    }
    assert!(hear(&mut machine, &[rumor(0, 9, 5)]).is_empty(), "nor what was never published");
}

#[test]
fn what_was_learned_in_another_way_is_delivered_once_and_spread() {
    let mut machine = machine(to_all(Mode::Push));
    let news = rumor(0, 0, 5);
    let effects = machine.ask(Request::Spread(news.clone()));
    assert_eq!(told(&effects), [Notice::Delivered(news.clone())]);
    assert!(machine.ask(Request::Spread(news.clone())).is_empty());
    assert_eq!(sent(&tick(&mut machine, &mut NoDraw))[0].1, Message::Push { rumors: vec![news] });
}

#[test]
fn a_full_buffer_gives_up_what_came_first_and_says_so() {
    for (buffer, room) in [(0, 1), (1, 1), (4, 4)] {
        let mut machine = machine(Settings { buffer, ..gossip(Mode::Push) });
        let rumors: Vec<_> = (0..6).map(|sequence| rumor(7, sequence, 0)).collect();
        let effects = hear(&mut machine, &rumors);
        let crowded_out: Vec<_> = told(&effects)
            .into_iter()
            .filter_map(|notice| match notice {
                Notice::CrowdedOut(id) => Some(id.sequence),
                _ => None,
            })
            .collect();
        assert_eq!(crowded_out, (0..6 - room).collect::<Vec<_>>());
        let hot: Vec<_> = machine.node.protocol.hot().map(|rumor| rumor.id.sequence).collect();
        assert_eq!(hot, (6 - room..6).collect::<Vec<_>>());
    }
}

#[test]
fn a_payload_that_fits_into_no_message_is_not_started_and_not_spread() {
    let settings = gossip(Mode::PushPull);
    let limit = settings.max_payload();
    let mut machine = machine(settings);
    let payload = Bytes::from(vec![0; limit as usize + 1]);
    let length = u64::from(limit) + 1;
    let effects = machine.ask(Request::Publish(payload.clone()));
    assert_eq!(told(&effects), [Notice::NotStarted(PayloadTooLong { length, limit })]);
    let effects = machine.ask(Request::Publish(payload.slice(1..)));
    assert!(matches!(&told(&effects)[..], [Notice::Delivered(own)] if own.id.sequence == 0));

    let long = rumor(7, 0, limit as usize + 1);
    let effects = hear(&mut machine, std::slice::from_ref(&long));
    let id = long.id;
    assert_eq!(told(&effects), [Notice::Delivered(long), Notice::CrowdedOut(id)]);
    assert_eq!(machine.node.protocol.hot().count(), 1);
}

#[test]
fn what_the_filter_cannot_tell_is_turned_away() {
    let memory = Memory { origins: 1, forget_after: Some(2) };
    let mut machine = machine(Settings { memory, ..gossip(Mode::Push) });
    hear(&mut machine, &[rumor(7, 200, 0)]);
    for (other, refusal) in [(rumor(7, 0, 0), Refusal::TooOld), (rumor(8, 0, 0), Refusal::NoRoom)] {
        let id = other.id;
        let effects = hear(&mut machine, &[other]);
        assert_eq!(told(&effects), [Notice::TurnedAway { id, refusal }]);
    }
    tick(&mut machine, &mut source(1));
    tick(&mut machine, &mut source(1));
    assert_eq!(told(&hear(&mut machine, &[rumor(8, 0, 0)])).len(), 1);
    assert!(!machine.node.protocol.knows(&rumor(7, 200, 0).id), "forgotten for it");
}

/// The answer holds a part of the buffer; which, a draw decides; each rumor is in some part.
#[test]
fn nothing_is_left_out_of_the_answers_for_ever() {
    let mut machine =
        machine(Settings { buffer: 20, hot: Interest::ForEver, ..gossip(Mode::Pull) });
    let rumors: Vec<_> = (0..20).map(|sequence| rumor(7, sequence, 60)).collect();
    hear(&mut machine, &rumors);
    let have: Vec<_> = rumors[..5].iter().map(|rumor| rumor.id).collect();
    let mut told_of = BTreeSet::new();
    for got in 0..15 {
        let draws = [Draw::Below { outcomes: 15, got }];
        let mut script = Script::new(&draws);
        let event = Event::Message { from: 3, message: Message::Pull { have: have.clone() } };
        let answers = sent(&machine.act(event, &mut script));
        assert!(script.was_followed());
        let [(_, Message::Push { rumors })] = &answers[..] else { panic!("one push: {answers:?}") };
        assert_eq!(ids(rumors)[0], (7, 5 + u64::from(got)));
        told_of.extend(ids(rumors));
    }
    assert_eq!(told_of, (5..20).map(|sequence| (7, sequence)).collect());
}

#[test]
fn a_message_names_the_latest_rumors_that_fit() {
    let settings =
        Settings { buffer: 200, hot: Interest::ForEver, max_message: 10_000, ..to_all(Mode::Pull) };
    for (max_message, names) in [(10_000, MAX_RUMORS), (3 + 10 * 43, 10), (2 + 10 * 43, 9)] {
        let mut machine = machine(Settings { max_message, ..settings.clone() });
        let rumors: Vec<_> = (0..100).map(|sequence| rumor(7, sequence, 0)).collect();
        hear(&mut machine, &rumors);
        let asked = sent(&tick(&mut machine, &mut NoDraw));
        let Message::Pull { have } = &asked[0].1 else { panic!("a pull") };
        assert_eq!(have.len(), names);
        assert_eq!(have.last(), Some(&rumors[99].id));
    }
}

/// Half of an exchange holds two names, the other half a rumor whose payload is as long as its
/// overhead.
#[test]
fn the_smallest_message_that_is_allowed_is_the_smallest_that_exchanges_something_useful() {
    for (max_message, named, told) in [(MIN_MESSAGE, 2, 1), (MIN_MESSAGE - 1, 1, 0)] {
        let mut machine = machine(Settings { max_message, ..to_all(Mode::PushPull) });
        hear(&mut machine, &[rumor(7, 0, RUMOR_OVERHEAD), rumor(7, 1, 0)]);
        let exchanged = sent(&tick(&mut machine, &mut NoDraw));
        let (_, Message::Exchange { have, rumors }) = &exchanged[0] else { panic!("an exchange") };
        assert_eq!((have.len(), rumors.len()), (named, told));
    }
}

/// The size of a message without its frame.
fn size<M: Wire>(message: &M) -> usize {
    let header = Header { label: Label::default(), from: Epoch(0), to: Epoch(0) };
    let mut frame = Vec::new();
    encode_frame(&header, message, &mut frame);
    frame.len() - 6
}

#[test]
fn the_overhead_of_a_rumor_is_an_upper_bound_that_is_reached() {
    let worst = rumor_of(longest_peer(u16::MAX), u64::MAX, MAX_PAYLOAD);
    assert_eq!(size(&worst), MAX_PAYLOAD + RUMOR_OVERHEAD);
}

fn modes() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Push), Just(Mode::Pull), Just(Mode::PushPull)]
}

proptest! {
    /// Whatever the rumors' lengths, and with the longest names that there are: no message is
    /// longer than it may be, and each period sends each rumor exactly once.
    #[test]
    fn messages_keep_their_bound_and_hold_everything(
        mode in modes(),
        max_message in MIN_MESSAGE..20_000,
        lengths in proptest::collection::vec(0..8000_usize, 0..150),
    ) {
        let settings = Settings { max_message, buffer: 100, ..to_all(mode) };
        let limit = settings.max_payload() as usize;
        let neighbors = (1..5).map(longest_peer);
        let mut machine = Machine::new(longest_peer(0), neighbors, PeriodicGossip::new(settings));
        for (number, length) in lengths.into_iter().enumerate() {
            let origin = longest_peer(number as u16 + 10);
            let news = rumor_of(origin, u64::MAX, length.min(limit));
            machine.hear(longest_peer(9), Message::Push { rumors: vec![news] });
        }
        let hot: Vec<Rumor<SocketPeer>> = machine.node.protocol.hot().cloned().collect();

        let messages = sent(&machine.act(Event::Timer(Period), &mut NoDraw));
        let mut pushed = Vec::new();
        for (_, message) in &messages {
            prop_assert!(size(message) <= max_message as usize, "{} bytes", size(message));
            match message {
                Message::Push { rumors } | Message::Exchange { rumors, .. } => {
                    prop_assert!(rumors.len() <= MAX_RUMORS);
                    pushed.extend(ids(rumors));
                }
                Message::Pull { .. } | Message::Feedback { .. } => {}
            }
        }
        match mode {
            Mode::Pull => prop_assert!(pushed.is_empty() && messages.len() == 1),
            Mode::Push | Mode::PushPull => prop_assert_eq!(pushed, ids(&hot)),
        }

        let pull = Event::Message { from: longest_peer(2), message: Message::Pull { have: vec![] } };
        let answer = sent(&machine.act(pull, &mut source(1)));
        prop_assert_eq!(answer.len(), usize::from(!hot.is_empty()));
        prop_assert!(answer.iter().all(|(_, message)| size(message) <= max_message as usize));
    }
}

#[test]
fn a_period_ends_even_if_no_message_may_hold_anything() {
    for max_message in [0, 3, RUMOR_OVERHEAD as u32] {
        let hot = Interest::Periods(NonZeroU16::MIN);
        let mut machine = machine(Settings { max_message, hot, ..to_all(Mode::Push) });
        hear(&mut machine, &[rumor(7, 0, 0), rumor(7, 1, 0), rumor(7, 2, 1)]);
        assert_eq!(sent(&tick(&mut machine, &mut NoDraw)).len(), 2);
    }
}

/// Rumor mongering to all four neighbours, so that nothing is drawn but coins.
fn to_all_until(mode: Mode, response: Response, removal: Removal) -> Settings {
    Settings { fanout: 9, ..mongering(mode, response, removal) }
}

fn feedback(rumors: &[&Rumor<u32>], needed: bool) -> Message<u32> {
    let verdicts = rumors.iter().map(|rumor| Verdict { id: rumor.id, needed }).collect();
    Message::Feedback { verdicts }
}

fn is_hot(machine: &Machine<u32, PeriodicGossip<u32>>, rumor: &Rumor<u32>) -> bool {
    machine.node.protocol.hot().any(|hot| hot == rumor)
}

/// Spreads a rumor in one period after the other, tells each time what is said of it, and returns in
/// how many it was sent.
fn periods_of(removal: Removal, said: &[Option<bool>]) -> usize {
    let mut machine = machine(to_all_until(Mode::Push, Response::Feedback, removal));
    let news = rumor(7, 0, 5);
    hear(&mut machine, std::slice::from_ref(&news));
    for (period, needed) in said.iter().enumerate() {
        if sent(&tick(&mut machine, &mut NoDraw)).is_empty() {
            return period;
        }
        if let Some(needed) = needed {
            assert!(machine.hear(2, feedback(&[&news], *needed)).is_empty());
        }
    }
    said.len()
}

#[test]
fn a_counter_counts_useless_periods_in_a_row_or_in_all() {
    let (needed, not_needed, silence) = (Some(true), Some(false), None);
    for (said, in_a_row, in_all) in [
        (&[not_needed, not_needed, silence][..], 2, 2),
        (&[not_needed, silence, silence, not_needed, silence], 4, 4),
        (&[not_needed, needed, not_needed, not_needed, silence], 4, 3),
        (&[silence; 100], 100, 100),
        (&[needed; 100], 100, 100),
    ] {
        assert_eq!(periods_of(Removal::Counter, said), in_a_row);
        assert_eq!(periods_of(Removal::CounterWithoutReset, said), in_all);
    }
}

#[test]
fn a_coin_ends_the_interest_after_a_useless_period() {
    let half = Bias::new(1, 2).expect("a probability");
    for got in [false, true] {
        let mut machine = machine(to_all_until(Mode::Push, Response::Blind, Removal::Coin));
        let news = rumor(7, 0, 5);
        hear(&mut machine, std::slice::from_ref(&news));
        assert_eq!(sent(&tick(&mut machine, &mut NoDraw)).len(), 1, "not before it was sent");
        let draws = [Draw::Coin { bias: half, got }];
        let mut script = Script::new(&draws);
        assert_eq!(sent(&tick(&mut machine, &mut script)).is_empty(), got);
        assert!(script.was_followed());
    }
}

#[test]
fn where_nobody_answers_a_period_counts_if_the_rumor_was_sent() {
    let settings = to_all_until(Mode::Push, Response::Blind, Removal::Counter);
    let mut alone = Machine::new(0, [], PeriodicGossip::new(settings.clone()));
    let news = rumor(7, 0, 5);
    hear(&mut alone, std::slice::from_ref(&news));
    for _ in 0..5 {
        tick(&mut alone, &mut NoDraw);
    }
    assert!(is_hot(&alone, &news), "there was nobody");

    let mut machine = machine(settings);
    assert!(sent(&hear(&mut machine, std::slice::from_ref(&news))).is_empty(), "blind");
    assert_eq!(sent(&tick(&mut machine, &mut NoDraw)).len(), 1);
    let effects = machine.hear(2, feedback(&[&news], true));
    assert_eq!(told(&effects), [Notice::FeedbackRefused(2)], "nobody was asked");
    assert_eq!(sent(&tick(&mut machine, &mut NoDraw)).len(), 1);
    assert!(sent(&tick(&mut machine, &mut NoDraw)).is_empty());
}

#[test]
fn what_was_not_known_when_the_period_began_was_needed() {
    let mut machine = machine(to_all_until(Mode::Push, Response::Feedback, Removal::Counter));
    let (old, new, own) = (rumor(7, 0, 5), rumor(7, 1, 5), rumor(0, 0, 5));
    let told_of = |effects: &Effects| match &sent(effects)[..] {
        [(to, Message::Feedback { verdicts })] if to == &[9] => {
            verdicts.iter().map(|verdict| verdict.needed).collect::<Vec<_>>()
        }
        other => panic!("one feedback: {other:?}"),
    };
    machine.ask(Request::Publish(own.payload.clone()));
    assert_eq!(told_of(&hear(&mut machine, std::slice::from_ref(&old))), [true]);
    assert_eq!(told_of(&hear(&mut machine, std::slice::from_ref(&old))), [true], "in this period");
    tick(&mut machine, &mut NoDraw);
    let all = [old, new, own];
    assert_eq!(told_of(&hear(&mut machine, &all)), [false, true, false]);
    assert!(hear(&mut machine, &[]).is_empty(), "nothing to say");
}

#[test]
fn what_is_turned_away_was_not_needed_and_what_is_not_kept_was() {
    let memory = Memory { origins: 1, forget_after: None };
    let settings = to_all_until(Mode::Push, Response::Feedback, Removal::Counter);
    let mut machine = machine(Settings { memory, ..settings });
    let limit = gossip(Mode::Push).max_payload() as usize;
    let (long, strange) = (rumor(7, 0, limit + 1), rumor(8, 0, 5));
    let effects = hear(&mut machine, &[long.clone(), strange.clone()]);
    let verdict = |rumor: &Rumor<u32>, needed| Verdict { id: rumor.id, needed };
    let verdicts = vec![verdict(&long, true), verdict(&strange, false)];
    assert_eq!(sent(&effects), [(vec![9], Message::Feedback { verdicts })]);
}

#[test]
fn only_whom_a_rumor_was_sent_to_in_this_period_may_say_what_came_of_it() {
    let mut machine = machine(to_all_until(Mode::Push, Response::Feedback, Removal::Counter));
    let (first, second) = (rumor(7, 0, 5), rumor(7, 1, 5));
    hear(&mut machine, std::slice::from_ref(&first));
    let refused = |effects: Effects, from| {
        assert_eq!(told(&effects), [Notice::FeedbackRefused(from)]);
        assert!(sent(&effects).is_empty());
    };
    let before = machine.node.clone();
    refused(machine.hear(2, feedback(&[&first], false)), 2);
    assert_eq!(machine.node, before, "nothing was sent to it yet");
    tick(&mut machine, &mut NoDraw);
    let before = machine.node.clone();
    refused(machine.hear(5, feedback(&[&first], false)), 5);
    assert_eq!(machine.node, before, "a stranger");
    hear(&mut machine, std::slice::from_ref(&second));
    let before = machine.node.clone();
    assert!(machine.hear(2, feedback(&[&second, &rumor(6, 0, 0)], false)).is_empty());
    assert_eq!(machine.node, before, "not what was sent");

    for _ in 0..20 {
        machine.hear(2, feedback(&[&first, &first], false));
    }
    tick(&mut machine, &mut NoDraw);
    assert!(is_hot(&machine, &first), "said often, counted once");
    machine.hear(2, feedback(&[&first], false));
    machine.hear(3, feedback(&[&first], true));
    machine.hear(4, feedback(&[&first], false));
    tick(&mut machine, &mut NoDraw);
    machine.hear(2, feedback(&[&first], false));
    tick(&mut machine, &mut NoDraw);
    assert!(is_hot(&machine, &first), "one that needed it makes a period useful");
    machine.hear(2, feedback(&[&first], false));
    tick(&mut machine, &mut NoDraw);
    assert!(!is_hot(&machine, &first) && is_hot(&machine, &second));
}

#[test]
fn nobody_is_heard_where_rumors_do_not_depend_on_feedback() {
    for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
        let mut machine = machine(to_all(mode));
        let news = rumor(7, 0, 5);
        assert!(sent(&hear(&mut machine, std::slice::from_ref(&news))).is_empty());
        tick(&mut machine, &mut NoDraw);
        let before = machine.node.clone();
        let effects = machine.hear(2, feedback(&[&news], false));
        assert_eq!(told(&effects), [Notice::FeedbackRefused(2)]);
        assert_eq!(machine.node, before);
    }
}

/// As in Table 3: whoever is asked sends what it has, and counts a period once.
#[test]
fn a_mongering_pull_is_answered_with_everything_and_a_period_counts_once() {
    let mut machine = machine(to_all_until(Mode::Pull, Response::Feedback, Removal::Counter));
    let news = rumor(7, 0, 5);
    hear(&mut machine, std::slice::from_ref(&news));
    let asked = sent(&tick(&mut machine, &mut NoDraw));
    assert_eq!(asked[0].1, Message::Pull { have: vec![] });
    let ask_and_say = |machine: &mut Machine<u32, _>, from, needed| {
        let answer = sent(&machine.hear(from, Message::Pull { have: vec![] }));
        assert_eq!(answer, [(vec![from], Message::Push { rumors: vec![news.clone()] })]);
        assert!(machine.hear(from, feedback(&[&news], needed)).is_empty());
    };
    for from in 1..5 {
        ask_and_say(&mut machine, from, false);
    }
    tick(&mut machine, &mut NoDraw);
    tick(&mut machine, &mut NoDraw);
    assert!(is_hot(&machine, &news), "the second period counted as nothing: nobody asked");
    ask_and_say(&mut machine, 8, false);
    tick(&mut machine, &mut NoDraw);
    assert!(!is_hot(&machine, &news));
}

/// The answer is judged, too; what the exchange named is not sent back, and not judged.
#[test]
fn an_exchange_is_judged_both_ways() {
    let mut machine = machine(to_all_until(Mode::PushPull, Response::Feedback, Removal::Counter));
    let (mine, yours, ours) = (rumor(7, 0, 5), rumor(7, 1, 5), rumor(7, 2, 5));
    hear(&mut machine, &[mine.clone(), ours.clone()]);
    let have = vec![yours.id, ours.id];
    let effects = machine.hear(8, Message::Exchange { have, rumors: vec![yours.clone()] });
    let verdicts = vec![Verdict { id: yours.id, needed: true }];
    assert_eq!(
        sent(&effects),
        [
            (vec![8], Message::Push { rumors: vec![mine.clone()] }),
            (vec![8], Message::Feedback { verdicts }),
        ]
    );
    for _ in 0..2 {
        machine.hear(8, Message::Exchange { have: vec![], rumors: vec![] });
        machine.hear(8, feedback(&[&mine], false));
        tick(&mut machine, &mut NoDraw);
    }
    let hot = machine.node.protocol.hot().cloned().collect::<Vec<_>>();
    assert_eq!(hot, [ours, yours]);
}

#[test]
fn there_are_so_many_contacts_and_no_more() {
    let mut machine = machine(to_all_until(Mode::Pull, Response::Feedback, Removal::Counter));
    let news = rumor(7, 0, 5);
    hear(&mut machine, std::slice::from_ref(&news));
    let askers = 100..101 + MAX_CONTACTS as u32;
    for asker in askers.clone().chain(askers.clone()) {
        let answer = sent(&machine.hear(asker, Message::Pull { have: vec![] }));
        assert_eq!(answer.len(), 1, "everybody is answered");
    }
    let refused = |asker: &u32| !machine.hear(*asker, feedback(&[&news], false)).is_empty();
    assert_eq!(askers.clone().filter(refused).collect::<Vec<_>>(), [askers.end - 1]);
}

/// A restart between question and answer, or a contact that turns out to be a process.
#[test]
fn a_contact_may_turn_out_to_be_a_process() {
    let at = |epoch| SocketPeer::new(([10, 0, 0, 1], 7000).into(), Epoch(epoch));
    let settings = to_all_until(Mode::Push, Response::Feedback, Removal::Counter);
    let me = longest_peer(0);
    let mut machine = Machine::new(me, [at(0)], PeriodicGossip::new(settings));
    machine.hear(longest_peer(9), Message::Push { rumors: vec![rumor_of(me, 0, 0)] });
    let news = rumor_of(longest_peer(9), 0, 0);
    machine.hear(longest_peer(9), Message::Push { rumors: vec![news.clone()] });
    machine.act(Event::Timer(Period), &mut NoDraw);
    let verdicts = vec![Verdict { id: news.id, needed: true }];
    assert!(machine.hear(at(5), Message::Feedback { verdicts }).is_empty());
}

/// Verdicts keep to the bound of whoever gives them.
#[test]
fn feedback_is_no_longer_than_a_message_may_be() {
    let settings = to_all_until(Mode::Push, Response::Feedback, Removal::Counter);
    let settings = Settings { max_message: MIN_MESSAGE, ..settings };
    let mut machine = Machine::new(longest_peer(0), [], PeriodicGossip::new(settings));
    let rumors: Vec<_> = (0..64).map(|number| rumor_of(longest_peer(number), 1 << 63, 0)).collect();
    let effects = machine.hear(longest_peer(9), Message::Push { rumors });
    let sent = sent(&effects);
    let [(_, feedback @ Message::Feedback { verdicts })] = &sent[..] else { panic!("feedback") };
    assert_eq!(verdicts.len(), 4);
    assert!(size(feedback) <= MIN_MESSAGE as usize);
}

//! The default stack: two ways to every process, one delivery.

mod common;

use common::{Machine, NoDraw, flood, gossip, rumor, sent, told};
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::periodic_gossip::{self, Mode};
use rumormill_core::protocols::renyi_erdos::{self, Fanout};
use rumormill_core::rumor::{Notice, PayloadTooLong};
use rumormill_core::stacks::broadcast::{Broadcast, Message, Request, Timer};
use rumormill_core::{Effect, Event};

/// Among four neighbours in a group of a hundred; all steps reach all neighbours, without a draw.
fn machine() -> Machine<u32, Broadcast<u32>> {
    let forward = renyi_erdos::Settings { margin: i16::MAX, ..flood() };
    let repair = periodic_gossip::Settings { fanout: 9, ..gossip(Mode::Push) };
    let mut machine = Machine::new(0, 1..5, Broadcast::new(100, forward, repair));
    machine.act(Event::Start, &mut NoDraw);
    machine
}

fn flooded(sequence: u64) -> Message<u32> {
    Message::Forward(rumor(7, sequence, 5))
}

fn gossiped(sequence: u64) -> Message<u32> {
    Message::Repair(periodic_gossip::Message::Push { rumors: vec![rumor(7, sequence, 5)] })
}

fn tick(machine: &mut Machine<u32, Broadcast<u32>>) -> Vec<Message<u32>> {
    let period = Event::Timer(Timer::Repair(periodic_gossip::Period));
    sent(&machine.act(period, &mut NoDraw)).into_iter().map(|(_, message)| message).collect()
}

#[test]
fn what_comes_by_the_flood_is_forwarded_delivered_and_gossiped_while_it_is_hot() {
    let mut machine = machine();
    let effects = machine.hear(3, flooded(0));
    assert_eq!(sent(&effects), [(vec![1, 2, 3, 4], flooded(0))]);
    assert_eq!(told(&effects), [Notice::Delivered(rumor(7, 0, 5))]);
    assert!(machine.hear(3, flooded(0)).is_empty());
    assert!(machine.hear(3, gossiped(0)).is_empty());
    for _ in 0..3 {
        assert_eq!(tick(&mut machine), [gossiped(0)]);
    }
    assert!(tick(&mut machine).is_empty());
}

#[test]
fn what_the_flood_missed_comes_by_gossip_and_is_delivered_once() {
    let mut machine = machine();
    let effects = machine.hear(3, gossiped(0));
    assert_eq!(told(&effects), [Notice::Delivered(rumor(7, 0, 5))]);
    assert!(sent(&effects).is_empty());
    let effects = machine.hear(3, flooded(0));
    assert_eq!(sent(&effects).len(), 1, "the flood goes on");
    assert!(told(&effects).is_empty());
}

#[test]
fn the_starter_delivers_and_what_it_starts_does_not_come_back() {
    let mut machine = machine();
    let effects = machine.ask(Request::broadcast(rumor(0, 0, 5).payload));
    assert_eq!(told(&effects), [Notice::Delivered(rumor(0, 0, 5))]);
    assert_eq!(sent(&effects).len(), 1);
    assert!(machine.hear(3, Message::Forward(rumor(0, 0, 5))).is_empty());
}

#[test]
fn the_size_of_the_group_decides_the_fanout() {
    let stack = Broadcast::new(100, flood(), gossip(Mode::Push));
    let mut machine = Machine::new(0_u32, 1..5, stack);
    machine.act(Event::Start, &mut NoDraw);
    assert_eq!(machine.node.protocol.forward.fanout(), Fanout::reaching(100, 0));
}

#[test]
fn nothing_is_started_that_the_gossip_could_not_carry() {
    let mut machine = machine();
    let limit = gossip(Mode::Push).max_payload();
    assert!(limit < flood().max_payload);
    let payload = Bytes::from(vec![0; limit as usize + 1]);
    let length = u64::from(limit) + 1;
    let effects = machine.ask(Request::broadcast(payload.clone()));
    let not_started = Notice::NotStarted(PayloadTooLong { length, limit });
    assert_eq!(effects, [Effect::Notify(not_started)]);
    machine.ask(Request::broadcast(payload.slice(1..)));
    assert_eq!(tick(&mut machine).len(), 1);
}

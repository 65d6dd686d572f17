//! A program without an operating system that runs the default stack: it links, so nothing in the
//! core needs one.
#![no_std]
#![no_main]

extern crate alloc;

mod heap;

use core::num::NonZeroU16;
use core::panic::PanicInfo;

use rumormill_core::protocols::{periodic_gossip, renyi_erdos};
use rumormill_core::rand::{SeedableRng, rngs::Xoshiro256PlusPlus};
use rumormill_core::seen::Memory;
use rumormill_core::stacks::broadcast::{Broadcast, Request};
use rumormill_core::wire::{Header, Label, encode_frame};
use rumormill_core::{
    Effect, Effects, Epoch, Event, FromRng, Neighborhood, Node, SocketPeer, Ticks,
};

#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Where the linker lets the program begin.
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    broadcast();
    loop {}
}

/// A node that starts a message and encodes what it sends.
fn broadcast() {
    let me = SocketPeer::new(([192, 0, 2, 1], 7000).into(), Epoch(1));
    let other = SocketPeer::contact(([192, 0, 2, 2], 7000).into());
    let memory = Memory { origins: 8, forget_after: Some(60) };
    let period = Ticks(1000);
    let forward = renyi_erdos::Settings { margin: 256, memory, period, max_payload: 512 };
    let repair = periodic_gossip::Settings {
        mode: periodic_gossip::Mode::PushPull,
        fanout: 1,
        period,
        hot: NonZeroU16::new(10).into(),
        buffer: 8,
        max_message: 1000,
        memory,
    };
    let mut node = Node::new(Neighborhood::of(me, [other]), Broadcast::new(2, forward, repair));
    let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(1));
    let (mut effects, mut frame) = (Effects::new(), alloc::vec::Vec::new());
    node.handle(Event::Start, &mut random, &mut effects);
    let request = Request::broadcast("hello".into());
    node.handle(Event::Request(request), &mut random, &mut effects);
    for effect in effects.drain() {
        if let Effect::Send { to, message } = effect {
            let header = Header { label: Label::default(), from: me.epoch(), to: to[0].epoch() };
            encode_frame(&header, &message, &mut frame);
        }
    }
}

//! What the tests have in common.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use rumormill_core::protocols::periodic_gossip::{self, Interest, Mode};
use rumormill_core::protocols::renyi_erdos;
use rumormill_core::seen::Memory;
use rumormill_core::stacks::broadcast::Broadcast;
use rumormill_core::trace::Title;
use rumormill_core::wire::{Header, Label, Wire, encode_frame};
use rumormill_core::{Epoch, Neighborhood, Node, SocketPeer, Ticks};
use rumormill_tokio::{Config, Handle, Recording, spawn};

use crate::parrot::Parrot;

pub(crate) const EPOCH: Epoch = Epoch(7);
pub(crate) const MEMORY: Memory = Memory { origins: 100, forget_after: None };
pub(crate) const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(crate) fn label() -> Label {
    Label::new("tests").expect("it is short")
}

pub(crate) fn config() -> Config {
    Config { label: label(), epoch: EPOCH, seed: 1, ..Config::new(LOOPBACK) }
}

pub(crate) fn recorded(config: Config) -> Config {
    let title = Title { machine: "test".into(), about: "a test".into() };
    Config { recording: Some(Recording::new(title)), ..config }
}

/// Whatever takes that long does not happen at all.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    let patience = Duration::from_secs(60);
    tokio::time::timeout(patience, future).await.expect("it happens at all")
}

/// The default stack; its periods last so many ticks.
pub(crate) fn broadcast(group: u32, period: Ticks) -> Broadcast<SocketPeer> {
    let forward = renyi_erdos::Settings { margin: 64, memory: MEMORY, period, max_payload: 400 };
    let repair = periodic_gossip::Settings {
        mode: Mode::PushPull,
        fanout: 1,
        period,
        hot: Interest::ForEver,
        buffer: 16,
        max_message: 1000,
        memory: MEMORY,
    };
    Broadcast::new(group, forward, repair)
}

/// The default stack alone in its group, and all but without periods.
pub(crate) fn lonely_broadcast(me: SocketPeer) -> Node<SocketPeer, Broadcast<SocketPeer>> {
    Node::new(Neighborhood::of(me, []), broadcast(2, Ticks(u32::MAX)))
}

pub(crate) async fn parrot(config: Config, neighbors: &[SocketPeer]) -> Handle<Parrot> {
    let parrot = |me| Node::new(Neighborhood::of(me, neighbors.iter().copied()), Parrot::default());
    spawn(config, parrot).await.expect("it starts")
}

/// A frame to anybody of the group.
pub(crate) fn frame<M: Wire>(message: &M) -> Vec<u8> {
    frame_with(Header { label: label(), from: Epoch(1), to: Epoch::UNKNOWN }, message)
}

pub(crate) fn frame_with<M: Wire>(header: Header, message: &M) -> Vec<u8> {
    let mut frame = Vec::new();
    encode_frame(&header, message, &mut frame);
    frame
}

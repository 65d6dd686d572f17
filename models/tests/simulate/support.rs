use rumormill_core::protocols::periodic_gossip::{self, Interest, Mode, PeriodicGossip};
use rumormill_core::protocols::renyi_erdos::{self, RenyiErdos};
use rumormill_core::rumor::Notice;
use rumormill_core::seen::Memory;
use rumormill_core::{Bias, Neighborhood, Node, Ticks};
use rumormill_models::simulate::{Clock, PER_TICK, Setting};

const MEMORY: Memory = Memory { origins: 8, forget_after: None };

/// How long a period of gossip is, in ticks.
pub(crate) const PERIOD: u32 = 10;

/// The same in thousandths.
pub(crate) const SPAN: u64 = PERIOD as u64 * PER_TICK;

/// What a message takes in these settings, in thousandths of a tick: next to nothing.
const LATENCY: u64 = 1;

pub(crate) fn bias(numerator: u32, denominator: u32) -> Bias {
    Bias::new(numerator, denominator).expect("a probability")
}

/// Gossip with room for one rumor, which stays hot for ever.
pub(crate) fn gossip_settings(mode: Mode, fanout: u8) -> periodic_gossip::Settings {
    periodic_gossip::Settings {
        mode,
        fanout,
        period: Ticks(PERIOD),
        hot: Interest::ForEver,
        buffer: 1,
        max_message: 1000,
        memory: MEMORY,
    }
}

/// A group in which everybody knows all others and gossips.
pub(crate) fn gossip(
    size: u32,
    mode: Mode,
    fanout: u8,
    clock: Clock,
) -> Setting<PeriodicGossip<u32>> {
    let protocol = PeriodicGossip::new(gossip_settings(mode, fanout));
    let node = |me| Node::new(Neighborhood::of(me, 0..size), protocol.clone());
    Setting::new((0..size).map(node).collect(), clock, SPAN, LATENCY)
}

/// Broadcast to exactly so many.
pub(crate) fn broadcast_settings(size: u32, fanout: i16) -> renyi_erdos::Settings {
    let logarithm = (f64::from(size).ln() * 64.0).ceil() as i16;
    let margin = fanout * 64 - logarithm;
    renyi_erdos::Settings { margin, memory: MEMORY, period: Ticks(1), max_payload: 16 }
}

/// A group in which everybody knows all others and broadcasts to exactly so many.
pub(crate) fn broadcast(size: u32, fanout: i16) -> Setting<RenyiErdos<u32>> {
    let protocol = RenyiErdos::new(broadcast_settings(size, fanout));
    let views = Neighborhood::complete(0..size);
    let nodes = views.map(|view| Node::new(view, protocol.clone())).collect();
    Setting::new(nodes, Clock::Unsynchronised, SPAN, LATENCY)
}

pub(crate) fn publish() -> periodic_gossip::Request<u32> {
    periodic_gossip::Request::Publish("a".into())
}

pub(crate) fn tell_all() -> renyi_erdos::Request {
    renyi_erdos::Request::Broadcast("a".into())
}

pub(crate) fn delivers(notice: &Notice<u32>) -> bool {
    matches!(notice, Notice::Delivered(_))
}

/// The mean of a sample, and its standard error.
pub(crate) fn mean_and_error(sample: &[f64]) -> (f64, f64) {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    let squares = sample.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

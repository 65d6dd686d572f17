//! How fast the explorer is, on the reference world: push gossip to one of all others, in rounds,
//! until all are informed; senders kept.

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use rumormill_core::Ticks;
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::periodic_gossip::{
    Interest, Mode, PeriodicGossip, Request, Settings,
};
use rumormill_core::seen::Memory;
use rumormill_models::ModelPeer;
use rumormill_models::explore::{Exploration, Limits, explore};
use rumormill_models::world::{Scheduler, Setting, Witness, World, group};

const NODES: u8 = 6;

/// As independent programs counted.
const TRANSITIONS: usize = 2_108_005;

fn reference_world(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("explore");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.throughput(Throughput::Elements(TRANSITIONS as u64));
    group.bench_function(format!("reference world of {NODES} nodes"), |bencher| {
        bencher.iter_with_large_drop(explored);
    });
}

/// The whole world, from nothing: the memory of what handlers do is a part of the work.
fn explored() -> Exploration {
    let world = World::new(setting()).expect("a sound world");
    let exploration = explore(&world, &[], Limits::default()).expect("a small world");
    assert_eq!(exploration.graph.transitions(), TRANSITIONS);
    exploration
}

fn setting() -> Setting<PeriodicGossip<ModelPeer>, Witness> {
    let nodes = group(NODES, &PeriodicGossip::new(pushing()));
    let mut setting = Setting::new(nodes, Witness::default(), Scheduler::Rounds);
    setting.first_requests = vec![(ModelPeer(0), Request::Publish(Bytes::from_static(b"a")))];
    setting.stop = Some(Box::new(|at| at.alive().all(|l| !l.application.delivered.is_empty())));
    setting
}

fn pushing() -> Settings {
    Settings {
        mode: Mode::Push,
        fanout: 1,
        period: Ticks(1),
        hot: Interest::ForEver,
        buffer: 2,
        max_message: 1000,
        memory: Memory { origins: 4, forget_after: None },
    }
}

criterion_group!(benches, reference_world);
criterion_main!(benches);

//! What it costs a machine to handle a broadcast that it sees for the first time, and one that it
//! has seen before.

use std::time::{Duration, Instant};

use criterion::{
    BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime,
};
use rumormill_benches::{BATCH, Identity, Station, bare, crowded, roomy, stack};
use rumormill_core::rumor::Notice;
use rumormill_core::{Event, Protocol};

const PAYLOADS: [usize; 2] = [64, 1024];

fn handle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("handle");
    for payload in PAYLOADS {
        both(&mut group, "bare", payload, bare::<u32>(payload));
        both(&mut group, "stack crowded", payload, stack(payload, crowded()));
        both(&mut group, "stack roomy", payload, stack(payload, roomy()));
    }
}

fn both<P: Identity, X: Protocol<P, Notice = Notice<P>>>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    machine: &str,
    payload: usize,
    mut station: Station<P, X>,
) {
    group.bench_function(format!("{machine}, {payload} B, first seen"), |bencher| {
        bencher.iter_custom(|count| time(&mut station, count, Station::new_messages));
    });
    group.bench_function(format!("{machine}, {payload} B, duplicate"), |bencher| {
        bencher.iter_custom(|count| time(&mut station, count, Station::repetitions));
    });
}

/// How long the station takes for so many messages, which are made while no time is measured.
fn time<P: Identity, X: Protocol<P, Notice = Notice<P>>>(
    station: &mut Station<P, X>,
    count: u64,
    make: impl Fn(&mut Station<P, X>, usize) -> Vec<Event<P, X>>,
) -> Duration {
    let mut taken = Duration::ZERO;
    let mut left = count;
    while left > 0 {
        let size = left.min(BATCH as u64);
        left -= size;
        station.rest();
        let messages = make(station, size as usize);
        let start = Instant::now();
        station.take(messages);
        taken += start.elapsed();
    }
    taken
}

criterion_group!(benches, handle);
criterion_main!(benches);

//! What a period of the gossip layer costs, with rumors to spread: 1,000 origins in the filters of
//! the default stack, and a full buffer.

use criterion::{Criterion, criterion_group, criterion_main};
use rumormill_benches::{crowded, stack};
use rumormill_core::protocols::periodic_gossip::{Mode, Settings};

const PAYLOAD: usize = 64;

fn tick(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gossip tick");
    for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
        for buffer in [1, 16, 64] {
            let mut station = stack(PAYLOAD, Settings { mode, buffer, ..crowded() });
            group.bench_function(format!("{mode:?}, {buffer} rumors"), |bencher| {
                bencher.iter(|| station.rest());
            });
        }
    }
}

criterion_group!(benches, tick);
criterion_main!(benches);

//! How fast the simulator is: Rényi-Erdős broadcast among those who all know each other. An element
//! is a step of a machine.

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::renyi_erdos::{RenyiErdos, Request, Settings};
use rumormill_core::seen::Memory;
use rumormill_core::{Bias, Neighborhood, Node, Ticks};
use rumormill_models::simulate::{Clock, Latency, Loss, PER_TICK, Setting, Simulation};

/// What a message takes on average, in thousandths of a tick.
const LATENCY: u64 = 100 * PER_TICK;

/// A group, and how many broadcasts follow each other in it.
#[derive(Clone, Copy)]
struct Work {
    nodes: u32,
    broadcasts: u32,
    latency: Latency,
    loss: Bias,
}

const SMALL: Work =
    Work { nodes: 1000, broadcasts: 50, latency: Latency::Constant(LATENCY), loss: Bias::NEVER };

fn a_thousand(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulate 1,000 nodes");
    let exponential = Latency::Exponential { least: LATENCY / 10, mean_excess: LATENCY * 9 / 10 };
    let tenth = Bias::new(1, 10).expect("a probability");
    for (name, work) in [
        ("constant latency", SMALL),
        ("exponential latency", Work { latency: exponential, ..SMALL }),
        ("constant latency, a tenth is lost", Work { loss: tenth, ..SMALL }),
    ] {
        group.throughput(Throughput::Elements(run(&mut begin(work), work)));
        group.bench_function(name, |bencher| {
            let routine = |simulation: &mut Simulation<_>| run(simulation, work);
            bencher.iter_batched_ref(|| begin(work), routine, BatchSize::PerIteration);
        });
    }
}

fn a_million(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulate 1,000,000 nodes");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    let work = Work { nodes: 1_000_000, broadcasts: 1, ..SMALL };
    group.throughput(Throughput::Elements(run(&mut begin(work), work)));
    group.bench_function("constant latency", |bencher| {
        let routine = |simulation: &mut Simulation<_>| run(simulation, work);
        bencher.iter_batched_ref(|| begin(work), routine, BatchSize::PerIteration);
    });
}

/// The group before its first broadcast: always the same.
fn begin(work: Work) -> Simulation<RenyiErdos<u32>> {
    let memory = Memory { origins: 1, forget_after: None };
    let settings = Settings { margin: 2 * 64, memory, period: Ticks(1), max_payload: 100 };
    let protocol = RenyiErdos::new(settings);
    let views = Neighborhood::complete(0..work.nodes);
    let nodes = views.map(|view| Node::new(view, protocol.clone())).collect();
    let mut setting = Setting::new(nodes, Clock::Unsynchronised, LATENCY, LATENCY);
    setting.network.latency = work.latency;
    setting.network.loss = Loss::Independent(work.loss);
    Simulation::new(setting, 1, &mut ()).expect("a sound setting")
}

/// How many steps the broadcasts take.
fn run(simulation: &mut Simulation<RenyiErdos<u32>>, work: Work) -> u64 {
    for _ in 0..work.broadcasts {
        let request = Request::Broadcast(Bytes::from_static(b"a"));
        assert!(
            simulation.request(0, request, &mut ()) && simulation.run_to_rest(u64::MAX, &mut ())
        );
    }
    simulation.tally().steps()
}

criterion_group!(benches, a_thousand, a_million);
criterion_main!(benches);

//! What frames cost to write and to read.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use rumormill_benches::Arrivals;
use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::periodic_gossip;
use rumormill_core::rumor::Rumor;
use rumormill_core::stacks::broadcast::Message;
use rumormill_core::wire::{Header, Label, decode_frame, encode_frame};
use rumormill_core::{Epoch, SocketPeer};

fn wire(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wire");
    for payload in [64, 1024] {
        let message = Message::Forward(rumor(&mut Arrivals::new(payload)));
        both(&mut group, &format!("broadcast of {payload} B"), &message);
    }
    let mut arrivals = Arrivals::new(64);
    let rumors = (0..8).map(|_| rumor(&mut arrivals)).collect();
    let push = Message::Repair(periodic_gossip::Message::Push { rumors });
    both(&mut group, "push of 8 rumors of 64 B", &push);
}

fn rumor(arrivals: &mut Arrivals<SocketPeer>) -> Rumor<SocketPeer> {
    let (_, rumor) = arrivals.new_message();
    rumor
}

fn both(group: &mut BenchmarkGroup<'_, WallTime>, what: &str, message: &Message<SocketPeer>) {
    let header = header();
    let mut frame = Vec::new();
    encode_frame(&header, message, &mut frame);
    let datagram = Bytes::from(frame.clone());
    group.throughput(Throughput::Bytes(datagram.len() as u64));
    group.bench_function(format!("encode a {what}"), |bencher| {
        bencher.iter(|| {
            frame.clear();
            encode_frame(&header, message, &mut frame);
            frame.len()
        });
    });
    group.bench_function(format!("decode a {what}"), |bencher| {
        bencher.iter(|| decode_frame::<Message<SocketPeer>>(&header.label, &datagram));
    });
}

fn header() -> Header {
    let label = Label::new("rumormill").expect("a short label");
    Header { label, from: Epoch(1_700_000_000_000), to: Epoch(1_700_000_000_001) }
}

criterion_group!(benches, wire);
criterion_main!(benches);

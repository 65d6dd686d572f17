//! What it costs a node to handle a broadcast that it sees for the first time, and a duplicate of
//! it, in several implementations that are measured in one process.
//!
//! Only the ratios carry over from one machine to another. Even they compare unlike things: see
//! `README.md` for what each contestant does besides.

mod budget;
mod contestants;
mod cost;
mod report;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use bytes::Bytes;
use rumormill_benches::{BATCH, bare, crowded, roomy, stack};

use contestants::proto::Proto;
use contestants::topic::Topic;
use contestants::{Contestant, IrohGossip, PAYLOAD, Plumtree, Rumormill};
use report::Row;

#[global_allocator]
static ALLOCATOR: cost::Counting = cost::Counting;

/// Many, because a round of [`BATCH`] operations is short.
const ROUNDS: usize = 301;

/// In the first rounds tables grow to their size, and caches and branch predictors get warm.
const WARM_UP: usize = 3;

fn main() -> ExitCode {
    let socket = |number| SocketAddr::from((Ipv4Addr::LOCALHOST, number));
    let mut contestants: [Box<dyn Contestant>; _] = [
        Box::new(Rumormill::crowded("rumormill, stack, crowded", stack(PAYLOAD, crowded()))),
        Box::new(Rumormill::roomy("rumormill, stack, roomy", stack(PAYLOAD, roomy()))),
        Box::new(Rumormill::roomy("rumormill, bare, u32", bare::<u32>(PAYLOAD))),
        Box::new(IrohGossip::<Proto<_>>::new("iroh-gossip, sockets", socket)),
        Box::new(IrohGossip::<Proto<_>>::new("iroh-gossip, u64", u64::from)),
        Box::new(IrohGossip::<Topic<_>>::new("iroh-gossip, one topic, sockets", socket)),
        Box::new(IrohGossip::<Topic<_>>::new("iroh-gossip, one topic, u64", u64::from)),
        Box::new(Plumtree::<Vec<u8>>::new("plumtree, u64, Vec")),
        Box::new(Plumtree::<Bytes>::new("plumtree, u64, Bytes")),
    ];
    let rows = measure(&mut contestants);
    println!("medians of {ROUNDS} rounds of {BATCH} operations; {PAYLOAD} B payload\n");
    report::print_costs(&rows);
    let [crowded, roomy, bare, theirs @ ..] = &rows;
    report::print_ratios(theirs, &[crowded, roomy, bare]);
    budget::judge(roomy, crowded, bare, &theirs[0])
}

fn measure<const N: usize>(contestants: &mut [Box<dyn Contestant>; N]) -> [Row; N] {
    let mut rows = contestants.each_ref().map(|contestant| Row::new(contestant.name(), ROUNDS));
    for round in 0..WARM_UP + ROUNDS {
        for (contestant, row) in contestants.iter_mut().zip(&mut rows) {
            let first_seen = contestant.first_seen(BATCH);
            let duplicate = contestant.duplicate(BATCH);
            if round >= WARM_UP {
                row.first_seen.push(first_seen);
                row.duplicate.push(duplicate);
            }
        }
    }
    rows
}

//! What our machines may cost.

use std::process::ExitCode;

use crate::cost::Cost;
use crate::report::{Row, median, ratio};

/// How many times as long the reference is to take, at the least.
const TIMES: f64 = 5.0;

/// What the bare protocol may take, in nanoseconds. Unlike a ratio it depends on the machine.
const BARE_FIRST_SEEN: f64 = 80.0;
const BARE_DUPLICATE: f64 = 20.0;

/// Says of each part of the budget whether it is kept; fails if one is not.
///
/// In the steady state of a node, what it keeps for repair expires when timers fire, which is in
/// nobody's time here: the reference drops what it keeps on a timer, too. So a stack whose repair
/// buffer overflows with each message is overloaded. It may not allocate, but its time for what is
/// seen first is told without being judged.
pub fn judge(steady: &Row, overloaded: &Row, bare: &Row, reference: &Row) -> ExitCode {
    println!("\nbudget");
    let mut kept = is_times_as_fast("first seen", |row| &row.first_seen, steady, reference);
    for stack in [steady, overloaded] {
        kept &= is_times_as_fast("duplicate", |row| &row.duplicate, stack, reference);
        kept &= allocates_nothing(stack);
    }
    kept &= is_short(bare);
    kept &= allocates_nothing(bare);
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn is_times_as_fast(
    what: &str,
    costs: impl Fn(&Row) -> &Vec<Cost>,
    ours: &Row,
    reference: &Row,
) -> bool {
    let times = ratio(costs(reference), costs(ours));
    let of = format!("{}: {} takes {TIMES} times as long", ours.name, reference.name);
    say(times >= TIMES, &format!("{of}, {what}: {times:.2}"))
}

fn is_short(bare: &Row) -> bool {
    let first_seen = median(&bare.first_seen, Cost::nanoseconds_per_operation);
    let duplicate = median(&bare.duplicate, Cost::nanoseconds_per_operation);
    let less = |than| format!("{}: less than {than} ns", bare.name);
    say(
        first_seen < BARE_FIRST_SEEN,
        &format!("{}, first seen: {first_seen:.1}", less(BARE_FIRST_SEEN)),
    ) & say(
        duplicate < BARE_DUPLICATE,
        &format!("{}, duplicate: {duplicate:.1}", less(BARE_DUPLICATE)),
    )
}

/// In no round at all.
fn allocates_nothing(ours: &Row) -> bool {
    let costs = ours.first_seen.iter().chain(&ours.duplicate);
    let allocations = costs.map(|cost| cost.allocations()).sum::<u64>();
    say(allocations == 0, &format!("{}: allocates nothing: {allocations}", ours.name))
}

fn say(kept: bool, what: &str) -> bool {
    println!("{}  {what}", if kept { "PASS" } else { "FAIL" });
    kept
}

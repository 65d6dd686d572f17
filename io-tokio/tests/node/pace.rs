//! Timers, by a clock that stands still unless everybody waits.

use std::time::Duration;

use rumormill_core::{Neighborhood, Node, Ticks};
use rumormill_tokio::{Config, Handle, Notices, spawn};
use tokio::time::{Instant, advance};

use crate::parrot::{Notice, Parrot, Request};
use crate::support::config;

const SECOND: Duration = Duration::from_secs(1);

/// The resolution of the clock, by which a timer may be late.
const RESOLUTION: Duration = Duration::from_millis(1);

/// A node with periods of a second, and what it tells.
async fn periodic(seed: u64) -> (Handle<Parrot>, Notices<Parrot>) {
    let config = Config { seed, tick: SECOND / 10, ..config() };
    let machine = |me| Node::new(Neighborhood::of(me, []), Parrot { period: Some(Ticks(10)) });
    let mut node = spawn(config, machine).await.expect("it starts");
    let notices = node.notices().expect("the first to take them");
    (node, notices)
}

async fn next_period(notices: &mut Notices<Parrot>) -> Instant {
    assert_eq!(notices.next().await, Some(Notice::Period));
    Instant::now()
}

#[tokio::test(start_paused = true)]
async fn periods_begin_anywhere_within_the_first_and_never_drift() {
    let mut phases = Vec::new();
    for seed in 0..8 {
        let start = Instant::now();
        let (_node, mut notices) = periodic(seed).await;
        let first = next_period(&mut notices).await;
        assert!(start < first && first <= start + SECOND + RESOLUTION);
        for period in 1..1000 {
            let expected = first + period * SECOND;
            let now = next_period(&mut notices).await;
            assert!(now + RESOLUTION >= expected && now <= expected + RESOLUTION);
        }
        phases.push(first - start);
    }
    phases.sort();
    phases.dedup();
    assert_eq!(phases.len(), 8, "some began in step: {phases:?}");
}

#[tokio::test(start_paused = true)]
async fn a_timer_that_is_armed_later_has_its_whole_delay() {
    let (node, mut notices) = periodic(1).await;
    next_period(&mut notices).await;
    let start = Instant::now();
    node.request(Request::Remind(Ticks(5))).await.expect("it runs");
    node.request(Request::Remind(Ticks(7))).await.expect("it runs");
    while notices.next().await != Some(Notice::Reminded) {}
    let waited = start.elapsed();
    assert!(7 * SECOND / 10 <= waited && waited <= 7 * SECOND / 10 + RESOLUTION, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_timer_that_is_disarmed_does_not_fire() {
    let (node, mut notices) = periodic(1).await;
    node.request(Request::Remind(Ticks(15))).await.expect("it runs");
    node.request(Request::Forget).await.expect("it runs");
    for _ in 0..10 {
        next_period(&mut notices).await;
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_slept_through_periods_leaves_them_out_and_keeps_its_pace() {
    let (node, mut notices) = periodic(1).await;
    let first = next_period(&mut notices).await;
    advance(SECOND * 7 / 2).await;
    // The one that was due after a second comes now; two more are over.
    let late = next_period(&mut notices).await;
    assert!(late >= first + SECOND * 7 / 2);
    let next = next_period(&mut notices).await;
    assert!(next + RESOLUTION >= first + 4 * SECOND && next <= first + 4 * SECOND + RESOLUTION);
    assert_eq!(node.counters().work.skipped_periods, 2);
}

//! Slow consumers and hasty callers: queues are bounded, and what was missed is counted.

use rumormill_tokio::{Config, RequestError};

use crate::parrot::{Notice, Request};
use crate::support::{config, parrot, soon};

#[tokio::test]
async fn a_slow_consumer_keeps_the_oldest_and_learns_how_many_it_missed() {
    let mut node = parrot(Config { notices: 4, ..config() }, &[]).await;
    let mut notices = node.notices().expect("the first to take them");
    assert!(node.notices().is_none());

    node.request(Request::Count(10)).await.expect("it runs");
    soon(node.counters_once(|count| count.work.notices == 10)).await;
    assert_eq!(notices.missed(), 6);
    for expected in 0..4 {
        assert_eq!(soon(notices.next()).await, Some(Notice::Counted(expected)));
    }
    assert_eq!(notices.try_next(), None);

    node.request(Request::Count(2)).await.expect("it runs");
    assert_eq!(soon(notices.next()).await, Some(Notice::Counted(0)));
    assert_eq!(soon(notices.next()).await, Some(Notice::Counted(1)));
    assert_eq!(notices.missed(), 6);
}

#[tokio::test]
async fn notices_that_nobody_has_taken_are_missed_and_those_that_nobody_wants_are_not() {
    let mut node = parrot(Config { notices: 4, ..config() }, &[]).await;
    node.request(Request::Count(10)).await.expect("it runs");
    soon(node.counters_once(|count| count.work.missed == 6)).await;

    drop(node.notices());
    node.request(Request::Count(10)).await.expect("it runs");
    let counters = soon(node.counters_once(|count| count.work.notices == 20)).await;
    assert_eq!(counters.work.missed, 6);
}

/// The runtime has one thread, so the node does not run before this test waits for something.
#[tokio::test]
async fn a_hasty_caller_is_told_to_wait() {
    let node = parrot(Config { requests: 2, ..config() }, &[]).await;
    assert_eq!(node.try_request(Request::Count(1)), Ok(()));
    assert_eq!(node.try_request(Request::Count(1)), Ok(()));
    assert_eq!(node.try_request(Request::Count(1)), Err(RequestError::Busy));
    soon(node.request(Request::Count(1))).await.expect("it runs");
    let counters = soon(node.counters_once(|count| count.work.requests == 3)).await;
    assert_eq!(counters.work.notices, 3);
}

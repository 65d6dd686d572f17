//! How nodes end.

use rumormill_tokio::{Config, Handle};

use crate::parrot::{Notice, Parrot, Request};
use crate::support::{config, parrot, soon};

#[tokio::test]
async fn a_shutdown_carries_out_what_was_asked_and_frees_the_address() {
    let mut node = parrot(Config { requests: 1000, ..config() }, &[]).await;
    let mut notices = node.notices().expect("the first to take them");
    let bind = node.peer().address();
    for _ in 0..1000 {
        node.try_request(Request::Count(1)).expect("there is room for so many");
    }
    let finished = soon(node.shutdown()).await.expect("it ends by itself");
    assert_eq!(finished.counters.work.requests, 1000);
    for _ in 0..1000 {
        assert_eq!(notices.next().await, Some(Notice::Counted(0)));
    }
    assert_eq!(notices.next().await, None);
    parrot(Config { bind, ..config() }, &[]).await;
}

#[tokio::test]
async fn a_node_whose_handle_is_dropped_stops() {
    let mut node = parrot(config(), &[]).await;
    let mut notices = node.notices().expect("the first to take them");
    drop(node);
    assert_eq!(soon(notices.next()).await, None);
}

#[tokio::test]
async fn a_machine_that_panics_takes_nobody_along() {
    let mut node: Handle<Parrot> = parrot(config(), &[]).await;
    let mut notices = node.notices().expect("the first to take them");
    node.request(Request::Panic).await.expect("it runs");
    assert_eq!(soon(notices.next()).await, None);
    assert!(node.request(Request::Count(1)).await.is_err());
    soon(node.counters_once(|_| false)).await;
    assert!(soon(node.shutdown()).await.is_err());
}

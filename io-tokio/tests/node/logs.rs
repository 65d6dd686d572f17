//! Nobody can make a node fill its log.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rumormill_tokio::spawn;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::support::{LOOPBACK, config, lonely_broadcast, soon};

/// Counts what is logged, and at which level.
#[derive(Default)]
struct Log {
    debug: AtomicU64,
    more: AtomicU64,
}

struct Counting(Arc<Log>);

impl Subscriber for Counting {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("rumormill")
    }

    fn event(&self, event: &Event<'_>) {
        let Log { debug, more } = &*self.0;
        let counter = if *event.metadata().level() >= Level::DEBUG { debug } else { more };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The runtime has one thread, so all that the node logs goes where this test sends it.
#[tokio::test]
async fn bad_datagrams_are_logged_for_those_who_debug_and_for_nobody_else() {
    let log = Arc::new(Log::default());
    let _guard = tracing::subscriber::set_default(Counting(Arc::clone(&log)));
    let node = spawn(config(), lonely_broadcast).await.expect("it starts");
    let socket = UdpSocket::bind(LOOPBACK).expect("a free port");
    for sent in 1..=100 {
        socket.send_to(b"nonsense", node.peer().address()).expect("the loopback takes it");
        soon(node.counters_once(|count| count.incoming.refused.foreign == sent)).await;
    }
    soon(node.shutdown()).await.expect("it ends by itself");
    assert_eq!(log.debug.load(Ordering::Relaxed), 100);
    assert_eq!(log.more.load(Ordering::Relaxed), 2, "it started, and stopped");
}

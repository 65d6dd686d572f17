//! Which nodes heard the rumor, when, and how often.

use bytes::Bytes;
use tokio::time::Instant;

/// One delivery by one node.
pub(super) struct Delivery {
    pub(super) node: usize,
    pub(super) payload: Bytes,
    pub(super) at: Instant,
}

/// All deliveries so far.
pub(super) struct Heard {
    message: Bytes,
    /// When each node delivered the message for the first time.
    first: Vec<Option<Instant>>,
    exactly_once: bool,
}

impl Heard {
    pub(super) fn new(message: Bytes, nodes: usize) -> Self {
        Self { message, first: vec![None; nodes], exactly_once: true }
    }

    pub(super) fn take(&mut self, Delivery { node, payload, at }: Delivery) {
        self.exactly_once &= self.first[node].is_none() && payload == self.message;
        self.first[node].get_or_insert(at);
    }

    /// Whether nobody delivered the message twice, or anything else.
    pub(super) fn exactly_once(&self) -> bool {
        self.exactly_once
    }

    /// How many nodes delivered it.
    pub(super) fn informed(&self) -> usize {
        self.first.iter().flatten().count()
    }

    pub(super) fn by_all(&self) -> bool {
        self.informed() == self.first.len()
    }

    /// When so many nodes had delivered it; `None` when there are fewer.
    pub(super) fn by(&self, nodes: usize) -> Option<Instant> {
        let mut times: Vec<_> = self.first.iter().flatten().copied().collect();
        times.sort_unstable();
        times.get(nodes.checked_sub(1)?).copied()
    }
}

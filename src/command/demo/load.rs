//! What the nodes had to carry.

use rumormill::SocketPeer;
use rumormill::node::Finished;
use rumormill::protocols::periodic_gossip::PeriodicGossip;
use serde::Serialize;

use super::super::output::Output;

/// What the nodes had to carry, in datagrams.
#[derive(Serialize)]
pub(super) struct Load {
    /// What each node wanted sent.
    sent_per_node: Summary,
    /// What each node received.
    received_per_node: Summary,
    /// What each node received and knew already.
    duplicates_per_node: Summary,
    /// What all nodes wanted sent.
    attempted: u64,
    /// What of it was lost on purpose.
    lost: u64,
    /// What of it was sent and not received: the operating system had no room for it, or it was on
    /// its way at the end.
    not_received: u64,
}

/// A quantity over all nodes.
#[derive(Serialize)]
struct Summary {
    mean: f64,
    p99: u64,
    max: u64,
}

impl Load {
    pub(super) fn of(nodes: &[Finished<PeriodicGossip<SocketPeer>>]) -> Self {
        let each = |count: fn(&Finished<PeriodicGossip<SocketPeer>>) -> u64| {
            nodes.iter().map(count).collect::<Vec<_>>()
        };
        let attempted = each(|node| node.counters.outgoing.attempted());
        let total = |count: fn(&Finished<PeriodicGossip<SocketPeer>>) -> u64| {
            nodes.iter().map(count).sum::<u64>()
        };
        let sent = total(|node| node.counters.outgoing.sent);
        Self {
            not_received: sent.saturating_sub(total(|node| node.counters.incoming.datagrams)),
            attempted: attempted.iter().sum(),
            lost: nodes.iter().map(|node| node.counters.outgoing.lost).sum(),
            sent_per_node: Summary::of(attempted),
            received_per_node: Summary::of(each(|node| node.counters.incoming.accepted)),
            duplicates_per_node: Summary::of(each(duplicates)),
        }
    }

    /// Whether it is no accident that nothing was lost.
    pub(super) fn should_have_lost(&self, loss: f64) -> bool {
        /// Our choice: as good as never.
        const ACCIDENT: f64 = 1e-9;
        self.lost == 0 && (1.0 - loss).powf(self.attempted as f64) < ACCIDENT
    }

    pub(super) fn say(&self, output: Output) {
        let rows = [
            ("sent", &self.sent_per_node),
            ("received", &self.received_per_node),
            ("duplicates", &self.duplicates_per_node),
        ];
        output.say("   datagrams per node   mean    p99    max");
        for (what, Summary { mean, p99, max }) in rows {
            output.say(format_args!("   {what:<16} {mean:>8.1} {p99:>6} {max:>6}"));
        }
        let share = self.lost as f64 / self.attempted.max(1) as f64;
        output.say(format_args!(
            "   {} of {} datagrams lost on purpose ({:.1} %)",
            self.lost,
            self.attempted,
            share * 100.0
        ));
        if self.not_received > 0 {
            output.say(format_args!(
                "   {} were not received: dropped by the system, or still on their way",
                self.not_received
            ));
        }
    }
}

/// Every datagram carries the one rumor; the first that brought it is no duplicate, and the one
/// who started it needed none.
fn duplicates(node: &Finished<PeriodicGossip<SocketPeer>>) -> u64 {
    let me = node.node.me();
    let learned = node.node.protocol.hot().filter(|rumor| rumor.id.origin != me).count() as u64;
    node.counters.incoming.accepted.saturating_sub(learned)
}

impl Summary {
    fn of(mut counts: Vec<u64>) -> Self {
        counts.sort_unstable();
        let mean = counts.iter().sum::<u64>() as f64 / counts.len().max(1) as f64;
        let rank = (counts.len() * 99).div_ceil(100).max(1) - 1;
        let at = |place: usize| counts.get(place).copied().unwrap_or_default();
        Self { mean, p99: at(rank), max: at(counts.len().saturating_sub(1)) }
    }
}

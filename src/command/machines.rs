//! The machines that run on sockets, by the names that their traces bear.

use rumormill::SocketPeer;
use rumormill::models::suites;
use rumormill::protocols::periodic_gossip::PeriodicGossip;
use rumormill::stacks::broadcast::Broadcast;
use rumormill::stacks::member::Member;
use rumormill::trace::{ReplayError, Replayed, Title, replay};

/// Periodic gossip alone, on sockets.
pub(super) const PERIODIC_GOSSIP: &str = "socket/periodic-gossip";

/// The default stack, on sockets.
pub(super) const BROADCAST: &str = "socket/broadcast";

/// A member of a group that finds itself, on sockets.
pub(super) const MEMBER: &str = "socket/member";

/// Replays a trace of any machine that this program knows: those on sockets, and those of the
/// suites. `None` when it knows none of that name.
pub(super) fn replay_any(title: &Title, entries: &[u8]) -> Option<Result<Replayed, ReplayError>> {
    match &title.machine[..] {
        PERIODIC_GOSSIP => Some(replay::<SocketPeer, PeriodicGossip<SocketPeer>>(entries)),
        BROADCAST => Some(replay::<SocketPeer, Broadcast<SocketPeer>>(entries)),
        MEMBER => Some(replay::<SocketPeer, Member<SocketPeer>>(entries)),
        _ => suites::replay(title, entries),
    }
}

//! What the suites of overlays share: how a machine becomes its copy with a bug, and what is claimed
//! of views.

use rumormill_core::{Neighborhood, Node, Protocol};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ModelPeer;
use crate::simulate::Graph;
use crate::world::{Application, Snapshot};

/// The same value as one of a copy of its type: a protocol's copies with a bug seeded into them are
/// written as it is itself.
pub(super) fn recast<T: Serialize, U: DeserializeOwned>(value: &T) -> U {
    let bytes = postcard::to_allocvec(value).expect("values have lengths known before writing");
    postcard::from_bytes(&bytes).expect("a copy is written as the original is")
}

/// Machines with these views, each of which has room for `capacity` neighbours.
pub(super) fn knowing<X: Protocol<ModelPeer>>(
    views: &[&[u8]],
    capacity: u32,
    protocol: &impl Serialize,
) -> Vec<Node<ModelPeer, X>> {
    let machine = |(me, view): (usize, &&[u8])| {
        let mut neighborhood = Neighborhood::new(ModelPeer(me as u8), capacity);
        for &peer in *view {
            let _fits = neighborhood.add(ModelPeer(peer));
        }
        Node::new(neighborhood, recast(protocol))
    };
    views.iter().enumerate().map(machine).collect()
}

/// Whether all machines that are alive hang together: by pointers in whichever direction, of which
/// `in_flight` gives those on their way, from where they will arrive.
pub(crate) fn connected<X: Protocol<ModelPeer>, A: Application<X>>(
    at: &Snapshot<'_, X, A>,
    in_flight: impl Fn(&X::Message) -> Vec<ModelPeer>,
) -> bool {
    let alive: Vec<ModelPeer> = at.alive().map(|local| local.node.me()).collect();
    let place = |peer| alive.iter().position(|&other| other == peer);
    let mut lists = vec![Vec::new(); alive.len()];
    let mut link = |from, to| {
        if let (Some(from), Some(to)) = (place(from), place(to)) {
            lists[from].push(to as u32);
        }
    };
    for Node { neighborhood, .. } in at.alive().map(|local| &local.node) {
        neighborhood.peers().iter().for_each(|&peer| link(neighborhood.me(), peer));
    }
    for (to, _, message) in at.in_flight() {
        in_flight(message).into_iter().for_each(|peer| link(to, peer));
    }
    Graph::from_lists(&lists).components().len() <= 1
}

/// Whether the view holds no more peers than it may.
pub(super) fn is_within_bounds(view: &Neighborhood<ModelPeer>) -> bool {
    view.peers().len() as u32 <= view.capacity()
}

/// Whether these are the peers of the view.
pub(super) fn holds_just(view: &Neighborhood<ModelPeer>, peers: &[ModelPeer]) -> bool {
    peers.len() == view.peers().len() && peers.iter().all(|peer| view.contains(peer))
}

/// Whether nobody's view has room.
pub(super) fn all_full<X: Protocol<ModelPeer>, A: Application<X>>(at: &Snapshot<'_, X, A>) -> bool {
    at.locals().all(|local| local.node.neighborhood.room() == 0)
}

/// Whether nobody who is alive has anybody in its view who is not.
pub(crate) fn none_dead<X: Protocol<ModelPeer>, A: Application<X>>(
    at: &Snapshot<'_, X, A>,
) -> bool {
    let mut known = at.alive().flat_map(|local| local.node.neighborhood.peers());
    known.all(|&peer| at.is_alive(peer))
}

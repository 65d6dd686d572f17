//! What the suites of overlays share: how a machine becomes its copy with a bug, and what is claimed
//! of views.

use rumormill_core::{Neighborhood, Node, Protocol};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ModelPeer;
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
pub(super) fn connected<X: Protocol<ModelPeer>, A: Application<X>>(
    at: &Snapshot<'_, X, A>,
    in_flight: impl Fn(&X::Message) -> Vec<ModelPeer>,
) -> bool {
    let alive: Vec<ModelPeer> = at.alive().map(|local| local.node.me()).collect();
    let views = at.alive().flat_map(|local| {
        let node = &local.node;
        node.neighborhood.peers().iter().map(|&peer| (node.me(), peer))
    });
    let letters = at.in_flight().flat_map(|(to, _, message)| {
        in_flight(message).into_iter().map(move |peer| (to, peer)).collect::<Vec<_>>()
    });
    let links: Vec<(ModelPeer, ModelPeer)> = views.chain(letters).collect();
    let mut reached: Vec<ModelPeer> = alive.first().copied().into_iter().collect();
    let mut next = 0;
    while let Some(&here) = reached.get(next) {
        next += 1;
        for &(from, to) in &links {
            for (this, other) in [(from, to), (to, from)] {
                if this == here && alive.contains(&other) && !reached.contains(&other) {
                    reached.push(other);
                }
            }
        }
    }
    reached.len() == alive.len()
}

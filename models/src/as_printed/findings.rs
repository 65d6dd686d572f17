//! What the checker finds in the algorithms as printed: one file per algorithm, each with its worlds and
//! with what is claimed of them; of some claims it is claimed that they fail.

mod broadcast;
mod neighbors;
mod search;
mod shuffle;
mod walk;

use rumormill_core::{Effect, Neighborhood, Node, Protocol};

use crate::ModelPeer;
use crate::suites::Suite;
use crate::world::{Application, Snapshot};

/// Every finding, in the order of the algorithms.
#[must_use]
pub fn catalogue() -> Vec<Suite> {
    let mut findings = neighbors::findings();
    findings.extend(broadcast::findings());
    findings.extend(walk::findings());
    findings.extend(search::findings());
    findings.extend(shuffle::findings());
    findings
}

/// An application that asks for nothing and remembers whether it was told anything.
struct Listener;

impl<X: Protocol<ModelPeer>> Application<X> for Listener {
    type State = bool;

    fn on_effect(
        &self,
        _: ModelPeer,
        was_told: &mut bool,
        effect: &Effect<'_, ModelPeer, X>,
    ) -> Vec<X::Request> {
        *was_told |= matches!(effect, Effect::Notify(_));
        Vec::new()
    }
}

/// More than any view of these worlds comes to hold: the listings know no capacity.
const ROOM: u32 = 16;

/// A peer that is in views, and nowhere else.
const NOWHERE: u8 = 9;

/// Machines with these views.
fn group<X: Protocol<ModelPeer>>(
    views: &[&[u8]],
    protocol: impl Fn(u8) -> X,
) -> Vec<Node<ModelPeer, X>> {
    let machine = |(me, view): (usize, &&[u8])| {
        let me = me as u8;
        let mut neighborhood = Neighborhood::new(ModelPeer(me), ROOM);
        for &peer in *view {
            let _fits = neighborhood.add(ModelPeer(peer));
        }
        Node::new(neighborhood, protocol(me))
    };
    views.iter().enumerate().map(machine).collect()
}

/// The view of the machine at that place.
fn view<'a, X: Protocol<ModelPeer>, A: Application<X>>(
    at: &'a Snapshot<'_, X, A>,
    place: u8,
) -> &'a [ModelPeer] {
    at.locals().nth(place.into()).map_or(&[], |local| local.node.neighborhood.peers())
}

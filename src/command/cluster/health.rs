//! How a group is doing: who is in whose view, and whether all hang together.

use std::collections::HashMap;
use std::net::SocketAddr;

use rumormill::models::simulate::{Distribution, Graph};
use rumormill::{Peer, SocketPeer};
use serde::Serialize;

/// The state of a group at one moment.
#[derive(Serialize)]
pub(super) struct Health {
    /// How many nodes are alive.
    pub(super) alive: usize,
    /// How many of them hang together by views, in whichever direction.
    pub(super) connected: usize,
    /// How many neighbours that are alive the nodes have.
    pub(super) views: Summary,
    /// In how many views of others the nodes are.
    pub(super) in_degrees: Summary,
    /// How many nodes are in so many views, from none on.
    pub(super) in_degree_counts: Vec<u64>,
    /// How many entries of views name nobody who is alive.
    pub(super) dead_links: usize,
    /// How many living neighbours the nodes are to have in the mean, at least.
    wanted: f64,
}

/// A quantity over all nodes.
#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) min: usize,
    pub(super) mean: f64,
    pub(super) max: usize,
}

impl Health {
    /// Of nodes with their views, each of which is to hold `view` neighbours, or all others where
    /// there are fewer. Who does not answer in time is no neighbour any more, so where so many of a
    /// hundred datagrams are lost, no more than the share of the others is asked of views.
    pub(super) fn of(nodes: &[(SocketPeer, Vec<SocketPeer>)], view: usize, loss: u32) -> Self {
        let places: HashMap<SocketAddr, u32> =
            (0..).zip(nodes).map(|(place, (peer, _))| (peer.address(), place)).collect();
        // A contact is whoever lives at its address.
        let lives = |peer: &SocketPeer| {
            let place = *places.get(&peer.address())?;
            nodes[place as usize].0.answers_for(peer).then_some(place)
        };
        let known: Vec<Vec<u32>> =
            nodes.iter().map(|(_, view)| view.iter().filter_map(lives).collect()).collect();
        let entries: usize = nodes.iter().map(|(_, view)| view.len()).sum();
        let graph = Graph::from_lists(&known);
        let in_degree = graph.in_degree();
        let greatest = in_degree.max().unwrap_or(0);
        let most = view.min(nodes.len().saturating_sub(1)) as f64;
        Self {
            alive: nodes.len(),
            connected: graph.components().first().map_or(0, |&size| size as usize),
            views: Summary::of(&graph.out_degree()),
            in_degrees: Summary::of(&in_degree),
            in_degree_counts: (0..=greatest).map(|degree| in_degree.count(degree)).collect(),
            dead_links: entries - graph.arrows() as usize,
            wanted: most * (1.0 - f64::from(loss) / 100.0),
        }
    }

    /// Whether all hang together, no link is dead, and views are as full as they are to be: where
    /// nothing is lost the mean is the greatest, so each view is full.
    pub(super) fn is_well(&self) -> bool {
        let knows_somebody = self.views.min > 0 || self.wanted == 0.0;
        let hangs_together = self.connected == self.alive && knows_somebody;
        hangs_together && self.dead_links == 0 && self.views.mean >= self.wanted
    }
}

impl Summary {
    fn of(values: &Distribution) -> Self {
        Self {
            min: values.min().unwrap_or(0) as usize,
            mean: values.mean().unwrap_or(0.0),
            max: values.max().unwrap_or(0) as usize,
        }
    }
}

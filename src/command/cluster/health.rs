//! How a group is doing: who is in whose view, and whether all hang together.

use std::collections::HashMap;
use std::net::SocketAddr;

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
    pub(super) in_degree_counts: Vec<usize>,
    /// How many entries of views name nobody who is alive.
    pub(super) dead_links: usize,
    /// How many neighbours each is to have.
    wanted: usize,
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
    /// there are fewer.
    pub(super) fn of(nodes: &[(SocketPeer, Vec<SocketPeer>)], view: usize) -> Self {
        let places: HashMap<SocketAddr, usize> =
            nodes.iter().enumerate().map(|(place, (peer, _))| (peer.address(), place)).collect();
        // A contact is whoever lives at its address.
        let lives = |peer: &SocketPeer| {
            let place = *places.get(&peer.address())?;
            nodes[place].0.answers_for(peer).then_some(place)
        };
        let mut in_degrees = vec![0; nodes.len()];
        let mut pieces = Pieces::of(nodes.len());
        let (mut views, mut dead_links) = (Vec::new(), 0);
        for (place, (_, view)) in nodes.iter().enumerate() {
            let known: Vec<usize> = view.iter().filter_map(lives).collect();
            dead_links += view.len() - known.len();
            views.push(known.len());
            for other in known {
                in_degrees[other] += 1;
                pieces.join(place, other);
            }
        }
        let mut in_degree_counts = vec![0; in_degrees.iter().max().map_or(0, |most| most + 1)];
        in_degrees.iter().for_each(|&degree| in_degree_counts[degree] += 1);
        Self {
            alive: nodes.len(),
            connected: pieces.largest(),
            views: Summary::of(&views),
            in_degrees: Summary::of(&in_degrees),
            in_degree_counts,
            dead_links,
            wanted: view.min(nodes.len().saturating_sub(1)),
        }
    }

    /// Whether all hang together, no link is dead, and each view is full.
    pub(super) fn is_well(&self) -> bool {
        self.connected == self.alive && self.dead_links == 0 && self.views.min >= self.wanted
    }
}

impl Summary {
    fn of(values: &[usize]) -> Self {
        let mean = values.iter().sum::<usize>() as f64 / values.len().max(1) as f64;
        let (min, max) = (values.iter().min(), values.iter().max());
        Self { min: min.copied().unwrap_or(0), mean, max: max.copied().unwrap_or(0) }
    }
}

/// Sets of nodes that hang together.
struct Pieces {
    parents: Vec<usize>,
}

impl Pieces {
    fn of(nodes: usize) -> Self {
        Self { parents: (0..nodes).collect() }
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parents[node] != node {
            self.parents[node] = self.parents[self.parents[node]];
            node = self.parents[node];
        }
        node
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one] = other;
    }

    fn largest(&mut self) -> usize {
        let mut sizes = vec![0; self.parents.len()];
        for node in 0..self.parents.len() {
            sizes[self.root(node)] += 1;
        }
        sizes.into_iter().max().unwrap_or(0)
    }
}

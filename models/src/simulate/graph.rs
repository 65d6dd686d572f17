//! Who knows whom: the graph of all views, and its measures.
//!
//! Pure functions of a snapshot. In a graph the processes are numbered from 0 without gaps; an arrow
//! leads from each to whom it has in its view. Measures that speak of links whichever way they point
//! are those of the [undirected](Graph::undirected) graph.

mod clustering;
mod components;
mod paths;

use rumormill_core::{Node, Protocol};

use super::{Distribution, Group};
use crate::arrows::Arrows;

pub use paths::Paths;

/// A snapshot of who has whom in its view. It holds fewer than 2^32 arrows.
#[derive(Clone)]
pub struct Graph {
    arrows: Arrows,
    dead: u64,
}

impl Graph {
    /// The views of those that are alive.
    #[must_use]
    pub fn of<X: Protocol<u32>>(group: &Group<X>) -> Self {
        Self::of_nodes(group.nodes(), group.born())
    }

    /// The views of these, of `born` that there have been: all peers are smaller.
    pub(crate) fn of_nodes<'a, X: Protocol<u32>>(
        nodes: impl Iterator<Item = &'a Node<u32, X>> + Clone,
        born: u32,
    ) -> Self {
        let mut places = vec![None; born as usize];
        for (place, node) in (0..).zip(nodes.clone()) {
            places[node.me() as usize] = Some(place);
        }
        let (mut arrows, mut dead) = (Arrows::default(), 0);
        for node in nodes {
            let peers = node.neighborhood.peers().iter();
            arrows.push(peers.filter_map(|&peer| {
                let place = places.get(peer as usize).copied().flatten();
                dead += u64::from(place.is_none());
                place
            }));
        }
        Self { arrows, dead }
    }

    /// The graph in which number `i` leads to those in the `i`th list, all of which have a list.
    #[must_use]
    pub fn from_lists(lists: &[Vec<u32>]) -> Self {
        let mut arrows = Arrows::default();
        for list in lists {
            arrows.push(list.iter().copied().filter(|&target| (target as usize) < lists.len()));
        }
        Self { arrows, dead: 0 }
    }

    /// The graph without those that are told to go; the others keep their order.
    #[must_use]
    pub fn without(&self, goes: &[bool]) -> Self {
        let goes = |at: u32| goes.get(at as usize).copied().unwrap_or(false);
        let mut places = vec![None; self.arrows.len()];
        let staying = || (0..self.size()).filter(|&at| !goes(at));
        (0..).zip(staying()).for_each(|(place, at)| places[at as usize] = Some(place));
        let (mut arrows, mut dead) = (Arrows::default(), 0);
        for at in staying() {
            arrows.push(self.targets(at).iter().filter_map(|&target| {
                dead += u64::from(places[target as usize].is_none());
                places[target as usize]
            }));
        }
        Self { arrows, dead }
    }

    /// How many processes there are.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.arrows.len() as u32
    }

    /// Whom this one leads to.
    #[must_use]
    pub fn targets(&self, from: u32) -> &[u32] {
        self.arrows.of(from)
    }

    /// How many arrows there are among those that are alive.
    #[must_use]
    pub fn arrows(&self) -> u64 {
        self.arrows.lists().map(|list| list.len() as u64).sum()
    }

    /// How many arrows lead to somebody who is not alive; they are no part of the graph.
    #[must_use]
    pub fn dead_links(&self) -> u64 {
        self.dead
    }

    /// How many arrows lead to each.
    #[must_use]
    pub fn in_degrees(&self) -> Vec<u32> {
        let mut degrees = vec![0; self.arrows.len()];
        let targets = self.arrows.lists().flatten();
        targets.for_each(|&target| degrees[target as usize] += 1);
        degrees
    }

    /// The distribution of how many arrows lead to each.
    #[must_use]
    pub fn in_degree(&self) -> Distribution {
        self.in_degrees().into_iter().collect()
    }

    /// The distribution of how many arrows each has to others.
    #[must_use]
    pub fn out_degree(&self) -> Distribution {
        self.arrows.lists().map(|list| list.len() as u32).collect()
    }

    /// The graph with each arrow in both directions, each once, and none from a process to itself.
    /// Targets are ascending.
    #[must_use]
    pub fn undirected(&self) -> Self {
        let mut lists: Vec<Vec<u32>> = self.arrows.lists().map(<[u32]>::to_vec).collect();
        for (from, list) in (0..).zip(self.arrows.lists()) {
            list.iter().for_each(|&to| lists[to as usize].push(from));
        }
        let mut arrows = Arrows::default();
        for (me, list) in (0..).zip(&mut lists) {
            list.sort_unstable();
            list.dedup();
            arrows.push(list.iter().copied().filter(|&other| other != me));
        }
        Self { arrows, dead: self.dead }
    }
}

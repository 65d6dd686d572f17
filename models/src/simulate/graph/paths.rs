//! How far it is.

use rumormill_core::rand::SeedableRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;

use super::Graph;
use crate::simulate::chance::{below, source};

/// The lengths of the shortest paths from some processes to all others.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Paths {
    /// How many pairs, of a process and another one that it reaches, were looked at.
    pub pairs: u64,
    /// How long their paths are together.
    pub sum: u64,
    /// The longest of them.
    pub longest: u32,
    /// How many pairs have no path.
    pub unreachable: u64,
}

impl Paths {
    /// The mean length; `None` where there are no paths.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.pairs > 0).then(|| self.sum as f64 / self.pairs as f64)
    }
}

impl Graph {
    /// The shortest paths from each process to each other along arrows: from `samples` processes
    /// that are drawn by the seed, all different; from everybody where there are no more.
    #[must_use]
    pub fn paths(&self, samples: u32, seed: u64) -> Paths {
        let mut starts: Vec<u32> = (0..self.size()).collect();
        let count = samples.min(self.size());
        if count < self.size() {
            let chance = &mut source(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
            for place in 0..count {
                let drawn = place + below(chance, u64::from(self.size() - place)) as u32;
                starts.swap(place as usize, drawn as usize);
            }
        }
        let mut paths = Paths::default();
        for &start in &starts[..count as usize] {
            self.add_paths_from(start, &mut paths);
        }
        paths
    }

    /// Breadth first.
    fn add_paths_from(&self, start: u32, paths: &mut Paths) {
        let mut met = vec![false; self.arrows.len()];
        met[start as usize] = true;
        let (mut reached, mut frontier, mut length) = (1_u64, vec![start], 0);
        while !frontier.is_empty() {
            length += 1;
            let mut next = Vec::new();
            for &to in frontier.iter().flat_map(|&at| self.targets(at)) {
                if !met[to as usize] {
                    met[to as usize] = true;
                    next.push(to);
                }
            }
            if !next.is_empty() {
                paths.longest = paths.longest.max(length);
            }
            reached += next.len() as u64;
            paths.sum += next.len() as u64 * u64::from(length);
            frontier = next;
        }
        paths.pairs += reached - 1;
        paths.unreachable += u64::from(self.size()) - reached;
    }
}

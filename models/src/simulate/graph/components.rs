//! What hangs together.

use super::Graph;

impl Graph {
    /// The sizes of the parts that hang together if arrows are followed both ways, the greatest
    /// first.
    #[must_use]
    pub fn components(&self) -> Vec<u32> {
        let mut parents: Vec<u32> = (0..self.size()).collect();
        for (from, list) in (0..).zip(self.arrows.lists()) {
            for &to in list {
                let (one, other) = (root(&mut parents, from), root(&mut parents, to));
                parents[one.max(other) as usize] = one.min(other);
            }
        }
        let mut sizes = vec![0; self.arrows.len()];
        for at in 0..self.size() {
            sizes[root(&mut parents, at) as usize] += 1;
        }
        descending(sizes)
    }

    /// The sizes of the parts in which each can be reached from each along arrows, the greatest
    /// first.
    #[must_use]
    pub fn strong_components(&self) -> Vec<u32> {
        descending(self.arrows.components().lists().map(|part| part.len() as u32).collect())
    }
}

/// The first of the part that it is in; the way there is shorter from then on.
fn root(parents: &mut [u32], mut at: u32) -> u32 {
    while parents[at as usize] != at {
        let parent = parents[at as usize];
        parents[at as usize] = parents[parent as usize];
        at = parents[at as usize];
    }
    at
}

fn descending(mut sizes: Vec<u32>) -> Vec<u32> {
    sizes.retain(|&size| size > 0);
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    sizes
}

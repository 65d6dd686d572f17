//! Random regular graphs: everybody is a neighbour of equally many, and each link is one both ways.

use rumormill_core::Randomness;

/// Who is a neighbour of whom, in a random graph in which everybody has `degree` neighbours, and none
/// is its own or twice the same; `None` where there is none, since not everybody can have so many, or
/// the ends of all links are odd in number.
///
/// Everybody has `degree` ends of links, and ends are joined at random: the configuration model
/// (B. Bollobás 1980). A link that leads back to its beginning, or is there twice, then gives one of its
/// ends for that of a link that is drawn, until it does not. That takes time for `nodes * degree`. Not
/// all graphs are equally likely; but in a large group only about `degree² / 4` links are switched of
/// `nodes * degree / 2`. Where everybody has more than half of all others, who is *no* neighbour is
/// drawn so.
pub(super) fn regular(
    nodes: u32,
    degree: u32,
    random: &mut impl Randomness,
) -> Option<Vec<Vec<u32>>> {
    let is_odd = u64::from(nodes) * u64::from(degree) % 2 == 1;
    if degree >= nodes || is_odd {
        return None;
    }
    let but_these = nodes - 1 - degree;
    if but_these < degree {
        return regular(nodes, but_these, random).map(|strangers| complement(&strangers));
    }
    loop {
        let mut links = Links::joined(nodes, degree, random);
        if links.become_simple(random) {
            return Some(links.neighbors);
        }
    }
}

/// Everybody but oneself and those of one's list.
fn complement(lists: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let all = 0..lists.len() as u32;
    let others = |(me, list): (u32, &Vec<u32>)| {
        all.clone().filter(|other| *other != me && !list.contains(other)).collect()
    };
    (0..).zip(lists).map(others).collect()
}

/// Links between two ends each.
struct Links {
    ends: Vec<(u32, u32)>,
    /// At whom the links of each end; a link to oneself counts twice.
    neighbors: Vec<Vec<u32>>,
}

/// How often it is tried to switch a link before all of them are drawn anew. With a tenth of all links
/// to choose from, so many are in vain with a probability of 3e-5; only tiny groups have fewer.
const TRIALS: u32 = 100;

impl Links {
    /// The ends of all, joined in an order that is drawn.
    fn joined(nodes: u32, degree: u32, random: &mut impl Randomness) -> Self {
        let mut order: Vec<u32> = (0..nodes).flat_map(|me| (0..degree).map(move |_| me)).collect();
        for place in (1..order.len()).rev() {
            order.swap(place, random.below(place as u32 + 1) as usize);
        }
        let ends: Vec<_> = order.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let mut neighbors = vec![Vec::with_capacity(degree as usize); nodes as usize];
        for &(one, other) in &ends {
            neighbors[one as usize].push(other);
            neighbors[other as usize].push(one);
        }
        Self { ends, neighbors }
    }

    /// Switches what is no simple link; tells whether that was possible.
    fn become_simple(&mut self, random: &mut impl Randomness) -> bool {
        (0..self.ends.len())
            .all(|link| self.is_simple(link) || (0..TRIALS).any(|_| self.switch(link, random)))
    }

    fn is_simple(&self, link: usize) -> bool {
        let (one, other) = self.ends[link];
        let times = self.neighbors[one as usize].iter().filter(|&&at| at == other).count();
        one != other && times == 1
    }

    /// Exchanges an end with a link that is drawn, if both become simple by that.
    fn switch(&mut self, link: usize, random: &mut impl Randomness) -> bool {
        let drawn = random.below(2 * self.ends.len() as u32);
        let partner = (drawn / 2) as usize;
        let (one, other) = self.ends[link];
        let (first, second) = self.ends[partner];
        let (first, second) =
            if drawn.is_multiple_of(2) { (first, second) } else { (second, first) };
        if partner == link || !self.may_join(one, first) || !self.may_join(other, second) {
            return false;
        }
        // Of two links that lead back to their beginnings, the same would become twice.
        if (one, first) == (other, second) {
            return false;
        }
        for (at, from, to) in [
            (one, other, first),
            (other, one, second),
            (first, second, one),
            (second, first, other),
        ] {
            self.replace(at, from, to);
        }
        (self.ends[link], self.ends[partner]) = ((one, first), (other, second));
        true
    }

    fn may_join(&self, one: u32, other: u32) -> bool {
        one != other && !self.neighbors[one as usize].contains(&other)
    }

    /// A link of `at` ends elsewhere.
    fn replace(&mut self, at: u32, from: u32, to: u32) {
        let list = &mut self.neighbors[at as usize];
        if let Some(place) = list.iter().position(|&neighbor| neighbor == from) {
            list[place] = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rumormill_core::FromRng;
    use rumormill_core::rand::SeedableRng;
    use rumormill_core::rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::simulate::Graph;

    fn source(seed: u64) -> FromRng<Xoshiro256PlusPlus> {
        FromRng(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    fn drawn(nodes: u32, degree: u32, seed: u64) -> Vec<Vec<u32>> {
        regular(nodes, degree, &mut source(seed)).expect("an even number of ends")
    }

    #[track_caller]
    fn is_simple_and_regular(lists: &[Vec<u32>], degree: u32) {
        for (me, list) in (0..).zip(lists) {
            let mut sorted = list.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), degree as usize, "{me}: {list:?}");
            assert!(!sorted.contains(&me), "{me}: {list:?}");
            assert!(sorted.iter().all(|&other| lists[other as usize].contains(&me)));
        }
    }

    #[test]
    fn everybody_has_as_many_neighbours_and_links_are_both_ways() {
        for nodes in 1..=12_u32 {
            for degree in (0..nodes).filter(|degree| (nodes * degree).is_multiple_of(2)) {
                for seed in 0..20 {
                    is_simple_and_regular(&drawn(nodes, degree, seed), degree);
                }
            }
        }
        is_simple_and_regular(&drawn(10_000, 7, 1), 7);
        is_simple_and_regular(&drawn(200, 60, 1), 60);
    }

    #[test]
    fn what_cannot_be_is_not() {
        for (nodes, degree) in [(3, 3), (0, 0), (5, 3), (7, 1)] {
            assert_eq!(regular(nodes, degree, &mut source(1)), None, "{nodes}, {degree}");
        }
    }

    #[test]
    fn a_seed_is_a_graph() {
        assert_eq!(drawn(100, 4, 7), drawn(100, 4, 7));
        assert_ne!(drawn(100, 4, 7), drawn(100, 4, 8));
    }

    /// Six nodes with two neighbours each form a ring of six, in 60 ways, or two of three, in 10. Were
    /// all equally likely, each would come 200 times in 14,000; so small a group shows that switching
    /// leads to rings of three less often. Those of a kind are alike: 211 times and 133, give or take
    /// five standard deviations.
    #[test]
    fn all_graphs_come_and_those_that_are_alike_equally_often() {
        let mut random = source(1);
        let mut times: [BTreeMap<Vec<Vec<u32>>, u32>; 2] = Default::default();
        for _ in 0..14_000 {
            let mut lists = regular(6, 2, &mut random).expect("twelve ends");
            lists.iter_mut().for_each(|list| list.sort_unstable());
            let kind = Graph::from_lists(&lists).components().len() - 1;
            *times[kind].entry(lists).or_default() += 1;
        }
        for (times, kinds, mean) in [(&times[0], 60, 211.0_f64), (&times[1], 10, 133.0)] {
            assert_eq!(times.len(), kinds);
            let is_near = |&times: &u32| (f64::from(times) - mean).abs() < 5.0 * mean.sqrt();
            assert!(times.values().all(is_near), "{times:?}");
        }
    }

    /// In a random regular graph the triangles are a Poisson number with the mean `(d - 1)^3 / 6`: 36
    /// of seven neighbours each. In 20 graphs there are 720, give or take four times 27.
    #[test]
    fn triangles_are_as_many_as_chance_has_it() {
        let triangles = |seed| {
            let lists = drawn(2000, 7, seed);
            let closed = Graph::from_lists(&lists).clustering().expect("nodes") * 2000.0 * 21.0;
            closed / 3.0
        };
        let sum: f64 = (0..20).map(triangles).sum();
        assert!((sum - 720.0).abs() < 4.0 * 27.0, "{sum}");
    }
}

//! Whom the machines of a large group know.

use rumormill_core::rand::Rng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::{FromRng, Neighborhood, Randomness};

/// Whom the machines of a group know.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Views {
    /// Everybody else, always. It takes memory for the square of the number of machines.
    Everybody,
    /// So many others, at most [`MAX_FANOUT`](rumormill_core::MAX_FANOUT), drawn uniformly and
    /// afresh at the start and in each period: an ideal peer sampling. A uniform subset of such a
    /// view is a uniform subset of all others, so whoever draws no more targets than that draws them
    /// as if it knew everybody.
    Fresh(u32),
    /// Each of the others with the same probability, independently, such that so many are known on
    /// average; drawn afresh as above.
    Each(f64),
}

impl Views {
    /// A view of a machine in a group of so many.
    pub(super) fn draw(
        self,
        me: u32,
        nodes: u32,
        random: &mut FromRng<Xoshiro256PlusPlus>,
    ) -> Neighborhood<u32> {
        let others = nodes - 1;
        let places = match self {
            Self::Fresh(0) => Vec::new(),
            Self::Fresh(size) if size < others => random.subset(size as usize, others).to_vec(),
            Self::Everybody | Self::Fresh(_) => (0..others).collect(),
            Self::Each(mean) => each(others, mean / f64::from(others), &mut random.0),
        };
        let other = |place: u32| if place < me { place } else { place + 1 };
        Neighborhood::of(me, places.into_iter().map(other))
    }
}

/// So many of the others in a group of `nodes`, all different, drawn uniformly.
pub(super) fn others(me: u32, many: u32, nodes: u32, random: &mut impl Randomness) -> Vec<u32> {
    let places = subset(many.min(nodes - 1), nodes - 1, random);
    places.into_iter().map(|place| if place < me { place } else { place + 1 }).collect()
}

/// So many of `0..of`, all different, drawn uniformly: Floyd's way, for subsets larger than those of
/// machines.
pub(super) fn subset(many: u32, of: u32, random: &mut impl Randomness) -> Vec<u32> {
    let mut chosen = Vec::with_capacity(many as usize);
    for last in of - many..of {
        let drawn = if last == 0 { 0 } else { random.below(last + 1) };
        chosen.push(if chosen.contains(&drawn) { last } else { drawn });
    }
    chosen
}

/// Each of `0..of` with this probability, by the lengths of the gaps between them.
fn each(of: u32, probability: f64, random: &mut impl Rng) -> Vec<u32> {
    if probability <= 0.0 {
        return Vec::new();
    }
    if probability >= 1.0 {
        return (0..of).collect();
    }
    let mut chosen = Vec::new();
    let mut next = 0.0;
    loop {
        // Uniform in (0, 1], with 53 bits.
        let uniform = ((random.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        next += libm::floor(libm::log(uniform) / libm::log1p(-probability));
        if next >= f64::from(of) {
            return chosen;
        }
        chosen.push(next as u32);
        next += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rumormill_core::rand::SeedableRng;

    use super::*;

    const NODES: u32 = 11;

    /// How often each of the others is in a view of the machine 3, and how large views are; in so
    /// many draws.
    fn drawn(views: Views, draws: u32) -> ([u32; NODES as usize], [u32; NODES as usize]) {
        let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(1));
        let (mut known, mut sizes) = ([0; NODES as usize], [0; NODES as usize]);
        for _ in 0..draws {
            let view = views.draw(3, NODES, &mut random);
            assert_eq!(view.me(), 3);
            view.peers().iter().for_each(|&peer| known[peer as usize] += 1);
            sizes[view.peers().len()] += 1;
        }
        (known, sizes)
    }

    /// Within five standard deviations: with the fixed seed, a false alarm had a probability below
    /// 1e-4 for all 40 comparisons together.
    #[track_caller]
    fn near(count: u32, draws: u32, probability: f64) {
        let draws = f64::from(draws);
        let deviation = (draws * probability * (1.0 - probability)).sqrt();
        let off = (f64::from(count) - draws * probability).abs();
        assert!(off <= 5.0 * deviation, "{count} instead of {}", draws * probability);
    }

    #[test]
    fn fresh_views_are_uniform_and_never_hold_oneself() {
        let (known, sizes) = drawn(Views::Fresh(3), 10_000);
        assert_eq!((known[3], sizes[3]), (0, 10_000));
        (0..11).filter(|&peer| peer != 3).for_each(|peer| near(known[peer], 10_000, 0.3));
    }

    #[test]
    fn each_of_the_others_is_known_independently() {
        let (known, sizes) = drawn(Views::Each(2.0), 10_000);
        assert_eq!(known[3], 0);
        (0..11).filter(|&peer| peer != 3).for_each(|peer| near(known[peer], 10_000, 0.2));
        let ways = |size: u32| (0..size).fold(1.0, |w, i| w * f64::from(10 - i) / f64::from(i + 1));
        for size in 0..=10 {
            let power = |base: f64, times: u32| (0..times).map(|_| base).product::<f64>();
            let probability = ways(size) * power(0.2, size) * power(0.8, 10 - size);
            near(sizes[size as usize], 10_000, probability);
        }
    }

    #[test]
    fn subsets_are_uniform_whatever_their_size() {
        let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(1));
        let mut times = [0; NODES as usize];
        for _ in 0..10_000 {
            let chosen = others(3, 7, NODES, &mut random);
            assert_eq!(chosen.iter().collect::<BTreeSet<_>>().len(), 7);
            chosen.into_iter().for_each(|peer| times[peer as usize] += 1);
        }
        assert_eq!(times[3], 0);
        (0..11).filter(|&peer| peer != 3).for_each(|peer| near(times[peer], 10_000, 0.7));
        assert_eq!(others(0, 100, 4, &mut random), [1, 2, 3]);
        assert!(others(0, 5, 1, &mut random).is_empty());
    }

    #[test]
    fn the_ends_are_nobody_and_everybody() {
        assert_eq!(drawn(Views::Each(0.0), 10).1[0], 10);
        assert_eq!(drawn(Views::Fresh(0), 10).1[0], 10);
        for all in [Views::Each(10.0), Views::Fresh(10), Views::Fresh(32), Views::Everybody] {
            assert_eq!(drawn(all, 10).1[10], 10, "{all:?}");
        }
    }
}

//! Where walks end on views that stay as they are: exactly, by powers of the matrix of a hop.

use rumormill_core::protocols::random_walk::Mode;

use crate::simulate::Graph;

/// Walks on a graph, each hop as the machine takes it: to a neighbour that is drawn uniformly, and by
/// Metropolis and Hastings only if that one lets the walk in; else the hop is spent where it is. Whoever
/// has no neighbour keeps the walk.
#[derive(Clone, Copy)]
pub(super) struct Walkers<'a> {
    pub(super) graph: &'a Graph,
    pub(super) mode: Mode,
}

/// The probability of each process to have the walk.
#[derive(Clone, Debug)]
pub(super) struct Places(Vec<f64>);

/// What becomes of the walks of one process, on average over some.
pub(super) struct Alone {
    /// How probable it is that a walk ends where it began.
    pub(super) home: f64,
    /// How probable it is that it ends at a neighbour of where it began.
    pub(super) neighbor: f64,
    /// The total variation distance from uniform after 0, 1, 2, … hops.
    pub(super) variations: Vec<f64>,
}

impl Walkers<'_> {
    /// Where walks are after 0, 1, 2, … hops if everybody is as likely as the other to begin one.
    pub(super) fn begun_by_all(self) -> impl Iterator<Item = Places> {
        let size = self.graph.size() as usize;
        self.walk(Places(vec![1.0 / size as f64; size]))
    }

    /// Where the walks of one are after 0, 1, 2, … hops.
    pub(super) fn begun_by(self, origin: u32) -> impl Iterator<Item = Places> {
        let mut places = vec![0.0; self.graph.size() as usize];
        places[origin as usize] = 1.0;
        self.walk(Places(places))
    }

    /// The walks of each of these by themselves, on average.
    pub(super) fn each_alone(self, origins: &[u32], distance: u8) -> Alone {
        let mut sum =
            Alone { home: 0.0, neighbor: 0.0, variations: vec![0.0; usize::from(distance) + 1] };
        let part = 1.0 / origins.len() as f64;
        for &origin in origins {
            let mut ends = None;
            for (sum, places) in sum.variations.iter_mut().zip(self.begun_by(origin)) {
                *sum += part * places.variation();
                ends = Some(places);
            }
            let Some(Places(ends)) = ends else { continue };
            let neighbors = self.graph.targets(origin).iter();
            sum.home += part * ends[origin as usize];
            sum.neighbor += part * neighbors.map(|&peer| ends[peer as usize]).sum::<f64>();
        }
        sum
    }

    fn walk(self, first: Places) -> impl Iterator<Item = Places> {
        std::iter::successors(Some(first), move |here| Some(self.hop(here)))
    }

    fn hop(self, Places(here): &Places) -> Places {
        let mut there = vec![0.0; here.len()];
        for (from, &probability) in (0..).zip(here) {
            let targets = self.graph.targets(from);
            let each = probability / targets.len() as f64;
            let mut stays = if targets.is_empty() { probability } else { 0.0 };
            for &to in targets {
                let passes = each * self.lets_in(from, to);
                there[to as usize] += passes;
                stays += each - passes;
            }
            there[from as usize] += stays;
        }
        Places(there)
    }

    /// How probable it is that `to` lets in a walk that comes from there.
    fn lets_in(self, from: u32, to: u32) -> f64 {
        let degree = |at: u32| self.graph.targets(at).len() as f64;
        match self.mode {
            Mode::Plain => 1.0,
            Mode::Metropolis => (degree(from) / degree(to)).min(1.0),
        }
    }
}

impl Places {
    fn uniform(&self) -> f64 {
        1.0 / self.0.len() as f64
    }

    /// The total variation distance from uniform: the most by which the probability of a set of
    /// processes is off. From 0 to 1.
    pub(super) fn variation(&self) -> f64 {
        let off = self.0.iter().map(|probability| (probability - self.uniform()).abs());
        off.sum::<f64>() / 2.0
    }

    /// How much more often than of uniform ends two coincide: 0 for uniform ones. The square of the
    /// relative deviation of the probabilities.
    pub(super) fn excess(&self) -> f64 {
        let squares = self.0.iter().map(|probability| probability * probability);
        squares.sum::<f64>() / self.uniform() - 1.0
    }

    /// The greatest probability by the least; infinite where a process is never an end.
    pub(super) fn ratio(&self) -> f64 {
        let fold =
            |first: f64, choose: fn(f64, f64) -> f64| self.0.iter().copied().fold(first, choose);
        fold(0.0, f64::max) / fold(1.0, f64::min)
    }

    /// The correlation of the probabilities and these degrees; no number where one of them is the
    /// same for all.
    pub(super) fn correlation(&self, degrees: &[u32]) -> f64 {
        let mean = degrees.iter().copied().map(f64::from).sum::<f64>() * self.uniform();
        let pairs = self.0.iter().zip(degrees);
        let (mut both, mut ours, mut theirs) = (0.0, 0.0, 0.0);
        for (probability, &degree) in pairs {
            let (ends, degree) = (probability - self.uniform(), f64::from(degree) - mean);
            both += ends * degree;
            ours += ends * ends;
            theirs += degree * degree;
        }
        both / libm::sqrt(ours * theirs)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use rumormill_core::protocols::random_walk::{Notice, RandomWalk, Request, Settings};
    use rumormill_core::{Neighborhood, Node, Ticks};

    use super::*;
    use crate::simulate::{Clock, Moment, Observer, PER_TICK, Setting, Simulation};

    const BOTH: [Mode; 2] = [Mode::Plain, Mode::Metropolis];

    /// Directed views of all sizes from 0 to 5, none of which leads nowhere but the last.
    fn uneven() -> Vec<Vec<u32>> {
        let view = |me: u32| (1..=1 + me % 5).map(|step| (me + step * (me + 1)) % 11).collect();
        let mut views: Vec<Vec<u32>> = (0..11).map(view).collect();
        for (me, view) in (0..).zip(&mut views) {
            view.sort_unstable();
            view.dedup();
            view.retain(|&peer| peer != me);
        }
        views[4].push(11);
        views.push(Vec::new());
        views
    }

    fn after(graph: &Graph, mode: Mode, origin: u32, hops: usize) -> Vec<f64> {
        let mut walk = Walkers { graph, mode }.begun_by(origin);
        walk.nth(hops).map(|Places(ends)| ends).unwrap_or_default()
    }

    /// How often walks of machines ended at each.
    struct Ended(Vec<u64>);

    impl Observer<RandomWalk<u32>> for Ended {
        fn on_notice(&mut self, _: &Moment<'_, RandomWalk<u32>>, _: u32, notice: &Notice<u32>) {
            let Notice::Ended { at, .. } = notice else { panic!("nothing is lost: {notice:?}") };
            self.0[*at as usize] += 1;
        }
    }

    /// Where so many walks of the first machine end, while nobody's view changes.
    fn of_machines(views: &[Vec<u32>], mode: Mode, distance: u8, walks: u32) -> Vec<u64> {
        let settings = Settings {
            distance,
            max_distance: distance,
            period: Ticks(10),
            retries: 1,
            detours: 0,
            patience: 100,
            started: 1,
            carried: 1,
            path: 0,
            numbers: NonZeroU16::MAX,
        };
        let node = |(me, view): (u32, &Vec<u32>)| {
            let view = Neighborhood::of(me, view.iter().copied());
            Node::new(view, RandomWalk::new(settings.clone()))
        };
        let nodes = (0..).zip(views).map(node).collect();
        let setting = Setting::new(nodes, Clock::Unsynchronised, 10 * PER_TICK, 1);
        let mut ended = Ended(vec![0; views.len()]);
        let mut group = Simulation::new(setting, 1, &mut ended).expect("a sound setting");
        for _ in 0..walks {
            let request = Request { tag: 0, distance: None, mode };
            assert!(
                group.request(0, request, &mut ended) && group.run_to_rest(u64::MAX, &mut ended)
            );
        }
        ended.0
    }

    /// Pearson's statistic; infinite where something came that cannot.
    fn chi_square(ended: &[u64], expected: &[f64]) -> f64 {
        let walks = ended.iter().sum::<u64>() as f64;
        let possible =
            ended.iter().zip(expected).filter(|&(&count, &share)| count > 0 || share > 0.0);
        let terms = possible.map(|(&count, &share)| {
            let (count, expected) = (count as f64, walks * share);
            (count - expected) * (count - expected) / expected
        });
        terms.sum()
    }

    /// With at most 11 degrees of freedom it exceeds 52 with a probability below 3e-7, so that one of
    /// the six comparisons fails by accident with less than 2e-6. The law of the other mode would be
    /// told from it.
    #[test]
    fn machines_walk_as_is_computed() {
        const WALKS: u32 = 20_000;
        let views = uneven();
        let graph = Graph::from_lists(&views);
        for distance in [1, 3, 10] {
            for (mode, other) in BOTH.into_iter().zip(BOTH.into_iter().rev()) {
                let ended = of_machines(&views, mode, distance, WALKS);
                let against = |mode| chi_square(&ended, &after(&graph, mode, 0, distance.into()));
                assert!(against(mode) < 52.0, "{mode:?}, {distance}: {ended:?}");
                assert!(against(other) > 200.0, "{mode:?}, {distance}: {ended:?}");
            }
        }
    }

    /// On a star the middle has three times the degree of the others, and where the walk begins tells
    /// for ever, since it is here or there in turns. Metropolis and Hastings make all as likely.
    #[test]
    fn on_symmetric_links_plain_walks_go_by_degree_and_metropolis_makes_it_uniform() {
        let star = Graph::from_lists(&[vec![1, 2, 3], vec![0], vec![0], vec![0]]);
        let third = 1.0 / 3.0;
        assert_eq!(after(&star, Mode::Plain, 0, 0), [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(after(&star, Mode::Plain, 0, 7), [0.0, third, third, third]);
        let hop = after(&star, Mode::Metropolis, 1, 1);
        assert_eq!(hop, [third, 1.0 - third, 0.0, 0.0]);
        let [plain, fair] = BOTH.map(|mode| {
            let mut walk = Walkers { graph: &star, mode }.begun_by_all();
            walk.nth(5).expect("it goes on").variation()
        });
        assert!((plain - 0.5).abs() < 1e-12 && fair < 1e-12, "{plain}, {fair}");
    }

    #[test]
    fn on_a_ring_that_points_one_way_a_walk_is_where_its_distance_says() {
        let ring = Graph::from_lists(&[vec![1], vec![2], vec![3], vec![0]]);
        let walkers = Walkers { graph: &ring, mode: Mode::Metropolis };
        let round = walkers.each_alone(&[0, 2], 4);
        assert_eq!((round.home, round.neighbor), (1.0, 0.0));
        assert_eq!(round.variations, [0.75; 5]);
        let farther = walkers.each_alone(&[1], 5);
        assert_eq!((farther.home, farther.neighbor), (0.0, 1.0));
    }

    #[test]
    fn measures_of_ends_are_those_by_hand() {
        let some = Places(vec![0.5, 0.5, 0.0, 0.0]);
        assert_eq!((some.variation(), some.excess(), some.ratio()), (0.5, 1.0, f64::INFINITY));
        assert_eq!(some.correlation(&[7, 7, 1, 1]), 1.0);
        assert_eq!(some.correlation(&[1, 1, 7, 7]), -1.0);
        let all = Places(vec![0.25; 4]);
        assert_eq!((all.variation(), all.excess(), all.ratio()), (0.0, 0.0, 1.0));
        assert!(all.correlation(&[1, 2, 3, 4]).is_nan(), "nothing varies");
    }
}

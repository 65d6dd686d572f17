//! The measures of graphs against brute force.

use proptest::collection::vec;
use proptest::prelude::*;
use rumormill_models::simulate::Graph;

/// Lists of targets of up to 9 processes, oneself and repetitions among them.
fn lists() -> impl Strategy<Value = Vec<Vec<u32>>> {
    (1..10_u32).prop_flat_map(|size| vec(vec(0..size, 0..5), size as usize))
}

/// Whether there is an arrow, for each pair.
fn matrix(lists: &[Vec<u32>], both_ways: bool) -> Vec<Vec<bool>> {
    let leads = |from: usize, to: usize| lists[from].contains(&(to as u32));
    let pair = |from, to| leads(from, to) || both_ways && leads(to, from);
    let size = lists.len();
    (0..size).map(|from| (0..size).map(|to| from != to && pair(from, to)).collect()).collect()
}

/// The length of the shortest path for each pair (R. Floyd, S. Warshall).
fn distances(arrows: &[Vec<bool>]) -> Vec<Vec<Option<u32>>> {
    let size = arrows.len();
    let direct = |from: usize, to: usize| match arrows[from][to] {
        _ if from == to => Some(0),
        true => Some(1),
        false => None,
    };
    let mut lengths: Vec<Vec<Option<u32>>> =
        (0..size).map(|from| (0..size).map(|to| direct(from, to)).collect()).collect();
    for by in 0..size {
        for from in 0..size {
            for to in 0..size {
                if let (Some(there), Some(on)) = (lengths[from][by], lengths[by][to]) {
                    let known = lengths[from][to].unwrap_or(u32::MAX);
                    lengths[from][to] = Some(known.min(there + on));
                }
            }
        }
    }
    lengths
}

/// The sizes of the classes of those that reach each other, the greatest first.
fn classes(lengths: &[Vec<Option<u32>>]) -> Vec<u32> {
    let together =
        |one: usize, other: usize| lengths[one][other].is_some() && lengths[other][one].is_some();
    let size = lengths.len();
    let firsts = (0..size).filter(|&one| (0..one).all(|other| !together(one, other)));
    let mut sizes: Vec<u32> =
        firsts.map(|one| (0..size).filter(|&other| together(one, other)).count() as u32).collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    sizes
}

fn clustering(links: &[Vec<bool>]) -> f64 {
    let size = links.len();
    let share = |at: usize| {
        let neighbors: Vec<usize> = (0..size).filter(|&other| links[at][other]).collect();
        let pairs =
            neighbors.iter().flat_map(|&one| neighbors.iter().map(move |&other| (one, other)));
        let pairs: Vec<_> = pairs.filter(|(one, other)| one < other).collect();
        let closed = pairs.iter().filter(|&&(one, other)| links[one][other]).count();
        if pairs.is_empty() { 0.0 } else { closed as f64 / pairs.len() as f64 }
    };
    (0..size).map(share).sum::<f64>() / size as f64
}

proptest! {
    #[test]
    fn degrees_are_counted(lists in lists()) {
        let graph = Graph::from_lists(&lists);
        let arrows = || lists.iter().flatten();
        for node in 0..lists.len() as u32 {
            let count = arrows().filter(|&&to| to == node).count();
            prop_assert_eq!(graph.in_degrees()[node as usize] as usize, count);
        }
        prop_assert_eq!(graph.arrows() as usize, arrows().count());
        prop_assert_eq!(graph.in_degree().total() as usize, lists.len());
        prop_assert_eq!(graph.in_degree().mean(), graph.out_degree().mean());
    }

    #[test]
    fn undirected_links_are_those_of_either_direction(lists in lists()) {
        let (graph, links) = (Graph::from_lists(&lists).undirected(), matrix(&lists, true));
        for (from, row) in (0..).zip(links) {
            let expected: Vec<u32> =
                (0..).zip(row).filter(|&(_, linked)| linked).map(|(to, _)| to).collect();
            prop_assert_eq!(graph.targets(from), expected);
        }
    }

    #[test]
    fn clustering_is_the_share_of_closed_pairs(lists in lists()) {
        let measured = Graph::from_lists(&lists).undirected().clustering().expect("processes");
        prop_assert!((measured - clustering(&matrix(&lists, true))).abs() < 1e-12);
    }

    #[test]
    fn parts_are_those_that_reach_each_other(lists in lists()) {
        let graph = Graph::from_lists(&lists);
        prop_assert_eq!(graph.components(), classes(&distances(&matrix(&lists, true))));
        prop_assert_eq!(graph.strong_components(), classes(&distances(&matrix(&lists, false))));
    }

    #[test]
    fn paths_are_the_shortest(lists in lists()) {
        let paths = Graph::from_lists(&lists).paths(u32::MAX, 0);
        let lengths = distances(&matrix(&lists, false));
        let others = || {
            let each = lengths.iter().enumerate();
            each.flat_map(|(from, row)| {
                row.iter().enumerate().filter(move |&(to, _)| to != from).map(|(_, length)| length)
            })
        };
        prop_assert_eq!(paths.pairs as usize, others().flatten().count());
        prop_assert_eq!(paths.unreachable as usize, others().filter(|l| l.is_none()).count());
        prop_assert_eq!(paths.sum, others().flatten().map(|&l| u64::from(l)).sum::<u64>());
        prop_assert_eq!(paths.longest, others().flatten().copied().max().unwrap_or(0));
    }

    #[test]
    fn a_sample_of_paths_is_from_so_many_different_processes(
        lists in lists(),
        samples in 0..12_u32,
        seed: u64,
    ) {
        let graph = Graph::from_lists(&lists);
        let paths = graph.paths(samples, seed);
        let starts = u64::from(samples.min(graph.size()));
        prop_assert_eq!(paths.pairs + paths.unreachable, starts * u64::from(graph.size() - 1));
        prop_assert_eq!(&paths, &graph.paths(samples, seed));
    }
}

/// A ring of 100: each start is as good as each other.
#[test]
fn the_paths_of_a_ring() {
    let ring: Vec<Vec<u32>> = (0..100).map(|at| vec![(at + 1) % 100]).collect();
    let graph = Graph::from_lists(&ring);
    assert_eq!(graph.paths(7, 3).mean(), Some(50.0));
    let both = graph.undirected().paths(7, 3);
    assert_eq!((both.sum, both.longest), (7 * 2500, 50));
    assert_eq!(graph.strong_components(), [100]);
    assert_eq!(graph.undirected().clustering(), Some(0.0));
}

#[test]
fn of_nobody_there_is_nothing_to_say() {
    let nobody = Graph::from_lists(&[]);
    assert_eq!((nobody.clustering(), nobody.paths(3, 0).mean()), (None, None));
    assert!(nobody.components().is_empty() && nobody.strong_components().is_empty());
}

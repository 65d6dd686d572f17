//! The shape of the graph of all views, as it is told of every overlay.

use super::{Measure, Outcome, Tally};
use crate::simulate::{Graph, Shape};

/// From how many machines the paths are taken.
const STARTS: u32 = 50;

/// What is told of a shape.
pub(super) fn measures() -> Vec<Measure> {
    vec![
        Measure::figure("in-degree", "views", "in how many views a node is, on average"),
        Measure::figure("deviation", "views", "the standard deviation of the in-degrees"),
        Measure::figure("least", "views", "the least in-degree"),
        Measure::figure("greatest", "views", "the greatest in-degree"),
        Measure::figure("within-1", "share", "whose in-degree is the view's size, give or take 1"),
        Measure::figure("within-2", "share", "the same, give or take 2"),
        Measure::figure("clustering", "", "the clustering coefficient, links taken both ways"),
        Measure::figure("path", "hops", "the mean shortest path, links taken both ways"),
        Measure::figure("parts", "parts", "that do not hang together"),
        Measure::histogram("in-degrees", "views", "in how many views a node is"),
    ]
}

/// The shape of a graph whose views have room for so many; the seed draws where paths begin.
pub(super) fn outcome(graph: &Graph, view: u32, seed: u64) -> Outcome {
    let Shape { in_degree, components, clustering, path_length, .. } =
        Shape::of(graph, STARTS, seed);
    let within = |off: u32| in_degree.share(view.saturating_sub(off), view + off);
    let mut tally = Tally::default();
    in_degree.counts().for_each(|(degree, times)| tally.add(degree.into(), times));
    Outcome::default()
        .figure("in-degree", in_degree.mean())
        .figure("deviation", in_degree.deviation())
        .figure("least", in_degree.min().map(f64::from))
        .figure("greatest", in_degree.max().map(f64::from))
        .figure("within-1", within(1))
        .figure("within-2", within(2))
        .figure("clustering", clustering)
        .figure("path", path_length)
        .figure("parts", components.len() as f64)
        .histogram("in-degrees", tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A triangle that points round, and one that points at it.
    #[test]
    fn a_small_graph_has_the_shape_that_is_counted_by_hand() {
        let graph = Graph::from_lists(&[vec![1], vec![2], vec![0], vec![0]]);
        let outcome = outcome(&graph, 2, 1);
        let figure = |name| outcome.get(name).expect("a figure");
        assert_eq!((figure("in-degree"), figure("least"), figure("greatest")), (1.0, 0.0, 2.0));
        assert_eq!((figure("within-1"), figure("within-2")), (0.75, 1.0));
        assert!((figure("clustering") - (2.0 + 1.0 / 3.0) / 4.0).abs() < 1e-12);
        assert_eq!(figure("parts"), 1.0);
        assert_eq!(figure("deviation"), 0.5_f64.sqrt());
        assert_eq!(figure("path"), (4.0 + 2.0 * 2.0) / 6.0);
    }
}

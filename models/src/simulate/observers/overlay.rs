use rumormill_core::Protocol;

use crate::simulate::{Distribution, Graph, Moment, Observer};

/// What the graph of all views looks like, at the end of some periods.
#[derive(Clone, Debug)]
pub struct Overlay {
    every: u64,
    samples: u32,
    periods: u64,
    shapes: Vec<Shape>,
}

/// The measures of the graph of all views.
#[derive(Clone, PartialEq, Debug)]
pub struct Shape {
    /// After how many periods, since the observer began to look on.
    pub periods: u64,
    /// How many are alive.
    pub alive: u32,
    /// How many links lead to somebody who is not.
    pub dead_links: u64,
    /// How many views each is in.
    pub in_degree: Distribution,
    /// The sizes of the parts that hang together, links taken both ways, the greatest first.
    pub components: Vec<u32>,
    /// The sizes of the parts in which each can be reached from each along links, the greatest
    /// first.
    pub strong_components: Vec<u32>,
    /// The clustering coefficient, links taken both ways.
    pub clustering: Option<f64>,
    /// The mean length of the shortest paths, links taken both ways.
    pub path_length: Option<f64>,
}

impl Overlay {
    /// Looks at the end of every `every`th period, and takes the paths from so many processes.
    #[must_use]
    pub fn new(every: u64, samples: u32) -> Self {
        Self { every: every.max(1), samples, periods: 0, shapes: Vec::new() }
    }

    /// What was seen, in the order of time.
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }
}

impl<X: Protocol<u32>> Observer<X> for Overlay {
    fn on_period(&mut self, at: &Moment<'_, X>) {
        self.periods += 1;
        if self.periods.is_multiple_of(self.every) {
            let graph = Graph::of(at.group);
            self.shapes.push(Shape::of(&graph, self.samples, self.periods));
        }
    }
}

impl Shape {
    /// The measures of a graph; paths are taken from so many processes, drawn by the number of the
    /// period.
    #[must_use]
    pub fn of(graph: &Graph, samples: u32, periods: u64) -> Self {
        let undirected = graph.undirected();
        Self {
            periods,
            alive: graph.size(),
            dead_links: graph.dead_links(),
            in_degree: graph.in_degree(),
            components: graph.components(),
            strong_components: graph.strong_components(),
            clustering: undirected.clustering(),
            path_length: undirected.paths(samples, periods).mean(),
        }
    }
}

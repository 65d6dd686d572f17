//! How many neighbours are neighbours of each other.

use super::Graph;

impl Graph {
    /// The clustering coefficient of an [undirected](Graph::undirected) graph: the mean, over all
    /// processes, of the share of the pairs of its neighbours that are neighbours of each other
    /// (D. Watts, S. Strogatz 1998). Where there are no pairs the share counts as 0. `None` for a
    /// graph without processes.
    #[must_use]
    pub fn clustering(&self) -> Option<f64> {
        let mut is_neighbor = vec![false; self.arrows.len()];
        let shares = (0..self.size()).map(|at| self.closed_share(at, &mut is_neighbor));
        (self.size() > 0).then(|| shares.sum::<f64>() / f64::from(self.size()))
    }

    /// `is_neighbor` is false for everybody before and after.
    fn closed_share(&self, at: u32, is_neighbor: &mut [bool]) -> f64 {
        let neighbors = self.targets(at);
        if neighbors.len() < 2 {
            return 0.0;
        }
        neighbors.iter().for_each(|&neighbor| is_neighbor[neighbor as usize] = true);
        let among = |&neighbor: &u32| {
            self.targets(neighbor).iter().filter(|&&other| is_neighbor[other as usize]).count()
        };
        let closed: usize = neighbors.iter().map(among).sum();
        neighbors.iter().for_each(|&neighbor| is_neighbor[neighbor as usize] = false);
        closed as f64 / (neighbors.len() * (neighbors.len() - 1)) as f64
    }
}

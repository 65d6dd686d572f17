//! What is seen of an overlay at the end of each period.

use rumormill_core::stacks::overlay::Overlay;

use crate::simulate::{Graph, Group};

/// What is seen of an overlay at some time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Of the links, those that lead to somebody who is not alive.
    pub(super) dead: f64,
    /// Of the places in views that could be taken, those that are empty.
    pub(super) missing: f64,
    /// Of the views, those that are as full as they can be.
    pub(super) full: f64,
    /// Of those that are alive, the ones outside of the largest part that hangs together.
    pub(super) outside: f64,
    /// The standard deviation of the in-degrees.
    pub(super) deviation: f64,
}

impl Look {
    /// Looks at a group whose views have room for so many.
    pub(super) fn at(group: &Group<Overlay<u32>>, view: u32) -> Self {
        let (graph, alive) = (Graph::of(group), u64::from(group.alive()));
        let possible = u64::from(view).min(alive.saturating_sub(1));
        let links = graph.arrows() + graph.dead_links();
        let sizes = group.nodes().map(|node| node.neighborhood.peers().len() as u64);
        let largest = graph.components().first().copied().unwrap_or(0);
        Self {
            dead: share(graph.dead_links(), links),
            missing: share((alive * possible).saturating_sub(links), alive * possible),
            full: share(sizes.filter(|&size| size >= possible).count() as u64, alive),
            outside: share(alive - u64::from(largest), alive),
            deviation: graph.in_degree().deviation().unwrap_or(0.0),
        }
    }

    /// Whether all views are full, and of nobody but the living.
    pub(super) fn is_sound(&self) -> bool {
        self.dead == 0.0 && self.full == 1.0
    }
}

/// The share that a part is of a whole; of nothing, nothing.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// How many looks there were, at one each period, before the first that is as wanted.
pub(super) fn until(looks: &[Look], is_wanted: impl Fn(&Look) -> bool) -> Option<f64> {
    looks.iter().position(is_wanted).map(|periods| periods as f64)
}

/// The curve of something that was seen.
pub(super) fn curve(looks: &[Look], of: impl Fn(&Look) -> f64) -> Vec<f64> {
    looks.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Community, Conditions, SOUND};
    use super::*;

    #[test]
    fn who_has_stopped_leaves_dead_links_and_who_knows_nobody_empty_places() {
        let conditions = Conditions::whole(4, SOUND);
        let mut community = Community::random(5, conditions, 1, ());
        let Look { dead, missing, full, outside, deviation } = community.look();
        assert_eq!([dead, missing, full, outside, deviation], [0.0, 0.0, 1.0, 0.0, 0.0]);
        assert!(community.look().is_sound());

        community.crash(2);
        assert_eq!(community.look().dead, 0.25, "each knew all four others");
        assert!(!community.look().is_sound());

        community.join(Vec::new());
        let Look { missing, full, outside, .. } = community.look();
        assert_eq!((missing, full, outside), (0.2, 0.8, 0.2), "the newcomer is alone");
    }

    #[test]
    fn of_nothing_there_is_no_share() {
        assert_eq!((share(1, 4), share(0, 0)), (0.25, 0.0));
    }
}

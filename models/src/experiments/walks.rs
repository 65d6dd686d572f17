//! "Give me a random node": where walks end on the views of an overlay, and how far that is from
//! uniform.

mod census;
mod frozen;

use rumormill_core::protocols::random_walk::{self, Mode};
use rumormill_core::stacks::overlay::{FIRST_TAG, Request};

use super::overlay::{Community, Conditions, SPAN};
use super::views::subset;
use super::{Experiment, Measure, Outcome};
use crate::simulate::Network;
use census::Census;
use frozen::Walkers;

/// Views are shuffled for some periods. Then it is computed where walks end while nobody's view
/// changes; and the machines walk while they do.
#[derive(Clone, Copy, Debug)]
pub struct Walks {
    /// How many processes there are, at least 2.
    pub nodes: u32,
    /// How many neighbours each has room for, at least 1.
    pub view: u32,
    /// What becomes of messages; a period is [`OVERLAY_PERIOD`](super::OVERLAY_PERIOD).
    pub network: Network,
    /// How many hops a walk takes, at least 1 and no more than the overlay allows.
    pub distance: u8,
    /// How it chooses its way.
    pub mode: Mode,
    /// For how many periods views are shuffled before.
    pub periods: u32,
    /// How many walks each process begins in a period.
    pub walks: u32,
}

/// For how many periods the machines walk.
const WALKING: u32 = 10;

/// From how many processes the walks of one are followed by themselves.
const ORIGINS: u32 = 50;

impl Walks {
    /// What is computed of walks on views that stay as they are.
    fn frozen(&self, community: &mut Community<Census>, outcome: Outcome) -> Outcome {
        let graph = community.graph();
        let walkers = Walkers { graph: &graph, mode: self.mode };
        let places: Vec<_> = walkers.begun_by_all().take(usize::from(self.distance) + 1).collect();
        let variations = places.iter().map(|ends| ends.variation()).collect();
        let ends = &places[usize::from(self.distance)];
        let origins = subset(ORIGINS.min(self.nodes), self.nodes, &mut community.chance);
        let alone = walkers.each_alone(&origins, self.distance);
        outcome
            .figure("variation", ends.variation())
            .figure("excess", ends.excess())
            .figure("ratio", ends.ratio())
            .figure("correlation", ends.correlation(&graph.in_degrees()))
            .figure("home", alone.home)
            .figure("neighbor", alone.neighbor)
            .curve("bias", variations)
            .curve("bias-of-one", alone.variations)
    }

    /// What comes of walks while views are shuffled.
    fn in_time(&self, community: &mut Community<Census>, outcome: Outcome) -> Outcome {
        let walk =
            random_walk::Request { tag: FIRST_TAG, distance: Some(self.distance), mode: self.mode };
        for _ in 0..WALKING {
            let end = community.now() + u64::from(SPAN);
            for _ in 0..self.walks {
                for peer in 0..self.nodes {
                    community.request(peer, Request::Walk(walk.clone()));
                }
                community.run_until(community.now() + u64::from(SPAN / self.walks));
            }
            community.run_until(end);
            community.watch.close_period();
        }
        let census = &community.watch;
        outcome
            .figure("excess-in-time", census.excess(self.nodes))
            .figure("home-in-time", census.home())
            .figure("neighbor-in-time", census.neighbor())
            .figure("failed", census.failed())
    }
}

impl Experiment for Walks {
    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::figure(
                "variation",
                "",
                "the total variation distance of the ends from uniform, askers being uniform",
            ),
            Measure::figure("excess", "", "how much more often than uniform ends two coincide"),
            Measure::figure(
                "ratio",
                "",
                "the probability of the likeliest end by the least likely",
            ),
            Measure::figure("correlation", "", "of the probability of an end and its in-degree"),
            Measure::figure("home", "share", "that end where they began"),
            Measure::figure("neighbor", "share", "that end at a neighbour of where they began"),
            Measure::figure("excess-in-time", "", "the excess while views are shuffled"),
            Measure::figure("home-in-time", "share", "that end where they began, meanwhile"),
            Measure::figure("neighbor-in-time", "share", "that end at who is a neighbour then"),
            Measure::figure("failed", "share", "of the walks, meanwhile"),
            Measure::curve("bias", "hops", "", "the variation distance, askers being uniform"),
            Measure::curve("bias-of-one", "hops", "", "the same for one asker, on average"),
        ]
    }

    fn run(&self, seed: u64) -> Outcome {
        let conditions = Conditions::whole(self.view, self.network);
        let mut community = Community::random(self.nodes, conditions, seed, Census::default());
        community.periods(self.periods);
        let outcome = self.frozen(&mut community, Outcome::default());
        self.in_time(&mut community, outcome)
    }
}

#[cfg(test)]
mod tests {
    use rumormill_core::Bias;

    use super::super::overlay::SOUND;
    use super::*;
    use crate::simulate::Loss;

    const SETTING: Walks = Walks {
        nodes: 100,
        view: 10,
        network: SOUND,
        distance: 8,
        mode: Mode::Plain,
        periods: 30,
        walks: 4,
    };

    /// Where all views are full, nobody has more neighbours than others, so everybody is let in.
    #[test]
    fn in_full_views_metropolis_corrects_nothing() {
        let plain = SETTING.run(1);
        let fair = Walks { mode: Mode::Metropolis, ..SETTING }.run(1);
        for name in ["variation", "excess", "ratio", "correlation", "home", "neighbor"] {
            assert_eq!(plain.get(name), fair.get(name), "{name}");
        }
        let figure = |name| plain.get(name).expect("a figure");
        assert!(figure("correlation") > 0.9 && figure("ratio") > 1.5);
        assert!((0.01..0.2).contains(&figure("variation")));
    }

    /// Where views are not full, it does something.
    #[test]
    fn in_views_of_several_sizes_it_makes_a_difference() {
        let loss = Bias::new(1, 4).expect("a probability");
        let plain =
            Walks { network: Network { loss: Loss::Independent(loss), ..SOUND }, ..SETTING };
        let fair = Walks { mode: Mode::Metropolis, ..plain };
        let [plain, fair] = [plain, fair].map(|setting| setting.run(1));
        assert_ne!(plain.get("variation"), fair.get("variation"));
        assert!(plain.get("failed").is_some_and(|failed| failed > 0.0));
    }

    #[test]
    fn a_walk_of_one_hop_ends_at_a_neighbour() {
        let outcome = Walks { distance: 1, ..SETTING }.run(1);
        let figure = |name| outcome.get(name).expect("a figure");
        assert!((figure("neighbor") - 1.0).abs() < 1e-12);
        assert_eq!((figure("home"), figure("home-in-time"), figure("failed")), (0.0, 0.0, 0.0));
        assert!((0.8..1.0).contains(&figure("neighbor-in-time")), "the view has changed since");
        let bias = &outcome.curves["bias-of-one"];
        assert!((bias[0] - 0.99).abs() < 1e-12 && (bias[1] - 0.9).abs() < 1e-12, "{bias:?}");
        assert_eq!(bias.len(), 2);
    }
}

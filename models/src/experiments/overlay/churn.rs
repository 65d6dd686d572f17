//! An overlay whose processes come and go, and then a crash of many at once.

use rumormill_core::Bias;

use super::farewells::Farewells;
use super::look::{Look, curve, until};
use super::{Community, Conditions, MIXING, SPAN};
use crate::experiments::{Experiment, Measure, Outcome};
use crate::simulate::Network;

/// Processes come and go for some periods. Then a share of them crashes at once, and the others go on
/// until all views are full again and no link leads to somebody who is gone.
#[derive(Clone, Copy, Debug)]
pub struct OverlayChurn {
    /// How many processes there are at first, at least 2.
    pub nodes: u32,
    /// How many neighbours each has room for, at least 1.
    pub view: u32,
    /// What becomes of messages; a period is [`OVERLAY_PERIOD`](crate::experiments::OVERLAY_PERIOD).
    pub network: Network,
    /// The probability that a process goes within a period, and that for it somebody comes.
    pub churn: Bias,
    /// The probability that who goes says farewell.
    pub graceful: Bias,
    /// For how many periods they come and go.
    pub periods: u32,
    /// The share that crashes then.
    pub crash: Bias,
}

/// How many periods after the crash it is given up that the overlay is sound again.
const LIMIT: usize = 100;

/// Something that changes who takes part.
enum Turn {
    /// This one goes.
    Goes(u32),
    /// Somebody comes.
    Comes,
}

impl OverlayChurn {
    /// Who goes in the period that begins now, how many come, and when. Newcomers are spared.
    fn turns(&self, community: &mut Community<Farewells>) -> Vec<(u64, Turn)> {
        let alive: Vec<u32> = community.group().nodes().map(|node| node.me()).collect();
        let mut turns = Vec::new();
        for peer in alive {
            for turn in [Turn::Goes(peer), Turn::Comes] {
                if self.churn.happens(&mut community.chance) {
                    turns.push((community.some_time(), turn));
                }
            }
        }
        turns.sort_by_key(|&(time, _)| time);
        turns
    }

    /// A period of coming and going.
    fn period(&self, community: &mut Community<Farewells>) {
        let end = community.now() + u64::from(SPAN);
        for (time, turn) in self.turns(community) {
            community.run_until(time);
            match turn {
                Turn::Goes(peer) => self.part_with(peer, community),
                Turn::Comes => {
                    let contacts = community.contacts();
                    community.join(contacts);
                }
            }
        }
        community.run_until(end);
    }

    fn part_with(&self, peer: u32, community: &mut Community<Farewells>) {
        if self.graceful.happens(&mut community.chance) {
            community.leave(peer);
        } else {
            community.crash(peer);
        }
    }

    /// The others go on after the crash, until the overlay is sound again.
    fn heal(community: &mut Community<Farewells>) -> Vec<Look> {
        let mut looks = vec![community.look()];
        while !looks.last().is_some_and(Look::is_sound) && looks.len() <= LIMIT {
            community.periods(1);
            looks.push(community.look());
        }
        looks
    }
}

impl Experiment for OverlayChurn {
    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::figure("dead-links", "share", "of the links, in the later half of the churn"),
            Measure::figure("empty-places", "share", "of the places in views, in that time"),
            Measure::figure("outside-most", "share", "outside of the largest part, at the worst"),
            Measure::figure("told", "share", "who is told, of those that have a leaver in view"),
            Measure::figure("unremembered", "share", "of the pings, whose senders find no room"),
            Measure::figure("alive", "nodes", "alive before the crash"),
            Measure::figure("forgotten", "periods", "after the crash, until no dead link is left"),
            Measure::figure("sound", "periods", "until, besides, all views are full again"),
            Measure::figure("outside-end", "share", "outside of the largest part in the end"),
            Measure::event("whole", "all hang together in the end"),
            Measure::curve("dead", "periods", "share", "of the links, while nodes come and go"),
            Measure::curve("missing", "periods", "share", "of the places in views, meanwhile"),
            Measure::curve("outside", "periods", "share", "outside of the largest part, meanwhile"),
            Measure::curve("uneven", "periods", "views", "the deviation of the in-degrees"),
            Measure::curve("dead-after", "periods", "share", "of the links, after the crash"),
            Measure::curve("missing-after", "periods", "share", "of the places, after the crash"),
            Measure::curve("outside-after", "periods", "share", "outside, after the crash"),
        ]
    }

    fn run(&self, seed: u64) -> Outcome {
        let conditions = Conditions::whole(self.view, self.network);
        let mut community = Community::random(self.nodes, conditions, seed, Farewells::default());
        community.periods(MIXING);
        let mut during = vec![community.look()];
        for _ in 0..self.periods {
            self.period(&mut community);
            during.push(community.look());
        }
        let alive = community.group().alive();
        community.crash_share(self.crash);
        let after = Self::heal(&mut community);
        let later = &during[during.len() / 2..];
        let mean = |of: fn(&Look) -> f64| later.iter().map(of).sum::<f64>() / later.len() as f64;
        let worst = during.iter().map(|look| look.outside).fold(0.0, f64::max);
        Outcome::default()
            .figure("dead-links", mean(|look| look.dead))
            .figure("empty-places", mean(|look| look.missing))
            .figure("outside-most", worst)
            .figure("told", community.watch.told())
            .figure("unremembered", community.watch.forgotten())
            .figure("alive", f64::from(alive))
            .figure("forgotten", until(&after, |look| look.dead == 0.0))
            .figure("sound", until(&after, Look::is_sound))
            .figure("outside-end", after.last().map(|look| look.outside))
            .event("whole", after.last().is_some_and(|look| look.outside == 0.0))
            .curve("dead", curve(&during, |look| look.dead))
            .curve("missing", curve(&during, |look| look.missing))
            .curve("outside", curve(&during, |look| look.outside))
            .curve("uneven", curve(&during, |look| look.deviation))
            .curve("dead-after", curve(&after, |look| look.dead))
            .curve("missing-after", curve(&after, |look| look.missing))
            .curve("outside-after", curve(&after, |look| look.outside))
    }
}

#[cfg(test)]
mod tests {
    use super::super::SOUND;
    use super::*;

    fn share(numerator: u32, denominator: u32) -> Bias {
        Bias::new(numerator, denominator).expect("a share")
    }

    fn setting() -> OverlayChurn {
        let (network, graceful) = (SOUND, Bias::NEVER);
        let (churn, crash) = (Bias::NEVER, Bias::NEVER);
        OverlayChurn { nodes: 200, view: 10, network, churn, graceful, periods: 20, crash }
    }

    #[test]
    fn where_nobody_comes_or_goes_nothing_changes() {
        let outcome = setting().run(1);
        let figures = ["dead-links", "empty-places", "outside-most", "forgotten", "sound"];
        assert_eq!(figures.map(|name| outcome.get(name)), [Some(0.0); 5]);
        assert_eq!((outcome.get("alive"), outcome.get("whole")), (Some(200.0), Some(1.0)));
        assert_eq!(outcome.curves["dead"].len(), 21);
    }

    #[test]
    fn half_of_the_group_is_forgotten_and_replaced() {
        let outcome = OverlayChurn { crash: share(1, 2), ..setting() }.run(1);
        let figure = |name| outcome.get(name).expect("a figure");
        let dead = &outcome.curves["dead-after"];
        assert!((0.4..0.6).contains(&dead[0]) && dead.last() == Some(&0.0), "{dead:?}");
        assert!(figure("forgotten") > 4.0 && figure("sound") >= figure("forgotten"));
        assert_eq!((figure("alive"), figure("outside-end"), figure("whole")), (200.0, 0.0, 1.0));
    }

    /// Views that cannot be filled are searched for without end, and who is asked hands on the dead as
    /// if they were new. But whoever has found them out does not take them in again.
    #[test]
    fn a_group_smaller_than_its_views_forgets_its_dead() {
        let small = OverlayChurn { nodes: 15, crash: share(1, 5), periods: 1, ..setting() };
        for view in [20, 10] {
            let outcome = OverlayChurn { view, ..small }.run(1);
            assert!(outcome.get("forgotten").is_some_and(|periods| periods < 40.0), "{view}");
        }
    }

    /// Of 200, a tenth goes in each of 20 periods, and as many come. Farewells reach those that have
    /// pinged; most of the others are found out by silence.
    #[test]
    fn farewells_spare_some_dead_links() {
        let churn = share(1, 10);
        let [silent, polite] = [Bias::NEVER, Bias::ALWAYS]
            .map(|graceful| OverlayChurn { churn, graceful, ..setting() }.run(1));
        let dead = |outcome: &Outcome| outcome.get("dead-links").expect("a figure");
        assert!(dead(&silent) > 0.2 && dead(&polite) < 0.85 * dead(&silent), "{}", dead(&polite));
        assert_eq!(silent.get("told"), None);
        assert!(polite.get("told").is_some_and(|told| (0.2..0.9).contains(&told)));
        let alive = silent.get("alive").expect("a figure");
        assert!(alive != 200.0 && (100.0..400.0).contains(&alive), "{alive}");
    }
}

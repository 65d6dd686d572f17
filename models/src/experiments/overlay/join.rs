//! A group comes together: everybody but the first knows the address of the first, and nothing else.

use rumormill_core::Randomness;
use rumormill_core::protocols::random_walk::{self, Refusal};
use rumormill_core::stacks::overlay::{Notice, Overlay};

use super::look::{Look, curve, until};
use super::{Community, Conditions, SPAN};
use crate::experiments::{Experiment, Measure, Outcome, shape};
use crate::simulate::{Load, Moment, Network, Observer};

/// Processes start at uniform times and know the first of them, the *seed*; they are looked at until
/// some periods after the last may have started.
#[derive(Clone, Copy, Debug)]
pub struct OverlayJoin {
    /// How many processes there are, at least 2.
    pub nodes: u32,
    /// How many neighbours each has room for, at least 1.
    pub view: u32,
    /// Within how many periods they start, from 1 to 100,000.
    pub spread: u32,
    /// What becomes of messages; a period is [`OVERLAY_PERIOD`](crate::experiments::OVERLAY_PERIOD).
    pub network: Network,
    /// How many periods follow.
    pub periods: u32,
}

/// The first process, whose address all others know.
const SEED: u32 = 0;

impl OverlayJoin {
    /// When the others start, the latest first.
    fn starts(&self, random: &mut impl Randomness) -> Vec<u64> {
        let mut starts: Vec<u64> =
            (1..self.nodes).map(|_| random.below(self.spread * SPAN).into()).collect();
        starts.sort_unstable_by(|one, other| other.cmp(one));
        starts
    }
}

/// How many messages of walks found no room.
#[derive(Default)]
struct Crowded(u64);

impl Observer<Overlay<u32>> for Crowded {
    fn on_notice(&mut self, _: &Moment<'_, Overlay<u32>>, _: u32, notice: &Notice<u32>) {
        let crowded = matches!(
            notice,
            Notice::Walk(random_walk::Notice::Refused { refusal: Refusal::NoRoom, .. })
        );
        self.0 += u64::from(crowded);
    }
}

/// What is written down at the start and at the end of each period.
#[derive(Default)]
struct Notes {
    looks: Vec<Look>,
    /// In how many views the seed is.
    known: Vec<f64>,
    /// How many messages the seed has received so far.
    received: Vec<u64>,
    /// How many messages were sent so far.
    sent: Vec<u64>,
}

impl Notes {
    fn take(&mut self, community: &Community<(Load, Crowded)>) {
        let nodes = community.group().nodes();
        let known = nodes.filter(|node| node.neighborhood.contains(&SEED)).count();
        self.looks.push(community.look());
        self.known.push(known as f64);
        self.received.push(community.watch.0.received_by(SEED).into());
        self.sent.push(community.tally().sent);
    }
}

/// What came within each period; nothing before the first.
fn in_each(so_far: &[u64]) -> Vec<f64> {
    let within = so_far.windows(2).map(|pair| (pair[1] - pair[0]) as f64);
    std::iter::once(0.0).chain(within).collect()
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

impl Experiment for OverlayJoin {
    fn measures(&self) -> Vec<Measure> {
        let mut measures = vec![
            Measure::figure("full", "periods", "after the last start, until all views are full"),
            Measure::figure(
                "connected",
                "periods",
                "after the last start, until all hang together",
            ),
            Measure::figure("full-views", "share", "that are full in the end"),
            Measure::figure("seed", "views", "in which the seed is in the end"),
            Measure::figure("seed-most", "views", "in which the seed ever was"),
            Measure::figure("seed-load", "messages", "the most that the seed received in a period"),
            Measure::figure("messages", "messages", "sent by each in the last period"),
            Measure::figure("crowded", "messages", "of walks that found no room, for each node"),
        ];
        measures.extend(shape::measures());
        measures.extend([
            Measure::curve("filling", "periods", "share", "the full views, of those that started"),
            Measure::curve("largest", "periods", "share", "who is in the largest part, of those"),
            Measure::curve("uneven", "periods", "views", "the deviation of the in-degrees"),
            Measure::curve("seed-known", "periods", "views", "in which the seed is"),
            Measure::curve("seed-receives", "periods", "messages", "received by the seed"),
        ]);
        measures
    }

    fn run(&self, seed: u64) -> Outcome {
        let conditions = Conditions::whole(self.view, self.network);
        let mut community = Community::founded(conditions, seed, <(Load, Crowded)>::default());
        let mut starts = self.starts(&mut community.chance);
        let mut notes = Notes::default();
        notes.take(&community);
        for period in 1..=self.spread + self.periods {
            let end = u64::from(period) * u64::from(SPAN);
            while let Some(start) = starts.pop_if(|start| *start < end) {
                community.run_until(start);
                community.join(vec![SEED]);
            }
            community.run_until(end);
            notes.take(&community);
        }
        let Crowded(crowded) = community.watch.1;
        let Notes { looks, known, received, sent } = notes;
        let (received, sent) = (in_each(&received), in_each(&sent));
        let all_started = &looks[self.spread as usize..];
        shape::outcome(&community.graph(), self.view, seed)
            .figure("full", until(all_started, |look| look.full == 1.0))
            .figure("connected", until(all_started, |look| look.outside == 0.0))
            .figure("full-views", looks.last().map(|look| look.full))
            .figure("seed", known.last().copied())
            .figure("seed-most", most(&known))
            .figure("seed-load", most(&received))
            .figure("messages", sent.last().map(|sent| sent / f64::from(self.nodes)))
            .figure("crowded", crowded as f64 / f64::from(self.nodes))
            .curve("filling", curve(&looks, |look| look.full))
            .curve("largest", curve(&looks, |look| 1.0 - look.outside))
            .curve("uneven", curve(&looks, |look| look.deviation))
            .curve("seed-known", known)
            .curve("seed-receives", received)
    }
}

#[cfg(test)]
mod tests {
    use rumormill_core::rand::SeedableRng;
    use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
    use rumormill_core::{Bias, FromRng};

    use super::super::SOUND;
    use super::*;
    use crate::simulate::Loss;

    const SETTING: OverlayJoin =
        OverlayJoin { nodes: 200, view: 10, spread: 5, network: SOUND, periods: 40 };

    #[test]
    fn a_group_comes_together_and_the_seed_is_one_among_others_in_the_end() {
        let outcome = SETTING.run(1);
        let figure = |name| outcome.get(name).expect("a figure");
        assert_eq!((figure("full-views"), figure("parts"), figure("connected")), (1.0, 1.0, 0.0));
        assert!(figure("full") <= 10.0);
        assert!(figure("seed-most") > 50.0 && figure("seed") < 20.0);
        let filling = &outcome.curves["filling"];
        assert_eq!((filling.len(), filling.first(), filling.last()), (46, Some(&1.0), Some(&1.0)));
        assert!(filling[1] < 0.5);
    }

    /// Each pings its ten neighbours and is pinged by ten on average, and all answer; it begins an
    /// exchange, and on average answers one.
    #[test]
    fn at_rest_each_sends_two_messages_for_each_neighbour_and_two_for_exchanges() {
        let outcome = SETTING.run(1);
        let messages = outcome.get("messages").expect("a figure");
        assert!((messages - 22.0).abs() < 0.5, "{messages}");
        let receives = &outcome.curves["seed-receives"];
        assert_eq!(outcome.get("seed-load"), Some(most(receives)));
        assert!(receives[0] == 0.0 && receives[5] > receives[45]);
    }

    /// All walks of newcomers begin at the seed.
    #[test]
    fn many_at_once_find_no_room_for_their_walks() {
        let few = OverlayJoin { nodes: 5, ..SETTING };
        let [few, many] = [few, SETTING].map(|setting| setting.run(1).get("crowded"));
        assert_eq!(few, Some(0.0));
        assert!(many > few, "{many:?}");
    }

    #[test]
    fn where_nothing_arrives_nobody_knows_more_than_the_address_of_the_seed() {
        let loss = Loss::Independent(Bias::ALWAYS);
        let outcome = OverlayJoin { network: Network { loss, ..SOUND }, ..SETTING }.run(1);
        let figures = ["full", "full-views", "greatest"].map(|name| outcome.get(name));
        assert_eq!(figures[..2], [None, Some(0.0)]);
        assert!(figures[2].is_some_and(|greatest| greatest <= 199.0));
        assert_eq!(outcome.get("seed-load"), Some(0.0));
    }

    /// The mean of 10,000 uniform times within 4 periods is 2 periods with a standard error of 0.0116:
    /// a false alarm had a probability below 2e-5.
    #[test]
    fn starts_are_uniform_and_come_in_their_order() {
        let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(1));
        let starts = OverlayJoin { nodes: 10_001, spread: 4, ..SETTING }.starts(&mut random);
        assert!(starts.is_sorted_by(|later, earlier| later >= earlier));
        let mean = starts.iter().sum::<u64>() as f64 / 10_000.0 / f64::from(SPAN);
        assert!((mean - 2.0).abs() < 0.05, "{mean}");
    }
}

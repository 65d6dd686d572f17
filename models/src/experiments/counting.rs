//! Counting a group by averaging, on networks that lose messages: whether intervals hold what they
//! promise.

use rumormill_core::protocols::system_size;
use rumormill_core::rand::SeedableRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::stacks::census::{Census, Notice, Settings};
use rumormill_core::{FromRng, Neighborhood, Node, Ticks};

use super::views::others;
use super::{Experiment, Measure, OVERLAY_PERIOD, Outcome};
use crate::simulate::{Clock, Moment, Network, Observer, PER_TICK, Setting, Simulation};

/// Processes with random views that begin at the same time, in periods that are not synchronised; they
/// are asked what their first epoch came to.
#[derive(Clone, Copy, Debug)]
pub struct Counting {
    /// How many processes there are, at least 2.
    pub nodes: u32,
    /// How many neighbours each has, at least 1.
    pub view: u32,
    /// What becomes of messages; a period is [`OVERLAY_PERIOD`].
    pub network: Network,
    /// How often the same is asked at most, at least 1.
    pub tries: u8,
}

impl Counting {
    fn settings(&self) -> Settings {
        let period = Ticks((OVERLAY_PERIOD / PER_TICK) as u32);
        let mut settings = Settings::every(period, self.nodes);
        settings.averaging.tries = self.tries;
        settings
    }

    fn machines(&self, seed: u64) -> Vec<Node<u32, Census<u32>>> {
        let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(seed));
        let machine = |me| {
            let known = others(me, self.view, self.nodes, &mut random);
            Node::new(Neighborhood::of(me, known), Census::new(self.settings(), me.into()))
        };
        (0..self.nodes).map(machine).collect()
    }
}

/// What each was told first: between what the size lies.
struct Results(Vec<Option<(u64, u64)>>);

impl Observer<Census<u32>> for Results {
    fn on_notice(&mut self, _: &Moment<'_, Census<u32>>, node: u32, notice: &Notice<u32>) {
        if let Notice::Size(system_size::Notice::Estimated { low, high, .. }) = notice {
            self.0[node as usize].get_or_insert((*low, *high));
        }
    }
}

impl Experiment for Counting {
    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::event("holds", "the interval of a given node holds the size"),
            Measure::figure("share", "share", "of the nodes with a result whose interval holds it"),
            Measure::figure("told", "share", "of the nodes that have a result"),
            Measure::figure("low", "", "the lower end of that node, as a share of the size"),
            Measure::figure("high", "", "its upper end, as a share of the size"),
            Measure::figure("given-up", "exchanges", "of each node that were given up"),
            Measure::figure("messages", "messages", "sent by each node in a period"),
        ]
    }

    fn run(&self, seed: u64) -> Outcome {
        let settings = self.settings().averaging;
        let mut setting =
            Setting::new(self.machines(seed), Clock::Unsynchronised, OVERLAY_PERIOD, 0);
        setting.network = self.network;
        let mut results = Results(vec![None; self.nodes as usize]);
        let simulation = Simulation::new(setting, seed, &mut results);
        let mut simulation = simulation.expect("a group in its order");
        // As soon as the last has its result, an epoch later nobody would have given anything up yet.
        let periods = u64::from(settings.listens) + u64::from(settings.told_in()) + 1;
        simulation.run_periods(periods, &mut results);
        let given_up =
            |node: &Node<u32, Census<u32>>| f64::from(node.protocol.averaging.given_up());
        let given_up: f64 = simulation.group().nodes().map(given_up).sum();
        let sent = simulation.tally().sent as f64;
        let size = f64::from(self.nodes);
        let holds = |&(low, high): &(u64, u64)| (low..=high).contains(&self.nodes.into());
        let told: Vec<_> = results.0.iter().flatten().collect();
        let held = told.iter().filter(|&&ends| holds(ends)).count() as f64;
        let first = results.0[0];
        Outcome::default()
            .event("holds", first.as_ref().is_some_and(holds))
            .figure("share", (!told.is_empty()).then(|| held / told.len() as f64))
            .figure("told", told.len() as f64 / size)
            .figure("low", first.map(|(low, _)| low as f64 / size))
            .figure("high", first.map(|(_, high)| high as f64 / size))
            .figure("given-up", given_up / size)
            .figure("messages", sent / size / periods as f64)
    }
}

//! CYCLON: what the views look like that machines exchange.

use std::num::NonZeroU16;

use rumormill_core::protocols::cyclon::{Cyclon as Machine, Mode, Settings};
use rumormill_core::rand::SeedableRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::{Bias, FromRng, Neighborhood, Node, Randomness, Ticks};

use super::sequential::Sequential;
use super::views::others;
use super::{Experiment, Measure, Outcome, shape};
use crate::simulate::{Clock, Crash, Graph, PER_TICK, Setting, Simulation, Victims};

/// Machines exchange their views for some cycles; then a share of them crashes, and the others go on
/// until none of those that crashed is in a view.
#[derive(Clone, Copy, Debug)]
pub struct Cyclon {
    /// How many machines there are.
    pub nodes: u32,
    /// How many neighbours each has room for, at least 1.
    pub view: u32,
    /// How many entries are exchanged.
    pub length: u8,
    /// With whom.
    pub mode: Mode,
    /// Whom the machines know at the start.
    pub start: Start,
    /// How their exchanges overlap.
    pub turns: Turns,
    /// After how many cycles the views are looked at.
    pub cycles: u32,
    /// The share that crashes then.
    pub crash: Bias,
}

/// Whom machines know at the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// As many as there is room for, drawn uniformly.
    Random,
    /// The first, which knows the ones after it.
    Star,
    /// The ones after it, on a ring.
    Ring,
}

/// How exchanges overlap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turns {
    /// One is over before the next begins.
    Sequential,
    /// All of a cycle begin at once.
    Lockstep,
    /// Each begins at a phase of its own.
    Unsynchronised {
        /// How long a message takes, in thousandths of a period: less than half of it, for the
        /// answer to come within it.
        latency: u32,
    },
}

/// How long a period is, in ticks, where there is time.
const PERIOD: u32 = 10;

/// How many cycles after a crash it is given up that the dead are forgotten.
const LIMIT: usize = 200;

/// Shares of the machines that are removed from what is there in the end, in percent.
const REMOVED: [(u32, &str); 4] =
    [(70, "outside-70"), (80, "outside-80"), (90, "outside-90"), (95, "outside-95")];

/// When after a crash it is looked how many of the dead are left.
const LOOKS: [(usize, &str); 3] = [(11, "dead-11"), (21, "dead-21"), (31, "dead-31")];

impl Cyclon {
    fn machines(&self, random: &mut impl Randomness) -> Vec<Node<u32, Machine<u32>>> {
        let settings = Settings {
            mode: self.mode,
            length: self.length,
            period: Ticks(PERIOD),
            max_age: u8::MAX,
            numbers: NonZeroU16::MAX,
        };
        let node = |me| {
            let mut view = Neighborhood::new(me, self.view);
            for peer in self.first_peers(me, random) {
                view.add(peer).expect("room for another peer");
            }
            Node::new(view, Machine::new(settings.clone()))
        };
        (0..self.nodes).map(node).collect()
    }

    /// The views as they are in the end.
    pub(super) fn views(&self, seed: u64) -> Graph {
        let mut overlay = self.overlay(seed);
        (0..self.cycles).for_each(|_| overlay.cycle());
        overlay.graph()
    }

    fn first_peers(&self, me: u32, random: &mut impl Randomness) -> Vec<u32> {
        let many = self.view.min(self.nodes - 1);
        match self.start {
            Start::Random => others(me, self.view, self.nodes, random),
            Start::Star if me > 0 => vec![0],
            Start::Star | Start::Ring => (1..=many).map(|step| (me + step) % self.nodes).collect(),
        }
    }

    fn overlay(&self, seed: u64) -> Overlay {
        let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(seed));
        let nodes = self.machines(&mut random);
        let seed = u64::from(random.below(u32::MAX)) << 32 | u64::from(random.below(u32::MAX));
        let period = u64::from(PERIOD) * PER_TICK;
        // In lockstep, what happens at the end of a cycle happens before the next one begins.
        let (clock, latency, late) = match self.turns {
            Turns::Sequential => {
                return Overlay::Sequential(Box::new(Sequential::new(nodes, seed)));
            }
            Turns::Lockstep => (Clock::Lockstep, 0, 0),
            Turns::Unsynchronised { latency } => {
                (Clock::Unsynchronised, period * u64::from(latency) / 1000, 1)
            }
        };
        let mut setting = Setting::new(nodes, clock, period, latency);
        if self.crash != Bias::NEVER {
            let at = u64::from(self.cycles) * period + late;
            let who = Victims::Share(self.crash);
            setting.faults.crashes.push(Crash { at, who, restart_after: None });
        }
        let simulation = Simulation::new(setting, seed, &mut ());
        Overlay::Simulated(Box::new(simulation.expect("a group in its order, and a share")))
    }

    /// Lets the others forget those that crash.
    fn heal(&self, overlay: &mut Overlay) -> Vec<f64> {
        overlay.crash(self.crash);
        let share = |dead: u64, at_first: u64| dead as f64 / at_first as f64;
        let mut dead = Vec::new();
        let mut at_first = None;
        if let Overlay::Sequential(group) = overlay {
            at_first = Some(group.graph().dead_links());
            dead.push(1.0);
        }
        while dead.last() != Some(&0.0) && dead.len() <= LIMIT {
            overlay.cycle();
            let left = overlay.graph().dead_links();
            dead.push(share(left, *at_first.get_or_insert(left)));
        }
        dead
    }
}

/// Machines in one of the three kinds of time.
enum Overlay {
    Sequential(Box<Sequential<Machine<u32>>>),
    Simulated(Box<Simulation<Machine<u32>>>),
}

impl Overlay {
    fn cycle(&mut self) {
        match self {
            Self::Sequential(group) => group.cycle(),
            Self::Simulated(simulation) => simulation.run_periods(1, &mut ()),
        }
    }

    fn graph(&self) -> Graph {
        match self {
            Self::Sequential(group) => group.graph(),
            Self::Simulated(simulation) => Graph::of(simulation.group()),
        }
    }

    /// A simulation knows of the crash since it began.
    fn crash(&mut self, share: Bias) {
        if let Self::Sequential(group) = self {
            group.crash(share);
        }
    }
}

impl Experiment for Cyclon {
    fn measures(&self) -> Vec<Measure> {
        let mut measures = shape::measures();
        measures.extend(REMOVED.map(|(percent, name)| {
            let about = format!("outside of the largest part, once {percent} % are removed");
            Measure::figure(name, "share", &about)
        }));
        measures.push(Measure::curve("spread", "cycles", "views", "the deviation of in-degrees"));
        if self.crash != Bias::NEVER {
            measures.extend(LOOKS.map(|(cycles, name)| {
                let about =
                    format!("the part of the dead links left {cycles} cycles after the crash");
                Measure::figure(name, "share", &about)
            }));
            measures.push(Measure::figure("healed", "cycles", "until no dead link is left"));
            measures.push(Measure::curve(
                "dead",
                "cycles",
                "share",
                "the dead links that are left",
            ));
        }
        measures
    }

    fn run(&self, seed: u64) -> Outcome {
        let mut overlay = self.overlay(seed);
        let deviation = |graph: &Graph| graph.in_degree().deviation().unwrap_or(0.0);
        let mut graph = overlay.graph();
        let mut spread = vec![deviation(&graph)];
        for _ in 0..self.cycles {
            overlay.cycle();
            graph = overlay.graph();
            spread.push(deviation(&graph));
        }
        let mut outcome = shape::outcome(&graph, self.view, seed).curve("spread", spread);
        let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(seed));
        for (percent, name) in REMOVED {
            outcome = outcome.figure(name, outside(&graph, percent, &mut random));
        }
        if self.crash != Bias::NEVER {
            let dead = self.heal(&mut overlay);
            for (cycles, name) in LOOKS {
                outcome = outcome.figure(name, dead.get(cycles).or(dead.last()).copied());
            }
            let healed = dead.iter().position(|&dead| dead == 0.0);
            outcome = outcome.figure("healed", healed.map(|cycles| cycles as f64));
            outcome = outcome.curve("dead", dead);
        }
        outcome
    }
}

/// The share of the survivors outside of the largest part, once so many percent were removed.
fn outside(graph: &Graph, percent: u32, random: &mut impl Randomness) -> Option<f64> {
    let (size, mut goes) = (graph.size(), vec![false; graph.size() as usize]);
    let mut left = (u64::from(size) * u64::from(percent) / 100) as u32;
    // Each in turn goes with the probability that the number of those still to go demands.
    for (at, goes) in (0..size).zip(&mut goes) {
        let rest = size - at;
        *goes = left == rest || left > 0 && random.below(rest) < left;
        left -= u32::from(*goes);
    }
    let parts = graph.without(&goes).components();
    let survivors: u32 = parts.iter().sum();
    parts.first().map(|&largest| f64::from(survivors - largest) / f64::from(survivors))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENTH: Turns = Turns::Unsynchronised { latency: 100 };

    fn setting(turns: Turns) -> Cyclon {
        let crash = Bias::new(1, 2).expect("a share");
        let (mode, start) = (Mode::Enhanced, Start::Random);
        Cyclon { nodes: 300, view: 10, length: 4, mode, start, turns, cycles: 30, crash }
    }

    /// Without failures pointers are neither made nor lost where all views are full at the start.
    #[test]
    fn pointers_are_conserved_and_the_dead_are_forgotten() {
        for turns in [Turns::Sequential, Turns::Lockstep, TENTH] {
            let outcome = setting(turns).run(1);
            let figure = |name| outcome.get(name).expect("a figure");
            assert_eq!((figure("in-degree"), figure("parts")), (10.0, 1.0), "{turns:?}");
            assert!(figure("dead-11") < 1.0 && figure("dead-11") > figure("dead-21"), "{turns:?}");
            assert!(figure("healed") <= 60.0, "{turns:?}");
            // Random views have in-degrees with a deviation of about the root of 10.
            assert!(outcome.curves["spread"][0] > 2.6 && figure("deviation") < 2.2, "{turns:?}");
        }
    }

    /// Between the arrivals of a request and of its answer both know each other, and the rest of what
    /// was offered: as many triangles. That is what longer latencies add to the clustering.
    #[test]
    fn exchanges_under_way_are_triangles() {
        let clustering = |latency| {
            let setting = Cyclon {
                nodes: 3000,
                crash: Bias::NEVER,
                ..setting(Turns::Unsynchronised { latency })
            };
            setting.run(1).get("clustering").expect("a figure")
        };
        // Three corners of each, of 20 links two by two.
        let added = |latency: f64| 3.0 * latency * f64::from(4 - 1) / (20.0 * 19.0 / 2.0);
        let found = clustering(400) - clustering(100);
        let expected = added(0.4) - added(0.1);
        assert!((found - expected).abs() < 0.2 * expected, "{found} instead of {expected}");
    }

    #[test]
    fn who_shuffles_with_anybody_forgets_the_dead_slowly() {
        let enhanced = setting(Turns::Sequential);
        let simple = Cyclon { mode: Mode::Simple, ..enhanced };
        let [enhanced, simple] = [enhanced, simple].map(|setting| setting.run(1));
        assert!(simple.get("dead-31") > enhanced.get("dead-31"));
        assert!(simple.get("deviation") > enhanced.get("deviation"));
    }

    #[test]
    fn a_star_and_a_ring_are_what_they_are_called() {
        let begin = |start| {
            let at_first =
                Cyclon { start, cycles: 0, crash: Bias::NEVER, ..setting(Turns::Lockstep) };
            at_first.run(1)
        };
        let (star, ring) = (begin(Start::Star), begin(Start::Ring));
        assert_eq!((star.get("greatest"), star.get("parts")), (Some(299.0), Some(1.0)));
        assert_eq!((ring.get("least"), ring.get("greatest")), (Some(10.0), Some(10.0)));
        // Every step leads ten farther, either way: from 1 to 15 steps.
        assert!(ring.get("path").is_some_and(|path| (7.9..8.1).contains(&path)));
        assert_eq!(star.get("dead-11"), None);
    }

    #[test]
    fn nobody_is_outside_of_a_whole_and_half_of_a_ring_without_chords_is() {
        let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(1));
        let ring = |reach: u32| {
            let next = |me: u32| (1..=reach).map(move |step| (me + step) % 100).collect();
            Graph::from_lists(&(0..100).map(next).collect::<Vec<Vec<u32>>>())
        };
        assert_eq!(outside(&ring(99), 90, &mut random), Some(0.0));
        assert_eq!(outside(&ring(1), 0, &mut random), Some(0.0));
        assert!(outside(&ring(1), 50, &mut random).is_some_and(|share| share > 0.5));
    }
}

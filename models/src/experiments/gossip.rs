//! Periodic gossip of one rumor, until everybody knows it.

use rumormill_core::protocols::periodic_gossip::{Mode, PeriodicGossip, Request, Settings};
use rumormill_core::rumor::Notice;
use rumormill_core::seen::Memory;
use rumormill_core::{Neighborhood, Node, Ticks};

use super::group::{Group, Unsynchronised};
use super::lockstep::{Lockstep, Members};
use super::{Experiment, Measure, Outcome, Tally};
use crate::simulate::Network;

type Machine = PeriodicGossip<u32>;

/// Periodic gossip of one rumor, which stays hot, until everybody who is alive knows it.
pub struct Gossip {
    rounds: Rounds,
    members: Members,
    settings: Settings,
    /// After how many periods it is given up.
    limit: u32,
}

/// What the rounds of a group are.
enum Rounds {
    /// All at once.
    Lockstep,
    /// Periods of equal length, each at a phase of its own. The machines, before their start.
    Unsynchronised(Vec<Node<u32, Machine>>),
}

/// Which clocks the machines have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clocks {
    /// All machines act at the same time, on the state at the start of a round.
    Lockstep,
    /// Periods have the same length, and each machine's begin at a phase of its own. Messages take a
    /// ten-thousandth of a period.
    Unsynchronised,
}

/// How many ticks a period of unsynchronised machines has.
const PERIOD: u32 = 10;

impl Gossip {
    /// Gossip in this mode, to so many others in each period, given up after `limit` periods. With
    /// unsynchronised clocks everybody knows everybody, and nobody has crashed.
    #[must_use]
    pub fn new(mode: Mode, clocks: Clocks, members: Members, fanout: u8, limit: u32) -> Self {
        let settings = Settings {
            mode,
            fanout,
            period: Ticks(PERIOD),
            hot: None,
            buffer: 1,
            max_message: 1000,
            memory: Memory { origins: 1, forget_after: None },
        };
        let node = |me| {
            let everybody = Neighborhood::of(me, 0..members.nodes);
            Node::new(everybody, Machine::new(settings.clone()))
        };
        let rounds = match clocks {
            Clocks::Lockstep => Rounds::Lockstep,
            Clocks::Unsynchronised => {
                Rounds::Unsynchronised((0..members.nodes).map(node).collect())
            }
        };
        Self { rounds, members, settings, limit }
    }

    fn group(&self, seed: u64) -> Box<dyn Group<Machine>> {
        match &self.rounds {
            Rounds::Lockstep => {
                let machine = Machine::new(self.settings.clone());
                Box::new(Lockstep::new(self.members, &machine, seed))
            }
            Rounds::Unsynchronised(nodes) => {
                let network = Network { delay: 1, loss: self.members.loss };
                Box::new(Unsynchronised::new(nodes.clone(), PERIOD, network, seed))
            }
        }
    }

    fn unit(&self) -> &'static str {
        match self.rounds {
            Rounds::Lockstep => "rounds",
            Rounds::Unsynchronised(_) => "periods",
        }
    }
}

impl Experiment for Gossip {
    fn measures(&self) -> Vec<Measure> {
        let unit = self.unit();
        let mut measures = vec![
            Measure::figure("half", unit, "until half of those alive know it"),
            Measure::figure("most", unit, "until 99 % of those alive know it"),
            Measure::figure("all", unit, "until all who are alive know it"),
            Measure::event("everybody", "all who are alive know it in the end"),
            Measure::curve("informed", unit, "share", "who knows it, of those alive"),
            Measure::histogram("delay", unit, "until a node knows it, over all nodes"),
        ];
        if matches!(self.rounds, Rounds::Lockstep) {
            let about = "sent until the end, for each node that is alive";
            measures.push(Measure::figure("messages", "messages", about));
        }
        measures
    }

    fn run(&self, seed: u64) -> Outcome {
        let mut group = self.group(seed);
        let alive = self.members.alive() as usize;
        let mut learned: Vec<f64> = Vec::with_capacity(alive);
        let note = |learned: &mut Vec<f64>, time: f64, notice: &Notice<u32>| {
            if let Notice::Delivered(_) = notice {
                learned.push(time);
            }
        };
        let rumor = Request::Publish("a".into());
        group.request(0, rumor, &mut |time, _, notice| note(&mut learned, time, &notice));
        let mut informed = vec![1];
        for _ in 0..self.limit {
            if informed.last() == Some(&alive) {
                break;
            }
            group.period(&mut |time, _, notice| note(&mut learned, time, &notice));
            informed.push(learned.len());
        }
        let rank = |percent: usize| (alive * percent).div_ceil(100) - 1;
        let until = |percent: usize| learned.get(rank(percent)).copied();
        let share = |&informed: &usize| informed as f64 / alive as f64;
        let messages = group.sent().map(|sent| sent as f64 / alive as f64);
        Outcome::default()
            .figure("half", until(50))
            .figure("most", until(99))
            .figure("all", until(100))
            .event("everybody", learned.len() == alive)
            .figure("messages", messages)
            .curve("informed", informed.iter().map(share).collect())
            .histogram("delay", learned.iter().copied().collect::<Tally>())
    }
}

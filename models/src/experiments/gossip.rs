//! Periodic gossip of one rumor, until everybody knows it.

use rumormill_core::analysis::lockstep::Lockstep as Chain;
use rumormill_core::analysis::logistic::Logistic;
use rumormill_core::analysis::{self as theory, Targets};
use rumormill_core::protocols::periodic_gossip::{
    Interest, Mode, PeriodicGossip, Request, Settings,
};
use rumormill_core::rumor::Notice;
use rumormill_core::seen::Memory;
use rumormill_core::{Neighborhood, Node, Ticks};

use super::group::{Group, Unsynchronised};
use super::lockstep::{Lockstep, Members};
use super::{Experiment, Measure, Outcome, Tally, Theory};

type Machine = PeriodicGossip<u32>;

/// Periodic gossip of one rumor, which stays hot, until everybody who is alive knows it.
pub struct Gossip {
    clocks: Clocks,
    members: Members,
    settings: Settings,
    /// After how many periods it is given up.
    limit: u32,
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

/// In larger groups the exact chain takes longer than a plot should.
const MOST_FOR_CHAIN: u32 = 2000;

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
            hot: Interest::ForEver,
            buffer: 1,
            max_message: 1000,
            memory: Memory { origins: 1, forget_after: None },
        };
        Self { clocks, members, settings, limit }
    }

    fn group(&self, seed: u64) -> Box<dyn Group<Machine>> {
        let machine = Machine::new(self.settings.clone());
        match self.clocks {
            Clocks::Lockstep => Box::new(Lockstep::new(self.members, &machine, seed)),
            Clocks::Unsynchronised => {
                let node = |everybody| Node::new(everybody, machine.clone());
                let nodes = Neighborhood::complete(0..self.members.nodes).map(node).collect();
                Box::new(Unsynchronised::new(nodes, PERIOD, self.members.loss, seed))
            }
        }
    }

    /// The share of the informed in the mean: from the exact chain, or for push on unsynchronised
    /// clocks by the logistic law.
    fn expected(&self, periods: u32) -> Option<Theory> {
        let Members { nodes: size, crashed, loss, .. } = self.members;
        let loss = f64::from(loss.numerator()) / f64::from(loss.denominator());
        let fanout = self.settings.fanout;
        match self.clocks {
            Clocks::Lockstep if size <= MOST_FOR_CHAIN => {
                let targets = Targets::fixed(fanout.into()).ok()?;
                let group = theory::Group { size, crashed, targets, loss };
                let chain = Chain::new(self.settings.mode, &group).ok()?;
                let values = chain.rounds().take(periods as usize + 1);
                let values = values.map(|reached| reached.coverage()).collect();
                Some(Theory { name: "exact", values })
            }
            Clocks::Unsynchronised if self.settings.mode == Mode::Push => {
                let law = Logistic { size, fanout: fanout.into(), loss };
                let values = (0..=periods).map(|periods| law.informed(periods.into())).collect();
                Some(Theory { name: "logistic law", values })
            }
            _ => None,
        }
    }

    fn unit(&self) -> &'static str {
        match self.clocks {
            Clocks::Lockstep => "rounds",
            Clocks::Unsynchronised => "periods",
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
        if self.clocks == Clocks::Lockstep {
            let about = "sent until the end, for each node that is alive";
            measures.push(Measure::figure("messages", "messages", about));
        }
        measures
    }

    fn theory(&self, curve: &str, periods: u32) -> Option<Theory> {
        if curve == "informed" { self.expected(periods) } else { None }
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

#[cfg(test)]
mod tests {
    use rumormill_core::Bias;

    use super::super::validation::IMPLAUSIBLE;
    use super::super::{Record, Views};
    use super::*;
    use crate::exact::{Answer, Estimate};

    const RUNS: u64 = 2000;

    /// The distribution of the round in which the last learns of it, in groups of six with losses and
    /// a crash, against the exact chain; whether a machine knows everybody makes no difference. Of the
    /// 72 comparisons one fails by accident with a probability below 0.5 %; the seeds are fixed.
    #[test]
    fn rounds_are_those_of_the_exact_chain() {
        let loss = Bias::new(1, 5).expect("a probability");
        for (mode, fanout) in [(Mode::Push, 1), (Mode::Pull, 2), (Mode::PushPull, 1)] {
            let targets = Targets::fixed(fanout.into()).expect("few targets");
            let group = theory::Group { size: 6, crashed: 1, targets, loss: 0.2 };
            let chain = Chain::new(mode, &group).expect("a group");
            for views in [Views::Everybody, Views::Fresh(3)] {
                let members = Members { nodes: 6, crashed: 1, views, loss };
                let gossip = Gossip::new(mode, Clocks::Lockstep, members, fanout, 100);
                let rounds: Vec<_> = (0..RUNS).map(|seed| gossip.run(seed).get("all")).collect();
                for (round, reached) in (0..).zip(chain.rounds()).take(12) {
                    let in_time =
                        |all: &&Option<f64>| all.is_some_and(|all| all <= f64::from(round));
                    let hits = rounds.iter().filter(in_time).count();
                    let known = reached.everybody();
                    let known = Answer::Between(known, known);
                    let sampled = Estimate::share(hits, RUNS as usize).against(&known);
                    let p_value = sampled.expect("a number").p_value;
                    assert!(
                        p_value >= IMPLAUSIBLE,
                        "{mode:?} {views:?} {round}: {hits}, {known:?}"
                    );
                }
            }
        }
    }

    /// Within five standard errors at each round, and what is too rare to be seen.
    #[test]
    fn theory_says_what_curves_are_in_the_mean() {
        let members = Members { nodes: 20, crashed: 0, views: Views::Fresh(3), loss: Bias::NEVER };
        let gossip = Gossip::new(Mode::PushPull, Clocks::Lockstep, members, 2, 100);
        let theory = gossip.theory("informed", 8).expect("a small group");
        assert!(theory.values.len() == 9 && gossip.theory("delay", 8).is_none());
        let mut record = Record::default();
        for run in 0..RUNS {
            record.add(run, &gossip.run(run)).expect("a new run");
        }
        for (tally, expected) in record.curve("informed").iter().zip(theory.values) {
            let (mean, deviation) = (tally.mean(), tally.deviation());
            let off = (mean.expect("runs") - expected).abs();
            assert!(off <= 5.0 * deviation.expect("runs") / (RUNS as f64).sqrt() + 1e-4, "{off}");
        }
    }

    #[test]
    fn who_never_learns_has_no_time() {
        let deaf = Members { nodes: 4, crashed: 0, views: Views::Fresh(2), loss: Bias::ALWAYS };
        let outcome = Gossip::new(Mode::Push, Clocks::Lockstep, deaf, 1, 5).run(1);
        assert_eq!((outcome.get("half"), outcome.get("everybody")), (None, Some(0.0)));
        assert_eq!(outcome.get("messages"), Some(5.0 / 4.0));
        let alone = Members { nodes: 4, crashed: 3, ..deaf };
        let outcome = Gossip::new(Mode::Push, Clocks::Lockstep, alone, 1, 5).run(1);
        assert_eq!((outcome.get("all"), outcome.get("everybody")), (Some(0.0), Some(1.0)));
    }
}

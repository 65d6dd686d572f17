//! Infect-and-die: Rényi-Erdős broadcast of one message.

use rumormill_core::protocols::renyi_erdos::{Fanout, RenyiErdos, Request, Settings};
use rumormill_core::rumor::Notice;
use rumormill_core::seen::Memory;
use rumormill_core::{MAX_FANOUT, Ticks};

use super::group::Group;
use super::lockstep::{Lockstep, Members};
use super::{Experiment, Measure, Outcome, Views};

/// One message, which everybody forwards once.
pub struct Broadcast {
    members: Members,
    machine: RenyiErdos<u32>,
}

/// To how many others each node forwards.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Targets {
    /// To so many different ones, at most [`MAX_FANOUT`].
    Fixed(u8),
    /// To each of the others with the same probability, independently, and to so many on average; to
    /// [`MAX_FANOUT`] where there would be more.
    Binomial(f64),
}

/// Whom the machines must know to forward to such targets: each forwards once, so it does not matter
/// whether it draws, or its view was drawn for it.
impl From<Targets> for Views {
    fn from(targets: Targets) -> Self {
        match targets {
            // One more than it needs, so that the machine itself draws.
            Targets::Fixed(targets) => Self::Fresh((u32::from(targets) + 1).min(MAX_FANOUT as u32)),
            Targets::Binomial(mean) => Self::Each(mean),
        }
    }
}

impl Broadcast {
    /// A broadcast in a group, whose `views` are to be those of the targets.
    #[must_use]
    pub fn new(members: Members, targets: Targets) -> Self {
        let fanout = match targets {
            Targets::Fixed(targets) => i16::from(targets),
            Targets::Binomial(_) => MAX_FANOUT as i16,
        };
        let memory = Memory { origins: 1, forget_after: None };
        let margin = margin(members.nodes, fanout);
        let settings = Settings { margin, memory, period: Ticks(1), max_payload: 16 };
        Self { members, machine: RenyiErdos::new(settings) }
    }
}

/// The `c`, in 64ths, with which `ln nodes + c` is a whole number.
fn margin(nodes: u32, fanout: i16) -> i16 {
    const ONE: i16 = 64;
    let logarithm = Fanout::reaching(nodes, 0);
    let part = logarithm.fraction();
    let part = part.numerator() * u32::from(ONE.unsigned_abs()) / part.denominator();
    ONE * (fanout - logarithm.whole() as i16) - part as i16
}

impl Experiment for Broadcast {
    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::figure("coverage", "share", "who gets it, of those alive"),
            Measure::event("atomic", "all who are alive get it"),
            Measure::event("big", "half of those alive get it, or more"),
            Measure::figure("coverage-if-big", "share", "who gets it, in runs that are big"),
            Measure::figure("hops", "hops", "until the last who gets it does"),
            Measure::figure("messages", "messages", "sent, for each node that is alive"),
            Measure::curve("informed", "hops", "share", "who got it, of those alive"),
        ]
    }

    fn run(&self, seed: u64) -> Outcome {
        let mut group = Lockstep::new(self.members, &self.machine, seed);
        let (nodes, alive) = (self.members.nodes, self.members.alive());
        for node in 0..alive {
            group.request(node, Request::Size(nodes), &mut |_, _, _| ());
        }
        let delivered = |notice: &Notice<u32>| u32::from(matches!(notice, Notice::Delivered(_)));
        let (mut reached, message) = (0, Request::Broadcast("a".into()));
        group.request(0, message, &mut |_, _, notice| reached += delivered(&notice));
        let mut informed = vec![reached];
        while !group.is_quiet() {
            group.wave(&mut |_, _, notice| reached += delivered(&notice));
            informed.push(reached);
        }
        let share = |reached: u32| f64::from(reached) / f64::from(alive);
        let coverage = share(reached);
        let last = informed.iter().position(|&informed| informed == reached);
        Outcome::default()
            .figure("coverage", coverage)
            .event("atomic", reached == alive)
            .event("big", coverage >= 0.5)
            .figure("coverage-if-big", (coverage >= 0.5).then_some(coverage))
            .figure("hops", last.map(|hops| hops as f64))
            .figure("messages", group.sent().map(|sent| sent as f64 / f64::from(alive)))
            .curve("informed", informed.into_iter().map(share).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_makes_the_fanout_whole() {
        for nodes in [2, 10, 100, 1000, 10_000, 100_000] {
            for targets in 0..=32_i16 {
                let fanout = Fanout::reaching(nodes, margin(nodes, targets));
                assert_eq!((fanout.whole(), fanout.fraction().numerator()), (targets as usize, 0));
            }
        }
    }
}

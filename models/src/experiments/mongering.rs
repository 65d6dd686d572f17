//! Rumor mongering: a rumor that is spread until others turn out to know it.

use rumormill_core::protocols::periodic_gossip::{
    Interest, Message, Mode, Mongering as Variant, PeriodicGossip, Request, Settings,
};
use rumormill_core::rumor::Notice;
use rumormill_core::seen::Memory;
use rumormill_core::{Bias, Neighborhood, Node, Ticks};

use super::{Experiment, Measure, Outcome};
use crate::simulate::{Clock, Fate, Loss, Moment, Observer, PER_TICK, Setting, Simulation};

type Machine = PeriodicGossip<u32>;

/// One rumor in lockstep cycles, among nodes that know each other, until nobody spreads it any more.
pub struct Mongering {
    nodes: u32,
    k: u16,
    loss: Bias,
    settings: Settings,
    /// After how many cycles it is given up.
    limit: u32,
}

impl Mongering {
    /// This variant among so many, each of which turns to one other in a cycle, with the probability
    /// `loss` that a message is lost; given up after `limit` cycles.
    #[must_use]
    pub fn new(mode: Mode, variant: Variant, nodes: u32, loss: Bias, limit: u32) -> Self {
        let settings = Settings {
            mode,
            fanout: 1,
            period: Ticks(1),
            hot: Interest::Mongering(variant),
            buffer: 1,
            max_message: 1000,
            memory: Memory { origins: 1, forget_after: None },
        };
        Self { nodes, k: variant.k.get(), loss, settings, limit }
    }

    fn group(&self, seed: u64) -> Simulation<Machine> {
        let views = Neighborhood::complete(0..self.nodes);
        let machine = Machine::new(self.settings.clone());
        let nodes = views.map(|view| Node::new(view, machine.clone())).collect();
        let mut setting = Setting::new(nodes, Clock::Lockstep, PER_TICK, 1);
        setting.network.loss = Loss::Independent(self.loss);
        Simulation::new(setting, seed, &mut ())
            .expect("a group in its order, and a period that takes time")
    }
}

impl Experiment for Mongering {
    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::figure("residue", "share", "who never learns of it"),
            Measure::figure("traffic", "rumors", "how often it is sent, for each node"),
            Measure::figure("ratio", "", "the residue as a part of e^-traffic"),
            Measure::figure("surplus", "rumors", "the traffic, less k for each who knows it"),
            Measure::figure("average", "cycles", "until a node knows it, of those that learn"),
            Measure::figure("last", "cycles", "until the last of those that learn knows it"),
            Measure::figure("end", "cycles", "until nobody spreads it any more"),
            Measure::curve("informed", "cycles", "share", "who knows it"),
            Measure::curve("hot", "cycles", "share", "who spreads it"),
        ]
    }

    fn run(&self, seed: u64) -> Outcome {
        let mut group = self.group(seed);
        let mut seen = Seen::default();
        let _nobody_stops_here = group.request(0, Request::Publish("a".into()), &mut seen);
        let (mut informed, mut hot) = (vec![seen.delivered], vec![1]);
        while hot.last() != Some(&0) && hot.len() <= self.limit as usize {
            group.run_periods(1, &mut seen);
            informed.push(seen.delivered);
            let is_hot = |node: &&Node<u32, Machine>| node.protocol.hot().next().is_some();
            hot.push(group.group().nodes().filter(is_hot).count() as u64);
        }
        let share = |count: u64| count as f64 / f64::from(self.nodes);
        let learned = (1..).zip(informed.windows(2));
        let learned = learned.map(|(cycle, pair)| cycle * (pair[1] - pair[0]));
        let (sum, last) = (learned.sum::<u64>(), first_at_its_end(&informed));
        let (known, traffic) = (share(seen.delivered), share(seen.sent));
        Outcome::default()
            .figure("residue", 1.0 - known)
            .figure("traffic", traffic)
            .figure("ratio", (1.0 - known) * libm::exp(traffic))
            .figure("surplus", traffic - f64::from(self.k) * known)
            .figure("average", sum as f64 / seen.delivered as f64)
            .figure("last", last as f64)
            .figure("end", (hot.last() == Some(&0)).then(|| (hot.len() - 1) as f64))
            .curve("informed", informed.into_iter().map(share).collect())
            .curve("hot", hot.into_iter().map(share).collect())
    }
}

/// Where a list first has the value that it ends with.
fn first_at_its_end(values: &[u64]) -> usize {
    values.iter().position(|value| Some(value) == values.last()).unwrap_or(0)
}

/// What is counted.
#[derive(Default)]
struct Seen {
    /// How many know the rumor.
    delivered: u64,
    /// How often it was sent.
    sent: u64,
}

impl Observer<Machine> for Seen {
    fn on_send(
        &mut self,
        _: &Moment<'_, Machine>,
        _: u32,
        _: u32,
        message: &Message<u32>,
        _: Fate,
    ) {
        if let Message::Push { rumors } = message {
            self.sent += rumors.len() as u64;
        }
    }

    fn on_notice(&mut self, _: &Moment<'_, Machine>, _: u32, notice: &Notice<u32>) {
        self.delivered += u64::from(matches!(notice, Notice::Delivered(_)));
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use rumormill_core::protocols::periodic_gossip::{Removal, Response};

    use super::*;

    fn variant(k: u16, response: Response) -> Variant {
        let k = NonZeroU16::new(k).expect("at least 1");
        Variant { k, response, removal: Removal::Counter }
    }

    /// Nobody tells anything, so each spreads it in k cycles, and no more.
    #[test]
    fn who_counts_blindly_sends_it_k_times() {
        for k in [1, 2, 5] {
            let variant = variant(k, Response::Blind);
            let outcome = Mongering::new(Mode::Push, variant, 50, Bias::NEVER, 100).run(1);
            let figure = |name| outcome.get(name).expect("it ends");
            assert!(figure("traffic") > 0.0 && figure("surplus").abs() < 1e-9);
            assert!(figure("average") <= figure("last") && figure("last") < figure("end"));
        }
    }

    #[test]
    fn two_need_a_useful_cycle_and_k_useless_ones() {
        let outcome =
            Mongering::new(Mode::Push, variant(3, Response::Feedback), 2, Bias::NEVER, 100).run(1);
        let figures = ["residue", "traffic", "average", "last"].map(|name| outcome.get(name));
        // The first tells the other, and then both send it three times in vain.
        assert_eq!(figures[0], Some(0.0));
        assert_eq!((figures[2], figures[3]), (Some(0.5), Some(1.0)));
        assert_eq!(figures[1], Some((1.0 + 3.0 + 3.0) / 2.0));
    }

    /// Whose feedback is always lost never hears that it is not needed.
    #[test]
    fn who_hears_nothing_is_given_up_in_the_end() {
        let outcome =
            Mongering::new(Mode::Push, variant(1, Response::Feedback), 4, Bias::ALWAYS, 9).run(1);
        let figures = ["residue", "traffic", "end"].map(|name| outcome.get(name));
        assert_eq!(figures, [Some(0.75), Some(9.0 / 4.0), None]);
    }
}

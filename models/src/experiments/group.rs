//! What leads a group of machines through time.

use rumormill_core::{Node, Protocol};

use crate::simulate::{Network, PER_TICK, Simulation};

/// A group of machines, led through time period by period. Experiments ask for no more than this,
/// so that they run on whatever engine provides it.
pub trait Group<X: Protocol<u32>> {
    /// Asks a machine for something now.
    fn request(&mut self, node: u32, request: X::Request, watch: Watch<'_, X>);

    /// Lets a period pass.
    fn period(&mut self, watch: Watch<'_, X>);

    /// How many messages were sent so far, those that were lost included; `None` where nobody counts.
    fn sent(&self) -> Option<u64>;
}

/// What is told of each notice: when it came, in periods since the start, and from which machine.
pub type Watch<'a, X> = &'a mut dyn FnMut(f64, u32, <X as Protocol<u32>>::Notice);

/// Machines whose periods are of equal length and not synchronised.
pub struct Unsynchronised<X: Protocol<u32>> {
    simulation: Simulation<X>,
    /// In ticks.
    period: u32,
    /// How many have passed.
    periods: u64,
}

impl<X: Protocol<u32>> Unsynchronised<X> {
    /// Machines whose timers count so many ticks a period.
    #[must_use]
    pub fn new(nodes: Vec<Node<u32, X>>, period: u32, network: Network, seed: u64) -> Self {
        Self { simulation: Simulation::new(nodes, network, seed), period, periods: 0 }
    }

    fn in_periods(period: u32, time: u64) -> f64 {
        time as f64 / (u64::from(period) * PER_TICK) as f64
    }
}

impl<X: Protocol<u32>> Group<X> for Unsynchronised<X> {
    fn request(&mut self, node: u32, request: X::Request, watch: Watch<'_, X>) {
        let period = self.period;
        let mut watch = |time, node, notice| watch(Self::in_periods(period, time), node, notice);
        self.simulation.request(node, request, &mut watch);
    }

    fn period(&mut self, watch: Watch<'_, X>) {
        let period = self.period;
        self.periods += 1;
        let end = self.periods * u64::from(period) * PER_TICK;
        let mut watch = |time, node, notice| watch(Self::in_periods(period, time), node, notice);
        self.simulation.run_until(end, &mut watch);
    }

    fn sent(&self) -> Option<u64> {
        None
    }
}

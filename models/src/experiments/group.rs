//! What leads a group of machines through time.

use rumormill_core::{Bias, Node, Protocol};

use crate::simulate::{Clock, Loss, Moment, Observer, PER_TICK, Setting, Simulation};

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
    /// Machines whose timers count so many ticks a period, and whose messages take a thousandth of a
    /// tick and are lost with this probability.
    ///
    /// # Panics
    /// When the nodes are not numbered in their order, or a period takes no time.
    #[must_use]
    pub fn new(nodes: Vec<Node<u32, X>>, period: u32, loss: Bias, seed: u64) -> Self {
        let thousandths = u64::from(period) * PER_TICK;
        let mut setting = Setting::new(nodes, Clock::Unsynchronised, thousandths, 1);
        setting.network.loss = Loss::Independent(loss);
        let simulation = Simulation::new(setting, seed, &mut ());
        let simulation = simulation.expect("a group in its order, and a period that takes time");
        Self { simulation, period, periods: 0 }
    }

    fn listening<'a>(&self, watch: Watch<'a, X>) -> Listener<'a, X> {
        Listener { period: (u64::from(self.period) * PER_TICK) as f64, watch }
    }
}

impl<X: Protocol<u32>> Group<X> for Unsynchronised<X> {
    fn request(&mut self, node: u32, request: X::Request, watch: Watch<'_, X>) {
        let mut listener = self.listening(watch);
        let _nobody_stops_here = self.simulation.request(node, request, &mut listener);
    }

    fn period(&mut self, watch: Watch<'_, X>) {
        self.periods += 1;
        let end = self.periods * u64::from(self.period) * PER_TICK;
        let mut listener = self.listening(watch);
        self.simulation.run_until(end, &mut listener);
    }

    fn sent(&self) -> Option<u64> {
        Some(self.simulation.tally().sent)
    }
}

/// Passes notices on, with the time in periods.
struct Listener<'a, X: Protocol<u32>> {
    /// How long a period is, in thousandths of a tick.
    period: f64,
    watch: Watch<'a, X>,
}

impl<X: Protocol<u32>> Observer<X> for Listener<'_, X> {
    fn on_notice(&mut self, at: &Moment<'_, X>, node: u32, notice: &X::Notice) {
        (self.watch)(at.time as f64 / self.period, node, notice.clone());
    }
}

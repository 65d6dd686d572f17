//! Cycles in lockstep.

use rumormill_core::Protocol;

use super::driver::Flight;
use super::letters::Letters;
use super::{Observer, Simulation};

impl<X: Protocol<u32>> Simulation<X> {
    /// One cycle of all machines. What was sent before it, upon requests, arrives first.
    pub(super) fn cycle(&mut self, observer: &mut impl Observer<X>) {
        self.happen_until(self.driver.now, observer);
        self.driver.now += self.period;
        self.driver.cycle += 1;
        let mut wave = std::mem::take(&mut self.driver.wave);
        for node in 0..self.group.born() {
            self.fire_all(node, observer);
        }
        while !(wave.is_empty() && self.driver.wave.is_empty()) {
            put_in_order(&mut wave, &self.driver.letters);
            for Flight { to, letter } in wave.drain(..) {
                self.deliver(to, letter, observer);
            }
            std::mem::swap(&mut wave, &mut self.driver.wave);
        }
    }

    /// Fires the timers of a machine that were armed when the cycle began, one after the other.
    fn fire_all(&mut self, node: u32, observer: &mut impl Observer<X>) {
        let cycle = self.driver.cycle;
        while let Some(member) = self.group.member(node)
            && let Some(timer) = member.alarms.take_below(cycle)
        {
            self.fire(node, timer, observer);
        }
    }
}

/// By destination; by message, and by sender where messages are equal.
fn put_in_order<M: Clone + Ord>(wave: &mut [Flight], letters: &Letters<M>) {
    wave.sort_by(|one, other| {
        let contents = || letters.read(one.letter).cmp(&letters.read(other.letter));
        one.to.cmp(&other.to).then_with(contents)
    });
}

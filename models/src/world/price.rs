use num_traits::{CheckedAdd, CheckedMul};

use crate::Weight;

/// What an action costs, on average over its outcomes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Price {
    /// Rounds that it begins; in lockstep, rounds that it is; where time has ticks, ticks.
    pub rounds: Weight,
    /// Messages that machines of the group send to each other, whatever becomes of them; forged ones
    /// are not among them.
    pub messages: Weight,
    /// Events from outside that machines handle, excluding what comes before the first state.
    pub steps: Weight,
}

impl Price {
    /// What happens by itself costs nothing.
    pub const NOTHING: Self =
        Self { rounds: Weight::ZERO, messages: Weight::ZERO, steps: Weight::ZERO };

    /// Adds what is done with this probability; `None` if that exceeds 128 bits.
    pub(super) fn add_steps(
        &mut self,
        weight: Weight,
        steps: usize,
        messages: usize,
    ) -> Option<()> {
        self.steps = add(self.steps, weight, steps)?;
        self.messages = add(self.messages, weight, messages)?;
        Some(())
    }
}

fn add(sum: Weight, weight: Weight, times: usize) -> Option<Weight> {
    let times = Weight::from_integer(times as u128);
    match (times == Weight::ZERO, weight == Weight::ONE) {
        (true, _) => Some(sum),
        (false, true) => sum.checked_add(&times),
        (false, false) => sum.checked_add(&weight.checked_mul(&times)?),
    }
}

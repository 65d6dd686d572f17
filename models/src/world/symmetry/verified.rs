//! Whether machines act under other names, and in other orders, as they do in their own.

use std::collections::BTreeMap;

use rumormill_core::Protocol;

use super::renamed::Swap;
use super::{Steps, Symmetry};
use crate::renaming::renamed;
use crate::world::steps::Outcome;
use crate::world::{Application, Stimulus, World, WorldError};
use crate::{ModelPeer, Weight};

/// What can come of a step: the machine, what it sends to whom, and how likely that is.
type Outcomes = BTreeMap<(u32, Vec<(ModelPeer, u32)>), Weight>;

impl<X: Protocol<ModelPeer>, A: Application<X>> World<X, A> {
    /// Verifies all steps that are remembered, those included that are taken for this.
    ///
    /// A step is compared with the same step under each of the generating swaps; so are these in
    /// turn, and thus, step by step, all renamings.
    pub(super) fn verify_alike(&self, steps: &mut Steps<X, A>) -> Result<(), WorldError> {
        let tally = steps.tally;
        while let Some((local, stimulus)) = steps.renamed.unverified.pop() {
            let node = steps.locals.value(local).node.me().place();
            for swap in self.symmetry.iter().flat_map(Symmetry::generators) {
                if !self.is_alike(steps, local, stimulus, swap)? {
                    return Err(WorldError::NamesMatter { node });
                }
            }
            if !self.is_alike(steps, local, stimulus, Swap::NOBODY)?
                || self.unordered && !self.is_indifferent(steps, local, stimulus)?
            {
                return Err(WorldError::OrderMatters { node });
            }
        }
        steps.tally = tally;
        Ok(())
    }

    /// Whether the step is the same wherever two neighbours in a set are swapped, be it in the
    /// machine or in the message. All other orders would be too many: who prefers a position is
    /// found out all the same, since a swap puts something else there.
    fn is_indifferent(
        &self,
        steps: &mut Steps<X, A>,
        local: u32,
        stimulus: Stimulus,
    ) -> Result<bool, WorldError> {
        let mut others = Vec::new();
        for local in steps.disordered_locals(local)? {
            others.push((local, stimulus));
        }
        if let Stimulus::Message { from, message } = stimulus {
            for message in steps.disordered_messages(message)? {
                others.push((local, Stimulus::Message { from, message }));
            }
        }
        let expected = steps.outcomes(self, local, stimulus)?;
        let expected = steps.outcomes_under(&expected, Swap::NOBODY)?;
        let unverified = steps.renamed.unverified.len();
        for (local, stimulus) in others {
            let outcomes = steps.outcomes(self, local, stimulus)?;
            if steps.outcomes_under(&outcomes, Swap::NOBODY)? != expected {
                return Ok(false);
            }
        }
        steps.renamed.unverified.truncate(unverified);
        Ok(true)
    }

    fn is_alike(
        &self,
        steps: &mut Steps<X, A>,
        local: u32,
        stimulus: Stimulus,
        swap: Swap,
    ) -> Result<bool, WorldError> {
        let Some(its) = steps.stimulus_under(local, stimulus, swap)? else { return Ok(false) };
        let other = steps.local_under(local, swap)?;
        let ours = steps.outcomes(self, local, stimulus)?;
        let theirs = steps.outcomes(self, other, its)?;
        Ok(steps.outcomes_under(&ours, swap)? == steps.outcomes_under(&theirs, Swap::NOBODY)?)
    }
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Steps<X, A> {
    /// `None` when the renamed machine has no such timer.
    fn stimulus_under(
        &mut self,
        local: u32,
        stimulus: Stimulus,
        swap: Swap,
    ) -> Result<Option<Stimulus>, WorldError> {
        Ok(Some(match stimulus {
            Stimulus::Message { from, message } => {
                let message = self.message_under(message, swap)?;
                Stimulus::Message { from: swap.peer(from), message }
            }
            Stimulus::Timer(place) => {
                let timer = self.locals.value(local).timers[usize::from(place)].timer;
                let timer = renamed(&timer, &swap.names())?;
                let other = self.local_under(local, swap)?;
                let place = self.locals.value(other).timers().position(|armed| armed == timer);
                return Ok(place.map(|place| Stimulus::Timer(place as u8)));
            }
            Stimulus::Start
            | Stimulus::Request(_)
            | Stimulus::First(_)
            | Stimulus::Time
            | Stimulus::Crash => stimulus,
        }))
    }

    fn outcomes_under(&mut self, outcomes: &[Outcome], swap: Swap) -> Result<Outcomes, WorldError> {
        let mut renamed = Outcomes::new();
        for Outcome { weight, local, sends } in outcomes {
            let mut others = Vec::with_capacity(sends.len());
            for &(to, message) in sends {
                others.push((swap.peer(to), self.message_under(message, swap)?));
            }
            others.sort_unstable();
            let local = self.local_under(*local, swap)?;
            *renamed.entry((local, others)).or_insert(Weight::ZERO) += weight;
        }
        Ok(renamed)
    }
}

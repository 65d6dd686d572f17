//! Floods as they are planned for what is wanted: whether they do it.

use rumormill_core::analysis::recall::{Infeasible, Limits, Overlay, Plan, Wanted, needed, plan};
use rumormill_core::protocols::search::Mode;

use super::{Surroundings, Unsearchable};
use crate::experiments::{Experiment, Measure, Outcome};

/// Floods as far and as wide as is planned for what is wanted of them.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PlannedFlood {
    among: Surroundings,
    wanted: Wanted,
    plan: Plan,
}

/// Why there is no planned flood.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
pub enum Unplanned {
    /// Nothing can be searched.
    #[error(transparent)]
    Unsearchable(#[from] Unsearchable),
    /// There is no plan.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
}

impl PlannedFlood {
    /// A flood that finds this share with this probability; what is replicated, the group tells.
    ///
    /// # Errors
    /// When there is no such group, or no such plan.
    pub fn new(
        among: Surroundings,
        (recall, probability): (f64, f64),
        limits: Limits,
    ) -> Result<Self, Unplanned> {
        among.check()?;
        let Surroundings { nodes: size, replicated, loss, .. } = among;
        let loss = f64::from(loss.numerator()) / f64::from(loss.denominator());
        let wanted = Wanted { recall, probability, replicated };
        let plan = plan(wanted, Overlay { size, view: among.view(), loss }, limits)?;
        Ok(Self { among, wanted, plan })
    }

    /// The flood that is planned.
    pub(super) fn mode(&self) -> Mode {
        Mode::Flood { ttl: self.plan.ttl, degree: self.plan.degree }
    }
}

impl Experiment for PlannedFlood {
    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::figure("ttl", "hops", "that are planned"),
            Measure::figure("degree", "nodes", "to which each passes it on, as planned"),
            Measure::figure("planned-messages", "messages", "that the plan expects"),
            Measure::figure("planned-recall", "share", "that the plan expects"),
            Measure::figure("promised", "", "the probability of the recall that is wanted"),
            Measure::event("kept", "the recall is what is wanted, or more"),
            Measure::figure("recall", "share", "of those that have it, of which it is heard"),
            Measure::figure("messages", "messages", "that ask and answer, each hop counted"),
        ]
    }

    fn run(&self, seed: u64) -> Outcome {
        let Plan { ttl, degree, probability, recall, .. } = self.plan;
        let quest = self.among.search(self.mode(), seed);
        let enough = needed(self.among.holders(), self.wanted.recall);
        Outcome::default()
            .figure("ttl", f64::from(ttl))
            .figure("degree", f64::from(degree))
            .figure("planned-messages", self.plan.messages())
            .figure("planned-recall", recall)
            .figure("promised", probability)
            .event("kept", quest.servers >= enough)
            .figure("recall", self.among.recall(&quest))
            .figure("messages", (quest.queries + quest.hits) as f64)
    }
}

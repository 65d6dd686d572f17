//! For how long a rumor is of interest: rumor mongering and simpler rules.
//!
//! "Epidemic Algorithms for Replicated Database Maintenance" (Demers et al. 1987, section 1.4) lets
//! a site lose interest in a rumor when others turn out to know it. Its variants are parameters
//! here. Where this says more than the paper:
//! - What came of a rumor is judged once a period, at its end, however many peers the rumor was sent
//!   to in it: the footnote of the paper's Table 3, which we take for pushes to several as well.
//! - A rumor was *needed* if it was not known when its receiver's period began, be it that another
//!   copy came in between. Where all nodes act at once, that is the state at the start of the cycle,
//!   on which the paper's tables rest. What a receiver turns away, it says it did not need.
//! - Whoever pulls asks for all that there is and names nothing that it has, as Table 3 supposes. An
//!   exchange names what its sender spreads; that is not sent back, and counts as no contact.
//! - Feedback that is lost, or comes when the period is over, says nothing. So a rumor stays hot for
//!   as long as no feedback comes back, be it for ever.
//! - Whom a rumor was sent to in this period may say of it what it likes, and once of a kind: one
//!   who lies can have it given up after k periods if nobody else needs it, or kept for ever. Those
//!   are peers that this node drew, and those who asked it. Whatever others say is refused
//!   ([`Notice::FeedbackRefused`](crate::rumor::Notice::FeedbackRefused)), and what is said of other
//!   rumors is ignored.

use core::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use crate::Bias;

/// For how long a node spreads a rumor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Interest {
    /// For ever.
    ForEver,
    /// In so many of its periods, whatever comes of it.
    Periods(NonZeroU16),
    /// Until others turn out to know it.
    Mongering(Mongering),
}

/// A variant of rumor mongering.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Mongering {
    /// The paper's k: how many useless periods it takes to lose interest, if need be on average.
    pub k: NonZeroU16,
    /// Which periods are useless.
    pub response: Response,
    /// How useless periods lead to the loss of interest.
    pub removal: Removal,
}

/// Which periods are useless. One in which a rumor was sent to nobody is neither useful nor useless.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Response {
    /// Whoever receives a rumor tells whether it needed it, that is, did not know it when its own
    /// period began. A period is useful if somebody tells so, and useless if others answer and
    /// nobody does; if no answer arrives, it is neither.
    Feedback,
    /// Nobody tells anything: each period is useless in which the rumor was sent to somebody.
    Blind,
}

/// How useless periods lead to the loss of interest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Removal {
    /// After k of them in a row: a useful period starts the count anew. Only so do the figures of
    /// the paper's Table 1 come out; its text says so of pulls alone.
    Counter,
    /// After k of them in all.
    CounterWithoutReset,
    /// After each of them with probability 1/k.
    Coin,
}

impl Interest {
    /// Whether nodes tell each other what they needed.
    #[must_use]
    pub fn has_feedback(self) -> bool {
        matches!(self, Self::Mongering(Mongering { response: Response::Feedback, .. }))
    }

    /// Whether it depends on what comes of a rumor.
    #[must_use]
    pub fn is_mongering(self) -> bool {
        matches!(self, Self::Mongering(_))
    }
}

/// In so many periods, or for ever where there is no number.
impl From<Option<NonZeroU16>> for Interest {
    fn from(periods: Option<NonZeroU16>) -> Self {
        periods.map_or(Self::ForEver, Self::Periods)
    }
}

impl Mongering {
    /// The probability with which the coin ends the interest in a rumor.
    #[must_use]
    pub fn chance(self) -> Bias {
        Bias::new(1, self.k.get().into()).expect("k is at least 1")
    }
}

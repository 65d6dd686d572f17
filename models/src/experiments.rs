//! Experiments: what becomes of many random runs of the machines, with what certainty.
//!
//! An [`Experiment`] takes a seed and returns an [`Outcome`]: named figures, events, curves and
//! histograms. A [`Sweep`] runs it with many seeds at each [`Point`] of a [`Grid`] of parameters, on
//! as many threads as wanted, and as a whole or in [`Shard`]s on machines that know nothing of each
//! other. What was measured is a [`Record`]: the figures of each run, and for each point of a curve
//! how often each value came. Records are joined by set union and by addition of whole numbers, so
//! neither threads nor shards nor their order change a bit of what comes out.
//!
//! [`Named`] experiments are those that `rumormill simulate` knows. [`validation`] puts published and
//! exact figures beside them.

mod averaging;
mod broadcast;
mod catalogue;
mod counting;
pub mod csv;
mod cyclon;
mod gossip;
mod grid;
mod group;
mod lockstep;
mod mongering;
mod outcome;
mod overlay;
pub mod pictures;
mod record;
mod regular;
mod results;
mod sampling;
mod search;
mod seeds;
mod sequential;
mod shape;
mod shard;
mod summary;
mod sweep;
mod tally;
mod tours;
pub mod validation;
mod views;
mod walks;

pub use averaging::{Averaging, Order};
pub use broadcast::{Broadcast, Targets};
pub use catalogue::{Named, Refused, catalogue, find};
pub use counting::Counting;
pub use cyclon::{Cyclon, Start, Turns};
pub use gossip::{Clocks, Gossip};
pub use grid::{Grid, NotValues, Parameter, Point, Values};
pub use group::{Group, Unsynchronised, Watch};
pub use lockstep::{Lockstep, Members};
pub use mongering::Mongering;
pub use outcome::{Kind, Measure, Outcome};
pub use overlay::{OverlayChurn, OverlayJoin, OverlayPartition};
pub use record::{Record, RecordError};
pub use results::{At, Header, MergeError, Results};
pub use sampling::Sampling;
pub use search::{Known, PlannedFlood, Searches, Surroundings, Unplanned, Unsearchable};
pub use seeds::Seeds;
pub use sequential::Sequential;
pub use shard::{NotAShard, Shard};
pub use summary::{LEVEL, Summary, wilson};
pub use sweep::{Progress, Sweep};
pub use tally::{NotATally, Tally};
pub use tours::Tours;
pub use views::Views;
pub use walks::Walks;

/// How long a period is in the experiments on overlays, in thousandths of a tick.
pub const OVERLAY_PERIOD: u64 = overlay::SPAN as u64;

/// Something that takes a seed and tells what became of it.
pub trait Experiment: Send + Sync {
    /// What it measures.
    fn measures(&self) -> Vec<Measure>;

    /// One run. The same seed gives the same outcome, on every machine.
    fn run(&self, seed: u64) -> Outcome;

    /// What theory says of the mean of a curve in the first so many rounds or periods, if it says
    /// something.
    fn theory(&self, _curve: &str, _periods: u32) -> Option<Theory> {
        None
    }
}

/// What theory says of a curve.
#[derive(Clone, PartialEq, Debug)]
pub struct Theory {
    /// Which theory.
    pub name: &'static str,
    /// The values at 0, 1, 2, …
    pub values: Vec<f64>,
}

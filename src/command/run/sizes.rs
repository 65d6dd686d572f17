//! How many nodes the group has, as it counts itself and as samples tell.

use bytes::Bytes;
use rumormill::SocketPeer;
use rumormill::analysis::size::sampled;
use rumormill::protocols::averaging::Notice as Averaging;
use rumormill::protocols::sample_and_collide::Notice as Sampling;
use rumormill::protocols::system_size::Notice as Size;
use rumormill::stacks::census::Notice;
use serde::Serialize;

use crate::command::output::say_aside;

/// The line that asks for an estimate by samples.
const SIZE: &[u8] = b"/size";

/// The confidence of what samples tell.
const CONFIDENCE: f64 = 0.95;

/// Between what the size lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
struct Interval {
    low: u64,
    high: u64,
}

/// What was told of the size.
#[derive(Default, Serialize)]
pub(super) struct Sizes {
    /// What the last epoch came to.
    counted: Option<Interval>,
    /// How many epochs came to a result here.
    epochs: u64,
    /// How many epochs broke.
    broken: u64,
    /// What samples told last.
    sampled: Option<Interval>,
}

/// Whether a line asks for an estimate by samples.
pub(super) fn is_asked_for(line: &Bytes) -> bool {
    line.trim_ascii() == SIZE
}

impl Sizes {
    /// Tells of a size that is not as it was.
    pub(super) fn hear(&mut self, notice: &Notice<SocketPeer>) {
        match notice {
            Notice::Size(Size::Estimated { low, high, .. }) => self.count(*low, *high),
            Notice::Averaging(Averaging::Broken { .. }) => self.broken += 1,
            Notice::Sampling(Sampling::Collided { samples, collisions }) => {
                self.sample(*samples, (*collisions).into());
            }
            Notice::Sampling(Sampling::Failed(failure)) => {
                say_aside(format_args!("the size is not estimated: {failure}"));
            }
            Notice::Averaging(_) | Notice::Size(_) | Notice::Sampling(_) => {}
        }
    }

    fn count(&mut self, low: u64, high: u64) {
        self.epochs += 1;
        let is_news = self.counted.is_none_or(|known| low > known.high || high < known.low);
        self.counted = (high < u64::MAX).then_some(Interval { low, high });
        if let (Some(Interval { low, high }), true) = (self.counted, is_news) {
            say_aside(format_args!("the group counts itself: {}", between(low, high)));
        }
    }

    fn sample(&mut self, samples: u32, collisions: u32) {
        let Some(size) = sampled(samples, collisions, CONFIDENCE) else { return };
        let percent = 100.0 * CONFIDENCE;
        match size.high {
            Some(high) => {
                self.sampled = Some(Interval { low: size.low, high });
                let nodes = between(size.low, high);
                say_aside(format_args!(
                    "{samples} samples tell, with {percent} % confidence: {nodes}"
                ));
            }
            None => say_aside(format_args!(
                "none of {samples} samples was drawn twice: at least {} nodes",
                size.low
            )),
        }
    }
}

fn between(low: u64, high: u64) -> String {
    if low == high { format!("{low} nodes") } else { format!("between {low} and {high} nodes") }
}

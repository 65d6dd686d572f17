use rumormill_core::Protocol;

use crate::simulate::{Moment, Observer};

/// Who learned of something, and when: the informed curve.
///
/// `tells` recognises the notice by which a machine tells that it knows. Only the first one of each
/// machine counts. Who stops has learned all the same.
#[derive(Clone, Debug)]
pub struct Informed<F> {
    tells: F,
    knows: Vec<bool>,
    times: Vec<u64>,
}

impl<F> Informed<F> {
    /// Nobody knows.
    #[must_use]
    pub fn new(tells: F) -> Self {
        Self { tells, knows: Vec::new(), times: Vec::new() }
    }

    /// How many know.
    #[must_use]
    pub fn count(&self) -> usize {
        self.times.len()
    }

    /// Whether this machine knows.
    #[must_use]
    pub fn knows(&self, node: u32) -> bool {
        self.knows.get(node as usize).copied().unwrap_or(false)
    }

    /// When each learned, in thousandths of a tick, ascending.
    #[must_use]
    pub fn times(&self) -> &[u64] {
        &self.times
    }

    /// When so many knew, in thousandths of a tick: the time at which that one learned. `None` for
    /// 0, and where fewer know.
    #[must_use]
    pub fn time_until(&self, informed: usize) -> Option<u64> {
        self.times.get(informed.checked_sub(1)?).copied()
    }

    /// How many knew at the end of each period of this length, the first one ends after it; until
    /// the last one learned.
    pub fn curve(&self, period: u64) -> impl Iterator<Item = usize> {
        let period = period.max(1);
        let periods = self.times.last().map_or(0, |&last| last.div_ceil(period));
        let by = |end| self.times.partition_point(|&time| time <= end);
        (1..=periods).map(move |number| by(number * period))
    }
}

impl<X: Protocol<u32>, F: FnMut(&X::Notice) -> bool> Observer<X> for Informed<F> {
    fn on_notice(&mut self, at: &Moment<'_, X>, node: u32, notice: &X::Notice) {
        let node = node as usize;
        if node >= self.knows.len() {
            self.knows.resize((at.group.born() as usize).max(node + 1), false);
        }
        if !self.knows[node] && (self.tells)(notice) {
            self.knows[node] = true;
            self.times.push(at.time);
        }
    }
}

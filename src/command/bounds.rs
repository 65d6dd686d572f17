//! How much an exploration may take, and what people see of it meanwhile.

use std::time::{Duration, Instant};

use clap::Args;
use rumormill::models::explore::{ExploreError, Limits, Progress};
use rumormill::models::suites::SuiteError;

use super::output::say_aside;

#[derive(Args)]
pub(super) struct Bounds {
    /// Give up on a world with more states than this
    #[arg(long, value_name = "STATES", default_value_t = Limits::default().states)]
    max_states: usize,
    /// Give up on a world whose states and transitions take more memory than this, such as 500M or
    /// 4G; it is looked at every 16384 states
    #[arg(long, value_name = "BYTES", default_value = "4G", value_parser = bytes)]
    max_memory: usize,
}

impl Bounds {
    pub(super) fn limits(&self) -> Limits {
        Limits { states: self.max_states, bytes: self.max_memory, ..Limits::default() }
    }
}

/// A number of bytes, with K, M or G for powers of 1024.
fn bytes(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((end, 'k' | 'K')) => (&text[..end], 1 << 10),
        Some((end, 'm' | 'M')) => (&text[..end], 1 << 20),
        Some((end, 'g' | 'G')) => (&text[..end], 1 << 30),
        _ => (text, 1),
    };
    let bytes = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(unit));
    bytes.ok_or_else(|| "give a number of bytes, such as 500M or 4G".into())
}

/// Tells on the standard error how an exploration gets on, once a second.
pub(super) struct Watch {
    start: Instant,
    told: Instant,
}

impl Watch {
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Self { start: now, told: now }
    }

    pub(super) fn see(&mut self, progress: Progress) {
        if self.told.elapsed() < Duration::from_secs(1) {
            return;
        }
        self.told = Instant::now();
        let Progress { states, frontier, transitions, bytes } = progress;
        let rate = transitions as f64 / self.start.elapsed().as_secs_f64() / 1e6;
        say_aside(format_args!(
            "  {states} states ({frontier} to be expanded), {transitions} transitions, {rate:.1} \
             M/s, {} MB",
            bytes >> 20
        ));
    }
}

/// What is to be said of a world that is too large for its limits; the error if it is another.
pub(super) fn incomplete(error: SuiteError) -> Result<String, SuiteError> {
    match error {
        SuiteError::Explore(incomplete @ ExploreError::Incomplete { .. }) => {
            Ok(incomplete.to_string())
        }
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("123"), Ok(123));
        assert_eq!(bytes("4G"), Ok(4 << 30));
        assert_eq!(bytes("500m"), Ok(500 << 20));
        for wrong in ["", "G", "4 G", "-1", "99999999999G"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}

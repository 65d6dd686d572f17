//! The traces of nodes that ran here, replayed.

use rumormill::trace::{ReplayError, Replayed, Title};
use serde::Serialize;

use super::machines::replay_any;
use super::output::{Output, shorten};

/// What came of replaying the traces.
#[derive(Serialize)]
pub(super) struct Replays {
    pub(super) traces: usize,
    pub(super) identical: usize,
    steps: u64,
    draws: u64,
    effects: u64,
    differences: Vec<String>,
}

impl Replays {
    pub(super) fn of(traces: &[Vec<u8>]) -> Self {
        let mut replays = Self {
            traces: traces.len(),
            identical: 0,
            steps: 0,
            draws: 0,
            effects: 0,
            differences: Vec::new(),
        };
        for trace in traces {
            match replay(trace) {
                Ok(replayed) => replays.add(replayed),
                Err(difference) => replays.differences.push(difference.to_string()),
            }
        }
        replays
    }

    fn add(&mut self, Replayed { steps, draws, effects, .. }: Replayed) {
        self.identical += 1;
        self.steps += steps;
        self.draws += draws;
        self.effects += effects;
    }

    pub(super) fn say(&self, output: Output) {
        let Self { traces, identical, steps, draws, effects, differences } = self;
        output.say(format_args!(
            "   {identical} of {traces} traces: the same {draws} draws, {effects} effects and end \
             states, in {steps} steps"
        ));
        for difference in differences {
            output.say(format_args!("   ✗ {}", shorten(difference)));
        }
    }
}

fn replay(trace: &[u8]) -> Result<Replayed, ReplayError> {
    let (title, entries) = Title::read(trace)?;
    replay_any(&title, entries).unwrap_or(Err(ReplayError::NotATrace))
}

use rumormill_core::Protocol;

use crate::simulate::{Distribution, Fate, Moment, Observer};

/// How many messages each machine sends, each destination counted, and receives.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Load {
    sent: Vec<u32>,
    received: Vec<u32>,
}

impl Load {
    /// How many this one sent.
    #[must_use]
    pub fn sent_by(&self, node: u32) -> u32 {
        self.sent.get(node as usize).copied().unwrap_or(0)
    }

    /// How many this one received.
    #[must_use]
    pub fn received_by(&self, node: u32) -> u32 {
        self.received.get(node as usize).copied().unwrap_or(0)
    }

    /// How many each of the first so many machines sent.
    #[must_use]
    pub fn sent(&self, nodes: u32) -> Distribution {
        (0..nodes).map(|node| self.sent_by(node)).collect()
    }

    /// How many each of the first so many machines received.
    #[must_use]
    pub fn received(&self, nodes: u32) -> Distribution {
        (0..nodes).map(|node| self.received_by(node)).collect()
    }
}

impl<X: Protocol<u32>> Observer<X> for Load {
    fn on_message(&mut self, at: &Moment<'_, X>, _: u32, to: u32, _: &X::Message) {
        count(&mut self.received, to, at.group.born());
    }

    fn on_send(&mut self, at: &Moment<'_, X>, from: u32, _: u32, _: &X::Message, _: Fate) {
        count(&mut self.sent, from, at.group.born());
    }
}

fn count(counts: &mut Vec<u32>, node: u32, born: u32) {
    if counts.len() < born as usize {
        counts.resize(born as usize, 0);
    }
    counts[node as usize] += 1;
}

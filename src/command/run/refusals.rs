//! What the layers of a node refused: answers that nobody asked for, entries that name the receiver.

use std::collections::BTreeMap;

use rumormill::SocketPeer;
use rumormill::protocols::{adoption, cyclon, neighbor_management, random_walk};
use rumormill::stacks::overlay::Notice;
use serde::Serialize;

/// How many messages, or parts of messages, were refused, by reason.
#[derive(Default, Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Refusals {
    by_reason: BTreeMap<String, u64>,
}

impl Refusals {
    /// Counts it, if it is one.
    pub(super) fn hear(&mut self, notice: &Notice<SocketPeer>) {
        if let Some(reason) = reason(notice) {
            *self.by_reason.entry(reason).or_default() += 1;
        }
    }

    pub(super) fn total(&self) -> u64 {
        self.by_reason.values().sum()
    }

    /// The most frequent reason, for a line that has no room for all.
    pub(super) fn foremost(&self) -> Option<&str> {
        let foremost = self.by_reason.iter().max_by_key(|&(_, count)| count);
        foremost.map(|(reason, _)| reason.as_str())
    }
}

fn reason(notice: &Notice<SocketPeer>) -> Option<String> {
    match notice {
        Notice::Neighbors(neighbor_management::Notice::Refused { refusal, .. }) => {
            Some(refusal.to_string())
        }
        Notice::Walk(random_walk::Notice::Refused { refusal, .. }) => Some(refusal.to_string()),
        Notice::Adoption(adoption::Notice::Refused { refusal, .. }) => Some(refusal.to_string()),
        Notice::Shuffle(cyclon::Notice::Refused { refusal, .. }) => Some(refusal.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_counted_by_reason_and_nothing_else_is() -> Result<(), std::net::AddrParseError>
    {
        let from = SocketPeer::contact("127.0.0.1:7101".parse()?);
        let unasked =
            || Notice::Shuffle(cyclon::Notice::Refused { from, refusal: cyclon::Refusal::Unasked });
        let mut refusals = Refusals::default();
        assert_eq!((refusals.total(), refusals.foremost()), (0, None));
        refusals.hear(&Notice::Shuffle(cyclon::Notice::Failed(from)));
        refusals.hear(&unasked());
        refusals.hear(&unasked());
        let refusal = adoption::Refusal::Unasked;
        refusals.hear(&Notice::Adoption(adoption::Notice::Refused { from, refusal }));
        assert_eq!(refusals.total(), 3);
        assert_eq!(refusals.foremost(), Some("no exchange awaits this answer"));
        Ok(())
    }
}

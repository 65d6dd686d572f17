//! What the layers of a node refused: answers that nobody asked for, entries that name the receiver.

use std::collections::BTreeMap;

use rumormill::SocketPeer;
use rumormill::protocols::{adoption, averaging, cyclon, neighbor_management, random_walk, search};
use rumormill::stacks::overlay::Notice;
use rumormill::stacks::{census, member};
use serde::Serialize;

/// How many messages, or parts of messages, were refused, by reason.
#[derive(Default, Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Refusals {
    by_reason: BTreeMap<String, u64>,
}

impl Refusals {
    /// Counts it, if it is one.
    pub(super) fn hear(&mut self, notice: &member::Notice<SocketPeer>) {
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

fn reason(notice: &member::Notice<SocketPeer>) -> Option<String> {
    match notice {
        member::Notice::Overlay(notice) => reason_of_overlay(notice),
        member::Notice::Search(search::Notice::Refused { refusal, .. }) => {
            Some(refusal.to_string())
        }
        member::Notice::Census(census::Notice::Averaging(averaging::Notice::Refused {
            refusal,
            ..
        })) => Some(refusal.to_string()),
        member::Notice::Search(_) | member::Notice::Rumor(_) | member::Notice::Census(_) => None,
    }
}

fn reason_of_overlay(notice: &Notice<SocketPeer>) -> Option<String> {
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
        let of_overlay = member::Notice::Overlay;
        let refusal = cyclon::Refusal::Unasked;
        let unasked = || of_overlay(Notice::Shuffle(cyclon::Notice::Refused { from, refusal }));
        let mut refusals = Refusals::default();
        assert_eq!((refusals.total(), refusals.foremost()), (0, None));
        refusals.hear(&of_overlay(Notice::Shuffle(cyclon::Notice::Failed(from))));
        refusals.hear(&unasked());
        refusals.hear(&unasked());
        let refusal = adoption::Refusal::Unasked;
        refusals.hear(&of_overlay(Notice::Adoption(adoption::Notice::Refused { from, refusal })));
        let refusal = search::Refusal::Flooding;
        refusals.hear(&member::Notice::Search(search::Notice::Refused { from, refusal }));
        refusals.hear(&member::Notice::Search(search::Notice::Ended { tag: 1, servers: 0 }));
        assert_eq!(refusals.total(), 4);
        assert_eq!(refusals.foremost(), Some("no exchange awaits this answer"));
        Ok(())
    }
}

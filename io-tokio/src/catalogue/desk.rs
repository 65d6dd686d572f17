//! Where queries are answered.

use rumormill_core::Peer;
use rumormill_core::protocols::search::{Notice, Request};
use serde::Serialize;

use super::{Catalogue, Found, QueryError};

/// Answers the queries of others from a catalogue, and counts.
#[derive(Clone, Debug)]
pub struct Desk<C> {
    catalogue: C,
    asked: Asked,
}

/// What was asked of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Asked {
    /// Queries that came.
    pub queries: u64,
    /// Those of them that were answered, since something matched.
    pub answered: u64,
    /// What matched and was handed to the machine.
    pub results: u64,
    /// What matched and was not sent: there were too many results, or they came too late.
    pub left_out: u64,
    /// Queries that could not be understood, by reason.
    pub refused: RefusedQueries,
}

/// Queries that could not be understood, by reason: see [`QueryError`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RefusedQueries {
    /// No text in UTF-8.
    pub not_text: u64,
    /// Without a word.
    pub no_words: u64,
}

impl RefusedQueries {
    /// How many there were.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.not_text + self.no_words
    }
}

impl<C: Catalogue> Desk<C> {
    /// Answers from this catalogue.
    #[must_use]
    pub fn of(catalogue: C) -> Self {
        Self { catalogue, asked: Asked::default() }
    }

    /// What is to be asked of the machine that gave this notice, if anything.
    pub fn hear<P: Peer>(&mut self, notice: &Notice<P>) -> Option<Request<P>> {
        match notice {
            Notice::Asked { id, text } => {
                let results = self.look_up(text)?.results;
                (!results.is_empty()).then_some(Request::Matches { id: *id, results })
            }
            Notice::LeftOut { results, .. } => {
                self.asked.left_out += u64::from(*results);
                None
            }
            Notice::Hit { .. }
            | Notice::Ended { .. }
            | Notice::Failed { .. }
            | Notice::Refused { .. } => None,
        }
    }

    fn look_up(&mut self, query: &[u8]) -> Option<Found> {
        let asked = &mut self.asked;
        asked.queries += 1;
        match self.catalogue.find(query) {
            Ok(found) => {
                asked.answered += u64::from(!found.results.is_empty());
                asked.results += found.results.len() as u64;
                asked.left_out += found.more;
                return Some(found);
            }
            Err(QueryError::NotText) => asked.refused.not_text += 1,
            Err(QueryError::NoWords) => asked.refused.no_words += 1,
        }
        None
    }

    /// What was asked so far.
    #[must_use]
    pub fn asked(&self) -> Asked {
        self.asked
    }
}

#[cfg(test)]
mod tests {
    use rumormill_core::bytes::Bytes;
    use rumormill_core::rumor::Id;

    use super::*;
    use crate::catalogue::Memory;

    const ID: Id<u32> = Id { origin: 7, sequence: 3 };

    fn asked(query: &'static [u8]) -> Notice<u32> {
        Notice::Asked { id: ID, text: Bytes::from_static(query) }
    }

    #[test]
    fn queries_are_answered_where_something_matches_and_all_are_counted() {
        let mut desk = Desk::of(Memory::of((0..10).map(|number| format!("song {number}"))));
        let results = vec![Bytes::from("song 4")];
        assert_eq!(desk.hear(&asked(b"4")), Some(Request::Matches { id: ID, results }));
        assert!(desk.hear(&asked(b"song")).is_some());
        for in_vain in [asked(b"dance"), asked(b"\xff"), asked(b""), asked(b" ")] {
            assert_eq!(desk.hear(&in_vain), None);
        }
        assert_eq!(desk.hear(&Notice::LeftOut { id: ID, results: 8 }), None);
        assert_eq!(desk.hear(&Notice::<u32>::Ended { tag: 1, servers: 0 }), None);
        let refused = RefusedQueries { not_text: 1, no_words: 2 };
        let expected = Asked { queries: 6, answered: 2, results: 9, left_out: 2 + 8, refused };
        assert_eq!(desk.asked(), expected);
    }
}

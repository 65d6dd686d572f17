//! Titles in memory.

use std::io::{self, BufRead, Read};

use bytes::Bytes;
use rumormill_core::protocols::search::{MAX_RESULT, MAX_RESULTS};
use serde::Serialize;

use super::words::{Words, fold};
use super::{Catalogue, Found, QueryError};

/// The most titles in a catalogue.
///
/// Our choice: a few words are looked for in all of them within some milliseconds.
pub const MAX_TITLES: usize = 50_000;

/// Titles in memory, at most [`MAX_TITLES`] of at most [`MAX_RESULT`] bytes each. They are found by
/// [`Words`], in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    titles: Vec<Title>,
    pub(super) left_out: LeftOut,
}

#[derive(Clone, Debug)]
struct Title {
    text: Bytes,
    /// The same without capitals.
    folded: Box<str>,
}

/// What is not in a catalogue although it was to be, by reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct LeftOut {
    /// Titles that are no text in UTF-8; of a folder with such a name, all that is in it counts as one.
    pub not_text: u64,
    /// Titles that are longer than [`MAX_RESULT`] bytes.
    pub too_long: u64,
    /// Titles beyond the most that there may be.
    pub too_many: u64,
    /// Folders that lie too deep; all that is in one counts as one.
    pub too_deep: u64,
    /// Symbolic links, which are not followed.
    pub links: u64,
    /// What is neither a file nor a folder nor a link.
    pub special: u64,
    /// Folders, and entries of them, that cannot be read.
    pub unreadable: u64,
}

impl LeftOut {
    /// How often each reason counted, with its words.
    #[must_use]
    pub fn by_reason(&self) -> [(u64, &'static str); 7] {
        [
            (self.not_text, "not in UTF-8"),
            (self.too_long, "too long"),
            (self.too_many, "too many"),
            (self.too_deep, "too deep"),
            (self.links, "links"),
            (self.special, "neither files nor folders"),
            (self.unreadable, "unreadable"),
        ]
    }

    /// How much was left out.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_reason().iter().map(|&(count, _)| count).sum()
    }
}

impl Memory {
    /// A catalogue of these titles.
    #[must_use]
    pub fn of(titles: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut memory = Self::default();
        titles.into_iter().for_each(|title| memory.add(title.as_ref()));
        memory
    }

    /// A catalogue of the lines of a text, but for empty ones.
    ///
    /// # Errors
    /// When the text cannot be read to its end.
    pub fn read(mut text: impl BufRead) -> io::Result<Self> {
        const LONGEST_END: usize = 2;
        let enough = (MAX_RESULT + LONGEST_END) as u64;
        let (mut memory, mut line) = (Self::default(), Vec::new());
        while text.by_ref().take(enough).read_until(b'\n', &mut line)? > 0 {
            if line.pop_if(|&mut last| last == b'\n').is_none() {
                text.skip_until(b'\n')?;
            }
            line.pop_if(|&mut last| last == b'\r');
            if !line.is_empty() {
                memory.add(&line);
            }
            line.clear();
        }
        Ok(memory)
    }

    /// Adds a title, or counts that it was left out.
    pub fn add(&mut self, title: &[u8]) {
        self.add_within(MAX_TITLES, title);
    }

    /// The same with another limit.
    pub(super) fn add_within(&mut self, most: usize, title: &[u8]) {
        let left_out = &mut self.left_out;
        if title.len() > MAX_RESULT {
            left_out.too_long += 1;
        } else if self.titles.len() >= most {
            left_out.too_many += 1;
        } else if let Ok(text) = std::str::from_utf8(title) {
            let folded = fold(text).into();
            self.titles.push(Title { text: Bytes::copy_from_slice(title), folded });
        } else {
            left_out.not_text += 1;
        }
    }

    /// From now on they are found in the order of their bytes.
    pub(super) fn sort(&mut self) {
        self.titles.sort_unstable_by(|a, b| a.text.cmp(&b.text));
    }

    /// How many titles there are.
    #[must_use]
    pub fn titles(&self) -> usize {
        self.titles.len()
    }

    /// What was left out.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }
}

impl Catalogue for Memory {
    fn find(&self, query: &[u8]) -> Result<Found, QueryError> {
        let words = Words::of(query)?;
        let mut matching = self.titles.iter().filter(|title| words.match_folded(&title.folded));
        let results = matching.by_ref().take(MAX_RESULTS).map(|title| title.text.clone());
        Ok(Found { results: results.collect(), more: matching.count() as u64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_are_found_and_the_others_counted() {
        let memory = Memory::of((0..50).map(|number| format!("song {number}")));
        let found = memory.find(b"SONG").expect("words");
        let first: Vec<_> = (0..MAX_RESULTS).map(|number| format!("song {number}")).collect();
        assert_eq!((found.results, found.more), (first.into_iter().map(Bytes::from).collect(), 42));
        let found = memory.find(b"song 49").expect("words");
        assert_eq!(found, Found { results: vec![Bytes::from("song 49")], more: 0 });
        assert_eq!(memory.find(b"nothing like it"), Ok(Found::default()));
    }

    #[test]
    fn a_query_that_cannot_be_understood_is_an_error() {
        let memory = Memory::of(["song"]);
        assert_eq!(memory.find(b"\xff"), Err(QueryError::NotText));
        assert_eq!(memory.find(b"  "), Err(QueryError::NoWords));
    }

    #[test]
    fn each_line_of_a_text_is_a_title_and_what_follows_a_long_one_is_read() {
        let longest = "é".repeat(MAX_RESULT / 2);
        let text =
            format!("one\r\n\n\r\n{longest}\r\n{longest}x\r\n{longest}\r more\ntwo  \n three");
        let memory = Memory::read(text.as_bytes()).expect("memory does not fail");
        let titles: Vec<_> = memory.titles.iter().map(|title| title.text.clone()).collect();
        assert_eq!(titles, ["one", &longest, "two  ", " three"]);
        assert_eq!(memory.left_out(), LeftOut { too_long: 2, ..LeftOut::default() });
    }

    #[test]
    fn titles_keep_to_their_limits_and_what_is_left_out_is_counted() {
        let longest = "x".repeat(MAX_RESULT);
        let longer = "x".repeat(MAX_RESULT + 1);
        let mut memory = Memory::of([longest.as_bytes(), longer.as_bytes(), b"\xff\xfe"]);
        assert_eq!(memory.titles(), 1);
        let expected = LeftOut { too_long: 1, not_text: 1, ..LeftOut::default() };
        assert_eq!((memory.left_out(), expected.total()), (expected, 2));
        (0..MAX_TITLES + 2).for_each(|number| memory.add(number.to_string().as_bytes()));
        assert_eq!((memory.titles(), memory.left_out().too_many), (MAX_TITLES, 3));
    }
}

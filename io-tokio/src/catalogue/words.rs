//! What matches what.

use super::QueryError;

/// The words of a query. A title matches that contains all of them, in any order, in capitals or not,
/// within longer words or not.
///
/// Characters are compared as they are, but for their case: an accented letter differs from the same
/// letter with a combining accent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    folded: Vec<String>,
}

impl Words {
    /// The words of a query, which stand between blanks.
    ///
    /// # Errors
    /// When it is no text in UTF-8, or has no words.
    pub fn of(query: &[u8]) -> Result<Self, QueryError> {
        let text = std::str::from_utf8(query).map_err(|_| QueryError::NotText)?;
        let mut folded: Vec<String> = text.split_whitespace().map(fold).collect();
        // Who says a word often does not make it be looked for often.
        folded.sort_unstable();
        folded.dedup();
        if folded.is_empty() { Err(QueryError::NoWords) } else { Ok(Self { folded }) }
    }

    /// Whether a title has all of them.
    #[must_use]
    pub fn match_title(&self, title: &str) -> bool {
        self.match_folded(&fold(title))
    }

    pub(super) fn match_folded(&self, title: &str) -> bool {
        self.folded.iter().all(|word| title.contains(word.as_str()))
    }
}

/// Each character by itself, so that a part of a title becomes a part of what the title becomes.
pub(super) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(query: &str, title: &str) -> bool {
        Words::of(query.as_bytes()).expect("words").match_title(title)
    }

    #[test]
    fn all_words_in_any_order_in_capitals_or_not() {
        assert!(matches("train blue", "John Coltrane - Blue Train.flac"));
        assert!(matches("  TRAIN\t\nflac ", "Blue Train.flac"));
        assert!(matches("rain", "Blue Train.flac"), "within a word");
        assert!(!matches("blue bus", "Blue Train.flac"), "not one word alone");
        assert!(!matches("bluetrain", "Blue Train.flac"));
    }

    #[test]
    fn a_word_that_is_said_twice_is_looked_for_once() {
        assert_eq!(Words::of(b"Blue train BLUE"), Words::of(b"train blue"));
    }

    #[test]
    fn letters_of_any_language_have_their_case_folded() {
        assert!(matches("ÄRGER", "der ärger.txt"));
        assert!(matches("ΟΔΟΣ", "ΟΔΟΣΑ"), "what ends a word may go on in another");
        assert!(matches("щука", "ЩУКА"));
        assert!(!matches("e\u{301}t\u{e9}", "\u{e9}t\u{e9}"), "accents are as they are");
    }

    #[test]
    fn what_is_no_text_or_has_no_words_is_refused() {
        assert_eq!(Words::of(b"caf\xe9"), Err(QueryError::NotText));
        for blank in ["", " ", "\u{3000}\t\n"] {
            assert_eq!(Words::of(blank.as_bytes()), Err(QueryError::NoWords), "{blank:?}");
        }
    }
}

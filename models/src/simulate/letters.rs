//! The messages under way: each is kept once, however many it goes to.

use super::shelf::Shelf;

#[derive(Debug)]
pub(crate) struct Letters<M>(Shelf<Letter<M>>);

#[derive(Debug)]
struct Letter<M> {
    from: u32,
    message: M,
    /// To how many it is still under way.
    copies: u32,
}

impl<M: Clone> Letters<M> {
    pub(crate) fn new() -> Self {
        Self(Shelf::new())
    }

    /// The number that the next letter will have.
    pub(crate) fn next(&self) -> u32 {
        self.0.next()
    }

    /// A message that is under way to so many, at least one.
    pub(crate) fn post(&mut self, from: u32, message: M, copies: u32) {
        self.0.put(Letter { from, message, copies });
    }

    /// The message of a letter, and who sent it.
    pub(crate) fn read(&self, letter: u32) -> (&M, u32) {
        let Letter { message, from, .. } = self.0.get(letter).expect(UNDER_WAY);
        (message, *from)
    }

    /// One copy arrives. The last one is the message itself.
    #[inline]
    pub(crate) fn arrive(&mut self, letter: u32) -> (M, u32) {
        let shared = self.0.get_mut(letter).expect(UNDER_WAY);
        if shared.copies > 1 {
            shared.copies -= 1;
            return (shared.message.clone(), shared.from);
        }
        let Letter { message, from, .. } = self.0.take(letter).expect(UNDER_WAY);
        (message, from)
    }

    /// One copy arrives at nobody.
    pub(crate) fn discard(&mut self, letter: u32) {
        let shared = self.0.get_mut(letter).expect(UNDER_WAY);
        shared.copies -= 1;
        if shared.copies == 0 {
            self.0.take(letter);
        }
    }
}

const UNDER_WAY: &str = "a letter is kept until its last copy has arrived";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_kept_until_its_last_copy_has_arrived_at_somebody_or_nobody() {
        let mut letters = Letters::new();
        let first = letters.next();
        letters.post(7, "a", 3);
        assert_ne!(letters.next(), first);
        assert_eq!(letters.read(first), (&"a", 7));
        letters.discard(first);
        assert_eq!(letters.arrive(first), ("a", 7));
        assert_ne!(letters.next(), first);
        letters.discard(first);
        assert_eq!(letters.next(), first, "its number is free");
        letters.post(8, "b", 1);
        assert_eq!(letters.arrive(first), ("b", 8));
        assert_eq!(letters.next(), first);
    }
}

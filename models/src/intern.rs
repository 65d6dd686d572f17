//! Numbers for values, so that a state of the world is a short list of numbers.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

/// Gives equal values the same number, and different values different ones.
pub(crate) struct Interner<T> {
    values: Vec<T>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl<T: Eq + Hash> Interner<T> {
    pub(crate) fn new() -> Self {
        Self {
            values: Vec::new(),
            numbers: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    pub(crate) fn number(&mut self, value: T) -> u32 {
        let Self { values, numbers, hasher } = self;
        let hash = hasher.hash_one(&value);
        if let Some(&number) = numbers.find(hash, |&number| values[number as usize] == value) {
            return number;
        }
        let number = values.len() as u32;
        values.push(value);
        numbers.insert_unique(hash, number, |&number| hasher.hash_one(&values[number as usize]));
        number
    }

    pub(crate) fn value(&self, number: u32) -> &T {
        &self.values[number as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

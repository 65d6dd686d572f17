//! Every state that was met, once, as bytes.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Numbers states in the order in which they are met.
#[derive(Default)]
pub(crate) struct StateStore {
    bytes: Vec<u8>,
    /// Where each state ends.
    ends: Vec<u64>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl StateStore {
    pub(crate) fn len(&self) -> u32 {
        self.ends.len() as u32
    }

    pub(crate) fn get(&self, number: u32) -> &[u8] {
        slice(&self.bytes, &self.ends, number)
    }

    /// The number of a state, if it was met.
    pub(crate) fn find(&self, state: &[u8]) -> Option<u32> {
        let same = |&number: &u32| self.get(number) == state;
        self.numbers.find(self.hasher.hash_one(state), same).copied()
    }

    /// The bytes of memory that the states take, as reserved.
    pub(crate) fn bytes_reserved(&self) -> usize {
        let entry = size_of::<u32>() + 1;
        self.bytes.capacity()
            + self.ends.capacity() * size_of::<u64>()
            + self.numbers.capacity() * entry * 8 / 7
    }

    /// The state's number, and whether it is new.
    pub(crate) fn insert(&mut self, state: &[u8]) -> (u32, bool) {
        let Self { bytes, ends, numbers, hasher } = self;
        let hash = hasher.hash_one(state);
        let same = |&number: &u32| slice(bytes, ends, number) == state;
        if let Some(&number) = numbers.find(hash, same) {
            return (number, false);
        }
        let number = ends.len() as u32;
        bytes.extend_from_slice(state);
        ends.push(bytes.len() as u64);
        let rehash = |&number: &u32| hasher.hash_one(slice(bytes, ends, number));
        numbers.insert_unique(hash, number, rehash);
        (number, true)
    }
}

fn slice<'a>(bytes: &'a [u8], ends: &[u64], number: u32) -> &'a [u8] {
    let start = number.checked_sub(1).map_or(0, |before| ends[before as usize]);
    &bytes[start as usize..ends[number as usize] as usize]
}

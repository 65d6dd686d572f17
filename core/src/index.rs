//! Where in a list each item is.

use alloc::vec::Vec;

/// An index of a list that grows at its end, by the hashes of its items. It follows from the list,
/// so it is no part of a value.
///
/// Open addressing with linear probing, sparse: most often the first slot looked at is the right
/// one, so the place of an item is known after one load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// Places in the list, or [`FREE`]: a power of two of them, or none.
    slots: Vec<u32>,
}

/// No list is that long.
const FREE: u32 = u32::MAX;

/// Of so many slots at most one is taken.
const SPARSE: usize = 4;

impl Index {
    /// The list has so many items now, and `hash_of` tells their hashes.
    pub(crate) fn rebuild(&mut self, length: usize, hash_of: impl Fn(usize) -> u64) {
        let slots = if length == 0 { 0 } else { (SPARSE * length).next_power_of_two() };
        self.slots.clear();
        self.slots.resize(slots, FREE);
        (0..length).for_each(|place| self.put(hash_of(place), place));
    }

    /// The list has a new item at its end, at `place`.
    pub(crate) fn insert(&mut self, place: usize, hash_of: impl Fn(usize) -> u64) {
        if SPARSE * (place + 1) > self.slots.len() {
            self.rebuild(place + 1, hash_of);
        } else {
            self.put(hash_of(place), place);
        }
    }

    /// The place of the item of that hash that `is_it` recognises.
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mut slot = self.first_slot(hash);
        loop {
            let place = *self.slots.get(slot)?;
            if place == FREE {
                return None;
            }
            if is_it(place as usize) {
                return Some(place as usize);
            }
            slot = self.after(slot);
        }
    }

    fn put(&mut self, hash: u64, place: usize) {
        let mut slot = self.first_slot(hash);
        while self.slots[slot] != FREE {
            slot = self.after(slot);
        }
        self.slots[slot] = place as u32;
    }

    /// Of both halves of the hash, since either may be regular for regular items.
    fn first_slot(&self, hash: u64) -> usize {
        (hash ^ hash >> 32) as usize & self.slots.len().wrapping_sub(1)
    }

    fn after(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }
}

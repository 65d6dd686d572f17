//! What is to happen when.

use std::array;

/// How many bits of a time choose the slot of a level.
const BITS: u32 = 8;
const SLOTS: usize = 1 << BITS;
const LEVELS: usize = u64::BITS.div_ceil(BITS) as usize;

/// A calendar: entries come out in the order of their times, and of their entering where times are
/// equal.
///
/// A hierarchy of timing wheels (G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels",
/// 1987). The time that was reached and that of an entry differ first in some digit to the base of
/// [`SLOTS`]: it says on which level the entry waits, and the entry's own digit says in which slot.
/// When a slot of a higher level is reached, what is in it moves to lower levels, in its order. So
/// an entry is moved a few times at most, whatever is pending; and entries of equal time are always
/// in the same slot, so their order is kept.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    /// No entry is earlier.
    reached: u64,
    levels: [Level<T>; LEVELS],
    /// How many entries of the slot of `reached`, on the lowest level, have come out.
    taken: usize,
    pending: usize,
}

#[derive(Debug)]
struct Level<T> {
    slots: Vec<Vec<(u64, T)>>,
    /// A bit for each slot that is not empty.
    occupied: [u64; SLOTS / u64::BITS as usize],
}

impl<T: Copy> Agenda<T> {
    pub(crate) fn new() -> Self {
        let levels = array::from_fn(|_| Level::new());
        Self { reached: 0, levels, taken: 0, pending: 0 }
    }

    /// Whether nothing is to happen.
    pub(crate) fn is_empty(&self) -> bool {
        self.pending == 0
    }

    /// Enters what is to happen at a time that is not before that of the last entry that came out.
    #[inline]
    pub(crate) fn enter(&mut self, time: u64, entry: T) {
        debug_assert!(time >= self.reached, "the past is over");
        self.pending += 1;
        self.put(time, entry);
    }

    /// The next entry, and when it is due, unless that is after `end`.
    #[inline]
    pub(crate) fn next(&mut self, end: u64) -> Option<(u64, T)> {
        loop {
            let slot = self.levels[0].slot(digit(self.reached, 0));
            if let Some(&(time, entry)) = slot.get(self.taken) {
                if time > end {
                    return None;
                }
                self.taken += 1;
                self.pending -= 1;
                return Some((time, entry));
            }
            if !self.advance(end) {
                return None;
            }
        }
    }

    /// Goes to the next slot that is not empty, if it begins by `end`. The slot of the time that was
    /// reached has been emptied.
    #[cold]
    fn advance(&mut self, end: u64) -> bool {
        self.levels[0].clear(digit(self.reached, 0));
        self.taken = 0;
        for level in 0..LEVELS {
            if let Some(slot) = self.levels[level].first_occupied() {
                let time = begin(self.reached, level, slot);
                if time > end {
                    return false;
                }
                self.reached = time;
                if level > 0 {
                    self.spread(level, slot);
                }
                return true;
            }
        }
        false
    }

    /// Moves what is in a slot that has been reached to lower levels.
    fn spread(&mut self, level: usize, slot: usize) {
        let mut entries = self.levels[level].take(slot);
        for &(time, entry) in &entries {
            self.put(time, entry);
        }
        entries.clear();
        self.levels[level].slots[slot] = entries;
    }

    fn put(&mut self, time: u64, entry: T) {
        let differing = (time ^ self.reached) | 1;
        let level = (differing.ilog2() / BITS) as usize;
        self.levels[level].push(digit(time, level), (time, entry));
    }
}

/// The digit of a time on a level.
fn digit(time: u64, level: usize) -> usize {
    (time >> (level as u32 * BITS)) as usize % SLOTS
}

/// When a slot of a level begins, if the higher digits are those of `reached`.
fn begin(reached: u64, level: usize, slot: usize) -> u64 {
    let shift = level as u32 * BITS;
    let higher = reached.checked_shr(shift + BITS).unwrap_or(0);
    let higher = higher.checked_shl(shift + BITS).unwrap_or(0);
    higher | (slot as u64) << shift
}

impl<T> Level<T> {
    fn new() -> Self {
        let slots = (0..SLOTS).map(|_| Vec::new()).collect();
        Self { slots, occupied: [0; SLOTS / u64::BITS as usize] }
    }

    fn slot(&self, slot: usize) -> &[(u64, T)] {
        &self.slots[slot]
    }

    fn push(&mut self, slot: usize, entry: (u64, T)) {
        self.slots[slot].push(entry);
        self.occupied[slot / 64] |= 1 << (slot % 64);
    }

    fn clear(&mut self, slot: usize) {
        self.slots[slot].clear();
        self.occupied[slot / 64] &= !(1 << (slot % 64));
    }

    fn take(&mut self, slot: usize) -> Vec<(u64, T)> {
        self.occupied[slot / 64] &= !(1 << (slot % 64));
        std::mem::take(&mut self.slots[slot])
    }

    fn first_occupied(&self) -> Option<usize> {
        let word = self.occupied.iter().position(|&word| word != 0)?;
        Some(word * 64 + self.occupied[word].trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// What one does with an agenda.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        /// Enter something so long after the time that was reached.
        Enter(u64),
        /// Take what is due so long after the time that was reached.
        Take(u64),
    }

    /// Delays of every magnitude, many of them equal.
    fn delay() -> impl Strategy<Value = u64> {
        let magnitude = (0..45_u32, 0..4_u64).prop_map(|(bits, steps)| steps << bits);
        prop_oneof![0..3_u64, 1000..1030_u64, magnitude]
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![3 => delay().prop_map(Act::Enter), 1 => delay().prop_map(Act::Take)]
    }

    proptest! {
        /// The naive agenda: a list that is searched for the first of the earliest.
        #[test]
        fn entries_come_in_their_order(acts in vec(act(), 0..200)) {
            let (mut agenda, mut naive, mut now) = (Agenda::new(), Vec::new(), 0);
            for (number, act) in acts.into_iter().enumerate() {
                match act {
                    Act::Enter(after) => {
                        agenda.enter(now + after, number);
                        naive.push((now + after, number));
                    }
                    Act::Take(after) => {
                        let end = now + after;
                        let first = naive.iter().min().copied().filter(|&(time, _)| time <= end);
                        prop_assert_eq!(agenda.next(end), first);
                        naive.retain(|&entry| Some(entry) != first);
                        now = first.map_or(end, |(time, _)| time);
                    }
                }
                prop_assert_eq!(agenda.is_empty(), naive.is_empty());
            }
            naive.sort_unstable();
            for entry in naive {
                prop_assert_eq!(agenda.next(u64::MAX), Some(entry));
            }
            prop_assert_eq!(agenda.next(u64::MAX), None);
        }
    }

    #[test]
    fn the_end_of_time_is_a_time() {
        let mut agenda = Agenda::new();
        agenda.enter(u64::MAX, 1);
        agenda.enter(3, 0);
        assert_eq!(agenda.next(2), None);
        assert_eq!(agenda.next(3), Some((3, 0)));
        assert_eq!(agenda.next(u64::MAX - 1), None);
        assert_eq!(agenda.next(u64::MAX), Some((u64::MAX, 1)));
    }
}

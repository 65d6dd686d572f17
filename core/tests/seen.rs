//! The duplicate filter against a reference that remembers everything.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use proptest::prelude::*;
use rumormill_core::rumor::Id;
use rumormill_core::seen::{Memory, Refusal, Seen, WINDOW};

/// What the documentation of the filter says, said again with sets.
struct Reference {
    memory: Memory,
    /// In the order in which they were first heard of.
    known: Vec<u32>,
    silent: BTreeMap<u32, u32>,
    accepted: BTreeMap<u32, BTreeSet<u64>>,
}

impl Reference {
    fn new(memory: Memory) -> Self {
        let (silent, accepted) = (BTreeMap::new(), BTreeMap::new());
        Self { memory, known: Vec::new(), silent, accepted }
    }

    fn insert(&mut self, origin: u32, sequence: u64) -> Result<(), Refusal> {
        if !self.known.contains(&origin) {
            self.make_room()?;
            self.known.push(origin);
            self.accepted.insert(origin, BTreeSet::new());
        }
        let accepted = self.accepted.get_mut(&origin).expect("known");
        let latest = accepted.last().copied().unwrap_or(sequence);
        if latest.checked_sub(sequence).is_some_and(|age| age >= u64::from(WINDOW)) {
            return Err(Refusal::TooOld);
        }
        if !accepted.insert(sequence) {
            return Err(Refusal::Repeated);
        }
        self.silent.insert(origin, 0);
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), Refusal> {
        if self.known.len() < self.memory.origins as usize {
            return Ok(());
        }
        let limit = self.memory.forget_after.ok_or(Refusal::NoRoom)?;
        let silent_enough = |origin: &u32| self.silent[origin] >= u32::from(limit);
        let first = self.known.iter().position(silent_enough).ok_or(Refusal::NoRoom)?;
        self.known.remove(first);
        Ok(())
    }

    fn period_passed(&mut self) {
        self.silent.values_mut().for_each(|silent| *silent += 1);
    }

    fn contains(&self, origin: u32, sequence: u64) -> bool {
        self.known.contains(&origin) && {
            let accepted = &self.accepted[&origin];
            let latest = *accepted.last().expect("one was accepted");
            accepted.contains(&sequence) && latest - sequence < u64::from(WINDOW)
        }
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Insert(u32, u64),
    Period,
    /// Through a file and back.
    RoundTrip,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let near = 0..300_u64;
    let far = prop_oneof![
        Just(0),
        Just(u64::MAX),
        Just(u64::MAX - 127),
        Just(u64::MAX - 128),
        Just(u64::from(u32::MAX)),
        Just(1 << 32),
        any::<u64>()
    ];
    let deed = prop_oneof![
        20 => (0..20_u32, near).prop_map(|(origin, sequence)| Deed::Insert(origin, sequence)),
        2 => (0..20_u32, far).prop_map(|(origin, sequence)| Deed::Insert(origin, sequence)),
        2 => Just(Deed::Period),
        1 => Just(Deed::RoundTrip),
    ];
    proptest::collection::vec(deed, 0..400)
}

fn memories() -> impl Strategy<Value = Memory> {
    // Around the 8 origins up to which the filter looks through all of them.
    let origins = prop_oneof![Just(0), Just(1), 6..12_u32, Just(100)];
    (origins, proptest::option::of(0..4_u8))
        .prop_map(|(origins, forget_after)| Memory { origins, forget_after })
}

fn round_trip(seen: &Seen<u32>) -> Seen<u32> {
    let bytes = postcard::to_allocvec(seen).expect("a value");
    postcard::from_bytes(&bytes).expect("the same value")
}

fn hash(seen: &Seen<u32>) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(seen)
}

proptest! {
    /// Every answer is the reference's, whatever the seed of the filter's own hasher (each filter
    /// has another), and a filter that went through a file is the same value and acts alike.
    #[test]
    fn a_filter_is_what_its_documentation_says(memory in memories(), deeds in deeds()) {
        let mut reference = Reference::new(memory);
        let (mut seen, mut other) = (Seen::<u32>::new(memory), Seen::<u32>::new(memory));
        for deed in deeds {
            match deed {
                Deed::Insert(origin, sequence) => {
                    let id = Id { origin, sequence };
                    let expected = reference.insert(origin, sequence);
                    let before = seen.clone();
                    prop_assert_eq!(seen.insert(id), expected);
                    prop_assert_eq!(seen != before, expected.is_ok());
                    prop_assert_eq!(other.insert(id), expected);
                    for sequence in [sequence, sequence.wrapping_add(1), sequence.wrapping_sub(127)] {
                        let known = reference.contains(origin, sequence);
                        prop_assert_eq!(seen.contains(&Id { origin, sequence }), known);
                    }
                }
                Deed::Period => {
                    reference.period_passed();
                    seen.period_passed();
                    other.period_passed();
                }
                Deed::RoundTrip => seen = round_trip(&seen),
            }
            prop_assert_eq!(seen.origins(), reference.known.len());
            prop_assert!(seen.origins() <= memory.origins as usize);
        }
        prop_assert_eq!(&seen, &other);
        prop_assert_eq!(hash(&seen), hash(&other));
        prop_assert_eq!(&round_trip(&seen), &seen);
    }

    /// Without forgetting, nothing is ever accepted twice.
    #[test]
    fn at_most_once_without_conditions(origins in 0..12_u32, deeds in deeds()) {
        let mut seen = Seen::<u32>::new(Memory { origins, forget_after: None });
        let mut accepted = BTreeSet::new();
        for deed in deeds {
            match deed {
                Deed::Insert(origin, sequence) => {
                    let id = Id { origin, sequence };
                    prop_assert!(seen.insert(id).is_err() || accepted.insert(id));
                }
                Deed::Period => seen.period_passed(),
                Deed::RoundTrip => seen = round_trip(&seen),
            }
        }
    }

    /// With forgetting, what is accepted twice was accepted before a silence of its origin that
    /// lasted for as many periods as the documentation says.
    #[test]
    fn at_most_once_up_to_a_silence(
        origins in 1..12_u32,
        limit in 0..4_u8,
        deeds in deeds(),
    ) {
        let mut seen = Seen::<u32>::new(Memory { origins, forget_after: Some(limit) });
        let mut silent = BTreeMap::<u32, u8>::new();
        let mut accepted_since_silence = BTreeSet::new();
        for deed in deeds {
            match deed {
                Deed::Insert(origin, sequence) => {
                    if limit == 0 {
                        accepted_since_silence.retain(|id: &Id<u32>| id.origin == origin);
                    }
                    let id = Id { origin, sequence };
                    if seen.insert(id).is_ok() {
                        silent.insert(origin, 0);
                        prop_assert!(accepted_since_silence.insert(id));
                    }
                }
                Deed::Period => {
                    seen.period_passed();
                    silent.values_mut().for_each(|periods| *periods = periods.saturating_add(1));
                    accepted_since_silence.retain(|id| silent[&id.origin] < limit);
                }
                Deed::RoundTrip => seen = round_trip(&seen),
            }
        }
    }
}

#[test]
fn a_jump_beyond_the_window_forgets_the_window_and_nothing_wraps_around() {
    let mut seen = Seen::<u8>::new(Memory { origins: 1, forget_after: None });
    let id = |sequence| Id { origin: 7, sequence };
    assert_eq!(seen.insert(id(0)), Ok(()));
    assert_eq!(seen.insert(id(127)), Ok(()));
    assert_eq!(seen.insert(id(0)), Err(Refusal::Repeated));
    assert_eq!(seen.insert(id(128)), Ok(()));
    assert_eq!(seen.insert(id(0)), Err(Refusal::TooOld));
    assert_eq!(seen.insert(id(1)), Ok(()));
    assert_eq!(seen.insert(id(u64::MAX)), Ok(()));
    assert_eq!(seen.insert(id(u64::MAX)), Err(Refusal::Repeated));
    assert_eq!(seen.insert(id(u64::MAX - 127)), Ok(()));
    assert_eq!(seen.insert(id(u64::MAX - 128)), Err(Refusal::TooOld));
    assert_eq!(seen.insert(id(0)), Err(Refusal::TooOld));
}

#[test]
fn a_file_cannot_smuggle_in_a_broken_filter() {
    type Origin = (u8, u8, u64, u128);
    let read = |memory: (u32, Option<u8>), origins: &[Origin]| {
        let bytes = postcard::to_allocvec(&(memory, origins)).expect("bytes");
        postcard::from_bytes::<Seen<u8>>(&bytes).is_ok()
    };
    assert!(read((2, Some(3)), &[(1, 3, 0, 1), (2, 0, 127, u128::MAX)]));
    assert!(!read((1, Some(3)), &[(1, 0, 0, 1), (2, 0, 0, 1)]), "more origins than places");
    assert!(!read((2, Some(3)), &[(1, 0, 0, 1), (1, 0, 0, 1)]), "an origin twice");
    assert!(!read((2, Some(3)), &[(1, 4, 0, 1)]), "more silence than is counted");
    assert!(!read((2, None), &[(1, 1, 0, 1)]), "silence that is not counted");
    assert!(!read((2, None), &[(1, 0, 5, 2)]), "the latest was not received");
    assert!(!read((2, None), &[(1, 0, 0, 3)]), "received before the first");
}

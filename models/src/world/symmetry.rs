//! States that are equal but for the names of machines that nothing tells apart.
//!
//! Nothing here is believed. Machines are interchangeable if swapping two of them in the setting
//! changes nothing; and whatever step of a machine is remembered is taken again by the renamed
//! machine, under every renaming that can come, and must have the renamed outcomes. So what is true
//! of one state of a class is true of all that it stands for, as far as it names no machine.
//!
//! A class has another side: its states may differ in the order of lists whose order means nothing.
//! There, steps are compared in neighbouring orders.

mod canonical;
mod renamed;
mod verified;

use std::borrow::Cow;

use rumormill_core::Protocol;
use serde::Serialize;

use super::steps::Steps;
use super::{Application, Setting, State, World, WorldError};
use crate::ModelPeer;
use crate::renaming::encode;
use canonical::{Labelling, arrangements};
pub(super) use renamed::Renamed;
use renamed::Swap;

/// The most machines in a world whose symmetry is used: the number of their renamings is counted in
/// 128 bits.
pub const MAX_SYMMETRIC: usize = 34;

/// All states that are one state up to the names of interchangeable machines and the order of sets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Class<'a> {
    /// The one that stands for all of them, encoded.
    pub representative: Cow<'a, [u8]>,
    /// How many they are, not counting those that differ in the order of sets.
    pub size: u128,
}

/// Which machines are interchangeable.
pub(super) struct Symmetry {
    /// The first of the machines that each is interchangeable with.
    kinds: Vec<u8>,
}

impl Symmetry {
    /// Compares the machines of a world before its first state.
    pub(super) fn of<X, A>(setting: &Setting<X, A>) -> Result<Self, WorldError>
    where
        X: Protocol<ModelPeer>,
        A: Application<X>,
    {
        if setting.nodes.len() > MAX_SYMMETRIC {
            return Err(WorldError::TooManyAlike(setting.nodes.len()));
        }
        let kinds = firsts(setting.nodes.len(), |swap| is_harmless(setting, swap))?;
        if arrangements(&kinds) == 1 { Err(WorldError::NobodyAlike) } else { Ok(Self { kinds }) }
    }

    /// Swaps that together make every renaming of interchangeable machines.
    fn generators(&self) -> impl Iterator<Item = Swap> {
        let kinds = self.kinds.iter().enumerate();
        kinds.map(|(node, &kind)| Swap(kind, node as u8)).filter(|swap| swap.0 != swap.1)
    }
}

/// Whether the swap changes nothing in the setting: neither what is asked of whom, nor the machines.
fn is_harmless<X, A>(setting: &Setting<X, A>, swap: Swap) -> Result<bool, WorldError>
where
    X: Protocol<ModelPeer>,
    A: Application<X>,
{
    let Setting { nodes, later_lives, latecomers, first_requests, requests, .. } = setting;
    let (names, forgeries) = (swap.names(), setting.forgeries.iter());
    let start_is_a_rule = !setting.from_any_start;
    let asked_first = if start_is_a_rule { &first_requests[..] } else { &[] };
    let machines = nodes.iter().filter(|_| start_is_a_rule).chain(later_lives);
    let asked = (asked_first, requests);
    Ok(encode(&asked, &names)? == encode(&asked, &[])?
        && are_among_themselves(forgeries, &names)?
        && are_among_themselves(machines, &names)?
        && are_among_themselves(latecomers.iter(), &names)?)
}

/// Whether each of these is another of them, or itself, under its new name.
fn are_among_themselves<'a, T: Serialize + 'a>(
    values: impl Iterator<Item = &'a T> + Clone,
    names: &[u8],
) -> Result<bool, WorldError> {
    let encoded = |names| {
        let mut encoded =
            values.clone().map(|value| encode(value, names)).collect::<Result<Vec<_>, _>>()?;
        encoded.sort_unstable();
        Ok::<_, WorldError>(encoded)
    };
    Ok(encoded(names)? == encoded(&[])?)
}

/// For each machine the first that it may be swapped with.
fn firsts(
    machines: usize,
    mut may_swap: impl FnMut(Swap) -> Result<bool, WorldError>,
) -> Result<Vec<u8>, WorldError> {
    let mut firsts: Vec<u8> = Vec::with_capacity(machines);
    for node in 0..machines as u8 {
        let mut first = node;
        for earlier in 0..node {
            if firsts[usize::from(earlier)] == earlier && may_swap(Swap(earlier, node))? {
                first = earlier;
                break;
            }
        }
        firsts.push(first);
    }
    Ok(firsts)
}

impl<X: Protocol<ModelPeer>, A: Application<X>> World<X, A> {
    /// Whether states that are equal but for names are one state.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        self.symmetry.is_some()
    }

    /// Whether what is explored are classes of states.
    #[must_use]
    pub fn has_classes(&self) -> bool {
        self.is_symmetric() || self.unordered
    }

    /// The states that an encoded one is equal to but for the names of interchangeable machines and
    /// the order of sets; itself alone, where the world does not take them for one.
    ///
    /// # Errors
    /// When a machine was seen to act otherwise under another name or in another order.
    pub fn class_of<'a>(&self, bytes: &'a [u8]) -> Result<Class<'a>, WorldError> {
        if !self.has_classes() {
            return Ok(Class { representative: bytes.into(), size: 1 });
        }
        let mut steps = self.steps();
        self.verify_alike(&mut steps)?;
        let mut state = State::default();
        state.decode(self.nodes.len(), bytes);
        if let Some(symmetry) = &self.symmetry {
            return Labelling::of(&symmetry.kinds, &mut steps, &state);
        }
        let mut representative = Vec::with_capacity(bytes.len());
        steps.swapped(&state, Swap::NOBODY)?.encode(&mut representative);
        Ok(Class { representative: representative.into(), size: 1 })
    }

    /// The encoded state with each pair of a sufficient set of interchangeable machines swapped:
    /// whatever tells no state from any of these is indifferent to names.
    ///
    /// # Errors
    /// When the state cannot be renamed.
    pub(crate) fn swapped(&self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, WorldError> {
        let mut state = State::default();
        state.decode(self.nodes.len(), bytes);
        let mut steps = self.steps();
        let swap = |swap| {
            let mut bytes = Vec::new();
            steps.swapped(&state, swap)?.encode(&mut bytes);
            Ok(bytes)
        };
        self.symmetry.iter().flat_map(Symmetry::generators).map(swap).collect()
    }
}

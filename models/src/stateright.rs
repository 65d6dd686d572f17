//! The same worlds before an independent checker, stateright, and its interactive page.
//!
//! Our explorer is the authority; this is the second opinion. Both must count the same states and
//! agree on every safety verdict. Liveness is not asked of stateright: its `eventually` misses
//! violations on cycles and on joins.

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use rumormill_core::Protocol;
use stateright::{Checker, Expectation, Model, Path};

use crate::ModelPeer;
use crate::explore::{MAX_PROPERTIES, Notion, Property, Verdict};
use crate::space::{Claimed, Space};
use crate::world::{Application, Kind, Successors, World};

/// A world and its properties.
pub struct Judged<X: Protocol<ModelPeer>, A: Application<X>> {
    /// The world.
    pub world: Arc<World<X, A>>,
    /// What is claimed of it.
    pub properties: Arc<Vec<Property<X, A>>>,
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Clone for Judged<X, A> {
    fn clone(&self) -> Self {
        Self { world: self.world.clone(), properties: self.properties.clone() }
    }
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Judged<X, A> {
    /// As stateright wants them.
    #[must_use]
    pub fn asked(&self) -> Asked {
        let Self { world, properties } = self.clone();
        let claims = Claimed::by(&properties).into();
        let space = world.clone();
        let holds = move |property: usize, state: &[u8]| {
            let predicate = properties.get(property).map(|property| &property.holds);
            world.judge(state, predicate.into_iter()) == 1
        };
        Asked { space, claims, holds: Arc::new(holds) }
    }
}

/// A world and its properties before stateright, whatever the world's machines are.
#[derive(Clone)]
pub struct Asked {
    space: Arc<dyn Space>,
    claims: Arc<[Claimed]>,
    holds: Arc<Holds>,
}

/// Whether the property at a place in the list holds in an encoded state.
type Holds = dyn Fn(usize, &[u8]) -> bool + Send + Sync;

/// A state of the world, as bytes; where the world takes several for one, that which stands for
/// them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Encoded(Arc<[u8]>);

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// An action and one of its outcomes, with the state that it leads to.
#[derive(Clone, Debug)]
pub struct Step {
    kind: Kind,
    before: Encoded,
    after: Encoded,
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.before == other.before && self.after == other.after
    }
}

/// Stateright stops when all its properties are decided, and a `sometimes` is decided early; this
/// one never is, so that all states are counted.
const COMPLETE: &str = "every state was visited";

impl Model for Asked {
    type State = Encoded;
    type Action = Step;

    fn init_states(&self) -> Vec<Encoded> {
        let Ok(first) = self.space.first_states() else { return Vec::new() };
        let states = first.choices().flat_map(|choice| first.outcomes(choice));
        states.filter_map(|(_, state)| self.representative(&Encoded(state.into()))).collect()
    }

    fn actions(&self, state: &Encoded, actions: &mut Vec<Step>) {
        let mut successors = Successors::default();
        if self.space.expand(&state.0, &mut successors).is_err() {
            return;
        }
        for choice in successors.choices() {
            for (_, after) in successors.outcomes(choice) {
                let (before, after) = (state.clone(), Encoded(after.into()));
                actions.push(Step { kind: choice.action.kind, before, after });
            }
        }
    }

    fn next_state(&self, _: &Encoded, action: Step) -> Option<Encoded> {
        self.representative(&action.after)
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        let complete = stateright::Property::always(COMPLETE, |_: &Self, _: &Encoded| true);
        let safety = self.claims.iter().zip(conditions()).filter_map(|(claim, condition)| {
            let expectation = match claim.notion {
                Notion::Always => Expectation::Always,
                Notion::Sometimes => Expectation::Sometimes,
                _ => return None,
            };
            Some(stateright::Property { expectation, name: claim.name, condition })
        });
        safety.chain([complete]).collect()
    }

    fn format_action(&self, action: &Step) -> String {
        let told = self.space.tell_step(&action.before.0, &action.after.0);
        told.unwrap_or_else(|| format!("{:?}", action.kind))
    }

    fn format_step(&self, _: &Encoded, action: Step) -> Option<String> {
        Some(self.space.show(&self.representative(&action.after)?.0))
    }

    fn as_svg(&self, path: Path<Encoded, Step>) -> Option<String> {
        let states = path.into_states();
        let states: Vec<_> = states.iter().map(|state| &state.0[..]).collect();
        self.space.draw(&states)
    }
}

type Condition = fn(&Asked, &Encoded) -> bool;

/// Stateright's conditions are plain functions, so each place in the list has one of its own.
fn conditions() -> Vec<Condition> {
    macro_rules! at {
        ($($place:literal)*) => { vec![$(holds::<$place> as Condition),*] };
    }
    at!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
}

/// The most properties that can be put before stateright.
pub const MAX_ASKED: usize = 16;
const _: () = assert!(MAX_ASKED <= MAX_PROPERTIES);

fn holds<const PLACE: usize>(asked: &Asked, state: &Encoded) -> bool {
    asked.holds(PLACE, state)
}

impl Asked {
    /// The state that stands for this one and those that are the same; none where a machine was seen
    /// to tell them apart.
    fn representative(&self, state: &Encoded) -> Option<Encoded> {
        match self.space.class_of(&state.0).ok()?.representative {
            Cow::Borrowed(_) => Some(state.clone()),
            Cow::Owned(other) => Some(Encoded(other.into())),
        }
    }

    /// Whether the property at that place in the list holds in the state; no property, no.
    #[must_use]
    pub fn holds(&self, property: usize, state: &Encoded) -> bool {
        (self.holds)(property, &state.0)
    }
}

/// How stateright searches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Search {
    /// Breadth first.
    Breadth,
    /// Depth first.
    Depth,
}

/// What stateright says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opinion {
    /// How many different states it found.
    pub states: usize,
    /// Whether each safety property holds, by its name.
    pub verdicts: Vec<(&'static str, bool)>,
}

impl Opinion {
    /// Whether it found as many states, and judges every safety property like our explorer; of those
    /// beyond [`MAX_ASKED`] it was not asked, so it agrees with none.
    #[must_use]
    pub fn agrees(&self, states: usize, verdicts: &[Verdict]) -> bool {
        let same = |(name, holds): &(&'static str, bool)| {
            verdicts.iter().any(|verdict| verdict.property == *name && verdict.holds == *holds)
        };
        let safety = |verdict: &&Verdict| verdict.notion.is_safety();
        let all_were_asked = self.verdicts.len() == verdicts.iter().filter(safety).count();
        self.states == states && all_were_asked && self.verdicts.iter().all(same)
    }
}

/// Asks stateright.
pub fn second_opinion<X: Protocol<ModelPeer>, A: Application<X>>(
    judged: &Judged<X, A>,
    search: Search,
) -> Opinion {
    judged.asked().answered(search)
}

/// Serves stateright's Explorer at the address, for as long as the process runs.
pub fn serve<X: Protocol<ModelPeer>, A: Application<X>>(judged: &Judged<X, A>, at: SocketAddr) {
    judged.asked().served(at);
}

impl Asked {
    pub(crate) fn is_symmetric(&self) -> bool {
        self.space.is_symmetric()
    }

    pub(crate) fn answered(&self, search: Search) -> Opinion {
        let checker = self.clone().checker();
        match search {
            Search::Breadth => opinion(&self.claims, &checker.spawn_bfs().join()),
            Search::Depth => opinion(&self.claims, &checker.spawn_dfs().join()),
        }
    }

    fn served(self, at: SocketAddr) {
        self.checker().serve(at);
    }
}

fn opinion(claims: &[Claimed], checker: &impl Checker<Asked>) -> Opinion {
    let discoveries = checker.discoveries();
    let verdict = |claim: &Claimed| {
        let discovered = discoveries.contains_key(claim.name);
        match claim.notion {
            Notion::Always => Some((claim.name, !discovered)),
            Notion::Sometimes => Some((claim.name, discovered)),
            _ => None,
        }
    };
    let verdicts = claims.iter().take(MAX_ASKED).filter_map(verdict).collect();
    Opinion { states: checker.unique_state_count(), verdicts }
}

//! A world as a space of states, whatever its machines are.
//!
//! What explores, samples and asks for second opinions stands on this and not on the world itself: so it
//! is compiled once, and not once more for each machine.

use rumormill_core::{Protocol, Randomness};

use crate::ModelPeer;
use crate::diagram::sequence_diagram;
use crate::explore::{Notion, Property, tell_classes};
use crate::story::tell;
use crate::world::{
    Action, Application, Class, Paid, Scheduler, Successors, Tally, World, WorldError,
};

/// What is asked of a world; of what has the name of a method of [`World`], see there.
pub(crate) trait Space: Send + Sync {
    fn size(&self) -> u8;
    fn scheduler(&self) -> Scheduler;
    fn tally(&self) -> Tally;
    fn every_fault_struck(&self) -> bool;
    fn locals(&self) -> usize;
    fn is_symmetric(&self) -> bool;
    fn has_classes(&self) -> bool;
    fn first_states(&self) -> Result<Successors, WorldError>;
    fn expand(&self, state: &[u8], out: &mut Successors) -> Result<(), WorldError>;
    fn class_of<'a>(&self, state: &'a [u8]) -> Result<Class<'a>, WorldError>;
    fn swapped(&self, state: &[u8]) -> Result<Vec<Vec<u8>>, WorldError>;
    fn stops_at(&self, state: &[u8]) -> bool;
    fn begin(&self, random: &mut dyn Randomness) -> Result<Vec<u8>, WorldError>;
    fn take(
        &self,
        state: &[u8],
        action: Action,
        random: &mut dyn Randomness,
    ) -> Result<(Vec<u8>, Paid), WorldError>;
    /// What happens between a state and one that can come next, in a line, if that can be told.
    fn tell_step(&self, before: &[u8], after: &[u8]) -> Option<String>;
    /// All of a state, in many lines.
    fn show(&self, state: &[u8]) -> String;
    /// A run through these classes of states as a diagram, if that can be told.
    fn draw(&self, classes: &[&[u8]]) -> Option<String>;
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Space for World<X, A> {
    fn size(&self) -> u8 {
        self.size()
    }

    fn scheduler(&self) -> Scheduler {
        self.scheduler()
    }

    fn tally(&self) -> Tally {
        self.tally()
    }

    fn every_fault_struck(&self) -> bool {
        self.every_fault_struck()
    }

    fn locals(&self) -> usize {
        self.locals()
    }

    fn is_symmetric(&self) -> bool {
        self.is_symmetric()
    }

    fn has_classes(&self) -> bool {
        self.has_classes()
    }

    fn first_states(&self) -> Result<Successors, WorldError> {
        self.first_states()
    }

    fn expand(&self, state: &[u8], out: &mut Successors) -> Result<(), WorldError> {
        self.expand(state, out)
    }

    fn class_of<'a>(&self, state: &'a [u8]) -> Result<Class<'a>, WorldError> {
        self.class_of(state)
    }

    fn swapped(&self, state: &[u8]) -> Result<Vec<Vec<u8>>, WorldError> {
        self.swapped(state)
    }

    fn stops_at(&self, state: &[u8]) -> bool {
        self.stops_at(state)
    }

    fn begin(&self, random: &mut dyn Randomness) -> Result<Vec<u8>, WorldError> {
        self.begin(random)
    }

    fn take(
        &self,
        state: &[u8],
        action: Action,
        random: &mut dyn Randomness,
    ) -> Result<(Vec<u8>, Paid), WorldError> {
        self.take(state, action, random)
    }

    fn tell_step(&self, before: &[u8], after: &[u8]) -> Option<String> {
        let scenes = self.explain(before, after).ok()??;
        Some(scenes.iter().map(tell).collect::<Vec<_>>().join("; "))
    }

    fn show(&self, state: &[u8]) -> String {
        self.look(state, |at| {
            let mut text = String::new();
            for local in at.locals() {
                text.push_str(&format!("{local:#?}\n"));
            }
            for (to, from, message) in at.in_flight() {
                text.push_str(&format!("in flight to {to} from {from:?}: {message:?}\n"));
            }
            text
        })
    }

    fn draw(&self, classes: &[&[u8]]) -> Option<String> {
        let story = tell_classes(self, classes, None).ok()?;
        Some(sequence_diagram(self.size().into(), &story.scenes))
    }
}

/// What a property claims, without its predicate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Claimed {
    pub(crate) name: &'static str,
    pub(crate) notion: Notion,
}

impl Claimed {
    /// What these claim, in their order.
    pub(crate) fn by<X: Protocol<ModelPeer>, A: Application<X>>(
        properties: &[Property<X, A>],
    ) -> Vec<Self> {
        let claimed = |&Property { name, notion, .. }: &Property<X, A>| Self { name, notion };
        properties.iter().map(claimed).collect()
    }
}

use std::fmt::Debug;
use std::hash::Hash;

use rumormill_core::rumor::{Notice, Rumor};
use rumormill_core::{Effect, Protocol, as_set};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ModelPeer;
use crate::renaming::sorted;

/// What sits above the machines: it sees what each of them does and may ask it for something.
pub trait Application<X: Protocol<ModelPeer>>: Send + Sync + 'static {
    /// What it remembers of one machine.
    type State: Clone
        + Eq
        + Hash
        + Debug
        + Default
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static;

    /// The machine `me` had an effect; what is returned is asked of it within the same step.
    fn on_effect(
        &self,
        me: ModelPeer,
        state: &mut Self::State,
        effect: &Effect<'_, ModelPeer, X>,
    ) -> Vec<X::Request>;
}

/// Nobody: asks for nothing and remembers nothing.
impl<X: Protocol<ModelPeer>> Application<X> for () {
    type State = ();

    fn on_effect(
        &self,
        _: ModelPeer,
        (): &mut (),
        _: &Effect<'_, ModelPeer, X>,
    ) -> Vec<X::Request> {
        Vec::new()
    }
}

/// The application of the suites of dissemination: it asks for nothing and keeps what properties
/// speak of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Witness {
    /// Whether to count what is sent. It makes states differ that are equal otherwise.
    pub counts_sends: bool,
    /// Whether to count periods, which makes states differ, too.
    pub counts_periods: bool,
}

/// What a [`Witness`] saw of one machine.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    /// What was delivered, and how often, up to twice; ascending.
    #[serde(serialize_with = "as_set", deserialize_with = "sorted")]
    pub delivered: Vec<(Rumor<ModelPeer>, u8)>,
    /// How many sends there were, whatever the number of their destinations; 255 at most.
    pub sends: u8,
    /// How many destinations they had together; 255 at most.
    pub messages: u8,
    /// How often a timer was set since something was delivered last; 255 at most.
    pub periods: u8,
}

impl<X> Application<X> for Witness
where
    X: Protocol<ModelPeer, Notice = Notice<ModelPeer>>,
{
    type State = Seen;

    fn on_effect(
        &self,
        _: ModelPeer,
        seen: &mut Seen,
        effect: &Effect<'_, ModelPeer, X>,
    ) -> Vec<X::Request> {
        match effect {
            Effect::Notify(Notice::Delivered(rumor)) => seen.deliver(rumor),
            Effect::Send { to, .. } if self.counts_sends => {
                seen.sends = seen.sends.saturating_add(1);
                seen.messages = seen.messages.saturating_add(to.len() as u8);
            }
            Effect::Arm { .. } if self.counts_periods => {
                seen.periods = seen.periods.saturating_add(1);
            }
            _ => {}
        }
        Vec::new()
    }
}

impl Seen {
    fn deliver(&mut self, rumor: &Rumor<ModelPeer>) {
        self.periods = 0;
        match self.delivered.binary_search_by(|(known, _)| known.cmp(rumor)) {
            Ok(place) => self.delivered[place].1 = 2,
            Err(place) => self.delivered.insert(place, (rumor.clone(), 1)),
        }
    }
}

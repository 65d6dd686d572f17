//! What machines, messages and states become under other names.

use std::collections::HashMap;

use rumormill_core::Protocol;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::state::Flight;
use super::super::{Application, State, Stimulus, WorldError};
use super::Steps;
use crate::ModelPeer;
use crate::intern::Interner;
use crate::peer::LAST_PLACE;
use crate::renaming::{disordered, encode, renamed};

/// A renaming: two machines swap their names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Swap(pub(super) u8, pub(super) u8);

impl Swap {
    /// Nobody is renamed; but what is a set is put in order.
    pub(super) const NOBODY: Self = Self(0, 0);

    /// The new place of the machine at this one.
    pub(super) fn place(self, place: u8) -> u8 {
        match place {
            _ if place == self.0 => self.1,
            _ if place == self.1 => self.0,
            _ => place,
        }
    }

    /// The new name of a machine, in the same of its lives.
    pub(super) fn peer(self, peer: ModelPeer) -> ModelPeer {
        ModelPeer::new(self.place(peer.place()), peer.life())
    }

    pub(super) fn names(self) -> Vec<u8> {
        (0..=self.0.max(self.1)).map(|place| self.place(place)).collect()
    }
}

/// What was renamed so far, and what is yet to be verified.
pub(in crate::world) struct Renamed {
    locals: HashMap<(u32, Swap), u32>,
    messages: HashMap<(u32, Swap), u32>,
    /// What values look like to one who sees only the colours of machines.
    shapes: Interner<Vec<u8>>,
    colourings: Interner<Vec<u8>>,
    local_shapes: HashMap<(u32, u32), u32>,
    message_shapes: HashMap<(u32, u32), u32>,
    /// Steps of which nobody knows yet whether they are the same under other names.
    pub(in crate::world) unverified: Vec<(u32, Stimulus)>,
}

impl Renamed {
    pub(in crate::world) fn new() -> Self {
        Self {
            locals: HashMap::new(),
            messages: HashMap::new(),
            shapes: Interner::new(),
            colourings: Interner::new(),
            local_shapes: HashMap::new(),
            message_shapes: HashMap::new(),
            unverified: Vec::new(),
        }
    }

    pub(super) fn colouring(&mut self, colours: &[u8]) -> u32 {
        self.colourings.number(colours.to_vec())
    }
}

/// The value in each order that differs from the usual one in two neighbours in a set.
fn disorders<T: Serialize + DeserializeOwned>(value: &T) -> Result<Vec<T>, WorldError> {
    let mut orders = Vec::new();
    while let Some(order) = disordered(value, orders.len())? {
        orders.push(order);
    }
    Ok(orders)
}

/// The colour in which a machine sees itself.
const ONESELF: u8 = LAST_PLACE;

impl<X: Protocol<ModelPeer>, A: Application<X>> Steps<X, A> {
    pub(super) fn local_under(&mut self, local: u32, swap: Swap) -> Result<u32, WorldError> {
        if let Some(&known) = self.renamed.locals.get(&(local, swap)) {
            return Ok(known);
        }
        let other = renamed(self.locals.value(local), &swap.names())?;
        let number = self.locals.number(other);
        self.renamed.locals.insert((local, swap), number);
        Ok(number)
    }

    pub(super) fn message_under(&mut self, message: u32, swap: Swap) -> Result<u32, WorldError> {
        if let Some(&known) = self.renamed.messages.get(&(message, swap)) {
            return Ok(known);
        }
        let other = renamed(self.messages.value(message), &swap.names())?;
        let number = self.messages.number(other);
        self.renamed.messages.insert((message, swap), number);
        Ok(number)
    }

    /// The machine in each order that differs from the usual one in two neighbours in a set.
    pub(super) fn disordered_locals(&mut self, local: u32) -> Result<Vec<u32>, WorldError> {
        let orders = disorders(self.locals.value(local))?;
        Ok(orders.into_iter().map(|other| self.locals.number(other)).collect())
    }

    /// The same of a message.
    pub(super) fn disordered_messages(&mut self, message: u32) -> Result<Vec<u32>, WorldError> {
        let orders = disorders(self.messages.value(message))?;
        Ok(orders.into_iter().map(|other| self.messages.number(other)).collect())
    }

    /// The state after two machines have swapped their names.
    pub(super) fn swapped(&mut self, state: &State, swap: Swap) -> Result<State, WorldError> {
        let mut other = state.clone();
        for (node, &local) in state.locals.iter().enumerate() {
            other.locals[usize::from(swap.place(node as u8))] = self.local_under(local, swap)?;
        }
        for flight in other.flights.iter_mut().chain(&mut other.torn) {
            let Flight { to, from, message, ticks } = *flight;
            let message = self.message_under(message, swap)?;
            *flight = Flight { to: swap.peer(to), from: swap.peer(from), message, ticks };
        }
        other.flights.sort_unstable();
        other.torn.sort_unstable();
        Ok(other)
    }

    /// What a machine looks like from inside, to one who sees only the colours of the others.
    pub(super) fn local_shape(&mut self, local: u32, colouring: u32) -> Result<u32, WorldError> {
        if let Some(&known) = self.renamed.local_shapes.get(&(local, colouring)) {
            return Ok(known);
        }
        let value = self.locals.value(local);
        let mut colours = self.renamed.colourings.value(colouring).clone();
        colours[value.node.me().index()] = ONESELF;
        let shape = encode(value, &colours)?;
        let number = self.renamed.shapes.number(shape);
        self.renamed.local_shapes.insert((local, colouring), number);
        Ok(number)
    }

    /// What a message looks like to one who sees only the colours of machines.
    pub(super) fn message_shape(
        &mut self,
        message: u32,
        colouring: u32,
    ) -> Result<u32, WorldError> {
        if let Some(&known) = self.renamed.message_shapes.get(&(message, colouring)) {
            return Ok(known);
        }
        let colours = self.renamed.colourings.value(colouring);
        let shape = encode(self.messages.value(message), colours)?;
        let number = self.renamed.shapes.number(shape);
        self.renamed.message_shapes.insert((message, colouring), number);
        Ok(number)
    }
}

//! The machine, and the only one.

use core::cell::Cell;

use serde::{Deserialize, Serialize};

use crate::protocol::Changes;
use crate::{Change, Context, Effects, Event, Neighborhood, Peer, Protocol, Randomness};

/// A process: its view of the group and its protocol. A plain value, which changes only in
/// [`Node::handle`].
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Node<P: Peer, X: Protocol<P>> {
    /// The view of the group, and who this is.
    pub neighborhood: Neighborhood<P>,
    /// The protocol's state.
    pub protocol: X,
}

impl<P: Peer, X: Protocol<P>> Node<P, X> {
    /// A process that has not started yet.
    #[must_use]
    pub fn new(neighborhood: Neighborhood<P>, protocol: X) -> Self {
        Self { neighborhood, protocol }
    }

    /// This process.
    #[must_use]
    pub fn me(&self) -> P {
        self.neighborhood.me()
    }

    /// One event in; `effects` holds all of its effects afterwards, and nothing from before.
    ///
    /// What the caller owes the machine: [`Event::Start`] comes first and once; a timer comes only
    /// when it is armed and its deadline has passed, and is armed no more then; effects are carried
    /// out in their order. Messages may be anything that decodes.
    pub fn handle(
        &mut self,
        event: Event<P, X>,
        random: &mut dyn Randomness,
        effects: &mut Effects<P, X>,
    ) {
        effects.clear();
        let mut changes = Changes::new();
        if let Event::Message { from, .. } = &event {
            self.renew(*from, &mut changes);
        }
        let Self { neighborhood, protocol } = self;
        let (changes, requests) = (&mut changes, &Cell::new(0));
        let context = &mut Context { neighborhood, changes, requests, random, out: effects };
        match event {
            Event::Start => protocol.on_start(context),
            Event::Message { from, message } => protocol.on_message(context, from, message),
            Event::Timer(timer) => protocol.on_timer(context, timer),
            Event::Request(request) => protocol.on_request(context, request),
        }
        let mut told = 0;
        while let Some(&change) = context.changes.get(told) {
            told += 1;
            protocol.on_neighbor(context, change);
        }
    }

    /// A sign of life tells which epoch lives at a neighbour's address, and that it has not failed.
    fn renew(&mut self, heard: P, changes: &mut Changes<P>) {
        self.neighborhood.hear(&heard);
        if let Some(earlier) = self.neighborhood.renew(heard) {
            changes.push(Change::Down(earlier));
            changes.push(Change::Up(heard));
        }
    }
}

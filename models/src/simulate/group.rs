//! Who takes part.

use rumormill_core::{Node, Protocol};

use super::alarms::Alarms;

/// The machines of a simulation. Numbers are given in the order of birth and never again; number
/// `i` is the peer `i`.
#[derive(Debug)]
pub struct Group<X: Protocol<u32>> {
    members: Vec<Option<Member<X>>>,
    /// Those that are alive, in an order that means nothing.
    alive: Vec<u32>,
    /// Where each is in `alive`.
    places: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct Member<X: Protocol<u32>> {
    pub(crate) node: Node<u32, X>,
    pub(crate) alarms: Alarms<X::Timer>,
}

impl<X: Protocol<u32>> Group<X> {
    pub(crate) fn new() -> Self {
        Self { members: Vec::new(), alive: Vec::new(), places: Vec::new() }
    }

    /// How many machines there have been. Their peers are all smaller.
    #[must_use]
    pub fn born(&self) -> u32 {
        self.members.len() as u32
    }

    /// How many are alive.
    #[must_use]
    pub fn alive(&self) -> u32 {
        self.alive.len() as u32
    }

    /// The one of that place among those that are alive, of which there are [`alive`](Self::alive).
    /// The order of the places means nothing, and changes when somebody stops: it serves to draw
    /// one.
    #[must_use]
    pub fn at(&self, place: u32) -> Option<u32> {
        self.alive.get(place as usize).copied()
    }

    /// Whether this one is alive.
    #[must_use]
    pub fn is_alive(&self, peer: u32) -> bool {
        self.node(peer).is_some()
    }

    /// The machine, if it is alive.
    #[must_use]
    pub fn node(&self, peer: u32) -> Option<&Node<u32, X>> {
        self.members.get(peer as usize)?.as_ref().map(|member| &member.node)
    }

    /// The machines that are alive, in the order of their birth.
    pub fn nodes(&self) -> impl Iterator<Item = &Node<u32, X>> + Clone {
        self.members.iter().flatten().map(|member| &member.node)
    }

    /// Whether a timer is armed.
    pub(crate) fn anyone_waits(&self) -> bool {
        self.members.iter().flatten().any(|member| !member.alarms.is_empty())
    }

    #[inline]
    pub(crate) fn member(&mut self, peer: u32) -> Option<&mut Member<X>> {
        self.members.get_mut(peer as usize)?.as_mut()
    }

    pub(crate) fn admit(&mut self, node: Node<u32, X>) {
        let peer = self.born();
        self.places.push(self.alive());
        self.alive.push(peer);
        self.members.push(Some(Member { node, alarms: Alarms::new() }));
    }

    pub(crate) fn remove(&mut self, peer: u32) -> Option<Member<X>> {
        let member = self.members.get_mut(peer as usize)?.take()?;
        let place = self.places[peer as usize];
        self.alive.swap_remove(place as usize);
        if let Some(&moved) = self.alive.get(place as usize) {
            self.places[moved as usize] = place;
        }
        Some(member)
    }
}

//! The one state that stands for all that are equal to it up to names: canonical labelling.
//!
//! Machines are coloured by what they look like, and by the colours of those they are in touch
//! with, until no more colours come of it. Where machines of one colour are not twins (whom to swap
//! changes nothing), each kind of twins is tried as the first of its colour. Each way to tell all
//! but twins apart puts the machines in an order; the least of the states in which they are named
//! by it stands for the class.

use rumormill_core::Protocol;

use super::renamed::Swap;
use super::{Class, Steps, firsts};
use crate::ModelPeer;
use crate::world::{Application, State, WorldError};

/// A search for the least state of a class.
pub(super) struct Labelling<'a, X: Protocol<ModelPeer>, A: Application<X>> {
    kinds: &'a [u8],
    steps: &'a mut Steps<X, A>,
    state: State,
    /// The first machine that each is a twin of.
    twins: Vec<u8>,
    least: Vec<u8>,
    /// In how many ways the least was come by.
    ways: u128,
}

/// What a machine looks like: its colour, its shape, and for each message to or from it which of
/// these it is, which life of the machine it concerns, its shape, its ticks, and who is at its other
/// end: a colour in place of a place.
type Look = (u8, u32, Vec<(End, u8, u32, u16, Option<ModelPeer>)>);

/// How a machine is in touch with another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    To,
    From,
    /// By a message of a step within which a machine crashed, which may still leave.
    TornTo,
    TornFrom,
}

impl<'a, X: Protocol<ModelPeer>, A: Application<X>> Labelling<'a, X, A> {
    pub(super) fn of(
        kinds: &'a [u8],
        steps: &'a mut Steps<X, A>,
        state: &State,
    ) -> Result<Class<'static>, WorldError> {
        let state = steps.swapped(state, Swap::NOBODY)?;
        let (twins, least) = (Vec::new(), Vec::new());
        let mut search = Self { kinds, steps, state, twins, least, ways: 0 };
        let colours = search.refined(ranks(kinds))?;
        search.twins = firsts(kinds.len(), |swap| search.are_twins(swap, &colours))?;
        search.go(&colours)?;
        // Every way to the least is an automorphism, and so is every swap of twins.
        let automorphisms = search.ways * arrangements(&search.twins);
        let size = arrangements(kinds) / automorphisms;
        Ok(Class { representative: search.least.into(), size })
    }

    /// Splits colours until machines of the same colour look the same.
    fn refined(&mut self, mut colours: Vec<u8>) -> Result<Vec<u8>, WorldError> {
        loop {
            let finer = ranks(&self.looks(&colours)?);
            if finer == colours {
                return Ok(colours);
            }
            colours = finer;
        }
    }

    fn looks(&mut self, colours: &[u8]) -> Result<Vec<Look>, WorldError> {
        let Self { steps, state, .. } = self;
        let colouring = steps.renamed.colouring(colours);
        let mut looks = Vec::with_capacity(colours.len());
        for (&local, &colour) in state.locals.iter().zip(colours) {
            looks.push((colour, steps.local_shape(local, colouring)?, Vec::new()));
        }
        let flights = state.flights.iter().map(|flight| (flight, End::To, End::From));
        let torn = state.torn.iter().map(|flight| (flight, End::TornTo, End::TornFrom));
        for (flight, to_it, from_it) in flights.chain(torn) {
            let shape = steps.message_shape(flight.message, colouring)?;
            let (to, from, ticks) = (flight.to, flight.sender(), flight.ticks);
            let seen = |peer: ModelPeer| ModelPeer::new(colours[peer.index()], peer.life());
            looks[to.index()].2.push((to_it, to.life(), shape, ticks, from.map(seen)));
            if let Some(from) = from {
                looks[from.index()].2.push((from_it, from.life(), shape, ticks, Some(seen(to))));
            }
        }
        looks.iter_mut().for_each(|(_, _, messages)| messages.sort_unstable());
        Ok(looks)
    }

    fn are_twins(&mut self, swap: Swap, colours: &[u8]) -> Result<bool, WorldError> {
        let [one, other] = [swap.0, swap.1].map(usize::from);
        Ok(colours[one] == colours[other]
            && self.steps.local_under(self.state.locals[one], swap)? == self.state.locals[other]
            && self.steps.swapped(&self.state, swap)? == self.state)
    }

    /// Tells more machines apart, in every way, until all but twins are.
    fn go(&mut self, colours: &[u8]) -> Result<(), WorldError> {
        let Some(mixed) = self.first_mixed(colours) else { return self.arrive(colours) };
        let members = || (0..colours.len()).filter(|&node| colours[node] == mixed);
        let firsts: Vec<_> =
            members().filter(|&node| usize::from(self.twins[node]) == node).collect();
        for chosen in firsts {
            let is_chosen = |node: usize| usize::from(self.twins[node]) == chosen;
            let count = members().filter(|&node| is_chosen(node)).count() as u8;
            let mut split = colours.to_vec();
            members().filter(|&node| !is_chosen(node)).for_each(|node| split[node] += count);
            let refined = self.refined(split)?;
            self.go(&refined)?;
        }
        Ok(())
    }

    /// The first colour of machines that are not all twins.
    fn first_mixed(&self, colours: &[u8]) -> Option<u8> {
        let nodes = || colours.iter().zip(&self.twins);
        let is_mixed =
            |&(colour, twin): &(&u8, &u8)| nodes().any(|(c, t)| c == colour && t != twin);
        nodes().filter(is_mixed).map(|(&colour, _)| colour).min()
    }

    /// All but twins are told apart: the machines of each kind take its places in this order.
    fn arrive(&mut self, colours: &[u8]) -> Result<(), WorldError> {
        let in_order_of = |colours: &[u8]| {
            let mut nodes: Vec<u8> = (0..colours.len() as u8).collect();
            nodes.sort_by_key(|&node| colours[usize::from(node)]);
            nodes
        };
        let (places, machines) = (in_order_of(self.kinds), in_order_of(colours));
        let mut at: Vec<u8> = (0..colours.len() as u8).collect();
        let mut state = self.state.clone();
        for (place, machine) in places.into_iter().zip(machines) {
            let now = at.iter().position(|&there| there == machine).unwrap_or_default();
            if now != usize::from(place) {
                state = self.steps.swapped(&state, Swap(place, now as u8))?;
                at.swap(place.into(), now);
            }
        }
        let mut bytes = Vec::new();
        state.encode(&mut bytes);
        if self.ways == 0 || bytes < self.least {
            (self.least, self.ways) = (bytes, 1);
        } else if bytes == self.least {
            self.ways += 1;
        }
        Ok(())
    }
}

/// For each value, how many are less.
fn ranks<T: Ord>(values: &[T]) -> Vec<u8> {
    let less = |value| values.iter().filter(|other| *other < value).count() as u8;
    values.iter().map(less).collect()
}

/// In how many ways things can be exchanged for others with the same label.
pub(super) fn arrangements(labels: &[u8]) -> u128 {
    let so_far = |place: usize| labels[..=place].iter().filter(|&&l| l == labels[place]).count();
    (0..labels.len()).map(|place| so_far(place) as u128).product()
}

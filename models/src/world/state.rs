use super::Stimulus;
use crate::ModelPeer;

/// A state of the world: small numbers, which stand for machines and messages.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct State {
    /// The number of each machine's [`Local`](super::steps::Local).
    pub(crate) locals: Vec<u32>,
    /// Which of the world's requests were made, a bit each.
    pub(crate) issued: u32,
    /// What the adversary may still do.
    pub(crate) left: Budgets,
    /// The messages in flight: a sorted multiset.
    pub(crate) flights: Vec<Flight>,
    /// The messages of the step within which a machine crashed just now, each of which may still
    /// leave: a sorted multiset. While there are any, nothing else happens.
    pub(crate) torn: Vec<Flight>,
}

/// How many faults of each kind are left, up to [`MAX_BUDGET`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Budgets {
    pub(crate) losses: u8,
    pub(crate) duplications: u8,
    pub(crate) crashes: u8,
    pub(crate) restarts: u8,
}

/// The largest budget of faults.
pub const MAX_BUDGET: u8 = 15;

/// A message in flight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Flight {
    /// The life that it is meant for.
    pub(crate) to: ModelPeer,
    /// [`ANONYMOUS`] where senders are forgotten.
    pub(crate) from: ModelPeer,
    pub(crate) message: u32,
    /// How many ticks may pass before it arrives; nothing where time has no ticks.
    pub(crate) ticks: u16,
}

/// The sender of a message whose sender is forgotten: nobody is at the last place.
pub(crate) const ANONYMOUS: ModelPeer = ModelPeer(u8::MAX);

/// Comes before the torn messages in a state's bytes, where the number of a receiver might be.
const TORN: u8 = u8::MAX;

impl Flight {
    /// What comes to the machine that it goes to.
    pub(super) fn stimulus(self) -> Stimulus {
        Stimulus::Message { from: self.from, message: self.message }
    }

    pub(crate) fn sender(self) -> Option<ModelPeer> {
        (self.from != ANONYMOUS).then_some(self.from)
    }

    fn encode(self, out: &mut Vec<u8>) {
        out.extend([self.to.0, self.from.0]);
        write(u64::from(self.message) | u64::from(self.ticks) << 32, out);
    }
}

impl State {
    pub(crate) fn send(&mut self, flight: Flight) {
        let place = self.flights.partition_point(|known| *known <= flight);
        self.flights.insert(place, flight);
    }

    pub(crate) fn remove(&mut self, flight: Flight) {
        take(&mut self.flights, flight);
    }

    /// A torn message leaves all the same.
    pub(crate) fn leave(&mut self, flight: Flight) {
        take(&mut self.torn, flight);
        self.send(flight);
    }

    /// Appends the state's bytes: equal states, and only they, have equal bytes.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        for &local in &self.locals {
            write(local.into(), out);
        }
        let Budgets { losses, duplications, crashes, restarts } = self.left;
        let budgets = u64::from(losses) | u64::from(duplications) << 4 | u64::from(crashes) << 8;
        write(budgets | u64::from(self.issued) << 12 | u64::from(restarts) << 44, out);
        self.flights.iter().for_each(|flight| flight.encode(out));
        if !self.torn.is_empty() {
            out.push(TORN);
            self.torn.iter().for_each(|flight| flight.encode(out));
        }
    }

    /// Reads a state of `nodes` machines back into `self`.
    pub(crate) fn decode(&mut self, nodes: usize, mut bytes: &[u8]) {
        self.locals.clear();
        self.locals.extend((0..nodes).map(|_| read(&mut bytes) as u32));
        let numbers = read(&mut bytes);
        self.left = Budgets {
            losses: (numbers & 15) as u8,
            duplications: (numbers >> 4 & 15) as u8,
            crashes: (numbers >> 8 & 15) as u8,
            restarts: (numbers >> 44 & 15) as u8,
        };
        self.issued = (numbers >> 12) as u32;
        read_flights(&mut self.flights, &mut bytes);
        if let [TORN, rest @ ..] = bytes {
            bytes = rest;
        }
        read_flights(&mut self.torn, &mut bytes);
    }
}

/// Takes one of a sorted list out of it.
fn take(flights: &mut Vec<Flight>, flight: Flight) {
    if let Ok(place) = flights.binary_search(&flight) {
        flights.remove(place);
    }
}

/// Reads what there is before the torn messages, or before the end.
fn read_flights(flights: &mut Vec<Flight>, bytes: &mut &[u8]) {
    flights.clear();
    while let [to, from, rest @ ..] = *bytes
        && *to != TORN
    {
        *bytes = rest;
        let (to, from) = (ModelPeer(*to), ModelPeer(*from));
        let number = read(bytes);
        flights.push(Flight { to, from, message: number as u32, ticks: (number >> 32) as u16 });
    }
}

/// Seven bits a byte, the lowest first; the last byte has its highest bit clear.
fn write(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let Some((&byte, rest)) = bytes.split_first() else { break };
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn flights()(
            mut flights in prop::collection::vec(
                (0_u8..3, any::<u8>(), any::<u32>(), any::<u16>()), 0..6
            )
        ) -> Vec<Flight> {
            flights.sort_unstable();
            let flight = |(to, from, message, ticks)| {
                Flight { to: ModelPeer(to), from: ModelPeer(from), message, ticks }
            };
            flights.into_iter().map(flight).collect()
        }
    }

    prop_compose! {
        fn states()(
            locals in prop::collection::vec(any::<u32>(), 3),
            issued in any::<u32>(),
            (losses, duplications) in (0_u8..16, 0_u8..16),
            (crashes, restarts) in (0_u8..16, 0_u8..16),
            (flights, torn) in (flights(), flights()),
        ) -> State {
            let left = Budgets { losses, duplications, crashes, restarts };
            State { locals, issued, left, flights, torn }
        }
    }

    proptest! {
        #[test]
        fn a_state_survives_the_round_trip(state in states()) {
            let (mut bytes, mut read) = (Vec::new(), State::default());
            state.encode(&mut bytes);
            read.decode(3, &bytes);
            prop_assert_eq!(read, state);
        }

        #[test]
        fn what_leaves_goes_from_torn_to_in_flight(state in states()) {
            for flight in state.torn.clone() {
                let mut after = state.clone();
                after.leave(flight);
                prop_assert!(after.flights.is_sorted() && after.torn.is_sorted());
                prop_assert_eq!(after.torn.len() + 1, state.torn.len());
                prop_assert!(after.flights.contains(&flight));
            }
        }
    }
}

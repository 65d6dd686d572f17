//! What the tests share: settings, machines to poke at, and groups of machines under a
//! random scheduler.
#![allow(dead_code, unreachable_pub, reason = "each test is a crate that uses a part of it")]

use std::collections::BTreeSet;

use rumormill_core::bytes::Bytes;
use rumormill_core::protocols::periodic_gossip::{
    self, Interest, Mode, Mongering, Removal, Response,
};
use rumormill_core::protocols::{
    adoption, averaging, cyclon, neighbor_management, random_walk, renyi_erdos, sample_and_collide,
    search, system_size,
};
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::rand::{RngExt, SeedableRng};
use rumormill_core::rumor::{Id, Rumor};
use rumormill_core::seen::Memory;
use rumormill_core::stacks::{census, overlay};
use rumormill_core::trace::Record;
use rumormill_core::{
    Bias, Effect, Effects, Epoch, Event, FromRng, Neighborhood, Node, Peer, Positions, Protocol,
    Randomness, SocketPeer, Ticks,
};

/// The generator that all tests use.
pub type Source = FromRng<Xoshiro256PlusPlus>;

pub fn source(seed: u64) -> Source {
    FromRng(Xoshiro256PlusPlus::seed_from_u64(seed))
}

/// A source for steps that must not draw.
pub struct NoDraw;

impl Randomness for NoDraw {
    fn below(&mut self, outcomes: u32) -> u32 {
        panic!("a draw of one of {outcomes}")
    }

    fn subset(&mut self, size: usize, of: u32) -> Positions {
        panic!("a draw of {size} of {of}")
    }

    fn coin(&mut self, bias: Bias) -> bool {
        panic!("a coin of {bias:?}")
    }
}

/// A machine with its source of randomness and its effects.
pub struct Machine<P: Peer, X: Protocol<P>> {
    pub node: Node<P, X>,
    pub effects: Effects<P, X>,
}

impl<P: Peer, X: Protocol<P>> Machine<P, X> {
    pub fn new(me: P, neighbors: impl IntoIterator<Item = P>, protocol: X) -> Self {
        let node = Node::new(Neighborhood::of(me, neighbors), protocol);
        Self { node, effects: Effects::new() }
    }

    /// With room for more neighbours.
    pub fn roomy(
        me: P,
        neighbors: impl IntoIterator<Item = P>,
        capacity: u32,
        protocol: X,
    ) -> Self {
        let node = Node::new(view(me, neighbors, capacity), protocol);
        Self { node, effects: Effects::new() }
    }

    /// The start, without a draw.
    pub fn start(&mut self) -> Vec<Effect<'static, P, X>> {
        self.act(Event::Start, &mut NoDraw)
    }

    /// The neighbours, sorted.
    pub fn neighbors(&self) -> Vec<P> {
        sorted(self.node.neighborhood.peers().iter().copied())
    }

    /// One step, and its effects.
    pub fn act(
        &mut self,
        event: Event<P, X>,
        random: &mut dyn Randomness,
    ) -> Vec<Effect<'static, P, X>> {
        self.node.handle(event, random, &mut self.effects);
        self.effects.iter().map(owned).collect()
    }

    /// A message is handled without a draw.
    pub fn hear(&mut self, from: P, message: X::Message) -> Vec<Effect<'static, P, X>> {
        self.act(Event::Message { from, message }, &mut NoDraw)
    }

    /// A request is handled without a draw.
    pub fn ask(&mut self, request: X::Request) -> Vec<Effect<'static, P, X>> {
        self.act(Event::Request(request), &mut NoDraw)
    }
}

fn owned<P: Peer, X: Protocol<P>>(effect: Effect<'_, P, X>) -> Effect<'static, P, X> {
    match effect {
        Effect::Send { to, message } => Effect::Send { to: to.into_owned().into(), message },
        Effect::Arm { timer, after } => Effect::Arm { timer, after },
        Effect::Disarm { timer } => Effect::Disarm { timer },
        Effect::Notify(notice) => Effect::Notify(notice),
    }
}

/// What was sent, and to whom.
pub fn sent<P: Peer, X: Protocol<P>>(effects: &[Effect<'_, P, X>]) -> Vec<(Vec<P>, X::Message)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send { to, message } => Some((to.to_vec(), message.clone())),
            _ => None,
        })
        .collect()
}

/// What was told.
pub fn told<P: Peer, X: Protocol<P>>(effects: &[Effect<'_, P, X>]) -> Vec<X::Notice> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Notify(notice) => Some(notice.clone()),
            _ => None,
        })
        .collect()
}

/// A view with room for more.
pub fn view<P: Peer>(
    me: P,
    neighbors: impl IntoIterator<Item = P>,
    capacity: u32,
) -> Neighborhood<P> {
    let mut view = Neighborhood::new(me, capacity);
    for neighbor in neighbors {
        view.add(neighbor).expect("a neighbour");
    }
    view
}

pub fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

/// What was disarmed.
pub fn disarmed<P: Peer, X: Protocol<P>>(effects: &[Effect<'_, P, X>]) -> Vec<X::Timer> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Disarm { timer } => Some(*timer),
            _ => None,
        })
        .collect()
}

/// What was armed.
pub fn armed<P: Peer, X: Protocol<P>>(effects: &[Effect<'_, P, X>]) -> Vec<(X::Timer, Ticks)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Arm { timer, after } => Some((*timer, *after)),
            _ => None,
        })
        .collect()
}

pub fn rumor(origin: u32, sequence: u64, length: usize) -> Rumor<u32> {
    rumor_of(origin, sequence, length)
}

pub fn rumor_of<P: Peer>(origin: P, sequence: u64, length: usize) -> Rumor<P> {
    Rumor { id: Id { origin, sequence }, payload: Bytes::from(vec![sequence as u8; length]) }
}

/// The longest encoding that a socket peer has.
pub fn longest_peer(port: u16) -> SocketPeer {
    use std::net::{IpAddr, Ipv6Addr, SocketAddr};
    let address = SocketAddr::new(IpAddr::V6(Ipv6Addr::from_bits(u128::MAX)), port | 0x8000);
    SocketPeer::new(address, rumormill_core::Epoch(u64::MAX))
}

/// A life at a place of its own; epoch 0: the place as a contact.
pub fn life(place: u8, epoch: u64) -> SocketPeer {
    SocketPeer::new(([10, 0, 0, place], 7000).into(), Epoch(epoch))
}

pub const MEMORY: Memory = Memory { origins: 1000, forget_after: Some(3) };

/// A fanout of `ln N`, exactly.
pub fn flood() -> renyi_erdos::Settings {
    renyi_erdos::Settings { margin: 0, memory: MEMORY, period: Ticks(50), max_payload: 1000 }
}

/// Rumors stay hot for three periods, and there is room for four of them.
pub fn gossip(mode: Mode) -> periodic_gossip::Settings {
    periodic_gossip::Settings {
        mode,
        fanout: 2,
        period: Ticks(10),
        hot: std::num::NonZeroU16::new(3).into(),
        buffer: 4,
        max_message: 400,
        memory: MEMORY,
    }
}

/// A neighbour may leave two pings unanswered; two searches at the same time.
pub fn managed(degree: u32) -> neighbor_management::Settings {
    neighbor_management::Settings {
        period: Ticks(10),
        patience: 2,
        degree,
        searches: 2,
        watchers: 3,
        acquaintances: 2,
    }
}

/// Three hops, one retry, one detour.
pub fn walking() -> random_walk::Settings {
    random_walk::Settings {
        distance: 3,
        max_distance: 8,
        period: Ticks(5),
        retries: 1,
        detours: 1,
        patience: 9,
        started: 4,
        carried: 4,
        path: 4,
        numbers: std::num::NonZeroU16::new(16).expect("not 0"),
    }
}

/// Two are asked at the same time.
pub fn adopting() -> adoption::Settings {
    adoption::Settings { period: Ticks(10), patience: 2, asked: 2 }
}

/// Two counts of eight units; an epoch has its result after three periods, and lasts for four.
pub fn averaging() -> averaging::Settings {
    averaging::Settings {
        period: Ticks(10),
        answer: Ticks(3),
        tries: 2,
        patience: 1,
        listens: 4,
        young: 1,
        rounds: 3,
        rest: 1,
        epochs: std::num::NonZeroU32::new(5).expect("not 0"),
        met: 4,
        counts: 2,
        tickets: 4,
        unit: 8,
    }
}

/// Averaging as above, one count left aside at each end, and two collisions wanted.
pub fn census() -> census::Settings {
    census::Settings {
        averaging: averaging(),
        size: system_size::Settings { unit: 8, trim: 1 },
        sampling: sampling(),
    }
}

/// Two samples are to collide, of two walks at a time.
pub fn sampling() -> sample_and_collide::Settings {
    sample_and_collide::Settings {
        period: Ticks(10),
        collisions: 2,
        walks: 2,
        seen: 4,
        failures: 2,
    }
}

/// Three entries in a message.
pub fn searching() -> search::Settings {
    search::Settings {
        period: Ticks(5),
        patience: 2,
        degree: 4,
        max_ttl: 5,
        max_hops: 9,
        own: 2,
        servers: 3,
        carried: 4,
        from_one: 2,
        results: 20,
    }
}

pub fn shuffling(mode: cyclon::Mode) -> cyclon::Settings {
    cyclon::Settings {
        mode,
        length: 3,
        period: Ticks(10),
        max_age: 20,
        numbers: std::num::NonZeroU16::new(16).expect("not 0"),
    }
}

pub fn overlaid(degree: u32) -> overlay::Settings {
    overlay::Settings {
        neighbors: managed(degree),
        walk: walking(),
        adoption: adopting(),
        shuffle: shuffling(cyclon::Mode::Enhanced),
    }
}

/// Rumors are mongered until two periods were useless.
pub fn mongering(mode: Mode, response: Response, removal: Removal) -> periodic_gossip::Settings {
    let k = std::num::NonZeroU16::new(2).expect("not zero");
    let hot = Interest::Mongering(Mongering { k, response, removal });
    periodic_gossip::Settings { hot, ..gossip(mode) }
}

/// A group in which messages are lost, repeated and reordered, timers fire in any order, and each
/// process is asked for something now and then. Returns the entries of its trace.
pub fn run_recorded<P: Peer, X: Protocol<P>>(
    nodes: Vec<Node<P, X>>,
    seed: u64,
    steps: u32,
    ask: impl Fn(u32) -> X::Request,
) -> Vec<u8> {
    run(nodes, seed, steps, |step| Some(ask(step)))
}

/// The same, and nobody is asked for anything.
pub fn run_unasked<P: Peer, X: Protocol<P>>(
    nodes: Vec<Node<P, X>>,
    seed: u64,
    steps: u32,
) -> Vec<u8> {
    run(nodes, seed, steps, |_| None)
}

fn run<P: Peer, X: Protocol<P>>(
    nodes: Vec<Node<P, X>>,
    seed: u64,
    steps: u32,
    ask: impl Fn(u32) -> Option<X::Request>,
) -> Vec<u8> {
    let mut group = Group::new(nodes, seed);
    group.start();
    for step in 0..steps {
        group.step(|| ask(step));
    }
    group.end()
}

struct Group<P: Peer, X: Protocol<P>> {
    nodes: Vec<Node<P, X>>,
    armed: Vec<BTreeSet<X::Timer>>,
    flying: Vec<(usize, P, X::Message)>,
    chance: Xoshiro256PlusPlus,
    random: Source,
    effects: Effects<P, X>,
    trace: Vec<u8>,
}

impl<P: Peer, X: Protocol<P>> Group<P, X> {
    fn new(nodes: Vec<Node<P, X>>, seed: u64) -> Self {
        let mut trace = Vec::new();
        for node in &nodes {
            Record::Begin(std::borrow::Cow::Borrowed(node)).write(&mut trace);
        }
        Self {
            armed: vec![BTreeSet::new(); nodes.len()],
            nodes,
            flying: Vec::new(),
            chance: Xoshiro256PlusPlus::seed_from_u64(seed),
            random: source(seed + 1),
            effects: Effects::new(),
            trace,
        }
    }

    fn start(&mut self) {
        for place in 0..self.nodes.len() {
            self.handle(place, Event::Start);
        }
    }

    fn step(&mut self, ask: impl FnOnce() -> Option<X::Request>) {
        let place = self.chance.random_range(0..self.nodes.len());
        match self.chance.random_range(0..10) {
            0 => ask().into_iter().for_each(|request| self.handle(place, Event::Request(request))),
            1 => self.fire(place),
            _ => self.deliver(),
        }
    }

    fn fire(&mut self, place: usize) {
        let count = self.armed[place].len();
        if count > 0 {
            let which = self.chance.random_range(0..count);
            let timer = *self.armed[place].iter().nth(which).expect("within the count");
            self.armed[place].remove(&timer);
            self.handle(place, Event::Timer(timer));
        }
    }

    fn deliver(&mut self) {
        if self.flying.is_empty() {
            return;
        }
        let which = self.chance.random_range(0..self.flying.len());
        let (place, from, message) = match self.chance.random_range(0..10) {
            0 => self.flying[which].clone(),
            _ => self.flying.swap_remove(which),
        };
        if self.chance.random_range(0..10) > 0 {
            self.handle(place, Event::Message { from, message });
        }
    }

    fn handle(&mut self, place: usize, event: Event<P, X>) {
        let Self { nodes, random, effects, trace, .. } = self;
        nodes[place].handle_recorded(place as u32, event, random, effects, trace);
        let me = self.nodes[place].me();
        for effect in self.effects.drain() {
            match effect {
                Effect::Send { to, message } => {
                    for to in to.iter() {
                        let place = self.nodes.iter().position(|node| node.me() == *to);
                        self.flying.extend(place.map(|place| (place, me, message.clone())));
                    }
                }
                Effect::Arm { timer, .. } => drop(self.armed[place].insert(timer)),
                Effect::Disarm { timer } => drop(self.armed[place].remove(&timer)),
                Effect::Notify(_) => {}
            }
        }
    }

    fn end(mut self) -> Vec<u8> {
        for (place, node) in self.nodes.iter().enumerate() {
            let state = std::borrow::Cow::Borrowed(node);
            Record::End { node: place as u32, state }.write(&mut self.trace);
        }
        self.trace
    }
}

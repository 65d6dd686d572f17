//! A group in lockstep, each of whose processes is checked after each of its steps.

use std::collections::{BTreeSet, VecDeque};

use rumormill_core::protocols::{adoption, cyclon, neighbor_management, random_walk};
use rumormill_core::stacks::overlay::{Overlay, Settings, Timer};
use rumormill_core::{Effect, Effects, Event, Node, Peer, Protocol, SocketPeer, Ticks};

use crate::Process;
use crate::common::{self, Source, source, view};

/// Each layer has the neighbours of the view, and no others.
pub(crate) fn mirrors<P: Peer>(node: &Process<P>) {
    let neighbors = |peers: &mut dyn Iterator<Item = P>| common::sorted(peers);
    let in_view = neighbors(&mut node.neighborhood.peers().iter().copied());
    let overlay = &node.protocol;
    let shuffled = neighbors(&mut overlay.shuffle.entries().iter().map(|entry| entry.peer));
    let managed = neighbors(&mut overlay.neighbors.neighbors());
    assert_eq!((&shuffled, &managed), (&in_view, &in_view));
}

/// Everything that is bounded keeps to its bounds.
pub(crate) fn keeps_its_bounds<P: Peer>(node: &Process<P>, settings: &Settings) {
    mirrors(node);
    let (me, peers) = (node.me(), node.neighborhood.peers());
    assert!(peers.len() <= node.neighborhood.capacity() as usize, "{peers:?}");
    for (place, peer) in peers.iter().enumerate() {
        assert!(!peer.shares_place_with(&me), "{me:?} knows itself");
        assert!(!peers[..place].iter().any(|other| peer.shares_place_with(other)), "{peers:?}");
    }
    let Overlay { neighbors, walk, adoption, shuffle } = &node.protocol;
    assert!(neighbors.searches() <= settings.neighbors.searches);
    assert!(neighbors.watchers() <= usize::from(settings.neighbors.watchers));
    assert!(neighbors.acquaintances().len() <= usize::from(settings.neighbors.acquaintances));
    assert!(walk.awaited() <= usize::from(settings.walk.started));
    let (carried, recognised) = walk.carried();
    assert!(carried.max(recognised) <= usize::from(settings.walk.carried));
    assert!(adoption.asked() <= usize::from(settings.adoption.asked));
    assert!(shuffle.entries().iter().all(|entry| entry.age <= settings.shuffle.max_age));
    let offered = shuffle.exchange().map_or(0, |(_, offered)| offered.len());
    assert!(offered < usize::from(settings.shuffle.length));
}

/// What is awaited has a timer.
pub(crate) fn keeps_time<P: Peer>(node: &Process<P>, armed: &Armed<P, Overlay<P>>) {
    let Overlay { walk, adoption, .. } = &node.protocol;
    let is_armed = |timer| armed.iter().any(|(_, armed)| *armed == timer);
    assert!(is_armed(Timer::Neighbors(neighbor_management::Period)));
    assert!(is_armed(Timer::Shuffle(cyclon::Period)));
    let is_awaited = walk.awaited() > 0 || walk.carried().0 > 0;
    assert!(!is_awaited || is_armed(Timer::Walk(random_walk::Period)));
    assert_eq!(adoption.asked() > 0, is_armed(Timer::Adoption(adoption::Period)));
}

pub(crate) type Armed<P, X> = Vec<(Ticks, <X as Protocol<P>>::Timer)>;

/// What is to hold after each step of a node, of which these timers are armed.
pub(crate) type Check<P, X> = Box<dyn Fn(&Node<P, X>, &Armed<P, X>)>;

/// A group in lockstep: in a round each timer whose time has come fires, then all messages arrive
/// with all that they cause, the oldest first.
pub(crate) struct Group<P: Peer, X: Protocol<P>> {
    pub(crate) nodes: Vec<Node<P, X>>,
    pub(crate) armed: Vec<Armed<P, X>>,
    pub(crate) flying: VecDeque<(P, P, X::Message)>,
    pub(crate) now: u32,
    pub(crate) random: Source,
    pub(crate) effects: Effects<P, X>,
    pub(crate) check: Check<P, X>,
}

pub(crate) const TICKS_PER_ROUND: u32 = 5;

impl<P: Peer, X: Protocol<P>> Group<P, X> {
    pub(crate) fn new(seed: u64, check: Check<P, X>) -> Self {
        let (nodes, armed, flying) = (Vec::new(), Vec::new(), VecDeque::new());
        Self { nodes, armed, flying, now: 0, random: source(seed), effects: Effects::new(), check }
    }

    pub(crate) fn join(&mut self, node: Node<P, X>) {
        self.armed.push(Vec::new());
        self.nodes.push(node);
        self.handle(self.nodes.len() - 1, Event::Start);
    }

    /// Where a message to this peer arrives: also one to a contact, or to an earlier life.
    pub(crate) fn place(&self, peer: &P) -> Option<usize> {
        self.nodes.iter().position(|node| node.me().answers_for(peer))
    }

    pub(crate) fn handle(&mut self, place: usize, event: Event<P, X>) {
        let Self { nodes, armed, flying, now, random, effects, check } = self;
        let (node, armed) = (&mut nodes[place], &mut armed[place]);
        node.handle(event, random, effects);
        assert_eq!(effects.overflow(), 0);
        for effect in effects.drain() {
            match effect {
                Effect::Send { to, message } => {
                    flying.extend(to.iter().map(|&to| (to, node.me(), message.clone())));
                }
                Effect::Arm { timer, after } => {
                    armed.retain(|(_, other)| *other != timer);
                    armed.push((Ticks(*now + after.0), timer));
                }
                Effect::Disarm { timer } => armed.retain(|(_, other)| *other != timer),
                Effect::Notify(_) => {}
            }
        }
        check(node, armed);
    }

    pub(crate) fn deliver_all(&mut self) {
        while let Some((to, from, message)) = self.flying.pop_front() {
            if let Some(place) = self.place(&to) {
                self.handle(place, Event::Message { from, message });
            }
        }
    }

    pub(crate) fn round(&mut self) {
        self.now += TICKS_PER_ROUND;
        for place in 0..self.nodes.len() {
            while let Some(due) = self.armed[place].iter().position(|due| due.0.0 <= self.now) {
                let (_, timer) = self.armed[place].swap_remove(due);
                self.handle(place, Event::Timer(timer));
            }
        }
        self.deliver_all();
    }

    pub(crate) fn rounds(&mut self, rounds: u32) {
        (0..rounds).for_each(|_| self.round());
    }

    pub(crate) fn crash(&mut self, places: usize) {
        self.nodes.truncate(places);
        self.armed.truncate(places);
    }

    pub(crate) fn degrees(&self) -> Vec<usize> {
        self.nodes.iter().map(|node| node.neighborhood.peers().len()).collect()
    }

    pub(crate) fn in_degrees(&self) -> Vec<usize> {
        let views = || self.nodes.iter().map(|node| &node.neighborhood);
        let known = |me: P| views().filter(|view| view.contains(&me)).count();
        self.nodes.iter().map(|node| known(node.me())).collect()
    }

    pub(crate) fn has_a_dead_link(&self) -> bool {
        let mut known = self.nodes.iter().flat_map(|node| node.neighborhood.peers());
        known.any(|peer| self.nodes.iter().all(|node| node.me() != *peer))
    }

    /// Whether everybody is reached from the first, by links in either direction.
    pub(crate) fn is_connected(&self) -> bool {
        let mut reached = BTreeSet::from([0]);
        loop {
            let before = reached.len();
            for (place, node) in self.nodes.iter().enumerate() {
                let linked = node.neighborhood.peers().iter().filter_map(|peer| self.place(peer));
                let linked: Vec<usize> = linked.collect();
                if reached.contains(&place) {
                    reached.extend(linked);
                } else if linked.iter().any(|other| reached.contains(other)) {
                    reached.insert(place);
                }
            }
            if reached.len() == before {
                return before == self.nodes.len();
            }
        }
    }
}

/// A group of overlays, each of which is checked after each step.
pub(crate) fn group(settings: &Settings, seed: u64) -> Group<SocketPeer, Overlay<SocketPeer>> {
    let settings = settings.clone();
    Group::new(
        seed,
        Box::new(move |node, armed| {
            keeps_its_bounds(node, &settings);
            keeps_time(node, armed);
        }),
    )
}

pub(crate) fn overlay(
    me: SocketPeer,
    capacity: u32,
    contacts: &[SocketPeer],
    settings: &Settings,
) -> Process<SocketPeer> {
    Node::new(view(me, [], capacity), Overlay::new(settings.clone(), contacts.to_vec()))
}

//! The overlay: searches across its layers, groups that find themselves, and whatever may come.

mod common;

use std::collections::{BTreeSet, VecDeque};

use common::{Machine, NoDraw, Source, life, overlaid, sent, source, told, view};
use proptest::prelude::*;
use rumormill_core::protocols::cyclon::{self, Entry, MAX_LENGTH};
use rumormill_core::protocols::random_walk::{self, Hop, Mode, Walk};
use rumormill_core::protocols::{adoption, neighbor_management};
use rumormill_core::stacks::overlay::{
    FIRST_TAG, MAX_SEARCHES, Message, Notice, Overlay, Request, Settings, Timer,
};
use rumormill_core::{Effect, Effects, Event, Node, Peer, Protocol, SocketPeer, Ticks};

use without_adoption::WithoutAdoption;

type Process<P> = Node<P, Overlay<P>>;

fn process<P: Peer>(
    me: P,
    neighbors: &[P],
    capacity: u32,
    contacts: &[P],
) -> Machine<P, Overlay<P>> {
    let overlay = Overlay::new(overlaid(capacity), contacts.to_vec());
    let mut machine = Machine::roomy(me, neighbors.iter().copied(), capacity, overlay);
    machine.start();
    machine
}

fn next_period<P: Peer>(
    machine: &mut Machine<P, Overlay<P>>,
) -> Vec<Effect<'static, P, Overlay<P>>> {
    machine.act(Event::Timer(Timer::Neighbors(neighbor_management::Period)), &mut NoDraw)
}

fn walks<P: Peer>(effects: &[Effect<'_, P, Overlay<P>>]) -> Vec<Walk<P>> {
    let walk = |(_, message)| match message {
        Message::Walk(random_walk::Message::Walk(walk)) => Some(walk),
        _ => None,
    };
    sent(effects).into_iter().filter_map(walk).collect()
}

fn end<P: Peer>(number: u16) -> Message<P> {
    Message::Walk(random_walk::Message::End { number, left: 0, path: vec![] })
}

fn adopted<P: Peer>(instead: Option<P>) -> Message<P> {
    Message::Adoption(adoption::Message::Adopted { instead })
}

#[test]
fn who_is_missing_is_searched_by_a_walk_and_asked_for_adoption_and_who_is_handed_over_is_added() {
    let mut machine = process(0_u32, &[1], 2, &[]);
    let effects = next_period(&mut machine);
    assert_eq!(walks(&effects).len(), 1, "one is missing");
    let effects = machine.hear(5, end(0));
    assert!(sent(&effects).contains(&(vec![5], Message::Adoption(adoption::Message::Adopt))));
    assert_eq!(machine.node.protocol.neighbors.searches(), 1);
    assert!(machine.hear(5, adopted(Some(6))).len() == 1, "the period of adoption ends");
    assert_eq!(machine.neighbors(), [1, 6]);
    assert_eq!(machine.node.protocol.neighbors.searches(), 0);
}

#[test]
fn a_search_whose_walk_ends_with_oneself_is_over_and_begins_anew() {
    let mut machine = process(0_u32, &[1], 2, &[]);
    let hop = Hop { left: 1, ..walks(&next_period(&mut machine))[0].hop };
    let home = Walk { hop, mode: Mode::Plain, degree: 1, path: vec![] };
    machine.hear(1, Message::Walk(random_walk::Message::Walk(home)));
    assert_eq!(machine.node.protocol.neighbors.searches(), 0);
    assert_eq!(walks(&next_period(&mut machine)).len(), 1);
}

#[test]
fn a_search_whose_walk_ends_with_a_neighbour_gets_one_of_its_neighbours() {
    let mut machine = process(0_u32, &[1], 2, &[]);
    next_period(&mut machine);
    let effects = machine.hear(1, end(0));
    assert!(sent(&effects).contains(&(vec![1], Message::Adoption(adoption::Message::Adopt))));
    machine.hear(1, adopted(Some(6)));
    assert_eq!(machine.neighbors(), [1, 6]);
}

#[test]
fn a_search_that_brings_somebody_known_or_oneself_or_nobody_is_over() {
    for instead in [Some(1), Some(0), None] {
        let mut machine = process(0_u32, &[1], 2, &[]);
        next_period(&mut machine);
        machine.hear(5, end(0));
        machine.hear(5, adopted(instead));
        assert_eq!(machine.neighbors(), [1]);
        assert_eq!(machine.node.protocol.neighbors.searches(), 0);
    }
}

#[test]
fn a_search_that_nobody_answers_is_over_at_last_whether_walk_or_adoption_was_lost() {
    for met in [None, Some(5)] {
        let mut machine = process(0_u32, &[1], 2, &[]);
        next_period(&mut machine);
        met.map(|met| machine.hear(met, end(0)));
        let timer = match met {
            None => Timer::Walk(random_walk::Period),
            Some(_) => Timer::Adoption(adoption::Period),
        };
        let mut periods = 0;
        while machine.node.protocol.neighbors.searches() > 0 {
            machine.act(Event::Timer(timer), &mut NoDraw);
            periods += 1;
        }
        assert!((3..=10).contains(&periods), "{periods}");
    }
}

/// Whatever the settings say: each search may fail at once, and both requests are of one step.
#[test]
fn no_step_begins_more_searches_than_it_can_carry_out() {
    let mut settings = overlaid(1000);
    settings.neighbors.searches = 255;
    settings.walk.started = 0;
    let mut machine = Machine::roomy(0_u32, [1], 1000, Overlay::new(settings.clone(), vec![]));
    machine.start();
    next_period(&mut machine);
    assert_eq!((machine.effects.overflow(), machine.node.protocol.neighbors.searches()), (0, 0));
    settings.walk = random_walk::Settings { started: 255, retries: 0, ..settings.walk };
    settings.walk.numbers = std::num::NonZeroU16::MAX;
    let mut machine = Machine::roomy(0_u32, [1], 1000, Overlay::new(settings, vec![]));
    machine.start();
    assert_eq!(walks(&next_period(&mut machine)).len(), usize::from(MAX_SEARCHES));
    for _ in 0..10 {
        machine.act(Event::Timer(Timer::Walk(random_walk::Period)), &mut NoDraw);
        assert_eq!(machine.effects.overflow(), 0);
    }
    assert_eq!(machine.node.protocol.neighbors.searches(), 0, "all are lost in one step");
}

#[test]
fn the_application_is_told_of_its_own_walks_and_not_of_searches() {
    let mut machine = process(0_u32, &[1], 2, &[]);
    next_period(&mut machine);
    assert!(told(&machine.hear(5, end(0))).is_empty());
    machine.ask(Request::random_node(0));
    let (at, left, path) = (5, 0, vec![]);
    let notice = random_walk::Notice::Ended { tag: FIRST_TAG, at, left, path };
    assert_eq!(told(&machine.hear(5, end(1))), [Notice::Walk(notice)]);
}

#[test]
fn a_seed_without_neighbours_waits_and_adopts_the_first_that_comes() {
    let mut seed = process(0_u32, &[], 2, &[]);
    assert!(sent(&next_period(&mut seed)).is_empty());
    let effects = seed.hear(1, Message::Adoption(adoption::Message::Adopt));
    assert_eq!(sent(&effects), [(vec![1], adopted(None))]);
    assert_eq!(seed.neighbors(), [1]);
    assert_eq!(walks(&next_period(&mut seed)).len(), 1);
}

#[test]
fn a_neighbour_that_is_on_offer_may_fail_and_the_answer_still_finds_its_places() {
    let mut machine = process(0_u32, &[1, 2, 3], 3, &[]);
    let period = Event::Timer(Timer::Shuffle(cyclon::Period));
    machine.act(period, &mut source(1));
    let (partner, offered) = machine.node.protocol.shuffle.exchange().expect("an exchange");
    let gone = offered[0];
    let farewell = neighbor_management::Message::Leave { instead: None };
    machine.hear(gone, Message::Neighbors(farewell));
    let entries = [7, 8, 9].map(|peer| Entry { peer, age: 0 }).into_iter().collect();
    let answer = cyclon::Message::Answer { number: 0, entries };
    machine
        .act(Event::Message { from: partner, message: Message::Shuffle(answer) }, &mut source(1));
    assert_eq!(machine.neighbors(), [7, 8, 9]);
    mirrors(&machine.node);
}

#[test]
fn of_an_exchange_whose_partner_is_given_away_meanwhile_nobody_is_told_that_it_failed() {
    let mut machine = process(0_u32, &[1], 1, &[]);
    machine.act(Event::Timer(Timer::Shuffle(cyclon::Period)), &mut NoDraw);
    machine.hear(9, Message::Adoption(adoption::Message::Adopt));
    let effects = machine.act(Event::Timer(Timer::Shuffle(cyclon::Period)), &mut NoDraw);
    assert!(told(&effects).is_empty());
    assert_eq!(machine.neighbors(), [9]);
}

/// Each layer has the neighbours of the view, and no others.
fn mirrors<P: Peer>(node: &Process<P>) {
    let neighbors = |peers: &mut dyn Iterator<Item = P>| common::sorted(peers);
    let in_view = neighbors(&mut node.neighborhood.peers().iter().copied());
    let overlay = &node.protocol;
    let shuffled = neighbors(&mut overlay.shuffle.entries().iter().map(|entry| entry.peer));
    let managed = neighbors(&mut overlay.neighbors.neighbors());
    assert_eq!((&shuffled, &managed), (&in_view, &in_view));
}

/// Everything that is bounded keeps to its bounds.
fn keeps_its_bounds<P: Peer>(node: &Process<P>, settings: &Settings) {
    mirrors(node);
    let (me, peers) = (node.me(), node.neighborhood.peers());
    assert!(peers.len() <= node.neighborhood.capacity() as usize, "{peers:?}");
    let of_one_place = |a: &P, b: &P| a.answers_for(b) || b.supersedes(a);
    for (place, peer) in peers.iter().enumerate() {
        assert!(!of_one_place(peer, &me), "{me:?} knows itself");
        assert!(!peers[..place].iter().any(|other| of_one_place(peer, other)), "{peers:?}");
    }
    let Overlay { neighbors, walk, adoption, shuffle } = &node.protocol;
    assert!(neighbors.searches() <= settings.neighbors.searches);
    assert!(neighbors.watchers() <= usize::from(settings.neighbors.watchers));
    assert!(walk.awaited() <= usize::from(settings.walk.started));
    let (carried, recognised) = walk.carried();
    assert!(carried.max(recognised) <= usize::from(settings.walk.carried));
    assert!(adoption.asked() <= usize::from(settings.adoption.asked));
    assert!(shuffle.entries().iter().all(|entry| entry.age <= settings.shuffle.max_age));
    let offered = shuffle.exchange().map_or(0, |(_, offered)| offered.len());
    assert!(offered < usize::from(settings.shuffle.length));
}

/// What is awaited has a timer.
fn keeps_time<P: Peer>(node: &Process<P>, armed: &Armed<P, Overlay<P>>) {
    let Overlay { walk, adoption, .. } = &node.protocol;
    let is_armed = |timer| armed.iter().any(|(_, armed)| *armed == timer);
    assert!(is_armed(Timer::Neighbors(neighbor_management::Period)));
    assert!(is_armed(Timer::Shuffle(cyclon::Period)));
    let is_awaited = walk.awaited() > 0 || walk.carried().0 > 0;
    assert!(!is_awaited || is_armed(Timer::Walk(random_walk::Period)));
    assert_eq!(adoption.asked() > 0, is_armed(Timer::Adoption(adoption::Period)));
}

type Armed<P, X> = Vec<(Ticks, <X as Protocol<P>>::Timer)>;

/// What is to hold after each step of a node, of which these timers are armed.
type Check<P, X> = Box<dyn Fn(&Node<P, X>, &Armed<P, X>)>;

/// A group in lockstep: in a round each timer whose time has come fires, then all messages arrive
/// with all that they cause, the oldest first.
struct Group<P: Peer, X: Protocol<P>> {
    nodes: Vec<Node<P, X>>,
    armed: Vec<Armed<P, X>>,
    flying: VecDeque<(P, P, X::Message)>,
    now: u32,
    random: Source,
    effects: Effects<P, X>,
    check: Check<P, X>,
}

const TICKS_PER_ROUND: u32 = 5;

impl<P: Peer, X: Protocol<P>> Group<P, X> {
    fn new(seed: u64, check: Check<P, X>) -> Self {
        let (nodes, armed, flying) = (Vec::new(), Vec::new(), VecDeque::new());
        Self { nodes, armed, flying, now: 0, random: source(seed), effects: Effects::new(), check }
    }

    fn join(&mut self, node: Node<P, X>) {
        self.armed.push(Vec::new());
        self.nodes.push(node);
        self.handle(self.nodes.len() - 1, Event::Start);
    }

    /// Where a message to this peer arrives: also one to a contact, or to an earlier life.
    fn place(&self, peer: &P) -> Option<usize> {
        self.nodes.iter().position(|node| node.me().answers_for(peer))
    }

    fn handle(&mut self, place: usize, event: Event<P, X>) {
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

    fn deliver_all(&mut self) {
        while let Some((to, from, message)) = self.flying.pop_front() {
            if let Some(place) = self.place(&to) {
                self.handle(place, Event::Message { from, message });
            }
        }
    }

    fn round(&mut self) {
        self.now += TICKS_PER_ROUND;
        for place in 0..self.nodes.len() {
            while let Some(due) = self.armed[place].iter().position(|due| due.0.0 <= self.now) {
                let (_, timer) = self.armed[place].swap_remove(due);
                self.handle(place, Event::Timer(timer));
            }
        }
        self.deliver_all();
    }

    fn rounds(&mut self, rounds: u32) {
        (0..rounds).for_each(|_| self.round());
    }

    fn crash(&mut self, places: usize) {
        self.nodes.truncate(places);
        self.armed.truncate(places);
    }

    fn degrees(&self) -> Vec<usize> {
        self.nodes.iter().map(|node| node.neighborhood.peers().len()).collect()
    }

    fn in_degrees(&self) -> Vec<usize> {
        let views = || self.nodes.iter().map(|node| &node.neighborhood);
        let known = |me: P| views().filter(|view| view.contains(&me)).count();
        self.nodes.iter().map(|node| known(node.me())).collect()
    }

    fn has_a_dead_link(&self) -> bool {
        let mut known = self.nodes.iter().flat_map(|node| node.neighborhood.peers());
        known.any(|peer| self.nodes.iter().all(|node| node.me() != *peer))
    }

    /// Whether everybody is reached from the first, by links in either direction.
    fn is_connected(&self) -> bool {
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

const DEGREE: usize = 8;
const MEMBERS: usize = 50;

/// Settings of which the layers have room for all that happens among so few.
fn roomy() -> Settings {
    let mut settings = overlaid(DEGREE as u32);
    settings.neighbors.watchers = MEMBERS as u16;
    settings.walk.carried = 64;
    settings.walk.path = 0;
    settings
}

/// A group of overlays, each of which is checked after each step.
fn group(settings: &Settings, seed: u64) -> Group<SocketPeer, Overlay<SocketPeer>> {
    let settings = settings.clone();
    Group::new(
        seed,
        Box::new(move |node, armed| {
            keeps_its_bounds(node, &settings);
            keeps_time(node, armed);
        }),
    )
}

fn overlay(
    me: SocketPeer,
    capacity: u32,
    contacts: &[SocketPeer],
    settings: &Settings,
) -> Process<SocketPeer> {
    Node::new(view(me, [], capacity), Overlay::new(settings.clone(), contacts.to_vec()))
}

fn member(me: SocketPeer, contacts: &[SocketPeer]) -> Process<SocketPeer> {
    overlay(me, DEGREE as u32, contacts, &roomy())
}

/// Fifty join one by one through one seed, whose address is known.
fn join_all<X: Protocol<SocketPeer>>(
    group: &mut Group<SocketPeer, X>,
    node: impl Fn(SocketPeer, &[SocketPeer]) -> Node<SocketPeer, X>,
) {
    group.join(node(life(0, 9), &[]));
    for place in 1..MEMBERS as u8 {
        group.join(node(life(place, 9), &[life(0, 0)]));
        group.rounds(2);
    }
}

fn joined(seed: u64) -> Group<SocketPeer, Overlay<SocketPeer>> {
    let mut group = group(&roomy(), seed);
    join_all(&mut group, member);
    group.rounds(100);
    group
}

/// The same layers but adoption: whom a walk meets becomes a neighbour.
mod without_adoption {
    use rumormill_core::protocols::cyclon::{self, Cyclon};
    use rumormill_core::protocols::neighbor_management::{self, NeighborManagement};
    use rumormill_core::protocols::random_walk::{self, Mode, RandomWalk};
    use rumormill_core::stacks::overlay::Settings;
    use rumormill_core::{Never, Peer, Route, stack};

    stack! {
        pub(crate) struct WithoutAdoption<P> notifies Never {
            neighbors: Neighbors(NeighborManagement<P>) => tell_of_neighbors,
            walk: Walk(RandomWalk<P>) => tell_of_walks,
            shuffle: Shuffle(Cyclon<P>) => tell_of_shuffles,
        }
    }

    impl<P: Peer> WithoutAdoption<P> {
        pub(crate) fn new(settings: Settings, contacts: Vec<P>) -> Self {
            Self {
                neighbors: NeighborManagement::new(settings.neighbors, contacts),
                walk: RandomWalk::new(settings.walk),
                shuffle: Cyclon::new(settings.shuffle),
            }
        }
    }

    fn tell_of_neighbors<P: Peer>(
        notice: neighbor_management::Notice<P>,
    ) -> Route<Request<P>, Never> {
        let walk = random_walk::Request { tag: 0, distance: None, mode: Mode::Plain };
        match notice {
            neighbor_management::Notice::Wanted => Route::Layer(Request::Walk(walk)),
            _ => Route::Nowhere,
        }
    }

    fn tell_of_walks<P: Peer>(notice: random_walk::Notice<P>) -> Route<Request<P>, Never> {
        use neighbor_management::Request::{Candidate, NotFound};
        match notice {
            random_walk::Notice::Ended { at, .. } => {
                Route::Layer(Request::Neighbors(Candidate(at)))
            }
            random_walk::Notice::Failed { .. } => Route::Layer(Request::Neighbors(NotFound)),
            random_walk::Notice::Refused { .. } => Route::Nowhere,
        }
    }

    fn tell_of_shuffles<P: Peer>(_: cyclon::Notice<P>) -> Route<Request<P>, Never> {
        Route::Nowhere
    }
}

/// A hundredfold of the mean square of how far in-degrees are from the degree.
fn unevenness<X: Protocol<SocketPeer>>(group: &Group<SocketPeer, X>) -> usize {
    let degrees = group.in_degrees();
    let squares: usize = degrees.iter().map(|degree| degree.abs_diff(DEGREE).pow(2)).sum();
    100 * squares / degrees.len()
}

/// Without shuffles, which would even things out in either case.
#[test]
fn by_adoption_alone_newcomers_become_known_and_without_it_the_seed_alone() {
    let mut settings = roomy();
    settings.shuffle.period = Ticks(1_000_000);
    for seed in 0..3 {
        let mut adopted = group(&settings, seed);
        let member = |me, contacts: &[_]| overlay(me, DEGREE as u32, contacts, &settings);
        join_all(&mut adopted, member);
        let mut met = Group::new(seed, Box::new(|_, _| ()));
        join_all(&mut met, |me, contacts| {
            let stack = WithoutAdoption::new(settings.clone(), contacts.to_vec());
            Node::new(view(me, [], DEGREE as u32), stack)
        });
        assert!(adopted.in_degrees().iter().all(|&known_by| known_by > 0));
        assert_eq!(met.in_degrees().iter().filter(|&&known_by| known_by > 0).count(), 1);
        assert!(4 * unevenness(&adopted) < unevenness(&met));
    }
}

/// The bound is the variance of a Poisson distribution of that mean; the seeds are fixed, so there
/// is no false alarm.
#[test]
fn shuffles_keep_in_degrees_even() {
    for seed in 0..3 {
        let group = joined(seed);
        let unevenness = unevenness(&group);
        assert!(unevenness < 100 * DEGREE, "{unevenness}");
    }
}

#[test]
fn fifty_join_through_one_seed_and_fill_their_views_and_stay_connected() {
    for seed in 0..3 {
        let mut group = joined(seed);
        for _ in 0..50 {
            assert_eq!(group.degrees(), [DEGREE; MEMBERS], "no pointer is lost");
            assert!(group.is_connected());
            group.round();
        }
    }
}

#[test]
fn contacts_become_peers() {
    let group = joined(1);
    let mut known = group.nodes.iter().flat_map(|node| node.neighborhood.peers());
    assert!(known.all(|peer| peer.epoch() == rumormill_core::Epoch(9)));
}

#[test]
fn whoever_survives_a_crash_of_forty_in_a_hundred_has_a_full_view_of_the_living_again() {
    for seed in 0..3 {
        let mut group = joined(seed);
        let survivors = MEMBERS * 6 / 10;
        group.crash(survivors);
        assert!(group.has_a_dead_link());
        group.rounds(100);
        assert!(!group.has_a_dead_link());
        assert_eq!(group.degrees(), vec![DEGREE; survivors]);
        assert!(group.is_connected());
    }
}

#[test]
fn fifty_are_found_again_after_all_but_the_seed_were_restarted() {
    let mut group = joined(5);
    group.crash(1);
    for place in 1..MEMBERS as u8 {
        group.join(member(life(place, 10), &[life(0, 0)]));
    }
    group.rounds(150);
    assert_eq!(group.degrees(), [DEGREE; MEMBERS]);
    assert!(!group.has_a_dead_link() && group.is_connected());
}

#[test]
fn whoever_leaves_is_nobodys_neighbour_any_more_and_nobody_misses_it() {
    let mut group = joined(7);
    group.handle(MEMBERS - 1, Event::Request(Request::leave()));
    group.crash(MEMBERS - 1);
    group.deliver_all();
    group.rounds(20);
    assert!(!group.has_a_dead_link() && group.is_connected());
    assert_eq!(group.degrees(), [DEGREE; MEMBERS - 1]);
}

#[test]
fn two_know_each_other_and_go_on_looking_for_others() {
    let mut group = group(&roomy(), 1);
    group.join(member(life(0, 9), &[]));
    group.join(member(life(1, 9), &[life(0, 0)]));
    group.rounds(100);
    assert_eq!(group.degrees(), [1, 1]);
    group.join(member(life(2, 9), &[life(1, 0)]));
    group.rounds(100);
    assert_eq!(group.degrees(), [2, 2, 2]);
}

/// What may happen to one of a few processes.
#[derive(Clone, Debug)]
enum Act {
    /// The message in flight at this place arrives, and stays in flight or not.
    Deliver(usize, bool),
    /// It is lost.
    Lose(usize),
    /// One of the armed timers fires.
    Fire(u8, usize),
    /// Somebody claims to have sent this.
    Forge(u8, SocketPeer, Box<Message<SocketPeer>>),
    /// The application asks.
    Ask(u8, Request<SocketPeer>),
    /// A later life begins at the place.
    Restart(u8),
}

const FEW: u8 = 5;

fn lives() -> impl Strategy<Value = SocketPeer> + Clone {
    (0..FEW + 4, 0..6_u64).prop_map(|(place, epoch)| life(place, epoch))
}

fn messages() -> impl Strategy<Value = Message<SocketPeer>> {
    let entries = || {
        let entry = (lives(), any::<u8>()).prop_map(|(peer, age)| Entry { peer, age });
        proptest::collection::vec(entry, 0..=MAX_LENGTH)
            .prop_map(|list| list.into_iter().collect::<cyclon::Entries<_>>())
    };
    let hop = (lives(), 0..20_u16, prop_oneof![0..10_u8, Just(255)])
        .prop_map(|(origin, number, left)| Hop { origin, number, left });
    let mode = prop_oneof![Just(Mode::Plain), Just(Mode::Metropolis)];
    let path = || proptest::collection::vec(lives(), 0..=6);
    let degree = prop_oneof![0..9_u32, Just(u32::MAX)];
    let walks = prop_oneof![
        (hop.clone(), mode, degree, path()).prop_map(|(hop, mode, degree, path)| {
            random_walk::Message::Walk(Walk { hop, mode, degree, path })
        }),
        hop.clone().prop_map(random_walk::Message::Taken),
        hop.prop_map(random_walk::Message::Stays),
        (0..20_u16, any::<u8>(), path())
            .prop_map(|(number, left, path)| random_walk::Message::End { number, left, path }),
        (0..20_u16).prop_map(|number| random_walk::Message::Heard { number }),
    ];
    let instead = || proptest::option::of(lives());
    prop_oneof![
        Just(Message::Neighbors(neighbor_management::Message::Ping)),
        Just(Message::Neighbors(neighbor_management::Message::Pong)),
        instead().prop_map(|instead| {
            Message::Neighbors(neighbor_management::Message::Leave { instead })
        }),
        walks.prop_map(Message::Walk),
        Just(Message::Adoption(adoption::Message::Adopt)),
        instead().prop_map(adopted),
        (0..20_u16, entries()).prop_map(|(number, entries)| {
            Message::Shuffle(cyclon::Message::Shuffle { number, entries })
        }),
        (0..20_u16, entries()).prop_map(|(number, entries)| {
            Message::Shuffle(cyclon::Message::Answer { number, entries })
        }),
    ]
}

fn requests() -> impl Strategy<Value = Request<SocketPeer>> {
    let walk = (any::<u8>(), proptest::option::of(any::<u8>()), any::<bool>()).prop_map(
        |(tag, distance, plain)| {
            let mode = if plain { Mode::Plain } else { Mode::Metropolis };
            Request::Walk(random_walk::Request { tag, distance, mode })
        },
    );
    prop_oneof![
        4 => walk,
        1 => lives().prop_map(|peer| {
            Request::Neighbors(neighbor_management::Request::Candidate(peer))
        }),
        1 => Just(Request::Neighbors(neighbor_management::Request::NotFound)),
        1 => Just(Request::leave()),
        1 => lives().prop_map(|peer| Request::Adoption(adoption::Request(peer))),
    ]
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        40 => (any::<usize>(), prop::bool::weighted(0.1)).prop_map(|(at, stays)| Act::Deliver(at, stays)),
        4 => any::<usize>().prop_map(Act::Lose),
        15 => (0..FEW, any::<usize>()).prop_map(|(place, timer)| Act::Fire(place, timer)),
        10 => (0..FEW, lives(), messages()).prop_map(|(to, from, what)| Act::Forge(to, from, Box::new(what))),
        4 => (0..FEW, requests()).prop_map(|(place, request)| Act::Ask(place, request)),
        1 => (0..FEW).prop_map(Act::Restart),
    ]
}

type Few = Group<SocketPeer, Overlay<SocketPeer>>;

fn begin(group: &mut Few, place: u8, epoch: u64, settings: &Settings) {
    let contact = life((place + 1) % FEW, 0);
    group.join(overlay(life(place, epoch), 4, &[contact], settings));
}

/// The place is the same; only whoever remembers its earlier life does not know that yet.
fn restart(group: &mut Few, place: u8, settings: &Settings) {
    let at = usize::from(place);
    let epoch = group.nodes[at].me().epoch().0 + 1;
    begin(group, place, epoch, settings);
    group.nodes.swap_remove(at);
    group.armed.swap_remove(at);
}

fn happen(group: &mut Few, act: Act, settings: &Settings) {
    let flying = group.flying.len();
    match act {
        Act::Deliver(at, stays) if flying > 0 => {
            let (to, from, message) = group.flying[at % flying].clone();
            if !stays {
                group.flying.remove(at % flying);
            }
            if let Some(place) = group.place(&to) {
                group.handle(place, Event::Message { from, message });
            }
        }
        Act::Lose(at) if flying > 0 => drop(group.flying.remove(at % flying)),
        Act::Deliver(..) | Act::Lose(_) => {}
        Act::Fire(place, timer) => {
            let armed = &mut group.armed[usize::from(place)];
            let (_, timer) = armed.swap_remove(timer % armed.len());
            group.handle(place.into(), Event::Timer(timer));
        }
        Act::Forge(to, from, message) => {
            group.handle(to.into(), Event::Message { from, message: *message });
        }
        Act::Ask(place, request) => group.handle(place.into(), Event::Request(request)),
        Act::Restart(place) => restart(group, place, settings),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// After each step: [`keeps_its_bounds`], [`Group::keeps_time`], and nothing has overflowed.
    #[test]
    fn whatever_comes_the_bounds_are_kept_and_nothing_overflows(
        seed in any::<u64>(),
        acts in proptest::collection::vec(acts(), 0..600),
    ) {
        let mut settings = overlaid(3);
        settings.walk.retries = (seed % 3) as u8;
        settings.shuffle.length = 1 + (seed / 3 % MAX_LENGTH as u64) as u8;
        settings.shuffle.max_age = [0, 1, 255][(seed / 64 % 3) as usize];
        let mut group = group(&settings, seed);
        (0..FEW).for_each(|place| begin(&mut group, place, 1, &settings));
        acts.into_iter().for_each(|act| happen(&mut group, act, &settings));
    }
}

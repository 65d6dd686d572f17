//! One search of machines whose views stay as they are.

use bytes::Bytes;
use rumormill_core::protocols::search::{Message, Mode, Notice, Request, Search, Settings};
use rumormill_core::rumor::Id;
use rumormill_core::{Bias, Neighborhood, Node, Ticks};

use crate::simulate::{Clock, Fate, Loss, Moment, Observer, PER_TICK, Setting, Simulation};

/// How long a message takes, in thousandths of a period: so little that the longest flood and its hits
/// are over within one.
const HOP: u64 = 1;

/// The most servers of which a search hears.
pub(super) const MOST_SERVERS: u32 = u16::MAX as u32;

/// Nothing is refused, and a search ends two periods after its last ring.
const SETTINGS: Settings = Settings {
    period: Ticks(1),
    patience: 2,
    degree: u8::MAX,
    max_ttl: u8::MAX,
    max_hops: u8::MAX,
    own: 1,
    servers: u16::MAX,
    carried: 1,
    from_one: 1,
    results: u16::MAX,
};

/// What became of a search.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Quest {
    mode: Mode,
    /// Who has what is searched for.
    has_it: Vec<bool>,
    /// How many were asked first so many hops away, from 0 on.
    pub(super) asked: Vec<u64>,
    /// How many queries were sent, those that were lost included.
    pub(super) queries: u64,
    /// How many arrived at somebody who was asked before.
    pub(super) duplicates: u64,
    /// How many hits were sent, counted at each hop.
    pub(super) hits: u64,
    /// Of how many servers the origin heard.
    pub(super) servers: u32,
    /// How many hops the query has taken that arrives.
    hop: usize,
    /// Who is to answer.
    answering: Vec<(u32, Id<u32>)>,
    is_over: bool,
}

impl Quest {
    /// The first machine searches, in a group with these views.
    ///
    /// # Panics
    /// When a view holds somebody who is not in the group.
    pub(super) fn carried_out(
        views: &[Vec<u32>],
        holders: &[u32],
        mode: Mode,
        loss: Bias,
        seed: u64,
    ) -> Self {
        let mut quest = Self::new(mode, views.len(), holders);
        let nodes = (0..).zip(views).map(|(me, view)| machine(me, view)).collect();
        let mut setting = Setting::new(nodes, Clock::Unsynchronised, PER_TICK, HOP);
        setting.network.loss = Loss::Independent(loss);
        let group = Simulation::new(setting, seed, &mut quest);
        let mut group = group.expect("a group in its order");
        let search = Request::Search { tag: 0, text: title(), mode };
        let mut is_alive = group.request(0, search, &mut quest);
        while is_alive && !quest.is_over {
            group.run_until(group.now() + HOP, &mut quest);
            for (server, id) in std::mem::take(&mut quest.answering) {
                let answer = Request::Matches { id, results: vec![title()] };
                is_alive &= group.request(server, answer, &mut quest);
            }
        }
        quest
    }

    fn new(mode: Mode, nodes: usize, holders: &[u32]) -> Self {
        let mut has_it = vec![false; nodes];
        holders.iter().for_each(|&holder| has_it[holder as usize] = true);
        Self {
            mode,
            has_it,
            asked: Vec::new(),
            queries: 0,
            duplicates: 0,
            hits: 0,
            servers: 0,
            hop: 0,
            answering: Vec::new(),
            is_over: false,
        }
    }

    /// How many were asked.
    pub(super) fn reached(&self) -> u64 {
        self.asked.iter().sum()
    }

    fn is_asked(&mut self) {
        if self.asked.len() <= self.hop {
            self.asked.resize(self.hop + 1, 0);
        }
        self.asked[self.hop] += 1;
    }
}

/// The application of every machine answers before the next message arrives.
impl Observer<Search<u32>> for Quest {
    fn on_send(
        &mut self,
        _: &Moment<'_, Search<u32>>,
        _: u32,
        _: u32,
        message: &Message<u32>,
        _: Fate,
    ) {
        match message {
            Message::Query { .. } => self.queries += 1,
            Message::Hit { .. } => self.hits += 1,
        }
    }

    fn on_message(&mut self, _: &Moment<'_, Search<u32>>, _: u32, _: u32, message: &Message<u32>) {
        if let Message::Query { left, ring, .. } = message {
            self.hop = usize::from(self.mode.hops(*ring).unwrap_or(*left) - left) + 1;
            self.duplicates += 1;
        }
    }

    fn on_notice(&mut self, _: &Moment<'_, Search<u32>>, node: u32, notice: &Notice<u32>) {
        match notice {
            Notice::Asked { id, .. } => {
                self.duplicates -= 1;
                self.is_asked();
                if self.has_it[node as usize] {
                    self.answering.push((node, *id));
                }
            }
            Notice::Hit { .. } => self.servers += 1,
            Notice::Ended { .. } | Notice::Failed { .. } => self.is_over = true,
            Notice::LeftOut { .. } | Notice::Refused { .. } => {}
        }
    }
}

fn machine(me: u32, view: &[u32]) -> Node<u32, Search<u32>> {
    let mut neighborhood = Neighborhood::new(me, view.len() as u32);
    for &peer in view {
        neighborhood.add(peer).expect("room for another peer");
    }
    Node::new(neighborhood, Search::new(SETTINGS))
}

fn title() -> Bytes {
    Bytes::from_static(b"a")
}

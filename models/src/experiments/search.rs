//! Searches on views that stay as they are: whom they reach, what they find, and what that costs.

mod planned;
mod quest;

use rumormill_core::analysis::horizon::{Flood, Links};
use rumormill_core::analysis::recall;
use rumormill_core::protocols::cyclon::{MAX_LENGTH, Mode as Shuffle};
use rumormill_core::protocols::search::Mode;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::rand::{Rng, SeedableRng};
use rumormill_core::{Bias, FromRng};

use super::regular::regular;
use super::views::{others, subset};
use super::{Cyclon, Experiment, Measure, Outcome, Start, Theory, Turns};
use quest::{MOST_SERVERS, Quest};

pub use planned::{PlannedFlood, Unplanned};

/// One machine of a group searches for something that a share of the others has. Nobody's view
/// changes meanwhile.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Searches {
    among: Surroundings,
    mode: Mode,
}

/// The group that is searched.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Surroundings {
    /// How many machines there are, at least 3.
    pub nodes: u32,
    /// How many neighbours each has, at least 1; all others, where there are no more.
    pub view: u32,
    /// Where the views come from.
    pub known: Known,
    /// The share of all machines that has what is searched for, from 0 to 1. The one that searches
    /// has it not.
    pub replicated: f64,
    /// The probability that a message is lost, independently of all else.
    pub loss: Bias,
}

/// Where views come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// A random regular graph: whom one knows, knows it.
    Mutually,
    /// Each view is drawn uniformly.
    Drawn,
    /// CYCLON has shuffled them.
    Shuffled,
}

/// Why nothing can be searched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unsearchable {
    /// The ends of all links are odd in number.
    #[error(
        "{nodes} nodes cannot know {view} others each both ways; one of the numbers must be even"
    )]
    Odd {
        /// How many nodes there are.
        nodes: u32,
        /// How many each was to know.
        view: u32,
    },
    /// More have it than a search can hear of.
    #[error("{0} nodes would have it, and a search hears of {MOST_SERVERS} at most; take fewer")]
    Holders(u32),
}

/// For how many cycles views are shuffled.
const CYCLES: u32 = 30;

impl Surroundings {
    fn check(&self) -> Result<(), Unsearchable> {
        let (nodes, view) = (self.nodes, self.view());
        if self.known == Known::Mutually && u64::from(nodes) * u64::from(view) % 2 == 1 {
            return Err(Unsearchable::Odd { nodes, view });
        }
        let holders = self.holders();
        if holders > MOST_SERVERS { Err(Unsearchable::Holders(holders)) } else { Ok(()) }
    }

    /// How many each knows.
    fn view(&self) -> u32 {
        self.view.min(self.nodes - 1)
    }

    /// How many have it.
    fn holders(&self) -> u32 {
        recall::holders(self.nodes, self.replicated)
    }

    fn views(&self, random: &mut FromRng<Xoshiro256PlusPlus>) -> Vec<Vec<u32>> {
        let &Self { nodes, known, .. } = self;
        let view = self.view();
        match known {
            Known::Mutually => regular(nodes, view, random).expect("an even number of ends"),
            Known::Drawn => (0..nodes).map(|me| others(me, view, nodes, random)).collect(),
            Known::Shuffled => {
                let cyclon = Cyclon {
                    nodes,
                    view,
                    length: (view / 2).clamp(1, MAX_LENGTH as u32) as u8,
                    mode: Shuffle::Enhanced,
                    start: Start::Random,
                    turns: Turns::Sequential,
                    cycles: CYCLES,
                    crash: Bias::NEVER,
                };
                let graph = cyclon.views(random.0.next_u64());
                (0..nodes).map(|me| graph.targets(me).to_vec()).collect()
            }
        }
    }

    /// One search, by the first machine.
    fn search(&self, mode: Mode, seed: u64) -> Quest {
        let mut random = FromRng(Xoshiro256PlusPlus::seed_from_u64(seed));
        let views = self.views(&mut random);
        let holders = subset(self.holders(), self.nodes - 1, &mut random);
        let holders: Vec<u32> = holders.into_iter().map(|place| place + 1).collect();
        Quest::carried_out(&views, &holders, mode, self.loss, random.0.next_u64())
    }

    /// The share of those that have it of which the origin heard; of nobody, there is none.
    fn recall(&self, quest: &Quest) -> f64 {
        f64::from(quest.servers) / f64::from(self.holders())
    }
}

impl Searches {
    /// Searches of that kind.
    ///
    /// # Errors
    /// When there is no such group, or too many have it.
    pub fn new(among: Surroundings, mode: Mode) -> Result<Self, Unsearchable> {
        among.check()?;
        Ok(Self { among, mode })
    }

    /// What is expected of it, if it is a flood on views of which something is known.
    fn flood(&self) -> Option<Flood> {
        let Surroundings { nodes: size, known, loss, .. } = self.among;
        let Mode::Flood { degree, .. } = self.mode else { return None };
        let links = match known {
            Known::Mutually => Links::Symmetric,
            Known::Drawn => Links::OneWay,
            Known::Shuffled => return None,
        };
        let loss = f64::from(loss.numerator()) / f64::from(loss.denominator());
        Some(Flood { size, view: self.among.view(), links, degree: degree.into(), loss })
    }
}

impl Experiment for Searches {
    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::figure("asked", "nodes", "that hear the query, but for who searches"),
            Measure::figure("queries", "messages", "that ask, those that were lost included"),
            Measure::figure("duplicates", "messages", "of these that came to who had been asked"),
            Measure::figure("hits", "messages", "that answer, counted at each hop"),
            Measure::figure("servers", "nodes", "that have it and of which it is heard"),
            Measure::figure("recall", "share", "of those that have it, of which it is heard"),
            Measure::event("found", "somebody is heard of"),
            Measure::figure("price", "messages", "for each server that is heard of"),
            Measure::curve("reach", "hops", "share", "asked within so many hops, of all others"),
        ]
    }

    fn run(&self, seed: u64) -> Outcome {
        let quest = self.among.search(self.mode, seed);
        let messages = (quest.queries + quest.hits) as f64;
        let others = f64::from(self.among.nodes - 1);
        let within = quest.asked.iter().scan(0, |sum, &asked| {
            *sum += asked;
            Some(*sum as f64 / others)
        });
        Outcome::default()
            .figure("asked", quest.reached() as f64)
            .figure("queries", quest.queries as f64)
            .figure("duplicates", quest.duplicates as f64)
            .figure("hits", quest.hits as f64)
            .figure("servers", f64::from(quest.servers))
            .figure("recall", self.among.recall(&quest))
            .event("found", quest.servers > 0)
            .figure("price", messages / f64::from(quest.servers))
            .curve("reach", within.collect())
    }

    fn theory(&self, curve: &str, hops: u32) -> Option<Theory> {
        let flood = self.flood().filter(|_| curve == "reach")?;
        let others = f64::from(flood.size) - 1.0;
        let mut reached = 0.0;
        let within = flood.hops().ok()?.take(hops as usize).map(|hop| {
            reached += hop.asked / others;
            reached
        });
        Some(Theory { name: "expected", values: std::iter::once(0.0).chain(within).collect() })
    }
}

#[cfg(test)]
mod tests;

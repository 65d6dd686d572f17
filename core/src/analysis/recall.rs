//! How far and how wide to search, for what is wanted of a search: the planner of floods.
//!
//! "Find at least nine tenths of those that have it, with a probability of 0.99, where one in a hundred
//! has it": [`plan`] chooses the TTL and the degree that take the fewest messages, and tells what
//! they reach. [`Search`](crate::protocols::search::Search) floods so.
//!
//! What may go wrong is reckoned with in three steps.
//! - **Whom the flood reaches.** Numbers of whole groups hardly differ from what is
//!   [expected](super::horizon); those of the first hops do, and all others grow from them. So a plan
//!   does not count on expected numbers but, hop by hop, on a number that is not fallen short of but
//!   with a small probability; what is above it is left out of the reckoning, and to ask more never
//!   finds less. All hops together fall short with no more than a [tenth](SPREAD) of what is allowed
//!   to go wrong.
//! - **Who has it.** So many processes are drawn uniformly from all but the origin. How many of them
//!   are asked is hypergeometric.
//! - **Which hits come back.** From `h` hops away a hit comes back with `(1 - loss)^h`. Of those that
//!   have it and are asked, as many are heard of as of independent trials with the mean of that. (Their
//!   distances are drawn without replacement, so their number varies a little less.)
//!
//! The number that a hop does not fall short of is the greater one of two, both by Chernoff's bound
//! `P(X <= a) <= exp(-n KL(a/n, p))`:
//! - Messages are sent one after the other, `degree` by each. Whatever came of those before, one is
//!   lost, or comes to one of those that were asked or got a message of another sender in this hop, with
//!   a probability of at most `loss + (1 - loss) these / (size - degree)`. That is sharp while few were
//!   asked.
//! - Each of those that are left is met with the same probability, and that some are makes others less
//!   likely to be (they are negatively associated: Joag-Dev, Proschan 1983), for which the bound holds
//!   as for independent trials. That is sharp when most are asked.
//!
//! Source: our derivation. Assumed: views are drawn uniformly and are [one-way](super::horizon::Links),
//! and stay as they are while the search lasts; losses are independent; nobody refuses a query, and no
//! bound on hits and results is met. Views of CYCLON are nearly so, and as all are about equally well
//! known there, floods reach a little more.

use super::horizon::{Flood, Links, Refused};

/// What part of what may go wrong is given to floods that reach too few.
///
/// Our choice: bounds grow with the logarithm of it only, so little is to be had from more.
pub const SPREAD: f64 = 0.1;

/// What is wanted of a search.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Wanted {
    /// The share of those that have it of which the origin is to hear, above 0 and up to 1.
    pub recall: f64,
    /// With which probability at least, above 0 and below 1.
    pub probability: f64,
    /// The share of all processes that have it, rounded to a whole number of them; the origin has it
    /// not.
    pub replicated: f64,
}

/// The group that is searched.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Overlay {
    /// The number of processes, at least 3.
    pub size: u32,
    /// How many neighbours each has, from 1 to all others.
    pub view: u32,
    /// The probability that a message is lost, from 0 to 1.
    pub loss: f64,
}

/// How far and how wide a search may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The most hops.
    pub ttl: u8,
    /// The most neighbours to which a query is passed on. No more than there are, in any case, and no
    /// more than [`MAX_FANOUT`](crate::MAX_FANOUT).
    pub degree: u8,
}

/// A flood that does what is wanted, and what it comes to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plan {
    /// How many hops.
    pub ttl: u8,
    /// How many neighbours of each.
    pub degree: u8,
    /// The probability, at least, that the origin hears of as many as is wanted.
    pub probability: f64,
    /// The expected share of those that have it of which it hears.
    pub recall: f64,
    /// How many are expected to be asked.
    pub asked: f64,
    /// How many queries are expected to be sent, those that are lost included.
    pub queries: f64,
    /// How many hits, each counted at each of its hops.
    pub hits: f64,
}

/// Why there is no plan.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
pub enum Infeasible {
    /// There is no such group.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A recall or a probability that cannot be asked for.
    #[error(
        "a recall lies above 0 and up to 1, a probability above 0 and below 1, and what is replicated \
         from 0 to 1"
    )]
    Wanted,
    /// Rounded to a whole number, no process has it.
    #[error("of {size} processes, a share of {replicated} is nobody: nothing is to be found")]
    NobodyHasIt {
        /// How many processes there are.
        size: u32,
        /// The share that was to have it.
        replicated: f64,
    },
    /// The limits are too narrow.
    #[error(
        "within the limits that is not sure with more than a probability of {best}; allow more hops \
         or a higher degree, or ask for less"
    )]
    Limits {
        /// The greatest probability that is sure within them.
        best: f64,
    },
}

impl Plan {
    /// All messages that are expected.
    #[must_use]
    pub fn messages(&self) -> f64 {
        self.queries + self.hits
    }
}

/// The flood of the fewest expected messages that does what is wanted.
///
/// # Errors
/// When nothing within the limits surely does, nobody has it, or there is no such group.
pub fn plan(wanted: Wanted, overlay: Overlay, limits: Limits) -> Result<Plan, Infeasible> {
    let task = Task::new(wanted, overlay, limits)?;
    let widest = limits.degree.min(crate::MAX_FANOUT as u8);
    let widest = u32::from(widest).min(overlay.view) as u8;
    let mut best = 0.0;
    let mut cheapest: Option<Plan> = None;
    for degree in 1..=widest {
        match task.shortest(degree) {
            Ok(plan) => {
                let is_cheaper = |other: &Plan| plan.messages() < other.messages();
                if cheapest.as_ref().is_none_or(is_cheaper) {
                    cheapest = Some(plan);
                }
            }
            Err(probability) => best = f64::max(best, probability),
        }
    }
    cheapest.ok_or(Infeasible::Limits { best })
}

/// What is to be done.
struct Task {
    wanted: Wanted,
    overlay: Overlay,
    limits: Limits,
    /// How many have it.
    holders: u32,
    /// Of how many of them the origin is to hear.
    needed: u32,
}

impl Task {
    fn new(wanted: Wanted, overlay: Overlay, limits: Limits) -> Result<Self, Infeasible> {
        let Wanted { recall, probability, replicated } = wanted;
        let is_positive = recall > 0.0 && probability > 0.0;
        let is_possible = recall <= 1.0 && probability < 1.0 && (0.0..=1.0).contains(&replicated);
        if !is_positive || !is_possible {
            return Err(Infeasible::Wanted);
        }
        let Overlay { size, .. } = overlay;
        let holders = holders(size, replicated);
        if holders == 0 {
            return Err(Infeasible::NobodyHasIt { size, replicated });
        }
        let task = Self { wanted, overlay, limits, holders, needed: needed(holders, recall) };
        task.flood(1).check()?;
        Ok(task)
    }

    fn flood(&self, degree: u8) -> Flood {
        let Overlay { size, view, loss } = self.overlay;
        Flood { size, view, links: Links::OneWay, degree: degree.into(), loss }
    }

    /// The probability that a plan may fall short because its flood reaches too few.
    fn spread(&self) -> f64 {
        SPREAD * (1.0 - self.wanted.probability)
    }

    /// The shortest flood of this degree that does it; or the greatest probability of one that does
    /// not.
    fn shortest(&self, degree: u8) -> Result<Plan, f64> {
        let flood = self.flood(degree);
        let surely = Surely::new(flood, self.spread()).take(self.limits.ttl.into());
        let (mut heard, mut best) = (Heard::new(flood), 0.0);
        for (ttl, asked) in (1..).zip(surely) {
            heard.add(asked);
            let found = heard.of_at_least(self.needed, self.holders) - self.spread();
            best = f64::max(best, found);
            if found >= self.wanted.probability {
                return Ok(self.expected(flood, ttl, found));
            }
        }
        Err(best)
    }

    /// What is expected of a flood that is sure to do it with this probability.
    fn expected(&self, flood: Flood, ttl: u8, probability: f64) -> Plan {
        let (others, arrives) = (flood.others(), 1.0 - flood.loss);
        let (mut back, mut sent) = (1.0, 0.0);
        let degree = flood.degree as u8;
        let none =
            Plan { ttl, degree, probability, recall: 0.0, asked: 0.0, queries: 0.0, hits: 0.0 };
        let hops = flood.hops().into_iter().flatten().take(ttl.into());
        hops.fold(none, |plan, hop| {
            let share = hop.asked / others;
            sent += back;
            back *= arrives;
            Plan {
                recall: plan.recall + share * back,
                asked: plan.asked + hop.asked,
                queries: plan.queries + hop.messages,
                hits: plan.hits + f64::from(self.holders) * share * sent,
                ..plan
            }
        })
    }
}

/// How many processes have it, of which the origin is none.
#[must_use]
pub fn holders(size: u32, replicated: f64) -> u32 {
    let rounded = libm::round(replicated * f64::from(size)) as u32;
    rounded.min(size.saturating_sub(1))
}

/// How many of so many are at least this share of them.
#[must_use]
pub fn needed(holders: u32, recall: f64) -> u32 {
    // A share such as 0.9 is a little off in `f64`; nobody means one more by that.
    const ROUNDING: f64 = 1e-9;
    libm::ceil(recall * f64::from(holders) - ROUNDING) as u32
}

/// How many are asked in each hop, at least, but with a small probability: in the `h`th hop the part
/// `1 / (h (h + 1))` of that of all, so that most is left to the first hops.
struct Surely {
    flood: Flood,
    /// The probability of all hops.
    spread: f64,
    /// How many hops there were.
    hops: f64,
    /// How many were asked, the origin included.
    asked: f64,
    /// How many pass the query on in the next hop, and to how many each.
    senders: f64,
    copies: f64,
}

impl Surely {
    fn new(flood: Flood, spread: f64) -> Self {
        let copies = flood.copies().into();
        Self { flood, spread, hops: 0.0, asked: 1.0, senders: 1.0, copies }
    }
}

impl Iterator for Surely {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        let Flood { size, view, degree, loss, .. } = self.flood;
        let (size, arrives) = (f64::from(size), 1.0 - loss);
        self.hops += 1.0;
        let nats = libm::log(self.hops * (self.hops + 1.0) / self.spread);
        let messages = self.senders * self.copies;
        let known = (self.asked - 1.0 + messages - self.copies) / (size - self.copies);
        let of_messages = surely(messages, arrives * (1.0 - known.min(1.0)), nats);
        let chance = arrives * self.copies / self.flood.others();
        let met = 1.0 - libm::exp(self.senders * libm::log1p(-chance));
        let of_others = surely(size - self.asked, met, nats);
        let asked = of_messages.max(of_others);
        self.asked += asked;
        // Whom a query came from may be in the view.
        (self.senders, self.copies) = (asked, degree.min(view - 1).into());
        Some(asked)
    }
}

/// The greatest number that so many trials, each a success with this probability, fall short of with
/// no more than `exp(-nats)`, by Chernoff's bound.
fn surely(trials: f64, chance: f64, nats: f64) -> f64 {
    let is_sure = |successes: f64| {
        let fewer = (successes - 1.0) / trials;
        fewer < chance && trials * divergence(fewer, chance) >= nats
    };
    let (mut sure, mut unsure) = (0.0, trials + 1.0);
    while unsure - sure > 1.0 {
        let middle = libm::floor((sure + unsure) / 2.0);
        if is_sure(middle) { sure = middle } else { unsure = middle }
    }
    sure
}

/// Kullback and Leibler's divergence of a coin from another one.
fn divergence(coin: f64, other: f64) -> f64 {
    let part = |one: f64, other: f64| if one > 0.0 { one * libm::log(one / other) } else { 0.0 };
    part(coin, other) + part(1.0 - coin, 1.0 - other)
}

/// Of whom the origin hears, if they have it.
struct Heard {
    flood: Flood,
    /// How many are asked.
    asked: f64,
    /// Of how many of these the origin hears on average.
    heard: f64,
    /// How likely a hit comes back from the last hop.
    back: f64,
}

impl Heard {
    fn new(flood: Flood) -> Self {
        Self { flood, asked: 0.0, heard: 0.0, back: 1.0 }
    }

    /// So many more are asked, one hop farther away.
    fn add(&mut self, asked: f64) {
        self.back *= 1.0 - self.flood.loss;
        self.asked += asked;
        self.heard += asked * self.back;
    }

    /// The probability that it hears of at least `needed` of the holders.
    fn of_at_least(&self, needed: u32, holders: u32) -> f64 {
        if self.heard == 0.0 {
            return 0.0;
        }
        let (others, asked) = (self.flood.others(), self.asked);
        let drawn = Drawn { of: others, special: asked, drawn: holders.into() };
        let comes_back = enough_of(needed, self.heard / asked);
        let both = (needed..=holders).zip(comes_back);
        let sum: f64 = both.map(|(met, enough)| drawn.exactly(met.into()) * enough).sum();
        sum.min(1.0)
    }
}

/// Some are drawn of all, without replacement; some of all are special.
struct Drawn {
    of: f64,
    special: f64,
    drawn: f64,
}

impl Drawn {
    /// How likely so many special ones are among them: the hypergeometric distribution.
    fn exactly(&self, met: f64) -> f64 {
        let &Self { of, special, drawn } = self;
        let (plain, unmet) = (of - special, drawn - met);
        if met > special || unmet > plain {
            return 0.0;
        }
        libm::exp(ways(special, met) + ways(plain, unmet) - ways(of, drawn))
    }
}

/// The logarithm of the number of subsets of that size.
fn ways(of: f64, size: f64) -> f64 {
    let factorial = |number: f64| libm::lgamma(number + 1.0);
    factorial(of) - factorial(size) - factorial(of - size)
}

/// How likely at least `needed` of `needed`, `needed + 1`, … independent trials succeed, at least 1.
///
/// A further trial makes the difference where it succeeds and one success was missing; how likely that
/// is, is kept as a logarithm, since it may be too small for `f64` at first and matter later.
fn enough_of(needed: u32, chance: f64) -> impl Iterator<Item = f64> {
    let missing = f64::from(needed - 1);
    let mut trials = missing;
    let mut one_missing = missing * libm::log(chance);
    let mut enough = 0.0;
    core::iter::from_fn(move || {
        enough += chance * libm::exp(one_missing);
        trials += 1.0;
        one_missing += libm::log(trials / (trials - missing)) + libm::log1p(-chance);
        Some(f64::min(enough, 1.0))
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    /// Chernoff's bound is on the safe side of the binomial distribution, and not far.
    #[test]
    fn what_is_sure_is_seldom_fallen_short_of() {
        for (trials, chance, nats) in
            [(7, 0.9, 7.0), (40, 0.5, 5.0), (300, 0.02, 5.0), (9, 0.1, 3.0)]
        {
            let fewer_than = |number: f64| {
                let exactly = |met: u32| {
                    let (met, trials) = (f64::from(met), f64::from(trials));
                    let logarithm = ways(trials, met) + met * libm::log(chance);
                    libm::exp(logarithm + (trials - met) * libm::log1p(-chance))
                };
                (0..number as u32).map(exactly).sum::<f64>()
            };
            let sure = surely(trials.into(), chance, nats);
            assert!(fewer_than(sure) <= libm::exp(-nats), "{trials}, {chance}: {sure}");
            assert!(fewer_than(sure + 3.0) > libm::exp(-nats), "{trials}, {chance}: {sure}");
        }
        assert_eq!((surely(7.0, 1.0, 9.0), surely(7.0, 0.0, 9.0)), (7.0, 0.0));
    }

    /// Of ten, four special, three are drawn: 1/30, 3/10, 1/2 and 1/6 by hand.
    #[test]
    fn subsets_are_counted_as_by_hand() {
        let drawn = Drawn { of: 10.0, special: 4.0, drawn: 3.0 };
        let by_hand = [1.0 / 6.0, 0.5, 0.3, 1.0 / 30.0, 0.0];
        for (met, expected) in (0..).zip(by_hand) {
            assert!((drawn.exactly(f64::from(met)) - expected).abs() < 1e-12, "{met}");
        }
        let all = Drawn { of: 4.0, special: 3.0, drawn: 4.0 };
        assert!((all.exactly(3.0) - 1.0).abs() < 1e-12 && all.exactly(2.0) == 0.0);
    }

    #[test]
    fn enough_succeed_as_by_hand() {
        let of = |needed, chance| enough_of(needed, chance).take(3).collect::<Vec<_>>();
        let near = |ours: Vec<f64>, by_hand: [f64; 3]| {
            assert!(ours.iter().zip(by_hand).all(|(a, b)| (a - b).abs() < 1e-12), "{ours:?}");
        };
        near(of(1, 0.5), [0.5, 0.75, 0.875]);
        near(of(2, 0.5), [0.25, 0.5, 0.6875]);
        near(of(2, 1.0), [1.0, 1.0, 1.0]);
        let late = enough_of(10_000, 0.9).nth(1500).expect("for ever");
        assert!(late > 0.99, "{late}, of 11,500 where 10,350 succeed on average");
    }
}

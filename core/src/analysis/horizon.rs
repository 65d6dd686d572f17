//! How far a flood reaches: Algorithm 7 among so many, hop by hop.
//!
//! While a flood meets nobody twice, it reaches `d` in the first hop and `d - 1` times as many in
//! each further one: the [tree]. In a group that has an end it meets more and more of those that
//! were asked before. [`Flood`] reckons with them, by recursion over the hops on expected numbers
//! (*mean field*): in each hop, those that were asked in the hop before pass the query on, and each of
//! the others is missed by all of them with some probability.
//!
//! - Where views are [one-way](Links::OneWay), whom somebody has in its view says nothing of anybody
//!   else. So a process is missed by `f` that pass on, each to it with the probability `c`, with
//!   `(1 - c)^f`.
//! - Where they are [symmetric](Links::Symmetric), everybody has `view` ends of links, and links join
//!   ends at random. An end is *free* while nothing was sent over its link. Of `p` free ends, `m` are
//!   sent over in this hop; so a free end is met with `m / p`, and a process whose ends are free with
//!   `q` is missed with `(1 - q m / p)^view`. Who was met by several neighbours has fewer ends free,
//!   and sends to all of them but the first.
//!
//! A lost message meets nobody. Source: our derivation; the tree is that of Gnutella's horizon.
//!
//! Assumed: views are uniform and stay as they are while the flood lasts; losses are independent of
//! each other and of all else; nobody refuses a query. What is computed are expected numbers, as if
//! those of one hop determined those of the next. In small groups, or where the first few messages
//! may be lost, runs differ much from them; [`recall`](super::recall) reckons with that.

use crate::MAX_FANOUT;

/// A flood in a group, as [`Search`](crate::protocols::search::Search) sends it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Flood {
    /// The number of processes, at least 3.
    pub size: u32,
    /// How many neighbours each has, from 1 to all others.
    pub view: u32,
    /// What it means that one is a neighbour of another.
    pub links: Links,
    /// To how many of its neighbours each passes the query on, all of them where there are no more:
    /// from 1 to [`MAX_FANOUT`]. Never to whom it came from.
    pub degree: u32,
    /// The probability that a message is lost, from 0 to 1.
    pub loss: f64,
}

/// What it means that one is a neighbour of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Links {
    /// Then the other is one of it, too: a random regular graph.
    Symmetric,
    /// Nothing: each view is drawn uniformly from all others.
    OneWay,
}

/// Why nothing is said of a flood.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
pub enum Refused {
    /// Too few processes.
    #[error("a flood is among at least 3 processes, not {0}")]
    Size(u32),
    /// Nobody is known, or more than there are.
    #[error("of {size} processes each knows 1 to all others, not {view}")]
    View {
        /// How many processes there are.
        size: u32,
        /// How many each was to know.
        view: u32,
    },
    /// Nobody is told, or too many.
    #[error("a query is passed on to 1 to {MAX_FANOUT} neighbours, not {0}")]
    Degree(u32),
    /// A loss that is no probability.
    #[error("a loss is a probability, from 0 to 1, not {0}")]
    Loss(f64),
}

/// What is expected of a hop.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hop {
    /// How many messages are sent, those that are lost included.
    pub messages: f64,
    /// How many are asked who were not before.
    pub asked: f64,
}

/// How many a flood reaches that meets nobody twice, `d (d - 1)^(i - 1)` in the `i`th hop; the
/// greatest number where there would be more.
#[must_use]
pub fn tree(degree: u32, ttl: u8) -> u64 {
    let mut hop = u64::from(degree);
    let mut reached = 0_u64;
    for _ in 0..ttl {
        reached = reached.saturating_add(hop);
        hop = hop.saturating_mul(u64::from(degree).saturating_sub(1));
    }
    reached
}

impl Flood {
    /// What is expected of each hop: the first, the second, and so on for ever.
    ///
    /// # Errors
    /// When there is no such flood.
    pub fn hops(&self) -> Result<impl Iterator<Item = Hop> + use<>, Refused> {
        self.check()?;
        let sender = Sender {
            messages: self.copies().into(),
            each: f64::from(self.copies()) / self.others(),
            part: f64::from(self.copies()) / f64::from(self.view),
        };
        let ends = Ends { free: 1.0, of_senders: self.view.into(), of_others: 0.0 };
        Ok(Spread { flood: *self, left: self.others(), senders: 1.0, sender, ends })
    }

    /// How many are expected to be asked within so many hops, the origin not counted.
    ///
    /// # Errors
    /// When there is no such flood.
    pub fn asked(&self, ttl: u8) -> Result<f64, Refused> {
        Ok(self.hops()?.take(ttl.into()).map(|hop| hop.asked).sum())
    }

    /// How many messages it is expected to take, those that are lost included; hits not counted.
    ///
    /// # Errors
    /// When there is no such flood.
    pub fn messages(&self, ttl: u8) -> Result<f64, Refused> {
        Ok(self.hops()?.take(ttl.into()).map(|hop| hop.messages).sum())
    }

    pub(super) fn check(&self) -> Result<(), Refused> {
        let &Self { size, view, degree, loss, .. } = self;
        if size < 3 {
            return Err(Refused::Size(size));
        }
        if view == 0 || view >= size {
            return Err(Refused::View { size, view });
        }
        if degree == 0 || degree as usize > MAX_FANOUT {
            return Err(Refused::Degree(degree));
        }
        if !(0.0..=1.0).contains(&loss) {
            return Err(Refused::Loss(loss));
        }
        Ok(())
    }

    /// How many there are besides the origin.
    pub(super) fn others(&self) -> f64 {
        f64::from(self.size) - 1.0
    }

    /// To how many the origin sends.
    pub(super) fn copies(&self) -> u32 {
        self.degree.min(self.view)
    }

    fn arrives(&self) -> f64 {
        1.0 - self.loss
    }

    /// What somebody does who passes the query on. It has whom the query came from in its view where
    /// links are symmetric; where they are one-way, it may have.
    fn sender(&self) -> Sender {
        let others = f64::from(self.view - 1);
        let messages = f64::from(self.degree).min(others);
        let but_one = self.others() - 1.0;
        if self.links == Links::Symmetric || self.degree < self.view {
            return Sender { messages, each: messages / but_one, part: share(messages, others) };
        }
        let each = f64::from(self.view) / self.others();
        Sender { messages: each * but_one, each, part: 1.0 }
    }
}

/// One who sends the query.
#[derive(Clone, Copy)]
struct Sender {
    /// To how many it does.
    messages: f64,
    /// How likely it is that one of all others is among them.
    each: f64,
    /// How likely it is that one of its neighbours is, but for whom it heard the query from.
    part: f64,
}

/// A flood on its way.
struct Spread {
    flood: Flood,
    /// How many have not been asked.
    left: f64,
    /// How many send in the next hop.
    senders: f64,
    /// What each of them does.
    sender: Sender,
    ends: Ends,
}

impl Iterator for Spread {
    type Item = Hop;

    fn next(&mut self) -> Option<Hop> {
        let Self { flood, left, senders, sender, .. } = *self;
        let missed = match flood.links {
            Links::OneWay => libm::exp(senders * libm::log1p(-(flood.arrives() * sender.each))),
            Links::Symmetric => self.ends.hop(&flood, left, sender),
        };
        let asked = left * (1.0 - missed);
        (self.left, self.senders, self.sender) = (left - asked, asked, flood.sender());
        Some(Hop { messages: senders * sender.messages, asked })
    }
}

/// The free ends of symmetric links: nothing was sent over them.
struct Ends {
    /// The share of the ends of those that have not been asked.
    free: f64,
    /// How many of those that send next.
    of_senders: f64,
    /// How many of those that have sent, to others.
    of_others: f64,
}

impl Ends {
    /// The hop in which the senders send to their part; how likely it is that one of those that are
    /// left is missed.
    fn hop(&mut self, flood: &Flood, left: f64, sender: Sender) -> f64 {
        let view = f64::from(flood.view);
        let sent_over = self.of_senders * sender.part;
        let of_left = left * view * self.free;
        let met = share(sent_over, of_left + self.of_senders + self.of_others);
        let still_free = self.free * (1.0 - met);
        let spared = 1.0 - flood.arrives() * self.free * met;
        let missed = libm::pow(spared, view);
        self.free = share(still_free, spared);
        self.of_others = (self.of_others + self.of_senders - sent_over) * (1.0 - met);
        self.of_senders = left * view * (still_free - missed * self.free);
        missed
    }
}

/// The share that a part is of a whole, all of it at most; of nothing, nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).min(1.0) } else { 0.0 }
}

//! What searches are, and what is said of them here.

use alloc::vec::Vec;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::protocols::search::message::{MAX_QUERY, MAX_RESULTS, Way};
use crate::rumor::Id;
use crate::{Peer, Ticks};

/// How far searches go, and how much of others' is carried. All processes of a group use the same.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How long a period is.
    pub period: Ticks,
    /// For how many periods a query is remembered, and hits of one's own are awaited; at least 1.
    pub patience: u8,
    /// The most neighbours to which a query is passed on.
    pub degree: u8,
    /// The most hops of a query that floods.
    pub max_ttl: u8,
    /// The most hops of one that walks.
    pub max_hops: u8,
    /// The most searches from here at the same time.
    pub own: u8,
    /// The most servers of which a search from here hears.
    pub servers: u16,
    /// The most queries of others that are remembered.
    pub carried: u16,
    /// The most new queries from one neighbour in a period.
    pub from_one: u8,
    /// The most results of one query that are passed on here.
    pub results: u16,
}

/// The most hops of a query that walks.
///
/// Our choice: with the way back it is as long as the longest walk of
/// [the overlay](crate::stacks::overlay::Settings::keeping).
const FARTHEST_WALK: u8 = 32;

/// The most hops of a query that floods.
///
/// Our choice: more than the seven of the paper, so that a flood to three neighbours of each, which is
/// cheap, comes to a million processes: 3^13 are more.
const FARTHEST_FLOOD: u8 = 16;

/// The most neighbours to which a query is passed on.
///
/// Our choice: more than the seven of the paper, with room for who wants to be surer. A flood without a
/// horizon, of which nothing is lost, misses a process of a large group with a probability of about e to
/// the minus so many, if neighbours are drawn uniformly.
const WIDEST: u8 = 16;

/// For how many periods a query is remembered.
///
/// Our choice: the way of a walk and its way back are 64 hops, eight of them in a period, of which the
/// overlay expects that it is several times as long as an answer takes.
const PATIENCE: u8 = 8;

/// The most searches from here at the same time.
///
/// Our choice: a person has one or two in mind.
const OWN: u8 = 4;

/// The most new queries from one neighbour in a period.
///
/// Our choice: a neighbour may begin all of its own at once, and pass on as many of others.
const FROM_ONE: u8 = 2 * OWN;

/// The most servers of which a search from here hears.
///
/// Our choice: more than a person reads.
const SERVERS: u16 = 256;

impl Settings {
    /// Searches over a view of `view` neighbours. A period is to be several times as long as an answer
    /// takes; that of the overlay will do.
    ///
    /// As many queries are remembered as all neighbours may send for as long as one is, and of one
    /// query as many results are passed on as its origin listens to, should all come by here.
    #[must_use]
    pub fn over(view: u32, period: Ticks) -> Self {
        let periods = u32::from(PATIENCE) + 1;
        let carried = view.saturating_mul(u32::from(FROM_ONE) * periods);
        Self {
            period,
            patience: PATIENCE,
            degree: WIDEST,
            max_ttl: FARTHEST_FLOOD,
            max_hops: FARTHEST_WALK,
            own: OWN,
            servers: SERVERS,
            carried: u16::try_from(carried).unwrap_or(u16::MAX),
            from_one: FROM_ONE,
            results: SERVERS * MAX_RESULTS as u16,
        }
    }
}

/// How somebody searches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Mode {
    /// Everybody within so many hops is asked, as far as so many neighbours of each reach.
    Flood {
        /// How many hops.
        ttl: u8,
        /// How many neighbours of each.
        degree: u8,
    },
    /// The same with a few hops, and where that is in vain, with more and more of them.
    Rings {
        /// How many hops at first.
        first: u8,
        /// How many more each time.
        step: u8,
        /// How many at most.
        last: u8,
        /// How many neighbours of each.
        degree: u8,
        /// How many periods pass between two rings.
        wait: u8,
        /// How many servers are enough: then no further ring is searched.
        enough: u16,
    },
    /// A few copies of the query wander.
    Walk {
        /// How many.
        walkers: u8,
        /// How many hops each takes.
        hops: u8,
    },
}

impl Mode {
    /// How many hops a query of that ring takes; `None` where there is no such ring.
    #[must_use]
    pub fn hops(self, ring: u8) -> Option<u8> {
        match self {
            Self::Flood { ttl: hops, .. } | Self::Walk { hops, .. } => (ring == 0).then_some(hops),
            Self::Rings { first, step, last, .. } => {
                let hops = |ring: u8| u16::from(first) + u16::from(step) * u16::from(ring);
                let before = ring.checked_sub(1).map(hops);
                let is_over = before.is_some_and(|before| before >= last.into());
                (!is_over && (ring == 0 || step > 0)).then(|| hops(ring).min(last.into()) as u8)
            }
        }
    }

    /// To how many neighbours the query goes at first.
    #[must_use]
    pub fn copies(self) -> u8 {
        match self {
            Self::Flood { degree: copies, .. }
            | Self::Rings { degree: copies, .. }
            | Self::Walk { walkers: copies, .. } => copies,
        }
    }

    /// How its queries spread.
    #[must_use]
    pub fn way(self) -> Way {
        match self {
            Self::Flood { degree, .. } | Self::Rings { degree, .. } => Way::Flood { degree },
            Self::Walk { .. } => Way::Walk,
        }
    }
}

/// What the application asks and answers.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Request<P: Peer> {
    /// Search.
    Search {
        /// Comes back with hits, and at the end.
        tag: u8,
        /// What is searched for, at most [`MAX_QUERY`] bytes.
        text: Bytes,
        /// How.
        mode: Mode,
    },
    /// This process has something that was asked for.
    Matches {
        /// Whose query, and which.
        id: Id<P>,
        /// What: at most [`MAX_RESULTS`], each of at most
        /// [`MAX_RESULT`](super::MAX_RESULT) bytes.
        results: Vec<Bytes>,
    },
}

/// What is asked or told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// Does this process have that? It is asked once for each query, and answers by
    /// [`Request::Matches`] if it has.
    Asked {
        /// Whose query, and which.
        id: Id<P>,
        /// What is searched for.
        text: Bytes,
    },
    /// A search from here has found something.
    Hit {
        /// The tag of its request.
        tag: u8,
        /// Who has it.
        server: P,
        /// How many hops the hit took, which is the length of the way of the query.
        hops: u8,
        /// What it has.
        results: Vec<Bytes>,
    },
    /// A search from here is over.
    Ended {
        /// The tag of its request.
        tag: u8,
        /// How many servers were heard of.
        servers: u16,
    },
    /// A search does not begin.
    Failed {
        /// The tag of its request.
        tag: u8,
        /// Why.
        failure: Failure,
    },
    /// So many results were not sent: too many, too long, or too late.
    LeftOut {
        /// Whose query, and which.
        id: Id<P>,
        /// How many.
        results: u32,
    },
    /// A message was refused.
    Refused {
        /// Who sent it.
        from: P,
        /// Why.
        refusal: Refusal,
    },
}

/// Why a search does not begin.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// It wants to go nowhere, or farther or wider than is allowed.
    #[error("a search goes to at least 1 neighbour and 1 hop, and no farther than is allowed")]
    Reach,
    /// The query is too long.
    #[error("a query has at most {MAX_QUERY} bytes")]
    TooLong,
    /// There is no neighbour to begin with.
    #[error("there is no neighbour to begin with")]
    NoNeighbor,
    /// As many searches are on their way from here as may be, or one with this tag.
    #[error("too many searches are on their way, or one with this tag; wait for one to end")]
    TooMany,
}

/// Why a message is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// A query or a hit with no hop left or taken, or with more than are allowed.
    #[error("a query or a hit takes from 1 to as many hops as are allowed")]
    Hops,
    /// Too many new queries of one neighbour in a period.
    #[error("too many queries of one neighbour in a period")]
    Flooding,
    /// There is no room for another query.
    #[error("there is no room for another query")]
    NoRoom,
    /// A hit to no query that is remembered.
    #[error("no query awaits this hit")]
    Unasked,
    /// A hit of a server that was heard of.
    #[error("this server was heard of")]
    Repeated,
    /// More results than are passed on, or more servers than are listened to; or none.
    #[error("too many results, or none")]
    Results,
    /// A query of nobody, or a hit at nobody: of no life, or at a place where nobody can be.
    #[error("the origin or the server is nobody")]
    NamesNobody,
}

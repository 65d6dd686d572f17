//! What a process has, and others search for.
//!
//! The machine of [`search`](rumormill_core::protocols::search) asks by a notice whether its process
//! has what somebody searches for, and is answered by a request. In between stands a [`Desk`], which
//! looks it up in a [`Catalogue`] and counts: [`Memory`] holds titles, [`Files`] the names of the files
//! of a directory.
//!
//! ```
//! use rumormill_core::bytes::Bytes;
//! use rumormill_core::protocols::search::{Notice, Request};
//! use rumormill_core::rumor::Id;
//! use rumormill_tokio::catalogue::{Desk, Memory};
//!
//! let mut desk = Desk::of(Memory::of(["Blue Train.flac", "A Love Supreme.flac"]));
//! let id = Id { origin: 7_u32, sequence: 0 };
//! let asked = Notice::Asked { id, text: Bytes::from("FLAC train") };
//! let results = vec![Bytes::from("Blue Train.flac")];
//! assert_eq!(desk.hear(&asked), Some(Request::Matches { id, results }));
//! ```

mod desk;
mod files;
mod memory;
mod scan;
mod words;

use bytes::Bytes;

pub use desk::{Asked, Desk, RefusedQueries};
pub use files::{Files, Limits, OpenError};
pub use memory::{LeftOut, MAX_TITLES, Memory};
pub use words::Words;

/// What a process has.
pub trait Catalogue: Send + Sync {
    /// What matches the query, in an order of the catalogue's own: at most
    /// [`MAX_RESULTS`](rumormill_core::protocols::search::MAX_RESULTS) results of at most
    /// [`MAX_RESULT`](rumormill_core::protocols::search::MAX_RESULT) bytes each. The machine leaves out
    /// what goes beyond that, and tells.
    ///
    /// Anybody can send queries, any number of them, with any bytes in them: so it had better be quick,
    /// and read no files.
    ///
    /// # Errors
    /// When the query cannot be understood.
    fn find(&self, query: &[u8]) -> Result<Found, QueryError>;
}

/// What matches a query.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// The first few.
    pub results: Vec<Bytes>,
    /// How many more there are.
    pub more: u64,
}

/// Why a query is not answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QueryError {
    /// It is no text.
    #[error("a query is text in UTF-8")]
    NotText,
    /// There is no word in it, so everything would match.
    #[error("a query has at least one word")]
    NoWords,
}

impl Catalogue for Box<dyn Catalogue> {
    fn find(&self, query: &[u8]) -> Result<Found, QueryError> {
        self.as_ref().find(query)
    }
}

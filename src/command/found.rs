//! What people search for, and what is found.

use anyhow::{Result, bail};
use rumormill::SocketPeer;
use rumormill::node::catalogue::Words;
use rumormill::protocols::search::{MAX_QUERY, Mode, Notice};

use super::output::printable;

/// How many hops a flood takes, where nothing else is said: those of the paper.
pub(super) const TTL: u8 = 7;

/// To how many neighbours each passes it on: those of the paper.
pub(super) const DEGREE: u8 = 7;

/// The paper's search, in a group whose nodes pass on to no more than `widest` neighbours.
pub(super) fn flood(widest: u8) -> Mode {
    Mode::Flood { ttl: TTL, degree: DEGREE.min(widest) }
}

/// The text of a query by which something can be found.
pub(super) fn text(query: &[u8]) -> Result<&str> {
    if query.len() > MAX_QUERY {
        bail!("the query has {} bytes; a query has at most {MAX_QUERY}", query.len());
    }
    Words::of(query)?;
    Ok(std::str::from_utf8(query)?)
}

/// What a notice tells of finds: a line for each result, and where it is.
pub(super) fn lines(notice: &Notice<SocketPeer>) -> Vec<String> {
    let Notice::Hit { server, hops, results, .. } = notice else { return Vec::new() };
    results.iter().map(|result| line(result, server, *hops)).collect()
}

/// A result, and where it is.
pub(super) fn line(result: &[u8], server: &SocketPeer, hops: u8) -> String {
    format!("{}  @ {}  (hops {hops})", title(result), server.address())
}

/// A result as it is shown.
pub(super) fn title(result: &[u8]) -> String {
    printable(&String::from_utf8_lossy(result))
}

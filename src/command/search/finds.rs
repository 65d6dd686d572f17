//! What was found.

use bytes::Bytes;
use rumormill::SocketPeer;
use serde::Serialize;
use tokio::time::Instant;

use super::quality::Quality;
use crate::command::found::{line, title};
use crate::command::numbers::{counted, seconds};
use crate::command::output::{Output, say_aside};

/// Why nothing more is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    /// The machine awaits no more answers.
    Over,
    /// The time for answers was up.
    Deadline,
    /// The command was asked to end.
    Interrupted,
}

/// What was found so far.
#[derive(Serialize)]
pub(super) struct Finds {
    #[serde(skip)]
    output: Output,
    #[serde(skip)]
    begun: Instant,
    /// How many neighbours there were to ask.
    neighbors: usize,
    /// How many nodes answered.
    servers: u64,
    results: Vec<Find>,
}

/// A result.
#[derive(Serialize)]
struct Find {
    title: String,
    address: String,
    server: String,
    hops: u8,
    /// When it came, after the query went.
    seconds: f64,
}

/// The JSON document.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    pub(super) query: &'a str,
    pub(super) end: End,
    /// How far it was to go for the quality that was wanted.
    pub(super) plan: Option<Quality>,
    #[serde(flatten)]
    pub(super) found: &'a Finds,
}

impl Finds {
    pub(super) fn new(output: Output) -> Self {
        let begun = Instant::now();
        Self { output, begun, neighbors: 0, servers: 0, results: Vec::new() }
    }

    /// The query goes to some of so many neighbours.
    pub(super) fn begin(&mut self, neighbors: usize) {
        (self.begun, self.neighbors) = (Instant::now(), neighbors);
        let neighbors = counted(neighbors, "neighbour", "neighbours");
        say_aside(format_args!("joined: {neighbors}; searching"));
    }

    /// The machine tells of each server once, and of a bounded number of them.
    pub(super) async fn hear(&mut self, server: SocketPeer, hops: u8, results: &[Bytes]) {
        self.servers += 1;
        let seconds = self.begun.elapsed().as_secs_f64();
        for result in results {
            self.output.say_in_turn(line(result, &server, hops)).await;
            self.results.push(Find {
                title: title(result),
                address: server.address().to_string(),
                server: server.to_string(),
                hops,
                seconds,
            });
        }
    }

    /// How many nodes answered.
    pub(super) fn servers(&self) -> u64 {
        self.servers
    }

    pub(super) fn is_any(&self) -> bool {
        !self.results.is_empty()
    }

    pub(super) fn sum_up(&self, end: End) {
        let why = match end {
            End::Over => "the search was over",
            End::Deadline => "time was up",
            End::Interrupted => "asked to end",
        };
        let what = match self.results.last() {
            None => "nothing was found".into(),
            Some(last) => self.in_words(last),
        };
        let lasted = seconds(self.begun.elapsed().as_secs_f64());
        say_aside(format_args!("{what}; {why} after {lasted}"));
    }

    fn in_words(&self, last: &Find) -> String {
        let results = counted(self.results.len(), "result", "results");
        let servers = counted(self.servers as usize, "node", "nodes");
        let hops = self.results.iter().map(|find| find.hops);
        let (nearest, farthest) = (hops.clone().min().unwrap_or(0), hops.max().unwrap_or(0));
        let from = if nearest < farthest { format!("{nearest} to ") } else { String::new() };
        let hops = counted(farthest.into(), "hop", "hops");
        let last = seconds(last.seconds);
        format!("{results} at {servers}, {from}{hops} away, the last after {last}")
    }
}

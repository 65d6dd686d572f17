//! What goes into a node by the standard input and comes out by the standard output.

use std::io;

use anyhow::{Result, bail};
use bytes::Bytes;
use rumormill::SocketPeer;
use rumormill::node::catalogue::Asked;
use rumormill::node::{Counters, Handle, Notices, Stopped};
use rumormill::rumor::{Id, Notice, Rumor};
use rumormill::seen::Refusal;
use rumormill::stacks::member::{self, Request};
use serde::Serialize;
use tokio::sync::mpsc;

use super::joining::Joining;
use super::lines::Line;
use super::refusals::Refusals;
use super::searches::{self, Counted, Searches};
use super::settings::Settings;
use super::share::Share;
use super::sizes::{self, Sizes};
use crate::command::found;
use crate::command::member::Machine;
use crate::command::numbers::counted;
use crate::command::output::{Output, print_in_turn, printable, say_aside};

pub(super) struct Talk {
    json: bool,
    me: SocketPeer,
    limit: u32,
    joining: Joining,
    deliveries: u64,
    /// How many messages were turned away; anybody can send any number of them.
    turned_away: u64,
    refusals: Refusals,
    searches: Searches,
    sizes: Sizes,
}

/// A delivery, as one entry of the JSON document.
#[derive(Serialize)]
struct Delivery {
    origin: String,
    sequence: u64,
    text: String,
}

impl Talk {
    /// The JSON document is written as it comes about, line by line, since nobody knows how long
    /// that takes.
    pub(super) async fn new(json: bool, settings: &Settings, me: SocketPeer, share: Share) -> Self {
        let others = settings.join.iter().filter(|&&address| address != me.address()).count();
        let through = match others {
            0 => "it waits for others that --join it".into(),
            nodes => format!("joining through {}", counted(nodes, "node", "nodes")),
        };
        let of_itself = if others < settings.join.len() { " (it cannot join itself)" } else { "" };
        say_aside(format_args!("listening on {}; {through}{of_itself}; Ctrl-C ends", me.address()));
        if json {
            let shared = share.titles;
            let begin = format!("{{\"peer\": \"{me}\", \"shared\": {shared}, \"deliveries\": [\n");
            print_in_turn(begin).await;
        }
        let (limit, joining) = (settings.ways.max_payload(), Joining::new(settings, others));
        let refusals = Refusals::default();
        let searches = Searches::new(settings, share.catalogue);
        let (deliveries, turned_away, sizes) = (0, 0, Sizes::default());
        Self { json, me, limit, joining, deliveries, turned_away, refusals, searches, sizes }
    }

    /// Broadcasts the lines, or searches, and tells the notices, until something goes wrong.
    pub(super) async fn go_on(
        &mut self,
        node: &Handle<Machine>,
        mut lines: mpsc::Receiver<io::Result<Line>>,
        notices: &mut Notices<Machine>,
    ) -> Result<()> {
        let mut more_lines = true;
        loop {
            tokio::select! {
                line = lines.recv(), if more_lines => match line {
                    Some(Ok(Line::Text(text))) => ask(node, self.understand(text)).await?,
                    Some(Ok(Line::TooLong)) => self.refuse(),
                    Some(Err(error)) => say_aside(format_args!("no more lines are read: {error}")),
                    None => more_lines = false,
                },
                () = self.joining.is_due() => self.joining.look(node).await?,
                notice = notices.next() => match notice {
                    Some(notice) => ask(node, self.tell(notice).await?).await?,
                    None => bail!("the node has stopped by itself; start it again"),
                },
            }
        }
    }

    /// What to ask the machine for because of a line.
    fn understand(&mut self, line: Bytes) -> Option<Request<SocketPeer>> {
        match searches::query(&line) {
            Some(query) => self.searches.begin(query),
            None if sizes::is_asked_for(&line) => Some(Request::estimate_size()),
            None => Some(Request::broadcast(line)),
        }
    }

    /// What to ask the machine for in return, if anything.
    async fn tell(
        &mut self,
        notice: member::Notice<SocketPeer>,
    ) -> Result<Option<Request<SocketPeer>>> {
        self.refusals.hear(&notice);
        match notice {
            member::Notice::Overlay(notice) => self.joining.hear(&notice),
            member::Notice::Rumor(notice) => self.tell_of_rumor(notice).await?,
            member::Notice::Search(notice) => {
                for line in found::lines(&notice) {
                    self.tell_of_find(line).await;
                }
                return Ok(self.searches.hear(&notice));
            }
            member::Notice::Census(notice) => self.sizes.hear(&notice),
        }
        Ok(None)
    }

    async fn tell_of_find(&self, line: String) {
        Output { json: self.json }.say_in_turn(line).await;
    }

    async fn tell_of_rumor(&mut self, notice: Notice<SocketPeer>) -> Result<()> {
        match notice {
            Notice::Delivered(rumor) if rumor.id.origin == self.me => {}
            Notice::Delivered(rumor) => self.deliver(&rumor).await?,
            Notice::NotStarted(_) => self.refuse(),
            Notice::TurnedAway { id, refusal } => self.turn_away(id, refusal),
            Notice::CrowdedOut(_) | Notice::FeedbackRefused(_) => {}
        }
        Ok(())
    }

    /// Tells of the first; the others are in the sum at the end.
    fn turn_away(&mut self, id: Id<SocketPeer>, refusal: Refusal) {
        self.turned_away += 1;
        if self.turned_away == 1 {
            let (sequence, origin) = (id.sequence, id.origin.address());
            say_aside(format_args!(
                "not delivered: message {sequence} of {origin}, {}; further ones are counted",
                why(refusal)
            ));
        }
    }

    fn refuse(&self) {
        say_aside(format_args!(
            "not broadcast: the line is too long, at most {} bytes fit",
            self.limit
        ));
    }

    async fn deliver(&mut self, rumor: &Rumor<SocketPeer>) -> Result<()> {
        let (origin, text) = (rumor.id.origin, printable(&String::from_utf8_lossy(&rumor.payload)));
        if !self.json {
            print_in_turn(format!("{}: {text}\n", origin.address())).await;
            return Ok(());
        }
        let comma = if self.deliveries > 0 { ", " } else { "  " };
        self.deliveries += 1;
        let delivery = Delivery { origin: origin.to_string(), sequence: rumor.id.sequence, text };
        print_in_turn(format!("{comma}{}\n", serde_json::to_string(&delivery)?)).await;
        Ok(())
    }

    /// Tells what the node still had to tell when it stopped, and what it counted.
    pub(super) async fn finish(
        mut self,
        notices: &mut Notices<Machine>,
        counters: &Counters,
    ) -> Result<()> {
        while let Some(notice) = notices.try_next() {
            // The node has stopped, and answers nobody.
            let _too_late = self.tell(notice).await?;
        }
        if self.json {
            let sums = Sums {
                asked: self.searches.asked(),
                searches: self.searches.counted(),
                size: &self.sizes,
                refused: &self.refusals,
                counters,
            };
            let sums = serde_json::to_string(&sums)?;
            print_in_turn(format!("], {}\n", sums.trim_start_matches('{'))).await;
            return Ok(());
        }
        sum_up(counters, self.turned_away, &self.refusals, self.searches.asked());
        Ok(())
    }
}

async fn ask(node: &Handle<Machine>, request: Option<Request<SocketPeer>>) -> Result<(), Stopped> {
    match request {
        Some(request) => node.request(request).await,
        None => Ok(()),
    }
}

/// The end of the JSON document.
#[derive(Serialize)]
struct Sums<'a> {
    asked: Asked,
    searches: Counted,
    size: &'a Sizes,
    refused: &'a Refusals,
    counters: &'a Counters,
}

fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Repeated => "which was delivered before",
        Refusal::TooOld => "which much later ones have overtaken",
        Refusal::NoRoom => "since too many others are speaking",
    }
}

/// What was dropped is told only where something was.
fn sum_up(counters: &Counters, turned_away: u64, refusals: &Refusals, asked: Asked) {
    let Counters { incoming, outgoing, work } = counters;
    let mut line = format!("{} datagrams sent, {} received", outgoing.sent, incoming.accepted);
    for (count, what) in [
        (outgoing.failures.total() + outgoing.too_long, "not sent"),
        (incoming.refused.total(), "refused"),
        (turned_away, "messages turned away"),
        (
            work.missed,
            "deliveries, queries, refusals or failures missed, since too many came at once",
        ),
        (work.unrecorded, "steps that the trace has no room for"),
        (asked.queries, "queries heard"),
        (asked.answered, "of them answered"),
        (asked.left_out, "results not sent, since they were too many or too late"),
        (asked.refused.not_text, "queries refused that were no text"),
        (asked.refused.no_words, "queries refused that had no words"),
    ] {
        if count > 0 {
            line += &format!(", {count} {what}");
        }
    }
    if let Some(foremost) = refusals.foremost() {
        let refused = counted(refusals.total() as usize, "refusal", "refusals");
        line += &format!(", {refused} by the machine (foremost: {foremost})");
    }
    say_aside(line);
}

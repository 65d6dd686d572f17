//! `rumormill run`: a node of the default stack. Each line on the standard input is broadcast, and
//! what is delivered is printed.

mod settings;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use bytes::Bytes;
use rumormill::node::{Config, Counters, Finished, Handle, Notices, spawn};
use rumormill::rumor::{Notice, PayloadTooLong, Rumor};
use rumormill::stacks::broadcast::{Broadcast, Request};
use rumormill::trace::Title;
use rumormill::{Neighborhood, Node, SocketPeer};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};

use super::Outcome;
use super::machines::BROADCAST;
use super::signals::asked_to_end;
pub(crate) use settings::Arguments;
use settings::Settings;

type Stack = Broadcast<SocketPeer>;

#[tokio::main]
pub(super) async fn run(arguments: &Arguments) -> Result<Outcome> {
    let settings = Settings::of(arguments)?;
    let config = configuration(&settings);
    let mut node = spawn(config, |me| machine(me, &settings)).await?;
    let notices = node.notices().context("the notices of a new node were taken before")?;
    eprintln!("listening on {}, {} peers known", node.peer(), settings.peers.len());
    let mut talk = Talk::new(arguments.json, node.peer())?;
    talk.until_asked_to_end(&node, notices).await?;
    let Finished { counters, trace, .. } = node.shutdown().await?;
    if let (Some(file), Some(trace)) = (&settings.record, trace) {
        save(file, &trace)?;
    }
    talk.finish(&counters)?;
    Ok(Outcome::Holds)
}

fn configuration(settings: &Settings) -> Config {
    let mut config = Config::new(settings.bind);
    config.label = settings.label;
    config.max_datagram = settings.max_datagram;
    config.advertise = settings.advertise;
    if let Some(seed) = settings.seed {
        config.seed = seed;
    }
    if settings.record.is_some() {
        let title = Title { machine: BROADCAST.into(), about: "a node of `rumormill run`".into() };
        config.recording = Some(rumormill::node::Recording::new(title));
    }
    config
}

fn machine(me: SocketPeer, settings: &Settings) -> Node<SocketPeer, Stack> {
    let contacts = settings.peers.iter().map(|&address| SocketPeer::contact(address));
    let others = contacts.filter(|contact| contact.address() != me.address());
    let stack = Broadcast::new(settings.size, settings.forward(), settings.repair());
    Node::new(Neighborhood::of(me, others), stack)
}

fn save(file: &PathBuf, trace: &[u8]) -> Result<()> {
    fs::write(file, trace).with_context(|| format!("cannot write the trace to {}", file.display()))
}

/// What goes in by the standard input and comes out by the standard output.
struct Talk {
    json: bool,
    me: SocketPeer,
    deliveries: u64,
}

/// A delivery, as one entry of the JSON document.
#[derive(Serialize)]
struct Delivery {
    origin: String,
    sequence: u64,
    text: String,
}

impl Talk {
    /// The JSON document is written as it comes about, since nobody knows how long that takes.
    fn new(json: bool, me: SocketPeer) -> Result<Self> {
        if json {
            print(&format!("{{\"peer\": \"{me}\", \"deliveries\": ["))?;
        }
        Ok(Self { json, me, deliveries: 0 })
    }

    async fn until_asked_to_end(
        &mut self,
        node: &Handle<Stack>,
        mut notices: Notices<Stack>,
    ) -> Result<()> {
        let mut lines = Some(BufReader::new(tokio::io::stdin()).lines());
        let end = asked_to_end();
        tokio::pin!(end);
        loop {
            tokio::select! {
                asked = &mut end => return asked.context("cannot listen for signals"),
                line = next_line(&mut lines) => match line.context("cannot read the standard input")? {
                    Some(line) => node.request(Request::broadcast(Bytes::from(line))).await?,
                    None => lines = None,
                },
                notice = notices.next() => match notice {
                    Some(notice) => self.tell(notice)?,
                    None => return Ok(()),
                },
            }
        }
    }

    fn tell(&mut self, notice: Notice<SocketPeer>) -> Result<()> {
        match notice {
            Notice::Delivered(rumor) if rumor.id.origin == self.me => Ok(()),
            Notice::Delivered(rumor) => self.deliver(&rumor),
            Notice::NotStarted(PayloadTooLong { length, limit }) => {
                eprintln!("not broadcast: the line has {length} bytes, at most {limit} fit");
                Ok(())
            }
            Notice::TurnedAway { id, refusal } => {
                eprintln!("turned away: message {} of {}: {refusal:?}", id.sequence, id.origin);
                Ok(())
            }
            Notice::CrowdedOut(_) => Ok(()),
        }
    }

    fn deliver(&mut self, rumor: &Rumor<SocketPeer>) -> Result<()> {
        let (origin, text) = (rumor.id.origin.to_string(), printable(&rumor.payload));
        if !self.json {
            return print(&format!("{}: {text}\n", rumor.id.origin.address()));
        }
        let comma = if self.deliveries > 0 { ",\n" } else { "\n" };
        self.deliveries += 1;
        let delivery = Delivery { origin, sequence: rumor.id.sequence, text };
        print(&format!("{comma}{}", serde_json::to_string(&delivery)?))
    }

    fn finish(&self, counters: &Counters) -> Result<()> {
        let counters = serde_json::to_string(counters)?;
        if self.json {
            return print(&format!("\n], \"counters\": {counters}}}\n"));
        }
        eprintln!("{counters}");
        Ok(())
    }
}

/// The next line; for ever nothing once the input has ended.
async fn next_line(lines: &mut Option<Lines<BufReader<Stdin>>>) -> io::Result<Option<String>> {
    match lines {
        Some(lines) => lines.next_line().await,
        None => std::future::pending().await,
    }
}

fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.context("cannot write to the standard output")
}

/// What others sent must not move the cursor or change the colours of a terminal.
fn printable(payload: &[u8]) -> String {
    let text = String::from_utf8_lossy(payload);
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

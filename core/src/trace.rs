//! What runs did: the events, draws and effects of each step, to be replayed by the same machine.
//!
//! A trace holds one machine, or several that ran together, in the order of their steps:
//!
//! ```text
//! "rumormill trace", the version, the name of the machine, what the trace is about
//! Begin(state)                         for each machine; they are numbered from 0
//! Step { node, event, draws, effects } as they happened
//! End { node, state }                  for each machine
//! ```
//!
//! all written by postcard. [`replay`] feeds the events to the machine again, answers its draws as
//! they were answered, and demands the same draws, effects and end states, to the last byte. A
//! machine that reads a clock, the environment or a state that is not part of its value fails it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{Draw, Effect, Effects, Event, Node, Peer, Protocol, Randomness, Recorder, Script};

const MAGIC: &str = "rumormill trace";
const VERSION: u8 = 2;

/// What a trace is of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Title {
    /// The name of the machine, by which its type is found again.
    pub machine: String,
    /// What the trace is about, for people.
    pub about: String,
}

#[derive(Serialize, Deserialize)]
struct Opening {
    magic: String,
    version: u8,
    title: Title,
}

/// One entry of a trace.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Record<'a, P: Peer, X: Protocol<P>> {
    /// The next machine, before its first step.
    Begin(Cow<'a, Node<P, X>>),
    /// A machine handled an event.
    Step {
        /// Which machine.
        node: u32,
        /// What happened to it.
        event: Cow<'a, Event<P, X>>,
        /// What it drew.
        draws: Cow<'a, [Draw]>,
        /// What it wanted done.
        effects: Vec<Effect<'a, P, X>>,
    },
    /// A machine after its last step.
    End {
        /// Which machine.
        node: u32,
        /// What became of it.
        state: Cow<'a, Node<P, X>>,
    },
}

impl Title {
    /// Appends the opening of a trace to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let title = self.clone();
        append(&Opening { magic: MAGIC.into(), version: VERSION, title }, out);
    }

    /// Reads the opening of a trace; returns what follows it, too.
    ///
    /// # Errors
    /// When the bytes are no trace, or one of another version.
    pub fn read(trace: &[u8]) -> Result<(Self, &[u8]), ReplayError> {
        let opening: Result<(Opening, _), _> = postcard::take_from_bytes(trace);
        match opening {
            Ok((Opening { magic, version: VERSION, title }, rest)) if magic == MAGIC => {
                Ok((title, rest))
            }
            Ok((Opening { magic, version, .. }, _)) if magic == MAGIC => {
                Err(ReplayError::Version { version })
            }
            _ => Err(ReplayError::NotATrace),
        }
    }
}

impl<P: Peer, X: Protocol<P>> Record<'_, P, X> {
    /// Appends the entry to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        append(self, out);
    }
}

fn append<T: Serialize>(value: &T, out: &mut Vec<u8>) {
    out.extend_from_slice(&bytes_of(value));
}

fn bytes_of<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("values of a protocol have lengths known before writing")
}

impl<P: Peer, X: Protocol<P>> Node<P, X> {
    /// [`Node::handle`], and appends the step to `trace` as one of machine number `node`.
    pub fn handle_recorded(
        &mut self,
        node: u32,
        event: Event<P, X>,
        random: &mut dyn Randomness,
        effects: &mut Effects<P, X>,
        trace: &mut Vec<u8>,
    ) {
        let mut draws = Vec::new();
        self.handle(event.clone(), &mut Recorder::new(random, &mut draws), effects);
        let effects = effects.iter().collect();
        let (event, draws) = (Cow::Owned(event), Cow::Owned(draws));
        Record::Step { node, event, draws, effects }.write(trace);
    }
}

/// What a successful replay went through.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Replayed {
    /// Machines, each from its begin to its end.
    pub nodes: u64,
    /// Steps of all of them.
    pub steps: u64,
    /// Draws in all steps.
    pub draws: u64,
    /// Effects of all steps.
    pub effects: u64,
}

/// Why a trace was not replayed to its end.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReplayError {
    /// Something else altogether.
    #[error("this is no trace of rumormill")]
    NotATrace,
    /// A trace of another version.
    #[error("the trace is of version {version}; this program replays version {VERSION}")]
    Version {
        /// The version it claims.
        version: u8,
    },
    /// It ends within an entry, or an entry is none of this machine.
    #[error("entry {entry} is cut short, or none of this machine")]
    Garbled {
        /// Which entry, from 0.
        entry: u64,
    },
    /// An entry speaks of a machine that has not begun, or that has ended.
    #[error("entry {entry} speaks of machine {node}, which is not running")]
    NotRunning {
        /// Which entry, from 0.
        entry: u64,
        /// Which machine.
        node: u32,
    },
    /// The trace ends before a machine does: the recording was interrupted.
    #[error("the trace ends before machine {node} does: its recording was interrupted")]
    Unfinished {
        /// Which machine.
        node: u32,
    },
    /// There is not a single step to replay.
    #[error("the trace holds no step")]
    Empty,
    /// The machine did something else than it did before.
    #[error("entry {entry}, machine {node}: {difference}")]
    Differs {
        /// Which entry, from 0.
        entry: u64,
        /// Which machine.
        node: u32,
        /// What is different.
        difference: Difference,
    },
}

/// How a machine departed from its trace.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Difference {
    /// It asked for other draws.
    #[error("it asked for other draws than {recorded}")]
    Draws {
        /// The draws of the trace.
        recorded: String,
    },
    /// It had other effects.
    #[error("it had the effects {replayed}, not {recorded}")]
    Effects {
        /// The effects of the trace.
        recorded: String,
        /// The effects now.
        replayed: String,
    },
    /// It ended in another state.
    #[error("it ended as {replayed}, not as {recorded}")]
    End {
        /// The end in the trace.
        recorded: String,
        /// The end now.
        replayed: String,
    },
}

/// Replays the entries of a trace, which follow its [`Title`].
///
/// # Errors
/// At the first entry that is broken or that the machine does not repeat; when the entries end
/// before the machines do; when there is no step at all.
pub fn replay<P: Peer, X: Protocol<P>>(mut entries: &[u8]) -> Result<Replayed, ReplayError> {
    let mut replay =
        Replay { nodes: Vec::new(), effects: Effects::new(), done: Replayed::default() };
    let mut entry = 0;
    while !entries.is_empty() {
        let read: Result<(Record<'_, P, X>, _), _> = postcard::take_from_bytes(entries);
        let (record, rest) = read.map_err(|_| ReplayError::Garbled { entry })?;
        replay.take(entry, record)?;
        entries = rest;
        entry += 1;
    }
    replay.finish()
}

struct Replay<P: Peer, X: Protocol<P>> {
    /// Those that have not ended.
    nodes: Vec<Option<Node<P, X>>>,
    effects: Effects<P, X>,
    done: Replayed,
}

impl<P: Peer, X: Protocol<P>> Replay<P, X> {
    fn take(&mut self, entry: u64, record: Record<'_, P, X>) -> Result<(), ReplayError> {
        let (node, outcome) = match record {
            Record::Begin(state) => {
                self.nodes.push(Some(state.into_owned()));
                return Ok(());
            }
            Record::Step { node, event, draws, effects } => {
                (node, self.step(node, event.into_owned(), &draws, &effects))
            }
            Record::End { node, state } => (node, self.end(node, &state)),
        };
        match outcome {
            Some(Ok(())) => Ok(()),
            Some(Err(difference)) => Err(ReplayError::Differs { entry, node, difference }),
            None => Err(ReplayError::NotRunning { entry, node }),
        }
    }

    /// `None` when the machine is not running.
    fn step(
        &mut self,
        node: u32,
        event: Event<P, X>,
        draws: &[Draw],
        recorded: &Vec<Effect<'_, P, X>>,
    ) -> Option<Result<(), Difference>> {
        let node = self.nodes.get_mut(node as usize)?.as_mut()?;
        let mut script = Script::new(draws);
        node.handle(event, &mut script, &mut self.effects);
        if !script.was_followed() {
            return Some(Err(Difference::Draws { recorded: format!("{draws:?}") }));
        }
        let replayed: Vec<_> = self.effects.iter().collect();
        if bytes_of(recorded) != bytes_of(&replayed) {
            let (recorded, replayed) = (format!("{recorded:?}"), format!("{replayed:?}"));
            return Some(Err(Difference::Effects { recorded, replayed }));
        }
        self.done.steps += 1;
        self.done.draws += draws.len() as u64;
        self.done.effects += replayed.len() as u64;
        Some(Ok(()))
    }

    /// `None` when the machine is not running.
    fn end(&mut self, node: u32, recorded: &Node<P, X>) -> Option<Result<(), Difference>> {
        let replayed = self.nodes.get_mut(node as usize)?.take()?;
        self.done.nodes += 1;
        if bytes_of(recorded) == bytes_of(&replayed) {
            return Some(Ok(()));
        }
        let (recorded, replayed) = (format!("{recorded:?}"), format!("{replayed:?}"));
        Some(Err(Difference::End { recorded, replayed }))
    }

    fn finish(self) -> Result<Replayed, ReplayError> {
        if let Some(node) = self.nodes.iter().position(Option::is_some) {
            return Err(ReplayError::Unfinished { node: node as u32 });
        }
        if self.done.steps == 0 { Err(ReplayError::Empty) } else { Ok(self.done) }
    }
}

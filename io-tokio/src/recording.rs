//! The switch for traces: the machine's step, recorded or not.

use std::borrow::Cow;

use rumormill_core::trace::Record;
use rumormill_core::{Effects, Event, Node, Protocol, Randomness, SocketPeer};

use crate::Recording;

/// A trace of one machine, which replays at every moment at which it is [finished](Tape::finish).
pub(crate) struct Tape {
    trace: Vec<u8>,
    limit: usize,
    full: bool,
}

/// The only machine of the trace.
const NODE: u32 = 0;

impl Tape {
    /// A trace that begins with the machine as it is.
    pub(crate) fn new<X: Protocol<SocketPeer>>(
        recording: &Recording,
        node: &Node<SocketPeer, X>,
    ) -> Self {
        let mut trace = Vec::new();
        recording.title.write(&mut trace);
        Record::Begin(Cow::Borrowed(node)).write(&mut trace);
        Self { trace, limit: recording.limit, full: false }
    }

    /// Lets the machine take a step; tells whether it is in the trace.
    pub(crate) fn step<X: Protocol<SocketPeer>>(
        &mut self,
        node: &mut Node<SocketPeer, X>,
        event: Event<SocketPeer, X>,
        random: &mut dyn Randomness,
        effects: &mut Effects<SocketPeer, X>,
    ) -> bool {
        if self.full {
            node.handle(event, random, effects);
            return false;
        }
        node.handle_recorded(NODE, event, random, effects, &mut self.trace);
        if self.trace.len() >= self.limit {
            self.end(node);
        }
        true
    }

    /// The whole trace.
    pub(crate) fn finish<X: Protocol<SocketPeer>>(mut self, node: &Node<SocketPeer, X>) -> Vec<u8> {
        if !self.full {
            self.end(node);
        }
        self.trace
    }

    fn end<X: Protocol<SocketPeer>>(&mut self, node: &Node<SocketPeer, X>) {
        Record::End { node: NODE, state: Cow::Borrowed(node) }.write(&mut self.trace);
        self.full = true;
    }
}

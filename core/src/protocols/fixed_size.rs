//! `ApproximateSystemSize()` for groups whose size is known: the layer that tells the others.

use serde::{Deserialize, Serialize};

use crate::{Context, Never, Peer, Protocol};

/// Tells the size of the group once, at the start.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct FixedSize {
    /// The number of processes in the group, this one included.
    pub size: u32,
}

/// The number of processes in the group.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Notice(pub u32);

impl<P: Peer> Protocol<P> for FixedSize {
    type Message = Never;
    type Timer = Never;
    type Request = Never;
    type Notice = Notice;

    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        context.notify(Notice(self.size));
    }

    fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, message: Never) {
        match message {}
    }
}

//! The application's side of a running node.

use std::fmt;

use rumormill_core::{Node, Protocol, SocketPeer};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinError, JoinHandle};

use crate::Counters;

/// A running node. The node stops when its handle is dropped.
#[derive(Debug)]
pub struct Handle<X: Protocol<SocketPeer>> {
    pub(crate) peer: SocketPeer,
    pub(crate) requests: mpsc::Sender<Errand<X>>,
    pub(crate) notices: Option<Notices<X>>,
    pub(crate) counters: watch::Receiver<Counters>,
    pub(crate) task: JoinHandle<Finished<X>>,
}

/// What the application wants of the task that owns the machine.
pub(crate) enum Errand<X: Protocol<SocketPeer>> {
    /// To ask the machine for something.
    Ask(X::Request),
    /// To look at it.
    Look(Look<X>),
}

/// Looks at a machine.
type Look<X> = Box<dyn FnOnce(&Node<SocketPeer, X>) + Send>;

impl<X: Protocol<SocketPeer>> fmt::Debug for Errand<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ask(request) => f.debug_tuple("Ask").field(request).finish(),
            Self::Look(_) => f.write_str("Look"),
        }
    }
}

/// What the machine tells the application, in order. Of those that wait, there are at most
/// [`Config::notices`](crate::Config::notices): further ones are dropped and counted.
#[derive(Debug)]
pub struct Notices<X: Protocol<SocketPeer>> {
    pub(crate) notices: mpsc::Receiver<X::Notice>,
    pub(crate) counters: watch::Receiver<Counters>,
}

/// What is left of a node that has stopped.
#[derive(Clone, Debug)]
pub struct Finished<X: Protocol<SocketPeer>> {
    /// The machine in its last state.
    pub node: Node<SocketPeer, X>,
    /// What was counted in the end.
    pub counters: Counters,
    /// The trace, if one was recorded.
    pub trace: Option<Vec<u8>>,
}

/// The node has stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the node has stopped; shut it down to learn why")]
pub struct Stopped;

/// Why a request was not taken at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequestError {
    /// As many requests wait as may.
    #[error("too many requests wait for the node; wait until there is room, or ask less")]
    Busy,
    /// The node has stopped.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// The node did not come to its end: its machine panicked, or the runtime shut down first.
#[derive(Debug, thiserror::Error)]
#[error("the node did not come to its end")]
pub struct Aborted(#[from] JoinError);

impl<X: Protocol<SocketPeer>> Handle<X> {
    /// The node's own identity.
    #[must_use]
    pub fn peer(&self) -> SocketPeer {
        self.peer
    }

    /// Asks the machine for something; waits while too many requests wait already.
    ///
    /// # Errors
    /// When the node has stopped.
    pub async fn request(&self, request: X::Request) -> Result<(), Stopped> {
        self.requests.send(Errand::Ask(request)).await.map_err(|_| Stopped)
    }

    /// Asks the machine for something, without waiting.
    ///
    /// # Errors
    /// When too many requests wait already, or the node has stopped.
    pub fn try_request(&self, request: X::Request) -> Result<(), RequestError> {
        self.requests.try_send(Errand::Ask(request)).map_err(|error| match error {
            TrySendError::Full(_) => RequestError::Busy,
            TrySendError::Closed(_) => RequestError::Stopped(Stopped),
        })
    }

    /// Looks at the machine as it is once the requests before this have been carried out; waits its
    /// turn among them. The node stands still meanwhile, so `look` had better be quick.
    ///
    /// # Errors
    /// When the node has stopped.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Node<SocketPeer, X>) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let (tell, told) = oneshot::channel();
        let look = move |node: &Node<SocketPeer, X>| {
            // Whoever asked may have lost interest.
            let _unwanted = tell.send(look(node));
        };
        self.requests.send(Errand::Look(Box::new(look))).await.map_err(|_| Stopped)?;
        told.await.map_err(|_| Stopped)
    }

    /// What the machine tells, from the start on; `None` when it was taken before. Whoever drops
    /// it does not want to listen: nothing is counted as missed from then on.
    pub fn notices(&mut self) -> Option<Notices<X>> {
        self.notices.take()
    }

    /// What has been counted so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        *self.counters.borrow()
    }

    /// Waits until the counters satisfy the condition, or the node has stopped; returns them as
    /// they are then.
    pub async fn counters_once(&self, condition: impl FnMut(&Counters) -> bool) -> Counters {
        let mut counters = self.counters.clone();
        let satisfied = counters.wait_for(condition).await.map(|counters| *counters);
        satisfied.unwrap_or_else(|_stopped| self.counters())
    }

    /// Stops the node once the requests that wait have been carried out.
    ///
    /// # Errors
    /// When the machine panicked, or the runtime stopped the task before.
    pub async fn shutdown(self) -> Result<Finished<X>, Aborted> {
        drop(self.requests);
        Ok(self.task.await?)
    }
}

impl<X: Protocol<SocketPeer>> Notices<X> {
    /// The next notice, as soon as there is one; `None` when the node has stopped and there are no
    /// more.
    pub async fn next(&mut self) -> Option<X::Notice> {
        self.notices.recv().await
    }

    /// The next notice, if it is there already.
    pub fn try_next(&mut self) -> Option<X::Notice> {
        self.notices.try_recv().ok()
    }

    /// How many notices were dropped so far because too many were waiting.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.counters.borrow().work.missed
    }
}

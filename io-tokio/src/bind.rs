//! From a configuration to a running node.

use std::io;
use std::net::SocketAddr;

use rumormill_core::wire::Wire;
use rumormill_core::{Epoch, Node, Protocol, SocketPeer};
use tokio::runtime;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::driver::{Driver, Ends};
use crate::udp::Udp;
use crate::{Config, Counters, Handle, MAX_DATAGRAM, MIN_DATAGRAM, Notices};

/// Why a node was not started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The limit of datagrams makes no sense.
    #[error(
        "datagrams of at most {given} bytes: choose a limit from {MIN_DATAGRAM} to {MAX_DATAGRAM}"
    )]
    MaxDatagram {
        /// The limit in bytes.
        given: usize,
    },
    /// The epoch stands for an unknown one, or is later than the last.
    #[error("the epoch is to lie between 1 and {}; choose one such as the time", Epoch::LAST.0)]
    Epoch,
    /// Ticks take no time.
    #[error("ticks take no time; choose their length, such as a millisecond")]
    Tick,
    /// Something else listens on the address.
    #[error("{address} is in use: stop what listens there, or choose another port (0: any)")]
    InUse {
        /// Where to listen.
        address: SocketAddr,
    },
    /// The host has no such address.
    #[error("{address} is no address of this host; choose one of its own to listen on")]
    NotHere {
        /// Where to listen.
        address: SocketAddr,
    },
    /// The process may not listen on the address.
    #[error("this process may not listen on {address}; choose a port from 1024 on")]
    NotPermitted {
        /// Where to listen.
        address: SocketAddr,
    },
    /// The socket could not be made for another reason.
    #[error("no socket could be bound to {address}")]
    Socket {
        /// Where to listen.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The node listens on all addresses of the host, and nobody knows by which one it is reached.
    #[error(
        "a node that listens on {address} must say by which address others reach it: advertise one"
    )]
    NothingToAdvertise {
        /// Where it listens.
        address: SocketAddr,
    },
    /// Nobody can be where the node listens, or is said to be.
    #[error("no node can be at {advertised}: choose an address, and a port, of its own")]
    Nowhere {
        /// Where others would look for it.
        advertised: SocketAddr,
    },
    /// The machine believes to be somebody else.
    #[error("the machine was built for {machine}, and runs on {bound}; build it for the latter")]
    Identity {
        /// Who the machine believes to be.
        machine: SocketPeer,
        /// Who it is.
        bound: SocketPeer,
    },
}

/// Starts the node that `machine` makes of its identity, which is known once a port is bound.
///
/// Await it within a tokio runtime whose drivers for I/O and time are enabled.
///
/// # Errors
/// When the configuration makes no sense, or its address cannot be had.
pub async fn spawn<X: Protocol<SocketPeer>>(
    config: Config,
    machine: impl FnOnce(SocketPeer) -> Node<SocketPeer, X>,
) -> Result<Handle<X>, SpawnError>
where
    X::Message: Wire,
{
    let bound = Bound::bind(config).await?;
    let node = machine(bound.peer());
    bound.spawn(node)
}

/// A socket that listens, and no machine yet: for groups in which each is to know the others
/// before it starts. What arrives meanwhile waits.
#[derive(Debug)]
pub struct Bound {
    config: Config,
    udp: Udp,
    peer: SocketPeer,
    runtime: runtime::Handle,
}

impl Bound {
    /// Listens on the configured address.
    ///
    /// Await it within a tokio runtime whose drivers for I/O and time are enabled; the node will
    /// run there.
    ///
    /// # Errors
    /// When the configuration makes no sense, or its address cannot be had.
    pub async fn bind(config: Config) -> Result<Self, SpawnError> {
        check(&config)?;
        let address = config.bind;
        let bound = Udp::bind(address, config.max_datagram).await;
        let udp = bound.map_err(|source| refusal(address, source))?;
        let advertised = config.advertise.unwrap_or(udp.address());
        if advertised.ip().is_unspecified() {
            return Err(SpawnError::NothingToAdvertise { address });
        }
        let peer = SocketPeer::new(advertised, config.epoch);
        if peer.is_nowhere() {
            return Err(SpawnError::Nowhere { advertised });
        }
        Ok(Self { config, udp, peer, runtime: runtime::Handle::current() })
    }

    /// The identity of the node-to-be.
    #[must_use]
    pub fn peer(&self) -> SocketPeer {
        self.peer
    }

    /// Starts the node.
    ///
    /// # Errors
    /// When the machine was built for another identity than [`peer`](Self::peer).
    pub fn spawn<X: Protocol<SocketPeer>>(
        self,
        node: Node<SocketPeer, X>,
    ) -> Result<Handle<X>, SpawnError>
    where
        X::Message: Wire,
    {
        let Self { config, udp, peer, runtime } = self;
        if node.me() != peer {
            return Err(SpawnError::Identity { machine: node.me(), bound: peer });
        }
        let (requests, requested) = mpsc::channel(queue(config.requests));
        let (notify, notices) = mpsc::channel(queue(config.notices));
        let (count, counters) = watch::channel(Counters::default());
        let ends = Ends { requests: requested, notices: notify, counters: count };
        let task = runtime.spawn(Driver::new(&config, udp, node, ends).run());
        let notices = Some(Notices { notices, counters: counters.clone() });
        Ok(Handle { peer, requests, notices, counters, task })
    }
}

fn check(config: &Config) -> Result<(), SpawnError> {
    if !(MIN_DATAGRAM..=MAX_DATAGRAM).contains(&config.max_datagram) {
        return Err(SpawnError::MaxDatagram { given: config.max_datagram });
    }
    if config.epoch == Epoch::UNKNOWN || config.epoch > Epoch::LAST {
        return Err(SpawnError::Epoch);
    }
    if config.tick.is_zero() { Err(SpawnError::Tick) } else { Ok(()) }
}

/// The nearest length that a queue can have.
fn queue(length: usize) -> usize {
    length.clamp(1, Semaphore::MAX_PERMITS)
}

fn refusal(address: SocketAddr, source: io::Error) -> SpawnError {
    match source.kind() {
        io::ErrorKind::AddrInUse => SpawnError::InUse { address },
        io::ErrorKind::AddrNotAvailable => SpawnError::NotHere { address },
        io::ErrorKind::PermissionDenied => SpawnError::NotPermitted { address },
        _ => SpawnError::Socket { address, source },
    }
}

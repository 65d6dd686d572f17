//! Runs a rumormill machine on a UDP socket, with tokio.
//!
//! A thin driver: [`spawn`] binds a socket and starts one task that owns the machine, its timers
//! and the socket; the [`Handle`] passes requests in, and gives out [`Notices`] and [`Counters`].
//! All that a machine decides, it decides in `rumormill_core`; what the driver decides is when
//! timers fire, what of the network is fit to be heard ([`Gate`]), and what happens when somebody
//! is too slow (it is dropped and counted, never queued without bound).
//!
//! ```no_run
//! use rumormill_core::protocols::renyi_erdos::{RenyiErdos, Request, Settings};
//! use rumormill_core::seen::Memory;
//! use rumormill_core::{Neighborhood, Node, SocketPeer, Ticks};
//! use rumormill_tokio::{Config, spawn};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings {
//!     margin: 4 * 64,
//!     memory: Memory { origins: 1000, forget_after: None },
//!     period: Ticks(1000),
//!     max_payload: 1000,
//! };
//! let neighbor = SocketPeer::contact("192.0.2.7:7000".parse()?);
//! let config = Config::new("192.0.2.8:7000".parse()?);
//! let machine = |me| Node::new(Neighborhood::of(me, [neighbor]), RenyiErdos::new(settings));
//!
//! let mut node = spawn(config, machine).await?;
//! let mut notices = node.notices().expect("nobody has taken them yet");
//! node.request(Request::Broadcast("hello".into())).await?;
//! while let Some(notice) = notices.next().await {
//!     println!("{notice:?}");
//! }
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod bind;
pub mod catalogue;
mod config;
mod counters;
mod driver;
mod gate;
mod handle;
mod outbound;
mod recording;
mod timers;
mod udp;

pub use bind::{Bound, SpawnError, spawn};
pub use config::{Config, Loss, MAX_DATAGRAM, MIN_DATAGRAM, Recording, epoch_now};
pub use counters::{Counters, Incoming, Outgoing, Refusals, SendFailures, Work};
pub use gate::{Gate, Refused};
pub use handle::{Aborted, Finished, Handle, Notices, RequestError, Stopped};

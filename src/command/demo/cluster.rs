//! The nodes of the demo, on sockets.

use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use rumormill::analysis::logistic::Logistic;
use rumormill::node::{Bound, Config, Finished, Handle, Notices};
use rumormill::protocols::periodic_gossip::{Interest, Mode, PeriodicGossip, Request, Settings};
use rumormill::rumor::Notice;
use rumormill::seen::Memory;
use rumormill::trace::Title;
use rumormill::wire::{DEFAULT_MAX_DATAGRAM, MAX_OVERHEAD};
use rumormill::{Neighborhood, Node, SocketPeer, Ticks};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::super::loopback;
use super::super::machines::PERIODIC_GOSSIP;
use super::Arguments;
use super::heard::{Delivery, Heard};

type Machine = PeriodicGossip<SocketPeer>;

/// Nodes that know each other and nothing else.
pub(super) struct Cluster {
    nodes: Vec<Handle<Machine>>,
}

/// How a rumor spread.
pub(super) struct Spread {
    /// When it was started.
    pub(super) start: Instant,
    /// Who delivered it.
    pub(super) heard: Heard,
    /// What is left of the nodes.
    pub(super) nodes: Vec<Finished<Machine>>,
}

impl Arguments {
    pub(super) fn settings(&self) -> Settings {
        Settings {
            mode: Mode::Push,
            fanout: self.fanout,
            period: Ticks(self.period_ms),
            hot: Interest::ForEver,
            buffer: 1,
            max_message: (DEFAULT_MAX_DATAGRAM - MAX_OVERHEAD) as u32,
            memory: Memory { origins: 4, forget_after: None },
        }
    }

    /// A fanout beyond all others reaches all others.
    pub(super) fn theory(&self) -> Logistic {
        let fanout = f64::from(self.fanout).min(f64::from(self.nodes) - 1.0);
        Logistic { size: self.nodes, fanout, loss: f64::from(self.loss) / 100.0 }
    }

    pub(super) fn period(&self) -> Duration {
        Duration::from_millis(self.period_ms.into())
    }

    /// After so many periods nobody waits any longer for the last ones: several times as many as
    /// theory expects, and some for the smallest groups.
    fn patience(&self) -> u32 {
        let the_last = 0.5 / f64::from(self.nodes);
        (4.0 * self.theory().periods_until(1.0 - the_last)).ceil() as u32 + 10
    }

    fn config(&self, node: u32) -> Result<Config> {
        let about = format!("node {node} of {} in the demo", self.nodes);
        let title = Title { machine: PERIODIC_GOSSIP.into(), about };
        loopback::config(title, self.seed, node, self.loss)
    }
}

impl Cluster {
    /// Binds all sockets first, so that each node knows all others before it starts.
    pub(super) async fn start(arguments: &Arguments) -> Result<Self> {
        let mut bound = Vec::new();
        for node in 0..arguments.nodes {
            bound.push(Bound::bind(arguments.config(node)?).await?);
        }
        let peers: Vec<_> = bound.iter().map(Bound::peer).collect();
        let settings = arguments.settings();
        let start = |bound: Bound| {
            let view = Neighborhood::of(bound.peer(), peers.iter().copied());
            bound.spawn(Node::new(view, PeriodicGossip::new(settings.clone())))
        };
        Ok(Self { nodes: bound.into_iter().map(start).collect::<Result<_, _>>()? })
    }

    /// Lets the first node start the rumor, and calls `watch` at the start and after each period
    /// with the periods that have passed and the number of informed nodes: until all are informed,
    /// and then once.
    pub(super) async fn spread(
        mut self,
        arguments: &Arguments,
        mut watch: impl FnMut(u32, usize),
    ) -> Result<Spread> {
        let message = Bytes::from(arguments.message.clone());
        let mut heard = Heard::new(message.clone(), self.nodes.len());
        let mut deliveries = self.listen()?;
        self.nodes[0].request(Request::Publish(message)).await?;
        let first = deliveries.recv().await.context("no node is running")?;
        let start = first.at;
        heard.take(first);
        for passed in 0..=arguments.patience() {
            let all_knew = heard.by_all();
            sleep_until(start + arguments.period() * passed).await;
            while let Ok(delivery) = deliveries.try_recv() {
                heard.take(delivery);
            }
            watch(passed, heard.informed());
            if all_knew {
                break;
            }
        }
        let nodes = self.shut_down().await?;
        while let Some(delivery) = deliveries.recv().await {
            heard.take(delivery);
        }
        Ok(Spread { start, heard, nodes })
    }

    async fn shut_down(self) -> Result<Vec<Finished<Machine>>> {
        let mut finished = Vec::new();
        for node in self.nodes {
            finished.push(node.shutdown().await?);
        }
        Ok(finished)
    }

    /// What is delivered by any of the nodes, until all of them have stopped.
    fn listen(&mut self) -> Result<mpsc::UnboundedReceiver<Delivery>> {
        let (tell, deliveries) = mpsc::unbounded_channel();
        for (number, node) in self.nodes.iter_mut().enumerate() {
            let notices = node.notices().context("the notices of a new node were taken before")?;
            tokio::spawn(pass_on(number, notices, tell.clone()));
        }
        Ok(deliveries)
    }
}

async fn pass_on(
    node: usize,
    mut notices: Notices<Machine>,
    tell: mpsc::UnboundedSender<Delivery>,
) {
    while let Some(notice) = notices.next().await {
        if let Notice::Delivered(rumor) = notice {
            let delivery = Delivery { node, payload: rumor.payload, at: Instant::now() };
            // Nobody to tell it to: the demo is over.
            let _over = tell.send(delivery);
        }
    }
}

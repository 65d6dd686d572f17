//! The nodes of the demo, on sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use rumormill::analysis::logistic::Logistic;
use rumormill::node::{Bound, Config, Finished, Handle, Loss, Notices, Recording};
use rumormill::protocols::periodic_gossip::{Mode, PeriodicGossip, Request, Settings};
use rumormill::rumor::Notice;
use rumormill::seen::Memory;
use rumormill::trace::Title;
use rumormill::wire::{DEFAULT_MAX_DATAGRAM, MAX_OVERHEAD};
use rumormill::{Bias, Neighborhood, Node, SocketPeer, Ticks};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::super::machines::PERIODIC_GOSSIP;
use super::Arguments;

type Machine = PeriodicGossip<SocketPeer>;

/// After so many periods nobody waits any longer for the last ones.
const PATIENCE: u32 = 60;

/// Nodes that know each other and nothing else.
pub(super) struct Cluster {
    nodes: Vec<Handle<Machine>>,
    max_payload: u32,
}

/// How a rumor spread.
pub(super) struct Spread {
    /// How many nodes delivered it.
    pub(super) informed: usize,
    /// Whether none of them delivered it twice, or anything else.
    pub(super) exactly_once: bool,
    /// What is left of the nodes.
    pub(super) nodes: Vec<Finished<Machine>>,
}

impl Arguments {
    fn settings(&self) -> Settings {
        Settings {
            mode: Mode::Push,
            fanout: self.fanout,
            period: Ticks(self.period_ms),
            hot: None,
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

    fn config(&self, node: u32) -> Result<Config> {
        let seed = self.seed.wrapping_mul(1000).wrapping_add(node.into());
        let mut config = Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        config.seed = seed;
        config.loss = Loss { probability: Bias::new(self.loss, 100)?, seed: !seed };
        let about = format!("node {node} of {} in the demo", self.nodes);
        config.recording = Some(Recording::new(Title { machine: PERIODIC_GOSSIP.into(), about }));
        Ok(config)
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
        let nodes = bound.into_iter().map(start).collect::<Result<_, _>>()?;
        Ok(Self { nodes, max_payload: settings.max_payload() })
    }

    /// The longest message that may be spread, in bytes.
    pub(super) fn max_payload(&self) -> u32 {
        self.max_payload
    }

    /// Lets the first node start the rumor, and calls `watch` after each period with the periods
    /// that have passed and the number of informed nodes: until all are informed, and then once.
    pub(super) async fn spread(
        mut self,
        message: Bytes,
        period: Duration,
        mut watch: impl FnMut(f64, usize),
    ) -> Result<Spread> {
        let mut deliveries = self.listen()?;
        let start = Instant::now();
        self.nodes[0].request(Request::Publish(message.clone())).await?;
        let mut delivered = vec![0_usize; self.nodes.len()];
        let mut strange = false;
        for passed in 1..=PATIENCE {
            let all_knew = delivered.iter().all(|&times| times > 0);
            sleep_until(start + period * passed).await;
            while let Ok((node, payload)) = deliveries.try_recv() {
                delivered[node] += 1;
                strange |= payload != message;
            }
            watch(passed.into(), delivered.iter().filter(|&&times| times > 0).count());
            if all_knew {
                break;
            }
        }
        let mut nodes = Vec::new();
        for node in self.nodes {
            nodes.push(node.shutdown().await?);
        }
        let informed = delivered.iter().filter(|&&times| times > 0).count();
        let exactly_once = !strange && delivered.iter().all(|&times| times <= 1);
        Ok(Spread { informed, exactly_once, nodes })
    }

    /// What is delivered by any of the nodes: by which, and what it says.
    fn listen(&mut self) -> Result<mpsc::UnboundedReceiver<(usize, Bytes)>> {
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
    tell: mpsc::UnboundedSender<(usize, Bytes)>,
) {
    while let Some(notice) = notices.next().await {
        if let Notice::Delivered(rumor) = notice
            && tell.send((node, rumor.payload)).is_err()
        {
            return;
        }
    }
}

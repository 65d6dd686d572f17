//! The rumor among the demo's nodes: how it spread, beside what theory predicts.

use std::f64::consts::E;

use anyhow::Result;
use rumormill::analysis::logistic::Logistic;
use serde::Serialize;
use tokio::time::Instant;

use super::super::output::{Output, printable};
use super::Arguments;
use super::chart::{Chart, Point};
use super::cluster::{Cluster, Spread};
use super::load::Load;

/// Which prediction the curve stands beside.
const LAW: &str = "the logistic law for unsynchronised periods: each node has a phase of its own";

/// How the rumor spread.
#[derive(Serialize)]
pub(super) struct Outbreak {
    message: String,
    pub(super) nodes: u32,
    fanout: u8,
    loss: f64,
    period_ms: u32,
    seed: u64,
    law: &'static str,
    informed: usize,
    delivered_exactly_once: bool,
    /// After how many periods half of the nodes were informed, if they were.
    half_after: Option<f64>,
    /// When the law expects it.
    half_predicted_after: f64,
    /// After how many periods all nodes were informed, if they were.
    all_after: Option<f64>,
    curve: Vec<Point>,
    load: Load,
}

/// Runs the nodes until all are informed, and a period more; returns their traces, too.
pub(super) async fn watch(
    output: Output,
    arguments: &Arguments,
) -> Result<(Outbreak, Vec<Vec<u8>>)> {
    let theory = arguments.theory();
    introduce(output, arguments, &theory);
    let cluster = Cluster::start(arguments).await?;
    let mut chart = Chart::new(output, theory, arguments.nodes);
    let drawn = |periods, informed| chart.draw(periods, informed);
    let spread = cluster.spread(arguments, drawn).await?;
    let outbreak = Outbreak::of(arguments, &theory, &spread, chart.into_points());
    outbreak.say(output);
    let traces = spread.nodes.into_iter().filter_map(|node| node.trace).collect();
    Ok((outbreak, traces))
}

fn introduce(output: Output, arguments: &Arguments, theory: &Logistic) {
    let Arguments { message, fanout, loss, period_ms, .. } = arguments;
    output.say(format_args!(
        "   each gossips to {fanout} others per period of {period_ms} ms; {loss} % of the datagrams \
         are lost"
    ));
    output.say(format_args!("   the first says: \"{}\"", printable(message)));
    output.say("   prediction: the logistic law for periods that are not synchronised;");
    output.say(format_args!(
        "   single runs are early or late by about {:.1} periods\n",
        scatter(theory)
    ));
}

/// By how many periods single runs are early or late: about as long as an e-fold growth takes in
/// the beginning, when few nodes decide how fast it goes.
fn scatter(theory: &Logistic) -> f64 {
    theory.periods_until(E / (1.0 + E)) - theory.periods_until(0.5)
}

impl Outbreak {
    fn of(arguments: &Arguments, theory: &Logistic, spread: &Spread, curve: Vec<Point>) -> Self {
        let Spread { start, heard, nodes } = spread;
        let period = arguments.period().as_secs_f64();
        let periods = |end: Instant| end.duration_since(*start).as_secs_f64() / period;
        let size = arguments.nodes as usize;
        Self {
            message: arguments.message.clone(),
            nodes: arguments.nodes,
            fanout: arguments.fanout,
            loss: f64::from(arguments.loss) / 100.0,
            period_ms: arguments.period_ms,
            seed: arguments.seed,
            law: LAW,
            informed: heard.informed(),
            delivered_exactly_once: heard.exactly_once(),
            half_after: heard.by(size.div_ceil(2)).map(periods),
            half_predicted_after: theory.periods_until(0.5),
            all_after: heard.by(size).map(periods),
            curve,
            load: Load::of(nodes),
        }
    }

    fn say(&self, output: Output) {
        let Self { half_after, all_after, half_predicted_after, nodes, .. } = self;
        if let (Some(half), Some(all)) = (half_after, all_after) {
            output.say(format_args!(
                "   half of the nodes knew after {half:.1} periods (predicted: \
                 {half_predicted_after:.1}), all {nodes} after {all:.1}\n"
            ));
        }
        self.load.say(output);
    }

    /// What did not hold.
    pub(super) fn failures(&self) -> Vec<String> {
        let mut failures = Vec::new();
        let uninformed = self.nodes as usize - self.informed;
        if uninformed > 0 {
            failures.push(format!("{uninformed} of {} nodes never got the rumor", self.nodes));
        }
        if !self.delivered_exactly_once {
            failures.push("a node delivered the rumor twice, or something else".into());
        }
        if self.load.should_have_lost(self.loss) {
            failures.push("not one datagram was lost, although some were to be".into());
        }
        failures
    }
}

//! What can be varied by flags.

use std::collections::BTreeMap;

use clap::Args;
use rumormill::models::experiments::Values;

/// What can be varied; each experiment has some of them.
#[derive(Args)]
pub(super) struct Parameters {
    /// How many nodes
    #[arg(long, value_name = "VALUES")]
    nodes: Option<Values>,
    /// To how many others, in a round or at all
    #[arg(long, value_name = "VALUES")]
    fanout: Option<Values>,
    /// The probability that a message is lost, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    loss: Option<Values>,
    /// How many messages of a sender are lost in a row, on average; 1: losses are independent
    #[arg(long, value_name = "VALUES")]
    burst: Option<Values>,
    /// Whether latencies are exponential (1) or all alike (0)
    #[arg(long, value_name = "VALUES")]
    jitter: Option<Values>,
    /// How many nodes have crashed before the start
    #[arg(long, value_name = "VALUES")]
    crashed: Option<Values>,
    /// After how many rounds or periods a run is given up
    #[arg(long, value_name = "VALUES")]
    periods: Option<Values>,
    /// How many useless cycles end the interest in a rumor
    #[arg(long, value_name = "VALUES")]
    k: Option<Values>,
    /// Whether rumors are asked for (1) or told (0)
    #[arg(long, value_name = "VALUES")]
    pull: Option<Values>,
    /// Whether nobody tells what it needed (1) or all do (0)
    #[arg(long, value_name = "VALUES")]
    blind: Option<Values>,
    /// Whether interest ends by a coin (1) or by a counter (0)
    #[arg(long, value_name = "VALUES")]
    coin: Option<Values>,
    /// Whether a useful cycle resets the counter (1) or not (0)
    #[arg(long, value_name = "VALUES")]
    reset: Option<Values>,
    /// How many neighbours each has
    #[arg(long, value_name = "VALUES")]
    view: Option<Values>,
    /// How many entries are exchanged
    #[arg(long, value_name = "VALUES")]
    length: Option<Values>,
    /// Whether views are exchanged with anybody (1) or with the oldest neighbour (0)
    #[arg(long, value_name = "VALUES")]
    simple: Option<Values>,
    /// How views begin: at random (0), as a star (1) or as a ring (2)
    #[arg(long, value_name = "VALUES")]
    start: Option<Values>,
    /// After how many cycles the overlay is looked at
    #[arg(long, value_name = "VALUES")]
    cycles: Option<Values>,
    /// The share that crashes then, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    crash: Option<Values>,
    /// The part of a period that a message takes
    #[arg(long, value_name = "VALUES")]
    latency: Option<Values>,
    /// Within how many periods nodes start
    #[arg(long, value_name = "VALUES")]
    spread: Option<Values>,
    /// The share that goes in a period, and that comes, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    churn: Option<Values>,
    /// The share that says farewell of those that go, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    graceful: Option<Values>,
    /// For how many periods the network falls in two
    #[arg(long, value_name = "VALUES")]
    split: Option<Values>,
    /// The share of the nodes on the one side of it, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    side: Option<Values>,
    /// How many hops a walk takes
    #[arg(long, value_name = "VALUES")]
    distance: Option<Values>,
    /// Whether walks are those of Metropolis and Hastings (1) or plain (0)
    #[arg(long, value_name = "VALUES")]
    metropolis: Option<Values>,
    /// How many walks each begins in a period
    #[arg(long, value_name = "VALUES")]
    walks: Option<Values>,
    /// Whose neighbours one's neighbours are: a regular graph (0), drawn one-way (1), CYCLON's (2)
    #[arg(long, value_name = "VALUES")]
    links: Option<Values>,
    /// The share of the nodes that has what is searched for, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    replicated: Option<Values>,
    /// To how many of its neighbours each passes a query on
    #[arg(long, value_name = "VALUES")]
    degree: Option<Values>,
    /// How many hops a query takes
    #[arg(long, value_name = "VALUES")]
    ttl: Option<Values>,
    /// How many hops the first ring of a search has
    #[arg(long, value_name = "VALUES")]
    first: Option<Values>,
    /// How many hops more each further ring has
    #[arg(long, value_name = "VALUES")]
    step: Option<Values>,
    /// Of how many servers a search by rings is to hear
    #[arg(long, value_name = "VALUES")]
    enough: Option<Values>,
    /// How many copies of a query wander
    #[arg(long, value_name = "VALUES")]
    walkers: Option<Values>,
    /// How many hops each of them takes
    #[arg(long, value_name = "VALUES")]
    hops: Option<Values>,
    /// The share that a search is to find of those that have it, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    recall: Option<Values>,
    /// With which probability it is to find as many, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    probability: Option<Values>,
    /// Who begins exchanges: 0 each one, 1 random pairs, 2 two matchings
    #[arg(long, value_name = "VALUES")]
    order: Option<Values>,
    /// How often the same is asked at most
    #[arg(long, value_name = "VALUES")]
    tries: Option<Values>,
    /// How many samples are to collide
    #[arg(long, value_name = "VALUES")]
    collisions: Option<Values>,
    /// That an interval holds what it is to hold, from 0 to 1
    #[arg(long, value_name = "VALUES")]
    confidence: Option<Values>,
    /// How many links each has on average
    #[arg(long, value_name = "VALUES")]
    mean_degree: Option<Values>,
}

impl Parameters {
    /// Those that are given, by their names.
    pub(super) fn given(&self) -> BTreeMap<String, Values> {
        let Self { nodes, fanout, loss, burst, jitter, crashed, periods, .. } = self;
        let Self { k, pull, blind, coin, reset, .. } = self;
        let Self { view, length, simple, start, cycles, crash, latency, .. } = self;
        let Self { spread, churn, graceful, split, side, .. } = self;
        let Self { distance, metropolis, walks, .. } = self;
        let Self { links, replicated, degree, ttl, .. } = self;
        let Self { first, step, enough, walkers, hops, recall, probability, .. } = self;
        let Self { order, tries, collisions, confidence, mean_degree, .. } = self;
        let all = [
            ("nodes", nodes),
            ("fanout", fanout),
            ("loss", loss),
            ("burst", burst),
            ("jitter", jitter),
            ("crashed", crashed),
            ("periods", periods),
            ("k", k),
            ("pull", pull),
            ("blind", blind),
            ("coin", coin),
            ("reset", reset),
            ("view", view),
            ("length", length),
            ("simple", simple),
            ("start", start),
            ("cycles", cycles),
            ("crash", crash),
            ("latency", latency),
            ("spread", spread),
            ("churn", churn),
            ("graceful", graceful),
            ("split", split),
            ("side", side),
            ("distance", distance),
            ("metropolis", metropolis),
            ("walks", walks),
            ("links", links),
            ("replicated", replicated),
            ("degree", degree),
            ("ttl", ttl),
            ("first", first),
            ("step", step),
            ("enough", enough),
            ("walkers", walkers),
            ("hops", hops),
            ("recall", recall),
            ("probability", probability),
            ("order", order),
            ("tries", tries),
            ("collisions", collisions),
            ("confidence", confidence),
            ("mean-degree", mean_degree),
        ];
        let given =
            all.into_iter().filter_map(|(name, values)| Some((name.into(), values.clone()?)));
        given.collect()
    }
}

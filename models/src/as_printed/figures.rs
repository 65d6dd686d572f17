//! The figures of the second text, each beside the exact one of the same machine in lockstep rounds.

use rumormill_core::analysis::lockstep::Lockstep;
use rumormill_core::analysis::{Group, Refused, Targets};
use rumormill_core::protocols::periodic_gossip::Mode;
use serde::Serialize;

use super::dissemination::{decrease, half_life, load, uninfected, until_99_percent};

/// A figure as printed, and as it is.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Figure {
    /// What it is a figure of.
    pub about: String,
    /// What the text says.
    pub printed: f64,
    /// What the exact chain says.
    pub exact: f64,
    /// How many times the printed figure the exact one is claimed to be, to two digits behind the point.
    pub claimed: f64,
}

impl Figure {
    /// How many times the printed figure the exact one is.
    #[must_use]
    pub fn times(&self) -> f64 {
        self.exact / self.printed
    }

    /// Whether that is what is claimed.
    #[must_use]
    pub fn holds(&self) -> bool {
        (self.times() - self.claimed).abs() <= 0.005
    }
}

/// In this many rounds, all that is expected of a thousand nodes is known to more digits than are told.
const ROUNDS: u32 = 200;

/// All figures.
///
/// # Errors
/// When the mathematics refuses a group, which it does not.
pub fn figures() -> Result<Vec<Figure>, Refused> {
    let mut all = Vec::new();
    for (nodes, fanout, half, most) in [
        (100, 1, 1.51, 1.23),
        (100, 2, 1.82, 1.49),
        (100, 3, 2.49, 1.71),
        (1000, 1, 1.45, 1.31),
        (1000, 2, 2.00, 1.57),
        (1000, 3, 2.17, 1.83),
    ] {
        all.push(rounds_until_half(nodes, fanout, half)?);
        all.push(rounds_until_99_percent(nodes, fanout, most)?);
    }
    all.push(still_uninfected(100, 1, 5, 1.83)?);
    for (fanout, uninfected, times) in [(1, 9, 1.11), (2, 9, 1.11), (2, 5, 0.72), (2, 1, 0.50)] {
        all.push(fewer_after_a_round(10, fanout, uninfected, times)?);
    }
    for (round, times) in [(1, 1.0), (7, 43.89), (30, 100.0)] {
        all.push(received_in_round(100, 1, round, times)?);
    }
    Ok(all)
}

fn rounds_until_half(nodes: u32, fanout: u32, claimed: f64) -> Result<Figure, Refused> {
    let about = format!("rounds until half of {nodes} know, fanout {fanout}");
    let exact = rounds_until(nodes, fanout, nodes.div_ceil(2))?;
    Ok(Figure { about, printed: half_life(nodes, fanout), exact, claimed })
}

fn rounds_until_99_percent(nodes: u32, fanout: u32, claimed: f64) -> Result<Figure, Refused> {
    let about = format!("rounds until 99 % of {nodes} know, fanout {fanout}");
    let exact = rounds_until(nodes, fanout, (nodes * 99).div_ceil(100))?;
    Ok(Figure { about, printed: until_99_percent(nodes, fanout), exact, claimed })
}

fn still_uninfected(nodes: u32, fanout: u32, rounds: u32, claimed: f64) -> Result<Figure, Refused> {
    let about = format!("share of {nodes} that do not know after {rounds} rounds, fanout {fanout}");
    let exact = 1.0 - mean_after(nodes, fanout, rounds)? / f64::from(nodes);
    Ok(Figure { about, printed: uninfected(nodes, fanout, rounds), exact, claimed })
}

fn fewer_after_a_round(
    nodes: u32,
    fanout: u32,
    uninfected: u32,
    claimed: f64,
) -> Result<Figure, Refused> {
    let about = format!("of {uninfected} among {nodes}, who hear in a round, fanout {fanout}");
    let infected = nodes - uninfected;
    let after = chain(nodes, fanout)?.transitions(infected as usize);
    let exact = after.map_or(0.0, |after| after.mean() - f64::from(infected));
    Ok(Figure { about, printed: decrease(nodes, fanout, uninfected), exact, claimed })
}

/// Each message is received by one node, and in a round every node that knows sends `fanout`.
fn received_in_round(nodes: u32, fanout: u32, round: u32, claimed: f64) -> Result<Figure, Refused> {
    let about = format!("messages that one of {nodes} receives in round {round}, fanout {fanout}");
    let informed = mean_after(nodes, fanout, round - 1)?;
    let exact = f64::from(fanout) * informed / f64::from(nodes);
    Ok(Figure { about, printed: load(nodes, fanout), exact, claimed })
}

fn chain(nodes: u32, fanout: u32) -> Result<Lockstep<f64>, Refused> {
    let targets = Targets::fixed(fanout as usize)?;
    Lockstep::new(Mode::Push, &Group { size: nodes, crashed: 0, targets, loss: 0.0 })
}

fn rounds_until(nodes: u32, fanout: u32, informed: u32) -> Result<f64, Refused> {
    Ok(chain(nodes, fanout)?.expected_rounds(informed as usize, ROUNDS).at_least)
}

/// How many are expected to know after so many rounds.
fn mean_after(nodes: u32, fanout: u32, rounds: u32) -> Result<f64, Refused> {
    let after = chain(nodes, fanout)?.rounds().nth(rounds as usize);
    Ok(after.map_or(0.0, |after| after.mean()))
}

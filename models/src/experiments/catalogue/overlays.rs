//! Experiments on whole overlays.

use rumormill_core::Bias;
use rumormill_core::protocols::random_walk::Mode;

use super::{LOSS, Named, Refused, SWITCH, Settings, in_millionths, latency, nodes};
use crate::experiments::{
    OVERLAY_PERIOD, OverlayChurn, OverlayJoin, OverlayPartition, Parameter, Walks,
};
use crate::simulate::{Bursts, Latency, Loss, Network};

pub(super) const VIEW: Parameter =
    Parameter::whole("view", "how many neighbours each has room for", 20, (1, 250));

/// What the network is like.
pub(super) fn network_parameters() -> [Parameter; 4] {
    [
        LOSS,
        Parameter {
            parts: None,
            ..Parameter::whole("burst", "how many of a sender are lost in a row", 1, (1, 1000))
        },
        latency(OVERLAY_PERIOD as u32),
        Parameter::whole("jitter", "1: latencies are exponential; 0: all alike", 0, SWITCH),
    ]
}

pub(super) fn network(settings: &Settings<'_>) -> Result<Network, Refused> {
    let mean = (settings.number("latency") * OVERLAY_PERIOD as f64).round() as u64;
    let latency = match settings.whole("jitter") {
        0 => Latency::Constant(mean),
        _ => Latency::Exponential { least: 0, mean_excess: mean },
    };
    Ok(Network { latency, loss: losses(settings)? })
}

/// On average a share is lost, and so many in a row; one in a row is taken for no burst at all.
fn losses(settings: &Settings<'_>) -> Result<Loss, Refused> {
    let (loss, burst) = (settings.number("loss"), settings.number("burst"));
    if burst == 1.0 {
        return Ok(Loss::Independent(settings.loss()));
    }
    let turns_bad = loss / (burst * (1.0 - loss));
    if !(0.0..=1.0).contains(&turns_bad) {
        return Err(Refused::Burst { loss, burst });
    }
    Ok(Loss::Bursty(Bursts {
        turns_bad: in_millionths(turns_bad),
        turns_good: in_millionths(1.0 / burst),
        loss_when_good: Bias::NEVER,
        loss_when_bad: Bias::ALWAYS,
    }))
}

fn periods(about: &'static str, default: u32) -> Parameter {
    Parameter::whole("periods", about, default, (1, 10_000))
}

/// A probability of which the group survives that it is met with again and again.
const fn some(name: &'static str, about: &'static str, default: f64) -> Parameter {
    Parameter { greatest: 0.99, ..Parameter::probability(name, about, default) }
}

pub(super) fn join() -> Named {
    let mut parameters = vec![
        nodes(1_000_000),
        VIEW,
        Parameter::whole("spread", "within how many periods they start", 10, (1, 10_000)),
        periods("how many periods follow", 50),
    ];
    parameters.extend(network_parameters());
    let about = "an overlay comes together: everybody knows the address of the first";
    Named::new("overlay-join", about, parameters, |settings| {
        Ok(Box::new(OverlayJoin {
            nodes: settings.whole("nodes"),
            view: settings.whole("view"),
            spread: settings.whole("spread"),
            network: network(settings)?,
            periods: settings.whole("periods"),
        }))
    })
}

pub(super) fn churn() -> Named {
    let mut parameters = vec![
        nodes(1_000_000),
        VIEW,
        some("churn", "who goes in a period, and how many come", 0.01),
        Parameter::probability("graceful", "who says farewell, of those that go", 0.0),
        periods("for how many periods they come and go", 100),
        some("crash", "who crashes then, all at once", 0.0),
    ];
    parameters.extend(network_parameters());
    let about = "nodes of an overlay come and go, and then many crash at once";
    Named::new("overlay-churn", about, parameters, |settings| {
        let share = |name| in_millionths(settings.number(name));
        Ok(Box::new(OverlayChurn {
            nodes: settings.whole("nodes"),
            view: settings.whole("view"),
            network: network(settings)?,
            churn: share("churn"),
            graceful: share("graceful"),
            periods: settings.whole("periods"),
            crash: share("crash"),
        }))
    })
}

pub(super) fn partition() -> Named {
    let mut parameters = vec![
        nodes(1_000_000),
        VIEW,
        Parameter::share("side", "the share of the nodes on the one side", 0.5),
        Parameter::whole("split", "for how many periods the sides are separated", 4, (1, 10_000)),
        periods("how many periods follow", 50),
    ];
    parameters.extend(network_parameters());
    let about = "the network under an overlay falls in two for a while";
    Named::new("overlay-partition", about, parameters, |settings| {
        Ok(Box::new(OverlayPartition {
            nodes: settings.whole("nodes"),
            side: side(settings),
            view: settings.whole("view"),
            network: network(settings)?,
            split: settings.whole("split"),
            periods: settings.whole("periods"),
        }))
    })
}

/// As many as the share says, but somebody on either side.
fn side(settings: &Settings<'_>) -> u32 {
    let nodes = settings.whole("nodes");
    let side = (settings.number("side") * f64::from(nodes)).round() as u32;
    side.clamp(1, nodes - 1)
}

pub(super) fn walks() -> Named {
    let mut parameters = vec![
        nodes(100_000),
        VIEW,
        Parameter::whole("distance", "how many hops a walk takes", 8, (1, 64)),
        Parameter::whole("metropolis", "1: by Metropolis and Hastings; 0: plainly", 0, SWITCH),
        periods("for how many periods views are shuffled before", 50),
        Parameter::whole("walks", "how many each begins in a period", 8, (1, 16)),
    ];
    parameters.extend(network_parameters());
    let about = "where random walks end on the views of an overlay";
    Named::new("walks", about, parameters, |settings| {
        let mode = if settings.whole("metropolis") == 1 { Mode::Metropolis } else { Mode::Plain };
        Ok(Box::new(Walks {
            nodes: settings.whole("nodes"),
            view: settings.whole("view"),
            network: network(settings)?,
            distance: settings.whole("distance") as u8,
            mode,
            periods: settings.whole("periods"),
            walks: settings.whole("walks"),
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;
    use crate::experiments::Point;

    fn network_at(values: &[(&str, f64)]) -> Result<Network, Refused> {
        let named = find("overlay-join")?;
        let point =
            values.iter().fold(Point::default(), |point, &(name, value)| point.with(name, value));
        network(&Settings { named: &named, point: &point })
    }

    #[test]
    fn losses_are_as_many_and_as_many_in_a_row_as_asked_for() -> Result<(), Refused> {
        assert_eq!(network_at(&[])?, Network::sound(OVERLAY_PERIOD / 10));
        let independent = network_at(&[("loss", 0.2)])?.loss;
        assert_eq!(independent, Loss::Independent(in_millionths(0.2)));
        let Loss::Bursty(bursts) = network_at(&[("loss", 0.2), ("burst", 5.0)])?.loss else {
            panic!("no bursts");
        };
        let turns = [bursts.turns_bad, bursts.turns_good];
        assert_eq!(turns, [0.05, 0.2].map(in_millionths));
        let refused = network_at(&[("loss", 0.9), ("burst", 2.0)]);
        assert_eq!(refused, Err(Refused::Burst { loss: 0.9, burst: 2.0 }));
        Ok(())
    }

    #[test]
    fn latencies_have_the_mean_that_is_asked_for() -> Result<(), Refused> {
        let jittery = network_at(&[("latency", 0.2), ("jitter", 1.0)])?.latency;
        let mean_excess = OVERLAY_PERIOD / 5;
        assert_eq!(jittery, Latency::Exponential { least: 0, mean_excess });
        Ok(())
    }
}

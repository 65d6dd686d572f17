//! Experiments on whole overlays.

use rumormill_core::protocols::random_walk::Mode;

use super::{LOSS, Named, SWITCH, Settings, in_millionths, nodes};
use crate::experiments::{OverlayChurn, OverlayJoin, OverlayPartition, Parameter, Walks};

const VIEW: Parameter =
    Parameter::whole("view", "how many neighbours each has room for", 20, (1, 250));

fn periods(about: &'static str, default: u32) -> Parameter {
    Parameter::whole("periods", about, default, (1, 10_000))
}

/// A probability of which the group survives that it is met with again and again.
const fn some(name: &'static str, about: &'static str, default: f64) -> Parameter {
    Parameter { greatest: 0.99, ..Parameter::probability(name, about, default) }
}

pub(super) fn join() -> Named {
    let parameters = vec![
        nodes(1_000_000),
        VIEW,
        Parameter::whole("spread", "within how many periods they start", 10, (1, 10_000)),
        LOSS,
        periods("how many periods follow", 50),
    ];
    let about = "an overlay comes together: everybody knows the address of the first";
    Named::new("overlay-join", about, parameters, |settings| {
        Ok(Box::new(OverlayJoin {
            nodes: settings.whole("nodes"),
            view: settings.whole("view"),
            spread: settings.whole("spread"),
            loss: settings.loss(),
            periods: settings.whole("periods"),
        }))
    })
}

pub(super) fn churn() -> Named {
    let parameters = vec![
        nodes(1_000_000),
        VIEW,
        LOSS,
        some("churn", "who goes in a period, and how many come", 0.01),
        Parameter::probability("graceful", "who says farewell, of those that go", 0.0),
        periods("for how many periods they come and go", 100),
        some("crash", "who crashes then, all at once", 0.0),
    ];
    let about = "nodes of an overlay come and go, and then many crash at once";
    Named::new("overlay-churn", about, parameters, |settings| {
        let share = |name| in_millionths(settings.number(name));
        Ok(Box::new(OverlayChurn {
            nodes: settings.whole("nodes"),
            view: settings.whole("view"),
            loss: settings.loss(),
            churn: share("churn"),
            graceful: share("graceful"),
            periods: settings.whole("periods"),
            crash: share("crash"),
        }))
    })
}

pub(super) fn partition() -> Named {
    let parameters = vec![
        nodes(1_000_000),
        VIEW,
        LOSS,
        Parameter::probability("side", "the share of the nodes on the one side", 0.5),
        Parameter::whole("split", "for how many periods the sides are separated", 4, (1, 10_000)),
        periods("how many periods follow", 50),
    ];
    let about = "the network under an overlay falls in two for a while";
    Named::new("overlay-partition", about, parameters, |settings| {
        Ok(Box::new(OverlayPartition {
            nodes: settings.whole("nodes"),
            side: side(settings),
            view: settings.whole("view"),
            loss: settings.loss(),
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
    let parameters = vec![
        nodes(100_000),
        VIEW,
        LOSS,
        Parameter::whole("distance", "how many hops a walk takes", 8, (1, 64)),
        Parameter::whole("metropolis", "1: by Metropolis and Hastings; 0: plainly", 0, SWITCH),
        periods("for how many periods views are shuffled before", 50),
        Parameter::whole("walks", "how many each begins in a period", 8, (1, 16)),
    ];
    let about = "where random walks end on the views of an overlay";
    Named::new("walks", about, parameters, |settings| {
        let mode = if settings.whole("metropolis") == 1 { Mode::Metropolis } else { Mode::Plain };
        Ok(Box::new(Walks {
            nodes: settings.whole("nodes"),
            view: settings.whole("view"),
            loss: settings.loss(),
            distance: settings.whole("distance") as u8,
            mode,
            periods: settings.whole("periods"),
            walks: settings.whole("walks"),
        }))
    })
}

//! Experiments on the size of a group.

use super::overlays::{VIEW, network, network_parameters};
use super::{Named, nodes};
use crate::experiments::{Averaging, Counting, Order, Parameter, Sampling, Tours};

pub(super) fn averaging() -> Named {
    let parameters = vec![
        nodes(1_000_000),
        Parameter::whole(
            "order",
            "0: each begins one; 1: random pairs; 2: two matchings",
            0,
            (0, 2),
        ),
        Parameter::whole("cycles", "how many are looked at", 8, (1, 20)),
    ];
    let about = "values are averaged, one exchange after the other";
    Named::new("averaging", about, parameters, |settings| {
        Ok(Box::new(Averaging {
            nodes: settings.whole("nodes"),
            order: match settings.whole("order") {
                0 => Order::Turns,
                1 => Order::Pairs,
                _ => Order::Matchings,
            },
            cycles: settings.whole("cycles"),
        }))
    })
}

pub(super) fn counting() -> Named {
    let mut parameters = vec![
        nodes(1_000_000),
        VIEW,
        Parameter::whole("tries", "how often the same is asked at most", 8, (1, 100)),
    ];
    parameters.extend(network_parameters());
    let about = "a group counts itself by averaging, and each tells between what its size lies";
    Named::new("counting", about, parameters, |settings| {
        Ok(Box::new(Counting {
            nodes: settings.whole("nodes"),
            view: settings.whole("view"),
            network: network(settings)?,
            tries: settings.whole("tries") as u8,
        }))
    })
}

pub(super) fn sampling() -> Named {
    let parameters = vec![
        nodes(1_000_000),
        Parameter::whole("collisions", "how many samples are to collide", 100, (1, 1000)),
        Parameter {
            least: 0.01,
            greatest: 0.9999,
            ..Parameter::probability("confidence", "that the interval holds the size", 0.95)
        },
    ];
    let about =
        "uniform samples are drawn until enough collide, and tell between what the size lies";
    Named::new("sampling", about, parameters, |settings| {
        Ok(Box::new(Sampling {
            nodes: settings.whole("nodes"),
            collisions: settings.whole("collisions") as u16,
            confidence: settings.number("confidence"),
        }))
    })
}

pub(super) fn tours() -> Named {
    let parameters = vec![
        nodes(1_000_000),
        Parameter::whole("mean-degree", "how many links each has on average", 10, (2, 16)),
    ];
    let about = "a walk adds up parts until it is back where it began, which tells the size";
    Named::new("tours", about, parameters, |settings| {
        let (nodes, links) = (settings.whole("nodes"), settings.whole("mean-degree"));
        Ok(Box::new(Tours { nodes, links }))
    })
}

//! Experiments on searches.

use rumormill_core::MAX_FANOUT;
use rumormill_core::analysis::recall::Limits;
use rumormill_core::protocols::search::Mode;

use super::{LOSS, Named, Settings};
use crate::experiments::{Known, Parameter, PlannedFlood, Searches, Surroundings};

const DEGREE: Parameter = Parameter::whole(
    "degree",
    "to how many of them each passes a query on",
    7,
    (1, MAX_FANOUT as u32),
);

const RECALL: Parameter =
    Parameter::probability("recall", "the share that is to be found of those that have it", 0.9);

const PROBABILITY: Parameter =
    Parameter::probability("probability", "with which that is to be so", 0.95);

fn hops(name: &'static str, about: &'static str, default: u32) -> Parameter {
    Parameter::whole(name, about, default, (1, u8::MAX.into()))
}

/// The group that is searched; of the kinds of views, from this one on.
fn surroundings(view: u32, replicated: f64, links: u32) -> [Parameter; 5] {
    [
        Parameter::whole("nodes", "how many nodes", 1000, (3, 1_000_000)),
        Parameter::whole("view", "how many neighbours each has", view, (1, 250)),
        Parameter::whole(
            "links",
            "views: 0: a random regular graph; 1: drawn one-way; 2: shuffled by CYCLON",
            links,
            (links, 2),
        ),
        Parameter::probability("replicated", "the share that has what is searched for", replicated),
        LOSS,
    ]
}

fn among(settings: &Settings<'_>) -> Surroundings {
    Surroundings {
        nodes: settings.whole("nodes"),
        view: settings.whole("view"),
        known: match settings.whole("links") {
            0 => Known::Mutually,
            1 => Known::Drawn,
            _ => Known::Shuffled,
        },
        replicated: settings.number("replicated"),
        loss: settings.loss(),
    }
}

fn searches(
    name: &'static str,
    about: &'static str,
    further: &[Parameter],
    mode: fn(&Settings<'_>) -> Mode,
) -> Named {
    let parameters = [&surroundings(7, 0.01, 0)[..], further].concat();
    Named::new(name, about, parameters, move |settings| {
        Ok(Box::new(Searches::new(among(settings), mode(settings))?))
    })
}

pub(super) fn flood() -> Named {
    let further = [DEGREE, hops("ttl", "how many hops a query takes", 4)];
    searches("flood", "a search that floods", &further, |settings| Mode::Flood {
        ttl: settings.whole("ttl") as u8,
        degree: settings.whole("degree") as u8,
    })
}

pub(super) fn rings() -> Named {
    let further = [
        DEGREE,
        hops("first", "how many hops the first ring has", 1),
        hops("step", "how many more each further one", 1),
        hops("ttl", "how many the last", 4),
        Parameter::whole("enough", "of how many servers it is to hear", 1, (1, u16::MAX.into())),
    ];
    searches("rings", "a search that floods a few hops, and then more", &further, |settings| {
        Mode::Rings {
            first: settings.whole("first") as u8,
            step: settings.whole("step") as u8,
            last: settings.whole("ttl") as u8,
            degree: settings.whole("degree") as u8,
            wait: 1,
            enough: settings.whole("enough") as u16,
        }
    })
}

pub(super) fn walkers() -> Named {
    let further = [
        hops("walkers", "how many copies of the query wander", 7),
        hops("hops", "how many hops each takes", 50),
    ];
    searches("walkers", "a search by copies that wander", &further, |settings| Mode::Walk {
        walkers: settings.whole("walkers") as u8,
        hops: settings.whole("hops") as u8,
    })
}

pub(super) fn planned() -> Named {
    let degree =
        Parameter { default: MAX_FANOUT as f64, about: "to how many of them at most", ..DEGREE };
    let further = [RECALL, PROBABILITY, degree, hops("ttl", "how many hops at most", 10)];
    let parameters = [&surroundings(20, 0.1, 1)[..], &further].concat();
    let about = "a search that floods as is planned for the recall that is wanted";
    Named::new("flood-planned", about, parameters, |settings| {
        let (ttl, degree) = (settings.whole("ttl") as u8, settings.whole("degree") as u8);
        let wanted = (settings.number("recall"), settings.number("probability"));
        Ok(Box::new(PlannedFlood::new(among(settings), wanted, Limits { ttl, degree })?))
    })
}

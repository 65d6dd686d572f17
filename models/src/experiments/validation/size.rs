//! Averaging, sizes from samples that collide, and from tours.
//!
//! The factors are laws of large groups (Jelasity, Montresor, Babaoglu 2005), and the list says how far
//! groups of a hundred thousand may be off. The estimates are those of an ideal sampler, whose error
//! is one by the root of the number of collisions.

use super::super::Point;
use super::{Row, Trial};

pub(super) fn trials() -> Vec<Trial> {
    [averaging().into(), sampling(), vec![tours()]].concat()
}

/// A17.
fn averaging() -> [Trial; 3] {
    let known = [(0.0, "0.303265", "0.005"), (1.0, "0.367879", "0.01"), (2.0, "0.25", "0.005")];
    known.map(|(order, factor, tolerance)| Trial {
        experiment: "averaging",
        point: Point::default().with("nodes", 100_000.0).with("order", order),
        runs: 2,
        quick: None,
        rows: vec![
            Row::steady("A17", "factor", factor, tolerance),
            Row::steady("A17", "drift", "0", "0"),
        ],
    })
}

/// A18: the mean is the size to 2 %, and the deviation that of theory to 10 %, so its square to 20 %.
fn sampling() -> Vec<Trial> {
    let known = [(100.0, "0.0100", "0.0020", "1.034"), (200.0, "0.0050", "0.0010", "1.050")];
    let known = known.map(|(collisions, square, tolerance, simple)| Trial {
        experiment: "sampling",
        point: Point::default().with("nodes", 20_000.0).with("collisions", collisions),
        runs: 400,
        quick: None,
        rows: vec![
            Row::law("A18", "likely", "1.000", "0.02"),
            Row::law("A18", "square", square, tolerance),
            Row::law("A18", "simple", simple, "0.02"),
        ],
    });
    known.into()
}

/// A19: the mean is the size, the mean length that of theory, and the deviation 1.09 of the size, to a
/// tenth, so its square 1.19 to a fifth.
fn tours() -> Trial {
    Trial {
        experiment: "tours",
        point: Point::default().with("nodes", 20_000.0),
        runs: 2000,
        quick: None,
        rows: vec![
            Row::law("A19", "estimate", "1.000", "0.0005"),
            Row::law("A19", "length", "1.000", "0.0005"),
            Row::law("A19", "square", "1.19", "0.24"),
        ],
    }
}

//! Push gossip whose periods are not synchronised: the clocks that nodes on a network have, and for
//! which the logistic law is meant.
//!
//! The known figures are means of runs of an independent program, for periods of equal length at
//! random phases. Of how many runs, the table does not say; taken are the 4000 that it states for its
//! other figures of that kind. Its third column, for clocks that tick at exponentially distributed
//! intervals, speaks of no machine of ours: a timer of ours comes after the time that it was armed
//! for.
//!
//! Beside them stands the law itself, `ln(N - 1) / f` for half and `(ln(N - 1) + ln 99) / f` for 99 %.
//! It is said to be right to 7 % from 1000 nodes on; so it may be off by 7.5 %.

use super::super::Point;
use super::{Row, Trial};

const RUNS: u64 = 4000;

pub(super) fn trials() -> Vec<Trial> {
    let known = [
        (100, 1, "4.615", "8.754"),
        (100, 2, "2.384", "4.445"),
        (100, 3, "1.674", "3.041"),
        (1000, 1, "6.982", "11.529"),
        (1000, 2, "3.578", "5.849"),
        (1000, 3, "2.474", "3.986"),
        (10_000, 1, "9.318", "13.908"),
        (10_000, 2, "4.752", "7.043"),
        (10_000, 3, "3.247", "4.776"),
    ];
    let known = known.map(|(nodes, fanout, half, most)| {
        let point = Point::default().with("nodes", nodes.into()).with("fanout", fanout.into());
        let (runs, quick) = match nodes {
            0..=100 => (10_000, Some(200)),
            101..=1000 => (1000, None),
            _ => (200, None),
        };
        let figures = [("half", half), ("most", most)];
        let rows = figures.map(|(figure, digits)| Row::measured("2.4", figure, digits, RUNS));
        let laws = LAWS.iter().filter(|law| (law.0, law.1) == (nodes, fanout));
        let laws = laws.flat_map(|(_, _, half, most)| {
            [Row::law("2.4", "half", half.0, half.1), Row::law("2.4", "most", most.0, most.1)]
        });
        let rows = rows.into_iter().chain(laws).collect();
        Trial { experiment: "push-clocks", point, runs, quick, rows }
    });
    known.into()
}

type Law = (&'static str, &'static str);

const LAWS: [(u32, u32, Law, Law); 3] = [
    (1000, 1, ("6.907", "0.518"), ("11.502", "0.863")),
    (1000, 2, ("3.453", "0.259"), ("5.751", "0.431")),
    (1000, 3, ("2.302", "0.173"), ("3.834", "0.288")),
];

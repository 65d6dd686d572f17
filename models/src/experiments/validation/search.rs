//! Searches that flood random regular graphs: how many they ask, and with how many messages.
//!
//! The known figures are of an independent program in which everybody forwards to all but whom the
//! query came from, and may be off by 1 %. Of how many runs they are, the list does not say; taken is
//! one, since some are as far from the mean as single runs are: of 10,000 nodes with five neighbours,
//! seven hops take 1.5 % fewer messages on average. A whole flood takes `n (d - 1) + 1` messages,
//! whatever the graph.

use super::super::Point;
use super::{Row, Trial};

/// A20.
pub(super) fn trials() -> Vec<Trial> {
    [horizons(), whole()].concat()
}

fn trial(nodes: u32, view: u32, ttl: u32, rows: Vec<Row>) -> Trial {
    let settings = [
        ("nodes", nodes.into()),
        ("view", view.into()),
        ("degree", view.into()),
        ("ttl", ttl.into()),
        ("replicated", 0.0),
    ];
    let point =
        settings.iter().fold(Point::default(), |point, &(name, value)| point.with(name, value));
    let quick = (nodes == 10_000 && ttl == 7).then_some(200);
    Trial { experiment: "flood", point, runs: 200, quick, rows }
}

/// A figure, and a percent of it.
type Digits = (&'static str, &'static str);

/// Who is asked, the messages, and those of them that come to who was asked before.
type Known = (u32, u32, u32, [Digits; 3]);

const KNOWN: [Known; 10] = [
    (100_000, 7, 4, [("1802", "18"), ("1813", "18"), ("11", "0.5")]),
    (100_000, 7, 5, [("10358", "104"), ("10819", "108"), ("461", "4.6")]),
    (100_000, 7, 6, [("48008", "480"), ("62155", "622"), ("14147", "141")]),
    (100_000, 7, 7, [("98052", "981"), ("288055", "2881"), ("190003", "1900")]),
    (100_000, 4, 5, [("482", "4.8"), ("484", "4.8"), ("2", "0.5")]),
    (100_000, 4, 7, [("4250", "43"), ("4318", "43"), ("68", "0.7")]),
    (100_000, 4, 9, [("32475", "325"), ("36721", "367"), ("4246", "42")]),
    (100_000, 4, 11, [("97036", "970"), ("207667", "2077"), ("110631", "1106")]),
    (10_000, 5, 7, [("9411", "94"), ("20113", "201"), ("10702", "107")]),
    (10_000, 5, 8, [("9999", "100"), ("37649", "376"), ("27650", "277")]),
];

fn horizons() -> Vec<Trial> {
    let known = KNOWN.map(|(nodes, view, ttl, figures)| {
        let named = ["asked", "queries", "duplicates"].into_iter().zip(figures);
        let rows = named.map(|(figure, (digits, percent))| {
            Row::measured("A20", figure, digits, 1).give_or_take(percent)
        });
        trial(nodes, view, ttl, rows.collect())
    });
    known.into()
}

/// All are asked, long before the query has taken its hops.
fn whole() -> Vec<Trial> {
    let rows = vec![Row::exact("A20", "asked", "9999"), Row::exact("A20", "queries", "40001")];
    vec![trial(10_000, 5, 20, rows)]
}

//! Lockstep rounds of push, pull and push-pull, until half, 99 % and all know a rumor.
//!
//! The known figures of push up to 1000 nodes come from the exact Markov chain; the others are means
//! of runs of an independent program.

use super::super::Point;
use super::{Row, Trial};

pub(super) fn trials() -> Vec<Trial> {
    [exact(), measured(), several_targets(), losses()].concat()
}

fn trial(experiment: &'static str, (nodes, fanout): (u32, u32), rows: Vec<Row>) -> Trial {
    let point = Point::default().with("nodes", nodes.into()).with("fanout", fanout.into());
    let (runs, quick) = match nodes {
        0..=100 => (10_000, Some(400)),
        101..=1000 => (1000, None),
        1001..=10_000 => (400, None),
        _ => (200, None),
    };
    Trial { experiment, point, runs, quick, rows }
}

/// A5.
fn exact() -> Vec<Trial> {
    let known = [(100, ["6.937", "11.299", "12.305"]), (1000, ["10.005", "15.086", "18.038"])];
    let rows = |digits: [&'static str; 3]| {
        let figures = ["half", "most", "all"].into_iter().zip(digits);
        figures.map(|(figure, digits)| Row::exact("A5", figure, digits)).collect()
    };
    known.map(|(nodes, digits)| trial("push", (nodes, 1), rows(digits))).into()
}

/// A5, A6, A7.
fn measured() -> Vec<Trial> {
    let known = [
        ("A5", "push", 10_000, ["13.803", "18.392", "23.680"], 4000),
        ("A6", "pull", 100, ["6.974", "9.522", "9.801"], 20_000),
        ("A6", "pull", 1000, ["10.373", "13.085", "13.777"], 20_000),
        ("A6", "pull", 10_000, ["13.697", "16.425", "17.497"], 4000),
        ("A7", "push-pull", 100, ["4.423", "6.288", "6.520"], 20_000),
        ("A7", "push-pull", 1000, ["6.568", "8.548", "9.147"], 20_000),
        ("A7", "push-pull", 10_000, ["8.675", "10.670", "11.604"], 4000),
        ("A5", "push", 100_000, ["17.000", "22.000", "29.280"], 500),
        ("A6", "pull", 100_000, ["17.038", "19.748", "21.138"], 500),
        ("A7", "push-pull", 100_000, ["10.822", "12.820", "14.020"], 500),
    ];
    let known = known.map(|(id, experiment, nodes, digits, runs)| {
        let figures = ["half", "most", "all"].into_iter().zip(digits);
        let rows = figures.map(|(figure, digits)| Row::measured(id, figure, digits, runs));
        trial(experiment, (nodes, 1), rows.collect())
    });
    known.into()
}

/// The exact chain, for more targets than one.
fn several_targets() -> Vec<Trial> {
    let known = [
        (100, 2, "4.190", "6.861"),
        (100, 3, "3.812", "5.231"),
        (1000, 2, "6.912", "9.040"),
        (1000, 3, "5.000", "7.003"),
    ];
    let known = known.map(|(nodes, fanout, half, most)| {
        let rows = vec![Row::exact("2.4", "half", half), Row::exact("2.4", "most", most)];
        trial("push", (nodes, fanout), rows)
    });
    known.into()
}

/// Each message is lost independently; a pull needs two. The figures of push are exact; those of the
/// others are given to one digit, and not of how many runs they are.
fn losses() -> Vec<Trial> {
    let known = [
        ("push", 0.1, "19.71"),
        ("push", 0.3, "24.49"),
        ("push", 0.5, "33.06"),
        ("pull", 0.1, "17.8"),
        ("pull", 0.3, "30.2"),
        ("push-pull", 0.1, "10.9"),
        ("push-pull", 0.3, "15.2"),
    ];
    let known = known.map(|(experiment, loss, digits)| {
        let trial = trial(experiment, (1000, 1), vec![Row::exact("2.2", "all", digits)]);
        Trial { point: trial.point.with("loss", loss), ..trial }
    });
    known.into()
}

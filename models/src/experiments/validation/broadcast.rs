//! Infect-and-die: how many a message reaches that everybody forwards once, and how often all.
//!
//! The known figures were computed exactly, by exposing one node after the other; Kermarrec,
//! Massoulié and Ganesh (2003) give the limit for large groups.

use super::super::Point;
use super::{Row, Trial};

const FIXED: &str = "infect-and-die";
const BINOMIAL: &str = "infect-and-die-binomial";

pub(super) fn trials() -> Vec<Trial> {
    [coverage(), atomicity(), binomial(), faults()].concat()
}

fn trial(experiment: &'static str, point: Point, runs: u64, rows: Vec<Row>) -> Trial {
    Trial { experiment, point, runs, quick: None, rows }
}

fn group(nodes: u32, fanout: f64) -> Point {
    Point::default().with("nodes", nodes.into()).with("fanout", fanout)
}

impl Trial {
    fn quick(self, runs: u64) -> Self {
        Self { quick: Some(runs), ..self }
    }
}

/// A1: how many are reached on average. Hardly anything tells fixed from binomial fanout so well.
fn coverage() -> Vec<Trial> {
    let known =
        [(2, "0.797513"), (3, "0.940837"), (4, "0.980359"), (5, "0.993119"), (6, "0.997532")];
    let trial = |(fanout, digits): (u32, &'static str)| {
        let rows = vec![Row::exact("A1", "coverage", digits)];
        let trial = trial(FIXED, group(1000, fanout.into()), 5000, rows);
        if fanout == 2 { trial.quick(200) } else { trial }
    };
    known.map(trial).into()
}

/// A2 and A3: how often everybody is reached.
fn atomicity() -> Vec<Trial> {
    let small = [(4, "0.174063"), (6, "0.814960")].map(|(fanout, digits): (u32, &'static str)| {
        let rows = vec![Row::exact("1.2", "atomic", digits)];
        trial(FIXED, group(100, fanout.into()), 5000, rows).quick(1000)
    });
    let thousand = [
        (6, "0.086029"),
        (7, "0.409832"),
        (8, "0.722537"),
        (9, "0.888314"),
        (10, "0.957781"),
        (11, "0.984424"),
        (12, "0.994308"),
    ];
    let thousand = thousand.map(|(fanout, digits): (u32, &'static str)| {
        let rows = vec![Row::exact("A2", "atomic", digits)];
        trial(FIXED, group(1000, fanout.into()), 5000, rows)
    });
    let many = [
        (8, "0.035133"),
        (9, "0.292368"),
        (10, "0.636481"),
        (11, "0.847039"),
        (12, "0.940826"),
        (13, "0.977838"),
    ];
    let many = many.map(|(fanout, digits): (u32, &'static str)| {
        let rows = vec![Row::exact("A3", "atomic", digits)];
        trial(FIXED, group(10_000, fanout.into()), 500, rows)
    });
    [&small[..], &thousand, &many].concat()
}

/// A4: with a binomial number of targets the first ones may have none, so a run is big or it is not.
fn binomial() -> Vec<Trial> {
    let few = vec![
        Row::exact("A4", "coverage", "0.635477"),
        Row::exact("A4", "big", "0.79666"),
        Row::exact("A4", "coverage-if-big", "0.797243").conditional(),
    ];
    let few = trial(BINOMIAL, group(1000, 2.0), 5000, few).quick(300);
    let margins = [(0.0, "0.376517"), (2.0, "0.878057"), (4.0, "0.982898")];
    let margins = margins.map(|(margin, digits)| {
        let rows = vec![Row::exact("1.2", "atomic", digits)];
        trial(BINOMIAL, group(1000, libm::log(1000.0) + margin), 5000, rows)
    });
    let limit = [(0.0, "0.369422"), (2.0, "0.874164")].map(|(margin, digits)| {
        let rows = vec![Row::exact("1.2", "atomic", digits)];
        trial(BINOMIAL, group(10_000, libm::log(10_000.0) + margin), 500, rows)
    });
    [vec![few], margins.into(), limit.into()].concat()
}

/// Losses and crashes: among those that are alive.
fn faults() -> Vec<Trial> {
    let lossy = [
        (10.0, 0.1, "atomic", "0.888319"),
        (10.0, 0.3, "atomic", "0.410176"),
        (4.0, 0.3, "coverage", "0.917234"),
        (4.0, 0.5, "coverage", "0.727587"),
    ];
    let lossy = lossy.map(|(fanout, loss, figure, digits)| {
        let rows = vec![Row::exact("1.4", figure, digits)];
        trial(FIXED, group(1000, fanout).with("loss", loss), 5000, rows)
    });
    let crashed = [
        (10.0, 100.0, "atomic", "0.899253"),
        (10.0, 300.0, "atomic", "0.538579"),
        (4.0, 500.0, "coverage", "0.727569"),
    ];
    let crashed = crashed.map(|(fanout, crashed, figure, digits)| {
        let rows = vec![Row::exact("1.4", figure, digits)];
        trial(FIXED, group(1000, fanout).with("crashed", crashed), 5000, rows)
    });
    [&lossy[..], &crashed].concat()
}

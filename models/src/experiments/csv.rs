//! Results as tables that spreadsheets and statistics programs read.

use std::fmt::Write as _;

use super::{At, Kind, Measure, Results, Summary};

/// A row for each run: the parameters, the number of the run, its figures; empty where a run has
/// none.
#[must_use]
pub fn runs(results: &Results) -> String {
    let names: Vec<_> = results.figures().map(|measure| &measure.name[..]).collect();
    let mut table = heading(results, ["run"].into_iter().chain(names.iter().copied()));
    for at in &results.points {
        let columns: Vec<_> = names.iter().map(|name| at.record.figure(name)).collect();
        for (place, run) in at.record.runs().iter().enumerate() {
            let figures = columns.iter().map(|column| cell(column.get(place).copied().flatten()));
            row(&mut table, at, [run.to_string()].into_iter().chain(figures));
        }
    }
    table
}

const SUMMARY: [&str; 11] = [
    "count",
    "mean",
    "deviation",
    "from",
    "to",
    "least",
    "p05",
    "median",
    "p95",
    "greatest",
    "unit",
];

/// A row for each figure at each point: `from` and `to` are the 95 % interval of the mean.
#[must_use]
pub fn summaries(results: &Results) -> String {
    let mut table = heading(results, ["figure"].into_iter().chain(SUMMARY));
    for at in &results.points {
        for measure in results.figures() {
            if let Some(summary) = results.summary(at, measure) {
                let cells = [measure.name.clone()].into_iter().chain(cells(&summary));
                row(&mut table, at, cells.chain([measure.unit.clone()]));
            }
        }
    }
    table
}

/// A row for each place on each curve.
#[must_use]
pub fn curves(results: &Results) -> String {
    let columns = ["curve", "along", "place"].into_iter().chain(SUMMARY);
    let mut table = heading(results, columns);
    for at in &results.points {
        for Measure { name, kind, unit, .. } in &results.header.measures {
            let Kind::Curve { along } = kind else { continue };
            for (place, tally) in at.record.curve(name).iter().enumerate() {
                let Some(summary) = Summary::of(tally, kind) else { continue };
                let first = [name.clone(), along.clone(), place.to_string()];
                let cells = first.into_iter().chain(cells(&summary)).chain([unit.clone()]);
                row(&mut table, at, cells);
            }
        }
    }
    table
}

fn cells(summary: &Summary) -> impl Iterator<Item = String> {
    let &Summary { count, mean, deviation, interval, least, low, median, high, greatest } = summary;
    let (from, to) = interval.unzip();
    let figures = [Some(mean), Some(deviation), from, to];
    let ranks = [least, low, median, high, greatest].map(Some);
    [count.to_string()].into_iter().chain(figures.into_iter().chain(ranks).map(cell))
}

fn cell(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The first line: the parameters, then the columns.
fn heading<'a>(results: &'a Results, columns: impl Iterator<Item = &'a str>) -> String {
    let parameters = results.header.parameters.iter().map(|(name, _)| name);
    let mut table = parameters.chain(columns).collect::<Vec<_>>().join(",");
    table.push('\n');
    table
}

/// A line. Names have neither commas nor quotes in them.
fn row(table: &mut String, at: &At, cells: impl Iterator<Item = String>) {
    for (_, value) in at.point.iter() {
        let _ = write!(table, "{value},");
    }
    table.push_str(&cells.collect::<Vec<_>>().join(","));
    table.push('\n');
}

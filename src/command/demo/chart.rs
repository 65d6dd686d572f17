//! How the share of informed nodes grows, beside what theory predicts.

use rumormill::analysis::logistic::Logistic;
use serde::Serialize;

use super::super::output::Output;

const WIDTH: usize = 40;

/// A row of the chart.
#[derive(Serialize)]
pub(super) struct Point {
    /// Periods since the broadcast.
    periods: f64,
    /// How many nodes are informed.
    informed: usize,
    /// The share of them.
    measured: f64,
    /// The share that theory predicts.
    predicted: f64,
}

/// A chart that grows row by row.
pub(super) struct Chart {
    output: Output,
    theory: Logistic,
    nodes: u32,
    points: Vec<Point>,
}

impl Chart {
    pub(super) fn new(output: Output, theory: Logistic, nodes: u32) -> Self {
        output.say(format_args!(
            "   period  {:<WIDTH$}  measured  predicted",
            "informed (█) and predicted (│)"
        ));
        Self { output, theory, nodes, points: Vec::new() }
    }

    pub(super) fn draw(&mut self, periods: u32, informed: usize) {
        let periods = f64::from(periods);
        let measured = informed as f64 / f64::from(self.nodes);
        let predicted = self.theory.informed(periods);
        self.output.say(format_args!(
            "   {periods:>6}  {}  {:>6.1} %  {:>7.1} %",
            bar(measured, predicted),
            measured * 100.0,
            predicted * 100.0,
        ));
        self.points.push(Point { periods, informed, measured, predicted });
    }

    pub(super) fn into_points(self) -> Vec<Point> {
        self.points
    }
}

fn bar(measured: f64, predicted: f64) -> String {
    let column = |share: f64| (share * WIDTH as f64).round() as usize;
    let (filled, marked) = (column(measured), column(predicted).min(WIDTH - 1));
    let cell = |place| match place {
        place if place == marked => '│',
        place if place < filled => '█',
        _ => '·',
    };
    (0..WIDTH).map(cell).collect()
}

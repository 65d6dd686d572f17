//! Plots for papers, in SVG: curves with bands, points with error bars, histograms.
//!
//! They are meant to be printed: a light background, generic fonts, and series that differ in
//! dashes and marks, so that they can be told apart in black and white. There is no script in them.

mod axis;
mod draw;

use crate::experiments::Tally;
pub use axis::Scale;

/// How many series can be told apart in one plot.
pub const MOST_SERIES: usize = 6;

/// A plot.
#[derive(Clone, PartialEq, Debug)]
pub struct Plot {
    /// What it is about; above it.
    pub title: String,
    /// What it shows; below the title.
    pub subtitle: String,
    /// Its horizontal axis.
    pub x: Axis,
    /// Its vertical axis.
    pub y: Axis,
    /// What is drawn, the first one first. With several there is a legend.
    pub series: Vec<Series>,
}

/// An axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// What is along it.
    pub label: String,
    /// The unit of it; empty for none.
    pub unit: String,
    /// How values become places. What is not above 0 has no place on a logarithmic one.
    pub scale: Scale,
    /// What must be on it in any case.
    pub includes: Vec<f64>,
}

impl Axis {
    /// An axis on which values become places linearly.
    #[must_use]
    pub fn linear(label: impl Into<String>, unit: impl Into<String>) -> Self {
        let (label, unit) = (label.into(), unit.into());
        Self { label, unit, scale: Scale::Linear, includes: Vec::new() }
    }

    /// The same, with these values on it in any case.
    #[must_use]
    pub fn including(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        self.includes.extend(values);
        self
    }

    /// The same, with this scale.
    #[must_use]
    pub fn scaled(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }
}

/// Values that belong together.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// What is drawn.
    pub shape: Shape,
}

/// What is drawn of a series.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// A line through the middles, and a band between lows and highs.
    Curve(Vec<Spot>),
    /// Marks at the middles, with bars from lows to highs and a thin line between them.
    Marks(Vec<Spot>),
    /// Bars of these widths and heights.
    Bars(Vec<Bar>),
}

/// A place in a plot, and how certain it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spot {
    /// Where it is on the horizontal axis.
    pub x: f64,
    /// The value.
    pub middle: f64,
    /// Where its band or bar begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

/// A bar of a histogram.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bar {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its height.
    pub height: f64,
}

/// The most bars that a histogram has. Our choice: as many as can be told apart on a page.
const MOST_BARS: usize = 48;

/// A histogram of values, with the share of all values as the heights. Whole numbers that are not far
/// from each other have a bar each; others lie in bars of a round width.
#[must_use]
pub fn bars(tally: &Tally) -> Vec<Bar> {
    let Some((least, greatest)) = tally.ends() else { return Vec::new() };
    let are_whole = tally.iter().all(|(value, _)| value.fract() == 0.0);
    let (width, begin) = if are_whole && greatest - least < MOST_BARS as f64 {
        (1.0, least - 0.5)
    } else {
        let wanted = libm::sqrt(tally.total() as f64).clamp(8.0, MOST_BARS as f64 / 2.0);
        let width = match axis::round_step((greatest - least) / wanted) {
            width if width > 0.0 => width,
            _ => 1.0,
        };
        (width, (least / width).floor() * width)
    };
    let count = ((greatest - begin) / width).floor() as usize + 1;
    let mut heights = vec![0; count];
    for (value, times) in tally.iter() {
        // A value that is nearly at the beginning of a bar is in it.
        heights[(((value - begin) / width + 1e-9) as usize).min(count - 1)] += times;
    }
    let bar = |(place, &times): (usize, &u64)| Bar {
        from: begin + place as f64 * width,
        to: begin + (place + 1) as f64 * width,
        height: times as f64 / tally.total() as f64,
    };
    heights.iter().enumerate().map(bar).collect()
}

#[cfg(test)]
mod tests;

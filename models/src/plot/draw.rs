//! A plot, drawn.

use std::fmt::Write as _;

use super::axis::Ruler;
use super::{Axis, Bar, MOST_SERIES, Plot, Series, Shape, Spot};
use crate::markup::escape;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 78.0;
const TOP: f64 = 58.0;
const RIGHT: f64 = 24.0;
const BOTTOM: f64 = 58.0;

/// About how wide a letter of the legend is.
const LETTER: f64 = 6.6;

/// How a series looks: told apart by each of the three.
struct Style {
    colour: &'static str,
    dashes: &'static str,
    /// A mark around the place `0 0`.
    mark: &'static str,
}

/// The colours of Okabe and Ito (2008), which those who see few colours can tell apart; the darkest
/// come first.
const STYLES: [Style; MOST_SERIES] = [
    Style {
        colour: "#000000",
        dashes: "none",
        mark: "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
    },
    Style { colour: "#0072b2", dashes: "8 3", mark: "M-3.2 -3.2h6.4v6.4h-6.4z" },
    Style { colour: "#d55e00", dashes: "2 3", mark: "M0 -4.4l4.2 7.4h-8.4z" },
    Style { colour: "#009e73", dashes: "9 3 2 3", mark: "M0 -4.8l4.4 4.8l-4.4 4.8l-4.4 -4.8z" },
    Style { colour: "#cc79a7", dashes: "14 4", mark: "M0 4.4l4.2 -7.4h-8.4z" },
    Style {
        colour: "#e69f00",
        dashes: "5 2 1 2 1 2",
        mark: "M-4 -1.3h2.7v-2.7h2.6v2.7h2.7v2.6h-2.7v2.7h-2.6v-2.7h-2.7z",
    },
];

impl Plot {
    /// The plot as an SVG document. Of more than [`MOST_SERIES`] series the rest is left out.
    #[must_use]
    pub fn svg(&self) -> String {
        let series = &self.series[..self.series.len().min(MOST_SERIES)];
        // Marks at the ends stand within the frame, not on it.
        let inset = if series.iter().any(Series::has_marks) { 14.0 } else { 0.0 };
        let across = (LEFT + inset, LEFT + WIDTH - inset);
        let x = self.x.ruler(series.iter().flat_map(Series::across), across);
        let y = self.y.ruler(series.iter().flat_map(Series::upwards), (TOP + HEIGHT, TOP));
        let mut drawing = Drawing { svg: String::new(), x, y };
        drawing.open(&self.title, &self.subtitle, legend_width(series));
        drawing.grid();
        for (series, style) in series.iter().zip(&STYLES) {
            drawing.series(series, style);
        }
        drawing.frame(&self.x, &self.y);
        if series.len() > 1 {
            drawing.legend(series);
        }
        drawing.svg.push_str("</svg>\n");
        drawing.svg
    }
}

impl Axis {
    fn ruler(&self, values: impl Iterator<Item = f64>, places: (f64, f64)) -> Ruler {
        Ruler::new(self.scale, values.chain(self.includes.iter().copied()), places)
    }

    fn caption(&self) -> String {
        let Self { label, unit, .. } = self;
        if unit.is_empty() || unit == label { label.clone() } else { format!("{label} ({unit})") }
    }
}

impl Series {
    fn has_marks(&self) -> bool {
        matches!(self.shape, Shape::Marks(_))
    }

    /// All that it needs on the horizontal axis.
    fn across(&self) -> Vec<f64> {
        match &self.shape {
            Shape::Curve(spots) | Shape::Marks(spots) => spots.iter().map(|spot| spot.x).collect(),
            Shape::Bars(bars) => bars.iter().flat_map(|bar| [bar.from, bar.to]).collect(),
        }
    }

    /// All that it needs on the vertical one.
    fn upwards(&self) -> Vec<f64> {
        match &self.shape {
            Shape::Curve(spots) | Shape::Marks(spots) => {
                spots.iter().flat_map(|spot| [spot.low, spot.middle, spot.high]).collect()
            }
            // With some room above the highest.
            Shape::Bars(bars) => bars.iter().map(|bar| 1.04 * bar.height).chain([0.0]).collect(),
        }
    }
}

/// How much room the legend takes.
fn legend_width(series: &[Series]) -> f64 {
    let letters = series.iter().map(|series| series.name.chars().count()).max().unwrap_or(0);
    if series.len() > 1 { 52.0 + LETTER * letters as f64 } else { 0.0 }
}

struct Drawing {
    svg: String,
    x: Ruler,
    y: Ruler,
}

impl Drawing {
    fn open(&mut self, title: &str, subtitle: &str, legend: f64) {
        let (width, height) = ((LEFT + WIDTH + RIGHT + legend).ceil(), TOP + HEIGHT + BOTTOM);
        let (title, subtitle) = (escape(title), escape(subtitle));
        let _ = writeln!(
            self.svg,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' \
             width='{width}' height='{height}' font-family='sans-serif' font-size='13' \
             fill='#000' role='img'><title>{title}: {subtitle}</title>\
             <rect width='{width}' height='{height}' fill='#fff'/>\
             <text x='{LEFT}' y='24' font-size='15' font-weight='bold'>{title}</text>\
             <text x='{LEFT}' y='44'>{subtitle}</text>"
        );
    }

    /// Thin lines at the marks, behind everything.
    fn grid(&mut self) {
        let (right, bottom) = (LEFT + WIDTH, TOP + HEIGHT);
        for (value, _) in &self.x.ticks {
            let Some(x) = self.x.place(*value) else { continue };
            let _ = write!(self.svg, "<path d='M{x} {TOP}V{bottom}' stroke='#ddd'/>");
        }
        for (value, _) in &self.y.ticks {
            let Some(y) = self.y.place(*value) else { continue };
            let _ = write!(self.svg, "<path d='M{LEFT} {y}H{right}' stroke='#ddd'/>");
        }
        self.svg.push('\n');
    }

    /// The frame, the marks with their numbers, and what is along the axes.
    fn frame(&mut self, x_axis: &Axis, y_axis: &Axis) {
        let bottom = TOP + HEIGHT;
        let _ = write!(
            self.svg,
            "<rect x='{LEFT}' y='{TOP}' width='{WIDTH}' height='{HEIGHT}' fill='none' \
             stroke='#000'/>"
        );
        for (value, text) in &self.x.ticks {
            let Some(x) = self.x.place(*value) else { continue };
            let _ = write!(
                self.svg,
                "<path d='M{x} {bottom}v5' stroke='#000'/>\
                 <text x='{x}' y='{}' text-anchor='middle'>{text}</text>",
                bottom + 19.0,
            );
        }
        for (value, text) in &self.y.ticks {
            let Some(y) = self.y.place(*value) else { continue };
            let _ = write!(
                self.svg,
                "<path d='M{LEFT} {y}h-5' stroke='#000'/>\
                 <text x='{}' y='{}' text-anchor='end'>{text}</text>",
                LEFT - 9.0,
                y + 4.5,
            );
        }
        let (middle, centre) = (LEFT + WIDTH / 2.0, TOP + HEIGHT / 2.0);
        let _ = writeln!(
            self.svg,
            "<text x='{middle}' y='{}' text-anchor='middle'>{}</text>\
             <text transform='translate(18 {centre})rotate(-90)' text-anchor='middle'>{}</text>",
            bottom + 44.0,
            escape(&x_axis.caption()),
            escape(&y_axis.caption()),
        );
    }

    fn series(&mut self, series: &Series, style: &Style) {
        let _ = write!(self.svg, "<g><title>{}</title>", escape(&series.name));
        match &series.shape {
            Shape::Curve(spots) => {
                self.band(spots, style);
                self.line(spots, style, 1.8);
            }
            Shape::Marks(spots) => {
                self.line(spots, style, 1.0);
                spots.iter().for_each(|spot| self.mark(spot, style));
            }
            Shape::Bars(bars) => bars.iter().for_each(|bar| self.bar(bar)),
        }
        self.svg.push_str("</g>\n");
    }

    /// Along the lows, and back along the highs.
    fn band(&mut self, spots: &[Spot], style: &Style) {
        let ahead = spots.iter().map(|spot| (spot.x, spot.low));
        let back = spots.iter().rev().map(|spot| (spot.x, spot.high));
        let points = self.points(ahead.chain(back));
        let _ = write!(
            self.svg,
            "<polygon points='{points}' fill='{0}' fill-opacity='0.13' stroke='{0}' \
             stroke-opacity='0.45' stroke-width='0.6'/>",
            style.colour
        );
    }

    fn line(&mut self, spots: &[Spot], style: &Style, width: f64) {
        let points = self.points(spots.iter().map(|spot| (spot.x, spot.middle)));
        let Style { colour, dashes, .. } = style;
        let _ = write!(
            self.svg,
            "<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='{width}' \
             stroke-dasharray='{dashes}' stroke-linejoin='round'/>"
        );
    }

    fn mark(&mut self, spot: &Spot, style: &Style) {
        let places = (self.x.place(spot.x), self.y.place(spot.middle));
        let (Some(x), Some(y)) = places else { return };
        let colour = style.colour;
        if let (Some(low), Some(high)) = (self.y.place(spot.low), self.y.place(spot.high)) {
            let (left, right) = (x - 4.0, x + 4.0);
            let _ = write!(
                self.svg,
                "<path d='M{left} {low}H{right}M{left} {high}H{right}M{x} {low}V{high}' \
                 stroke='{colour}'/>"
            );
        }
        let _ = write!(
            self.svg,
            "<path transform='translate({x} {y})' d='{}' fill='{colour}' stroke='#fff' \
             stroke-width='0.8'/>",
            style.mark
        );
    }

    fn bar(&mut self, bar: &Bar) {
        let ends = (self.x.place(bar.from), self.x.place(bar.to));
        let heights = (self.y.place(bar.height), self.y.place(self.y.from()));
        let ((Some(left), Some(right)), (Some(top), Some(bottom))) = (ends, heights) else {
            return;
        };
        if bar.height > 0.0 {
            let _ = write!(
                self.svg,
                "<path d='M{left} {bottom}V{top}H{right}V{bottom}z' fill='#c9d3dc' stroke='#000' \
                 stroke-width='0.8'/>"
            );
        }
    }

    fn legend(&mut self, series: &[Series]) {
        let left = LEFT + WIDTH + 16.0;
        for (place, (series, style)) in series.iter().zip(&STYLES).enumerate() {
            let y = TOP + 10.0 + 20.0 * place as f64;
            let Style { colour, dashes, mark } = style;
            let _ = write!(
                self.svg,
                "<path d='M{left} {y}h30' stroke='{colour}' stroke-width='1.8' \
                 stroke-dasharray='{dashes}'/>"
            );
            if matches!(series.shape, Shape::Marks(_)) {
                let middle = left + 15.0;
                let _ = write!(
                    self.svg,
                    "<path transform='translate({middle} {y})' d='{mark}' fill='{colour}'/>"
                );
            }
            let _ = writeln!(
                self.svg,
                "<text x='{}' y='{}'>{}</text>",
                left + 37.0,
                y + 4.5,
                escape(&series.name),
            );
        }
    }

    fn points(&self, points: impl Iterator<Item = (f64, f64)>) -> String {
        let places = points.filter_map(|(x, y)| Some((self.x.place(x)?, self.y.place(y)?)));
        let texts: Vec<_> = places.map(|(x, y)| format!("{x},{y}")).collect();
        texts.join(" ")
    }
}

//! Results as plots.

use super::{At, Kind, Measure, Results, Summary, Tally, find};
use crate::plot::{Axis, MOST_SERIES, Plot, Scale, Series, Shape, Spot, bars};

/// A plot under a name that is fit for a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    /// Its name.
    pub name: String,
    /// What is on it.
    pub plot: Plot,
}

/// The plots of a sweep: each curve with the band in which 90 % of the runs are, and with what theory
/// says of it where it does and there is room; each figure along the
/// parameter that varies, with its 95 % intervals, or where none does as a histogram over the runs;
/// each histogram. Of more points than fit into a plot, as many as fit.
#[must_use]
pub fn pictures(results: &Results) -> Vec<Picture> {
    let pictures = results.header.measures.iter().filter_map(|measure| {
        let plot = match &measure.kind {
            Kind::Curve { along } => curve(results, measure, along),
            Kind::Histogram => histogram(results, measure, |at| {
                at.record.histogram(&measure.name).cloned().unwrap_or_default()
            }),
            Kind::Figure | Kind::Event if results.header.parameters.varied().next().is_some() => {
                along_a_parameter(results, measure)
            }
            Kind::Figure => histogram(results, measure, |at| at.record.values(&measure.name)),
            Kind::Event => None,
        };
        plot.map(|plot| Picture { name: measure.name.clone(), plot })
    });
    pictures.collect()
}

fn curve(results: &Results, measure: &Measure, along: &str) -> Option<Plot> {
    let series = results.points.iter().take(MOST_SERIES).map(|at| {
        let points = at.record.curve(&measure.name).iter().zip(0..);
        let spots = points.filter_map(|(tally, place)| {
            let summary = Summary::of(tally, &measure.kind)?;
            let (low, high) = (summary.low, summary.high);
            Some(Spot { x: f64::from(place), middle: summary.mean, low, high })
        });
        let name = match varied(results, at, None) {
            name if name.is_empty() => "measured".into(),
            name => name,
        };
        Series { name, shape: Shape::Curve(spots.collect()) }
    });
    let mut series: Vec<_> = series.collect();
    // Where there are few, there is room for theory.
    if results.points.len() * 2 <= MOST_SERIES {
        series.extend(results.points.iter().filter_map(|at| theory(results, at, measure)));
    }
    let x = Axis::linear(along, "").including([0.0]);
    let about = format!("{} (mean, and 90 % of the runs)", measure.about);
    plot(results, about, x, upwards(measure), series)
}

/// What theory says of a curve, as far as the curve goes.
fn theory(results: &Results, at: &At, measure: &Measure) -> Option<Series> {
    let experiment = find(&results.header.experiment).ok()?.at(&at.point).ok()?;
    let last = at.record.curve(&measure.name).len().checked_sub(1)?;
    let theory = experiment.theory(&measure.name, last as u32)?;
    let spots = (0..).map(f64::from).zip(theory.values);
    let spots = spots.map(|(x, value)| Spot { x, middle: value, low: value, high: value });
    let name = [varied(results, at, None), theory.name.into()];
    let name = name.into_iter().filter(|part: &String| !part.is_empty()).collect::<Vec<_>>();
    Some(Series { name: name.join(", "), shape: Shape::Curve(spots.collect()) })
}

fn histogram(results: &Results, measure: &Measure, tally: impl Fn(&At) -> Tally) -> Option<Plot> {
    let shapes = results.points.iter().map(|at| (at, bars(&tally(at))));
    let shapes: Vec<_> = shapes.filter(|(_, bars)| !bars.is_empty()).take(MOST_SERIES).collect();
    // Bars of several series hide each other; their outlines do not.
    let series: Vec<_> = match &shapes[..] {
        [(at, bars)] => {
            let name = varied(results, at, None);
            vec![Series { name, shape: Shape::Bars(bars.clone()) }]
        }
        several => several
            .iter()
            .map(|(at, bars)| {
                let spots = bars.iter().map(|bar| {
                    let (x, height) = (f64::midpoint(bar.from, bar.to), bar.height);
                    Spot { x, middle: height, low: height, high: height }
                });
                Series { name: varied(results, at, None), shape: Shape::Marks(spots.collect()) }
            })
            .collect(),
    };
    let x = Axis::linear(&measure.name, &measure.unit);
    let of = if measure.kind == Kind::Histogram { "share of all" } else { "share of the runs" };
    plot(results, measure.about.clone(), x, Axis::linear(of, "").including([0.0]), series)
}

/// A figure along the first parameter that varies, with a series for each combination of the others.
fn along_a_parameter(results: &Results, measure: &Measure) -> Option<Plot> {
    let along = results.header.parameters.varied().max_by_key(|name| breadth(results, name))?;
    let mut series: Vec<Series> = Vec::new();
    for at in &results.points {
        let (Some(x), Some(summary)) = (at.point.get(along), results.summary(at, measure)) else {
            continue;
        };
        let (low, high) = summary.interval.unwrap_or((summary.mean, summary.mean));
        let (spot, name) =
            (Spot { x, middle: summary.mean, low, high }, varied(results, at, Some(along)));
        match series.iter_mut().find(|series| series.name == name) {
            Some(Series { shape: Shape::Marks(spots), .. }) => spots.push(spot),
            _ => series.push(Series { name, shape: Shape::Marks(vec![spot]) }),
        }
    }
    series.truncate(MOST_SERIES);
    let about = format!("{} (mean, and its 95 % interval)", measure.about);
    let x = Axis::linear(along, "").scaled(scale(results, along));
    plot(results, about, x, upwards(measure), series)
}

/// How many values a parameter has.
fn breadth(results: &Results, name: &str) -> usize {
    let mut parameters = results.header.parameters.iter();
    parameters.find(|(known, _)| *known == name).map_or(0, |(_, values)| values.as_slice().len())
}

/// Logarithmic where values are above 0 and reach over more than a decade.
fn scale(results: &Results, name: &str) -> Scale {
    let values: Tally = results.points.iter().filter_map(|at| at.point.get(name)).collect();
    match values.ends() {
        Some((least, greatest)) if least > 0.0 && greatest / least >= 10.0 => Scale::Logarithmic,
        _ => Scale::Linear,
    }
}

/// A share is told as one, from 0 to 1.
fn upwards(measure: &Measure) -> Axis {
    let is_share = measure.unit == "share" && matches!(measure.kind, Kind::Curve { .. });
    match measure.kind {
        Kind::Event => Axis::linear(&measure.name, "share of the runs").including([0.0, 1.0]),
        _ if is_share => Axis::linear(&measure.name, &measure.unit).including([0.0, 1.0]),
        _ => Axis::linear(&measure.name, &measure.unit),
    }
}

/// The parameters of a point that are not the same at all points, but for one.
fn varied(results: &Results, at: &At, but: Option<&str>) -> String {
    let names = results.header.parameters.varied().filter(|name| Some(*name) != but);
    let texts = names.filter_map(|name| Some(format!("{name} {}", at.point.get(name)?)));
    texts.collect::<Vec<_>>().join(", ")
}

/// A plot, if there is anything on it.
fn plot(
    results: &Results,
    subtitle: String,
    x: Axis,
    y: Axis,
    series: Vec<Series>,
) -> Option<Plot> {
    let title = title(results);
    (!series.is_empty()).then_some(Plot { title, subtitle, x, y, series })
}

/// The experiment, and the parameters that are the same at all points, but for those that are 0.
fn title(results: &Results) -> String {
    let mut title = results.header.experiment.clone();
    for (name, values) in results.header.parameters.iter() {
        if let &[value] = values.as_slice()
            && value != 0.0
        {
            title += &format!(", {name} {value}");
        }
    }
    title
}

//! Plots are well-formed, and nothing in them is out of place.

use roxmltree::Document;

use super::*;

fn spots(at: impl Fn(f64) -> f64) -> Vec<Spot> {
    let spot = |x: f64| Spot { x, middle: at(x), low: at(x) * 0.9, high: at(x) * 1.1 };
    (0..20).map(|x| spot(f64::from(x))).collect()
}

fn plot(shapes: impl IntoIterator<Item = Shape>) -> Plot {
    let series = shapes.into_iter().zip(1..);
    let series = series.map(|(shape, number)| Series { name: format!("series {number}"), shape });
    Plot {
        title: "Something & <something> else's \"title\"\u{1}".into(),
        subtitle: "<i>all</i>".into(),
        x: Axis::linear("time", "rounds"),
        y: Axis::linear("a < b", ""),
        series: series.collect(),
    }
}

/// All numbers in it are within the picture, and none is missing.
fn read(plot: &Plot) -> String {
    let svg = plot.svg();
    let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    let side = |name| root.attribute(name).and_then(|text| text.parse::<f64>().ok());
    let (width, height) = (side("width").expect("a width"), side("height").expect("a height"));
    for node in document.descendants() {
        assert_ne!(node.tag_name().name(), "script");
        for point in node.attribute("points").unwrap_or("").split_whitespace() {
            let (x, y) = point.split_once(',').expect("two numbers");
            let [x, y] = [x, y].map(|text| text.parse::<f64>().expect("a number"));
            assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{point}");
        }
    }
    svg
}

#[test]
fn texts_are_escaped() {
    let svg = read(&plot([Shape::Curve(spots(|x| x))]));
    let document = Document::parse(&svg).expect("XML");
    let texts: Vec<_> = document.descendants().filter_map(|node| node.text()).collect();
    assert!(texts.contains(&"Something & <something> else's \"title\"\u{fffd}"), "{texts:?}");
    assert!(
        texts.contains(&"<i>all</i>")
            && texts.contains(&"a < b")
            && texts.contains(&"time (rounds)"),
        "{texts:?}"
    );
}

#[test]
fn every_shape_is_drawn_and_several_have_a_legend() {
    let one = read(&plot([Shape::Curve(spots(|x| x * x))]));
    assert!(one.contains("<polygon") && one.contains("<polyline") && !one.contains("series 2"));
    let several = (1..=8).map(|factor| Shape::Marks(spots(|x| x * f64::from(factor))));
    let several = read(&plot(several));
    let named = |number: usize| several.contains(&format!(">series {number}</text>"));
    assert!((1..=MOST_SERIES).all(named) && !named(MOST_SERIES + 1));
    let bars = bars(&[1.0, 2.0, 2.0, 4.0].into_iter().collect());
    assert_eq!(read(&plot([Shape::Bars(bars)])).matches("V").count() % 2, 0);
}

#[test]
fn a_logarithmic_axis_leaves_out_what_has_no_logarithm() {
    let mut plot = plot([Shape::Curve(spots(|x| x - 5.0))]);
    plot.x.scale = Scale::Logarithmic;
    plot.y.scale = Scale::Logarithmic;
    let svg = read(&plot);
    let line = svg.split("<polyline points='").nth(1).and_then(|rest| rest.split('\'').next());
    assert_eq!(line.map(|points| points.split(' ').count()), Some(14));
}

#[test]
fn what_is_empty_or_constant_is_a_plot_all_the_same() {
    read(&plot([]));
    read(&plot([Shape::Curve(Vec::new()), Shape::Bars(Vec::new())]));
    read(&plot([Shape::Curve(spots(|_| 7.0)), Shape::Marks(spots(|_| 0.0))]));
    read(&plot([Shape::Curve(spots(|_| f64::NAN))]));
}

#[test]
fn bars_hold_every_value_once() {
    let tallies = [
        (0..1000_u32).map(|i| f64::from(i % 7)).collect::<Tally>(),
        (0..1000_u32).map(|i| f64::from(i * i)).collect(),
        (0..1000_u32).map(|i| 0.97 + f64::from(i % 13) / 1000.0).collect(),
        [0.1].into_iter().collect(),
        [5.0].into_iter().collect(),
    ];
    for tally in tallies {
        let bars = bars(&tally);
        let sum: f64 = bars.iter().map(|bar| bar.height).sum();
        assert!((sum - 1.0).abs() < 1e-12 && bars.len() <= MOST_BARS, "{bars:?}");
        for (value, _) in tally.iter() {
            let holds = |bar: &&Bar| bar.from <= value + 1e-9 && value <= bar.to + 1e-9;
            assert!(bars.iter().filter(holds).any(|bar| bar.height > 0.0), "{value}");
        }
    }
    assert!(bars(&Tally::default()).is_empty());
}

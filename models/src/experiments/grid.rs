//! Parameters, and the grid of all their combinations.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most values that are read, and the most points of a grid.
const MANY: usize = 10_000;

/// Of so many parts are those of which probabilities are multiples.
pub(super) const MILLION: u32 = 1_000_000;

/// Something about an experiment that can be varied.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Its value where none is asked for.
    pub default: f64,
    /// The least value that is possible.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
    /// Its values are multiples of one of so many parts: 1 for whole numbers. `None`: any number is
    /// one.
    pub parts: Option<u32>,
}

impl Parameter {
    /// A whole number.
    #[must_use]
    pub const fn whole(
        name: &'static str,
        about: &'static str,
        default: u32,
        (least, greatest): (u32, u32),
    ) -> Self {
        let (least, greatest) = (least as f64, greatest as f64);
        Self { name, about, default: default as f64, least, greatest, parts: Some(1) }
    }

    /// A share, to any number of digits.
    #[must_use]
    pub const fn share(name: &'static str, about: &'static str, default: f64) -> Self {
        Self { name, about, default, least: 0.0, greatest: 1.0, parts: None }
    }

    /// A probability, in millionths.
    #[must_use]
    pub const fn probability(name: &'static str, about: &'static str, default: f64) -> Self {
        Self { parts: Some(MILLION), ..Self::share(name, about, default) }
    }

    /// Whether it can have this value.
    #[must_use]
    pub fn allows(&self, value: f64) -> bool {
        let is_multiple =
            |parts: u32| (value * f64::from(parts)).round() / f64::from(parts) == value;
        (self.least..=self.greatest).contains(&value) && self.parts.is_none_or(is_multiple)
    }

    /// What its values are, in a few words.
    #[must_use]
    pub fn kind(&self) -> String {
        match self.parts {
            None => "a number".into(),
            Some(1) => "a whole number".into(),
            Some(parts) => format!("a multiple of {}", 1.0 / f64::from(parts)),
        }
    }
}

/// A value for each parameter.
#[derive(Clone, PartialEq, PartialOrd, Debug, Default, Serialize, Deserialize)]
pub struct Point(BTreeMap<String, f64>);

impl Point {
    /// The same with this value.
    #[must_use]
    pub fn with(mut self, name: &str, value: f64) -> Self {
        self.0.insert(name.into(), value);
        self
    }

    /// The value of a parameter, if it is there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// All of them, by their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, &value)| (&name[..], value))
    }
}

/// As a heading: `fanout 2, nodes 1000`.
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(f, "{comma}{name} {value}")?;
        }
        Ok(())
    }
}

/// Several values of a parameter: a list of numbers and of ranges.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Values(Vec<f64>);

/// Why something is no list of values.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` is no list of values; such are 100, or 1,2,4, or 2..6, or 0..0.5+0.1, or 100..10000x10"
)]
pub struct NotValues(String);

impl Values {
    /// The values.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }
}

impl From<f64> for Values {
    fn from(value: f64) -> Self {
        Self(vec![value])
    }
}

/// Numbers and ranges with commas between them. A range is `from..to`, with both ends, in steps of
/// 1; in other steps `from..to+step`; by a factor `from..to x factor`, without the spaces.
impl FromStr for Values {
    type Err = NotValues;

    fn from_str(text: &str) -> Result<Self, NotValues> {
        let mut values = Vec::new();
        for part in text.split(',') {
            match part.split_once("..") {
                None => values.push(number(part)),
                Some((from, rest)) => values.extend(range(from, rest)),
            }
        }
        let values: Option<Vec<f64>> = values.into_iter().collect();
        let are_few = |values: &Vec<f64>| !values.is_empty() && values.len() <= MANY;
        values.filter(are_few).map(Self).ok_or_else(|| NotValues(text.into()))
    }
}

/// The values of a range; a missing one where it is none.
fn range(from: &str, rest: &str) -> Vec<Option<f64>> {
    let read = || -> Option<Vec<Option<f64>>> {
        let from = number(from)?;
        let (to, next): (_, Box<dyn Fn(i32) -> f64>) =
            if let Some((to, factor)) = rest.split_once('x') {
                let factor = number(factor).filter(|&factor| factor > 1.0 && from > 0.0)?;
                (to, Box::new(move |place| from * libm::pow(factor, place.into())))
            } else {
                let (to, step) = rest.split_once('+').unwrap_or((rest, "1"));
                let step = number(step).filter(|&step| step > 0.0)?;
                (to, Box::new(move |place| from + f64::from(place) * step))
            };
        let to = number(to).filter(|&to| to >= from)?;
        let values = (0..=MANY as i32).map(|place| rounded(next(place)));
        Some(values.take_while(|&value| value <= to).map(Some).collect())
    };
    read().unwrap_or_else(|| vec![None])
}

/// With twelve digits after the point, so that ten steps of 0.1 make 1.
fn rounded(value: f64) -> f64 {
    const DIGITS: f64 = 1e12;
    if value.abs() < 1e3 { (value * DIGITS).round() / DIGITS } else { value }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// All combinations of some values of each parameter.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Grid(BTreeMap<String, Values>);

impl Grid {
    /// The same, with these values of a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, values: Values) -> Self {
        self.0.insert(name.into(), values);
        self
    }

    /// The points; that of the parameter whose name comes last varies fastest. `None` where there
    /// are more than ten thousand.
    #[must_use]
    pub fn points(&self) -> Option<Vec<Point>> {
        let mut points = vec![Point::default()];
        for (name, values) in &self.0 {
            if points.len().checked_mul(values.0.len())? > MANY {
                return None;
            }
            let at_each =
                |point: Point| values.0.iter().map(move |&value| point.clone().with(name, value));
            points = points.into_iter().flat_map(at_each).collect();
        }
        Some(points)
    }

    /// The names of the parameters that have several values.
    pub fn varied(&self) -> impl Iterator<Item = &str> {
        let several = self.0.iter().filter(|(_, values)| values.0.len() > 1);
        several.map(|(name, _)| &name[..])
    }

    /// The values of each parameter.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Values)> {
        self.0.iter().map(|(name, values)| (&name[..], values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_lists_and_ranges() {
        for (text, values) in [
            ("5", &[5.0][..]),
            ("1,2,4", &[1.0, 2.0, 4.0]),
            ("2..5", &[2.0, 3.0, 4.0, 5.0]),
            ("0..0.3+0.1", &[0.0, 0.1, 0.2, 0.3]),
            ("100..20000x10", &[100.0, 1000.0, 10_000.0]),
            ("1,3..4,0.5", &[1.0, 3.0, 4.0, 0.5]),
        ] {
            assert_eq!(text.parse(), Ok(Values(values.to_vec())), "{text}");
        }
        for wrong in
            ["", ",", "a", "1,", "5..2", "1..2+0", "1..9x1", "0..9x2", "1..", "NaN", "0..1e9"]
        {
            assert!(wrong.parse::<Values>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_grid_has_all_combinations_and_no_more_than_can_be_handled() {
        let values = |text: &str| text.parse::<Values>().expect("values");
        let grid = Grid::default().with("b", values("1,2")).with("a", values("7,8,9"));
        let points: Vec<_> = grid.points().expect("six points");
        let shown: Vec<_> = points.iter().map(Point::to_string).collect();
        assert_eq!(shown, ["a 7, b 1", "a 7, b 2", "a 8, b 1", "a 8, b 2", "a 9, b 1", "a 9, b 2"]);
        assert_eq!(grid.varied().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(grid.with("c", values("1..9999")).points(), None);
    }

    #[test]
    fn a_parameter_has_bounds() {
        let nodes = Parameter::whole("nodes", "", 100, (2, 1000));
        assert!(nodes.allows(2.0) && nodes.allows(1000.0));
        assert!(![1.0, 2.5, 1001.0, f64::NAN].into_iter().any(|value| nodes.allows(value)));
        assert!(Parameter::share("side", "", 0.0).allows(1.0 / 3.0));
    }

    #[test]
    fn a_parameter_has_no_value_that_would_be_rounded() {
        let loss = Parameter::probability("loss", "", 0.0);
        let Values(fine) = "0..0.008+0.000001,0..1+0.001,0.123456".parse().expect("values");
        assert!(fine.into_iter().all(|value| loss.allows(value)));
        assert!(![0.123_456_7, 1e-7, 1.0 / 3.0].into_iter().any(|value| loss.allows(value)));
        assert_eq!(loss.kind(), "a multiple of 0.000001");
    }
}

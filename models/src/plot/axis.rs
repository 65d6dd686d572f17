//! How values become places, and which values have a mark.

/// How values become places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scale {
    /// Equal distances stand for equal differences.
    Linear,
    /// Equal distances stand for equal ratios.
    Logarithmic,
}

/// A part of an axis, laid out between two places.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Ruler {
    scale: Scale,
    from: f64,
    to: f64,
    places: (f64, f64),
    /// The values that have a mark, and how they are written.
    pub(super) ticks: Vec<(f64, String)>,
}

/// About how many marks an axis has.
const MARKS: f64 = 6.0;

impl Ruler {
    /// A ruler on which all of these values have a place between the two.
    pub(super) fn new(
        scale: Scale,
        values: impl IntoIterator<Item = f64>,
        places: (f64, f64),
    ) -> Self {
        let is_possible =
            |value: &f64| value.is_finite() && (scale == Scale::Linear || *value > 0.0);
        let values: Vec<f64> = values.into_iter().filter(is_possible).collect();
        let ends = values.iter().fold(None, |ends: Option<(f64, f64)>, &value| {
            Some(ends.map_or((value, value), |(from, to)| (from.min(value), to.max(value))))
        });
        let (from, to) = ends.unwrap_or((1.0, 2.0));
        // Between whole numbers there are no marks.
        let are_whole = to > from && values.iter().all(|value| value.fract() == 0.0);
        match scale {
            Scale::Linear => Self::linear(from, to, if are_whole { 1.0 } else { 0.0 }, places),
            Scale::Logarithmic => Self::logarithmic(from, to, places),
        }
    }

    fn linear(from: f64, to: f64, least_step: f64, places: (f64, f64)) -> Self {
        let (from, to) = if to > from { (from, to) } else { (from - 0.5, to + 0.5) };
        let step = round_step((to - from) / MARKS).max(least_step);
        // A value that is nearly on a mark is on it.
        let (first, last) = ((from / step + 1e-9).floor() as i64, (to / step - 1e-9).ceil() as i64);
        let digits = (-libm::log10(step) - 1e-9).ceil().max(0.0) as usize;
        let ticks = (first..=last).map(|number| {
            let value = number as f64 * step;
            (value, with_digits(value, digits))
        });
        let (from, to) = (first as f64 * step, last as f64 * step);
        Self { scale: Scale::Linear, from, to, places, ticks: ticks.collect() }
    }

    fn logarithmic(from: f64, to: f64, places: (f64, f64)) -> Self {
        let decade = |value: f64| libm::pow(10.0, value);
        let (first, last) = (libm::log10(from).floor(), (libm::log10(to) - 1e-9).ceil());
        let last = last.max(first + 1.0);
        let within_decade: &[f64] = if last - first > 2.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let mut ticks = Vec::new();
        for power in first as i32..=last as i32 {
            for &part in within_decade {
                let value = part * decade(power.into());
                if value <= decade(last) * 1.000_001 {
                    ticks.push((value, of_decade(part, power)));
                }
            }
        }
        let (from, to) = (decade(first), decade(last));
        Self { scale: Scale::Logarithmic, from, to, places, ticks }
    }

    /// Where a value stands, if it stands anywhere.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let share = match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Logarithmic => libm::log(value / self.from) / libm::log(self.to / self.from),
        };
        let (begin, end) = self.places;
        let place = begin + share.clamp(0.0, 1.0) * (end - begin);
        // A tenth of a point is more than can be seen.
        share.is_finite().then(|| (place * 10.0).round() / 10.0)
    }

    /// Where the axis begins.
    pub(super) fn from(&self) -> f64 {
        self.from
    }
}

/// 1, 2 or 5 times a power of ten: the least that is no less than the number; 0 if that is not
/// above 0.
pub(super) fn round_step(least: f64) -> f64 {
    if least.is_nan() || least <= 0.0 {
        return 0.0;
    }
    let power = libm::pow(10.0, (libm::log10(least) + 1e-9).floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|part| part * power);
    steps.into_iter().find(|&step| step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// A number with so many digits after the point, and commas between thousands.
fn with_digits(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    format!("{sign}{grouped}{rest}")
}

/// `part * 10^power`.
fn of_decade(part: f64, power: i32) -> String {
    match power {
        -3..=5 => with_digits(part * libm::pow(10.0, power.into()), (-power).max(0) as usize),
        _ if part == 1.0 => format!("10{}", raised(power)),
        _ => format!("{part}·10{}", raised(power)),
    }
}

/// A number in raised digits.
fn raised(number: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize]);
    number.to_string().chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(scale: Scale, from: f64, to: f64) -> Vec<String> {
        let ruler = Ruler::new(scale, [from, to], (0.0, 100.0));
        ruler.ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn marks_are_round_numbers() {
        assert_eq!(marks(Scale::Linear, 0.0, 1.0), ["0", "1"]);
        let tenths = ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"];
        assert_eq!(marks(Scale::Linear, 0.01, 1.0), tenths);
        assert_eq!(marks(Scale::Linear, 0.0, 18.0), ["0", "5", "10", "15", "20"]);
        assert_eq!(marks(Scale::Linear, -3.0, 3.0), ["−3", "−2", "−1", "0", "1", "2", "3"]);
        assert_eq!(
            marks(Scale::Linear, 7.0, 7.0),
            ["6.4", "6.6", "6.8", "7.0", "7.2", "7.4", "7.6"]
        );
        let decades = ["100", "1,000", "10,000", "100,000", "10⁶"];
        assert_eq!(marks(Scale::Logarithmic, 100.0, 1e6), decades);
        let fine = ["0.010", "0.02", "0.05", "0.1", "0.2", "0.5", "1"];
        assert_eq!(marks(Scale::Logarithmic, 0.02, 1.0).len(), fine.len());
    }

    #[test]
    fn values_stand_between_the_ends() {
        let linear = Ruler::new(Scale::Linear, [0.0, 10.0], (50.0, 150.0));
        assert_eq!(
            [0.0, 5.0, 10.0, 99.0].map(|value| linear.place(value)),
            [Some(50.0), Some(100.0), Some(150.0), Some(150.0)]
        );
        let upwards = Ruler::new(Scale::Logarithmic, [1.0, 100.0], (200.0, 0.0));
        assert_eq!(upwards.place(10.0), Some(100.0));
        assert_eq!((upwards.place(-1.0), linear.place(f64::NAN)), (None, None));
    }

    #[test]
    fn nothing_has_an_axis_all_the_same() {
        for scale in [Scale::Linear, Scale::Logarithmic] {
            let ruler = Ruler::new(scale, [f64::NAN], (0.0, 1.0));
            assert!(ruler.ticks.len() > 1 && ruler.ticks.len() < 20);
        }
    }
}

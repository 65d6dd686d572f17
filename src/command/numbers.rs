//! Figures, as they are printed.

use rumormill::models::exact::Answer;

/// How many digits after the point stand beside a short fraction.
const FEW: u32 = 4;

/// How many digits after the point stand for a long fraction, or an interval.
const MANY: u32 = 10;

/// The longest fraction that stands on the page as it is, in characters.
const SHORT: usize = 13;

/// A number with its digits in groups of three.
pub(in crate::command) fn count(number: impl TryInto<u64>) -> String {
    let Ok(number) = number.try_into() else { return "too many to count".into() };
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many of a thing, in the singular for one.
pub(in crate::command) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(number as u64), if number == 1 { one } else { many })
}

/// A time, with as many digits as mean something.
pub(in crate::command) fn seconds(seconds: f64) -> String {
    match seconds {
        short if short < 0.01 => "< 0.01 s".into(),
        short if short < 10.0 => format!("{short:.2} s"),
        long => format!("{long:.0} s"),
    }
}

/// An answer, as it is printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::command) struct Figure {
    /// A fraction, or a word; empty where only a decimal is short enough.
    pub(in crate::command) exactly: String,
    /// The decimal; digits before an ellipsis are certain.
    pub(in crate::command) decimal: String,
    /// What is too long to be printed.
    pub(in crate::command) whole: Option<String>,
}

/// An answer as a short fraction with its decimal, or as the digits that are certain.
pub(in crate::command) fn figure(answer: &Answer) -> Figure {
    let word = |word: &str| Figure { exactly: word.into(), decimal: String::new(), whole: None };
    match answer {
        Answer::Exact(fraction) if fraction.is_integer() => word(&fraction.to_string()),
        Answer::Exact(fraction) => {
            let text = fraction.to_string();
            let is_short = text.len() <= SHORT;
            let decimal = decimal(answer, if is_short { FEW } else { MANY });
            let (exactly, whole) =
                if is_short { (text, None) } else { (String::new(), Some(text)) };
            Figure { exactly, decimal, whole }
        }
        &Answer::Between(low, high) => {
            Figure { exactly: String::new(), decimal: between(low, high), whole: None }
        }
        Answer::Infinite => word("infinite"),
        Answer::Unknown => word("unknown"),
    }
}

/// The first digits of a fraction that is no integer, cut off and not rounded; with an ellipsis
/// where others follow.
fn decimal(answer: &Answer, digits: u32) -> String {
    let Answer::Exact(fraction) = answer else { return String::new() };
    let scaled = fraction.numer() * 10_u64.pow(digits);
    let (quotient, rest) = (&scaled / fraction.denom(), &scaled % fraction.denom());
    let places = digits as usize;
    let text = format!("{:0>width$}", quotient.to_string(), width = places + 1);
    let (before, after) = text.split_at(text.len() - places);
    if rest.bits() == 0 {
        return format!("{before}.{}", after.trim_end_matches('0'));
    }
    format!("{before}.{after}…")
}

/// The digits that two bounds share, or, where these say too little, the bounds themselves, one
/// rounded down and the other up.
fn between(low: f64, high: f64) -> String {
    let places = MANY as usize;
    let [from, to] = [low, high].map(|bound| format!("{bound:.*}", 2 * places));
    let shared = from.bytes().zip(to.bytes()).take_while(|(a, b)| a == b).count();
    let shared = &from[..shared];
    match shared.split_once('.') {
        Some((_, after)) if after.len() >= FEW as usize => {
            let end = shared.len() - after.len().saturating_sub(places);
            format!("{}…", &shared[..end])
        }
        _ => {
            let outwards = 0.1_f64.powi(MANY as i32);
            format!("{:.places$} to {:.places$}", low - outwards, high + outwards)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups() {
        let all = [0, 999, 1000, 1_008_085].map(|number: u64| count(number));
        assert_eq!(all, ["0", "999", "1,000", "1,008,085"]);
    }

    #[test]
    fn only_certain_digits_are_printed() {
        assert_eq!(between(0.123_456_1, 0.123_456_9), "0.123456…");
        assert_eq!(between(0.499_999, 0.500_001), "0.4999989999 to 0.5000010001");
        assert_eq!(between(1.0, 7.5), "0.9999999999 to 7.5000000001");
        assert_eq!(between(0.1, 0.100_000_000_000_001), "0.1000000000…");
    }
}

//! A small chart of how likely a goal is reached by the end of each round.

use maud::{Markup, html};
use rumormill::models::exact::{Answer, Extremes};
use rumormill::models::suites::Goal;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 34.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 34.0;

/// The probabilities by the end of each round.
struct Curves {
    rounds: Vec<usize>,
    least: Vec<f64>,
    uniform: Vec<f64>,
    greatest: Vec<f64>,
}

/// The band between the least and the greatest, and the line of the uniform scheduler; nothing
/// where there are fewer than two rounds, or an answer is not known.
pub(super) fn by_round(goal: &Goal) -> Markup {
    html! { @if let Some(curves) = Curves::of(goal) { (curves.draw()) } }
}

impl Curves {
    fn of(goal: &Goal) -> Option<Self> {
        let rounds: Vec<_> = goal.by_round.iter().map(|row| row.round).collect();
        let curve = |of: fn(&Extremes) -> &Answer| -> Option<Vec<f64>> {
            goal.by_round.iter().map(|row| of(&row.probability).approximately()).collect()
        };
        let (least, uniform) = (curve(|all| &all.least)?, curve(|all| &all.uniform)?);
        let greatest = curve(|all| &all.greatest)?;
        (rounds.len() > 1).then_some(Self { rounds, least, uniform, greatest })
    }

    fn draw(&self) -> Markup {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        html! {
            figure.chart {
                svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {HEIGHT}"))
                    role="img" aria-label="How likely by the end of each round" {
                    @for (share, label) in [(0.0, "0"), (0.5, "½"), (1.0, "1")] {
                        line.grid x1=(LEFT) x2=(right) y1=(y(share)) y2=(y(share)) {}
                        text x=(LEFT - 8.0) y=(y(share) + 4.0) text-anchor="end" { (label) }
                    }
                    @for (place, round) in self.rounds.iter().enumerate() {
                        text x=(self.x(place)) y=(bottom + 16.0) text-anchor="middle" { (round) }
                    }
                    text x=(f64::midpoint(LEFT, right)) y=(HEIGHT - 3.0) text-anchor="middle" {
                        "round"
                    }
                    polygon.band points=(self.band()) {}
                    polyline.uniform points=(self.points(&self.uniform)) {}
                    @for (place, &share) in self.uniform.iter().enumerate() {
                        circle.uniform cx=(self.x(place)) cy=(y(share)) r="2.5" {}
                    }
                }
                figcaption {
                    @if self.is_narrow() { "How likely, whoever chooses" }
                    @else { "How likely: uniform, between least and greatest" }
                }
            }
        }
    }

    fn x(&self, place: usize) -> f64 {
        let share = place as f64 / (self.rounds.len() - 1) as f64;
        short(LEFT + 8.0 + share * (WIDTH - RIGHT - LEFT - 16.0))
    }

    fn points(&self, curve: &[f64]) -> String {
        let points = curve.iter().enumerate();
        points.map(|(place, &share)| format!("{},{} ", self.x(place), y(share))).collect()
    }

    /// Along the least, and back along the greatest.
    fn band(&self) -> String {
        let back = self.greatest.iter().enumerate().rev();
        let back: String =
            back.map(|(place, &share)| format!("{},{} ", self.x(place), y(share))).collect();
        self.points(&self.least) + &back
    }

    /// Whether nobody's choices make a difference.
    fn is_narrow(&self) -> bool {
        self.least == self.greatest
    }
}

/// The height at which a probability stands.
fn y(share: f64) -> f64 {
    short(TOP + (1.0 - share.clamp(0.0, 1.0)) * (HEIGHT - BOTTOM - TOP))
}

/// A place with one digit after the point.
fn short(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

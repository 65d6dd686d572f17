//! From costs to tables.

use crate::cost::Cost;

/// What one contestant paid in each round.
pub struct Row {
    pub name: String,
    pub first_seen: Vec<Cost>,
    pub duplicate: Vec<Cost>,
}

impl Row {
    /// With room for so many rounds, so that nothing is allocated between measurements.
    pub fn new(name: &str, rounds: usize) -> Self {
        let costs = || Vec::with_capacity(rounds);
        Self { name: name.to_owned(), first_seen: costs(), duplicate: costs() }
    }
}

/// Prints the medians of each row.
pub fn print_costs(rows: &[Row]) {
    let width = widest(rows);
    println!("{:width$}  {:>20}  {:>20}", "", "first seen", "duplicate");
    println!(
        "{:width$}  {:>10}{:>10}  {:>10}{:>10}",
        "", "ns/op", "allocs/op", "ns/op", "allocs/op"
    );
    for Row { name, first_seen, duplicate } in rows {
        println!(
            "{name:width$}  {:>10.1}{:>10.2}  {:>10.1}{:>10.2}",
            median(first_seen, Cost::nanoseconds_per_operation),
            median(first_seen, Cost::allocations_per_operation),
            median(duplicate, Cost::nanoseconds_per_operation),
            median(duplicate, Cost::allocations_per_operation),
        );
    }
}

/// Prints how many times as long as each of ours each of theirs takes.
pub fn print_ratios(theirs: &[Row], ours: &[&Row]) {
    let width = widest(theirs);
    for ours in ours {
        println!("\n{:width$}  {:>12}{:>12}", "ratio of times", "first seen", "duplicate");
        println!("  to {}", ours.name);
        for row in theirs {
            println!(
                "{:width$}  {:>12.2}{:>12.2}",
                row.name,
                ratio(&row.first_seen, &ours.first_seen),
                ratio(&row.duplicate, &ours.duplicate),
            );
        }
    }
}

fn widest(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.name.len()).max().unwrap_or(0)
}

/// The median of the figure over all rounds.
pub fn median(costs: &[Cost], figure: fn(&Cost) -> f64) -> f64 {
    middle(costs.iter().map(figure))
}

/// The median of the ratios within a round, not the ratio of the medians: what slows the machine
/// down for a while slows both sides of a round.
pub fn ratio(upper: &[Cost], lower: &[Cost]) -> f64 {
    middle(upper.iter().zip(lower).map(|(upper, lower)| {
        upper.nanoseconds_per_operation() / lower.nanoseconds_per_operation()
    }))
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

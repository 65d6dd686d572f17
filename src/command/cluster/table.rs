//! A table that grows by a row in each period.

use super::super::output::Output;
use super::health::{Health, Summary};

pub(super) struct Table {
    output: Output,
    rows: Vec<Health>,
}

impl Table {
    pub(super) fn new(output: Output) -> Self {
        output.say(format_args!(
            "   period  connected  {:^16}  {:^16}  dead links  nodes by in-degree",
            "neighbours", "in-degree"
        ));
        Self { output, rows: Vec::new() }
    }

    pub(super) fn draw(&mut self, period: u32, health: Health) {
        let Health { alive, connected, views, in_degrees, in_degree_counts, dead_links, .. } =
            &health;
        self.output.say(format_args!(
            "   {period:>6}  {:>9}  {:>16}  {:>16}  {dead_links:>10}  {}",
            format!("{connected}/{alive}"),
            range(views),
            range(in_degrees),
            skyline(in_degree_counts),
        ));
        self.rows.push(health);
    }

    pub(super) fn into_rows(self) -> Vec<Health> {
        self.rows
    }
}

fn range(Summary { min, mean, max }: &Summary) -> String {
    format!("{min} ≤ {mean:.1} ≤ {max}")
}

/// A column for each in-degree, from 0 on; those of the last are that or more.
fn skyline(counts: &[u64]) -> String {
    const WIDTH: usize = 40;
    const HEIGHTS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (shown, rest) = counts.split_at(counts.len().min(WIDTH));
    let mut columns = shown.to_vec();
    if let Some(last) = columns.last_mut() {
        *last += rest.iter().sum::<u64>();
    }
    let most = columns.iter().max().copied().unwrap_or(0).max(1);
    let height = |count: u64| HEIGHTS[(count * (HEIGHTS.len() as u64 - 1)).div_ceil(most) as usize];
    format!("│{}│", columns.into_iter().map(height).collect::<String>())
}

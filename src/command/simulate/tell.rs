//! What a sweep came to, for people.

use rumormill::models::experiments::{At, Measure, Results, Summary};

use super::super::output::Output;

/// A table for each point.
pub(super) fn results(output: Output, results: &Results) {
    for at in &results.points {
        output.say(format_args!("  {}: {} runs", at.point, at.record.runs().len()));
        output.say(format_args!(
            "    {:<24} {:>9}  {:<20} {:>9} {:>8} {:>8} {:>8}",
            "", "mean", "95 % interval", "deviation", "5 %", "median", "95 %"
        ));
        for measure in results.figures() {
            figure(output, results, at, measure);
        }
    }
}

fn figure(output: Output, results: &Results, at: &At, measure: &Measure) {
    let name = match &measure.unit[..] {
        "" => measure.name.clone(),
        unit if unit == measure.name => unit.into(),
        unit => format!("{} ({unit})", measure.name),
    };
    let Some(summary) = results.summary(at, measure) else {
        return output.say(format_args!("    {name:<24} in no run"));
    };
    let Summary { count, mean, deviation, interval, low, median, high, .. } = summary;
    let interval =
        interval.map_or("too few runs".into(), |(from, to)| format!("{from:.4} to {to:.4}"));
    let all = at.record.runs().len() as u64;
    let missing = if count < all { format!("  in {count} runs") } else { String::new() };
    output.say(format_args!(
        "    {name:<24} {mean:>9.4}  {interval:<20} {deviation:>9.4} {low:>8.4} {median:>8.4} \
         {high:>8.4}{missing}",
    ));
}

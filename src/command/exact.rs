//! `rumormill exact`: exact probabilities and expectations of small groups.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum, value_parser};
use rumormill::models::exact::{Answer, Effort, Extremes, Sampled};
use rumormill::models::suites::{
    ExactReport, Format, Goal, IMPLAUSIBLE, Questions, Sampling, Suite,
};
use serde::Serialize;

use super::Outcome;
use super::bounds::{Bounds, Watch, incomplete};
use super::check::{Incomplete, find_suites, heading};
use super::numbers::{Figure, figure};
use super::output::{Output, mark};
use super::signals::end_when_asked;

/// Compute how likely the goals of suites are reached and at what cost, at least and at most
///
/// The least and the greatest are over all schedulers and adversarial faults; `uniform` stands for
/// a scheduler that draws each of its choices. Figures are exact fractions where the size allows,
/// and otherwise intervals that certainly contain the answer.
///
/// With `--samples`, random runs of the same machines stand beside `uniform`: a column `sampled` with
/// the 99.9 % interval, and whether the exact answer is in it. One interval of a thousand misses by
/// design; only what comes by accident with a probability below 1e-6 is a failure.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The suites; all of them where none is named, but for the large ones
    suites: Vec<String>,
    /// For how many rounds to tell how likely a goal is reached by then, at most 1000
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(..=1000))]
    rounds: u16,
    /// Solve in fractions what has up to so many transitions before the goal
    #[arg(long, value_name = "TRANSITIONS", default_value_t = Effort::default().exact_transitions)]
    fractions: usize,
    /// Put so many random runs for each goal beside the uniform answers
    #[arg(long, value_name = "RUNS", value_parser = value_parser!(u32).range(2..))]
    samples: Option<u32>,
    /// Where their draws come from: the same seed, the same runs
    #[arg(long, default_value_t = 1, requires = "samples")]
    seed: u64,
    /// Write the models in this format, each with its answers in a JSON file beside it
    #[arg(long, value_name = "FORMAT")]
    export: Option<ExportFormat>,
    /// Where to write them
    #[arg(long, value_name = "DIR", default_value = ".", requires = "export")]
    out: PathBuf,
    #[command(flatten)]
    bounds: Bounds,
    /// Print one JSON document to the standard output
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ExportFormat {
    /// Storm's explicit format, with fractions
    Drn,
    /// Graphviz
    Dot,
}

/// What came of a suite.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Report(ExactReport),
    Incomplete(Incomplete),
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    let output = Output { json: arguments.json };
    end_when_asked(output)?;
    let mut entries = Vec::new();
    for suite in &find_suites(&arguments.suites)? {
        heading(output, suite);
        let entry = match ask(arguments, suite)? {
            Ok(report) => {
                say(output, &report);
                Entry::Report(report)
            }
            Err(why) => {
                output.say(format_args!("  {why}"));
                Entry::Incomplete(Incomplete { suite: suite.name.clone(), incomplete: why })
            }
        };
        entries.push(entry);
    }
    output.document(&entries)?;
    let complete = |entry: &Entry| matches!(entry, Entry::Report(report) if report.is_complete());
    let refuted = |entry: &Entry| matches!(entry, Entry::Report(report) if !report.is_plausible());
    Ok(match (entries.iter().any(refuted), entries.iter().all(complete)) {
        (true, _) => Outcome::Fails,
        (false, true) => Outcome::Holds,
        (false, false) => Outcome::Incomplete,
    })
}

/// The answers, or why there are none.
fn ask(arguments: &Arguments, suite: &Suite) -> Result<Result<ExactReport, String>> {
    let effort = Effort { exact_transitions: arguments.fractions };
    let sampling = arguments.samples.map(|runs| Sampling { runs, seed: arguments.seed });
    let questions = Questions { effort, rounds: arguments.rounds.into(), sampling };
    let create = |format| Model::create(format, &arguments.out, suite);
    let mut model = arguments.export.map(create).transpose()?;
    let export = model.as_mut().map(|model| (model.format, &mut model.file as &mut dyn Write));
    let (limits, mut watch) = (arguments.bounds.limits(), Watch::begin());
    let report = match suite.ask(questions, limits, &mut |progress| watch.see(progress), export) {
        Ok(report) => report,
        Err(error) => {
            model.into_iter().for_each(Model::discard);
            let context = || format!("cannot examine {}", suite.name);
            return incomplete(error).map(Err).with_context(context);
        }
    };
    if let Some(model) = model {
        let path = model.path.clone();
        model.keep(&report).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(Ok(report))
}

/// A model that is being written. Until it is complete it has another name, so that a model and the
/// answers beside it are always of the same run.
struct Model {
    format: Format,
    file: BufWriter<File>,
    path: PathBuf,
    unfinished: PathBuf,
}

impl Model {
    fn create(format: ExportFormat, folder: &Path, suite: &Suite) -> Result<Self> {
        let (format, extension) = match format {
            ExportFormat::Drn => (Format::Drn, "drn"),
            ExportFormat::Dot => (Format::Dot, "dot"),
        };
        let path = folder.join(format!("{}.{extension}", suite.name));
        let unfinished = folder.join(format!("{}.{extension}.part", suite.name));
        let context = || format!("cannot write {}", unfinished.display());
        fs::create_dir_all(folder).with_context(context)?;
        let file = BufWriter::new(File::create(&unfinished).with_context(context)?);
        Ok(Self { format, file, path, unfinished })
    }

    fn keep(mut self, report: &ExactReport) -> Result<()> {
        self.file.flush()?;
        fs::write(self.path.with_extension("json"), serde_json::to_string_pretty(report)?)?;
        fs::rename(&self.unfinished, &self.path)?;
        Ok(())
    }

    fn discard(self) {
        // It is of no use to anybody, and in nobody's way.
        let _left_behind = fs::remove_file(self.unfinished);
    }
}

fn say(output: Output, report: &ExactReport) {
    output.say(format_args!(
        "  {} nodes: {} states, {} choices, {} transitions in {:.2} s, {} MB",
        report.nodes,
        report.states,
        report.choices,
        report.transitions,
        report.seconds,
        report.graph_bytes >> 20,
    ));
    if report.goals.is_empty() {
        output.say("  its properties speak of every state alone: there is no goal to be reached");
    }
    for goal in &report.goals {
        say_goal(output, goal);
    }
    let estimates = report.sampled().count();
    if estimates > 0 {
        let hits = report.sampled().filter(|sampled| sampled.contains_exact).count();
        output.say(format_args!("  {hits} of {estimates} intervals contain the exact answer"));
    }
    if !report.is_plausible() {
        output
            .say(format_args!("  ✗ that is no accident: its probability is below {IMPLAUSIBLE:e}"));
    }
}

fn say_goal(output: Output, goal: &Goal) {
    output.say(format_args!("  goal: {} ({:.2} s)", goal.goal, goal.seconds));
    for verdict in &goal.verdicts {
        let mark = mark(verdict.holds);
        output.say(format_args!("    {mark} {}", verdict.notion));
    }
    let with_samples = goal.answers().any(|answer| answer.sampled.is_some());
    let sampled = with_samples.then_some("sampled");
    let header = [Some("least"), Some("uniform"), sampled, Some("greatest")];
    row(output, "", header.map(|name| name.map(String::from)));
    let say = |name: &str, answers| extremes(output, name, answers, with_samples);
    say("probability", &goal.probability);
    let costs = [
        ("rounds", goal.rounds.as_ref()),
        ("messages", Some(&goal.messages)),
        ("steps", Some(&goal.steps)),
    ];
    for (reward, answer) in costs {
        answer.into_iter().for_each(|answer| say(&format!("expected {reward}"), answer));
    }
    for row in &goal.by_round {
        say(&format!("by round {}", row.round), &row.probability);
    }
}

fn extremes(output: Output, name: &str, answers: &Extremes, with_samples: bool) {
    let Extremes { least, uniform, sampled, greatest } = answers;
    let sampled = with_samples.then(|| sampled.as_ref().map_or_else(String::new, tell_sampled));
    row(output, name, [Some(tell(least)), Some(tell(uniform)), sampled, Some(tell(greatest))]);
}

/// The cells of a row, of which some may be left out.
fn row(output: Output, name: &str, cells: [Option<String>; 4]) {
    let cells = cells.into_iter().flatten().map(|cell| format!(" {cell:<28}"));
    let line = format!("    {name:<18}{}", cells.collect::<String>());
    output.say(line.trim_end());
}

/// The interval, and whether the exact answer is in it.
fn tell_sampled(sampled: &Sampled) -> String {
    let mark = mark(sampled.contains_exact);
    format!("{mark} {:.4} to {:.4}", sampled.low, sampled.high)
}

/// An answer for people: a short fraction with its decimal, or the digits that are certain.
fn tell(answer: &Answer) -> String {
    let Figure { exactly, decimal, .. } = figure(answer);
    match (exactly.is_empty(), decimal.is_empty()) {
        (false, false) => format!("{exactly} = {decimal}"),
        (false, true) => exactly,
        (true, _) => decimal,
    }
}

//! `rumormill check`: every state of small groups, judged by two engines.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use rumormill::models::as_printed::{self, Figure};
use rumormill::models::suites::{BugReport, Evidence, PropertyReport, Report, Suite, catalogue};
use serde::Serialize;

use super::Outcome;
use super::bounds::{Bounds, Watch, incomplete};
use super::output::{Output, mark};
use super::report::Book;
use super::signals::end_when_asked;

/// Explore every state of small groups, with faults and every outcome of every draw
#[derive(Args)]
pub(crate) struct Arguments {
    /// The suites; all of them where none is named
    suites: Vec<String>,
    /// Where none is named, take the algorithms of the paper as printed, and what is found in them
    #[arg(long)]
    as_printed: bool,
    /// List the suites and end
    #[arg(long)]
    list: bool,
    /// Tell the runs that show a property, or a seeded bug
    #[arg(long)]
    stories: bool,
    /// Save those runs as traces into this folder
    #[arg(long, value_name = "DIR")]
    traces: Option<PathBuf>,
    /// Save those runs as sequence diagrams into this folder
    #[arg(long, value_name = "DIR")]
    diagrams: Option<PathBuf>,
    /// Write a page about all of it, `index.html`, into this folder
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    #[command(flatten)]
    bounds: Bounds,
    /// Print one JSON document to the standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Listed<'a> {
    suite: &'a str,
    about: &'a str,
}

/// A suite whose world is too large for the limits.
#[derive(Serialize)]
pub(super) struct Incomplete {
    pub(super) suite: String,
    pub(super) incomplete: String,
}

/// What came of a suite.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Report(Box<Report>),
    Incomplete(Incomplete),
    Figure(Figure),
}

impl Entry {
    fn report(&self) -> Option<&Report> {
        match self {
            Self::Report(report) => Some(report),
            Self::Incomplete(_) | Self::Figure(_) => None,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    let output = Output { json: arguments.json };
    end_when_asked(output)?;
    if arguments.list {
        let all = if arguments.as_printed { as_printed::catalogue() } else { catalogue() };
        return list(output, &all);
    }
    let suites = match (arguments.as_printed, &arguments.suites[..]) {
        (true, []) => as_printed::catalogue(),
        (_, names) => find_suites(names)?,
    };
    if arguments.suites.is_empty() && !arguments.as_printed {
        let large = catalogue().into_iter().filter(|suite| suite.only_when_named);
        for suite in large {
            output.say(format_args!("{}: large, and not run unless it is named", suite.name));
        }
    }
    let mut book = arguments.report.as_deref().map(Book::begin).transpose()?;
    let mut entries = Vec::new();
    for suite in &suites {
        heading(output, suite);
        let (limits, mut watch) = (arguments.bounds.limits(), Watch::begin());
        let report = match suite.run(limits, &mut |progress| watch.see(progress)) {
            Ok(report) => report,
            Err(error) => {
                let context = || format!("cannot check {}", suite.name);
                let why = incomplete(error).with_context(context)?;
                output.say(format_args!("  {why}"));
                if let Some(book) = &mut book {
                    book.add_incomplete(suite, &why);
                }
                let suite = suite.name.clone();
                entries.push(Entry::Incomplete(Incomplete { suite, incomplete: why }));
                continue;
            }
        };
        say(output, &report, arguments.stories);
        for (name, evidence) in evidence(&report) {
            save(arguments.traces.as_deref(), &name, "trace", &evidence.trace)?;
            save(arguments.diagrams.as_deref(), &name, "svg", evidence.diagram.as_bytes())?;
        }
        if let Some(book) = &mut book {
            book.add(suite, &report, limits)?;
        }
        entries.push(Entry::Report(Box::new(report)));
    }
    summarize(output, &entries);
    let all_is_as_printed = arguments.as_printed && arguments.suites.is_empty();
    let figures = if all_is_as_printed { say_figures(output)? } else { Vec::new() };
    let as_claimed = figures.iter().all(Figure::holds);
    if let Some(book) = &book {
        output.say(book.write()?);
    }
    let reports: Vec<_> = entries.iter().filter_map(Entry::report).collect();
    let outcome = match as_claimed && reports.iter().all(|report| report.holds()) {
        false => Outcome::Fails,
        true if reports.len() < entries.len() => Outcome::Incomplete,
        true => Outcome::Holds,
    };
    entries.extend(figures.into_iter().map(Entry::Figure));
    output.document(&entries)?;
    Ok(outcome)
}

/// The suites of those names, which may be findings in the algorithms as printed; all suites, and no
/// findings, where there is no name.
pub(super) fn find_suites(names: &[String]) -> Result<Vec<Suite>> {
    let mut all = catalogue();
    if names.is_empty() {
        all.retain(|suite| !suite.only_when_named);
        return Ok(all);
    }
    all.extend(as_printed::catalogue());
    let mut found = Vec::new();
    for name in names {
        match all.iter().position(|suite| suite.name == *name) {
            Some(place) => found.push(all.remove(place)),
            None if found.iter().any(|suite| suite.name == *name) => {}
            None => bail!("there is no suite `{name}`; `rumormill check --list` names them"),
        }
    }
    Ok(found)
}

fn list(output: Output, suites: &[Suite]) -> Result<Outcome> {
    for suite in suites {
        output.say(format_args!("{:<24} {}", suite.name, suite.about));
    }
    let entries: Vec<_> =
        suites.iter().map(|suite| Listed { suite: &suite.name, about: &suite.about }).collect();
    output.document(&entries)?;
    Ok(Outcome::Holds)
}

/// Says which suite is about to run.
pub(super) fn heading(output: Output, suite: &Suite) {
    output.say(format_args!("{}: {}", suite.name, suite.about));
}

/// Says what came of a suite.
pub(super) fn say(output: Output, report: &Report, stories: bool) {
    output.say(format_args!(
        "  {} nodes: {} states, {} transitions in {:.2} s ({:.1} M/s); one node: {} states",
        report.nodes,
        report.states,
        report.transitions,
        report.seconds,
        report.transitions as f64 / report.seconds.max(1e-9) / 1e6,
        report.local_states,
    ));
    if report.is_by_symmetry() {
        let (states, transitions) = report.stands_for;
        output.say(format_args!(
            "  by symmetry they stand for {states} states, {transitions} transitions"
        ));
    }
    if let Some((states, transitions)) = report.expected {
        let how = if report.is_by_symmetry() { "without symmetry" } else { "independently" };
        output.say(format_args!(
            "  {} counted {how}: {states} states, {transitions} transitions",
            mark(report.counts_as_expected())
        ));
    }
    if !report.has_a_witness() {
        output.say(format_args!("  {} nobody else has counted the states", mark(false)));
    }
    let Report { losses, duplications, crashes, every_fault_struck, .. } = report;
    let others = others_struck(report);
    if losses + duplications + crashes > 0 || !others.is_empty() || !every_fault_struck {
        output.say(format_args!(
            "  {} faults struck: {losses} losses, {duplications} duplications, {crashes} \
             crashes{others}",
            mark(*every_fault_struck)
        ));
    }
    if report.crowded_out > 0 {
        output.say(format_args!(
            "  {} messages, in all states together, were crowded out of the full network",
            report.crowded_out
        ));
    }
    if report.astray > 0 {
        let mark = mark(!report.loses_its_way());
        output.say(format_args!("  {mark} {} messages went to strangers", report.astray));
    }
    if report.overflow > 0 {
        output.say(format_args!("  {} {} steps hit a limit", mark(false), report.overflow));
    }
    report.properties.iter().for_each(|property| say_property(output, property, stories));
    for opinion in &report.second_opinions {
        output.say(format_args!(
            "  {} stateright, {}: {} states in {:.2} s, {}",
            mark(opinion.agrees),
            opinion.search,
            opinion.states,
            opinion.seconds,
            if opinion.agrees { "agrees" } else { "DISAGREES" },
        ));
    }
    report.bugs.iter().for_each(|bug| say_bug(output, bug, stories));
}

/// How often there was what only some worlds have, to be put behind the faults that all may have.
fn others_struck(report: &Report) -> String {
    let others = [
        (report.late_starts, "late starts"),
        (report.restarts, "restarts"),
        (report.forgeries, "forgeries"),
    ];
    let struck = others.into_iter().filter(|(times, _)| *times > 0);
    struck.map(|(times, what)| format!(", {times} {what}")).collect()
}

fn say_property(output: Output, property: &PropertyReport, stories: bool) {
    let PropertyReport { name, notion, holds, is_to_hold, evidence } = property;
    let verdict = match (is_to_hold, holds) {
        (true, _) => "",
        (false, false) => "refuted: ",
        (false, true) => "NOT REFUTED: ",
    };
    output.say(format_args!("  {} {verdict}{notion}: {name}", mark(holds == is_to_hold)));
    if let Some(difference) = evidence.as_ref().and_then(|run| run.difference.as_ref()) {
        output.say(format_args!("    {} its run does not replay: {difference}", mark(false)));
    }
    if stories || holds != is_to_hold {
        tell(output, evidence.as_ref());
    }
}

fn say_bug(output: Output, bug: &BugReport, stories: bool) {
    let replayed = match bug.evidence.as_ref().map(Evidence::replays) {
        Some(true) => ", and its counterexample replays",
        Some(false) => ", but its counterexample DOES NOT REPLAY",
        None => "",
    };
    output.say(format_args!(
        "  {} bug `{}` (\"{}\") {} by: {}{replayed}",
        mark(bug.holds()),
        bug.bug,
        bug.thought,
        if bug.caught { "is caught" } else { "is NOT CAUGHT" },
        bug.property,
    ));
    if stories {
        output.say(format_args!("    in {}: {}", bug.file, bug.right.trim()));
        output.say(format_args!("    became: {}", bug.wrong.trim()));
        tell(output, bug.evidence.as_ref());
    }
}

fn tell(output: Output, evidence: Option<&Evidence>) {
    for line in evidence.into_iter().flat_map(|run| &run.story) {
        output.say(format_args!("    {line}"));
    }
}

fn summarize(output: Output, entries: &[Entry]) {
    let reports: Vec<_> = entries.iter().filter_map(Entry::report).collect();
    let held = reports.iter().filter(|report| report.holds()).count();
    let properties: usize = reports.iter().map(|report| report.properties.len()).sum();
    let bugs: Vec<_> = reports.iter().flat_map(|report| &report.bugs).collect();
    let caught = bugs.iter().filter(|bug| bug.holds()).count();
    output.say(format_args!(
        "{held} of {} suites hold: {properties} properties, {} states; {caught} of {} seeded bugs \
         caught",
        entries.len(),
        reports.iter().map(|report| report.states).sum::<u64>(),
        bugs.len(),
    ));
}

/// Says what the second text prints, and what is so.
fn say_figures(output: Output) -> Result<Vec<Figure>> {
    let figures = as_printed::figures()?;
    output.say("what the second text prints of gossip, and the exact figures in lockstep rounds:");
    for figure in &figures {
        let Figure { about, printed, exact, .. } = figure;
        output.say(format_args!(
            "  {} {about}: printed {printed:.3}, exact {exact:.3}, {:.2} times that",
            mark(figure.holds()),
            figure.times(),
        ));
    }
    Ok(figures)
}

/// The runs that a report shows, each under the name of its suite, bug and property.
fn evidence(report: &Report) -> impl Iterator<Item = (String, &Evidence)> {
    let suite = &report.suite;
    let properties = report.properties.iter().map(move |property| {
        (format!("{suite}.{}", file_name(property.name)), property.evidence.as_ref())
    });
    let bugs = report.bugs.iter().map(move |bug| {
        (format!("{suite}+{}.{}", bug.bug, file_name(bug.property)), bug.evidence.as_ref())
    });
    properties.chain(bugs).filter_map(|(name, evidence)| Some((name, evidence?)))
}

fn save(folder: Option<&Path>, name: &str, extension: &str, content: &[u8]) -> Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    let context = || format!("cannot save runs into {}", folder.display());
    fs::create_dir_all(folder).with_context(context)?;
    fs::write(folder.join(format!("{name}.{extension}")), content).with_context(context)
}

/// The words of a property with dashes between them.
fn file_name(property: &str) -> String {
    let words = property.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

//! The page that a reviewer opens first: what was checked, what came of it, and the runs that show
//! it, in one HTML file that needs nothing beside itself.

mod answers;
mod bug;
mod chart;
mod contents;
mod diagram;
mod head;
mod legend;
mod property;
mod run;
mod suite;
#[cfg(test)]
mod tests;
mod troubles;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rumormill::models::exact::Effort;
use rumormill::models::explore::Limits;
use rumormill::models::suites::{ExactReport, Questions, Report, Suite};

use super::bounds::{Watch, incomplete};

/// Suites with more transitions than this are not asked for exact answers: it would take longer
/// than to check them.
pub(super) const MOST_TRANSITIONS: u64 = 30_000;

/// For how many rounds it is told how likely a goal is reached by then.
const ROUNDS: usize = 8;

/// The name of the page in its folder.
const PAGE: &str = "index.html";

const STYLE: &str = include_str!("report/page.css");
const SCRIPT: &str = include_str!("report/page.js");

/// A page that is being written.
pub(super) struct Book {
    folder: PathBuf,
    begun: Instant,
    chapters: Vec<Chapter>,
}

/// What is said of a suite.
struct Chapter {
    suite: String,
    about: String,
    came: Came,
}

/// What came of a suite.
enum Came {
    /// It was checked.
    Checked(Box<Report>, Answers),
    /// A limit was hit, for this reason.
    Incomplete(String),
}

/// Exact answers about the goals of a suite, or why there are none.
enum Answers {
    /// These.
    Given(ExactReport),
    /// Its properties speak of every state alone.
    NoGoal,
    /// It has more than [`MOST_TRANSITIONS`].
    TooLarge,
    /// A limit was hit, for this reason.
    Incomplete(String),
}

impl Book {
    /// Makes the folder. A page of an earlier time is taken out of it, so that the one that lies
    /// there is never of another check than the last.
    pub(super) fn begin(folder: &Path) -> Result<Self> {
        let context = || format!("cannot write a report into {}", folder.display());
        fs::create_dir_all(folder).with_context(context)?;
        match fs::remove_file(folder.join(PAGE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(context);
            }
            _ => {}
        }
        Ok(Self { folder: folder.into(), begun: Instant::now(), chapters: Vec::new() })
    }

    /// Adds what came of a suite, and asks it for exact answers if it is small enough.
    pub(super) fn add(&mut self, suite: &Suite, report: &Report, limits: Limits) -> Result<()> {
        let answers = ask(suite, report, limits)?;
        self.push(suite, Came::Checked(Box::new(report.clone()), answers));
        Ok(())
    }

    /// Adds that a suite was too large for the limits.
    pub(super) fn add_incomplete(&mut self, suite: &Suite, why: &str) {
        self.push(suite, Came::Incomplete(why.into()));
    }

    fn push(&mut self, suite: &Suite, came: Came) {
        let (suite, about) = (suite.name.clone(), suite.about.clone());
        self.chapters.push(Chapter { suite, about, came });
    }

    /// Writes the page, and says what is to be said of it on the terminal.
    pub(super) fn write(&self) -> Result<String> {
        let path = self.folder.join(PAGE);
        let text = page(&self.chapters, self.begun.elapsed().as_secs_f64()).into_string();
        fs::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
        let size = text.len().div_ceil(1 << 10);
        let answered = answers::summary(&self.chapters);
        Ok(format!("report: {} ({size} KB); {answered}", path.display()))
    }
}

impl Chapter {
    fn report(&self) -> Option<&Report> {
        match &self.came {
            Came::Checked(report, _) => Some(report),
            Came::Incomplete(_) => None,
        }
    }

    fn answers(&self) -> Option<&Answers> {
        match &self.came {
            Came::Checked(_, answers) => Some(answers),
            Came::Incomplete(_) => None,
        }
    }
}

/// Exact answers, if the suite has goals and is small enough.
fn ask(suite: &Suite, report: &Report, limits: Limits) -> Result<Answers> {
    if report.properties.iter().all(|property| property.notion == "always") {
        return Ok(Answers::NoGoal);
    }
    if report.transitions > MOST_TRANSITIONS {
        return Ok(Answers::TooLarge);
    }
    let questions = Questions { effort: Effort::default(), rounds: ROUNDS, sampling: None };
    let mut watch = Watch::begin();
    match suite.ask(questions, limits, &mut |progress| watch.see(progress), None) {
        Ok(answers) => Ok(Answers::Given(answers)),
        Err(error) => {
            let context = || format!("cannot examine {}", suite.name);
            incomplete(error).map(Answers::Incomplete).with_context(context)
        }
    }
}

/// The whole page.
fn page(chapters: &[Chapter], seconds: f64) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (head::title(chapters)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head::head(chapters, seconds))
                main {
                    (contents::contents(chapters))
                    (legend::legend())
                    @for chapter in chapters { (suite::section(chapter)) }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// A sign that something is as it should be, or is not, with a word for those who cannot see it.
fn mark(holds: bool) -> Markup {
    match holds {
        true => html! { span.mark.holds role="img" aria-label="holds" { "✓" } },
        false => html! { span.mark.fails role="img" aria-label="fails" { "✗" } },
    }
}

/// A sign that something was not looked at to its end.
fn open_mark() -> Markup {
    html! { span.mark.open role="img" aria-label="incomplete" { "…" } }
}

/// The part of an address that leads to something of this name on the page.
fn anchor(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

//! Results in files: written, and read to be put together.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result, anyhow, bail};
use rumormill::models::experiments::pictures::pictures;
use rumormill::models::experiments::{Header, Measure, Results, csv, find};

use crate::command::output::printable;

/// Makes the folder, and writes into it and takes away again what it wrote: nothing is found out in
/// vain because it cannot be written.
pub(super) fn try_out(folder: &Path) -> Result<()> {
    let attempt = folder.join(format!("attempt-{}.part", process::id()));
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&attempt, ""))
        .and_then(|()| fs::remove_file(&attempt));
    written.with_context(|| format!("cannot write into {}", folder.display()))
}

/// Writes the results; of a whole sweep tables and plots, too. Returns the paths.
pub(super) fn write(folder: &Path, results: &Results) -> Result<Vec<PathBuf>> {
    let name = &results.header.experiment;
    let whole = serde_json::to_string(results)? + "\n";
    if !results.shard.is_whole() {
        let (number, of) = (results.shard.number(), results.shard.of());
        return Ok(vec![save(folder, &format!("{name}.{number}-of-{of}.json"), &whole)?]);
    }
    let mut paths = vec![
        save(folder, &format!("{name}.json"), &whole)?,
        save(folder, &format!("{name}.runs.csv"), &csv::runs(results))?,
        save(folder, &format!("{name}.summary.csv"), &csv::summaries(results))?,
        save(folder, &format!("{name}.curves.csv"), &csv::curves(results))?,
    ];
    for picture in pictures(results) {
        let file = format!("{name}.{}.svg", picture.name);
        paths.push(save(folder, &file, &picture.plot.svg())?);
    }
    Ok(paths)
}

/// Writes a file. Until it is complete it has another name, so that a job that is ended in the middle
/// leaves nothing behind that looks like a result.
pub(super) fn save(folder: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let (path, unfinished) = (folder.join(name), folder.join(format!("{name}.part")));
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&unfinished, text))
        .and_then(|()| fs::rename(&unfinished, &path));
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Reads the shards of a sweep and puts them together.
pub(super) fn merged(paths: &[PathBuf]) -> Result<Results> {
    let shards = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    Ok(Results::merge(&shards)?)
}

fn read(path: &Path) -> Result<Results> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let no_results = |error| anyhow!("{} holds no results: {error}", path.display());
    let results: Results = serde_json::from_str(&text).map_err(no_results)?;
    check_names(&results.header).map_err(|error| {
        anyhow!("{} holds no results of ours: {}", path.display(), printable(&error.to_string()))
    })?;
    Ok(results)
}

/// Whether files can be named after what the results say of themselves.
fn check_names(Header { experiment, measures, .. }: &Header) -> Result<()> {
    find(experiment)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match measures.iter().find(|measure| !measure.name.chars().all(is_plain)) {
        Some(Measure { name, .. }) => bail!("no measure has the name `{name}`"),
        None => Ok(()),
    }
}

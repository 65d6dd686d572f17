//! What a node lets others find.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail};
use rumormill::node::catalogue::{Catalogue, Files, LeftOut, Limits, Memory};
use tokio::task::spawn_blocking;

use super::settings::Settings;
use crate::command::numbers::counted;
use crate::command::output::say_aside;

/// What a node lets others find, and how many titles that are at first.
pub(super) struct Share {
    pub(super) catalogue: Box<dyn Catalogue>,
    pub(super) titles: usize,
}

impl Share {
    /// As the settings say; it says how many titles there are.
    pub(super) async fn open(settings: &Settings) -> Result<Self> {
        match (&settings.share, &settings.share_list) {
            (None, None) => Ok(Self { catalogue: Box::new(Memory::default()), titles: 0 }),
            (Some(directory), None) => Self::of_directory(directory).await,
            (None, Some(list)) => Self::of_list(list).await,
            (Some(_), Some(_)) => bail!("share a directory or a list, not both"),
        }
    }

    async fn of_directory(directory: &Path) -> Result<Self> {
        let files = Files::open(directory, Limits::default()).await?;
        let titles = files.titles();
        say(&counted(titles, "file", "files"), directory, files.left_out());
        Ok(Self { catalogue: Box::new(files), titles })
    }

    async fn of_list(list: &Path) -> Result<Self> {
        let path = list.to_owned();
        let read = spawn_blocking(move || read(&path)).await?;
        let memory = read.with_context(|| format!("cannot read {}", list.display()))?;
        let titles = memory.titles();
        say(&counted(titles, "title", "titles"), list, memory.left_out());
        Ok(Self { catalogue: Box::new(memory), titles })
    }
}

fn read(list: &Path) -> io::Result<Memory> {
    Memory::read(BufReader::new(File::open(list)?))
}

fn say(titles: &str, path: &Path, left_out: LeftOut) {
    let reasons = left_out.by_reason();
    let reasons = reasons.iter().filter(|&&(count, _)| count > 0);
    let reasons: Vec<_> = reasons.map(|(count, reason)| format!("{count} {reason}")).collect();
    let path = path.display();
    match &reasons[..] {
        [] => say_aside(format_args!("sharing {titles} of {path}")),
        _ => {
            say_aside(format_args!("sharing {titles} of {path}; left out: {}", reasons.join(", ")))
        }
    }
}

//! The files of a directory.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, spawn_blocking};
use tokio::time::sleep;

use super::scan::scan;
use super::{Catalogue, Found, LeftOut, MAX_TITLES, Memory, QueryError};

/// The names of the files below a directory, each with the folders that it is in, such as
/// `jazz/Blue Train.flac`. They are found by [`Words`](super::Words), in the order of their bytes.
///
/// The directory is scanned when it is opened, and again and again ([`Limits::rescan`]), by a thread on
/// which nobody waits. Symbolic links are not followed, and nothing is read but names.
#[derive(Clone, Debug)]
pub struct Files {
    scanned: watch::Receiver<Memory>,
}

/// How much of a directory is in the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How many files, at most.
    pub files: usize,
    /// How many folders may lie within each other below the directory.
    pub depth: usize,
    /// How long after a scan the next one begins.
    pub rescan: Duration,
}

impl Default for Limits {
    /// [`MAX_TITLES`] files, 16 folders within each other, and a scan a minute after another.
    fn default() -> Self {
        Self { files: MAX_TITLES, depth: 16, rescan: Duration::from_secs(60) }
    }
}

/// Why there is no catalogue of a directory.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be read.
    #[error("cannot read the directory {}", directory.display())]
    Unreadable {
        /// The directory.
        directory: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The runtime has stopped the scan.
    #[error("the scan of the directory did not come to its end")]
    Aborted(#[from] JoinError),
}

impl Files {
    /// Scans the directory. Await it within a tokio runtime whose driver for time is enabled; there the
    /// directory will be scanned again, until this is dropped.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub async fn open(directory: impl Into<PathBuf>, limits: Limits) -> Result<Self, OpenError> {
        let directory = directory.into();
        let (tell, scanned) = watch::channel(Memory::default());
        let (directory, tell) = spawn_blocking(move || match fs::read_dir(&directory) {
            Ok(_) => Ok(scan_once(directory, limits, tell)),
            Err(source) => Err(OpenError::Unreadable { directory, source }),
        })
        .await??;
        tokio::spawn(scan_again(directory, limits, tell));
        Ok(Self { scanned })
    }

    /// How many files there were at the last scan.
    #[must_use]
    pub fn titles(&self) -> usize {
        self.scanned.borrow().titles()
    }

    /// What the last scan left out.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.scanned.borrow().left_out()
    }

    /// Waits until the directory has been scanned again.
    pub async fn rescanned(&mut self) {
        // An error says that the runtime ends.
        let _ended = self.scanned.changed().await;
    }
}

impl Catalogue for Files {
    fn find(&self, query: &[u8]) -> Result<Found, QueryError> {
        self.scanned.borrow().find(query)
    }
}

/// Gives back what it takes, for the next time.
fn scan_once(
    directory: PathBuf,
    limits: Limits,
    tell: watch::Sender<Memory>,
) -> (PathBuf, watch::Sender<Memory>) {
    let titles = scan(&directory, limits, || !tell.is_closed());
    let (files, left_out) = (titles.titles(), titles.left_out());
    tracing::debug!(directory = %directory.display(), files, ?left_out, "scanned");
    tell.send_replace(titles);
    (directory, tell)
}

/// Scans for as long as anybody wants to know.
async fn scan_again(mut directory: PathBuf, limits: Limits, mut tell: watch::Sender<Memory>) {
    loop {
        tokio::select! {
            () = tell.closed() => return,
            () = sleep(limits.rescan) => {}
        }
        let scanning = spawn_blocking(move || scan_once(directory, limits, tell));
        // An error says that the runtime ends.
        let Ok(kept) = scanning.await else { return };
        (directory, tell) = kept;
    }
}

//! Reads which files there are below a directory.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, ReadDir};
use std::path::Path;

use super::{Limits, Memory};

/// The paths of the files below the directory, as titles with slashes between their parts, in order.
/// It ends early once nobody wants it.
///
/// No more folders are open at a time than lie within each other, however many there are.
pub(super) fn scan(directory: &Path, limits: Limits, is_wanted: impl Fn() -> bool) -> Memory {
    let mut scan = Scan { limits, open: Vec::new(), titles: Memory::default() };
    scan.enter(directory, String::new());
    while let Some(folder) = scan.open.last_mut()
        && is_wanted()
    {
        match folder.entries.next() {
            Some(Ok(entry)) => {
                let below = folder.name.clone();
                scan.look_at(&entry, below);
            }
            Some(Err(_)) => {
                scan.titles.left_out.unreadable += 1;
                scan.open.pop();
            }
            None => {
                scan.open.pop();
            }
        }
    }
    scan.titles.sort();
    scan.titles
}

struct Scan {
    limits: Limits,
    /// The folders that are being read, each within the one before.
    open: Vec<Folder>,
    titles: Memory,
}

struct Folder {
    /// The path from the directory to it, with a slash at its end; nothing for the directory itself.
    name: String,
    entries: ReadDir,
}

impl Scan {
    fn enter(&mut self, folder: &Path, name: String) {
        match fs::read_dir(folder) {
            Ok(entries) => self.open.push(Folder { name, entries }),
            Err(_) => self.titles.left_out.unreadable += 1,
        }
    }

    fn look_at(&mut self, entry: &DirEntry, mut path: String) {
        let left_out = &mut self.titles.left_out;
        let Ok(kind) = entry.file_type() else {
            left_out.unreadable += 1;
            return;
        };
        if kind.is_symlink() {
            left_out.links += 1;
            return;
        }
        if !kind.is_dir() && !kind.is_file() {
            left_out.special += 1;
            return;
        }
        let name = entry.file_name();
        let Some(name) = OsStr::to_str(&name) else {
            left_out.not_text += 1;
            return;
        };
        path.push_str(name);
        if kind.is_file() {
            self.titles.add_within(self.limits.files, path.as_bytes());
        } else if self.open.len() > self.limits.depth {
            left_out.too_deep += 1;
        } else {
            path.push('/');
            self.enter(&entry.path(), path);
        }
    }
}

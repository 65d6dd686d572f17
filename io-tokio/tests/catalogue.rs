//! The files of a directory, whatever lies there.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rumormill_core::protocols::search::{MAX_RESULT, MAX_RESULTS};
use rumormill_tokio::catalogue::{Catalogue, Files, LeftOut, Limits, OpenError};

const NOTHING: LeftOut = LeftOut {
    not_text: 0,
    too_long: 0,
    too_many: 0,
    too_deep: 0,
    links: 0,
    special: 0,
    unreadable: 0,
};

/// An empty folder for the test of this name.
fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    // It is there only where the test has run before.
    let _first_run = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn touch(path: impl AsRef<Path>) {
    fs::write(path, "").expect("a file of the test");
}

fn make(path: impl AsRef<Path>) {
    fs::create_dir_all(path).expect("a folder of the test");
}

async fn open(folder: &Path, limits: Limits) -> Files {
    Files::open(folder, limits).await.expect("it can be read")
}

async fn opened(folder: &Path) -> Files {
    open(folder, Limits::default()).await
}

fn found(files: &Files, query: &str) -> Vec<String> {
    let found = files.find(query.as_bytes()).expect("words");
    let text = |result: Vec<u8>| String::from_utf8(result).expect("titles are text");
    found.results.into_iter().map(|result| text(result.to_vec())).collect()
}

#[tokio::test]
async fn files_are_found_by_the_words_of_their_paths_in_order() {
    let folder = folder("paths");
    make(folder.join("jazz/Coltrane"));
    make(folder.join("empty"));
    for path in ["notes.txt", "jazz/Coltrane/Blue Train.flac", "jazz/Kind of Blue.flac"] {
        touch(folder.join(path));
    }
    let files = opened(&folder).await;
    assert_eq!((files.titles(), files.left_out()), (3, NOTHING));
    let both = ["jazz/Coltrane/Blue Train.flac", "jazz/Kind of Blue.flac"];
    assert_eq!(found(&files, "BLUE jazz"), both);
    assert_eq!(found(&files, "coltrane flac"), both[..1]);
    assert_eq!(found(&files, "empty"), [""; 0]);
}

#[tokio::test]
async fn links_are_not_followed_and_what_is_no_file_is_left_out() {
    let outside = folder("outside");
    touch(outside.join("secret"));
    let folder = folder("links");
    touch(folder.join("shared"));
    symlink(&outside, folder.join("to a folder")).expect("a link");
    symlink(outside.join("secret"), folder.join("to a file")).expect("a link");
    symlink(&folder, folder.join("to itself")).expect("a link");
    symlink("nowhere", folder.join("to nothing")).expect("a link");
    let status = Command::new("mkfifo").arg(folder.join("pipe")).status().expect("mkfifo");
    assert!(status.success());
    let files = opened(&folder).await;
    assert_eq!(files.left_out(), LeftOut { links: 4, special: 1, ..NOTHING });
    assert_eq!((files.titles(), found(&files, "shared")), (1, vec!["shared".into()]));
    assert_eq!(found(&files, "secret"), [""; 0]);
    let by_a_link = folder.join("to a folder");
    assert_eq!(opened(&by_a_link).await.titles(), 1, "what is named is meant");
}

#[tokio::test]
async fn names_that_are_no_text_or_too_long_are_left_out() {
    let folder = folder("names");
    let no_text = OsStr::from_bytes(b"caf\xe9");
    touch(folder.join(no_text).with_extension("txt"));
    make(folder.join(no_text));
    touch(folder.join(no_text).join("in it"));
    touch(folder.join("x".repeat(MAX_RESULT)));
    touch(folder.join("x".repeat(MAX_RESULT + 1)));
    make(folder.join("folder"));
    touch(folder.join("folder").join("y".repeat(MAX_RESULT - 7)));
    touch(folder.join("folder").join("y".repeat(MAX_RESULT - 6)));
    touch(folder.join("\x1b[2J\n\u{202e}"));
    let files = opened(&folder).await;
    assert_eq!(files.left_out(), LeftOut { not_text: 2, too_long: 2, ..NOTHING });
    assert_eq!((files.titles(), found(&files, "[2j").len()), (3, 1));
}

#[tokio::test]
async fn more_files_or_deeper_ones_than_are_wanted_are_left_out() {
    let folder = folder("thousands");
    for number in 0..3000 {
        touch(folder.join(format!("file {number}")));
    }
    make(folder.join("1/2/3/4"));
    touch(folder.join("1/2/3/4/deep"));
    touch(folder.join("1/2/near"));
    let files = opened(&folder).await;
    assert_eq!((files.titles(), files.left_out()), (3002, NOTHING));
    let all = files.find(b"file").expect("words");
    assert_eq!(all.more, 3000 - MAX_RESULTS as u64);
    let mut names: Vec<_> = (0..3000).map(|number| format!("file {number}")).collect();
    names.sort_unstable();
    assert_eq!(found(&files, "file"), names[..MAX_RESULTS]);
    let files = open(&folder, Limits { depth: 2, ..Limits::default() }).await;
    assert_eq!(files.left_out(), LeftOut { too_deep: 1, ..NOTHING });
    assert_eq!((found(&files, "near").len(), found(&files, "deep").len()), (1, 0));
    let files = open(&folder, Limits { files: 1000, ..Limits::default() }).await;
    assert_eq!(files.titles(), 1000);
    assert_eq!(files.left_out(), LeftOut { too_many: 2002, ..NOTHING });
}

#[tokio::test]
async fn folders_that_cannot_be_read_are_left_out() {
    let folder = folder("unreadable");
    touch(folder.join("readable"));
    let locked = folder.join("locked");
    make(&locked);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("a folder of ours");
    // Whoever may do anything may read it all the same.
    let locked_out = u64::from(fs::read_dir(&locked).is_err());
    // Two towers, one on top of the other: longer than any path may be, so that what lies at the end
    // cannot even be named.
    let tower = ["n"; 10].map(|letter| letter.repeat(250)).join("/");
    make(folder.join(&tower));
    make(folder.join("other").join(&tower));
    let top = folder.join(&tower).join("other");
    fs::rename(folder.join("other"), top).expect("folders of the test");
    let files = open(&folder, Limits { depth: 100, ..Limits::default() }).await;
    assert_eq!(files.left_out(), LeftOut { unreadable: 1 + locked_out, ..NOTHING });
    assert_eq!(found(&files, "readable"), ["readable"]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).expect("a folder of ours");
}

#[tokio::test]
async fn what_cannot_be_opened_is_an_error_that_names_it() {
    let folder = folder("unopened");
    touch(folder.join("a file"));
    for name in ["a file", "nothing"] {
        let error = Files::open(folder.join(name), Limits::default()).await.expect_err("no folder");
        assert!(matches!(error, OpenError::Unreadable { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[tokio::test]
async fn changes_are_found_by_the_next_scan() {
    let folder = folder("changes");
    touch(folder.join("old"));
    let limits = Limits { rescan: Duration::from_millis(1), ..Limits::default() };
    let mut files = open(&folder, limits).await;
    assert_eq!(found(&files, "old"), ["old"]);
    fs::rename(folder.join("old"), folder.join("new")).expect("a file of the test");
    let changed = async {
        while found(&files, "new").is_empty() || !found(&files, "old").is_empty() {
            files.rescanned().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), changed).await.expect("it is found at all");
    fs::remove_dir_all(&folder).expect("a folder of the test");
    let gone = async {
        while files.left_out() != (LeftOut { unreadable: 1, ..NOTHING }) {
            files.rescanned().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("it is noticed at all");
    assert_eq!(files.titles(), 0);
}

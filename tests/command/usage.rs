//! Help, and errors in the usage.

use crate::process::{Running, command, finish, folder};

#[test]
fn every_subcommand_explains_itself() {
    for subcommand in ["demo", "check", "simulate", "explore", "run", "search", "replay"] {
        let help = finish(&[subcommand, "--help"]);
        assert_eq!((help.code, &help.err[..]), (Some(0), ""));
        assert!(help.out.contains("--json"), "{}", help.out);
        assert!(finish(&["--help"]).out.contains(&format!("  {subcommand} ")));
    }
    assert_eq!(finish(&["--version"]).code, Some(0));
}

#[test]
fn without_a_subcommand_the_help_is_shown_and_it_is_an_error() {
    let bare = finish(&[]);
    assert_eq!((bare.code, &bare.out[..]), (Some(2), ""));
    assert!(bare.err.contains("Usage:"), "{}", bare.err);
}

#[test]
fn an_error_is_one_line_that_says_what_to_do() {
    let long = "x".repeat(33);
    let wrong: [(&[&str], &str); 18] = [
        (&["dance"], "try '--help'"),
        (&["check", "--lsit"], "'--list'"),
        (&["check", "waltz"], "`rumormill check --list`"),
        (&["explore", "waltz"], "`rumormill check --list`"),
        (&["explore"], "<SUITE>"),
        (&["explore", "push-3", "--at", "192.0.2.1:80"], "--at"),
        (&["replay"], "<FILE>"),
        (&["demo", "--nodes", "1"], "2..=250"),
        (&["demo", "--loss", "91"], "0..=90"),
        (&["demo", "--period-ms", "1"], "20..=10000"),
        (&["demo", "--message", &"x".repeat(2000)], "at most"),
        (&["run", "--bind", "localhost"], "<IP:PORT>"),
        (&["run", "--bind", "192.0.2.1:7000"], "choose one of its own"),
        (&["run", "--label", &long], "at most 32"),
        (&["run", "--margin", "-33"], "from -32 to 32"),
        (&["run", "--margin", "NaN"], "from -32 to 32"),
        (&["run", "--max-datagram", "100"], "to 65507"),
        (&["run", "--max-datagram", "65508"], "to 65507"),
    ];
    for (arguments, advice) in wrong {
        let finished = finish(arguments);
        assert!(finished.error().contains(advice), "{arguments:?}: {finished:?}");
    }
}

#[test]
fn a_filter_of_logs_that_is_none_is_an_error() {
    for wrong in ["((", "rumormill=loud"] {
        let mut list = command(&["check", "--list"]);
        list.env("RUMORMILL_LOG", wrong);
        let refused = Running::of(list).finish();
        assert!(refused.error().contains(&format!("no filter of logs: {wrong};")), "{refused:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let commands: [&[&str]; 4] = [
        &["check", "--list"],
        &["check", "--list", "--json"],
        &["simulate", "push", "--nodes", "8", "--runs", "3"],
        &["cluster", "--nodes", "3", "--period-ms", "50"],
    ];
    for arguments in commands {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let mut unwritten = command(arguments);
        unwritten.stdout(full);
        let unwritten = Running::of(unwritten).finish();
        assert_eq!(unwritten.code, Some(2), "{unwritten:?}");
        let words = "error: cannot write to the standard output: ";
        assert!(unwritten.err.contains(words), "{unwritten:?}");
    }
}

#[test]
fn an_error_in_a_file_of_settings_names_the_file_its_line_and_the_key() {
    let wrong = [
        ("peer = [\"127.0.0.1:1\"]", "line 1: unknown field `peer`"),
        (
            "seed = 1\n\nlabel = 3",
            "line 3: invalid type: integer `3`, expected a string, in `label`",
        ),
        (
            "join = [\n  \"127.0.0.1:1\",\n  \"home\",\n]",
            "line 3: invalid socket address syntax, in `join`",
        ),
        ("size = 0", "in `size`"),
        ("hot = 65536", "in `hot`"),
        ("period_ms = -1", "in `period_ms`"),
        ("seed = 1\nlabel = \"a", "line 2: "),
    ];
    let file = folder("wrong-settings").join("node.toml");
    let path = file.to_str().expect("a path of ASCII");
    for (text, complaint) in wrong {
        std::fs::write(&file, text).expect("a file of the test");
        let finished = finish(&["run", "--config", path]);
        assert!(finished.error().contains(path), "{finished:?}");
        assert!(finished.error().contains(complaint), "{finished:?}");
    }
    let missing = finish(&["run", "--config", "/nowhere/node.toml"]);
    assert!(missing.error().starts_with("cannot read /nowhere/node.toml"), "{missing:?}");
}

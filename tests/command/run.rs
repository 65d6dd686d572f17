//! `rumormill run`.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::Duration;

use crate::process::{Finished, Running, command, finish, folder, full_stream, start};

/// A node on any free port of the loopback with short periods, and its address.
pub(crate) fn node(arguments: &[&str]) -> (Running, String) {
    let periods = ["--period-ms", "50", "--upkeep-ms", "50"];
    let common = [&["run", "--bind", "127.0.0.1:0"], &periods[..]].concat();
    let mut running = start(&[&common[..], arguments].concat());
    let address = address(&mut running);
    (running, address)
}

fn address(running: &mut Running) -> String {
    let line = running.says_aside("listening on ");
    let (_, rest) = line.split_once("listening on ").expect("an address");
    rest.split(';').next().expect("an address").into()
}

fn end(running: Running, signal: &str) -> Finished {
    running.signal(signal);
    let finished = running.finish();
    assert_eq!(finished.code, Some(0), "{finished:?}");
    finished
}

#[test]
fn each_line_is_delivered_once_by_each_other_node() {
    let (mut a, at_a) = node(&[]);
    let (mut b, at_b) = node(&["--join", &at_a]);
    let (mut c, at_c) = node(&["--join", &at_a, "--join", &at_b]);
    a.hears(b"from a\n");
    b.hears(b"from b\n");
    c.hears(b"from c\n");
    for (node, others) in [(&mut a, ["b", "c"]), (&mut b, ["a", "c"]), (&mut c, ["a", "b"])] {
        // In whatever order they come.
        node.says("from ");
        node.says("from ");
        assert!(others.iter().all(|other| node.has_said(&format!("from {other}"))), "{others:?}");
    }
    let out = end(a, "TERM").out;
    let mut lines: Vec<_> = out.lines().collect();
    let mut expected = [format!("{at_b}: from b"), format!("{at_c}: from c")];
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
    assert_eq!(end(b, "INT").out.lines().count(), 2);
    assert_eq!(end(c, "TERM").out.lines().count(), 2);
}

#[test]
fn nodes_of_another_label_are_not_heard() {
    let (mut here, at_here) = node(&["--json"]);
    let (mut there, at_there) = node(&["--label", "elsewhere"]);
    let strangers = ["--label", "elsewhere", "--join", &at_here, "--join", &at_there];
    let (mut stranger, _) = node(&strangers);
    stranger.hears(b"an intruder\n");
    there.says("an intruder");
    end(stranger, "TERM");
    let (mut friend, _) = node(&["--join", &at_here]);
    friend.hears(b"a friend\n");
    here.says("a friend");
    let document = end(here, "TERM").json();
    assert_eq!(document["deliveries"].as_array().map(Vec::len), Some(1), "{document}");
    assert!(document["counters"]["incoming"]["refused"]["label"].as_u64() > Some(0), "{document}");
}

#[test]
fn a_line_that_is_too_long_is_refused_and_the_node_lives_on() {
    let (mut a, at_a) = node(&["--max-datagram", "300"]);
    let (mut b, _) = node(&["--max-datagram", "300", "--join", &at_a]);
    b.hears(&[&[b'x'; 1000][..], b"\n"].concat());
    let refusal = b.says_aside("too long");
    let limit = refusal.split(' ').find_map(|word| word.parse::<usize>().ok()).expect("a limit");
    b.hears(&[&vec![b'y'; limit + 1][..], b"\n"].concat());
    b.says_aside("too long");
    b.hears(&[&vec![b'z'; limit][..], b"\n"].concat());
    a.says(&"z".repeat(limit));
    assert_eq!(end(a, "TERM").out.lines().count(), 1);
    end(b, "TERM");
}

#[test]
fn a_line_without_end_takes_no_memory() {
    const MIB: usize = 1 << 20;
    let (mut a, at_a) = node(&[]);
    let (mut b, _) = node(&["--join", &at_a]);
    for _ in 0..128 {
        b.hears(&vec![b'x'; MIB]);
    }
    b.hears(b"\nthe next line\n");
    b.says_aside("too long");
    a.says("the next line");
    assert!(b.peak_memory().is_none_or(|kib| kib < 64 * 1024), "{:?} KiB", b.peak_memory());
    end(b, "TERM");
}

#[test]
fn whatever_is_typed_is_broadcast_and_what_moves_a_cursor_is_not_printed() {
    let (mut a, at_a) = node(&[]);
    let (mut b, _) = node(&["--join", &at_a]);
    let (mut c, _) = node(&["--join", &at_a, "--json"]);
    b.hears(b"\xff\xfe no text\n");
    a.says("no text");
    b.hears(b"\x1b[2Jred \x07\x08\x7f \xc2\x9b1m\r\n");
    assert!(a.says("red").trim_end().chars().all(|c| !c.is_control()));
    c.says("red");
    b.hears("ein Gerücht\n".as_bytes());
    a.says(": ein Gerücht\n");
    let finished = end(c, "TERM");
    assert!(finished.out.chars().all(|c| !c.is_control() || c == '\n'), "{finished:?}");
    finished.json();
}

#[test]
fn the_end_of_its_input_does_not_end_a_node() {
    let (mut a, at_a) = node(&[]);
    let (mut b, _) = node(&["--join", &at_a]);
    a.close_input();
    b.hears(b"a line without a newline");
    b.close_input();
    a.says("a line without a newline");
    end(a, "TERM");
    end(b, "INT");
}

#[test]
fn the_document_is_complete_after_either_signal_and_the_record_replays() {
    for signal in ["TERM", "INT"] {
        let folder = folder(&format!("recorded-until-{signal}"));
        let record = folder.join("node.trace").into_os_string().into_string().expect("ASCII");
        let (mut a, at_a) = node(&["--json", "--seed", "1", "--record", &record]);
        let (mut b, at_b) = node(&["--join", &at_a]);
        b.hears(b"one\ntwo\n");
        a.says("one");
        a.says("two");
        let document = end(a, signal).json();
        let deliveries = document["deliveries"].as_array().expect("a list");
        for (delivery, text) in deliveries.iter().zip(["one", "two"]) {
            assert_eq!(delivery["text"], text);
            assert!(delivery["origin"].as_str().is_some_and(|origin| origin.starts_with(&at_b)));
        }
        assert_eq!(deliveries.len(), 2);
        assert_eq!(document["counters"]["work"]["missed"], 0);
        assert!(document["refused"].is_object(), "{document}");
        let replayed = finish(&["replay", &record]);
        assert_eq!(replayed.code, Some(0), "{replayed:?}");
    }
}

#[test]
fn an_address_in_use_is_an_error_that_says_so() {
    let (_a, at_a) = node(&[]);
    let finished = finish(&["run", "--bind", &at_a]);
    assert!(finished.error().contains("in use"), "{finished:?}");
    let finished = finish(&["run", "--bind", "0.0.0.0:0"]);
    assert!(finished.error().contains("address"), "{finished:?}");
}

#[test]
fn a_node_whose_reader_has_gone_ends_with_an_error_and_its_record() {
    let folder = folder("no-reader");
    let record = folder.join("node.trace").into_os_string().into_string().expect("ASCII");
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    let mut unread = command(&["run", "--period-ms", "50", "--record", &record]);
    unread.stdout(writer);
    let mut unread = Running::of(unread);
    let at = address(&mut unread);
    let (mut other, _) = node(&["--join", &at]);
    other.hears(b"nobody reads this\n");
    let finished = unread.finish();
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(finished.err.contains("\nerror: cannot write to the standard output"), "{finished:?}");
    assert_eq!(finish(&["replay", &record]).code, Some(0));
}

#[test]
fn a_node_that_nobody_reads_ends_when_it_is_asked_to_and_leaves_its_record() {
    let folder = folder("unread");
    let record = folder.join("node.trace").into_os_string().into_string().expect("ASCII");
    let (full, _unread) = full_stream();
    let mut unread = command(&["run", "--json", "--record", &record]);
    unread.stdout(OwnedFd::from(full));
    let mut unread = Running::of(unread);
    unread.says_aside("listening on ");
    end(unread, "TERM");
    assert_eq!(finish(&["replay", &record]).code, Some(0));
}

#[test]
fn a_node_whose_remarks_nobody_reads_ends_when_it_is_asked_to() {
    let (full, _unread) = full_stream();
    let mut unread = command(&["run"]);
    unread.stderr(OwnedFd::from(full));
    let unread = Running::of(unread);
    while unread.listens_for_signals() == Some(false) {
        thread::sleep(Duration::from_millis(5));
    }
    end(unread, "TERM");
}

#[test]
fn a_file_tells_what_the_flags_tell_and_flags_go_before_it() {
    let (mut a, at_a) = node(&["--label", "filed"]);
    let file = folder("settings").join("node.toml");
    let settings = format!(
        "bind = \"127.0.0.1:0\"\njoin = [\"{at_a}\"]\nlabel = \"filed\"\nsize = 2\nmargin = -1\n\
         view = 5\nupkeep_ms = 50\nperiod_ms = 50\nhot = 20\nmax_datagram = 600\nseed = 3\n"
    );
    fs::write(&file, &settings).expect("a file of the test");
    let path = file.to_str().expect("a path of ASCII");
    let mut filed = start(&["run", "--config", path]);
    filed.hears(b"by the file\n");
    a.says("by the file");
    fs::write(&file, settings.replace("\"filed\"", "\"elsewhere\"")).expect("a file of the test");
    let mut flagged = start(&["run", "--config", path, "--label", "filed"]);
    flagged.hears(b"by the flag\n");
    a.says("by the flag");
}

#[test]
fn whoever_joins_through_a_dead_address_is_told_and_gets_in_when_somebody_lives_there() {
    let (first, at) = node(&[]);
    end(first, "TERM");
    let (mut early, _) = node(&["--join", &at]);
    let said = early.says_aside("cannot join through ");
    assert!(said.contains(&at) && said.contains("tried again"), "{said}");
    let mut late = start(&["run", "--bind", &at, "--upkeep-ms", "50", "--period-ms", "50"]);
    early.says_aside("joined: ");
    late.hears(b"here I am\n");
    early.says("here I am");
    end(late, "TERM");
    end(early, "TERM");
}

#[test]
fn addresses_where_no_node_can_be_and_those_that_cannot_be_reached_are_refused() {
    let wrong: [(&[&str], &str); 8] = [
        (&["--join", "127.0.0.1:0"], "name the port"),
        (&["--join", "[::1]:7000"], "IPv6"),
        (&["--join", "203.0.113.7:9"], "--bind an address of this host"),
        (&["--bind", "[::1]:0", "--join", "127.0.0.1:9"], "--bind an address of IPv4"),
        (&["--join", "224.0.0.1:9"], "where no node can be"),
        (&["--advertise", "127.0.0.1:0"], "where no node can be"),
        (&["--bind", "224.0.0.1:0"], "no node can be at 224.0.0.1:"),
        (&["--bind", "255.255.255.255:0"], "255.255.255.255:"),
    ];
    for (flags, what) in wrong {
        let refused = finish(&[&["run"], flags].concat());
        assert!(refused.error().contains(what), "{refused:?}");
    }
    let file = folder("nowhere").join("node.toml");
    fs::write(&file, "join = [\"0.0.0.0:7401\"]").expect("a file of the test");
    let refused = finish(&["run", "--config", file.to_str().expect("a path of ASCII")]);
    assert!(refused.error().contains("where no node can be"), "{refused:?}");
}

#[test]
fn a_node_that_is_told_to_join_itself_waits_for_others() {
    let (free, at) = node(&[]);
    end(free, "TERM");
    let periods = ["--period-ms", "50", "--upkeep-ms", "50"];
    let both = [&["run", "--bind", &at, "--join", &at], &periods[..]].concat();
    let mut first = start(&both);
    let said = first.says_aside("listening on ");
    assert!(said.contains("it waits for others that --join it (it cannot join itself)"), "{said}");
    let (mut second, _) = node(&["--join", &at]);
    second.says_aside("joined: ");
    first.hears(b"welcome\n");
    second.says("welcome");
    end(second, "TERM");
    end(first, "TERM");
}

#[test]
fn of_several_addresses_one_that_lives_is_enough() {
    let (gone, nowhere) = node(&[]);
    end(gone, "TERM");
    let (mut first, at) = node(&[]);
    let (mut second, _) = node(&["--join", &nowhere, "--join", &at]);
    second.says_aside("joined: ");
    first.hears(b"welcome\n");
    second.says("welcome");
    end(second, "TERM");
    end(first, "TERM");
}

#[test]
fn whoever_joins_through_a_stranger_is_not_let_in() {
    let (strange, at) = node(&["--label", "elsewhere"]);
    let (mut lost, _) = node(&["--join", &at]);
    lost.says_aside("no node of the cluster `rumormill` answers there");
    let finished = end(lost, "TERM");
    assert!(!finished.err.contains("joined: "), "{finished:?}");
    end(strange, "TERM");
}

#[test]
fn a_node_that_leaves_is_forgotten_by_those_that_knew_it() {
    let (mut a, at_a) = node(&["--json"]);
    let (mut b, _) = node(&["--join", &at_a]);
    let (mut c, _) = node(&["--join", &at_a]);
    b.says_aside("joined: ");
    c.says_aside("joined: ");
    end(b, "TERM");
    c.hears(b"still here\n");
    a.says("still here");
    end(c, "INT");
    end(a, "TERM").json();
}

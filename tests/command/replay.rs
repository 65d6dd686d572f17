//! `rumormill replay`.

use std::fs;
use std::path::{Path, PathBuf};

use rumormill::stacks::member::Member;
use rumormill::trace::{Record, Title};
use rumormill::{Draw, SocketPeer};

use crate::process::{Finished, finish, folder};
use crate::run::node;

/// A trace of a node that has drawn to which of two neighbours it sends.
fn record(folder: &Path) -> PathBuf {
    let file = folder.join("good.trace");
    let (mut a, at_a) = node(&[]);
    let (mut c, at_c) = node(&["--join", &at_a]);
    let path = file.to_str().expect("a path of ASCII");
    let (mut b, _) = node(&["--join", &at_a, "--join", &at_c, "--record", path]);
    b.says_aside("joined: 2 ");
    a.hears(b"asked for\n");
    b.says("asked for");
    c.says("asked for");
    b.signal("TERM");
    assert_eq!(b.finish().code, Some(0));
    file
}

fn replay(file: &Path) -> Finished {
    finish(&["replay", file.to_str().expect("a path of ASCII")])
}

/// The trace with another answer to the first draw of a peer.
fn flip_a_draw(trace: &[u8]) -> Vec<u8> {
    let (title, mut entries) = Title::read(trace).expect("a trace");
    let mut flipped = Vec::new();
    title.write(&mut flipped);
    let mut done = false;
    while !entries.is_empty() {
        let (mut entry, rest): (Record<'_, SocketPeer, Member<SocketPeer>>, _) =
            postcard::take_from_bytes(entries).expect("an entry");
        if let Record::Step { draws, .. } = &mut entry
            && let Some(Draw::Subset { of: 2, got }) = draws.to_mut().first_mut()
            && !done
        {
            got[0] = 1 - got[0];
            done = true;
        }
        entry.write(&mut flipped);
        entries = rest;
    }
    assert!(done, "there is a draw to flip");
    flipped
}

#[test]
fn a_trace_replays_and_each_way_to_spoil_it_is_told() {
    let folder = folder("spoiled-traces");
    let good = record(&folder);
    let trace = fs::read(&good).expect("the trace");
    let people = replay(&good);
    assert_eq!(people.code, Some(0), "{people:?}");
    assert!(people.out.contains("identical"), "{people:?}");

    let spoil = |name: &str, bytes: &[u8]| {
        let file = folder.join(name);
        fs::write(&file, bytes).expect("a file of the test");
        replay(&file)
    };
    let flipped = spoil("flipped.trace", &flip_a_draw(&trace));
    assert_eq!(flipped.code, Some(1), "{flipped:?}");
    assert!(flipped.out.contains("effects"), "{flipped:?}");
    let short = spoil("short.trace", &trace[..trace.len() - 1]);
    assert_eq!(short.code, Some(1), "{short:?}");
    assert!(short.out.contains("cut short"), "{short:?}");

    let mut another_version = trace.clone();
    let version = 1 + "rumormill trace".len();
    another_version[version] += 1;
    let another_version = spoil("version.trace", &another_version);
    assert!(another_version.error().contains("version 2"), "{another_version:?}");
    for (name, bytes) in [("text.trace", &b"once upon a time"[..]), ("empty.trace", b"")] {
        assert!(spoil(name, bytes).error().contains("no trace of rumormill"), "{name}");
    }
    let mut unknown = Vec::new();
    Title { machine: "perpetuum\x1b[2J mobile".into(), about: String::new() }.write(&mut unknown);
    let unknown = spoil("unknown.trace", &unknown);
    assert!(unknown.error().contains("mobile"), "{unknown:?}");
    assert!(!unknown.err.contains('\x1b'), "{unknown:?}");
    assert!(replay(&folder.join("none")).error().contains("cannot read"));
    assert!(replay(&folder).error().contains("cannot read"));
}

#[test]
fn the_document_tells_of_every_file() {
    let folder = folder("two-traces");
    let good = record(&folder);
    let bad = folder.join("bad.trace");
    fs::write(&bad, flip_a_draw(&fs::read(&good).expect("the trace"))).expect("a file of the test");
    let files = [&good, &bad].map(|file| file.to_str().expect("a path of ASCII"));
    let finished = finish(&["replay", "--json", files[0], files[1]]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let document = finished.json();
    assert_eq!((&document[0]["holds"], &document[1]["holds"]), (&true.into(), &false.into()));
    assert!(document[0]["steps"].as_u64() > Some(0) && document[0]["draws"].as_u64() > Some(0));
    assert!(document[1]["difference"].as_str().is_some_and(|text| text.contains("effects")));
}

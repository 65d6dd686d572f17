//! `rumormill search`, and what `rumormill run` lets it find.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rumormill::node::catalogue::{Desk, Memory};
use rumormill::node::{Config, Handle, Notices, spawn};
use rumormill::protocols::periodic_gossip::{self, Interest};
use rumormill::protocols::renyi_erdos;
use rumormill::protocols::search::{self, MAX_QUERY, Search};
use rumormill::seen::Memory as Seen;
use rumormill::stacks::broadcast::Broadcast;
use rumormill::stacks::census::{self, Census};
use rumormill::stacks::member::{Member, Notice, Request};
use rumormill::stacks::overlay::{self, Overlay};
use rumormill::wire::Label;
use rumormill::{Epoch, Neighborhood, Node, SocketPeer, Ticks};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use crate::process::{Finished, LIMIT, Running, finish, folder, start};
use crate::run::node;

type Machine = Member<SocketPeer>;

const NODES: usize = 200;
const TITLES: usize = 10;
const VIEW: u32 = 16;
const PERIOD: Ticks = Ticks(500);

/// On two of a hundred nodes.
const REPLICATED: &str = "jazz/The Blue Train (live).flac";
const REPLICAS: [usize; 4] = [17, 58, 101, 163];

/// Members on sockets that have something, found each other through the first, and answer.
struct Library {
    nodes: Vec<Arc<Handle<Machine>>>,
    /// Stopped with all that runs in it.
    runtime: Runtime,
}

impl Library {
    fn open() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let nodes = runtime.block_on(async {
            let mut nodes: Vec<Arc<Handle<Machine>>> = Vec::new();
            for number in 0..NODES {
                let first = nodes.first().map(|first| first.peer().address());
                let (node, notices) = start_member(number, first).await;
                tokio::spawn(answer(Arc::clone(&node), notices, titles(number)));
                nodes.push(node);
            }
            nodes
        });
        let library = Self { nodes, runtime };
        library.wait_until_views_are_full();
        library
    }

    fn wait_until_views_are_full(&self) {
        let full = async {
            for node in &self.nodes {
                while known(node).await < VIEW as usize {
                    sleep(Duration::from_millis(20)).await;
                }
            }
        };
        let in_time = self.runtime.block_on(async { timeout(LIMIT, full).await });
        in_time.expect("views are full at all");
    }

    fn address(&self, number: usize) -> String {
        self.nodes[number].peer().address().to_string()
    }

    fn replicas(&self) -> BTreeSet<String> {
        REPLICAS.iter().map(|&number| self.address(number)).collect()
    }

    /// A search by way of some node, as the arguments say.
    fn search(&self, arguments: &[&str]) -> Running {
        let via = self.address(NODES / 2);
        start(&[&["search", "--label", "library", "--via", &via], arguments].concat())
    }
}

/// Each has some titles of its own, and a few have the same in place of one.
fn titles(number: usize) -> Memory {
    let own = (0..TITLES).map(|title| format!("shelf {number}/title {title}.txt"));
    let mut titles: Vec<_> = own.collect();
    if REPLICAS.contains(&number) {
        titles[TITLES - 1] = REPLICATED.into();
    }
    Memory::of(titles)
}

async fn start_member(
    number: usize,
    first: Option<SocketAddr>,
) -> (Arc<Handle<Machine>>, Notices<Machine>) {
    let mut config = Config::new(([127, 0, 0, 1], 0).into());
    config.label = Label::new("library").expect("it is short");
    config.seed = number as u64;
    let contacts = first.map(SocketPeer::contact).into_iter().collect();
    let machine = |me| Node::new(Neighborhood::new(me, VIEW), member(contacts));
    let mut node = spawn(config, machine).await.expect("it starts");
    let notices = node.notices().expect("nobody took them");
    (Arc::new(node), notices)
}

fn member(contacts: Vec<SocketPeer>) -> Machine {
    let memory = Seen { origins: 10, forget_after: None };
    let forward = renyi_erdos::Settings { margin: 64, memory, period: PERIOD, max_payload: 100 };
    let repair = periodic_gossip::Settings {
        mode: periodic_gossip::Mode::PushPull,
        fanout: 1,
        period: PERIOD,
        hot: Interest::ForEver,
        buffer: 16,
        max_message: 1000,
        memory,
    };
    Member::new(
        Overlay::new(overlay::Settings::keeping(VIEW, PERIOD), contacts),
        Broadcast::new(NODES as u32, forward, repair),
        Search::new(search::Settings::over(VIEW, PERIOD)),
        Census::new(census::Settings::every(PERIOD, NODES as u32), 0),
    )
}

async fn answer(node: Arc<Handle<Machine>>, mut notices: Notices<Machine>, titles: Memory) {
    let mut desk = Desk::of(titles);
    while let Some(notice) = notices.next().await {
        if let Notice::Search(notice) = &notice
            && let Some(request) = desk.hear(notice)
        {
            node.request(Request::Search(request)).await.expect("it runs");
        }
    }
}

async fn known(node: &Handle<Machine>) -> usize {
    let known = |peer: &&SocketPeer| peer.epoch() != Epoch::UNKNOWN;
    let known = node.look(move |node| node.neighborhood.peers().iter().filter(known).count());
    known.await.expect("it runs")
}

/// The addresses of the lines that tell of the title.
fn addresses(out: &str, title: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let (found, rest) = line.split_once("  @ ").expect("a title and where it is");
        assert_eq!(found, title);
        rest.split_once("  (hops ").expect("how far away it is").0.into()
    };
    out.lines().map(of_line).collect()
}

#[test]
fn what_two_of_a_hundred_nodes_have_is_found_among_two_hundred_nodes_and_two_thousand_files() {
    let library = Library::open();
    let everywhere = ["--degree", "16"];

    let found = library.search(&[&["BLUE train"], &everywhere[..]].concat()).finish();
    assert_eq!(found.code, Some(0), "{found:?}");
    let at = addresses(&found.out, REPLICATED);
    assert_eq!((at.len(), BTreeSet::from_iter(at)), (REPLICAS.len(), library.replicas()));
    assert!(found.err.contains("4 results at 4 nodes"), "{found:?}");

    let wanted = ["--recall", "0.7", "--replicated", "0.02", "--size", "200", "--json"];
    let found = library.search(&[&["blue"], &wanted[..]].concat()).finish();
    assert_eq!(found.code, Some(0), "{found:?}");
    let document = found.json();
    assert!(document["plan"]["probability"].as_f64() >= Some(0.95), "{document}");
    assert!(document["servers"].as_u64() >= Some(3), "{document}");
    assert!(found.err.contains("of 4 that have it"), "{found:?}");

    let rings = ["blue", "--mode", "rings", "--enough", "4", "--json"];
    let found = library.search(&[&rings, &everywhere[..]].concat()).finish();
    assert_eq!(found.code, Some(0), "{found:?}");
    let document = found.json();
    assert_eq!((&document["query"], &document["end"]), (&"blue".into(), &"over".into()));
    assert_eq!((&document["servers"], addresses_of(&document)), (&4.into(), library.replicas()));

    let walks = ["shelf title", "--mode", "walk", "--hops", "8", "--json", "--for-ms", "60000"];
    let mut walking = library.search(&walks);
    walking.says_aside("shelf ");
    walking.signal("TERM");
    let found = walking.finish();
    assert_eq!(found.code, Some(0), "{found:?}");
    let document = found.json();
    assert_eq!(document["end"], "interrupted");
    assert!(document["results"].as_array().is_some_and(|results| !results.is_empty()));

    let nothing = library.search(&["no such title", "--for-ms", "500", "--json"]).finish();
    assert_eq!(nothing.code, Some(1), "{nothing:?}");
    let document = nothing.json();
    assert_eq!((&document["servers"], &document["end"]), (&0.into(), &"deadline".into()));
    assert!(nothing.err.contains("nothing was found"), "{nothing:?}");
}

fn addresses_of(document: &Value) -> BTreeSet<String> {
    let results = document["results"].as_array().expect("a list").iter();
    let address = |result: &Value| {
        assert_eq!(result["title"], REPLICATED);
        assert!(result["hops"].as_u64() > Some(0) && result["seconds"].as_f64() > Some(0.0));
        result["address"].as_str().expect("an address").into()
    };
    results.map(address).collect()
}

/// A node that has joined the other and shares something, recorded.
fn sharing(via: &str, share: &[&str], record: &Path) -> (Running, String) {
    let record = record.to_str().expect("a path of ASCII");
    let (mut running, at) = node(&[&["--join", via, "--record", record], share].concat());
    running.says_aside("joined: ");
    (running, at)
}

fn end(running: Running) -> Finished {
    running.signal("TERM");
    let finished = running.finish();
    assert_eq!(finished.code, Some(0), "{finished:?}");
    finished
}

#[test]
fn the_files_of_a_folder_and_the_lines_of_a_list_are_found_and_the_traces_replay() {
    let folder = folder("shared");
    let (files, list) = (folder.join("files"), folder.join("list.txt"));
    fs::create_dir_all(files.join("jazz/Coltrane")).expect("a folder of the test");
    fs::write(files.join("jazz/Coltrane/Blue Train.flac"), "").expect("a file of the test");
    std::os::unix::fs::symlink("nowhere", files.join("Blue Link")).expect("a link of the test");
    fs::write(&list, "Kind of Blue\r\n\nBlue \x1b[2JMonk\n").expect("a file of the test");
    let [files, list] = [&files, &list].map(|path| path.to_str().expect("a path of ASCII"));

    let (mut asking, at_asking) = node(&["--json"]);
    let traces = ["files.trace", "list.trace"].map(|name| folder.join(name));
    let (of_files, at_files) = sharing(&at_asking, &["--share", files], &traces[0]);
    let (of_list, at_list) = sharing(&at_asking, &["--share-list", list, "--json"], &traces[1]);

    let words = ["blue", "--mode", "rings", "--enough", "2", "--for-ms", "60000"];
    let via = ["search", "--via", &at_files, "--via", &at_list, "--upkeep-ms", "100"];
    let found = finish(&[&via[..], &words].concat());
    assert_eq!(found.code, Some(0), "{found:?}");
    let titles = |line: &str| line.rsplit_once("  (").expect("how far away it is").0.to_owned();
    let lines: BTreeSet<_> = found.out.lines().map(titles).collect();
    let expected = [
        format!("Blue \u{fffd}[2JMonk  @ {at_list}"),
        format!("Kind of Blue  @ {at_list}"),
        format!("jazz/Coltrane/Blue Train.flac  @ {at_files}"),
    ];
    assert_eq!(lines, BTreeSet::from(expected));

    asking.hears(b"/find coltrane\n");
    asking.says_aside(&format!("jazz/Coltrane/Blue Train.flac  @ {at_files}  (hops 1)"));
    asking.hears(b"/find \xff\n/find  \nfound\n");
    asking.says_aside("not searched: a query is text");
    asking.says_aside("not searched: a query has at least one word");
    asking.hears(format!("/find {}\n", "x".repeat(MAX_QUERY + 1)).as_bytes());
    asking.says_aside("at most 128");
    asking.says_aside("the search for `coltrane` is over: 1 node has it");
    let searches = &end(asking).json()["searches"];
    assert_eq!((&searches["typed"], &searches["not_begun"]), (&4.into(), &3.into()), "{searches}");

    let finished = end(of_files);
    assert_eq!(finished.out, format!("{at_asking}: found\n"), "searches are not broadcast");
    assert!(finished.err.contains("sharing 1 file of"), "{finished:?}");
    assert!(finished.err.contains("left out: 1 links"), "{finished:?}");
    assert!(finished.err.contains("2 queries heard, 2 of them answered"), "{finished:?}");
    let document = end(of_list).json();
    assert_eq!(document["shared"], 2);
    let asked = &document["asked"];
    assert_eq!((&asked["queries"], &asked["answered"]), (&2.into(), &1.into()), "{asked}");
    assert_eq!((&asked["results"], &asked["left_out"]), (&2.into(), &0.into()), "{asked}");
    for trace in traces {
        let replayed = finish(&["replay", trace.to_str().expect("a path of ASCII")]);
        assert_eq!(replayed.code, Some(0), "{replayed:?}");
    }
}

#[test]
fn a_search_that_cannot_begin_says_why() {
    let long = "x".repeat(MAX_QUERY + 1);
    let (_node, at) = node(&["--label", "elsewhere"]);
    let dead = ["search", "song", "--join-ms", "300", "--upkeep-ms", "50", "--via"];
    for nobody in ["127.0.0.1:1", &at] {
        let finished = finish(&[&dead[..], &[nobody]].concat());
        let error = finished.error();
        let complaint = format!("no node of the cluster `rumormill` answers at {nobody}");
        assert!(error.starts_with(&complaint) && error.contains("--label"), "{finished:?}");
    }
    let wrong: [(&[&str], &str); 7] = [
        (&[&long, "--via", &at], "at most 128"),
        (&["  ", "--via", &at], "at least one word"),
        (&["song"], "--via"),
        (&["song", "--via", "127.0.0.1:0"], "name the port"),
        (&["song", "--via", &at, "--ttl", "17"], "1..=16"),
        (&["song", "--via", &at, "--hops", "3"], "it goes with --mode walk"),
        (&["song", "--via", &at, "--mode", "walk", "--ttl", "3"], "--mode flood or rings"),
    ];
    for (arguments, advice) in wrong {
        let finished = finish(&[&["search"], arguments].concat());
        assert!(finished.error().contains(advice), "{arguments:?}: {finished:?}");
    }
}

#[test]
fn what_cannot_be_shared_is_an_error() {
    let folder = folder("unshared");
    let folder = folder.to_str().expect("a path of ASCII");
    let wrong: [(&[&str], &str); 4] = [
        (&["--share", "/nowhere"], "cannot read the directory /nowhere"),
        (&["--share-list", "/nowhere"], "cannot read /nowhere"),
        (&["--share-list", folder], "cannot read "),
        (&["--share", folder, "--share-list", "/dev/null"], "not both"),
    ];
    for (arguments, advice) in wrong {
        let finished = finish(&[&["run"], arguments].concat());
        assert!(finished.error().contains(advice), "{arguments:?}: {finished:?}");
    }
}

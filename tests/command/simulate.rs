//! `rumormill simulate`.

use std::collections::BTreeSet;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Command;

use roxmltree::Document;

use crate::process::{Finished, Running, command, finish, folder, full_stream};

const SMALL: [&str; 9] =
    ["simulate", "push-pull", "--nodes", "10,20", "--loss", "0..0.2+0.1", "--runs", "7", "--json"];

/// The arguments, and these.
fn with<'a>(some: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [some, more].concat()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of ASCII")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder of the test");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string());
    names.map(|name| name.expect("ASCII")).collect()
}

#[track_caller]
fn holds(finished: &Finished) {
    assert_eq!(finished.code, Some(0), "{finished:?}");
}

#[test]
fn the_list_names_experiments_that_there_are() {
    let list = finish(&["simulate", "--list", "--json"]);
    holds(&list);
    let list = list.json();
    let experiments = list.as_array().expect("a list");
    assert!(experiments.len() >= 8);
    for entry in experiments {
        let name = entry["experiment"].as_str().expect("a name");
        let parameters = entry["parameters"].as_object().expect("parameters");
        assert!(parameters["nodes"].is_number(), "{entry}");
        let mut arguments: Vec<String> = ["simulate", name, "--runs", "2"].map(Into::into).into();
        for (parameter, default) in parameters {
            let default = default.as_f64().expect("a number");
            let value = if parameter == "nodes" { 8.0 } else { default };
            arguments.extend([format!("--{parameter}"), value.to_string()]);
        }
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        holds(&finish(&arguments));
    }
}

#[test]
fn the_list_of_an_experiment_tells_of_that_alone() {
    let list = finish(&["simulate", "cyclon-clocks", "--list", "--json"]);
    holds(&list);
    let (told, list) = (&list.err, list.json());
    assert!(told.contains("--latency") && !told.contains("--churn"), "{told}");
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!(list[0]["experiment"], "cyclon-clocks");
}

#[test]
fn people_are_told_means_with_intervals() {
    let told = finish(&["simulate", "push", "--nodes", "2", "--runs", "40"]);
    holds(&told);
    for words in ["fanout 1", "40 runs", "95 % interval", "half (rounds)", "1.0000 to 1.0000"] {
        assert!(told.out.contains(words), "{words} in {told:?}");
    }
    let few = finish(&["simulate", "push", "--nodes", "4", "--runs", "3", "--periods", "1"]);
    assert!(few.out.contains("too few runs") && few.out.contains("in no run"), "{few:?}");
}

#[test]
fn shards_merge_to_the_whole_to_the_last_bit() {
    let folder = folder("shards");
    let (out, merged) = (folder.join("out"), folder.join("merged"));
    let whole = finish(&with(&SMALL, &["--threads", "1", "--out", text(&out)]));
    holds(&whole);
    assert_eq!(finish(&with(&SMALL, &["--threads", "3"])).out, whole.out);

    let mut files = Vec::new();
    for shard in 1..=4 {
        let shards = folder.join("shards");
        let shard = format!("{shard}/4");
        holds(&finish(&with(&SMALL, &["--shard", &shard, "--out", text(&shards)])));
        files.push(shards.join(format!("push-pull.{}.json", shard.replace('/', "-of-"))));
    }
    files.reverse();
    let files: Vec<_> = files.iter().map(|path| text(path)).collect();
    let merge = |files: &[&str]| finish(&with(&["simulate", "--merge"], files));
    let together = with(&["simulate", "--json", "--out", text(&merged), "--merge"], &files);
    assert_eq!(finish(&together).out, whole.out);
    assert_eq!(names(&merged), names(&out));
    for name in names(&out) {
        let read = |folder: &Path| fs::read_to_string(folder.join(&name)).expect("a file");
        assert_eq!(read(&merged), read(&out), "{name}");
    }

    assert!(merge(&files[1..]).error().contains("missing, the first of them 4/4"));
    assert!(merge(&with(&files, &files[..1])).error().contains("4/4 is there twice"));
    let other = folder.join("other");
    let seed = ["--seed", "2", "--shard", "4/4", "--out", text(&other)];
    holds(&finish(&with(&SMALL, &seed)));
    let other = other.join("push-pull.4-of-4.json");
    let mixed = with(&files[1..], &[text(&other)]);
    assert!(merge(&mixed).error().contains("their seed differs"));
    fs::write(&other, "{}").expect("a file of the test");
    assert!(merge(&mixed).error().contains("holds no results"));
}

#[test]
fn a_sweep_leaves_tables_and_plots() {
    let folder = folder("sweep");
    holds(&finish(&with(&SMALL, &["--out", text(&folder)])));
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("a file");
    let runs = read("push-pull.runs.csv");
    let heading = "crashed,fanout,loss,nodes,periods,run,half,most,all,everybody,messages";
    assert_eq!(runs.lines().next(), Some(heading));
    assert_eq!(runs.lines().count(), 1 + 2 * 3 * 7);
    let columns = |line: &str| line.split(',').count();
    for table in ["push-pull.runs.csv", "push-pull.summary.csv", "push-pull.curves.csv"] {
        let table = read(table);
        let first = columns(table.lines().next().expect("a heading"));
        assert!(table.lines().count() > 10 && table.lines().all(|line| columns(line) == first));
    }
    let plots: Vec<_> = names(&folder).into_iter().filter(|name| name.ends_with(".svg")).collect();
    assert!(plots.len() >= 5, "{plots:?}");
    for plot in plots {
        let svg = read(&plot);
        let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{plot}: {error}"));
        assert_eq!(document.root_element().tag_name().name(), "svg");
    }
}

#[test]
fn a_quick_validation_holds_and_is_told_row_by_row() {
    let folder = folder("validation");
    let quick = ["simulate", "--validate", "--quick", "--json", "--out", text(&folder)];
    let finished = finish(&quick);
    holds(&finished);
    let document = finished.json();
    assert_eq!(document["holds"], true);
    let rows = document["rows"].as_array().expect("rows");
    let named = |id: &str| rows.iter().any(|row| row["id"] == id);
    assert!(["A1", "A4", "A5", "A6", "A7", "A12"].into_iter().all(named), "{rows:?}");
    let told = finished.err.lines().filter(|line| line.trim_start().starts_with('✓')).count();
    assert_eq!(told, rows.len());
    let page = fs::read_to_string(folder.join("validation.md")).expect("a page");
    assert_eq!(page.lines().filter(|line| line.starts_with("| ✓ |")).count(), rows.len());
}

#[test]
fn a_folder_that_cannot_be_written_into_is_refused_before_anything_is_run() {
    let file = folder("no-folder").join("file");
    fs::write(&file, "").expect("a file of the test");
    let long = ["simulate", "push", "--nodes", "100", "--runs", "10000000", "--out", text(&file)];
    let validation = ["simulate", "--validate", "--out", text(&file)];
    for arguments in [&long[..], &validation] {
        let refused = finish(arguments);
        assert!(refused.error().starts_with("cannot write into "), "{refused:?}");
    }
}

#[test]
fn a_file_that_is_merged_does_not_say_where_results_are_written() {
    let folder = folder("names");
    holds(&finish(&["simulate", "push", "--nodes", "8", "--runs", "3", "--out", text(&folder)]));
    let results = fs::read_to_string(folder.join("push.json")).expect("results");
    let (forged, out) = (folder.join("forged.json"), folder.join("out"));
    for (right, wrong) in [
        ("\"experiment\":\"push\"", "\"experiment\":\"../push\""),
        ("\"name\":\"half\"", "\"name\":\"x/../../half\""),
    ] {
        assert!(results.contains(right), "{results}");
        fs::write(&forged, results.replace(right, wrong)).expect("a file of the test");
        let refused = finish(&["simulate", "--merge", text(&forged), "--out", text(&out)]);
        assert!(refused.error().contains("holds no results of ours"), "{refused:?}");
    }
    assert!(!out.exists());
}

/// The command lines of the scripts, with fewer runs, come to the sweep that they speak of.
#[test]
fn the_scripts_run_every_shard_of_their_sweep() {
    let kubernetes = include_str!("../../docs/scale/kubernetes.yaml");
    let slurm = include_str!("../../docs/scale/slurm.sh");
    let merge = include_str!("../../docs/scale/README.md");
    let experiment = "push-pull";
    assert!(merge.contains(&format!("--merge results/{experiment}.*-of-16.json")));
    for script in [kubernetes, slurm] {
        assert!(script.contains(&format!("exec rumormill simulate {experiment} ")));
    }
    let command = |script: &str| {
        let begin = script.find("exec rumormill").expect("a command");
        let end = script[begin..].find("\"$RESULTS\"").expect("its end") + "\"$RESULTS\"".len();
        let smaller = script[begin..begin + end].replace("100..10000x10", "10,20");
        smaller.replace("--runs 10000", "--runs 5")
    };
    let folder = folder("scripts");
    let program = Path::new(env!("CARGO_BIN_EXE_rumormill")).parent().expect("a folder");
    for (name, script, variable, first) in [
        ("kubernetes", kubernetes, "JOB_COMPLETION_INDEX", 0),
        ("slurm", slurm, "SLURM_ARRAY_TASK_ID", 1),
    ] {
        let results = folder.join(name);
        for number in first..first + 3 {
            let mut shell = Command::new("sh");
            let path = std::env::var("PATH").unwrap_or_default();
            shell.args(["-c", &command(script)]).env("RESULTS", &results).env("SHARDS", "3");
            shell.env(variable, number.to_string());
            shell.env("PATH", format!("{}:{path}", program.display()));
            let status = shell.output().expect("a shell").status;
            assert!(status.success(), "{name} {number}");
        }
        let files: Vec<_> = names(&results).into_iter().map(|file| results.join(file)).collect();
        let files: Vec<_> = files.iter().map(|path| text(path)).collect();
        assert_eq!(files.len(), 3);
        holds(&finish(&with(&["simulate", "--merge"], &files)));
    }
}

#[test]
fn an_error_is_one_line_that_says_what_to_do() {
    let wrong: [(&[&str], &str); 18] = [
        (&["simulate", "push", "--loss", "0.1234567"], "a multiple of 0.000001 from 0 to 1"),
        (&["simulate", "cyclon-clocks", "--latency", "0.1234"], "a multiple of 0.001 from 0"),
        (&["simulate", "waltz", "--list"], "`rumormill simulate --list`"),
        (&["simulate", "push", "--list", "--nodes", "7"], "cannot be used with"),
        (&["simulate"], "<EXPERIMENT"),
        (&["simulate", "waltz"], "`rumormill simulate --list`"),
        (&["simulate", "push", "--nodes", "many"], "no list of values"),
        (&["simulate", "push", "--nodes", "1"], "from 2 to 1000000"),
        (&["simulate", "push", "--fanout", "1.5"], "a whole number"),
        (&["simulate", "push", "--nodes", "4", "--crashed", "4"], "one must be left"),
        (&["simulate", "push-clocks", "--crashed", "1"], "has no `crashed`"),
        (&["simulate", "push", "--shard", "4/3"], "such as 3/16"),
        (&["simulate", "push", "--shard", "1/3"], "--out"),
        (&["simulate", "push", "--loss", "0..1+0.001", "--fanout", "1..11"], "ten thousand"),
        (&["simulate", "push", "--quick"], "cannot be used with"),
        (&["simulate", "--validate", "--nodes", "7"], "cannot be used with"),
        (&["simulate", "--merge", "a.json", "--runs", "7"], "cannot be used with"),
        (&["simulate", "--merge", "/nowhere/push.json"], "cannot read /nowhere/push.json"),
    ];
    for (arguments, advice) in wrong {
        let finished = finish(arguments);
        assert!(finished.error().contains(advice), "{arguments:?}: {finished:?}");
    }
}

#[test]
fn it_ends_when_it_is_asked_to() {
    let long = ["simulate", "push", "--nodes", "100", "--runs", "10000000", "--json"];
    let mut running = Running::of(command(&long));
    running.says_aside("a second");
    running.signal("TERM");
    let finished = running.finish();
    assert_eq!(
        (finished.code, finished.json()),
        (Some(0), serde_json::json!({ "interrupted": true }))
    );
}

#[test]
fn it_ends_when_it_is_asked_to_although_nobody_reads_its_document() {
    let (full, _unread) = full_stream();
    let mut unread = command(&["simulate", "push", "--nodes", "10", "--runs", "50", "--json"]);
    unread.stdout(OwnedFd::from(full));
    let mut unread = Running::of(unread);
    unread.says_aside("messages");
    unread.signal("TERM");
    assert_eq!(unread.finish().code, Some(0));
}

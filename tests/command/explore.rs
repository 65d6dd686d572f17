//! `rumormill explore`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process::{LIMIT, finish, start};

/// What the server answers, without the header.
fn get(host: &str, path: &str) -> String {
    let since = Instant::now();
    let mut stream = loop {
        match TcpStream::connect(host) {
            Ok(stream) => break stream,
            Err(error) if since.elapsed() > LIMIT => panic!("no server at {host}: {error}"),
            // The address is told before the server listens.
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    };
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (header, body) = answer.split_once("\r\n\r\n").expect("a header");
    assert!(header.contains(" 200 "), "{header}");
    body.into()
}

fn host(line: &str) -> &str {
    let (_, rest) = line.split_once("http://").expect("an address");
    rest.split([' ', '"']).next().expect("an address")
}

#[test]
fn it_serves_a_page_with_a_diagram_of_every_path() {
    let mut running = start(&["explore", "push-3", "--at", "127.0.0.1:0"]);
    let line = running.says("http://");
    let host = host(&line);
    assert!(get(host, "/").contains("<html"));
    let after: Value = serde_json::from_str(&get(host, "/.states/0")).expect("steps as JSON");
    let steps = after.as_array().expect("a list of steps");
    assert!(!steps.is_empty());
    for step in steps {
        assert!(step["svg"].as_str().is_some_and(|svg| svg.starts_with("<svg")), "{step}");
        assert!(step["action"].as_str().is_some_and(|action| !action.is_empty()), "{step}");
    }
    running.signal("TERM");
    assert_eq!(running.finish().code, Some(0));
}

#[test]
fn the_document_tells_where_the_page_is() {
    let mut running = start(&["explore", "push-3", "--at", "127.0.0.1:0", "--json"]);
    let line = running.says("http://");
    assert!(get(host(&line), "/.status").contains("unique_state_count"));
    running.signal("INT");
    let finished = running.finish();
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(finished.json()["suite"], "push-3");
}

#[test]
fn an_address_in_use_is_an_error_that_names_the_flag() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("an address");
    let at = taken.local_addr().expect("an address").to_string();
    let finished = finish(&["explore", "push-3", "--at", &at]);
    assert!(finished.error().contains("--at"), "{finished:?}");
}

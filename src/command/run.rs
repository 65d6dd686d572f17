//! `rumormill run`: a node of the default stack. Each line on the standard input is broadcast, and
//! what is delivered is printed.

mod lines;
mod settings;
mod talk;

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use rumormill::node::{Config, Finished, Recording, spawn};
use rumormill::stacks::broadcast::Broadcast;
use rumormill::trace::Title;
use rumormill::{Neighborhood, Node, SocketPeer};

use super::Outcome;
use super::machines::BROADCAST;
use super::output::say_aside;
use super::signals::Signals;
pub(crate) use settings::Arguments;
use settings::Settings;
use talk::Talk;

type Stack = Broadcast<SocketPeer>;

#[tokio::main]
pub(super) async fn run(arguments: &Arguments) -> Result<Outcome> {
    let settings = Settings::of(arguments)?;
    let mut signals = Signals::listen()?;
    // Made before the node runs, so that nothing is recorded in vain.
    let record = settings.record.as_deref().map(create).transpose()?;
    let mut node = spawn(configuration(&settings), |me| machine(me, &settings)).await?;
    let mut notices = node.notices().context("the notices of a new node were taken before")?;
    let lines = lines::of_standard_input(settings.repair().max_payload());
    let mut talk = Talk::new(arguments.json, &settings, node.peer())?;
    let talked = tokio::select! {
        () = signals.asked_to_end() => Ok(()),
        failed = talk.go_on(&node, lines, &mut notices) => failed,
    };
    let Finished { counters, trace, .. } = node.shutdown().await?;
    if let (Some((file, path)), Some(trace)) = (record, trace) {
        save(file, path, &trace)?;
    }
    talked?;
    talk.finish(&mut notices, &counters)?;
    Ok(Outcome::Holds)
}

fn configuration(settings: &Settings) -> Config {
    let mut config = Config::new(settings.bind);
    config.label = settings.label;
    config.max_datagram = settings.max_datagram;
    config.advertise = settings.advertise;
    if let Some(seed) = settings.seed {
        config.seed = seed;
    }
    if settings.record.is_some() {
        let title = Title { machine: BROADCAST.into(), about: "a node of `rumormill run`".into() };
        config.recording = Some(Recording::new(title));
    }
    config
}

fn machine(me: SocketPeer, settings: &Settings) -> Node<SocketPeer, Stack> {
    let contacts = settings.peers.iter().map(|&address| SocketPeer::contact(address));
    let others = contacts.filter(|contact| contact.address() != me.address());
    let stack = Broadcast::new(settings.size, settings.forward(), settings.repair());
    Node::new(Neighborhood::of(me, others), stack)
}

fn create(path: &Path) -> Result<(File, &Path)> {
    let file = File::create(path);
    Ok((file.with_context(|| format!("cannot record into {}", path.display()))?, path))
}

fn save(mut file: File, path: &Path, trace: &[u8]) -> Result<()> {
    let path = path.display();
    file.write_all(trace).with_context(|| format!("cannot write the trace into {path}"))?;
    say_aside(format_args!("recorded; `rumormill replay {path}` replays it"));
    Ok(())
}

//! `rumormill run`: a member of a group that finds itself. Each line on the standard input is
//! broadcast, or searched for, and what is delivered or found is printed.

mod joining;
mod lines;
mod places;
mod refusals;
mod searches;
mod settings;
mod share;
mod sizes;
mod talk;

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use rumormill::SocketPeer;
use rumormill::node::{Config, Finished, Handle, Recording, SpawnError, spawn};
use rumormill::stacks::member::Request;
use rumormill::trace::Title;
use tokio::time::timeout;

use super::Outcome;
use super::machines::MEMBER;
use super::member::Machine;
use super::output::{Output, PATIENCE, nothing_is_printed, say_aside};
use super::signals::{Signals, end_at_last_when_asked};
pub(crate) use settings::Arguments;
pub(super) use settings::Settings;
use share::Share;
use talk::Talk;

#[tokio::main]
pub(super) async fn run(arguments: &Arguments) -> Result<Outcome> {
    let settings = Settings::of(arguments)?;
    end_at_last_when_asked()?;
    let mut signals = Signals::listen()?;
    // Made before the node runs, so that nothing is recorded in vain.
    let record = settings.record.as_deref().map(create).transpose()?;
    let share = tokio::select! {
        () = signals.asked_to_end() => {
            Output { json: arguments.json }.end_early();
            return Ok(Outcome::Holds);
        }
        share = Share::open(&settings) => share?,
    };
    let mut node = start(&settings).await?;
    let mut notices = node.notices().context("the notices of a new node were taken before")?;
    let lines = lines::of_standard_input(settings.ways.max_payload());
    let mut talk = Talk::new(arguments.json, &settings, node.peer(), share).await;
    let talked = tokio::select! {
        () = signals.asked_to_end() => Ok(()),
        failed = talk.go_on(&node, lines, &mut notices) => failed,
        failed = nothing_is_printed() => Err(failed),
    };
    // A node that has stopped by itself leaves without a word.
    let _gone = node.request(Request::leave()).await;
    let Finished { counters, trace, .. } = node.shutdown().await?;
    if let (Some((file, path)), Some(trace)) = (record, trace) {
        save(file, path, &trace)?;
    }
    talked?;
    // Nobody may read what is left to be told.
    match timeout(PATIENCE, talk.finish(&mut notices, &counters)).await {
        Ok(finished) => finished?,
        Err(_unread) => {}
    }
    Ok(Outcome::Holds)
}

/// Starts a node that joins through the addresses it is told.
pub(super) async fn start(settings: &Settings) -> Result<Handle<Machine>, SpawnError> {
    let contacts = settings.join.iter().map(|&address| SocketPeer::contact(address)).collect();
    spawn(configuration(settings), |me| settings.ways.machine(me, contacts)).await
}

fn configuration(settings: &Settings) -> Config {
    let mut config = Config::new(settings.bind);
    config.label = settings.label;
    config.max_datagram = settings.ways.max_datagram;
    config.advertise = settings.advertise;
    if let Some(seed) = settings.seed {
        config.seed = seed;
    }
    if settings.record.is_some() {
        let title = Title { machine: MEMBER.into(), about: "a node of `rumormill run`".into() };
        config.recording = Some(Recording::new(title));
    }
    config
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

//! The command `rumormill`, from outside: what it prints, and how it ends.
#![cfg(unix)]

mod as_printed;
mod check;
mod cluster;
mod demo;
mod exact;
mod explore;
mod process;
mod replay;
mod report;
mod run;
mod search;
mod simulate;
mod usage;

//! How a process is asked to end.

use std::io;
use std::process;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::runtime;

use super::output::{Output, hurry};

/// What asks a process to end: Ctrl-C, and SIGTERM. From the moment at which this is made, neither
/// of them ends the process by itself.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// To be called within a runtime.
    pub(super) fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Returns when the process is asked to end; from then on no reader is waited for for long.
    pub(super) async fn asked_to_end(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        hurry();
    }
}

/// What asks a process to end: Ctrl-C. From the moment at which this is made, it does not end the
/// process by itself.
#[cfg(windows)]
pub(super) struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    /// To be called within a runtime.
    pub(super) fn listen() -> Result<Self> {
        let interrupt = tokio::signal::windows::ctrl_c().context("cannot listen for Ctrl-C")?;
        Ok(Self { interrupt })
    }

    /// Returns when the process is asked to end; from then on no reader is waited for for long.
    pub(super) async fn asked_to_end(&mut self) {
        self.interrupt.recv().await;
        hurry();
    }
}

impl Signals {
    /// Heard by whoever waits for them in this runtime.
    pub(super) fn listen_within(runtime: &runtime::Runtime) -> Result<Self> {
        let _within = runtime.enter();
        Self::listen()
    }
}

/// How long the process takes over its end, at the most.
///
/// Our choice: a node says farewell and writes its trace in much less.
const LONGEST_END: Duration = Duration::from_secs(10);

/// From now on the process ends when it is asked to, whatever it is doing.
pub(super) fn end_when_asked(output: Output) -> Result<()> {
    when_asked(move || {
        thread::spawn(end_at_last);
        output.end_early();
    })
}

/// From now on the process that is asked to end, and ends by itself, has ended after a while, whatever
/// holds it up: nobody may read its standard error.
pub(super) fn end_at_last_when_asked() -> Result<()> {
    when_asked(end_at_last)
}

fn when_asked(act: impl FnOnce() + Send + 'static) -> Result<()> {
    let runtime = waiting_runtime()?;
    let mut signals = Signals::listen_within(&runtime)?;
    thread::spawn(move || {
        runtime.block_on(signals.asked_to_end());
        act();
    });
    Ok(())
}

fn end_at_last() {
    thread::sleep(LONGEST_END);
    process::exit(0)
}

/// A runtime for one who waits for signals.
pub(super) fn waiting_runtime() -> io::Result<runtime::Runtime> {
    runtime::Builder::new_current_thread().enable_io().build()
}

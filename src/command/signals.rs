//! How a process is asked to end.

use std::io;
use std::thread;

use anyhow::{Context, Result};
use tokio::runtime;

use super::output::Output;

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

    /// Returns when the process is asked to end.
    pub(super) async fn asked_to_end(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
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

    /// Returns when the process is asked to end.
    pub(super) async fn asked_to_end(&mut self) {
        self.interrupt.recv().await;
    }
}

/// From now on the process ends when it is asked to, whatever it is doing.
pub(super) fn end_when_asked(output: Output) -> Result<()> {
    let runtime = waiting_runtime()?;
    let mut signals = {
        let _within = runtime.enter();
        Signals::listen()?
    };
    thread::spawn(move || {
        runtime.block_on(signals.asked_to_end());
        output.end_early();
    });
    Ok(())
}

/// A runtime for one who waits for signals.
pub(super) fn waiting_runtime() -> io::Result<runtime::Runtime> {
    runtime::Builder::new_current_thread().enable_io().build()
}

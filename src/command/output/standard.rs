//! The standard output. It belongs to a thread, to which all that is to be written there is handed
//! over: a reader that is slow, or does not read at all, holds up nobody who waits for a signal.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::pin::pin;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How many texts may wait for the reader; who has another one waits, too.
const WAITING: usize = 64;

/// For how long the reader is waited for when the process is asked to end.
///
/// Our choice: time enough for a reader that reads, even on a busy host.
pub(in crate::command) const PATIENCE: Duration = Duration::from_secs(2);

static STANDARD: LazyLock<Standard> = LazyLock::new(|| {
    thread::spawn(|| STANDARD.write_on());
    Standard::default()
});

#[derive(Default)]
struct Standard {
    queue: Mutex<Queue>,
    /// Told to threads: the queue is another.
    changed: Condvar,
    /// Told to tasks: something was written, or cannot be.
    written: Notify,
}

#[derive(Default)]
struct Queue {
    /// The first of them keeps its place, empty, while it is written.
    texts: VecDeque<String>,
    /// Nothing is written after a failure.
    failure: Option<io::Error>,
    /// Whether nobody waits for the reader for long.
    is_hurried: bool,
}

/// Hands a text over, as soon as there is room for it. What is handed over after a failure is dropped.
pub(super) fn hand_over(text: String) {
    let is_full = |queue: &mut Queue| queue.texts.len() >= WAITING;
    let queue = STANDARD.changed.wait_while(STANDARD.lock(), is_full);
    queue.unwrap_or_else(PoisonError::into_inner).push(text);
    STANDARD.changed.notify_all();
}

/// As [`hand_over`], within a task.
pub(super) async fn hand_over_in_turn(text: String) {
    let has_room = |queue: &Queue| (queue.texts.len() < WAITING).then_some(());
    STANDARD.until(has_room).await;
    hand_over(text);
}

/// Returns when something cannot be written, with the reason.
pub(super) async fn failure() -> io::Error {
    STANDARD.until(|queue| queue.failure.as_ref().map(copied)).await
}

/// The process is asked to end: from now on nobody waits for longer than [`PATIENCE`] until all is
/// written.
pub(in crate::command) fn hurry() {
    STANDARD.lock().is_hurried = true;
    STANDARD.changed.notify_all();
}

/// Waits until all is written; tells whether it is.
///
/// # Errors
/// When something cannot be written.
pub(super) fn finish() -> io::Result<bool> {
    let mut queue = STANDARD.lock();
    let mut hurried_since = None;
    while !queue.texts.is_empty() {
        let mut longest = Duration::MAX;
        if queue.is_hurried {
            let since = hurried_since.get_or_insert_with(Instant::now);
            longest = PATIENCE.saturating_sub(since.elapsed());
        }
        if longest.is_zero() {
            return Ok(false);
        }
        queue = STANDARD.wait(queue, longest);
    }
    queue.failure.as_ref().map_or(Ok(true), |error| Err(copied(error)))
}

impl Standard {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change, for so long at the most.
    fn wait<'a>(&self, queue: MutexGuard<'a, Queue>, longest: Duration) -> MutexGuard<'a, Queue> {
        self.changed.wait_timeout(queue, longest).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until the queue has something for the task.
    async fn until<T>(&self, find: impl Fn(&Queue) -> Option<T>) -> T {
        loop {
            let mut written = pin!(self.written.notified());
            // What is written from here on is not missed.
            written.as_mut().enable();
            if let Some(found) = find(&self.lock()) {
                return found;
            }
            written.await;
        }
    }

    /// What the thread does.
    fn write_on(&self) {
        loop {
            let is_empty = |queue: &mut Queue| queue.texts.is_empty();
            let queue = self.changed.wait_while(self.lock(), is_empty);
            let text = queue.unwrap_or_else(PoisonError::into_inner).first();
            let written = write(&text);
            self.lock().close(written);
            self.changed.notify_all();
            self.written.notify_waiters();
        }
    }
}

impl Queue {
    fn push(&mut self, text: String) {
        if self.failure.is_none() {
            self.texts.push_back(text);
        }
    }

    fn first(&mut self) -> String {
        self.texts.front_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The first is written, or cannot be.
    fn close(&mut self, written: io::Result<()>) {
        self.texts.pop_front();
        if let Err(error) = written {
            self.failure = Some(error);
            self.texts.clear();
        }
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// The same error once more.
fn copied(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

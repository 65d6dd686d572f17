//! Processes of the command under test.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take before it counts as stuck: far longer than it ever should.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// The command with arguments, on pipes.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rumormill"));
    command.args(arguments).env_remove("RUMORMILL_LOG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the command to its end, with an empty input.
pub(crate) fn finish(arguments: &[&str]) -> Finished {
    let mut running = start(arguments);
    running.close_input();
    running.finish()
}

/// Starts the command.
pub(crate) fn start(arguments: &[&str]) -> Running {
    Running::of(command(arguments))
}

/// An empty folder for the test of this name.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    // It is there only where the test has run before.
    let _first_run = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// The end of a stream to be written to, which has no room, and the one that nobody reads.
pub(crate) fn full_stream() -> (UnixStream, UnixStream) {
    let (mut full, unread) = UnixStream::pair().expect("a stream");
    full.set_nonblocking(true).expect("a stream that does not wait");
    while full.write(&[b' '; 1024]).is_ok() {}
    full.set_nonblocking(false).expect("a stream that waits");
    (full, unread)
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Finished {
    /// The standard output, which must be one JSON document and nothing else.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The error of a command that did not do anything, which is one line.
    pub(crate) fn error(&self) -> &str {
        assert_eq!((self.code, &self.out[..]), (Some(2), ""), "{self:?}");
        let line = self.err.strip_suffix('\n').expect("a line");
        assert!(!line.contains('\n'), "one line, not {self:?}");
        line.strip_prefix("error: ").unwrap_or_else(|| panic!("no error in {self:?}"))
    }
}

/// A process that is killed when nobody waits for it any more.
pub(crate) struct Running {
    child: Child,
    input: Option<ChildStdin>,
    out: Option<Lines>,
    err: Option<Lines>,
}

impl Running {
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the command starts");
        let input = child.stdin.take();
        let out = child.stdout.take().map(Lines::of);
        let err = child.stderr.take().map(Lines::of);
        Self { child, input, out, err }
    }

    /// Waits for a line on the standard output that contains the words.
    pub(crate) fn says(&mut self, words: &str) -> String {
        self.out.as_mut().expect("a pipe").wait_for(words)
    }

    /// Waits for a line on the standard error that contains the words.
    pub(crate) fn says_aside(&mut self, words: &str) -> String {
        self.err.as_mut().expect("a pipe").wait_for(words)
    }

    /// Whether the words are among what it was waited for on the standard output.
    pub(crate) fn has_said(&self, words: &str) -> bool {
        self.out.as_ref().is_some_and(|out| out.so_far.contains(words))
    }

    /// Writes to the standard input.
    pub(crate) fn hears(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("an open input");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the process listens");
    }

    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(status.success(), "{kill}");
    }

    /// The most memory that it has had at any time, in KiB; `None` where the system does not tell.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        self.status("VmHWM:")?.strip_suffix(" kB")?.parse().ok()
    }

    /// Whether it would hear of SIGTERM; `None` where the system does not tell.
    pub(crate) fn listens_for_signals(&self) -> Option<bool> {
        let caught = u64::from_str_radix(&self.status("SigCgt:")?, 16).ok()?;
        Some(caught >> 14 & 1 == 1)
    }

    fn status(&self, key: &str) -> Option<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let value = status.lines().find_map(|line| line.strip_prefix(key))?;
        Some(value.trim().into())
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Finished {
        let out = self.out.take().map(Lines::all).unwrap_or_default();
        let err = self.err.take().map(Lines::all).unwrap_or_default();
        let since = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("a process of ours") {
                Some(status) => break status,
                None if since.elapsed() > LIMIT => panic!("it does not end: {out}{err}"),
                None => thread::sleep(Duration::from_millis(5)),
            }
        };
        Finished { code: status.code(), out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when the process has ended, as it should have.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// What a process writes, line by line.
struct Lines {
    lines: Receiver<String>,
    so_far: String,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let (tell, lines) = channel();
        thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = String::new();
            while pipe.read_line(&mut line).is_ok_and(|length| length > 0) {
                if tell.send(std::mem::take(&mut line)).is_err() {
                    return;
                }
            }
        });
        Self { lines, so_far: String::new() }
    }

    fn wait_for(&mut self, words: &str) -> String {
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => {
                    self.so_far.push_str(&line);
                    if line.contains(words) {
                        return line;
                    }
                }
                Err(error) => panic!("{error}, waiting for {words:?} in {:?}", self.so_far),
            }
        }
    }

    /// Everything that was written, to the end.
    fn all(mut self) -> String {
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => self.so_far.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => return self.so_far,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end: {:?}", self.so_far),
            }
        }
    }
}

//! The lines of the standard input, each of bounded length.

use std::io::{self, BufRead};
use std::thread;

use bytes::Bytes;
use tokio::sync::mpsc;

/// How many lines may wait for the node.
const WAITING: usize = 16;

/// A line of the input, without its end.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Line {
    /// A line that is to be broadcast, in whatever encoding.
    Text(Bytes),
    /// A line of more bytes than are read.
    TooLong,
}

/// The lines of the standard input; of longer ones than `limit` bytes nothing is kept. No more come
/// after its end, or after an error.
///
/// They are read by a thread of its own, since a read cannot be called off when the process is to
/// end.
pub(super) fn of_standard_input(limit: u32) -> mpsc::Receiver<io::Result<Line>> {
    let (pass, lines) = mpsc::channel(WAITING);
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(line) = next_line(&mut input, limit).transpose() {
            let failed = line.is_err();
            if pass.blocking_send(line).is_err() || failed {
                return;
            }
        }
    });
    lines
}

/// `None` at the end of the input.
fn next_line(input: &mut impl BufRead, limit: u32) -> io::Result<Option<Line>> {
    const LONGEST_END: u64 = 2;
    let mut line = Vec::new();
    if io::Read::take(&mut *input, u64::from(limit) + LONGEST_END).read_until(b'\n', &mut line)?
        == 0
    {
        return Ok(None);
    }
    let ended = line.pop_if(|&mut last| last == b'\n').is_some();
    if ended {
        line.pop_if(|&mut last| last == b'\r');
    }
    if line.len() as u64 <= u64::from(limit) {
        return Ok(Some(Line::Text(line.into())));
    }
    if !ended {
        input.skip_until(b'\n')?;
    }
    Ok(Some(Line::TooLong))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8]) -> Vec<Line> {
        let mut input = input;
        std::iter::from_fn(|| next_line(&mut input, 4).expect("memory does not fail")).collect()
    }

    fn text(line: &'static str) -> Line {
        Line::Text(Bytes::from_static(line.as_bytes()))
    }

    #[test]
    fn lines_lose_their_ends_and_nothing_else() {
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"\n\r\na\r\n\rb\r\nc"), ["", "", "a", "\rb", "c"].map(text));
        assert_eq!(lines(b"abcd\nabcd\r\nabcd"), ["abcd", "abcd", "abcd"].map(text));
        assert_eq!(lines(b"\xff\xfe\n"), [Line::Text(Bytes::from_static(b"\xff\xfe"))]);
    }

    #[test]
    fn longer_lines_are_told_and_those_after_them_are_read() {
        let long = || Line::TooLong;
        assert_eq!(lines(b"abcde\nx"), [long(), text("x")]);
        assert_eq!(lines(b"abcdef\nx"), [long(), text("x")]);
        assert_eq!(lines(b"abcdefghijklm\r\n\nx\n"), [long(), text(""), text("x")]);
        assert_eq!(lines(b"abcdefghijklm"), [long()]);
    }
}

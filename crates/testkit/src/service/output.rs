//! What a service prints, as it prints it.

use std::{sync::Arc, time::Instant};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, BufReader},
    sync::watch,
    task::JoinSet,
};

use crate::guard::Guard;

/// One line of output.
#[derive(Clone, Debug)]
pub struct Line {
    /// When it was read.
    pub at: Instant,
    /// Where it was printed.
    pub stream: Stream,
    /// The line, without its end.
    pub text: String,
}

/// One of the two streams of output.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a process has two")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// The lines so far, in a channel that closes when the service has ended.
#[derive(Debug)]
pub(super) struct Output {
    lines: watch::Receiver<Vec<Line>>,
}

impl Output {
    /// Reads the output of a server until its end.
    pub(super) fn record(guard: &mut Guard) -> (Self, JoinSet<()>) {
        let (sender, lines) = watch::channel(Vec::new());
        let sender = Arc::new(sender);
        let mut readers = JoinSet::new();
        if let Some((stdout, stderr)) = guard.take_output() {
            readers.spawn(read(stdout, Stream::Stdout, sender.clone()));
            if let Some(stderr) = stderr {
                readers.spawn(read(BufReader::new(stderr), Stream::Stderr, sender));
            }
        }
        (Self { lines }, readers)
    }

    /// Waits for a line that contains `pattern`; there is none if the output ends before.
    pub(super) async fn line_with(&self, pattern: &str) -> Option<Line> {
        let mut lines = self.lines.clone();
        let find = |lines: &[Line]| lines.iter().find(|line| line.text.contains(pattern)).cloned();
        let seen = lines.wait_for(|lines| find(lines).is_some()).await;
        find(&seen.ok()?)
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        self.lines.borrow().clone()
    }

    pub(super) fn text(&self) -> String {
        self.lines.borrow().iter().flat_map(|line| [line.text.as_str(), "\n"]).collect()
    }
}

async fn read(mut stream: impl AsyncBufRead + Unpin, name: Stream, lines: Arc<watch::Sender<Vec<Line>>>) {
    let mut bytes = Vec::new();
    while stream.read_until(b'\n', &mut bytes).await.is_ok_and(|count| count > 0) {
        let text = String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned();
        lines.send_modify(|lines| lines.push(Line { at: Instant::now(), stream: name, text }));
        bytes.clear();
    }
}

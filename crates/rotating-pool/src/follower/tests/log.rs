//! What the follower of a test has logged.
//!
//! A test and its follower run on one thread, which has its own lines. The subscriber is that of the whole process: one of
//! a test alone misses events that another test is just about to log for the first time.

use std::{cell::RefCell, io, sync::Once};

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Lines;

/// Keeps what is logged from here on.
pub(super) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing_subscriber::fmt().with_ansi(false).with_writer(|| Lines).init());
}

/// Returns the last line with this in it.
pub(super) fn line(text: &str) -> String {
    let log = LINES.with_borrow(|lines| String::from_utf8_lossy(lines).into_owned());
    log.lines().rfind(|line| line.contains(text)).unwrap_or_default().to_owned()
}

impl io::Write for Lines {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(text));
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

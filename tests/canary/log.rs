//! The log of every crate in the process at its loudest.

use std::{
    io::{self, Write},
    panic,
    sync::{Arc, Mutex, OnceLock},
};

use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

/// Everything that was logged since the start of the process: `tracing` and `log`, every target, at TRACE,
/// and every panic.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Returns the log, which begins with the first call.
    pub fn capture() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Self::default();
            let events = tracing_subscriber::fmt::format::FmtSpan::FULL;
            tracing_subscriber::fmt()
                .with_max_level(LevelFilter::TRACE)
                .with_span_events(events)
                .with_ansi(false)
                .with_writer(log.clone())
                .init();
            let panics = log.clone();
            let usual = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                // Who cannot write it down can still fail.
                let _unheard = writeln!(panics.clone(), "{panic}");
                usual(panic);
            }));
            log
        })
        .clone()
    }

    /// Returns the text from the byte `from` on.
    #[must_use]
    pub fn text_from(&self, from: usize) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()[from..]).into_owned()
    }

    /// Returns how many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Returns whether nothing was logged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::ErrorKind::Other)?.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

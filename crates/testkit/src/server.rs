//! What every server has: a directory, a log and a guard.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    Error, Result, Tools,
    error::tail,
    guard::{Guard, Order},
    postgres::Account,
};

/// The command line of a server, and who runs it.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) argv: Vec<String>,
    pub(crate) account: Option<Account>,
    /// The signal that ends it fast when nobody needs its data any more.
    pub(crate) last_signal: &'static str,
}

/// A server's process, if it runs, and the directory that outlives it.
#[derive(Debug)]
pub(crate) struct Server {
    name: &'static str,
    guard: Option<Guard>,
    directory: TempDir,
}

impl Server {
    pub(crate) fn new(name: &'static str) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("testkit-").tempdir();
        let directory = directory.map_err(Error::io("make a temporary directory"))?;
        Ok(Self { name, guard: None, directory })
    }

    /// Starts the process and waits until it is ready, which is asked with its process id.
    ///
    /// Returns `false` if something it needs, such as its port, is still in use.
    pub(crate) async fn launch(&mut self, launch: Launch, ready: impl AsyncFn(u32) -> bool) -> Result<bool> {
        let directory = self.directory.path().to_owned();
        fs::write(self.log_path(), "").map_err(Error::io("empty a log"))?;
        let order = Order {
            argv: launch.argv,
            env: None,
            directory: directory.clone(),
            log: Some(self.log_path()),
            account: launch.account,
            last_signal: launch.last_signal,
            grace: Duration::from_secs(5),
            remove: Some(directory),
        };
        let mut guard = Guard::spawn(&Tools::python(), &order).await?;
        let deadline = Instant::now() + START_LIMIT;
        while !ready(guard.pid()).await {
            if guard.has_ended() || Instant::now() > deadline {
                return if self.log().contains("in use") { Ok(false) } else { Err(self.start_error()) };
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.guard = Some(guard);
        Ok(true)
    }

    pub(crate) async fn end(&mut self, signal: &str) -> Result<()> {
        match self.guard.take() {
            Some(guard) => guard.end(signal).await.map(drop),
            None => Ok(()),
        }
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.guard.as_ref().map(Guard::pid)
    }

    pub(crate) fn start_error(&self) -> Error {
        Error::Start { server: self.name, log: tail(&self.log(), 10) }
    }

    pub(crate) fn log_path(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }
}

const START_LIMIT: Duration = Duration::from_secs(30);

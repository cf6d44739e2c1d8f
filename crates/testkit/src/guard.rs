//! A server that dies with its owner, even when the owner is killed.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
};

use crate::{Error, Result, error::tail, postgres::Account};

/// What to run, and how to end it.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) argv: Vec<String>,
    /// The whole environment, or `None` for the owner's own.
    pub(crate) env: Option<BTreeMap<String, String>>,
    pub(crate) directory: PathBuf,
    /// Where the server's output goes; `None` leaves it to [`Guard::take_output`].
    pub(crate) log: Option<PathBuf>,
    pub(crate) account: Option<Account>,
    /// The signal sent once the owner is gone, such as `TERM`.
    pub(crate) last_signal: &'static str,
    /// How long the server may take to obey it.
    pub(crate) grace: Duration,
    /// Removed after the server when the owner is gone.
    pub(crate) remove: Option<PathBuf>,
}

/// A running server, and the small process that watches over it.
///
/// The watcher waits for the end of a pipe which this holds, so it needs nobody to tell it of the owner's death;
/// the server in turn asks the kernel (on Linux) to be killed with the watcher.
#[derive(Debug)]
pub(crate) struct Guard {
    process: Child,
    orders: Option<ChildStdin>,
    output: Option<(BufReader<ChildStdout>, Option<ChildStderr>)>,
    pid: u32,
    grace: Duration,
}

impl Guard {
    pub(crate) async fn spawn(python: &Path, order: &Order) -> Result<Self> {
        let mut process = Command::new(python)
            .args(["-I", "-S", "-c", WATCHER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| Error::NoPython { source })?;
        let (Some(mut orders), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            unreachable!("both are piped");
        };

        let program = order.argv.first().cloned().unwrap_or_default();
        let failed = || format!("start {program}");
        orders.write_all(format!("{}\n", order.to_json()).as_bytes()).await.map_err(Error::io(failed()))?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line).await.map_err(Error::io(failed()))?;
        let Ok(pid) = line.trim().parse() else {
            let printed = process.wait_with_output().await.map_err(Error::io(failed()))?;
            return Err(Error::Program {
                program,
                output: tail(&String::from_utf8_lossy(&printed.stderr), 5),
            });
        };
        let output = Some((stdout, process.stderr.take()));
        Ok(Self { process, orders: Some(orders), output, pid, grace: order.grace })
    }

    /// Sends the server a signal, such as `TERM`; one that has ended does not mind.
    pub(crate) async fn signal(&mut self, name: &str) {
        if let Some(orders) = &mut self.orders {
            // The pipe breaks when the server has ended, and there is nobody left to tell.
            let _gone = orders.write_all(format!("{name}\n").as_bytes()).await;
        }
    }

    /// Waits for the server's end and returns its exit status.
    pub(crate) async fn wait(&mut self) -> Result<ExitStatus> {
        self.process.wait().await.map_err(Error::io("wait for a server"))
    }

    /// Sends a signal and waits for the end; kills a server that does not obey in time.
    pub(crate) async fn end(mut self, signal: &str) -> Result<ExitStatus> {
        self.signal(signal).await;
        if let Ok(status) = tokio::time::timeout(self.grace, self.wait()).await {
            return status;
        }
        self.signal("KILL").await;
        self.wait().await
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    /// The server's standard output and error, once.
    pub(crate) fn take_output(&mut self) -> Option<(BufReader<ChildStdout>, Option<ChildStderr>)> {
        self.output.take()
    }

    /// The server's process id, not the watcher's.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.orders.take();
        let deadline = Instant::now() + self.grace + Duration::from_secs(1);
        while !self.has_ended() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Order {
    fn to_json(&self) -> serde_json::Value {
        json!({
            "argv": self.argv,
            "env": self.env,
            "directory": self.directory,
            "log": self.log,
            "account": self.account.map(|account| (account.uid, account.gid)),
            "last_signal": self.last_signal,
            "grace": self.grace.as_secs_f64(),
            "remove": self.remove,
        })
    }
}

const WATCHER: &str = include_str!("guard.py");

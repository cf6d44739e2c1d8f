//! One of the example services, run as a process.

mod build;
mod output;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitStatus,
    time::{Duration, Instant},
};

use reqwest::{Client, Method};
use serde_json::Value;
use tokio::{net::TcpSocket, task::JoinSet};

pub use output::{Line, Stream};

use self::output::Output;
use crate::{
    Error, Result, Tools,
    error::tail,
    guard::{Guard, Order},
    port,
};

/// A running example service, with nothing in its environment but what it was given, and its output on record.
///
/// It is killed when the value is dropped or its process dies.
#[derive(Debug)]
pub struct Service {
    guard: Guard,
    output: Output,
    readers: JoinSet<()>,
    client: Client,
    address: SocketAddr,
    _port: Option<TcpSocket>,
}

impl Service {
    /// Builds a package of this workspace as the caller was built, and returns its binary.
    ///
    /// # Errors
    ///
    /// Cargo may not build it.
    pub async fn build(package: &str) -> Result<PathBuf> {
        build::build(package).await
    }

    /// Starts the binary with exactly this environment, and a `PORT` from the system unless it has one.
    ///
    /// It returns at once: [`Service::wait_ready`] waits until it serves.
    ///
    /// # Errors
    ///
    /// The process may not start.
    pub async fn start<N: Into<String>, V: Into<String>>(
        binary: &Path,
        env: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self> {
        let mut env: BTreeMap<String, String> =
            env.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let (port, reserved) = match env.get("PORT").and_then(|port| port.parse().ok()) {
            Some(port) => (port, None),
            None => port::reserved()?,
        };
        env.entry("PORT".into()).or_insert_with(|| port.to_string());
        let order = Order {
            argv: vec![binary.display().to_string()],
            env: Some(env),
            directory: std::env::temp_dir(),
            log: None,
            account: None,
            last_signal: "KILL",
            grace: Duration::from_secs(5),
            remove: None,
        };
        let mut guard = Guard::spawn(&Tools::python(), &order).await?;
        let (output, readers) = Output::record(&mut guard);
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build();
        Ok(Self {
            guard,
            output,
            readers,
            client: client.map_err(|source| Error::Http {
                method: String::new(),
                url: String::new(),
                source,
            })?,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            _port: reserved,
        })
    }

    /// Waits for a line of output that contains `pattern`, and returns it.
    ///
    /// # Errors
    ///
    /// The line may not come in time, or the service may end before it.
    pub async fn wait_line(&self, pattern: &str, limit: Duration) -> Result<Line> {
        let found = tokio::time::timeout(limit, self.output.line_with(pattern)).await;
        found.ok().flatten().ok_or_else(|| self.timeout(format!("a line with {pattern:?}"), limit))
    }

    /// Waits until `GET /readyz` answers 200.
    ///
    /// # Errors
    ///
    /// That may not happen in time, or the service may end before it.
    pub async fn wait_ready(&mut self, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        while !matches!(self.get("/readyz").await, Ok((200, _))) {
            if self.guard.has_ended() {
                self.read_to_the_end().await;
                return Err(self.timeout("the service to be ready, which has ended".into(), limit));
            }
            if Instant::now() > deadline {
                return Err(self.timeout("the service to be ready".into(), limit));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits for the end of the service and of its output.
    ///
    /// # Errors
    ///
    /// The service may not end in time.
    pub async fn wait_exit(&mut self, limit: Duration) -> Result<ExitStatus> {
        match tokio::time::timeout(limit, self.guard.wait()).await {
            Ok(status) => {
                self.read_to_the_end().await;
                status
            }
            Err(_) => Err(self.timeout("the service to end".into(), limit)),
        }
    }

    /// Waits for the last lines of a service that has ended.
    async fn read_to_the_end(&mut self) {
        while self.readers.join_next().await.is_some() {}
    }

    /// Sends SIGTERM.
    pub async fn terminate(&mut self) {
        self.guard.signal("TERM").await;
    }

    /// Sends SIGINT.
    pub async fn interrupt(&mut self) {
        self.guard.signal("INT").await;
    }

    /// Sends SIGKILL.
    pub async fn kill(&mut self) {
        self.guard.signal("KILL").await;
    }

    /// Sends SIGSTOP: the process stands still until [`resume`](Self::resume), and the world goes on.
    pub async fn pause(&mut self) {
        self.guard.signal("STOP").await;
    }

    /// Sends SIGCONT.
    pub async fn resume(&mut self) {
        self.guard.signal("CONT").await;
    }

    /// Asks with GET and returns the status and the JSON body; a body that is no JSON comes as a text.
    ///
    /// # Errors
    ///
    /// The service may not answer.
    pub async fn get(&self, path: &str) -> Result<(u16, Value)> {
        self.send(Method::GET, path).await
    }

    /// Asks with POST and returns the status and the JSON body; a body that is no JSON comes as a text.
    ///
    /// # Errors
    ///
    /// The service may not answer.
    pub async fn post(&self, path: &str) -> Result<(u16, Value)> {
        self.send(Method::POST, path).await
    }

    /// The address it was told to listen on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The lines it has printed so far, each with its time.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.output.lines()
    }

    /// Everything it has printed so far.
    #[must_use]
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// The service's process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.guard.pid()
    }

    async fn send(&self, method: Method, path: &str) -> Result<(u16, Value)> {
        let url = format!("http://{}{path}", self.address);
        let unanswered = |source| Error::Http { method: method.to_string(), url: url.clone(), source };
        let response = self.client.request(method.clone(), &url).send().await.map_err(unanswered)?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(unanswered)?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    fn timeout(&self, awaited: String, limit: Duration) -> Error {
        Error::Timeout { awaited, limit, output: tail(&self.output(), 20) }
    }
}

//! An OpenBao server.

mod admin;
mod cluster;
mod node;

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

pub use admin::{Admin, TokenInfo};
pub use cluster::Cluster;
pub use node::Tls;

use self::node::Node;
use crate::{
    Error, Result, Tools, port,
    server::{Launch, Server},
};

/// An OpenBao (or Vault) server of its own, initialised and unsealed, with its data on disk.
///
/// It is no development server: it can be killed and started again on the same storage, and comes up sealed. It is
/// gone when the value is dropped or its process dies.
#[derive(Debug)]
pub struct Vault {
    server: Server,
    bao: String,
    port: u16,
    node: Node,
    unseal_key: String,
    admin: Admin,
}

impl Vault {
    /// Starts a server, initialises and unseals it.
    ///
    /// # Errors
    ///
    /// The binary may be missing, or the server may not start.
    pub async fn start() -> Result<Self> {
        let mut vault = Self::new(Node::single())?;
        vault.launch_somewhere().await?;
        vault.initialise().await?;
        Ok(vault)
    }

    /// Starts a server that listens with TLS as well, see [`tls_address`](Self::tls_address).
    ///
    /// # Errors
    ///
    /// The binary may be missing, or the server may not start, such as with files it cannot use.
    pub async fn start_with_tls(tls: Tls) -> Result<Self> {
        let mut vault = Self::new(Node::with_tls(tls))?;
        vault.launch_somewhere().await?;
        vault.initialise().await?;
        Ok(vault)
    }

    /// Starts a server that writes down every request, see [`audit`](Self::audit).
    ///
    /// # Errors
    ///
    /// The binary may be missing, or the server may not start.
    pub async fn start_audited() -> Result<Self> {
        let mut vault = Self::new(Node::audited())?;
        vault.launch_somewhere().await?;
        vault.initialise().await?;
        Ok(vault)
    }

    fn new(node: Node) -> Result<Self> {
        let bao = Tools::locate()?.bao.display().to_string();
        let server = Server::new("Vault")?;
        Ok(Self { server, bao, port: 0, node, unseal_key: String::new(), admin: Admin::new("", "") })
    }

    /// Kills the server with SIGKILL.
    ///
    /// # Errors
    ///
    /// The process may not be waited for.
    pub async fn kill(&mut self) -> Result<()> {
        self.server.end("KILL").await
    }

    /// Stops the server in good order.
    ///
    /// # Errors
    ///
    /// The process may not be waited for.
    pub async fn stop(&mut self) -> Result<()> {
        self.server.end("TERM").await
    }

    /// Starts the server again on the same storage and port, sealed, after stopping it if it still runs.
    ///
    /// # Errors
    ///
    /// The server may not start, such as when somebody else took the port.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        for _ in 0..port::ATTEMPTS {
            if self.launch().await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(self.server.start_error())
    }

    /// Unseals the server and waits until it is active, or a standby of a [`Cluster`].
    ///
    /// # Errors
    ///
    /// The server may not answer, or not become active in time.
    pub async fn unseal(&self) -> Result<()> {
        self.admin.put("sys/unseal", json!({ "key": self.unseal_key })).await?;
        let deadline = Instant::now() + UNSEAL_LIMIT;
        while !self.node.is_up(self.admin.health().await?) {
            if Instant::now() > deadline {
                return Err(self.server.start_error());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Seals the server.
    ///
    /// # Errors
    ///
    /// The server may not answer.
    pub async fn seal(&self) -> Result<()> {
        self.admin.put("sys/seal", json!({})).await.map(drop)
    }

    /// The operator's client, with the root token.
    #[must_use]
    pub fn admin(&self) -> &Admin {
        &self.admin
    }

    /// The server's address, such as `http://127.0.0.1:8200`, the same after a restart.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The address of the listener with TLS, such as `https://127.0.0.1:8201`.
    #[must_use]
    pub fn tls_address(&self) -> String {
        format!("https://127.0.0.1:{}", self.node.tls_port())
    }

    /// Makes the server read the files of its TLS again. It does so soon after.
    ///
    /// # Errors
    ///
    /// The server may not run.
    pub fn reload(&self) -> Result<()> {
        let pid = self.pid().and_then(|pid| rustix::process::Pid::from_raw(pid.try_into().ok()?));
        let sent = pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::HUP));
        match sent {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(Error::io("send a signal")(error.into())),
            None => Err(self.server.start_error()),
        }
    }

    /// Returns the audit log so far: an entry for each request, and one for its answer, with an HMAC in the place of
    /// what is secret.
    ///
    /// # Errors
    ///
    /// The server may have been started without one.
    pub fn audit(&self) -> Result<Vec<Value>> {
        let log = fs::read_to_string(node::audit_log(self.server.directory()));
        let log = log.map_err(Error::io("read the audit log"))?;
        // The last line may not be whole yet.
        Ok(log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// The server's process id, if it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    /// Starts the server on a port of the system.
    async fn launch_somewhere(&mut self) -> Result<()> {
        for _ in 0..port::ATTEMPTS {
            self.port = port::free()?;
            self.node.choose_port()?;
            self.admin = Admin::new(&self.address(), "");
            if self.launch().await? {
                return Ok(());
            }
        }
        Err(self.server.start_error())
    }

    async fn launch(&mut self) -> Result<bool> {
        let directory = self.server.directory();
        fs::create_dir_all(directory.join("data")).map_err(Error::io("make a directory"))?;
        let config = directory.join("config.json");
        let text = self.node.config(directory, self.port).to_string();
        fs::write(&config, text).map_err(Error::io("write Vault's configuration"))?;
        let argv = [&self.bao, "server", "-config", &config.display().to_string()];
        let launch = Launch { argv: argv.map(str::to_owned).to_vec(), account: None, last_signal: "KILL" };
        let (admin, log) = (&self.admin, self.server.log_path());
        // An answer alone may come from somebody else who was given the same port.
        let started = || fs::read_to_string(&log).is_ok_and(|log| log.contains("server started!"));
        self.server.launch(launch, async |_| started() && admin.health().await.is_ok()).await
    }

    async fn initialise(&mut self) -> Result<()> {
        let shares = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let keys = self.admin.put("sys/init", shares).await?;
        self.unseal_key = keys["keys_base64"][0].as_str().unwrap_or_default().to_owned();
        self.admin = Admin::new(&self.address(), keys["root_token"].as_str().unwrap_or_default());
        self.unseal().await
    }
}

const UNSEAL_LIMIT: Duration = Duration::from_secs(30);

//! A PostgreSQL server.

mod account;
mod cluster;
mod psql;

use std::time::Duration;

pub(crate) use account::Account;

use self::{cluster::Cluster, psql::Psql};
use crate::{
    Result, Tools, port,
    server::{Launch, Server},
};

/// A PostgreSQL server of its own, with an empty cluster.
///
/// It listens on the loopback address, asks for SCRAM passwords, keeps nothing safe from a power cut, and is gone
/// when the value is dropped or its process dies. As root it runs as an unprivileged user.
#[derive(Debug)]
pub struct Postgres {
    server: Server,
    cluster: Cluster,
    port: u16,
}

impl Postgres {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// The binaries may be missing, or the server may not start.
    pub async fn start() -> Result<Self> {
        let tools = Tools::locate()?;
        let server = Server::new("PostgreSQL")?;
        let cluster = Cluster::init(&tools.postgres, server.directory()).await?;
        let mut postgres = Self { server, cluster, port: 0 };
        for _ in 0..port::ATTEMPTS {
            postgres.port = port::free()?;
            if postgres.launch().await? {
                return Ok(postgres);
            }
        }
        Err(postgres.server.start_error())
    }

    /// Stops the server in good order: open transactions are rolled back.
    ///
    /// # Errors
    ///
    /// The process may not be waited for.
    pub async fn stop(&mut self) -> Result<()> {
        self.server.end("INT").await
    }

    /// Kills the server with SIGKILL.
    ///
    /// # Errors
    ///
    /// The process may not be waited for.
    pub async fn kill(&mut self) -> Result<()> {
        self.server.end("KILL").await
    }

    /// Starts the server again on the same data and port, after stopping it if it still runs.
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

    /// Runs SQL in the database `postgres` as the superuser and returns the rows; NULL is an empty text.
    ///
    /// # Errors
    ///
    /// The server's own message, if it refuses.
    pub async fn query(&self, sql: &str) -> Result<Vec<Vec<String>>> {
        self.psql().run("postgres", sql).await
    }

    /// Runs SQL in the named database as the superuser.
    ///
    /// # Errors
    ///
    /// The server's own message, if it refuses.
    pub async fn execute(&self, database: &str, sql: &str) -> Result<Vec<Vec<String>>> {
        self.psql().run(database, sql).await
    }

    /// Creates a database.
    ///
    /// # Errors
    ///
    /// The server's own message, if it refuses.
    pub async fn create_database(&self, name: &str) -> Result<()> {
        self.query(&format!("create database {}", identifier(name))).await.map(drop)
    }

    /// Returns the roles whose names begin with `prefix`.
    ///
    /// # Errors
    ///
    /// The server's own message, if it refuses.
    pub async fn roles_like(&self, prefix: &str) -> Result<Vec<String>> {
        let sql = format!(
            "select rolname from pg_roles where starts_with(rolname, {}) order by rolname",
            literal(prefix)
        );
        Ok(self.query(&sql).await?.into_iter().flatten().collect())
    }

    /// The address it listens on.
    #[must_use]
    pub fn host(&self) -> &'static str {
        "127.0.0.1"
    }

    /// The port it listens on, the same after a restart.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The name of the superuser.
    #[must_use]
    pub fn superuser(&self) -> &'static str {
        cluster::SUPERUSER
    }

    /// The superuser's password.
    #[must_use]
    pub fn password(&self) -> &str {
        self.cluster.password()
    }

    /// The server's process id, if it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    async fn launch(&mut self) -> Result<bool> {
        let cluster = &self.cluster;
        let launch =
            Launch { argv: cluster.server(self.port), account: cluster.account(), last_signal: "QUIT" };
        self.server.launch(launch, async |pid| cluster.accepts_connections(pid)).await
    }

    fn psql(&self) -> Psql<'_> {
        Psql { bin: self.cluster.bin(), port: self.port, password: self.password() }
    }
}

/// Quotes a name for SQL.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a text for SQL.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

//! A MariaDB or MySQL server of a test's own.

use std::{
    env,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
};

use sqlx::{
    AssertSqlSafe, MySqlPool,
    mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode},
};
use tokio::process::{Child, Command};

use crate::{Place, eventually};

/// The process, and its superuser.
#[derive(Debug)]
pub struct Server {
    process: Child,
    daemon: PathBuf,
    directory: tempfile::TempDir,
    port: u16,
    admin: MySqlPool,
}

impl Server {
    /// Starts one with an empty table `app.orders`. Returns nothing, and says so, where there is none on this machine.
    pub async fn start() -> Option<Self> {
        let Some(daemon) = find(&["mariadbd", "mysqld"]) else {
            assert!(env::var_os("MARIADB_REQUIRED").is_none(), "there is no MariaDB or MySQL server");
            // Past what a test that succeeds is not heard of.
            let said = b"NOT TESTED: the pool of MySQL, for want of a server: set MARIADB_BIN_DIR\n";
            std::io::stderr().write_all(said).unwrap();
            return None;
        };
        let directory = tempfile::tempdir().unwrap();
        initialise(&daemon, directory.path()).await;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = spawn(&daemon, directory.path(), port);
        let options = MySqlConnectOptions::new()
            .socket(directory.path().join("socket"))
            .username("root")
            .ssl_mode(MySqlSslMode::Disabled);
        let admin = MySqlPoolOptions::new().max_connections(2).connect_lazy_with(options);
        let server = Self { process, daemon, directory, port, admin };
        server.serves().await;
        server.run("CREATE DATABASE app").await;
        server.run("CREATE TABLE app.orders (id BIGINT AUTO_INCREMENT PRIMARY KEY, note TEXT)").await;
        Some(server)
    }

    /// Kills the server.
    pub async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// Starts it again after a kill.
    pub async fn restart(&mut self) {
        self.process = spawn(&self.daemon, self.directory.path(), self.port);
        self.serves().await;
    }

    async fn serves(&self) {
        eventually("the server starts", async || sqlx::query("SELECT 1").execute(&self.admin).await.is_ok())
            .await;
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        Place { host: "127.0.0.1".to_owned(), port: self.port }
    }

    /// Runs SQL as the superuser.
    pub async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.admin).await.unwrap();
    }

    /// Asks for a number as the superuser.
    pub async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.admin).await.unwrap()
    }
}

fn spawn(daemon: &Path, directory: &Path, port: u16) -> Child {
    Command::new(daemon)
        .arg("--no-defaults")
        .arg(format!("--datadir={}", directory.join("data").display()))
        .arg(format!("--socket={}", directory.join("socket").display()))
        .arg(format!("--pid-file={}", directory.join("pid").display()))
        .env("TMPDIR", directory)
        .args([&format!("--port={port}"), "--bind-address=127.0.0.1", "--user=root"])
        .args(["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

async fn initialise(daemon: &Path, directory: &Path) {
    let mut command = match find(&["mariadb-install-db", "mysql_install_db"]) {
        Some(script) => {
            let mut command = Command::new(script);
            command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
            command
        }
        None => {
            let mut command = Command::new(daemon);
            command.args(["--no-defaults", "--initialize-insecure"]);
            command
        }
    };
    let data = directory.join("data");
    // Two of them in one directory take each other's files away.
    let command = command.arg("--user=root").arg(format!("--datadir={}", data.display()));
    let output = command.env("TMPDIR", directory).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let named = env::var_os("MARIADB_BIN_DIR").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = named.into_iter().chain(env::split_paths(&path)).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.exists())
}

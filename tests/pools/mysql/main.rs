//! The pool of MySQL, on a real MariaDB or MySQL server.
//!
//! The server is the `mariadbd` or `mysqld` in `MARIADB_BIN_DIR`, or on the path. Without one nothing is tested here, and
//! the test says so; with `MARIADB_REQUIRED` set it fails.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]
#![expect(clippy::print_stderr, reason = "what is not tested has to be said")]

use std::{
    env,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use pool_tests::eventually;
use secrets_config_core::{DbCredentials, rotating};
use sqlx::{
    AssertSqlSafe, MySqlPool,
    mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode},
};
use tokio::process::{Child, Command};

struct Server {
    _process: Child,
    _directory: tempfile::TempDir,
    port: u16,
    admin: MySqlPool,
}

impl Server {
    async fn start() -> Option<Self> {
        let Some(daemon) = find(&["mariadbd", "mysqld"]) else {
            assert!(env::var_os("MARIADB_REQUIRED").is_none(), "there is no MariaDB or MySQL server");
            eprintln!("NOT TESTED: the pool of MySQL, for want of a server: set MARIADB_BIN_DIR");
            return None;
        };
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        initialise(&daemon, &data).await;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(&daemon)
            .arg("--no-defaults")
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--socket={}", directory.path().join("socket").display()))
            .arg(format!("--pid-file={}", directory.path().join("pid").display()))
            .args([&format!("--port={port}"), "--bind-address=127.0.0.1", "--user=root"])
            .args(["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let options = MySqlConnectOptions::new()
            .socket(directory.path().join("socket"))
            .username("root")
            .ssl_mode(MySqlSslMode::Disabled);
        let admin = MySqlPoolOptions::new().max_connections(2).connect_lazy_with(options);
        eventually("the server starts", async || sqlx::query("SELECT 1").execute(&admin).await.is_ok()).await;
        let server = Self { _process: process, _directory: directory, port, admin };
        server.run("CREATE DATABASE app").await;
        server.run("CREATE TABLE app.orders (id BIGINT AUTO_INCREMENT PRIMARY KEY, note TEXT)").await;
        Some(server)
    }

    async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.admin).await.unwrap();
    }

    async fn make(&self, user: &str) -> DbCredentials {
        self.run(&format!("CREATE USER '{user}'@'%' IDENTIFIED BY 'password of {user}'")).await;
        self.run(&format!("GRANT SELECT, INSERT ON app.* TO '{user}'@'%'")).await;
        DbCredentials::new(user, format!("password of {user}"))
    }

    fn options(&self) -> MySqlConnectOptions {
        MySqlConnectOptions::new()
            .host("127.0.0.1")
            .port(self.port)
            .database("app")
            .ssl_mode(MySqlSslMode::Disabled)
    }
}

async fn initialise(daemon: &Path, data: &Path) {
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
    let output =
        command.arg("--user=root").arg(format!("--datadir={}", data.display())).output().await.unwrap();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_query_fails_while_the_login_changes() {
    let Some(server) = Server::start().await else { return };
    let (mut publisher, login) = rotating::channel(server.make("app_1").await);
    let (pool, rotation) = rotating_pool::sqlx::mysql(login)
        .connect_options(server.options())
        .pool_options(MySqlPoolOptions::new().max_connections(4))
        .connect_with_rotation()
        .await
        .unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..6)
        .map(|_| {
            let (pool, stop) = (pool.clone(), stop.clone());
            tokio::spawn(async move {
                let mut queries = 0;
                while !stop.load(Ordering::Relaxed) {
                    sqlx::query("INSERT INTO orders (note) VALUES ('an order')")
                        .execute(&pool)
                        .await
                        .unwrap();
                    queries += 1;
                }
                queries
            })
        })
        .collect();
    for number in 2..=10 {
        let retired = publisher.publish(server.make(&format!("app_{number}")).await);
        tokio::time::timeout(Duration::from_secs(60), retired.released()).await.expect("let go of");
        server.run(&format!("DROP USER 'app_{}'@'%'", number - 1)).await;
        assert_eq!(rotation.generation(), number);
    }
    stop.store(true, Ordering::Relaxed);
    for task in load {
        assert!(task.await.unwrap() > 0);
    }
    let user: String = sqlx::query_scalar("SELECT CURRENT_USER()").fetch_one(&pool).await.unwrap();
    assert_eq!(user, "app_10@%");
    assert!(rotation.counters().drained >= 9, "{rotation:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_lives_until_its_login_ends() {
    let Some(server) = Server::start().await else { return };
    let (mut publisher, login) = rotating::channel(server.make("app_1").await);
    let end = Instant::now() + Duration::from_secs(12);
    publisher.set_expires(Some(end));
    let (pool, rotation) = rotating_pool::sqlx::mysql(login)
        .connect_options(server.options())
        .connect_with_rotation()
        .await
        .unwrap();
    let mut transaction = pool.begin().await.unwrap();
    let insert = "INSERT INTO orders (note) VALUES ('a slow order')";
    sqlx::query(insert).execute(&mut *transaction).await.unwrap();
    let retired = publisher.publish(server.make("app_2").await);
    eventually("the swap", async || rotation.generation() == 2).await;
    sqlx::query(insert).execute(&mut *transaction).await.expect("a swap ends nothing");
    tokio::time::timeout_at(end.into(), retired.released()).await.expect("let go of before the end");
    assert!(sqlx::query(insert).execute(&mut *transaction).await.is_err(), "it was ended");
    assert_eq!(rotation.counters().drained_late, 1);
}

//! Who makes the logins and takes them back, as Vault would.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use secrets_config_core::{
    DbCredentials, Rotating,
    rotating::{self, Publisher, Retired},
};
use sqlx::{
    AssertSqlSafe, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};
use testkit::Postgres;

use crate::{Logins, Place, Pool, Settings};

/// A PostgreSQL server with a database `app`, and the owner of its logins.
pub struct Owner {
    /// The server.
    pub postgres: Postgres,
    admin: PgPool,
    publisher: Publisher<DbCredentials>,
    login: Rotating<DbCredentials>,
    made: Arc<AtomicU32>,
}

impl Owner {
    /// Starts a server and makes the first login, `app_1`.
    pub async fn start() -> Self {
        let postgres = Postgres::start().await.unwrap();
        postgres.create_database("app").await.unwrap();
        let options = PgConnectOptions::new_without_pgpass()
            .host(postgres.host())
            .port(postgres.port())
            .ssl_mode(PgSslMode::Disable)
            .username(postgres.superuser())
            .password(postgres.password())
            .database("app");
        let admin = PgPoolOptions::new().max_connections(2).connect_lazy_with(options);
        let made = Arc::new(AtomicU32::new(0));
        run(
            &admin,
            "CREATE TABLE orders (id bigserial PRIMARY KEY, note text NOT NULL);
             CREATE ROLE app NOLOGIN; GRANT ALL ON orders, orders_id_seq TO app",
        )
        .await;
        let first = make(&admin, &made, "").await;
        let (publisher, login) = rotating::channel(first);
        Self { postgres, admin, publisher, login, made }
    }

    /// Connects a pool to the server.
    pub async fn connect<P: Pool>(&self, settings: &Settings) -> (P, rotating_pool::Rotation) {
        self.connect_through(&self.place(), settings).await
    }

    /// As [`connect`](Self::connect), by way of `place`.
    pub async fn connect_through<P: Pool>(
        &self,
        place: &Place,
        settings: &Settings,
    ) -> (P, rotating_pool::Rotation) {
        P::connect(self.login.clone(), place, settings).await.unwrap()
    }

    /// Where the server is.
    pub fn place(&self) -> Place {
        Place { host: self.postgres.host().to_owned(), port: self.postgres.port() }
    }

    /// The login as the pools see it.
    pub fn login(&self) -> Rotating<DbCredentials> {
        self.login.clone()
    }

    /// Tells when the newest login ends.
    pub fn set_expires(&self, expires: Option<Instant>) {
        self.publisher.set_expires(expires);
    }

    /// Says why there is no other login.
    pub fn set_trouble(&self, cause: Option<Arc<dyn std::error::Error + Send + Sync>>) {
        self.publisher.set_trouble(cause);
    }

    /// The requests of pools to look after their login.
    #[must_use]
    pub fn refresh_requests(&self) -> rotating::RefreshRequests {
        self.publisher.refresh_requests()
    }

    /// Makes a login that may do all the application needs, with more options for it, such as `CONNECTION LIMIT 3`.
    pub async fn make(&self, options: &str) -> DbCredentials {
        make(&self.admin, &self.made, options).await
    }

    /// Makes a login and publishes it in the place of one that is revoked already.
    pub async fn rotate_revoked(&mut self, options: &str) {
        let login = self.make(options).await;
        let _nothing_is_left = self.publish(login);
    }

    /// Publishes a login, and leaves the one before as it is.
    pub fn publish(&mut self, login: DbCredentials) -> Retired {
        self.publisher.publish(login)
    }

    /// As [`publish`](Self::publish), with the time when the login ends.
    pub fn publish_until(&mut self, login: DbCredentials, expires: Instant) -> Retired {
        self.publisher.publish_until(login, Some(expires))
    }

    /// Takes a login back at once, whoever uses it, as Vault does when a lease is revoked.
    pub async fn revoke(&self, user: &str) {
        run(&self.admin, &drop_role(user)).await;
    }

    /// Takes back every login but this one.
    pub async fn revoke_all_but(&self, user: &str) {
        let sql = r"SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'app\_%' AND rolname <> $1";
        let users: Vec<String> = sqlx::query_scalar(sql).bind(user).fetch_all(&self.admin).await.unwrap();
        for user in users {
            self.revoke(&user).await;
        }
    }

    /// Runs SQL as the superuser.
    pub async fn run(&self, sql: &str) {
        run(&self.admin, sql).await;
    }

    /// Asks for a number as the superuser.
    pub async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.admin).await.unwrap()
    }

    /// How many sessions there are of this user.
    pub async fn sessions_of(&self, user: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM pg_stat_activity WHERE usename = '{user}'")).await
    }

    /// Ends the sessions of this user.
    pub async fn end_sessions_of(&self, user: &str) {
        self.run(&format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{user}'"
        ))
        .await;
    }

    /// Watches how many sessions there are of all logins together, until it is dropped.
    pub fn watch_sessions(&self) -> Watch {
        let most = Arc::new(AtomicU32::new(0));
        let (admin, seen) = (self.admin.clone(), Arc::clone(&most));
        let task = tokio::spawn(async move {
            const SQL: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'app'
                AND backend_type = 'client backend' AND usename IS DISTINCT FROM 'postgres'";
            loop {
                let Ok(count) = sqlx::query_scalar::<_, i64>(SQL).fetch_one(&admin).await else { return };
                seen.fetch_max(u32::try_from(count).unwrap_or(0), Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        Watch { most, task }
    }
}

impl Logins for Owner {
    async fn rotate(&mut self) {
        let (login, old) = (self.make("").await, self.login.current().hold().username().to_owned());
        let retired = self.publish(login);
        let admin = self.admin.clone();
        let _dropping = tokio::spawn(async move {
            retired.released().await;
            // At the end of a test the server may be gone.
            let sql = AssertSqlSafe(drop_role(&old));
            if let Err(error @ sqlx::Error::Database(_)) = sqlx::raw_sql(sql).execute(&admin).await {
                eprintln!("cannot drop {old}: {error}");
            }
        });
    }

    async fn logins(&self) -> i64 {
        self.number(r"SELECT count(*) FROM pg_roles WHERE rolname LIKE 'app\_%'").await
    }

    async fn sessions(&self) -> i64 {
        self.number(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = 'app'
             AND usename IS DISTINCT FROM 'postgres'",
        )
        .await
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owner").field("postgres", &self.postgres).finish_non_exhaustive()
    }
}

/// The most sessions there were.
#[derive(Debug)]
pub struct Watch {
    most: Arc<AtomicU32>,
    task: tokio::task::JoinHandle<()>,
}

impl Watch {
    /// Returns the most that were seen so far.
    pub fn most(&self) -> u32 {
        self.most.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn make(admin: &PgPool, made: &AtomicU32, options: &str) -> DbCredentials {
    let user = format!("app_{}", made.fetch_add(1, Ordering::Relaxed) + 1);
    let password = format!("password of {user}");
    run(
        admin,
        &format!(
            "{TURN}; CREATE ROLE {user} LOGIN PASSWORD '{password}' {options};
             GRANT ALL ON orders, orders_id_seq TO {user}"
        ),
    )
    .await;
    DbCredentials::new(user, password)
}

/// Waits until nobody else changes grants: the server refuses to change a table's in two transactions at once.
const TURN: &str = "SELECT pg_advisory_xact_lock(1)";

fn drop_role(user: &str) -> String {
    format!("{TURN}; DROP OWNED BY {user}; DROP ROLE {user}")
}

async fn run(admin: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(admin).await.unwrap();
}

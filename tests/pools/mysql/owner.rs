//! Who makes the logins and takes them back, as Vault would.

use std::time::{Duration, Instant};

use rotating_pool::Rotation;
use secrets_config_core::{
    DbCredentials, Rotating,
    rotating::{self, Publisher, Retired},
};

use super::{Server, SqlxMySql};
use crate::{Logins, Place, Pool, Settings, eventually};

/// A server with a database `app`, and the owner of its logins.
#[derive(Debug)]
pub struct Owner {
    /// The server.
    pub server: Server,
    publisher: Publisher<DbCredentials>,
    login: Rotating<DbCredentials>,
    made: u32,
}

impl Owner {
    /// Starts a server and makes the first login, `app_1`. Nothing where there is no server on this machine.
    pub async fn start() -> Option<Self> {
        let server = Server::start().await?;
        let (publisher, login) = rotating::channel(make(&server, 1).await);
        Some(Self { server, publisher, login, made: 1 })
    }

    /// Connects a pool to the server.
    pub async fn connect(&self, settings: &Settings) -> (SqlxMySql, Rotation) {
        self.connect_through(&self.server.place(), settings).await
    }

    /// As [`connect`](Self::connect), by way of `place`.
    pub async fn connect_through(&self, place: &Place, settings: &Settings) -> (SqlxMySql, Rotation) {
        SqlxMySql::connect(self.login.clone(), place, settings).await.unwrap()
    }

    /// Makes a login that may do all the application needs.
    pub async fn make(&mut self) -> DbCredentials {
        self.made += 1;
        make(&self.server, self.made).await
    }

    /// Publishes a login, and leaves the one before as it is.
    pub fn publish(&mut self, login: DbCredentials) -> Retired {
        self.publisher.publish(login)
    }

    /// Takes back a login that nobody has a session of: the server hears a moment later that one was closed.
    pub async fn drop_user(&self, user: &str) {
        eventually("no session is left", async || self.sessions_of(user).await == 0).await;
        self.server.run(&format!("DROP USER '{user}'@'%'")).await;
    }

    /// Tells when the newest login ends.
    pub fn set_expires(&self, expires: Option<Instant>) {
        self.publisher.set_expires(expires);
    }

    /// What pools ask for.
    pub fn refresh_requests(&self) -> rotating::RefreshRequests {
        self.publisher.refresh_requests()
    }

    /// How many sessions there are of this user.
    pub async fn sessions_of(&self, user: &str) -> i64 {
        self.server
            .number(&format!("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '{user}'"))
            .await
    }

    /// Ends every session of this user.
    pub async fn end_sessions_of(&self, user: &str) {
        self.server.run(&format!("KILL HARD CONNECTION USER '{user}'")).await;
    }
}

impl Logins for Owner {
    async fn rotate(&mut self) {
        let (login, old) = (self.make().await, self.login.current().username().to_owned());
        let retired = self.publish(login);
        tokio::time::timeout(Duration::from_secs(60), retired.released()).await.expect("let go of");
        self.drop_user(&old).await;
    }

    async fn logins(&self) -> i64 {
        self.server.number(r"SELECT COUNT(*) FROM mysql.user WHERE User LIKE 'app\_%'").await
    }

    async fn sessions(&self) -> i64 {
        self.server
            .number(r"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER LIKE 'app\_%'")
            .await
    }
}

async fn make(server: &Server, number: u32) -> DbCredentials {
    let (user, password) = (format!("app_{number}"), format!("password of app_{number}"));
    server.run(&format!("CREATE USER '{user}'@'%' IDENTIFIED BY '{password}'")).await;
    server.run(&format!("GRANT SELECT, INSERT ON app.* TO '{user}'@'%'")).await;
    DbCredentials::new(user, password)
}

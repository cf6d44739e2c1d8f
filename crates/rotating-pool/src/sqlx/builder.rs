//! Makes a pool whose login changes.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
};

use futures_core::future::BoxFuture;
use secrets_config_core::{DbCredentials, Rotating};
use sqlx::{
    Pool,
    pool::{PoolConnectionMetadata, PoolOptions},
};

use super::{
    hooks::{self, AfterConnect, Check},
    opening::Opening,
    pool::RotatingPool,
    server::{Options, Server},
    sessions::Sessions,
};
use crate::{Error, Rotation, follower::Follower, gate::Gate, login::Login, spares::Spares};

/// Builds a `sqlx` pool whose login changes.
#[must_use = "a builder does nothing until `connect` is called"]
pub struct Builder<DB: Server> {
    login: Rotating<DbCredentials>,
    connect: Options<DB>,
    pool: PoolOptions<DB>,
    overlap: Option<u32>,
    probe: String,
    role: Option<String>,
    after_connect: Option<AfterConnect<DB>>,
    before_acquire: Option<Check<DB>>,
    after_release: Option<Check<DB>>,
}

impl<DB: Server> Builder<DB> {
    pub(super) fn new(login: Rotating<DbCredentials>) -> Self {
        Self {
            login,
            connect: DB::options(),
            pool: PoolOptions::new(),
            overlap: None,
            probe: "SELECT 1".to_owned(),
            role: None,
            after_connect: None,
            before_acquire: None,
            after_release: None,
        }
    }

    /// Sets where to connect to, and how. User and password in it are replaced by those of the login. The default is
    /// that of the options' own `new()`, which for PostgreSQL reads the `PG…` variables.
    pub fn connect_options(mut self, options: Options<DB>) -> Self {
        self.connect = options;
        self
    }

    /// Sets the pool's limits and times. Hooks that were set on `options` are replaced, since they cannot be read: give
    /// them to this builder instead. The default is `PoolOptions::new()`.
    ///
    /// `max_lifetime` is kept, but by this crate, so that it can wait while there is no valid login: the pool's own
    /// options show none. It counts from when a connection's place in the pool was made.
    pub fn pool_options(mut self, options: PoolOptions<DB>) -> Self {
        self.pool = options;
        self
    }

    /// Sets how many connections there may be above the pool's maximum while old ones are replaced: those that wait for
    /// an old one to come back, and those that were replaced and that the server is about to end. With 0 a connection is
    /// ended before the one in its place is opened, and somebody may have to wait for that. The default is half of the
    /// maximum, at least 1.
    ///
    /// Two for a moment, if it is 1. Beside these there may be one more for a moment: when it is tried whether a login
    /// works, and when the sessions of a login are ended with it or, for MySQL, counted.
    pub fn overlap(mut self, connections: u32) -> Self {
        self.overlap = Some(connections);
        self
    }

    /// Sets the statement that a new login has to run before it is put in use, such as one on the application's own
    /// tables. The default is `SELECT 1`.
    pub fn probe(mut self, sql: impl Into<String>) -> Self {
        self.probe = sql.into();
        self
    }

    /// Lets each connection act as `role`, of which every login has to be a member (`SET ROLE`). Its sessions then
    /// work on when their login is dropped: nothing an administrator revokes reaches them. The default is none.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// Sets what is done to each connection that was opened, as `PoolOptions::after_connect` does. On a connection that
    /// takes the place of another it has five seconds, together with the connect and the probe statement.
    pub fn after_connect<F>(mut self, hook: F) -> Self
    where
        F: for<'c> Fn(&'c mut DB::Connection) -> BoxFuture<'c, Result<(), sqlx::Error>>
            + Send
            + Sync
            + 'static,
    {
        self.after_connect = Some(Arc::new(hook));
        self
    }

    /// Sets what is asked of each connection before it is handed out, as `PoolOptions::before_acquire` does. A
    /// connection's age is that of its place in the pool.
    pub fn before_acquire<F>(mut self, hook: F) -> Self
    where
        F: for<'c> Fn(
                &'c mut DB::Connection,
                PoolConnectionMetadata,
            ) -> BoxFuture<'c, Result<bool, sqlx::Error>>
            + Send
            + Sync
            + 'static,
    {
        self.before_acquire = Some(Arc::new(hook));
        self
    }

    /// Sets what is asked of each connection when it is returned, as `PoolOptions::after_release` does. It also runs
    /// when this crate has looked at a connection or replaced it.
    pub fn after_release<F>(mut self, hook: F) -> Self
    where
        F: for<'c> Fn(
                &'c mut DB::Connection,
                PoolConnectionMetadata,
            ) -> BoxFuture<'c, Result<bool, sqlx::Error>>
            + Send
            + Sync
            + 'static,
    {
        self.after_release = Some(Arc::new(hook));
        self
    }

    /// Connects, and follows the login in the background until the pool is closed or the login's owner is gone.
    ///
    /// The task that follows has a handle of the pool: to end both, close the pool. Handles that are merely dropped leave
    /// it open until the login's owner is gone.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] if the first connection cannot be made.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what was opened.
    pub async fn connect(self) -> Result<Pool<DB>, Error> {
        Ok(self.connect_with_rotation().await?.0)
    }

    /// As [`connect`](Self::connect), with a view of how the pool follows its login.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    ///
    /// # Cancel safety
    ///
    /// As [`connect`](Self::connect).
    pub async fn connect_with_rotation(self) -> Result<(Pool<DB>, Rotation), Error> {
        let mut rotating = self.login;
        let first = rotating.current().hold();
        rotating.mark_seen(&first);
        let gate = Gate::new(Arc::new(Login::new(Arc::clone(&first))), rotating.trouble());
        let options = DB::with_login(&self.connect, &first);
        let opening = Arc::new(Opening {
            gate: Arc::clone(&gate),
            sessions: Sessions::default(),
            options: self.connect,
            role: self.role,
            probe: self.probe,
            after_connect: self.after_connect,
            spares: Spares::new(),
            has_found_user: AtomicBool::new(false),
        });
        let max_lifetime = self.pool.get_max_lifetime();
        let overlap = self.overlap.unwrap_or_else(|| (self.pool.get_max_connections() / 2).max(1)) as usize;
        let pool = hooks::install(
            self.pool.max_lifetime(None),
            &opening,
            self.before_acquire,
            self.after_release,
            max_lifetime,
        );
        let pool = pool
            .connect_with(options)
            .await
            .map_err(|source| Error::Connect { user: first.username().to_owned(), source: source.into() })?;
        let adapter = RotatingPool::new(pool.clone(), opening, overlap, max_lifetime);
        // It ends with the pool or with the login's owner, whichever goes first.
        let _follower = tokio::spawn(Follower::new(adapter, rotating, Arc::clone(&gate)).run());
        Ok((pool, Rotation::new(gate)))
    }
}

impl<DB: Server> fmt::Debug for Builder<DB> {
    /// Leaves out the connect options: their own `Debug` shows the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("login", &self.login)
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

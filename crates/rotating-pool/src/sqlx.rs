//! `sqlx::PgPool` with a login that changes.
//!
//! ```no_run
//! # async fn connect(
//! #     login: secrets_config_core::Rotating<secrets_config_core::DbCredentials>,
//! # ) -> Result<(), rotating_pool::Error> {
//! use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
//!
//! let pool: sqlx::PgPool = rotating_pool::sqlx::postgres(login)
//!     .connect_options(PgConnectOptions::new().host("db").database("app"))
//!     .pool_options(PgPoolOptions::new().max_connections(20))
//!     .connect()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What happens at a change
//!
//! 1. *Probe*: a connection is made with the new login. If that fails the old one is kept, and it is tried again.
//! 2. *Switch*: connections opened from now on use the new login. One that was being opened with the old login while
//!    that happened is noticed by its database user, closed, and opened again.
//! 3. *Drain*: connections with the old login go on serving until they are returned or idle, and are then closed one
//!    after the other. A transaction is never cut.
//! 4. *Let go*: when the server has no session of the old user any more, and what was being opened has had the pool's
//!    acquire timeout to end, the old login is released, which is what lets its owner revoke it.
//!
//! `try_acquire` and `try_begin`, which skip the hooks of a pool, may hand out a connection of step 3: it works as
//! long as it is held, since the old login is not let go of before.

mod drain;
mod hooks;
mod probe;
mod rotation;
mod swap;

use secrets_config_core::{DbCredentials, Rotating};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

pub use self::rotation::Rotation;
use self::{hooks::Gate, swap::Swapper};
use crate::Error;

/// Returns a builder for a PostgreSQL pool that uses `login`.
pub fn postgres(login: Rotating<DbCredentials>) -> Postgres {
    Postgres { login, connect: PgConnectOptions::new(), pool: PgPoolOptions::new() }
}

/// Builds a `PgPool` whose login changes.
#[must_use = "a builder does nothing until `connect` is called"]
pub struct Postgres {
    login: Rotating<DbCredentials>,
    connect: PgConnectOptions,
    pool: PgPoolOptions,
}

impl Postgres {
    /// Sets where to connect to, and how. User and password in it are replaced by those of the login. The default is
    /// that of `PgConnectOptions::new()`, which reads the `PG…` variables.
    pub fn connect_options(mut self, options: PgConnectOptions) -> Self {
        self.connect = options;
        self
    }

    /// Sets the pool's limits and times. The hooks `after_connect` and `after_release` are taken by this crate: what
    /// `options` has for them is replaced. The default is `PgPoolOptions::new()`.
    pub fn pool_options(mut self, options: PgPoolOptions) -> Self {
        self.pool = options;
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
    pub async fn connect(self) -> Result<PgPool, Error> {
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
    pub async fn connect_with_rotation(self) -> Result<(PgPool, Rotation), Error> {
        let mut login = self.login;
        let first = login.current().hold();
        login.mark_seen(&first);
        let gate = Gate::new(first.clone(), self.pool.get_max_connections());
        let options = probe::with_login(&self.connect, &first);
        let failed = |source| Error::Connect { user: first.username().to_owned(), source: Box::new(source) };
        let pool = hooks::install(self.pool, &gate).connect_with(options).await.map_err(failed)?;
        let role = probe::role_of(&mut *pool.acquire().await.map_err(failed)?).await.map_err(failed)?;
        let rotation = Rotation::new(gate.clone());
        // It ends with the pool or with the login's owner, whichever goes first.
        let _follower =
            tokio::spawn(Swapper::new(pool.clone(), login, self.connect, gate, first, role).run());
        Ok((pool, rotation))
    }
}

impl std::fmt::Debug for Postgres {
    /// Leaves out the connect options: their own `Debug` shows the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres")
            .field("login", &self.login)
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

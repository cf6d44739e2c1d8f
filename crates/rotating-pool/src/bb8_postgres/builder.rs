//! Makes a pool whose login changes.

use std::{fmt, sync::Arc};

use bb8::Pool;
use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::Config;

use super::{Manager, places::Bb8};
use crate::{
    Error, Rotation,
    client::{Connector, Opening, Refusing, RotatingPool, cannot_connect},
    follower::Follower,
    gate::Gate,
    login::Login,
    sessions::Sessions,
};

/// Builds a `bb8::Pool` whose login changes.
#[must_use = "a builder does nothing until `connect` is called"]
pub struct Builder {
    login: Rotating<DbCredentials>,
    connector: Connector,
    config: Config,
    pool: Box<dyn FnOnce(bb8::Builder<Manager>) -> bb8::Builder<Manager> + Send>,
    overlap: Option<u32>,
    probe: String,
    role: Option<String>,
}

impl Builder {
    pub(super) fn new(login: Rotating<DbCredentials>, connector: Connector) -> Self {
        Self {
            login,
            connector,
            config: Config::new(),
            pool: Box::new(|pool| pool),
            overlap: None,
            probe: "SELECT 1".to_owned(),
            role: None,
        }
    }

    /// Sets where to connect to, and how. User and password in it are replaced by those of the login. The default is
    /// `Config::new()`, which knows no host.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Sets the pool's limits, times, customizer and error sink. The default is the pool's own.
    pub fn pool(
        mut self,
        set: impl FnOnce(bb8::Builder<Manager>) -> bb8::Builder<Manager> + Send + 'static,
    ) -> Self {
        self.pool = Box::new(set);
        self
    }

    /// Sets how many connections there may be above the pool's maximum while old ones are replaced. One is used at a
    /// time. With 0 a connection is ended before the one in its place is opened. The default is half of the maximum, at
    /// least 1.
    pub fn overlap(mut self, connections: u32) -> Self {
        self.overlap = Some(connections);
        self
    }

    /// Sets the statement that a new login has to run before it is put in use. The default is `SELECT 1`.
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

    /// Connects, and follows the login in the background until the login's owner is gone. The pool stays open as long:
    /// it cannot be closed.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] if the first connection cannot be made.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what was opened.
    pub async fn connect(self) -> Result<Pool<Manager>, Error> {
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
    pub async fn connect_with_rotation(self) -> Result<(Pool<Manager>, Rotation), Error> {
        let mut rotating = self.login;
        let first = rotating.current().hold();
        rotating.mark_seen(&first);
        let gate = Gate::new(Arc::new(Login::new(Arc::clone(&first))));
        let opening = Arc::new(Opening {
            gate: Arc::clone(&gate),
            sessions: Sessions::default(),
            config: self.config,
            connector: self.connector,
            role: self.role,
            probe: self.probe,
            refusing: Refusing::AtFirstUse,
        });
        let failed = |source| cannot_connect(first.username(), source);
        // Here the reason of a failure is heard; the pool keeps it to itself.
        opening.try_first().await.map_err(failed)?;
        let manager = Manager { opening: Arc::clone(&opening) };
        let pool = (self.pool)(Pool::builder()).build(manager).await.map_err(failed)?;
        let half = (pool.config().max_size / 2).max(1);
        let adapter = RotatingPool::new(Bb8(pool.clone()), opening, self.overlap.unwrap_or(half));
        // It ends with the login's owner.
        let _follower = tokio::spawn(Follower::new(adapter, rotating, Arc::clone(&gate)).run());
        Ok((pool, Rotation::new(gate)))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("login", &self.login).finish_non_exhaustive()
    }
}

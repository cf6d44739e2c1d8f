//! Makes a pool whose login changes.

use std::{fmt, sync::Arc};

use deadpool_postgres::{Manager, ManagerConfig, PoolBuilder, RecyclingMethod, Runtime};
use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::{
    Config, NoTls, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

use super::{
    connect::{Connector, Given},
    hooks::Check,
    pool::Pool,
};
use crate::{
    Error, Rotation,
    follower::Follower,
    postgres::{self, Adapted, Beginning, Setup},
    spares::Spares,
};

/// Builds a `deadpool_postgres::Pool` whose login changes.
#[must_use = "a builder does nothing until `connect` is called"]
pub struct Builder<T> {
    setup: Setup<T>,
    manager: ManagerConfig,
    pool: Box<dyn Fn(PoolBuilder) -> PoolBuilder + Send>,
}

impl Builder<NoTls> {
    pub(super) fn new(login: Rotating<DbCredentials>) -> Self {
        let setup = Setup::new(login);
        Self { setup, manager: ManagerConfig::default(), pool: Box::new(|builder| builder) }
    }
}

impl<T> Builder<T> {
    /// Sets where to connect to, and how. User and password in it are replaced by those of the login. The default is
    /// `Config::new()`, which names no host.
    pub fn config(mut self, config: Config) -> Self {
        self.setup.config = config;
        self
    }

    /// Sets the TLS, from any crate for `tokio_postgres`. The default is `NoTls`.
    pub fn tls<U>(self, tls: U) -> Builder<U> {
        Builder { setup: self.setup.tls(tls), manager: self.manager, pool: self.pool }
    }

    /// Sets how connections are recycled. The default is that of `ManagerConfig`.
    pub fn manager_config(mut self, config: ManagerConfig) -> Self {
        self.manager = config;
        self
    }

    /// Sets the pool's limits, times and hooks, on the builder of its own crate. The runtime is Tokio.
    ///
    /// `settings` is called twice: the connections that replace others are made beside the pool, by one of the same
    /// settings, so that each `post_create` hook has seen them. A check of ours is the first of the `pre_recycle` hooks.
    /// The default is all that the builder begins with.
    pub fn pool(mut self, settings: impl Fn(PoolBuilder) -> PoolBuilder + Send + 'static) -> Self {
        self.pool = Box::new(settings);
        self
    }

    /// Sets how many connections there may be above the pool's maximum while old ones are replaced: those that wait for
    /// an old one to come back, and those that were replaced and that the server is about to end. With 0 a connection is
    /// ended before the one in its place is opened, and somebody may have to wait for that. The default is half of the
    /// maximum, at least 1.
    ///
    /// Two for a moment, if it is 1. Beside these there may be one more for a moment: when it is tried whether a login
    /// works.
    pub fn overlap(mut self, connections: u32) -> Self {
        self.setup.overlap = Some(connections);
        self
    }

    /// Sets the statements that a new login has to run before it is put in use, such as one on the application's own
    /// tables. The default is `SELECT 1`.
    pub fn probe(mut self, sql: impl Into<String>) -> Self {
        self.setup.probe = sql.into();
        self
    }

    /// Lets each connection act as `role`, of which every login has to be a member (`SET ROLE`). Its sessions then
    /// work on when their login is dropped: nothing an administrator revokes reaches them. The default is none.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.setup.role = Some(role.into());
        self
    }
}

impl<T> Builder<T>
where
    T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    /// Connects, and follows the login in the background until the pool is closed or dropped, or the login's owner is
    /// gone.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] if the first connection cannot be made.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what was opened.
    pub async fn connect(self) -> Result<deadpool_postgres::Pool, Error> {
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
    pub async fn connect_with_rotation(self) -> Result<(deadpool_postgres::Pool, Rotation), Error> {
        let start = self.setup.begin();
        let opening = &start.opening;
        let given = Given::default();
        let spares = Arc::new(Spares::new());
        let check = Arc::new(Check { opening: Arc::clone(opening), spares: Arc::clone(&spares) });
        let (pool, nursery) = {
            let build = |given: &Given| {
                let connector = Connector { opening: Arc::clone(opening), given: Arc::clone(given) };
                let config = keep_role(self.manager.clone(), opening.role.as_deref());
                let manager = Manager::from_connect(opening.config.clone(), connector, config);
                let builder = deadpool_postgres::Pool::builder(manager).runtime(Runtime::Tokio1);
                (self.pool)(builder.pre_recycle(Arc::clone(&check).hook()))
            };
            let pool = build(&Given::default()).build().map_err(|error| start.failed(error))?;
            (pool, build(&given).max_size(1).build().map_err(|error| start.failed(error))?)
        };
        let connection = pool.get().await.map_err(|error| start.failed(error))?;
        let user = postgres::user(&connection).await.map_err(|error| start.failed(error))?;
        // What the server calls the user is noted with the login.
        let _is_first = start.login.is(&user);
        drop(connection);
        let overlap = start.overlap(pool.status().max_size);
        let Beginning { rotating, gate, opening, .. } = start;
        let adapter = Adapted { pool: Pool { pool: pool.weak(), nursery, given }, opening, spares, overlap };
        // It ends with the pool or with the login's owner, whichever goes first.
        let _follower = tokio::spawn(Follower::new(adapter, rotating, Arc::clone(&gate)).run());
        Ok((pool, Rotation::new(gate)))
    }
}

/// Cleaning a connection gives it back the rights of its login: lets it act as `role` again.
fn keep_role(config: ManagerConfig, role: Option<&str>) -> ManagerConfig {
    use RecyclingMethod::{Clean, Custom};
    match (role, &config.recycling_method) {
        (Some(role), Clean | Custom(_)) => {
            let clean = config.recycling_method.query().unwrap_or_default();
            let recycling_method = Custom(format!("{clean};{}", postgres::set_role(role)));
            ManagerConfig { recycling_method }
        }
        _ => config,
    }
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("login", &self.setup.login)
            .field("manager", &self.manager)
            .finish_non_exhaustive()
    }
}

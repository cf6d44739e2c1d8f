//! Makes a pool whose login changes.

use std::{fmt, sync::Arc};

use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::{
    Config, NoTls, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

use super::{
    connection::Connection,
    manager::{Given, Manager},
    pool::Pool,
};
use crate::{
    Error, Rotation,
    follower::Follower,
    postgres::{self, Adapted, Beginning, Opening, Setup},
    spares::Spares,
};

/// Builds a `bb8::Pool` whose login changes.
#[must_use = "a builder does nothing until `connect` is called"]
pub struct Builder<T> {
    setup: Setup<T>,
    pool: Box<dyn Fn(bb8::Builder<Manager>) -> bb8::Builder<Manager> + Send>,
}

impl Builder<NoTls> {
    pub(super) fn new(login: Rotating<DbCredentials>) -> Self {
        Self { setup: Setup::new(login), pool: Box::new(|builder| builder) }
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
        Builder { setup: self.setup.tls(tls), pool: self.pool }
    }

    /// Sets the pool's limits, times, error sink and customizer, on the builder of its own crate.
    ///
    /// `settings` is called twice: the connections that replace others are made beside the pool, by one of the same
    /// settings, so that each has seen the customizer. The default is all that the builder begins with.
    ///
    /// `max_lifetime` is kept, but by this crate, so that it can wait while there is no valid login: the pool's own
    /// `config` shows none.
    pub fn pool(
        mut self,
        settings: impl Fn(bb8::Builder<Manager>) -> bb8::Builder<Manager> + Send + 'static,
    ) -> Self {
        self.pool = Box::new(settings);
        self
    }

    /// Sets how many connections there may be above the pool's maximum while old ones are replaced: those that wait for
    /// an old one to come back, and those that were replaced and that the server is about to end. With 0 a connection is
    /// ended before the one in its place is opened, and somebody may have to wait for that. The default is half of the
    /// maximum, at least 1.
    ///
    /// Two for a moment, if it is 1. Beside these there may be one more for a moment: when it is tried whether a login
    /// works; and for as long as the pool is made, if its `min_idle` is its `max_size`.
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
    /// Connects, and follows the login in the background until the login's owner is gone, or
    /// [`Rotation::close`] is called: the task that follows has a handle of the pool.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] if the first connection cannot be made.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what was opened.
    pub async fn connect(self) -> Result<bb8::Pool<Manager>, Error> {
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
    pub async fn connect_with_rotation(self) -> Result<(bb8::Pool<Manager>, Rotation), Error> {
        let start = self.setup.begin();
        let given = Given::default();
        let spares = Arc::new(Spares::new());
        let settings = self.pool;
        let nursery = settings(bb8::Pool::builder()).min_idle(None);
        let nursery = nursery.build_unchecked(manager(&start.opening, &given, &spares));
        let config = nursery.config();
        let pool = Pool::new(nursery, given, &start.gate);
        // The pool itself would say of a login that is refused no more than that time is over.
        let connection = postgres::Pool::open(&pool, &start.login)
            .await
            .map_err(|failure| start.failed(failure.source))?;
        let manager = Manager {
            max_lifetime: config.max_lifetime,
            hands_out_hollow_ones: config.test_on_check_out,
            ..manager(&start.opening, &Given::default(), &spares)
        };
        let builder = settings(bb8::Pool::builder()).max_lifetime(None);
        drop(settings);
        let handle = builder.build(manager).await.map_err(|error| start.failed(error))?;
        // Where there is no place for it, it is not needed.
        let _one_too_many = handle.add(connection);
        pool.follow(handle.clone());
        let overlap = start.overlap(config.max_size as usize);
        let Beginning { rotating, gate, opening, .. } = start;
        let adapter = Adapted { pool, opening, spares, overlap };
        // It ends with the login's owner, or when it is told to.
        let _follower = tokio::spawn(Follower::new(adapter, rotating, Arc::clone(&gate)).run());
        Ok((handle, Rotation::new(gate)))
    }
}

fn manager(opening: &Arc<Opening>, given: &Given, spares: &Arc<Spares<Connection>>) -> Manager {
    Manager {
        opening: Arc::clone(opening),
        given: Arc::clone(given),
        spares: Arc::clone(spares),
        max_lifetime: None,
        hands_out_hollow_ones: false,
    }
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("login", &self.setup.login).finish_non_exhaustive()
    }
}

//! Makes a pool whose login changes.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use deadpool_postgres::{Connect, Hook, HookError, Manager, ManagerConfig, Pool, PoolBuilder, Runtime};
use futures_core::future::BoxFuture;
use secrets_config_core::{DbCredentials, Rotating};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config};

use super::places::Deadpool;
use crate::{
    Error, Rotation,
    client::{Connector, Opening, Refusing, RotatingPool, cannot_connect},
    follower::Follower,
    gate::Gate,
    login::Login,
    sessions::Sessions,
};

/// Builds a `deadpool_postgres::Pool` whose login changes.
#[must_use = "a builder does nothing until `connect` is called"]
pub struct Builder {
    login: Rotating<DbCredentials>,
    connector: Connector,
    config: Config,
    manager: ManagerConfig,
    pool: Box<dyn FnOnce(PoolBuilder) -> PoolBuilder + Send>,
    post_create: Vec<Hook>,
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
            manager: ManagerConfig::default(),
            pool: Box::new(|pool| pool),
            post_create: Vec::new(),
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

    /// Sets the manager's own settings, such as how connections are recycled. The default is its own.
    pub fn manager_config(mut self, config: ManagerConfig) -> Self {
        self.manager = config;
        self
    }

    /// Sets the pool's limits, times and hooks. A `post_create` hook set here is not run on connections that take the
    /// place of an old one: give it to [`post_create`](Self::post_create). The default is the pool's own.
    pub fn pool(mut self, set: impl FnOnce(PoolBuilder) -> PoolBuilder + Send + 'static) -> Self {
        self.pool = Box::new(set);
        self
    }

    /// Adds a hook that runs on each connection that was opened.
    pub fn post_create(mut self, hook: impl Into<Hook>) -> Self {
        self.post_create.push(hook.into());
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

    /// Connects, and follows the login in the background until the pool is closed or the login's owner is gone.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] if the first connection cannot be made.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what was opened.
    pub async fn connect(self) -> Result<Pool, Error> {
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
    pub async fn connect_with_rotation(self) -> Result<(Pool, Rotation), Error> {
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
            refusing: Refusing::AtOnce,
        });
        let connect = RotatingConnect(Arc::clone(&opening));
        let manager = Manager::from_connect(opening.config.clone(), connect, self.manager);
        let hooks: Arc<[Hook]> = self.post_create.into();
        let builder = Pool::builder(manager)
            .runtime(Runtime::Tokio1)
            .pre_recycle(keep_usable(Arc::clone(&opening)))
            .post_create(all(Arc::clone(&hooks)));
        let failed =
            |source: Box<dyn std::error::Error + Send + Sync>| cannot_connect(first.username(), source);
        let pool = (self.pool)(builder).build().map_err(|error| failed(error.into()))?;
        drop(pool.get().await.map_err(|error| failed(error.into()))?);
        let half = u32::try_from(pool.status().max_size / 2).unwrap_or(u32::MAX).max(1);
        let adapter = RotatingPool::new(Deadpool::new(&pool, hooks), opening, self.overlap.unwrap_or(half));
        // It ends with the pool or with the login's owner, whichever goes first.
        let _follower = tokio::spawn(Follower::new(adapter, rotating, Arc::clone(&gate)).run());
        Ok((pool, Rotation::new(gate)))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("login", &self.login).finish_non_exhaustive()
    }
}

struct RotatingConnect(Arc<Opening>);

impl Connect for RotatingConnect {
    fn connect(
        &self,
        _config: &Config,
    ) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), tokio_postgres::Error>> {
        Box::pin(async {
            let opened = self.0.open().await?;
            Ok((opened.client, opened.task))
        })
    }
}

/// Drops a connection whose login is gone, instead of handing it out.
fn keep_usable(opening: Arc<Opening>) -> Hook {
    Hook::async_fn(move |connection, _| {
        if !opening.gate.is_to_check() {
            return Box::pin(Keep);
        }
        let opening = Arc::clone(&opening);
        Box::pin(async move { opening.check(connection).await.map_err(HookError::Backend) })
    })
}

/// Runs several hooks as one.
fn all(hooks: Arc<[Hook]>) -> Hook {
    Hook::async_fn(move |connection, metrics| {
        let hooks = Arc::clone(&hooks);
        Box::pin(async move {
            for hook in hooks.iter() {
                match hook {
                    Hook::Fn(hook) => hook(connection, metrics)?,
                    Hook::AsyncFn(hook) => hook(connection, metrics).await?,
                }
            }
            Ok(())
        })
    })
}

/// An answer that is there at once. It has no size, so that its box costs no allocation in each checkout.
struct Keep;

impl Future for Keep {
    type Output = Result<(), HookError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(()))
    }
}

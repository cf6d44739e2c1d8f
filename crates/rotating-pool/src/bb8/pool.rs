//! The pool, as the task that follows its login sees it.

use std::{
    future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bb8::PooledConnection;
use futures_util::FutureExt;
use tokio::time::{self, Instant};
use tokio_postgres::Client;

use super::{
    connection::Connection,
    manager::{Given, LOOKING, Manager},
};
use crate::{
    adapter::{Failure, caught},
    drain::TURN,
    gate::Gate,
    login::Login,
    postgres::{self, failure},
};

pub(super) struct Pool {
    /// There until the application has the pool closed.
    pool: Mutex<Option<bb8::Pool<Manager>>>,
    /// Makes the connections that replace others, one at a time, in every way as the pool makes them.
    nursery: bb8::Pool<Manager>,
    given: Given,
    gate: Arc<Gate>,
    visited: Mutex<Instant>,
}

type Taken = PooledConnection<'static, Manager>;

impl Pool {
    pub(super) fn new(nursery: bb8::Pool<Manager>, given: Given, gate: &Arc<Gate>) -> Self {
        let visited = Mutex::new(Instant::now());
        Self { pool: Mutex::new(None), nursery, given, gate: Arc::clone(gate), visited }
    }

    pub(super) fn follow(&self, pool: bb8::Pool<Manager>) {
        *self.pool.lock().unwrap_or_else(PoisonError::into_inner) = Some(pool);
    }

    fn pool(&self) -> Option<bb8::Pool<Manager>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes each connection that nobody uses out and returns it.
    async fn visit_idle(&self) {
        let mut visited = Vec::new();
        while let Some(connection) = postgres::Pool::take(self, Duration::ZERO).await {
            visited.push(connection);
        }
    }
}

impl postgres::Pool for Pool {
    type Connection = Connection;
    type Taken = Taken;

    async fn open(&self, login: &Arc<Login>) -> Result<Connection, Failure> {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(login));
        self.nursery.dedicated_connection().await.map_err(failure)
    }

    fn client(connection: &Connection) -> &Client {
        connection
    }

    async fn take(&self, wait: Duration) -> Option<Taken> {
        let pool = self.pool()?;
        let state = pool.state();
        // A connection that is opened for this would be none that nobody uses.
        if state.idle_connections == 0 && (wait.is_zero() || state.connections < pool.config().max_size) {
            return None;
        }
        let taken = caught(LOOKING.scope((), pool.get_owned()));
        let taken =
            if wait.is_zero() { taken.now_or_never()? } else { time::timeout(wait, taken).await.ok()? };
        taken.ok()?.ok()
    }

    async fn is_old(&self, connection: &Connection, newest: &Login) -> bool {
        connection.is_old(newest)
    }

    fn exchange(connection: &mut Connection, fresh: Connection) -> Connection {
        std::mem::replace(connection, fresh)
    }

    /// A connection whose session has ended is not kept.
    fn discard(taken: Taken) {
        drop(taken);
    }

    fn size(&self) -> usize {
        self.pool().map_or(0, |pool| pool.state().connections as usize)
    }

    fn has_room(&self) -> bool {
        self.pool().is_some_and(|pool| pool.state().connections < pool.config().max_size)
    }

    async fn upkeep(&self) {
        let now = Instant::now();
        let is_due = {
            let mut visited = self.visited.lock().unwrap_or_else(PoisonError::into_inner);
            let max_lifetime = self.nursery.config().max_lifetime;
            let is_due = max_lifetime.is_some_and(|lifetime| now.duration_since(*visited) >= lifetime);
            if is_due {
                *visited = now;
            }
            is_due
        };
        // A visit also lets the pool count a connection's idle time anew.
        if is_due || self.gate.pinned().is_some() {
            self.visit_idle().await;
        }
    }

    fn upkeep_period(&self) -> Option<Duration> {
        let config = self.nursery.config();
        let idle_timeout = config.idle_timeout.map(|timeout| timeout / 2);
        idle_timeout.into_iter().chain(config.max_lifetime).min().map(|period| period.max(TURN))
    }

    /// Nothing closes a pool of this crate but its last handle.
    async fn closed(&self) {
        future::pending().await
    }

    fn close(&self) {
        *self.pool.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

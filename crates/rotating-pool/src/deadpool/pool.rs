//! The pool, as the task that follows its login sees it.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use deadpool_postgres::{ClientWrapper, Object, Timeouts, WeakPool};
use tokio::time;
use tokio_postgres::Client;

use super::connect::Given;
use crate::{
    adapter::{Failure, caught},
    login::Login,
    postgres::{self, PATIENCE, failure},
};

/// How often it is looked whether the application has closed or dropped the pool, which nothing tells.
const LOOK: Duration = Duration::from_millis(100);

pub(super) struct Pool {
    pub(super) pool: WeakPool,
    /// Makes the connections that replace others, one at a time, in every way as the pool makes them.
    pub(super) nursery: deadpool_postgres::Pool,
    pub(super) given: Given,
}

impl postgres::Pool for Pool {
    type Connection = ClientWrapper;
    type Taken = Object;

    async fn open(&self, login: &Arc<Login>) -> Result<ClientWrapper, Failure> {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(login));
        Ok(Object::take(self.nursery.get().await.map_err(failure)?))
    }

    fn client(connection: &ClientWrapper) -> &Client {
        connection
    }

    async fn take(&self, wait: Duration) -> Option<Object> {
        let pool = self.pool.upgrade()?;
        let status = pool.status();
        // A connection that is opened for this would be none that nobody uses.
        if status.available == 0 && status.size < status.max_size {
            return None;
        }
        let timeouts = Timeouts { wait: Some(wait), ..pool.timeouts() };
        // One that does not answer is dropped, and its place is free.
        time::timeout(wait + PATIENCE, caught(pool.timeout_get(&timeouts))).await.ok()?.ok()?.ok()
    }

    async fn is_old(&self, connection: &ClientWrapper, newest: &Login) -> bool {
        postgres::is_old(connection, newest).await
    }

    fn exchange(connection: &mut ClientWrapper, fresh: ClientWrapper) -> ClientWrapper {
        exchange(connection, fresh)
    }

    fn discard(taken: Object) {
        drop(Object::take(taken));
    }

    fn size(&self) -> usize {
        self.pool.upgrade().map_or(0, |pool| pool.status().size)
    }

    fn has_room(&self) -> bool {
        let status = self.pool.upgrade().map(|pool| pool.status());
        status.is_some_and(|status| status.size < status.max_size)
    }

    /// The pool ends no connection by itself.
    async fn upkeep(&self) {}

    fn upkeep_period(&self) -> Option<Duration> {
        None
    }

    async fn closed(&self) {
        let mut looks = time::interval(LOOK);
        loop {
            looks.tick().await;
            if self.pool.upgrade().is_none_or(|pool| pool.is_closed()) {
                return;
            }
        }
    }

    fn close(&self) {
        self.nursery.close();
        if let Some(pool) = self.pool.upgrade() {
            pool.close();
        }
    }
}

/// Puts `fresh` in the place of a connection, and returns what was there.
pub(super) fn exchange(connection: &mut ClientWrapper, mut fresh: ClientWrapper) -> ClientWrapper {
    // The pool knows the cache that it has made, and can empty it: it stays, but its statements are of the old session.
    std::mem::swap(&mut connection.statement_cache, &mut fresh.statement_cache);
    std::mem::swap(connection, &mut fresh);
    connection.statement_cache.clear();
    fresh
}

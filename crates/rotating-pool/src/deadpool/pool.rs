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
    adapter::Failure,
    login::Login,
    postgres::{self, failure},
};

/// How often it is looked whether the application has closed or dropped the pool, which nothing tells.
const LOOK: Duration = Duration::from_millis(100);

pub(super) struct Pool {
    pub(super) pool: WeakPool,
    /// Makes the connections that replace others, one at a time, in every way as the pool makes them.
    pub(super) nursery: deadpool_postgres::Pool,
    pub(super) given: Given,
}

impl Pool {
    async fn take_within(&self, wait: Duration) -> Option<Object> {
        let pool = self.pool.upgrade()?;
        let status = pool.status();
        // A connection that is opened for this would be none that nobody uses.
        if status.available == 0 && status.size < status.max_size {
            return None;
        }
        pool.timeout_get(&Timeouts { wait: Some(wait), ..pool.timeouts() }).await.ok()
    }
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

    async fn take(&self) -> Option<Object> {
        self.take_within(postgres::TURN).await
    }

    async fn take_old(&self, newest: &Login) -> Option<Object> {
        let mut held = Vec::new();
        for _ in 0..postgres::Pool::size(self) {
            // Some pools hand out first what was returned last: what was looked at is held until the search is over.
            let wait = if held.is_empty() { postgres::TURN } else { Duration::ZERO };
            let object = self.take_within(wait).await?;
            if postgres::is_of(&object, newest).await {
                held.push(object);
            } else {
                return Some(object);
            }
        }
        None
    }

    fn client_of(taken: &Object) -> &Client {
        taken
    }

    fn exchange(taken: &mut Object, mut fresh: ClientWrapper) -> ClientWrapper {
        // The pool knows the cache that it has made, and can empty it: it stays, but its statements are of the old session.
        std::mem::swap(&mut taken.statement_cache, &mut fresh.statement_cache);
        std::mem::swap::<ClientWrapper>(taken, &mut fresh);
        taken.statement_cache.clear();
        fresh
    }

    fn discard(taken: Object) {
        drop(Object::take(taken));
    }

    fn size(&self) -> usize {
        self.pool.upgrade().map_or(0, |pool| pool.status().size)
    }

    fn is_in_use(&self) -> bool {
        self.pool.upgrade().is_some_and(|pool| {
            let status = pool.status();
            status.available == 0 && status.size >= status.max_size
        })
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

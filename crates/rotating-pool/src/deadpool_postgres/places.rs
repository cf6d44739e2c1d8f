//! The places of a deadpool.

use std::{sync::Arc, time::Duration};

use deadpool::managed::Manager as _;
use deadpool_postgres::{ClientWrapper, Hook, HookError, Metrics, Object, Pool, Timeouts, WeakPool};
use tokio::{task::JoinHandle, time};
use tokio_postgres::Client;

use crate::client::Places;

/// How often a pool is asked whether it is closed: it tells nobody.
const TICK: Duration = Duration::from_millis(250);

pub(super) struct Deadpool {
    /// It does not keep the pool alive.
    pool: WeakPool,
    hooks: Arc<[Hook]>,
}

impl Deadpool {
    pub(super) fn new(pool: &Pool, hooks: Arc<[Hook]>) -> Self {
        Self { pool: pool.weak(), hooks }
    }
}

impl Places for Deadpool {
    type Connection = ClientWrapper;
    type Taken = Object;

    fn size(&self) -> (usize, usize) {
        self.pool.upgrade().map_or((0, 0), |pool| (pool.status().size, pool.status().available))
    }

    fn max(&self) -> usize {
        self.pool.upgrade().map_or(0, |pool| pool.status().max_size)
    }

    async fn take(&self, wait: Duration) -> Option<Object> {
        let pool = self.pool.upgrade()?;
        let timeouts = Timeouts { wait: Some(wait), ..pool.timeouts() };
        pool.timeout_get(&timeouts).await.ok()
    }

    async fn create(&self) -> Result<ClientWrapper, tokio_postgres::Error> {
        let Some(pool) = self.pool.upgrade() else {
            return Err(tokio_postgres::Error::__private_api_timeout());
        };
        let mut connection = pool.manager().create().await?;
        let metrics = Metrics::default();
        for hook in self.hooks.iter() {
            let ran = match hook {
                Hook::Fn(hook) => hook(&mut connection, &metrics),
                Hook::AsyncFn(hook) => hook(&mut connection, &metrics).await,
            };
            match ran {
                Ok(()) => {}
                Err(HookError::Backend(error)) => return Err(error),
                Err(HookError::Message(_)) => return Err(tokio_postgres::Error::__private_api_timeout()),
            }
        }
        Ok(connection)
    }

    fn wrap(&self, client: Client, task: JoinHandle<()>) -> ClientWrapper {
        ClientWrapper::new(client, task)
    }

    fn client(connection: &ClientWrapper) -> &Client {
        connection
    }

    fn discard(taken: Object) {
        drop(Object::take(taken));
    }

    fn retire(&self, mut connection: ClientWrapper) {
        if let Some(pool) = self.pool.upgrade() {
            pool.manager().detach(&mut connection);
        }
    }

    async fn closed(&self) {
        while self.pool.upgrade().is_some_and(|pool| !pool.is_closed()) {
            time::sleep(TICK).await;
        }
    }

    async fn emptied(&self) {
        while self.pool.upgrade().is_some_and(|pool| pool.status().size > 0) {
            time::sleep(TICK).await;
        }
    }
}

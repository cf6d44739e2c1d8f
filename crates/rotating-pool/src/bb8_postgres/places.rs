//! The places of a bb8 pool.

use std::time::Duration;

use bb8::{Pool, PooledConnection};
use tokio::{task::JoinHandle, time};
use tokio_postgres::{Client, Error};

use super::{Manager, manager::Connection};
use crate::client::Places;

pub(super) struct Bb8(pub(super) Pool<Manager>);

impl Places for Bb8 {
    type Connection = Connection;
    type Taken = PooledConnection<'static, Manager>;

    fn size(&self) -> (usize, usize) {
        let state = self.0.state();
        (state.connections as usize, state.idle_connections as usize)
    }

    fn max(&self) -> usize {
        self.0.config().max_size as usize
    }

    async fn take(&self, wait: Duration) -> Option<Self::Taken> {
        // The pool's own check is a round trip.
        const LEAST: Duration = Duration::from_millis(100);
        time::timeout(wait.max(LEAST), self.0.get_owned()).await.ok()?.ok()
    }

    async fn create(&self) -> Result<Connection, Error> {
        self.0.dedicated_connection().await
    }

    fn wrap(&self, client: Client, _task: JoinHandle<()>) -> Connection {
        Connection::new(client, false)
    }

    fn client(connection: &Connection) -> &Client {
        connection
    }

    fn discard(mut taken: Self::Taken) {
        taken.break_off();
    }

    fn retire(&self, connection: Connection) {
        drop(connection);
    }

    async fn closed(&self) {
        // Such a pool is never closed.
        std::future::pending().await
    }

    async fn emptied(&self) {}
}

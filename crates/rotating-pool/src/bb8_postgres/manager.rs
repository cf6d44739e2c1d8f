//! Opens and checks the pool's connections.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use bb8::ManageConnection;
use tokio_postgres::{Client, Error};

use crate::client::{Opened, Opening};

/// Opens connections with the newest login.
#[derive(Clone)]
pub struct Manager {
    pub(super) opening: Arc<Opening>,
}

/// A connection of the pool, which is used as the `Client` that it derefs to.
pub struct Connection {
    client: Client,
    /// It only says why there is no connection.
    refuses: bool,
}

impl Connection {
    pub(super) fn new(client: Client, refuses: bool) -> Self {
        Self { client, refuses }
    }

    /// Lets the pool drop it when it is returned.
    pub(super) fn break_off(&mut self) {
        self.refuses = true;
    }
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = Error;

    async fn connect(&self) -> Result<Connection, Error> {
        // The task that drives it ends with the client.
        let Opened { client, refuses, .. } = self.opening.open().await?;
        Ok(Connection::new(client, refuses))
    }

    async fn is_valid(&self, connection: &mut Connection) -> Result<(), Error> {
        if connection.refuses {
            return Ok(());
        }
        if self.opening.gate.is_to_check() {
            return self.opening.check(connection).await;
        }
        connection.simple_query("").await.map(drop)
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        connection.refuses || connection.is_closed()
    }
}

impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("client", &self.client).finish_non_exhaustive()
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager").field("login", &self.opening.gate.login().number()).finish_non_exhaustive()
    }
}

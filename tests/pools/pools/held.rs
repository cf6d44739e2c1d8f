//! A transaction on a connection of `tokio-postgres`, whichever pool it is of.

use std::{fmt, ops::Deref};

use tokio_postgres::Client;

use crate::{Failed, Held};

/// What a pool hands out, as the driver's client.
pub trait Connection: Deref<Target: Deref<Target = Client>> + Send + Sync + 'static {}

impl<C: Deref<Target: Deref<Target = Client>> + Send + Sync + 'static> Connection for C {}

/// A transaction that is open.
pub struct HeldConnection<C: Connection>(Option<C>);

impl<C: Connection> HeldConnection<C> {
    /// Begins a transaction and writes.
    pub(crate) async fn begin(connection: C) -> Result<Self, Failed> {
        let mut held = Self(Some(connection));
        held.client()?.batch_execute("BEGIN").await?;
        held.write().await?;
        Ok(held)
    }

    fn client(&self) -> Result<&Client, Failed> {
        self.0.as_ref().map(|client| &***client).ok_or_else(|| std::io::Error::other("it is returned").into())
    }
}

impl<C: Connection> Held for HeldConnection<C> {
    async fn user(&mut self) -> Result<String, Failed> {
        Ok(self.client()?.query_one("SELECT session_user::text", &[]).await?.get(0))
    }

    async fn write(&mut self) -> Result<(), Failed> {
        self.client()?.execute("INSERT INTO orders (note) VALUES ('a slow order')", &[]).await?;
        Ok(())
    }

    async fn commit(mut self) -> Result<(), Failed> {
        self.client()?.batch_execute("COMMIT").await?;
        self.0 = None;
        Ok(())
    }
}

impl<C: Connection> Drop for HeldConnection<C> {
    /// As the driver does when a transaction is dropped.
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            let _rollback = tokio::spawn(async move { connection.batch_execute("ROLLBACK").await });
        }
    }
}

impl<C: Connection> fmt::Debug for HeldConnection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HeldConnection").finish_non_exhaustive()
    }
}

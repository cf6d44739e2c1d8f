//! `bb8`.

use bb8::PooledConnection;
use rotating_pool::{Rotation, bb8::Manager};
use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::Config;

use crate::{Failed, Held, Place, Pool, Settings};

/// `bb8::Pool`.
#[derive(Clone, Debug)]
pub struct Bb8(pub bb8::Pool<Manager>, Rotation);

impl Pool for Bb8 {
    type Held = HeldConnection;

    async fn connect(
        login: Rotating<DbCredentials>,
        place: &Place,
        settings: &Settings,
    ) -> Result<(Self, Rotation), rotating_pool::Error> {
        let mut config = Config::new();
        config.host(&place.host).port(place.port).dbname("app");
        let Settings { max, timeout, max_lifetime, idle_timeout, .. } = *settings;
        let mut builder = rotating_pool::bb8::postgres(login).config(config).pool(move |builder| {
            let builder = builder.max_size(max).connection_timeout(timeout).max_lifetime(max_lifetime);
            if idle_timeout.is_some() { builder.idle_timeout(idle_timeout) } else { builder }
        });
        if let Some(overlap) = settings.overlap {
            builder = builder.overlap(overlap);
        }
        if let Some(probe) = settings.probe {
            builder = builder.probe(probe);
        }
        if let Some(role) = settings.role {
            builder = builder.role(role);
        }
        let (pool, rotation) = builder.connect_with_rotation().await?;
        Ok((Self(pool, rotation.clone()), rotation))
    }

    async fn user(&self) -> Result<String, Failed> {
        Ok(self.0.get().await?.query_one("SELECT session_user::text", &[]).await?.get(0))
    }

    async fn write(&self) -> Result<(), Failed> {
        self.0.get().await?.execute("INSERT INTO orders (note) VALUES ('an order')", &[]).await?;
        Ok(())
    }

    async fn run(&self, sql: &str) -> Result<(), Failed> {
        self.0.get().await?.execute(sql, &[]).await?;
        Ok(())
    }

    async fn hold(&self) -> Result<HeldConnection, Failed> {
        let mut held = HeldConnection(Some(self.0.get_owned().await?));
        held.client()?.batch_execute("BEGIN").await?;
        held.write().await?;
        Ok(held)
    }

    fn size(&self) -> usize {
        self.0.state().connections as usize
    }

    fn idle(&self) -> usize {
        self.0.state().idle_connections as usize
    }

    async fn close(&self) {
        self.1.close();
    }
}

/// A transaction on a connection.
#[derive(Debug)]
pub struct HeldConnection(Option<PooledConnection<'static, Manager>>);

impl HeldConnection {
    fn client(&self) -> Result<&PooledConnection<'static, Manager>, Failed> {
        self.0.as_ref().ok_or_else(|| std::io::Error::other("it is returned").into())
    }
}

impl Held for HeldConnection {
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

impl Drop for HeldConnection {
    /// As the driver does when a transaction is dropped.
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            let _rollback = tokio::spawn(async move { object.batch_execute("ROLLBACK").await });
        }
    }
}

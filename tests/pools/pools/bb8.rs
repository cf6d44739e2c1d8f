//! `bb8` with `tokio-postgres`.

use bb8::PooledConnection;
use rotating_pool::{Rotation, bb8_postgres::Manager};
use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::NoTls;

use super::config;
use crate::{Failed, Held, Place, Pool, Settings};

/// `bb8::Pool`.
#[derive(Clone, Debug)]
pub struct Bb8Postgres(pub bb8::Pool<Manager>);

impl Pool for Bb8Postgres {
    type Held = PooledConnection<'static, Manager>;

    async fn connect(
        login: Rotating<DbCredentials>,
        place: &Place,
        settings: &Settings,
    ) -> Result<(Self, Rotation), rotating_pool::Error> {
        let (max, timeout) = (settings.max, settings.timeout);
        let mut builder = rotating_pool::bb8_postgres::postgres(login, NoTls)
            .config(config(place))
            .pool(move |pool| pool.max_size(max).connection_timeout(timeout));
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
        Ok((Self(pool), rotation))
    }

    async fn user(&self) -> Result<String, Failed> {
        Ok(self.0.get().await?.query_one("SELECT session_user::text", &[]).await?.get(0))
    }

    async fn write(&self) -> Result<(), Failed> {
        let client = self.0.get().await?;
        client.batch_execute("INSERT INTO orders (note) VALUES ('an order')").await?;
        Ok(())
    }

    async fn run(&self, sql: &str) -> Result<(), Failed> {
        Ok(self.0.get().await?.batch_execute(sql).await?)
    }

    async fn hold(&self) -> Result<Self::Held, Failed> {
        let mut client = self.0.get_owned().await?;
        client.batch_execute("BEGIN").await?;
        client.write().await?;
        Ok(client)
    }

    fn size(&self) -> usize {
        self.0.state().connections as usize
    }

    async fn close(&self) {}
}

impl Held for PooledConnection<'static, Manager> {
    async fn user(&mut self) -> Result<String, Failed> {
        Ok(self.query_one("SELECT session_user::text", &[]).await?.get(0))
    }

    async fn write(&mut self) -> Result<(), Failed> {
        Ok(self.batch_execute("INSERT INTO orders (note) VALUES ('a slow order')").await?)
    }

    async fn commit(self) -> Result<(), Failed> {
        Ok(self.batch_execute("COMMIT").await?)
    }
}

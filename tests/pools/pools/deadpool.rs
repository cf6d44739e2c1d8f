//! `deadpool-postgres`.

use deadpool_postgres::{Object, Pool as Deadpool};
use rotating_pool::Rotation;
use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::NoTls;

use super::config;
use crate::{Failed, Held, Place, Pool, Settings};

/// `deadpool_postgres::Pool`.
#[derive(Clone, Debug)]
pub struct DeadpoolPostgres(pub Deadpool);

impl Pool for DeadpoolPostgres {
    type Held = Object;

    async fn connect(
        login: Rotating<DbCredentials>,
        place: &Place,
        settings: &Settings,
    ) -> Result<(Self, Rotation), rotating_pool::Error> {
        let (max, timeout) = (settings.max as usize, settings.timeout);
        let mut builder = rotating_pool::deadpool_postgres::postgres(login, NoTls)
            .config(config(place))
            .pool(move |pool| pool.max_size(max).wait_timeout(Some(timeout)));
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
        let insert = client.prepare_cached("INSERT INTO orders (note) VALUES ('an order')").await?;
        client.execute(&insert, &[]).await?;
        Ok(())
    }

    async fn run(&self, sql: &str) -> Result<(), Failed> {
        Ok(self.0.get().await?.batch_execute(sql).await?)
    }

    async fn hold(&self) -> Result<Object, Failed> {
        let mut client = self.0.get().await?;
        client.batch_execute("BEGIN").await?;
        client.write().await?;
        Ok(client)
    }

    fn size(&self) -> usize {
        self.0.status().size
    }

    async fn close(&self) {
        self.0.close();
    }
}

impl Held for Object {
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

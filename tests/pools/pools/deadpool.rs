//! `deadpool-postgres`.

use deadpool_postgres::{ManagerConfig, Object, RecyclingMethod};
use rotating_pool::Rotation;
use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::Config;

use crate::{Failed, Held, Place, Pool, Settings};

/// `deadpool_postgres::Pool`.
#[derive(Clone, Debug)]
pub struct Deadpool(pub deadpool_postgres::Pool);

impl Pool for Deadpool {
    type Held = HeldObject;

    async fn connect(
        login: Rotating<DbCredentials>,
        place: &Place,
        settings: &Settings,
    ) -> Result<(Self, Rotation), rotating_pool::Error> {
        let mut config = Config::new();
        config.host(&place.host).port(place.port).dbname("app");
        let Settings { max, timeout, .. } = *settings;
        let mut builder = rotating_pool::deadpool::postgres(login).config(config).pool(move |builder| {
            let builder = builder.max_size(max as usize).wait_timeout(Some(timeout));
            builder.create_timeout(Some(timeout))
        });
        // As the others do: a connection that has ended is not handed out.
        builder = builder.manager_config(ManagerConfig { recycling_method: RecyclingMethod::Verified });
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
        self.0.get().await?.execute("INSERT INTO orders (note) VALUES ('an order')", &[]).await?;
        Ok(())
    }

    async fn run(&self, sql: &str) -> Result<(), Failed> {
        self.0.get().await?.execute(sql, &[]).await?;
        Ok(())
    }

    async fn hold(&self) -> Result<HeldObject, Failed> {
        let mut held = HeldObject(Some(self.0.get().await?));
        held.client()?.batch_execute("BEGIN").await?;
        held.write().await?;
        Ok(held)
    }

    fn size(&self) -> usize {
        self.0.status().size
    }

    fn idle(&self) -> usize {
        self.0.status().available
    }

    async fn close(&self) {
        self.0.close();
    }
}

/// A transaction on an object.
#[derive(Debug)]
pub struct HeldObject(Option<Object>);

impl HeldObject {
    fn client(&self) -> Result<&Object, Failed> {
        self.0.as_ref().ok_or_else(|| std::io::Error::other("it is returned").into())
    }
}

impl Held for HeldObject {
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

impl Drop for HeldObject {
    /// As the driver does when a transaction is dropped.
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            let _rollback = tokio::spawn(async move { object.batch_execute("ROLLBACK").await });
        }
    }
}

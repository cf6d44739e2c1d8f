//! `deadpool-postgres`.

use deadpool_postgres::{ManagerConfig, Object, RecyclingMethod};
use rotating_pool::Rotation;
use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::Config;

use super::held::HeldConnection;
use crate::{Failed, Place, Pool, Settings};

/// `deadpool_postgres::Pool`.
#[derive(Clone, Debug)]
pub struct Deadpool(pub deadpool_postgres::Pool);

impl Pool for Deadpool {
    type Held = HeldConnection<Object>;

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

    async fn hold(&self) -> Result<Self::Held, Failed> {
        HeldConnection::begin(self.0.get().await?).await
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

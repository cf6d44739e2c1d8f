//! `bb8`.

use bb8::PooledConnection;
use rotating_pool::{Rotation, bb8::Manager};
use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::Config;

use super::held::HeldConnection;
use crate::{Failed, Place, Pool, Settings};

/// `bb8::Pool`.
#[derive(Clone, Debug)]
pub struct Bb8(pub bb8::Pool<Manager>, Rotation);

impl Pool for Bb8 {
    type Held = HeldConnection<PooledConnection<'static, Manager>>;

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

    async fn hold(&self) -> Result<Self::Held, Failed> {
        HeldConnection::begin(self.0.get_owned().await?).await
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

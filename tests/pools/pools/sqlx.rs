//! `sqlx`.

use rotating_pool::Rotation;
use secrets_config_core::{DbCredentials, Rotating};
use sqlx::{
    AssertSqlSafe, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};

use crate::{Failed, Held, Place, Pool, Settings};

/// `sqlx::PgPool`.
#[derive(Clone, Debug)]
pub struct SqlxPostgres(pub PgPool);

impl Pool for SqlxPostgres {
    type Held = Transaction<'static, Postgres>;

    async fn connect(
        login: Rotating<DbCredentials>,
        place: &Place,
        settings: &Settings,
    ) -> Result<(Self, Rotation), rotating_pool::Error> {
        let connect = PgConnectOptions::new_without_pgpass()
            .host(&place.host)
            .port(place.port)
            .ssl_mode(PgSslMode::Disable)
            .database("app");
        let mut pool = PgPoolOptions::new()
            .max_connections(settings.max)
            .acquire_timeout(settings.timeout)
            .max_lifetime(settings.max_lifetime);
        if settings.idle_timeout.is_some() {
            pool = pool.idle_timeout(settings.idle_timeout);
        }
        let mut builder = rotating_pool::sqlx::postgres(login).connect_options(connect).pool_options(pool);
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
        Ok(sqlx::query_scalar("SELECT session_user::text").fetch_one(&self.0).await?)
    }

    async fn write(&self) -> Result<(), Failed> {
        sqlx::query("INSERT INTO orders (note) VALUES ('an order')").execute(&self.0).await?;
        Ok(())
    }

    async fn run(&self, sql: &str) -> Result<(), Failed> {
        sqlx::query(AssertSqlSafe(sql)).execute(&self.0).await?;
        Ok(())
    }

    async fn hold(&self) -> Result<Self::Held, Failed> {
        let mut transaction = self.0.begin().await?;
        transaction.write().await?;
        Ok(transaction)
    }

    fn size(&self) -> usize {
        self.0.size() as usize
    }

    fn idle(&self) -> usize {
        self.0.num_idle()
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

impl Held for Transaction<'static, Postgres> {
    async fn user(&mut self) -> Result<String, Failed> {
        Ok(sqlx::query_scalar("SELECT session_user::text").fetch_one(&mut **self).await?)
    }

    async fn write(&mut self) -> Result<(), Failed> {
        sqlx::query("INSERT INTO orders (note) VALUES ('a slow order')").execute(&mut **self).await?;
        Ok(())
    }

    async fn commit(self) -> Result<(), Failed> {
        Ok(Self::commit(self).await?)
    }
}

//! `sqlx::MySqlPool`, behind the same trait as the pools of PostgreSQL.

use rotating_pool::Rotation;
use secrets_config_core::{DbCredentials, Rotating};
use sqlx::{
    AssertSqlSafe, MySql, MySqlPool, Transaction,
    mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode},
};

use crate::{Failed, Held, Place, Pool, Settings};

/// `sqlx::MySqlPool`.
#[derive(Clone, Debug)]
pub struct SqlxMySql(pub MySqlPool);

/// A transaction that is open.
#[derive(Debug)]
pub struct HeldTransaction(Transaction<'static, MySql>);

const USER: &str = "SELECT SUBSTRING_INDEX(USER(), '@', 1)";
const INSERT: &str = "INSERT INTO orders (note) VALUES ('an order')";

impl Pool for SqlxMySql {
    type Held = HeldTransaction;

    async fn connect(
        login: Rotating<DbCredentials>,
        place: &Place,
        settings: &Settings,
    ) -> Result<(Self, Rotation), rotating_pool::Error> {
        let connect = MySqlConnectOptions::new()
            .host(&place.host)
            .port(place.port)
            .database("app")
            .ssl_mode(MySqlSslMode::Disabled);
        let pool = MySqlPoolOptions::new()
            .max_connections(settings.max)
            .acquire_timeout(settings.timeout)
            .max_lifetime(settings.max_lifetime)
            .idle_timeout(settings.idle_timeout);
        let mut builder = rotating_pool::sqlx::mysql(login).connect_options(connect).pool_options(pool);
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
        Ok(sqlx::query_scalar(USER).fetch_one(&self.0).await?)
    }

    async fn write(&self) -> Result<(), Failed> {
        sqlx::query(INSERT).execute(&self.0).await?;
        Ok(())
    }

    async fn run(&self, sql: &str) -> Result<(), Failed> {
        sqlx::query(AssertSqlSafe(sql)).execute(&self.0).await?;
        Ok(())
    }

    async fn hold(&self) -> Result<HeldTransaction, Failed> {
        let mut transaction = HeldTransaction(self.0.begin().await?);
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

impl Held for HeldTransaction {
    async fn user(&mut self) -> Result<String, Failed> {
        Ok(sqlx::query_scalar(USER).fetch_one(&mut *self.0).await?)
    }

    async fn write(&mut self) -> Result<(), Failed> {
        sqlx::query(INSERT).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn commit(self) -> Result<(), Failed> {
        Ok(self.0.commit().await?)
    }
}

//! The database: a plain pool whose login changes.

use std::time::Duration;

use secrets_config::{
    DbCredentials, Rotating,
    pool::{self, Rotation},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::settings::Database as Settings;

#[derive(Clone, Debug)]
pub struct Database {
    pub pool: PgPool,
    pub rotation: Rotation,
}

/// Who a connection belongs to.
pub struct WhoAmI {
    pub user: String,
    pub generation: Option<u64>,
}

pub async fn connect(settings: &Settings, login: Rotating<DbCredentials>) -> Result<Database, pool::Error> {
    let connect = PgConnectOptions::new_without_pgpass()
        .host(&settings.host)
        .port(settings.port)
        .database(&settings.name)
        .application_name("direct-vault-example");
    let (pool, rotation) = pool::sqlx::postgres(login)
        .connect_options(connect)
        .pool_options(
            PgPoolOptions::new()
                .max_connections(settings.max_connections)
                .acquire_timeout(Duration::from_secs(5)),
        )
        .connect_with_rotation()
        .await?;
    Ok(Database { pool, rotation })
}

/// Why a query failed.
pub enum Failure {
    /// Nothing is wrong with the query: its login is.
    Login(pool::Error),
    Query(sqlx::Error),
}

impl Database {
    /// Tells what an error has to do with the login.
    pub fn observe(&self, error: sqlx::Error) -> Failure {
        self.rotation.observe(&error).map_or(Failure::Query(error), Failure::Login)
    }

    pub async fn who_am_i(&self) -> Result<WhoAmI, sqlx::Error> {
        let user: String = sqlx::query_scalar("SELECT session_user::text").fetch_one(&self.pool).await?;
        let generation = self.rotation.generation_of(&user);
        Ok(WhoAmI { user, generation })
    }

    pub async fn order(&self) -> Result<i64, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let id = sqlx::query_scalar("INSERT INTO orders (note) VALUES ('an order') RETURNING id")
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// As [`order`](Self::order), with the transaction held open before it writes.
    pub async fn slow_order(&self, hold: Duration) -> Result<i64, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let _before: i64 =
            sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&mut *transaction).await?;
        tokio::time::sleep(hold).await;
        let id = sqlx::query_scalar("INSERT INTO orders (note) VALUES ('a slow order') RETURNING id")
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(id)
    }

    pub async fn count(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&self.pool).await
    }
}

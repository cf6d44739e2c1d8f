//! The same pools without us.

use std::time::Duration;

use bb8_postgres::PostgresConnectionManager;
use pool_tests::{Bb8, Deadpool, Owner, Place, Settings, SqlxPostgres};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use tokio_postgres::{Config, NoTls, config::SslMode};

/// A pool that is asked `SELECT 1`.
pub(crate) trait Asked: Clone + Send + Sync + 'static {
    fn ask(&self) -> impl Future<Output = Result<(), String>> + Send;
}

/// A pool with a login that stays.
pub(crate) trait Plain: Asked {
    fn connect(place: &Place, user: &str, password: &str) -> impl Future<Output = Self> + Send;
}

/// A pool of ours, as its crate makes it where nothing else is said, and without a greatest lifetime.
pub(crate) trait Ours: Asked {
    fn connect(owner: &Owner, max: u32) -> impl Future<Output = Self> + Send;
}

pub(crate) const MAX: u32 = 10;
const WAIT: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(crate) struct PlainSqlx(sqlx::PgPool);
#[derive(Clone)]
pub(crate) struct PlainDeadpool(deadpool_postgres::Pool);
#[derive(Clone)]
pub(crate) struct PlainBb8(bb8::Pool<PostgresConnectionManager<NoTls>>);

impl Plain for PlainSqlx {
    async fn connect(place: &Place, user: &str, password: &str) -> Self {
        let options = PgConnectOptions::new_without_pgpass()
            .host(&place.host)
            .port(place.port)
            .ssl_mode(PgSslMode::Disable)
            .database("app")
            .username(user)
            .password(password);
        let pool = PgPoolOptions::new().max_connections(MAX).max_lifetime(None).acquire_timeout(WAIT);
        Self(pool.connect_with(options).await.unwrap())
    }
}

impl Plain for PlainDeadpool {
    async fn connect(place: &Place, user: &str, password: &str) -> Self {
        let manager = deadpool_postgres::Manager::new(config_of(place, user, password), NoTls);
        let pool = deadpool_postgres::Pool::builder(manager).max_size(MAX as usize).build();
        Self(pool.unwrap())
    }
}

impl Plain for PlainBb8 {
    async fn connect(place: &Place, user: &str, password: &str) -> Self {
        let manager = PostgresConnectionManager::new(config_of(place, user, password), NoTls);
        // As ours: to look at how old a connection is takes a look at the clock.
        let builder = bb8::Pool::builder().max_size(MAX).connection_timeout(WAIT).max_lifetime(None);
        Self(builder.build(manager).await.unwrap())
    }
}

impl Ours for SqlxPostgres {
    async fn connect(owner: &Owner, max: u32) -> Self {
        owner.connect(&Settings { max, ..Settings::default() }).await.0
    }
}

impl Ours for Deadpool {
    async fn connect(owner: &Owner, max: u32) -> Self {
        let builder = rotating_pool::deadpool::postgres(owner.login()).config(config(&owner.place()));
        let builder = builder.pool(move |pool| pool.max_size(max as usize));
        Self(builder.connect().await.unwrap())
    }
}

impl Ours for Bb8 {
    async fn connect(owner: &Owner, max: u32) -> Self {
        owner.connect(&Settings { max, ..Settings::default() }).await.0
    }
}

fn config(place: &Place) -> Config {
    let mut config = Config::new();
    config.host(&place.host).port(place.port).dbname("app").ssl_mode(SslMode::Disable);
    config
}

fn config_of(place: &Place, user: &str, password: &str) -> Config {
    let mut config = config(place);
    config.user(user).password(password);
    config
}

async fn ask_sqlx(pool: sqlx::PgPool) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut connection = pool.acquire().await?;
    sqlx::query("SELECT 1").execute(&mut *connection).await?;
    Ok(())
}

async fn ask_deadpool(pool: deadpool_postgres::Pool) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    pool.get().await?.simple_query("SELECT 1").await?;
    Ok(())
}

async fn ask_plain_bb8(
    pool: bb8::Pool<PostgresConnectionManager<NoTls>>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    pool.get().await?.simple_query("SELECT 1").await?;
    Ok(())
}

async fn ask_bb8(
    pool: bb8::Pool<pool_tests::Bb8Manager>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    pool.get().await?.simple_query("SELECT 1").await?;
    Ok(())
}

macro_rules! asked {
    ($($pool:ty => $ask:ident),+ $(,)?) => {
        $(impl Asked for $pool {
            async fn ask(&self) -> Result<(), String> {
                $ask(self.0.clone()).await.map_err(|error| error.to_string())
            }
        })+
    };
}

asked! {
    PlainSqlx => ask_sqlx,
    SqlxPostgres => ask_sqlx,
    PlainDeadpool => ask_deadpool,
    Deadpool => ask_deadpool,
    PlainBb8 => ask_plain_bb8,
    Bb8 => ask_bb8,
}

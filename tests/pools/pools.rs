//! Each pool.

mod bb8;
mod deadpool;
mod sqlx;

use tokio_postgres::{Config, config::SslMode};

pub use self::{bb8::Bb8Postgres, deadpool::DeadpoolPostgres, sqlx::SqlxPostgres};
use crate::Place;

/// What `tokio-postgres` connects to.
fn config(place: &Place) -> Config {
    let mut config = Config::new();
    config.host(&place.host).port(place.port).dbname("app").ssl_mode(SslMode::Disable);
    config
}

//! `bb8::Pool` of `tokio-postgres` connections with a login that changes.
//!
//! ```no_run
//! # async fn connect(
//! #     login: secrets_config_core::Rotating<secrets_config_core::DbCredentials>,
//! # ) -> Result<(), rotating_pool::Error> {
//! use tokio_postgres::{Config, NoTls};
//!
//! let mut config = Config::new();
//! config.host("db").dbname("app");
//! let pool: bb8::Pool<rotating_pool::bb8_postgres::Manager> =
//!     rotating_pool::bb8_postgres::postgres(login, NoTls)
//!         .config(config)
//!         .pool(|pool| pool.max_size(20))
//!         .connect()
//!         .await?;
//! let client = pool.get().await.unwrap();
//! # Ok(())
//! # }
//! ```
//!
//! The manager takes the place of `bb8_postgres::PostgresConnectionManager`, whose login is fixed. `bb8` hides why it
//! cannot connect until its connection timeout is over; this manager hands out a connection at once whose first statement
//! says it.
//!
//! `test_on_check_out(false)` also leaves the check out whether a login still exists.

mod builder;
mod manager;
mod places;

use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::{
    Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

pub use self::{
    builder::Builder,
    manager::{Connection, Manager},
};
use crate::client::connector;

/// Returns a builder for a pool that uses `login`, over this kind of TLS.
pub fn postgres<T>(login: Rotating<DbCredentials>, tls: T) -> Builder
where
    T: MakeTlsConnect<Socket, Stream: Send + Sync, TlsConnect: Send + Sync> + Clone + Send + Sync + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    Builder::new(login, connector(tls))
}

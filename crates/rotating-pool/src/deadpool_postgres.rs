//! `deadpool_postgres::Pool` with a login that changes.
//!
//! ```no_run
//! # async fn connect(
//! #     login: secrets_config_core::Rotating<secrets_config_core::DbCredentials>,
//! # ) -> Result<(), rotating_pool::Error> {
//! use tokio_postgres::{Config, NoTls};
//!
//! let mut config = Config::new();
//! config.host("db").dbname("app");
//! let pool: deadpool_postgres::Pool = rotating_pool::deadpool_postgres::postgres(login, NoTls)
//!     .config(config)
//!     .pool(|pool| pool.max_size(20))
//!     .connect()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! What happens at a change of the login is told in [`sqlx`](crate#what-happens-at-a-change); here, too, an old
//! connection is exchanged for one that is open already when nobody uses it. A connection is opened with the login of one
//! moment, and opened again if the login is another one when it is ready.

mod builder;
mod places;

use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::{
    Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

pub use self::builder::Builder;
use crate::client::connector;

/// Returns a builder for a pool that uses `login`, over this kind of TLS.
pub fn postgres<T>(login: Rotating<DbCredentials>, tls: T) -> Builder
where
    T: MakeTlsConnect<Socket, Stream: Send + Sync, TlsConnect: Send + Sync> + Clone + Send + Sync + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    Builder::new(login, connector(tls))
}

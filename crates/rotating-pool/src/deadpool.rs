//! `deadpool-postgres` pools with a login that changes.
//!
//! ```no_run
//! # async fn connect(
//! #     login: secrets_config_core::Rotating<secrets_config_core::DbCredentials>,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! let mut database = tokio_postgres::Config::new();
//! database.host("db").dbname("app");
//!
//! let pool: deadpool_postgres::Pool = rotating_pool::deadpool::postgres(login)
//!     .config(database)
//!     .pool(|builder| builder.max_size(20))
//!     .connect()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What happens at a change
//!
//! 1. *Probe*: a connection is made with the new login and runs the probe statement. If that fails the old one is kept,
//!    and it is tried again.
//! 2. *Switch*: connections opened from now on use the new login. One that is being opened with the old login at that
//!    moment is given up and begun again.
//! 3. *Drain*: connections with the old login are replaced when nobody uses them or when they come back, each by one
//!    that is already open: nobody waits for it. A transaction is never cut.
//! 4. *Let go*: when no session of the old login is left, and none is being opened, the login is released, which is
//!    what lets its owner revoke it. Sessions in use shortly before the login ends are ended.
//!
//! Where a login ends and there is no other, open connections serve on, and `get` fails at once if it would have to open
//! one: [`Error::NoValidCredentials`](crate::Error::NoValidCredentials) is among the sources of its error. Within the
//! first 0.8 seconds it waits for another login before it fails.
//!
//! `Object::take` takes a client out of the pool. It is not replaced then, and the login it was opened with is not let
//! go of until it is dropped, or ended shortly before the login ends.

mod builder;
mod connect;
mod hooks;
mod pool;

use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::NoTls;

pub use self::builder::Builder;

/// Returns a builder for a `deadpool_postgres::Pool` that uses `login`.
pub fn postgres(login: Rotating<DbCredentials>) -> Builder<NoTls> {
    Builder::new(login)
}

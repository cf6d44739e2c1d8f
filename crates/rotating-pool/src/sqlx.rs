//! `sqlx` pools with a login that changes.
//!
//! ```no_run
//! # #[cfg(feature = "sqlx-postgres")]
//! # async fn connect(
//! #     login: secrets_config_core::Rotating<secrets_config_core::DbCredentials>,
//! # ) -> Result<(), rotating_pool::Error> {
//! use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
//!
//! let pool: sqlx::PgPool = rotating_pool::sqlx::postgres(login)
//!     .connect_options(PgConnectOptions::new().host("db").database("app"))
//!     .pool_options(PgPoolOptions::new().max_connections(20))
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
//! 2. *Switch*: connections opened from now on use the new login. One that was being opened with the old login while
//!    that happened is noticed by its database user, and another is put in its place before anybody gets it.
//! 3. *Drain*: connections with the old login are replaced when nobody uses them or when they come back, each by one
//!    that is already open: nobody waits for it. A transaction is never cut.
//! 4. *Let go*: when the server has no session of the old login any more and none is being opened, the login is
//!    released, which is what lets its owner revoke it. Sessions in use shortly before the login ends are ended.
//!
//! `try_acquire` and `try_begin` skip the hooks of a pool. They may hand out a connection of step 3, which works, since
//! the old login is not let go of before; or one whose login was taken back by somebody else, which does not.

mod builder;
mod hooks;
#[cfg(feature = "sqlx-mysql")]
mod mysql;
mod opening;
mod pool;
#[cfg(feature = "sqlx-postgres")]
mod postgres;
mod server;
mod sessions;

use std::io::ErrorKind;

use secrets_config_core::{DbCredentials, Rotating};

pub use self::{builder::Builder, server::Server};
use crate::sqlstate;

/// Returns a builder for a PostgreSQL pool that uses `login`.
#[cfg(feature = "sqlx-postgres")]
pub fn postgres(login: Rotating<DbCredentials>) -> Builder<sqlx::Postgres> {
    Builder::new(login)
}

/// Returns a builder for a MySQL or MariaDB pool that uses `login`.
#[cfg(feature = "sqlx-mysql")]
pub fn mysql(login: Rotating<DbCredentials>) -> Builder<sqlx::MySql> {
    Builder::new(login)
}

/// Returns what an error says of the login, as a code of the database.
pub(crate) fn code(error: &sqlx::Error) -> Option<String> {
    match error {
        #[cfg(feature = "sqlx-mysql")]
        sqlx::Error::Database(error)
            if error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().is_some() =>
        {
            error
                .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()
                .map(|error| error.number().to_string())
        }
        sqlx::Error::Database(error) => error.code().map(Into::into),
        sqlx::Error::Io(error) => match error.kind() {
            // Where no connection can be opened, this is what the pool is sent to.
            ErrorKind::NotFound => Some(sqlstate::NO_LOGIN.to_owned()),
            // A pooler hangs up without a word.
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof => {
                Some(sqlstate::ENDED.to_owned())
            }
            _ => None,
        },
        _ => None,
    }
}

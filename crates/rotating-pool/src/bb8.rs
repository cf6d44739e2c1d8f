//! `bb8` pools of `tokio_postgres` clients with a login that changes.
//!
//! ```no_run
//! # async fn connect(
//! #     login: secrets_config_core::Rotating<secrets_config_core::DbCredentials>,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! let mut database = tokio_postgres::Config::new();
//! database.host("db").dbname("app");
//!
//! let pool: bb8::Pool<rotating_pool::bb8::Manager> = rotating_pool::bb8::postgres(login)
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
//!    moment is given up and begun again. Each connection knows its login.
//! 3. *Drain*: connections with the old login are replaced when nobody uses them or when they come back, each by one
//!    that is already open: nobody waits for it. A transaction is never cut.
//! 4. *Let go*: when no session of the old login is left, and none is being opened, the login is released, which is
//!    what lets its owner revoke it. Sessions in use shortly before the login ends are ended.
//!
//! # Where there is no login
//!
//! Open connections serve on. `get` of a `bb8` pool knows no error but that its time is over, however long before it is
//! known that no connection can be opened. So, 0.8 seconds after it asked for one, it is handed a connection without a
//! server: its first statement fails with SQLSTATE 28000 and the reason, and it is not kept. Each attempt to open a
//! connection tells the error sink too, with [`Error::NoValidCredentials`](crate::Error::NoValidCredentials) among the
//! sources of its error. With `test_on_check_out(false)` no such connection is made, and `get` waits until its time is
//! over.
//!
//! # What is left to the application
//!
//! * `test_on_check_out(false)` takes the check of each connection away. A login that somebody else took back is then
//!   noticed only from an error that [`Rotation::observe`](crate::Rotation::observe) is given.
//! * `dedicated_connection` opens a connection outside of the pool. It is not replaced: the login is not let go of until
//!   it is dropped, or ended shortly before the login ends. The same goes for what is given back with `add`, until it is
//!   in the pool.
//! * A `bb8` pool cannot be closed, and who follows its login has a handle of it. Dropping all others leaves it open until
//!   the login's owner is gone; [`Rotation::close`](crate::Rotation::close) ends it.

mod builder;
mod connection;
mod manager;
mod pool;

use std::error::Error;

use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::NoTls;

pub use self::{builder::Builder, connection::Connection, manager::Manager};

/// Returns a builder for a `bb8::Pool` that uses `login`.
pub fn postgres(login: Rotating<DbCredentials>) -> Builder<NoTls> {
    Builder::new(login)
}

pub(crate) fn has_timed_out(error: &(dyn Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(bb8::RunError::<tokio_postgres::Error>::TimedOut))
}

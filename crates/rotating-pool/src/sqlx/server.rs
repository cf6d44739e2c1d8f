//! What differs between the database servers that sqlx speaks to.

use futures_core::future::BoxFuture;
use secrets_config_core::DbCredentials;
use sqlx::{Connection, Database, Error};

use super::sessions::Session;

/// A connection's options.
pub(super) type Options<DB> = <<DB as Database>::Connection as Connection>::Options;

/// A database server whose login can change: `sqlx::Postgres` and `sqlx::MySql`.
pub trait Server: Sealed {}

/// What the adapter needs of one.
pub trait Sealed: Database {
    /// Whether a user's sessions can be listed with the login of another.
    const SHOWS_ALL_SESSIONS: bool;

    /// Whether the sessions of a user who was dropped may be of use.
    const SESSIONS_OUTLIVE_USERS: bool;

    /// Options from nothing but the environment of the process.
    fn options() -> Options<Self>;

    /// Options with this login in them.
    fn with_login(options: &Options<Self>, login: &DbCredentials) -> Options<Self>;

    /// Options with which a connection fails at once, without asking anybody.
    fn without_login(options: &Options<Self>) -> Options<Self>;

    /// Whose session it is.
    fn session(connection: &mut Self::Connection) -> BoxFuture<'_, Result<Session, Error>>;

    /// Returns whether the user whose session it is still exists.
    fn has_user(connection: &mut Self::Connection) -> BoxFuture<'_, Result<bool, Error>>;

    /// Runs a statement and forgets what it returns.
    fn run<'c>(connection: &'c mut Self::Connection, sql: &'c str) -> BoxFuture<'c, Result<(), Error>>;

    /// Returns the ids of those of a login's sessions that there are.
    fn living<'c>(
        connection: &'c mut Self::Connection,
        sessions: &'c [Session],
    ) -> BoxFuture<'c, Result<Vec<i64>, Error>>;

    /// Ends a session of the connection's own user.
    fn end<'c>(
        connection: &'c mut Self::Connection,
        session: &'c Session,
    ) -> BoxFuture<'c, Result<(), Error>>;

    /// Ends the connection's own session, whichever that is at this moment: a pooler may change it between two statements.
    fn end_own(connection: &mut Self::Connection) -> BoxFuture<'_, Result<(), Error>>;

    /// Takes on another role, for good.
    fn set_role<'c>(connection: &'c mut Self::Connection, role: &'c str) -> BoxFuture<'c, Result<(), Error>>;
}

//! A connection of our own, beside the pool: it tries a new login and watches the old ones leave.

use std::{collections::HashMap, io::ErrorKind, time::Duration};

use secrets_config_core::DbCredentials;
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, types::Oid},
};
use tokio::time;

/// A database that does not answer a small question in this time does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Returns `options` with `login` in them.
pub(super) fn with_login(options: &PgConnectOptions, login: &DbCredentials) -> PgConnectOptions {
    options.clone().username(login.username()).password(login.password().expose_secret())
}

/// A connection that is not the pool's.
pub(super) struct Probe(PgConnection);

impl Probe {
    /// Connects with `login` and runs a statement. Returns the connection and the id of the user's role.
    pub(super) async fn open(
        options: &PgConnectOptions,
        login: &DbCredentials,
    ) -> Result<(Self, Oid), sqlx::Error> {
        in_time(async {
            let mut connection = PgConnection::connect_with(&with_login(options, login)).await?;
            let role = role_of(&mut connection).await?;
            Ok((Self(connection), role))
        })
        .await
    }

    /// Returns how many sessions the server has of each of `roles` that has any.
    ///
    /// `pg_stat_activity` shows the users of all sessions to everybody: by their ids also when the role is gone.
    pub(super) async fn sessions(&mut self, roles: &[Oid]) -> Result<HashMap<Oid, usize>, sqlx::Error> {
        let rows: Vec<(Oid, i64)> = in_time(
            sqlx::query_as(
                "SELECT usesysid, count(*) FROM pg_stat_activity WHERE usesysid = ANY($1) GROUP BY usesysid",
            )
            .bind(roles)
            .fetch_all(&mut self.0),
        )
        .await?;
        Ok(rows.into_iter().map(|(role, count)| (role, usize::try_from(count).unwrap_or(0))).collect())
    }

    pub(super) async fn close(self) {
        // The server ends the session anyway when the socket goes.
        let _unheard = in_time(self.0.close()).await;
    }
}

/// Returns the id of the role that the connection was opened as.
pub(super) async fn role_of(connection: &mut PgConnection) -> Result<Oid, sqlx::Error> {
    sqlx::query_scalar("SELECT usesysid FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        .fetch_one(connection)
        .await
}

async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(sqlx::Error::Io(ErrorKind::TimedOut.into())))
}

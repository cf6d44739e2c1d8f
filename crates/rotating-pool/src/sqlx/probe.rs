//! A connection of our own, beside the pool: it tries a new login and watches the old ones leave.

use std::collections::HashMap;

use secrets_config_core::DbCredentials;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

/// Returns `options` with `login` in them.
pub(super) fn with_login(options: &PgConnectOptions, login: &DbCredentials) -> PgConnectOptions {
    options.clone().username(login.username()).password(login.password().expose_secret())
}

/// A connection that is not the pool's.
pub(super) struct Probe(PgConnection);

impl Probe {
    /// Connects with `login` and runs a statement.
    pub(super) async fn open(options: &PgConnectOptions, login: &DbCredentials) -> Result<Self, sqlx::Error> {
        let mut connection = PgConnection::connect_with(&with_login(options, login)).await?;
        sqlx::query("SELECT 1").execute(&mut connection).await?;
        Ok(Self(connection))
    }

    /// Returns how many sessions the server has of each of `users` that has any.
    ///
    /// `pg_stat_activity` shows the users of all sessions to everybody.
    pub(super) async fn sessions(&mut self, users: &[String]) -> Result<HashMap<String, usize>, sqlx::Error> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT usename::text, count(*) FROM pg_stat_activity WHERE usename = ANY($1::text[]) GROUP BY usename",
        )
        .bind(users)
        .fetch_all(&mut self.0)
        .await?;
        Ok(rows.into_iter().map(|(user, count)| (user, usize::try_from(count).unwrap_or(0))).collect())
    }

    pub(super) async fn close(self) {
        // The server ends the session anyway when the socket goes.
        let _unheard = self.0.close().await;
    }
}

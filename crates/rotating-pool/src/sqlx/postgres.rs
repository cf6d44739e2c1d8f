//! PostgreSQL.

use futures_core::future::BoxFuture;
use futures_util::TryStreamExt;
use secrets_config_core::DbCredentials;
use sqlx::{
    AssertSqlSafe, Error, Executor, PgConnection, Postgres, Row,
    postgres::{PgConnectOptions, types::Oid},
};

use super::{
    opening::is_dropped,
    server::{Sealed, Server},
    sessions::Session,
};

impl Server for Postgres {}

impl Sealed for Postgres {
    const SHOWS_ALL_SESSIONS: bool = true;
    const SESSIONS_OUTLIVE_USERS: bool = false;

    fn options() -> PgConnectOptions {
        PgConnectOptions::new()
    }

    fn with_login(options: &PgConnectOptions, login: &DbCredentials) -> PgConnectOptions {
        options.clone().username(login.username()).password(login.password().expose_secret())
    }

    fn without_login(options: &PgConnectOptions) -> PgConnectOptions {
        // The driver knows no other way to fail without asking the server.
        options.clone().socket("/nonexistent/no valid login")
    }

    fn session(connection: &mut PgConnection) -> BoxFuture<'_, Result<Session, Error>> {
        // In one round trip, and not in the cache of prepared statements. Of a user that was dropped it is an error.
        const SQL: &str =
            "SELECT session_user::text, quote_ident(session_user)::regrole::oid, pg_backend_pid()";
        Box::pin(async move {
            let row = connection.fetch_one(sqlx::raw_sql(SQL)).await?;
            let (user, oid, pid): (String, Oid, i32) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            Ok(Session { user, user_id: oid.0.into(), id: pid.into() })
        })
    }

    fn has_user(connection: &mut PgConnection) -> BoxFuture<'_, Result<bool, Error>> {
        Box::pin(async move {
            match Self::session(connection).await {
                Ok(_) => Ok(true),
                Err(error) if is_dropped(&error) => Ok(false),
                Err(error) => Err(error),
            }
        })
    }

    fn run<'c>(connection: &'c mut PgConnection, sql: &'c str) -> BoxFuture<'c, Result<(), Error>> {
        Box::pin(async move {
            let mut answer = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(sql)));
            while answer.try_next().await?.is_some() {}
            Ok(())
        })
    }

    fn living<'c>(
        connection: &'c mut PgConnection,
        sessions: &'c [Session],
    ) -> BoxFuture<'c, Result<Vec<i64>, Error>> {
        // It shows everybody the users of all sessions, by id also when the user is gone.
        const SQL: &str = "SELECT ours.pid FROM pg_stat_activity
            JOIN unnest($1::int8[], $2::int8[]) AS ours(pid, usesysid) USING (pid, usesysid)";
        Box::pin(async move {
            let (pids, users): (Vec<i64>, Vec<i64>) =
                sessions.iter().map(|session| (session.id, session.user_id)).unzip();
            sqlx::query_scalar(SQL).bind(pids).bind(users).persistent(false).fetch_all(connection).await
        })
    }

    fn end<'c>(connection: &'c mut PgConnection, session: &'c Session) -> BoxFuture<'c, Result<(), Error>> {
        const SQL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid = $1 AND usesysid::int8 = $2";
        Box::pin(async move {
            let query = sqlx::query(SQL).bind(session.id).bind(session.user_id).persistent(false);
            query.execute(connection).await.map(drop)
        })
    }

    fn end_own(connection: &mut PgConnection) -> BoxFuture<'_, Result<(), Error>> {
        // Whatever role it acts as, its own login may do that.
        Self::run(connection, "RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid())")
    }

    fn set_role<'c>(connection: &'c mut PgConnection, role: &'c str) -> BoxFuture<'c, Result<(), Error>> {
        Box::pin(async move {
            let query = sqlx::query("SELECT set_config('role', $1, false)").bind(role).persistent(false);
            query.execute(connection).await.map(drop)
        })
    }
}

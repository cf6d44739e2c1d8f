//! MySQL and MariaDB.

use futures_core::future::BoxFuture;
use futures_util::TryStreamExt;
use secrets_config_core::DbCredentials;
use sqlx::{AssertSqlSafe, Error, Executor, MySql, MySqlConnection, Row, mysql::MySqlConnectOptions};

use super::{
    server::{Sealed, Server},
    sessions::Session,
};

impl Server for MySql {}

impl Sealed for MySql {
    const SHOWS_ALL_SESSIONS: bool = false;
    // What they may do to a whole database they may do on; what was granted for a table they may not.
    const SESSIONS_OUTLIVE_USERS: bool = true;

    fn options() -> MySqlConnectOptions {
        MySqlConnectOptions::new()
    }

    fn with_login(options: &MySqlConnectOptions, login: &DbCredentials) -> MySqlConnectOptions {
        options.clone().username(login.username()).password(login.password().expose_secret())
    }

    fn without_login(options: &MySqlConnectOptions) -> MySqlConnectOptions {
        // The driver knows no other way to fail without asking the server.
        options.clone().socket("/nonexistent/no valid login")
    }

    fn session(connection: &mut MySqlConnection) -> BoxFuture<'_, Result<Session, Error>> {
        const SQL: &str = "SELECT CURRENT_USER(), CAST(CONNECTION_ID() AS SIGNED)";
        Box::pin(async move {
            let row = connection.fetch_one(sqlx::raw_sql(SQL)).await?;
            Ok(Session { user: row.try_get(0)?, user_id: 0, id: row.try_get(1)? })
        })
    }

    fn has_user(connection: &mut MySqlConnection) -> BoxFuture<'_, Result<bool, Error>> {
        // Everybody sees a row of their own there, and `SHOW GRANTS` shows a hash of the password.
        const SQL: &str = "SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES
            WHERE REPLACE(GRANTEE, '''', '') = REPLACE(CURRENT_USER(), '''', '')";
        Box::pin(async move {
            let rows: i64 = connection.fetch_one(sqlx::raw_sql(SQL)).await?.try_get(0)?;
            Ok(rows > 0)
        })
    }

    fn run<'c>(connection: &'c mut MySqlConnection, sql: &'c str) -> BoxFuture<'c, Result<(), Error>> {
        Box::pin(async move {
            let mut answer = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(sql)));
            while answer.try_next().await?.is_some() {}
            Ok(())
        })
    }

    fn living<'c>(
        connection: &'c mut MySqlConnection,
        sessions: &'c [Session],
    ) -> BoxFuture<'c, Result<Vec<i64>, Error>> {
        // Without special rights it shows the sessions of one's own user.
        const SQL: &str = "SELECT CAST(ID AS SIGNED) FROM information_schema.PROCESSLIST";
        Box::pin(async move {
            let rows = connection.fetch_all(sqlx::raw_sql(SQL)).await?;
            let ids = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
            Ok(sessions.iter().map(|session| session.id).filter(|id| ids.contains(id)).collect())
        })
    }

    fn end<'c>(
        connection: &'c mut MySqlConnection,
        session: &'c Session,
    ) -> BoxFuture<'c, Result<(), Error>> {
        Box::pin(async move {
            let sql = format!("KILL CONNECTION {}", session.id);
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop)
        })
    }

    fn end_own(connection: &mut MySqlConnection) -> BoxFuture<'_, Result<(), Error>> {
        Self::run(connection, "KILL CONNECTION_ID()")
    }

    fn set_role<'c>(connection: &'c mut MySqlConnection, role: &'c str) -> BoxFuture<'c, Result<(), Error>> {
        Box::pin(async move {
            let sql = format!("SET ROLE `{}`", role.replace('`', "``"));
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop)
        })
    }
}

//! What is asked of a PostgreSQL server.

use std::time::Duration;

use tokio::time;
use tokio_postgres::{Client, Error, SimpleQueryMessage};

use crate::sessions::Session;

/// A database that does not answer a small question in this time does not answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Whose session it is. Of a user that was dropped it is an error.
pub(super) async fn session(client: &Client) -> Result<Option<Session>, Error> {
    const SQL: &str = "SELECT session_user::text, quote_ident(session_user)::regrole::oid, pg_backend_pid()";
    let answer = client.simple_query(SQL).await?;
    Ok(answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(Session {
            user: row.get(0)?.to_owned(),
            user_id: row.get(1)?.parse().ok()?,
            id: row.get(2)?.parse().ok()?,
        }),
        _ => None,
    }))
}

/// How many of these sessions there are.
pub(super) async fn count(client: &Client, sessions: &[Session]) -> Result<usize, Error> {
    if sessions.is_empty() {
        return Ok(0);
    }
    let ours: Vec<_> =
        sessions.iter().map(|session| format!("({}, {})", session.id, session.user_id)).collect();
    let sql =
        format!("SELECT pid FROM pg_stat_activity WHERE (pid, usesysid::int8) IN ({})", ours.join(", "));
    let answer = client.simple_query(&sql).await?;
    Ok(answer.iter().filter(|message| matches!(message, SimpleQueryMessage::Row(_))).count())
}

/// Ends a session of the client's own user.
pub(super) async fn end(client: &Client, session: &Session) -> Result<(), Error> {
    let sql = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = {} AND usesysid::int8 = {}",
        session.id, session.user_id
    );
    client.simple_query(&sql).await.map(drop)
}

/// Takes on another role, for good.
pub(super) async fn set_role(client: &Client, role: &str) -> Result<(), Error> {
    client.batch_execute(&format!("SET ROLE \"{}\"", role.replace('"', "\"\""))).await
}

/// Returns the answer, if it comes soon.
pub(super) async fn in_time<T>(answer: impl Future<Output = Result<T, Error>>) -> Option<Result<T, Error>> {
    time::timeout(PATIENCE, answer).await.ok()
}

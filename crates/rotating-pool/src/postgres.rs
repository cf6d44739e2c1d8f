//! What the pools of `tokio_postgres` clients have in common.

mod network;
mod opening;
mod pool;
mod refusal;
mod sessions;
mod setup;

use std::{error::Error as StdError, time::Duration};

use tokio::time;

#[cfg(feature = "deadpool-postgres")]
pub(crate) use self::opening::{set_role, user};
pub(crate) use self::{
    network::Network,
    opening::Opening,
    pool::{Adapted, Pool},
    sessions::Sessions,
    setup::{Beginning, Setup},
};
#[cfg(feature = "bb8-postgres")]
pub(crate) use self::{
    opening::Opened,
    refusal::{hollow, refused},
};
use crate::{
    adapter::{Failure, Reason},
    sqlstate,
};

/// A database that does not answer a small question in this time does not answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Returns what an error says of the login, as a code of the database.
pub(crate) fn code<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e str> {
    if let Some(crate::Error::NoValidCredentials { .. }) = error.downcast_ref() {
        return Some(sqlstate::NO_LOGIN);
    }
    let error = error.downcast_ref::<tokio_postgres::Error>()?;
    if error.is_closed() {
        // The driver keeps to itself what the server said to a session that nobody asked anything.
        return Some(sqlstate::ENDED);
    }
    error.code().map(|code| code.code())
}

pub(crate) fn failure(error: impl StdError + Send + Sync + 'static) -> Failure {
    let mut chain =
        std::iter::successors(Some(&error as &(dyn StdError + 'static)), |error| (*error).source());
    let reason = chain.find_map(code).map_or(Reason::Other, sqlstate::reason);
    Failure { reason, source: Box::new(error) }
}

pub(crate) async fn in_time<T>(answer: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    time::timeout(PATIENCE, answer).await.unwrap_or_else(|late| Err(failure(late)))
}

/// Returns whether an error says that the login of a session is gone.
pub(crate) fn is_dropped(error: &tokio_postgres::Error) -> bool {
    code(error).is_some_and(sqlstate::is_denial)
}

/// Returns whether a session is another login's, or does not answer any more.
#[cfg(feature = "deadpool-postgres")]
pub(crate) async fn is_old(client: &tokio_postgres::Client, newest: &crate::login::Login) -> bool {
    match time::timeout(PATIENCE, user(client)).await {
        Ok(Ok(user)) => !newest.is(&user),
        Ok(Err(error)) => is_dropped(&error) || error.is_closed(),
        Err(_) => true,
    }
}

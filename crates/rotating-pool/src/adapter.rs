//! What the task that follows a login asks of a pool.

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;

use crate::{login::Login, spares::Spares};

/// A pool of one crate.
pub(crate) trait Adapter: Send + Sync + 'static {
    /// A connection of our own, beside the pool.
    type Session: Send;
    /// A connection that was taken out of the pool. Its place is kept, and it returns when it is dropped.
    type Taken: Send;

    /// Connects with `login` and runs the probe statement.
    fn open(&self, login: &Login) -> impl Future<Output = Result<Self::Session, Failure>> + Send;

    /// Tries `login` without a connection above the pool's maximum.
    fn open_in_place(&self, login: &Login) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Opens connections with this login from now on.
    fn switch(&self, login: &Arc<Login>);

    /// Opens no connection any more; says so at once to who needs one.
    fn refuse_growth(&self);

    /// Connections that take the places of old ones, those taken out here and those that the pool's hooks see.
    fn spares(&self) -> &Spares<Self::Session>;

    /// How many connections the pool has.
    fn size(&self) -> usize;

    /// Whether it is known that there is no connection of another login than `login`.
    fn has_only(&self, login: &Login) -> bool;

    /// Takes a connection out that nobody uses and that is of another login than `newest`. If all are in use it waits for
    /// one, up to `wait`, and may then miss it.
    fn take_old(&self, newest: &Login, wait: Duration) -> impl Future<Output = Option<Self::Taken>> + Send;

    /// Puts `fresh` in the place of `taken`, and closes that.
    fn exchange(&self, taken: Self::Taken, fresh: Self::Session) -> impl Future<Output = ()> + Send;

    /// As `exchange`, with the old session ended before the new one begins.
    fn replace_in_place(
        &self,
        taken: Self::Taken,
        login: &Login,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Returns how many connections of `old` there are, one that is being opened included.
    fn remaining(&self, old: &Arc<Login>) -> impl Future<Output = Result<usize, Failure>> + Send;

    /// Ends every connection of `old`, whatever it is doing. Returns how many.
    fn end(&self, old: &Arc<Login>) -> impl Future<Output = Result<usize, Failure>> + Send;

    /// Does what the pool leaves to us. Called once a [`upkeep_period`](Self::upkeep_period).
    fn upkeep(&self) -> impl Future<Output = ()> + Send;

    /// Returns how often there is something to do beside following the login.
    fn upkeep_period(&self) -> Option<Duration>;

    /// Returns how often the login is to be tried, because the pool tells nobody of a connection that it is refused. `None`
    /// is never: it tells, or needs no other connection.
    fn trial_period(&self) -> Option<Duration>;

    /// How many connections there may be above the pool's maximum.
    fn overlap(&self) -> usize;

    /// Closes a connection of our own.
    fn close_session(&self, session: Self::Session) -> impl Future<Output = ()> + Send;

    /// Waits until the application closes the pool.
    fn closed(&self) -> impl Future<Output = ()> + Send;

    /// Closes the pool if it is open, and waits until it has no connection any more.
    fn emptied(&self) -> impl Future<Output = ()> + Send;
}

/// Awaits what may run code of the application: that this panics ends nothing but the step it is in.
pub(crate) async fn caught<T>(step: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(step).catch_unwind().await.map_err(|_| Panicked)
}

/// The panic itself has been reported by its own hook.
#[derive(Debug, thiserror::Error)]
#[error("the application's own code for a connection panicked")]
pub(crate) struct Panicked;

/// Why a connection could not be opened or asked.
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reason {
    /// The login itself is not accepted.
    Refused,
    /// The login is accepted, and may not do what it has to.
    Denied,
    /// The database has answered with another error.
    Answer,
    /// It may be that the login is not accepted, or that there is no room, or no database.
    Unclear,
    /// There is no room for another connection.
    Full,
    /// There was no answer, or one that may be another later.
    Other,
}

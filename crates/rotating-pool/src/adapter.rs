//! What the task that follows a login asks of a pool.

use std::{future::Future, sync::Arc, time::Duration};

use crate::login::Login;

/// A pool of one crate.
pub(crate) trait Adapter: Send + Sync + 'static {
    /// A connection of our own, beside the pool.
    type Session: Send;

    /// Connects with `login` and runs the probe statement.
    fn open(&self, login: &Login) -> impl Future<Output = Result<Self::Session, Failure>> + Send;

    /// Tries `login` without a connection above the pool's maximum.
    fn open_in_place(&self, login: &Login) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Opens connections with this login from now on.
    fn switch(&self, login: &Arc<Login>);

    /// Opens no connection any more; says so at once to who needs one.
    fn refuse_growth(&self);

    /// Replaces connections of other logins than `login` that nobody uses, all that there are now. Returns how many.
    fn replace_idle(
        &self,
        login: &Login,
        spare: &mut Option<Self::Session>,
    ) -> impl Future<Output = usize> + Send;

    /// Returns how many connections of `old` there are, one that is being opened included.
    fn remaining(
        &self,
        old: &Arc<Login>,
        spare: &mut Option<Self::Session>,
    ) -> impl Future<Output = Result<usize, Failure>> + Send;

    /// Ends every connection of `old`, whatever it is doing. Returns how many.
    fn end(&self, old: &Arc<Login>) -> impl Future<Output = Result<usize, Failure>> + Send;

    /// Does what the pool leaves to us. Called once a [`upkeep_period`](Self::upkeep_period).
    fn upkeep(&self) -> impl Future<Output = ()> + Send;

    /// Returns how often there is something to do beside following the login.
    fn upkeep_period(&self) -> Option<Duration>;

    /// How many connections there may be above the pool's maximum.
    fn overlap(&self) -> u32;

    /// Closes a connection of our own.
    fn close_session(&self, session: Self::Session) -> impl Future<Output = ()> + Send;

    /// Waits until the application closes the pool.
    fn closed(&self) -> impl Future<Output = ()> + Send;

    /// Closes the pool if it is open, and waits until it has no connection any more.
    fn emptied(&self) -> impl Future<Output = ()> + Send;
}

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
    /// There is no room for another connection.
    Full,
    /// Anything else: it may be better later.
    Other,
}

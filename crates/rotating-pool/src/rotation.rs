//! A view of how a pool follows its login.

use std::{
    error::Error as StdError,
    fmt,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use crate::{Counters, Error, adapter::Reason, gate::Gate, sqlstate};

/// Shows how far a pool has followed its login. Clones show the same pool.
#[derive(Clone)]
pub struct Rotation {
    gate: Arc<Gate>,
}

impl Rotation {
    pub(crate) fn new(gate: Arc<Gate>) -> Self {
        Self { gate }
    }

    /// Returns the number of the generation that new connections use.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.gate.login().number()
    }

    /// Returns the number of the generation whose database user is `user`, if the pool uses it or is letting go of it.
    #[must_use]
    pub fn generation_of(&self, user: &str) -> Option<u64> {
        let login = self.gate.login();
        if login.credentials().username() == user {
            return Some(login.number());
        }
        self.gate.draining.load().iter().find(|(_, draining)| draining == user).map(|(number, _)| *number)
    }

    /// Returns how many connections there are of logins that are on their way out. Counted a few times a second.
    #[must_use]
    pub fn old_connections(&self) -> usize {
        self.gate.old_connections.load(Ordering::Relaxed)
    }

    /// Returns what has happened since the pool was made.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.gate.counts.read()
    }

    /// Returns why no connection can be opened now, if that is so. Connections that are open serve on. The error's source
    /// is what the login's owner says of it: with `direct-vault`, its own error.
    #[must_use]
    pub fn trouble(&self) -> Option<Error> {
        self.gate.pinned().map(|since| self.gate.no_login(since))
    }

    /// Closes the pool, as far as its crate knows how to. A `bb8` pool cannot be closed: it is let go of, and ends when the
    /// application drops its last handle. Returns at once; the login is let go of when the last connection is gone.
    pub fn close(&self) {
        self.gate.close();
    }

    /// Takes in an error that the application got from the pool or from a connection, and says what it has to do with
    /// the login. `None` is nothing: the error is the application's own, or the database's.
    ///
    /// Any error will do: what it was made of is looked through for one of the pool's crate. To call this is never
    /// necessary, and lets a login that was taken back be noticed before the pool notices it, which is within a second
    /// of its use. A thousand calls cost one check, or one connect in five seconds where a connection was refused.
    pub fn observe(&self, error: &(dyn StdError + 'static)) -> Option<Error> {
        let code = std::iter::successors(Some(error), |error| (*error).source()).find_map(code)?;
        if sqlstate::is_denial(&code) {
            self.gate.was_refused_a_statement();
            let is_gone = self.gate.is_checking() || self.gate.pinned().is_some();
            return is_gone.then_some(Error::CredentialsRevoked);
        }
        if sqlstate::is_ended(&code) {
            const RECENTLY: Duration = Duration::from_secs(60);
            return self.gate.has_ended_late(RECENTLY).then_some(Error::DrainedLate);
        }
        if matches!(sqlstate::reason(&code), Reason::Refused | Reason::Unclear) {
            self.gate.was_refused_a_connection();
            return self.trouble();
        }
        if code == sqlstate::NO_LOGIN { self.trouble() } else { None }
    }
}

/// Returns the database's code for an error of a pool's crate.
fn code(error: &(dyn StdError + 'static)) -> Option<String> {
    #[cfg(feature = "_sqlx")]
    if let Some(error) = error.downcast_ref::<sqlx::Error>() {
        return crate::sqlx::code(error);
    }
    #[cfg(feature = "_tokio-postgres")]
    if let Some(code) = crate::postgres::code(error) {
        return Some(code.to_owned());
    }
    #[cfg(feature = "bb8-postgres")]
    if crate::bb8::has_timed_out(error) {
        return Some(sqlstate::NO_LOGIN.to_owned());
    }
    let _of_no_pool = error;
    None
}

impl fmt::Debug for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotation")
            .field("generation", &self.generation())
            .field("old_connections", &self.old_connections())
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

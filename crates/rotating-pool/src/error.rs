//! What can go wrong with a rotating pool.

use std::{
    fmt,
    time::{Duration, Instant},
};

/// Says why a pool could not be made, or why it cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The first connection could not be made. The source says why.
    #[error(
        "cannot connect to the database as {user}: check the host, the port, and that this login may connect"
    )]
    Connect {
        /// The database user.
        user: String,
        /// What the driver said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no login with which a connection could be opened. Those that are open serve on.
    #[error("no valid login for the database {since}")]
    NoValidCredentials {
        /// Since when.
        since: Since,
    },
    /// The login of the connection was taken back on the server while the connection was in use.
    #[error("the login of this connection was revoked while it was in use")]
    CredentialsRevoked,
    /// The connection was ended because its login was about to end.
    #[error("this connection was in use until the end of its login and was ended")]
    DrainedLate,
}

/// A moment, shown by how long ago it was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Since(Instant);

impl Since {
    #[cfg(feature = "_follow")]
    pub(crate) fn new(at: Instant) -> Self {
        Self(at)
    }

    /// Returns how long ago it was.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "for {} s", self.elapsed().as_secs())
    }
}

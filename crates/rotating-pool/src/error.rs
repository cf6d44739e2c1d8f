//! What can go wrong with a rotating pool.

use std::{
    error::Error as StdError,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

/// Says why a pool could not be made, or why it cannot serve.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The first connection could not be made. The source says why.
    Connect {
        /// The database user.
        user: String,
        /// What the driver said.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// There is no login with which a connection could be opened. Those that are open serve on.
    NoValidCredentials {
        /// Since when.
        since: Since,
        /// Why there is no other one, if the login's owner has said: with `direct-vault`, its own error, such as that
        /// Vault is sealed.
        source: Option<Arc<dyn StdError + Send + Sync>>,
    },
    /// The login of the connection was taken back on the server while the connection was in use.
    CredentialsRevoked,
    /// The connection was ended because its login was about to end.
    DrainedLate,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect { user, .. } => write!(
                f,
                "cannot connect to the database as {user}: check the host, the port, and that this login may connect"
            ),
            Self::NoValidCredentials { since, .. } => write!(f, "no valid login for the database {since}"),
            Self::CredentialsRevoked => {
                f.write_str("the login of this connection was revoked while it was in use")
            }
            Self::DrainedLate => {
                f.write_str("this connection was in use until the end of its login and was ended")
            }
        }
    }
}

// By hand: a derived one shows the pointer as the source, and not what is behind it and can be told apart.
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Connect { source, .. } => Some(&**source),
            Self::NoValidCredentials { source, .. } => source.as_deref().map(|source| source as _),
            Self::CredentialsRevoked | Self::DrainedLate => None,
        }
    }
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

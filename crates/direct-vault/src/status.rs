//! What the driver is doing, for probes and dashboards.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::Error;

/// A look at the connection to Vault, published on every change.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// Whether the credentials are good and being kept so.
    pub state: State,
    /// Number of the token in use; the first is 1.
    pub generation: u64,
    /// When the token ends, unless it never does.
    pub token_expires: Option<Instant>,
    /// The leases, in the order they were asked for.
    pub leases: Vec<LeaseStatus>,
    /// The last thing that went wrong, until everything is well again.
    pub last_error: Option<Arc<Error>>,
    /// Whether Vault refuses what the service logs in with, or it cannot be had: somebody must put another one in its
    /// place. What is held lives on as long as the token does.
    pub bootstrap_stale: bool,
    /// What was done since the start.
    pub counters: Counters,
}

impl Status {
    pub(crate) fn starting() -> Self {
        Self {
            state: State::Starting,
            generation: 0,
            token_expires: None,
            leases: Vec::new(),
            last_error: None,
            bootstrap_stale: false,
            counters: Counters::default(),
        }
    }

    /// Returns whether the service can serve: it holds credentials that are good now, whether or not Vault answers.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.readiness().is_ok()
    }

    /// Returns what a readiness probe answers, with the reason if it is no.
    ///
    /// # Errors
    ///
    /// The state, where that is not [`State::Ready`] or [`State::Degraded`].
    pub fn readiness(&self) -> Result<(), State> {
        match self.state {
            State::Ready | State::Degraded => Ok(()),
            State::Starting | State::Expired | State::Stopped => Err(self.state),
        }
    }

    /// Returns what a liveness probe answers: whether the work in the background goes on. A Vault that does not answer
    /// is no reason to restart a service, which would then wait for Vault without its credentials.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.state != State::Stopped
    }

    /// Returns how long the token lives on.
    #[must_use]
    pub fn token_ttl(&self) -> Option<Duration> {
        self.token_expires.map(|expires| expires.saturating_duration_since(Instant::now()))
    }
}

/// The state of the whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum State {
    /// Nothing is held yet.
    Starting,
    /// All is well.
    Ready,
    /// The credentials are good, but something is wrong: see [`Status::last_error`].
    Degraded,
    /// A credential is past its end and could not be replaced. Attempts go on.
    Expired,
    /// Shut down.
    Stopped,
}

impl State {
    /// Returns the state as one stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Degraded => "degraded",
            Self::Expired => "expired",
            Self::Stopped => "stopped",
        }
    }
}

/// One lease.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct LeaseStatus {
    /// The path it was read from.
    pub path: String,
    /// Number of the lease in use; the first is 1.
    pub generation: u64,
    /// When it ends: by itself, or with the token that made it.
    pub expires: Option<Instant>,
}

impl LeaseStatus {
    /// Returns how long the lease lives on, unless it never ends.
    #[must_use]
    pub fn ttl(&self) -> Option<Duration> {
        self.expires.map(|expires| expires.saturating_duration_since(Instant::now()))
    }
}

/// What was done since the start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counters {
    /// Successful logins.
    pub logins: u64,
    /// Successful renewals of tokens and leases.
    pub renewals: u64,
    /// Leases that took the place of an earlier one.
    pub rotations: u64,
    /// Leases and tokens revoked after use.
    pub revocations: u64,
    /// Requests that failed.
    pub failures: u64,
}

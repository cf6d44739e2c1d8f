//! A pool under test.

use std::{error::Error, future::Future, time::Duration};

use rotating_pool::Rotation;
use secrets_config_core::{DbCredentials, Rotating};

/// Where the database is.
#[derive(Clone, Debug)]
pub struct Place {
    /// The host, an address.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// How a pool is built.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The pool's maximum.
    pub max: u32,
    /// How long a caller waits for a connection.
    pub timeout: Duration,
    /// How many connections there may be above the maximum, if not the default.
    pub overlap: Option<u32>,
    /// What a new login has to be able to do, if not the default.
    pub probe: Option<&'static str>,
    /// The role that sessions act as.
    pub role: Option<&'static str>,
    /// How long a connection lives.
    pub max_lifetime: Option<Duration>,
    /// How long one is kept that nobody uses, if not the default.
    pub idle_timeout: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max: 10,
            timeout: Duration::from_secs(10),
            overlap: None,
            probe: None,
            role: None,
            max_lifetime: None,
            idle_timeout: None,
        }
    }
}

/// What an application does with a pool of one crate.
pub trait Pool: Clone + Send + Sync + Sized + 'static {
    /// A transaction that is open.
    type Held: Held;

    /// Connects, at least once.
    fn connect(
        login: Rotating<DbCredentials>,
        place: &Place,
        settings: &Settings,
    ) -> impl Future<Output = Result<(Self, Rotation), rotating_pool::Error>> + Send;

    /// Asks on a connection of the pool who its user is.
    fn user(&self) -> impl Future<Output = Result<String, Failed>> + Send;

    /// Writes and commits on a connection of the pool.
    fn write(&self) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Runs a statement on a connection of the pool.
    fn run(&self, sql: &str) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Begins a transaction and writes.
    fn hold(&self) -> impl Future<Output = Result<Self::Held, Failed>> + Send;

    /// How many connections the pool has.
    fn size(&self) -> usize;

    /// How many of them nobody uses.
    fn idle(&self) -> usize;

    /// Ends the pool.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// A transaction that is open.
pub trait Held: Send + 'static {
    /// Who its user is.
    fn user(&mut self) -> impl Future<Output = Result<String, Failed>> + Send;

    /// Writes once more.
    fn write(&mut self) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Commits, and returns the connection.
    fn commit(self) -> impl Future<Output = Result<(), Failed>> + Send;
}

/// An error of whatever pool it is.
#[derive(Debug)]
pub struct Failed(pub Box<dyn Error + Send + Sync>);

impl<E: Error + Send + Sync + 'static> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        std::iter::successors(self.0.source(), |error| (*error).source())
            .try_for_each(|source| write!(f, ": {source}"))
    }
}

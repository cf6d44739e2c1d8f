//! What can go wrong with a rotating pool.

/// Says why a pool could not be made.
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
}

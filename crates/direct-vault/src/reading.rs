//! What an answer of Vault becomes.

mod database;
mod kv;
mod leased;
mod static_database;

use std::time::Duration;

use secrets_config_core::Secret;

pub use self::kv::Versioned;
pub(crate) use self::{
    database::Database,
    kv::{Kv1, Kv2},
    leased::Leased,
    static_database::StaticDatabase,
};

/// Reads the `data` of an answer as a `T`.
pub(crate) trait Reader<T>: Send {
    /// Returns nothing if that is no `T`. What serde says of it may quote it, so it is not asked.
    fn read(&mut self, data: &[u8]) -> Option<Reading<T>>;

    /// Returns what the data is to be, for a message.
    fn expected(&self) -> &'static str;
}

/// A value, and what else its answer says.
pub(crate) struct Reading<T> {
    pub(crate) value: T,
    /// What is the same as long as the value is. Nothing, if each answer has a value of its own.
    pub(crate) mark: Option<Secret<Vec<u8>>>,
    /// When to read again what has no lease.
    pub(crate) again: Duration,
}

impl<T> Reading<T> {
    /// A value with a lease, which is read again when that ends.
    fn leased(value: T) -> Self {
        Self { value, mark: None, again: Duration::ZERO }
    }
}

//! Anything else with a lease.

use serde::de::DeserializeOwned;

use super::{Reader, Reading};

/// Reads a `T` of the application's.
#[derive(Debug)]
pub(crate) struct Leased;

impl<T: DeserializeOwned> Reader<T> for Leased {
    fn read(&mut self, data: &[u8]) -> Option<Reading<T>> {
        serde_json::from_slice(data).ok().map(Reading::leased)
    }

    fn expected(&self) -> &'static str {
        std::any::type_name::<T>()
    }
}

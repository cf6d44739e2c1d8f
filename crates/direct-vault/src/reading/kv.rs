//! Secrets of the key-value engines.

use std::{marker::PhantomData, ops::Deref, time::Duration};

use secrets_config_core::Secret;
use serde::{Deserialize, de::DeserializeOwned};

use super::{Reader, Reading};

/// A value and its version. Derefs to the value.
#[derive(Clone, Debug)]
pub struct Versioned<T> {
    value: T,
    version: u64,
}

impl<T> Versioned<T> {
    /// Returns the number of the version; the first is 1.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Returns the value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> Deref for Versioned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Reads a secret of version 1 of the engine.
#[derive(Debug)]
pub(crate) struct Kv1<T> {
    again: Duration,
    value: PhantomData<fn() -> T>,
}

impl<T> Kv1<T> {
    pub(crate) fn new(again: Duration) -> Self {
        Self { again, value: PhantomData }
    }
}

impl<T: DeserializeOwned> Reader<T> for Kv1<T> {
    fn read(&mut self, data: &[u8]) -> Option<Reading<T>> {
        let value = serde_json::from_slice(data).ok()?;
        Some(Reading { value, mark: Some(Secret::new(data.to_vec())), again: self.again })
    }

    fn expected(&self) -> &'static str {
        std::any::type_name::<T>()
    }
}

/// Reads a secret of version 2 of the engine.
#[derive(Debug)]
pub(crate) struct Kv2<T> {
    again: Duration,
    value: PhantomData<fn() -> T>,
}

impl<T> Kv2<T> {
    pub(crate) fn new(again: Duration) -> Self {
        Self { again, value: PhantomData }
    }
}

impl<T: DeserializeOwned> Reader<Versioned<T>> for Kv2<T> {
    fn read(&mut self, data: &[u8]) -> Option<Reading<Versioned<T>>> {
        #[derive(Deserialize)]
        struct Body<T> {
            data: T,
            metadata: Metadata,
        }
        #[derive(Deserialize)]
        struct Metadata {
            version: u64,
            // A secret that was deleted as a whole and written again starts with version 1.
            created_time: String,
        }
        let Body { data: value, metadata: Metadata { version, created_time } } =
            serde_json::from_slice(data).ok()?;
        let mark = format!("{version} {created_time}").into_bytes();
        let value = Versioned { value, version };
        Some(Reading { value, mark: Some(Secret::new(mark)), again: self.again })
    }

    fn expected(&self) -> &'static str {
        std::any::type_name::<T>()
    }
}

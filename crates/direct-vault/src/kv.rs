//! Secrets of the key-value engines, read once or followed.
//!
//! They are read as a type of the application's. What is secret in it is to be a [`Secret`](secrets_config_core::Secret),
//! which is not shown and is wiped.

use std::{fmt, time::Duration};

use secrets_config_core::Rotating;
use serde::de::DeserializeOwned;

pub use crate::reading::Versioned;
use crate::{Error, Vault, path::escaped, reading};

/// A mount of the key-value engine, version 2, which keeps versions.
///
/// A policy grants the path with `data/` after the mount, exactly and with `/*` if what is below is meant, too:
/// `secret/data/app/config`.
#[derive(Clone, Copy)]
pub struct Kv2<'a> {
    vault: &'a Vault,
    mount: &'a str,
}

impl<'a> Kv2<'a> {
    pub(crate) fn new(vault: &'a Vault, mount: &'a str) -> Self {
        Self { vault, mount: mount.trim_matches('/') }
    }

    /// Reads the newest version of the secret at `path`, such as `app/config`.
    ///
    /// # Errors
    ///
    /// What waiting does not cure: [`Error::Denied`], [`Error::NotFound`], [`Error::Unfit`], [`Error::Leased`],
    /// [`Error::Path`]. A Vault that cannot answer is waited for.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn read<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
    ) -> Result<Versioned<T>, Error> {
        self.vault.read_once(self.path(path), reading::Kv2::new(Duration::ZERO)).await
    }

    /// Reads one version of the secret at `path`.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read). A version that is deleted or destroyed is [`Error::NotFound`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn read_version<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
        version: u64,
    ) -> Result<Versioned<T>, Error> {
        let path = format!("{}?version={version}", self.path(path));
        self.vault.read_once(path, reading::Kv2::new(Duration::ZERO)).await
    }

    /// Reads the secret at `path`, and reads it again every `every` (from a second to a day) until nobody can see it any
    /// more. A new version is a new generation. While it cannot be read the last one stays.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), in the first attempt.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn watch<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        path: &str,
        every: Duration,
    ) -> Result<Rotating<Versioned<T>>, Error> {
        self.vault.read_again(self.path(path), reading::Kv2::new(every)).await
    }

    fn path(&self, path: &str) -> String {
        format!("{}/data/{}", self.mount, escaped(path))
    }
}

impl fmt::Debug for Kv2<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kv2").field("mount", &self.mount).finish_non_exhaustive()
    }
}

/// A mount of the key-value engine, version 1.
#[derive(Clone, Copy)]
pub struct Kv1<'a> {
    vault: &'a Vault,
    mount: &'a str,
}

impl<'a> Kv1<'a> {
    pub(crate) fn new(vault: &'a Vault, mount: &'a str) -> Self {
        Self { vault, mount: mount.trim_matches('/') }
    }

    /// Reads the secret at `path`, such as `app/config`.
    ///
    /// # Errors
    ///
    /// What waiting does not cure: [`Error::Denied`], [`Error::NotFound`], [`Error::Unfit`], [`Error::Leased`],
    /// [`Error::Path`]. A Vault that cannot answer is waited for.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn read<T: DeserializeOwned + Send + 'static>(&self, path: &str) -> Result<T, Error> {
        self.vault.read_once(self.path(path), reading::Kv1::new(Duration::ZERO)).await
    }

    /// Reads the secret at `path`, and reads it again every `every` (from a second to a day) until nobody can see it any
    /// more. Another content is a new generation. While it cannot be read the last one stays.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), in the first attempt.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn watch<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        path: &str,
        every: Duration,
    ) -> Result<Rotating<T>, Error> {
        self.vault.read_again(self.path(path), reading::Kv1::new(every)).await
    }

    fn path(&self, path: &str) -> String {
        format!("{}/{}", self.mount, escaped(path))
    }
}

impl fmt::Debug for Kv1<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kv1").field("mount", &self.mount).finish_non_exhaustive()
    }
}

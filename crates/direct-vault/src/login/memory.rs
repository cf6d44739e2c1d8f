//! What is remembered from one login to the next.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use secrets_config_core::{Secret, SecretSource};
use tokio::time;

use super::Proof;
use crate::{Error, client::Token};

/// A file may be on a disk that hangs, and a function of the program may never return.
const PATIENCE: Duration = Duration::from_secs(30);

/// A source and the last good secret from its file.
#[derive(Debug)]
pub(super) struct Source {
    what: &'static str,
    source: SecretSource,
    last: Mutex<Option<Secret<String>>>,
}

impl Source {
    pub(super) fn new(what: &'static str, source: SecretSource) -> Self {
        Self { what, source, last: Mutex::new(None) }
    }

    /// Reads the secret. A file that cannot be read is being replaced, or was emptied by mistake: what it held before
    /// counts.
    pub(super) async fn read(&self) -> Result<Secret<String>, Error> {
        let error = match time::timeout(PATIENCE, self.source.read()).await {
            Ok(Ok(secret)) => {
                *lock(&self.last) = Some(secret.clone());
                return Ok(secret);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_elapsed) => format!("it is not there within {} s", PATIENCE.as_secs()),
        };
        let is_file = self.source.path().is_some();
        let last = lock(&self.last).clone().filter(|_| is_file);
        if last.is_some() {
            tracing::warn!(source = self.what, "{error}: what it held before is used");
        }
        last.ok_or(Error::Source { what: self.what, is_file, reason: error })
    }

    /// Whether the file holds something else than was last read.
    pub(super) async fn has_changed(&self) -> bool {
        if self.source.path().is_none() {
            return false;
        }
        let now = self.source.read().await.ok();
        now.is_some() && now != *lock(&self.last)
    }
}

/// What earlier logins found out.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// What Vault accepted last.
    pub(super) accepted: Option<Proof>,
    /// The last wrapping token and what was in it.
    pub(super) unwrapped: Option<(Secret<String>, Secret<String>)>,
    /// A wrapping token that is no good. It is not tried again.
    pub(super) spent: Option<(Secret<String>, Error)>,
    /// The token that was given last.
    pub(super) given: Option<Token>,
}

/// Nothing that holds the lock can panic half-way.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

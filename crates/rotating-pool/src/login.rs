//! A login that a pool uses, and what the server calls its user.

use std::sync::{Arc, OnceLock};

use secrets_config_core::{DbCredentials, rotating::Generation};

/// One generation of the login. While a value of it lives, the generation is not let go of.
pub(crate) struct Login {
    generation: Arc<Generation<DbCredentials>>,
    identity: OnceLock<String>,
    /// Held by each connect that uses it.
    #[cfg(feature = "_client")]
    connecting: Arc<()>,
}

impl Login {
    pub(crate) fn new(generation: Arc<Generation<DbCredentials>>) -> Self {
        Self {
            generation,
            identity: OnceLock::new(),
            #[cfg(feature = "_client")]
            connecting: Arc::new(()),
        }
    }

    pub(crate) fn generation(&self) -> &Arc<Generation<DbCredentials>> {
        &self.generation
    }

    pub(crate) fn credentials(&self) -> &DbCredentials {
        &self.generation
    }

    pub(crate) fn number(&self) -> u64 {
        self.generation.number()
    }

    /// Returns whether the server's name for a session's user is that of this login. The first session that was opened
    /// with it tells: a server may cut a name, or add a host to it.
    pub(crate) fn is(&self, user: &str) -> bool {
        self.identity.get_or_init(|| user.to_owned()) == user
    }

    /// Returns what is held while a connection is opened with this login.
    #[cfg(feature = "_client")]
    pub(crate) fn connecting(&self) -> Arc<()> {
        Arc::clone(&self.connecting)
    }

    /// Returns whether a connection is being opened with this login.
    #[cfg(feature = "_client")]
    pub(crate) fn is_connecting(&self) -> bool {
        Arc::strong_count(&self.connecting) > 1
    }

    pub(crate) fn has_user_of(&self, other: &Self) -> bool {
        match (self.identity.get(), other.identity.get()) {
            (Some(one), Some(another)) => one == another,
            _ => self.credentials().username() == other.credentials().username(),
        }
    }
}

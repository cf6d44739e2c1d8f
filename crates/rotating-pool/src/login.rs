//! A login that a pool uses, and what the server calls its user.

use std::sync::{Arc, OnceLock};

use secrets_config_core::{
    DbCredentials,
    rotating::{self, Generation},
};

/// One generation of the login. While a value of it lives, the generation is not let go of.
pub(crate) struct Login {
    generation: Arc<Generation<DbCredentials>>,
    number: u64,
    identity: OnceLock<String>,
}

impl Login {
    pub(crate) fn new(generation: Arc<Generation<DbCredentials>>) -> Self {
        let number = generation.number();
        Self { generation, number, identity: OnceLock::new() }
    }

    /// Stands for one that was let go of, under its number.
    pub(crate) fn of_nobody(number: u64) -> Self {
        let (_publisher, nobody) = rotating::channel(DbCredentials::new("", ""));
        Self { number, ..Self::new(nobody.current().hold()) }
    }

    pub(crate) fn generation(&self) -> &Arc<Generation<DbCredentials>> {
        &self.generation
    }

    pub(crate) fn credentials(&self) -> &DbCredentials {
        &self.generation
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Returns whether the server's name for a session's user is that of this login. The first session that was opened
    /// with it tells: a server may cut a name, or add a host to it.
    pub(crate) fn is(&self, user: &str) -> bool {
        self.identity.get_or_init(|| user.to_owned()) == user
    }

    pub(crate) fn has_user_of(&self, other: &Self) -> bool {
        match (self.identity.get(), other.identity.get()) {
            (Some(one), Some(another)) => one == another,
            _ => self.credentials().username() == other.credentials().username(),
        }
    }
}

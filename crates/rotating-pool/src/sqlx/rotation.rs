//! A view of how a pool follows its login.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use super::hooks::Gate;

/// Shows how far a pool has followed its login. Clones show the same pool.
#[derive(Clone)]
pub struct Rotation {
    gate: Arc<Gate>,
}

impl Rotation {
    pub(super) fn new(gate: Arc<Gate>) -> Self {
        Self { gate }
    }

    /// Returns the number of the generation that new connections use.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.gate.accepting().number()
    }

    /// Returns the number of the generation whose database user is `user`, if the pool uses it or is letting go of it.
    #[must_use]
    pub fn generation_of(&self, user: &str) -> Option<u64> {
        let accepting = self.gate.accepting();
        if accepting.username() == user {
            return Some(accepting.number());
        }
        self.gate.draining.load().iter().find(|(_, draining)| draining == user).map(|(number, _)| *number)
    }

    /// Returns how many sessions the server has of logins that are on their way out. Counted a few times a second.
    #[must_use]
    pub fn old_connections(&self) -> usize {
        self.gate.old_sessions.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotation")
            .field("generation", &self.generation())
            .field("old_connections", &self.old_connections())
            .finish_non_exhaustive()
    }
}

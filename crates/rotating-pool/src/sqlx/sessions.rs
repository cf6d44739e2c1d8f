//! The sessions that a pool has opened.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use super::server::Session;
use crate::login::Login;

/// Each session as it was when it was opened. Those that have ended meanwhile are dropped with their login.
#[derive(Default)]
pub(super) struct Sessions(Mutex<BTreeMap<i64, Session>>);

impl Sessions {
    /// Notes a session. One that had the id before has ended.
    pub(super) fn add(&self, session: Session) {
        self.lock().insert(session.id, session);
    }

    pub(super) fn of(&self, login: &Login) -> Vec<Session> {
        self.lock().values().filter(|session| login.is(&session.user)).cloned().collect()
    }

    pub(super) fn forget(&self, login: &Login) {
        self.lock().retain(|_, session| !login.is(&session.user));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<i64, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

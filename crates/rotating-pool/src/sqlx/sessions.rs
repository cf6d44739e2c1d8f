//! The sessions that a pool has opened.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::login::Login;

/// A session as its server names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    /// What the server calls the user.
    pub(crate) user: String,
    /// The user's own id, where it has one: it outlives the user.
    pub(crate) user_id: i64,
    /// The session's id, which another may have after its end.
    pub(crate) id: i64,
}

/// Each session as it was when it was opened. Those that have ended meanwhile are dropped with their login.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<BTreeMap<i64, Session>>);

impl Sessions {
    /// Notes a session. One that had the id before has ended.
    pub(crate) fn add(&self, session: Session) {
        self.lock().insert(session.id, session);
    }

    pub(crate) fn of(&self, login: &Login) -> Vec<Session> {
        self.lock().values().filter(|session| login.is(&session.user)).cloned().collect()
    }

    pub(crate) fn forget(&self, login: &Login) {
        self.lock().retain(|_, session| !login.is(&session.user));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<i64, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The sessions that a pool has opened.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
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

/// Each session as it was when it was opened. Those that have ended meanwhile are dropped with their login, or when there
/// are many.
pub(crate) struct Sessions(Mutex<List>);

struct List {
    sessions: BTreeMap<i64, Session>,
    /// So many are looked through for those that have ended.
    many: usize,
}

/// What is not worth a look.
const FEW: usize = 64;

impl Sessions {
    /// Notes a session. One that had the id before has ended. Returns whether there are many by now.
    pub(crate) fn add(&self, session: Session) -> bool {
        let mut list = self.lock();
        list.sessions.insert(session.id, session);
        list.sessions.len() > list.many
    }

    pub(crate) fn of(&self, login: &Login) -> Vec<Session> {
        self.lock().sessions.values().filter(|session| login.is(&session.user)).cloned().collect()
    }

    pub(crate) fn forget(&self, login: &Login) {
        self.lock().sessions.retain(|_, session| !login.is(&session.user));
    }

    /// Forgets those of `known` that are not among the living.
    pub(crate) fn forget_ended(&self, known: &[Session], living: &[i64]) {
        let mut list = self.lock();
        for session in known.iter().filter(|session| !living.contains(&session.id)) {
            list.sessions.remove(&session.id);
        }
        list.many = (list.sessions.len() * 2).max(FEW);
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self(Mutex::new(List { sessions: BTreeMap::new(), many: FEW }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use secrets_config_core::{DbCredentials, rotating};

    use super::*;

    #[test]
    fn sessions_that_have_ended_do_not_pile_up_while_their_user_stays() {
        let (_publisher, login) = rotating::channel(DbCredentials::new("app", "x"));
        let login = Login::new(Arc::clone(&login.current().hold()));
        let sessions = Sessions::default();
        let mut most = 0;
        for id in 0..10_000 {
            if sessions.add(Session { user: "app".to_owned(), user_id: 1, id }) {
                let known = sessions.of(&login);
                most = most.max(known.len());
                // The last ten are still there.
                sessions.forget_ended(&known, &(id - 9..=id).collect::<Vec<_>>());
            }
        }
        assert!(most <= FEW + 1, "{most}");
        assert!(sessions.of(&login).iter().any(|session| session.id == 9_999));
    }
}

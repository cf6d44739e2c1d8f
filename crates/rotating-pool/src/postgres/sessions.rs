//! The sessions that a pool has with its server.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use tokio_postgres::CancelToken;

use super::network::Serving;

/// Each session from before it is opened until it has ended, whoever has it.
#[derive(Default)]
pub(crate) struct Sessions {
    list: Mutex<List>,
    left: Notify,
}

#[derive(Default)]
struct List {
    next: u64,
    sessions: BTreeMap<u64, Entry>,
}

struct Entry {
    user: String,
    end: Arc<Notify>,
    /// There when the session is open.
    cancel: Option<CancelToken>,
}

impl Sessions {
    pub(crate) fn begin(self: &Arc<Self>, user: &str) -> Session {
        let end = Arc::new(Notify::new());
        let mut list = self.lock();
        let id = list.next;
        list.next += 1;
        list.sessions.insert(id, Entry { user: user.to_owned(), end: Arc::clone(&end), cancel: None });
        Session { sessions: Arc::clone(self), id, end }
    }

    pub(crate) fn count_of(&self, user: &str) -> usize {
        self.lock().sessions.values().filter(|session| session.user == user).count()
    }

    pub(crate) fn are_all_of(&self, user: &str) -> bool {
        self.lock().sessions.values().all(|session| session.user == user)
    }

    /// Ends the sessions of `user`, whatever they are doing. Returns what breaks that off on the server too.
    pub(crate) fn end(&self, user: &str) -> Vec<CancelToken> {
        let list = self.lock();
        let ending = list.sessions.values().filter(|session| session.user == user);
        ending
            .inspect(|session| session.end.notify_one())
            .filter_map(|session| session.cancel.clone())
            .collect()
    }

    /// Waits until there is none.
    pub(crate) async fn emptied(&self) {
        loop {
            let mut left = std::pin::pin!(self.left.notified());
            left.as_mut().enable();
            if self.lock().sessions.is_empty() {
                return;
            }
            left.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One session. Leaves the list when it is dropped.
pub(crate) struct Session {
    sessions: Arc<Sessions>,
    id: u64,
    end: Arc<Notify>,
}

impl Session {
    pub(crate) fn opened(&self, cancel: CancelToken) {
        if let Some(session) = self.sessions.lock().sessions.get_mut(&self.id) {
            session.cancel = Some(cancel);
        }
    }

    pub(crate) async fn ended(&self) {
        self.end.notified().await;
    }

    /// Moves the session's data until its client is dropped, the server ends it, or it is to end.
    pub(crate) async fn serve(self, serving: Serving) {
        tokio::select! {
            biased;
            () = self.ended() => {}
            result = serving => if let Err(error) = result {
                tracing::debug!("a connection to the database has ended: {error}");
            },
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.sessions.lock().sessions.remove(&self.id);
        self.sessions.left.notify_waiters();
    }
}

//! The sessions that a pool has with its server.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::Notify,
    task::{AbortHandle, JoinHandle},
};
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
    state: State,
}

enum State {
    /// Told when nobody is to wait for it any more.
    Opening(Arc<Notify>),
    /// The task moves its data, and ends it by its own end.
    Open {
        cancel: CancelToken,
        task: AbortHandle,
    },
    Ended,
}

impl Sessions {
    pub(crate) fn begin(self: &Arc<Self>, user: &str) -> Session {
        let end = Arc::new(Notify::new());
        let mut list = self.lock();
        let id = list.next;
        list.next += 1;
        let state = State::Opening(Arc::clone(&end));
        list.sessions.insert(id, Entry { user: user.to_owned(), state });
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
        let mut list = self.lock();
        let ending = list.sessions.values_mut().filter(|session| session.user == user);
        ending
            .filter_map(|session| match mem::replace(&mut session.state, State::Ended) {
                State::Opening(end) => {
                    end.notify_one();
                    None
                }
                State::Open { cancel, task } => {
                    task.abort();
                    Some(cancel)
                }
                State::Ended => None,
            })
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
    /// Waits until it is to end, though it is not open yet.
    pub(crate) async fn ended(&self) {
        self.end.notified().await;
    }

    /// Returns a task that moves the session's data until its client is dropped, the server ends it, or it is to end.
    pub(crate) fn serve(self, cancel: CancelToken, serving: Serving) -> JoinHandle<()> {
        let (sessions, id) = (Arc::clone(&self.sessions), self.id);
        // Aborted and not told, for all data passes here: what else it waited for would be looked at each time. The list
        // is free meanwhile, since a runtime that shuts down drops the task, and with it its place there, at once.
        let task = tokio::spawn(async move {
            let _listed = self;
            if let Err(error) = serving.await {
                tracing::debug!("a connection to the database has ended: {error}");
            }
        });
        // If it has ended since, it is in no list any more.
        if let Some(session) = sessions.lock().sessions.get_mut(&id) {
            match session.state {
                State::Opening(_) => session.state = State::Open { cancel, task: task.abort_handle() },
                State::Open { .. } | State::Ended => task.abort(),
            }
        }
        task
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.sessions.lock().sessions.remove(&self.id);
        self.sessions.left.notify_waiters();
    }
}

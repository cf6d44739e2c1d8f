//! Connections beside the pool that take the places of old ones.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

/// Connections of the newest login, there while old ones are replaced. The task that follows the login makes them, and
/// the pool's hooks take them too: a connection that is always in use is replaced the moment it comes by.
pub(crate) struct Spares<C> {
    list: Mutex<List<C>>,
    /// How many there are, to be read in every acquire.
    count: AtomicUsize,
    /// How many more connections the hooks may ask whose they are. Each question is a way to the server and back.
    looks: AtomicUsize,
    used: Notify,
}

struct List<C> {
    fresh: Vec<C>,
    /// Taken out of the pool by a hook, and not closed yet.
    replaced: Vec<C>,
}

impl<C> Spares<C> {
    pub(crate) fn new() -> Self {
        Self {
            list: Mutex::new(List { fresh: Vec::new(), replaced: Vec::new() }),
            count: AtomicUsize::new(0),
            looks: AtomicUsize::new(0),
            used: Notify::new(),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    pub(crate) fn put(&self, connection: C) {
        let mut list = self.lock();
        list.fresh.push(connection);
        self.count.store(list.fresh.len(), Ordering::Release);
    }

    pub(crate) fn take(&self) -> Option<C> {
        if self.count() == 0 {
            return None;
        }
        let mut list = self.lock();
        let taken = list.fresh.pop();
        self.count.store(list.fresh.len(), Ordering::Release);
        taken
    }

    /// Lets the hooks ask so many connections whose they are, while there is a spare one.
    pub(crate) fn let_look(&self, times: usize) {
        self.looks.store(times, Ordering::Relaxed);
    }

    /// Returns whether a hook may ask a connection whose it is.
    #[cfg(any(feature = "_sqlx", feature = "deadpool-postgres"))]
    pub(crate) fn is_to_look(&self) -> bool {
        let less = |looks: usize| looks.checked_sub(1);
        self.count() > 0 && self.looks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// For a hook: takes in the connection whose place a spare one has taken.
    pub(crate) fn replaced(&self, old: C) {
        self.lock().replaced.push(old);
        self.used.notify_one();
    }

    /// Waits until a hook has replaced a connection.
    pub(crate) async fn used(&self) {
        self.used.notified().await;
    }

    /// Takes what the hooks have replaced.
    pub(crate) fn take_replaced(&self) -> Vec<C> {
        std::mem::take(&mut self.lock().replaced)
    }

    fn lock(&self) -> MutexGuard<'_, List<C>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

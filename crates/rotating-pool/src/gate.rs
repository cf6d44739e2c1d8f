//! What the hooks of a pool and the task that follows its login both know.

use std::{
    error::Error,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use secrets_config_core::rotating::Trouble;
use tokio::sync::{Notify, watch};

use crate::{counters::Counts, error::Since, login::Login};

/// While a pool is used, one of its connections is asked this often whether its login still exists.
pub(crate) const CHECK: Duration = Duration::from_secs(1);
/// An error that may be the application's own fault leads to a check of its own this rarely.
const FORCED_CHECK: Duration = Duration::from_secs(300);

/// Which connections may pass.
pub(crate) struct Gate {
    /// The login of new connections.
    login: ArcSwap<Login>,
    epoch: Instant,
    /// Every connection is asked whether its login still exists.
    is_checking: AtomicBool,
    /// When one was found that does not, in nanoseconds since `epoch`.
    found: AtomicU64,
    /// The next connection is asked. A flag and no time: a clock is read in every acquire otherwise.
    is_check_due: AtomicBool,
    /// In nanoseconds since `epoch`.
    next_forced: AtomicU64,
    /// When a connection was last ended because its login ended, plus one.
    ended: AtomicU64,
    is_pinned: AtomicBool,
    pinned: Mutex<Option<Instant>>,
    /// Why there is no newer login.
    trouble: Trouble,
    suspicion: Notify,
    /// A connection has said that its login is gone, which is more than a suspicion.
    is_certain: AtomicBool,
    /// The login changed, or whether there is one.
    moves: Notify,
    is_closing: watch::Sender<bool>,
    pub(crate) counts: Counts,
    pub(crate) old_connections: AtomicUsize,
    /// Users of logins that are being drained, with the numbers of their generations.
    pub(crate) draining: ArcSwap<Vec<(u64, String)>>,
}

impl Gate {
    pub(crate) fn new(first: Arc<Login>, trouble: Trouble) -> Arc<Self> {
        Arc::new(Self {
            login: ArcSwap::new(first),
            epoch: Instant::now(),
            is_checking: AtomicBool::new(false),
            found: AtomicU64::new(0),
            is_check_due: AtomicBool::new(false),
            next_forced: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            is_pinned: AtomicBool::new(false),
            pinned: Mutex::new(None),
            trouble,
            suspicion: Notify::new(),
            is_certain: AtomicBool::new(false),
            moves: Notify::new(),
            is_closing: watch::Sender::new(false),
            counts: Counts::default(),
            old_connections: AtomicUsize::new(0),
            draining: ArcSwap::default(),
        })
    }

    pub(crate) fn login(&self) -> Arc<Login> {
        self.login.load_full()
    }

    pub(crate) fn accept(&self, login: Arc<Login>) {
        self.login.store(login);
        self.moves.notify_waiters();
    }

    /// Lets go of the login, for good: who still has a handle has no login.
    pub(crate) fn let_go(&self) {
        self.pin();
        self.accept(Arc::new(Login::of_nobody(self.login().number())));
    }

    /// Returns whether a connection is to be asked for its login now, which is each while something is wrong, and one a
    /// second otherwise.
    pub(crate) fn is_to_check(&self) -> bool {
        self.is_checking()
            || (self.is_check_due.load(Ordering::Relaxed) && self.is_check_due.swap(false, Ordering::Relaxed))
    }

    /// Lets the next connection be asked. Called once a [`CHECK`].
    pub(crate) fn let_check(&self) {
        self.is_check_due.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_checking(&self) -> bool {
        self.is_checking.load(Ordering::Acquire)
    }

    pub(crate) fn check_all(&self, all: bool) {
        self.is_checking.store(all, Ordering::Release);
    }

    /// Takes in that a connection's login does not exist any more: the connection is not handed out.
    pub(crate) fn found_dropped(&self) {
        self.found.store(self.now(), Ordering::Relaxed);
        self.check_all(true);
        self.is_certain.store(true, Ordering::Relaxed);
        self.suspicion.notify_one();
    }

    pub(crate) fn has_found_none_dropped(&self, within: Duration) -> bool {
        self.now().saturating_sub(self.found.load(Ordering::Relaxed)) >= nanos(within)
    }

    /// Takes in that an application was refused something by the database: its own fault, or that of its login.
    pub(crate) fn was_refused_a_statement(&self) {
        if self.take_turn(&self.next_forced, FORCED_CHECK) {
            self.let_check();
        }
    }

    /// Takes in that an application was refused a new connection.
    pub(crate) fn was_refused_a_connection(&self) {
        self.suspicion.notify_one();
    }

    /// Waits for a reason to doubt the login. Returns whether there is proof.
    pub(crate) async fn doubted(&self) -> bool {
        self.suspicion.notified().await;
        self.is_certain.swap(false, Ordering::Relaxed)
    }

    /// Since when there is no login for new connections.
    pub(crate) fn pinned(&self) -> Option<Instant> {
        if !self.is_pinned.load(Ordering::Acquire) {
            return None;
        }
        *self.pinned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns why no connection can be opened.
    pub(crate) fn no_login(&self, since: Instant) -> crate::Error {
        crate::Error::NoValidCredentials { since: Since::new(since), source: self.cause() }
    }

    /// Returns why there is no newer login, if its owner has said.
    pub(crate) fn cause(&self) -> Option<Arc<dyn Error + Send + Sync>> {
        self.trouble.cause()
    }

    /// Returns whether that is news.
    pub(crate) fn pin(&self) -> bool {
        let mut pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = pinned.is_none();
        pinned.get_or_insert_with(Instant::now);
        self.is_pinned.store(true, Ordering::Release);
        is_news
    }

    pub(crate) fn unpin(&self) {
        self.is_pinned.store(false, Ordering::Release);
        *self.pinned.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.moves.notify_waiters();
    }

    /// Waits until something is so that depends on the login and on whether there is one.
    #[cfg(feature = "_tokio-postgres")]
    pub(crate) async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        loop {
            let mut moved = std::pin::pin!(self.moves.notified());
            // From here on no move is missed.
            moved.as_mut().enable();
            if is_so(self) {
                return;
            }
            moved.await;
        }
    }

    /// Has the pool closed by the task that follows its login.
    pub(crate) fn close(&self) {
        self.is_closing.send_replace(true);
    }

    pub(crate) async fn closing(&self) {
        let mut is_closing = self.is_closing.subscribe();
        // The sender lives as long as `self`.
        let _ended = is_closing.wait_for(|is_closing| *is_closing).await;
    }

    pub(crate) fn ended_late(&self, connections: usize) {
        self.counts.drained_late.add(connections as u64);
        self.ended.store(self.now().max(1), Ordering::Relaxed);
    }

    pub(crate) fn has_ended_late(&self, within: Duration) -> bool {
        let ended = self.ended.load(Ordering::Relaxed);
        ended > 0 && self.now().saturating_sub(ended) < nanos(within)
    }

    /// Takes the next turn of something that is done once a `period`, if it has come.
    fn take_turn(&self, next: &AtomicU64, period: Duration) -> bool {
        let now = self.now();
        let turn = next.load(Ordering::Relaxed);
        turn <= now
            && next.compare_exchange(turn, now + nanos(period), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn now(&self) -> u64 {
        nanos(self.epoch.elapsed())
    }
}

/// Five centuries fit.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use secrets_config_core::{DbCredentials, rotating};

    use super::*;

    fn gate() -> Arc<Gate> {
        let (_publisher, login) = rotating::channel(DbCredentials::new("app", "x"));
        Gate::new(Arc::new(Login::new(login.current().hold())), login.trouble())
    }

    #[test]
    fn of_many_connections_one_is_asked() {
        let gate = gate();
        gate.let_check();
        assert_eq!((0..100).filter(|_| gate.is_to_check()).count(), 1);
    }

    #[test]
    fn once_a_login_was_found_dropped_every_connection_is_asked() {
        let gate = gate();
        gate.found_dropped();
        assert_eq!((0..100).filter(|_| gate.is_to_check()).count(), 100);
    }

    #[test]
    fn a_hundred_refused_statements_lead_to_one_more_check() {
        let gate = gate();
        let checks = (0..100).filter(|_| {
            gate.was_refused_a_statement();
            gate.is_to_check()
        });
        assert_eq!(checks.count(), 1);
    }
}

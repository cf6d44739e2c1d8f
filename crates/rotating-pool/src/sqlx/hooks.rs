//! What the pool asks us about each connection.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use secrets_config_core::{DbCredentials, rotating::Generation};
use sqlx::{PgConnection, postgres::PgPoolOptions};

/// A whole pool of old connections is replaced in about this time, one after the other.
const REPLACEMENT: Duration = Duration::from_secs(1);

/// Which connections may pass, known to the hooks and to the swapper.
pub(super) struct Gate {
    /// The login of new connections.
    accepting: ArcSwap<Generation<DbCredentials>>,
    /// What times below are counted from.
    epoch: Instant,
    /// Connections opened before this are old, in nanoseconds; zero before the first switch.
    cutoff: AtomicU64,
    /// When the next old connection may be closed as it is returned, in nanoseconds.
    next_close: AtomicU64,
    pause: Duration,
    /// The drain has one in hand, and keeps its own pace.
    visiting: AtomicBool,
    /// How many were closed.
    closed: AtomicU64,
    /// Sessions of old logins, as the server last counted them.
    pub(super) old_sessions: AtomicUsize,
    /// Users of logins that are being drained, with the numbers of their generations.
    pub(super) draining: ArcSwap<Vec<(u64, String)>>,
}

impl Gate {
    pub(super) fn new(first: Arc<Generation<DbCredentials>>, max_connections: u32) -> Arc<Self> {
        Arc::new(Self {
            accepting: ArcSwap::new(first),
            epoch: Instant::now(),
            cutoff: AtomicU64::new(0),
            next_close: AtomicU64::new(0),
            pause: REPLACEMENT / max_connections.max(1),
            visiting: AtomicBool::new(false),
            closed: AtomicU64::new(0),
            old_sessions: AtomicUsize::new(0),
            draining: ArcSwap::default(),
        })
    }

    pub(super) fn accepting(&self) -> Arc<Generation<DbCredentials>> {
        self.accepting.load_full()
    }

    pub(super) fn accept(&self, generation: Arc<Generation<DbCredentials>>) {
        self.accepting.store(generation);
    }

    /// Lets every connection opened before `instant` leave.
    pub(super) fn close_before(&self, instant: Instant) {
        self.cutoff.store(nanos(instant.saturating_duration_since(self.epoch)), Ordering::Release);
    }

    /// How long to wait after one old connection was closed and before the next is.
    pub(super) fn pause(&self) -> Duration {
        self.pause
    }

    /// Lets the next connection that is returned be closed without a wait. Returns how many were closed so far.
    pub(super) fn visit(&self) -> u64 {
        self.visiting.store(true, Ordering::Relaxed);
        self.closed.load(Ordering::Relaxed)
    }

    /// Ends what [`visit`](Self::visit) began.
    pub(super) fn end_visit(&self) -> u64 {
        self.visiting.store(false, Ordering::Relaxed);
        self.closed.load(Ordering::Relaxed)
    }

    /// Returns whether a connection of this age, which nobody is using, is to be closed now.
    fn is_to_close(&self, age: Duration) -> bool {
        let cutoff = self.cutoff.load(Ordering::Acquire);
        if cutoff == 0 {
            return false;
        }
        let now = nanos(self.epoch.elapsed());
        let closes = now.saturating_sub(nanos(age)) < cutoff
            && (self.visiting.load(Ordering::Relaxed) || self.is_time(now));
        if closes {
            self.closed.fetch_add(1, Ordering::Relaxed);
        }
        closes
    }

    /// Takes the next turn, if it has come.
    fn is_time(&self, now: u64) -> bool {
        let next = self.next_close.load(Ordering::Relaxed);
        let after = now.saturating_add(nanos(self.pause));
        next <= now
            && self.next_close.compare_exchange(next, after, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Returns `options` with our hooks in them.
pub(super) fn install(options: PgPoolOptions, gate: &Arc<Gate>) -> PgPoolOptions {
    let (on_connect, on_release) = (Arc::clone(gate), Arc::clone(gate));
    options
        .after_connect(move |connection, _| {
            let gate = Arc::clone(&on_connect);
            Box::pin(async move { refuse_straddler(connection, &gate).await })
        })
        .after_release(move |_, metadata| {
            if on_release.is_to_close(metadata.age) {
                Box::pin(Answer::<false>)
            } else {
                Box::pin(Answer::<true>)
            }
        })
}

/// Closes a connection that was opened with a login that has been replaced meanwhile. The pool then opens another.
async fn refuse_straddler(connection: &mut PgConnection, gate: &Gate) -> Result<(), sqlx::Error> {
    let user: String = sqlx::query_scalar("SELECT session_user::text").fetch_one(connection).await?;
    if user == gate.accepting().username() {
        return Ok(());
    }
    Err(sqlx::Error::Configuration("the login changed while this connection was being opened".into()))
}

/// An answer that is there at once. It has no size, so that its box costs no allocation in each acquire.
struct Answer<const KEEP: bool>;

impl<const KEEP: bool> Future for Answer<KEEP> {
    type Output = Result<bool, sqlx::Error>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(KEEP))
    }
}

/// Five centuries fit.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use secrets_config_core::rotating;

    use super::*;

    fn gate(max_connections: u32) -> Arc<Gate> {
        let (_publisher, login) = rotating::channel(DbCredentials::new("app", "x"));
        Gate::new(login.current().hold(), max_connections)
    }

    #[test]
    fn before_a_switch_nothing_is_closed() {
        assert!(!gate(10).is_to_close(Duration::from_secs(3600)));
    }

    #[test]
    fn after_a_switch_the_old_are_closed_and_the_new_are_kept() {
        let gate = gate(10);
        gate.close_before(Instant::now() + Duration::from_secs(60));
        gate.visit();
        assert!(gate.is_to_close(Duration::ZERO), "opened before the cutoff");
        gate.close_before(gate.epoch);
        assert!(!gate.is_to_close(Duration::ZERO), "opened after it");
    }

    #[test]
    fn of_those_that_are_returned_one_a_turn_is_closed() {
        let gate = gate(1);
        gate.close_before(Instant::now() + Duration::from_secs(60));
        let closed = (0..100).filter(|_| gate.is_to_close(Duration::ZERO)).count();
        assert_eq!(closed, 1, "the next turn comes in a second");
    }
}

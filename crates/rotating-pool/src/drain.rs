//! Old logins whose connections have not all left.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::time::{self, Instant};

use crate::{
    adapter::{Adapter, Failure, Reason},
    gate::Gate,
    login::Login,
};

/// Where all connections are in use, this long is waited for one that is returned.
pub(crate) const TURN: Duration = Duration::from_secs(1);

/// Connections are looked after this often at first, and the longer some stay the less often.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Connections that are still in use are ended this long before their login ends, or after three quarters of the time
/// that was left at the swap, whichever is later.
const MARGIN: Duration = Duration::from_secs(30);

/// The logins that are leaving.
pub(crate) struct Drain {
    old: Vec<Old>,
    next: Instant,
    pause: Duration,
    /// How many connections had been replaced, here or by the pool's hooks, when that was looked at last.
    replaced: u64,
}

/// A login of which there may be connections. Held until there are none.
struct Old {
    login: Arc<Login>,
    deadline: Option<Instant>,
    connections: usize,
}

impl Drain {
    pub(crate) fn new() -> Self {
        Self { old: Vec::new(), next: Instant::now(), pause: FIRST_PAUSE, replaced: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.old.is_empty()
    }

    /// Lets the connections of `login` leave.
    pub(crate) fn add(&mut self, login: Arc<Login>, gate: &Gate) {
        let now = Instant::now();
        // What has ended already ends nothing: a session that has outlived its login may well serve on.
        let expires = login.generation().expires().map(Instant::from_std).filter(|expires| *expires > now);
        let deadline = expires.map(|expires| {
            let left = expires.saturating_duration_since(now);
            expires.checked_sub(MARGIN.min(left / 4)).unwrap_or(now)
        });
        self.old.push(Old { login, deadline, connections: 0 });
        self.pause = FIRST_PAUSE;
        self.next = now;
        self.show(gate);
    }

    /// Keeps the connections of `login`'s user: they are current again.
    pub(crate) fn keep(&mut self, login: &Login, gate: &Gate) {
        self.old.retain(|old| !old.login.has_user_of(login));
        self.show(gate);
    }

    /// Returns when to move on.
    pub(crate) fn wake(&self) -> Option<Instant> {
        let deadline = self.old.iter().filter_map(|old| old.deadline).min();
        (!self.is_empty()).then(|| deadline.map_or(self.next, |deadline| deadline.min(self.next)))
    }

    /// Replaces what nobody uses, ends what is used for too long, and lets go of each login that has no connection left.
    /// Dropping the future lets go of no other.
    pub(crate) async fn advance<A: Adapter>(&mut self, adapter: &A, newest: &Login, gate: &Gate) {
        let deadline = self.old.iter().filter_map(|old| old.deadline).min();
        let replacing = replace_idle(adapter, newest, gate);
        match deadline {
            // A connection that was about to be replaced has its place, with or without a session.
            Some(deadline) => drop(time::timeout_at(deadline, replacing).await),
            None => replacing.await,
        }
        let replaced = gate.counts.drained.get();
        let is_quiet = replaced == self.replaced;
        let pause = if is_quiet { self.pause } else { FIRST_PAUSE };
        self.replaced = replaced;
        let mut at = 0;
        while let Some(old) = self.old.get_mut(at) {
            match adapter.remaining(&old.login).await {
                Ok(0) => {
                    self.old.remove(at);
                    continue;
                }
                Ok(connections) => old.connections = connections,
                Err(failure) => tracing::debug!("cannot count old connections: {}", failure.source),
            }
            let now = Instant::now();
            if old.deadline.is_some_and(|deadline| deadline <= now) {
                let is_done = end(adapter, &old.login, gate).await;
                old.deadline = (!is_done).then(|| now + LONGEST_PAUSE);
            }
            at += 1;
        }
        self.next = Instant::now() + pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        adapter.spares().let_look(adapter.size() * 2);
        self.show(gate);
        // What is left may not come back for long, or may not be in the pool at all.
        let most = if is_quiet { 1 } else { adapter.overlap() };
        let connections = self.old.iter().map(|old| old.connections).sum::<usize>();
        if let Err(failure) = refill(adapter, newest, connections.min(most), gate).await {
            cannot_open(&failure, gate);
        }
    }

    fn show(&self, gate: &Gate) {
        gate.old_connections.store(self.old.iter().map(|old| old.connections).sum(), Ordering::Relaxed);
        let draining =
            self.old.iter().map(|old| (old.login.number(), old.login.credentials().username().to_owned()));
        gate.draining.store(Arc::new(draining.collect()));
    }
}

/// Replaces connections of other logins than `newest`: all those that nobody uses now.
pub(crate) async fn replace_idle<A: Adapter>(adapter: &A, newest: &Login, gate: &Gate) {
    // What is looked at here need not be asked twice.
    adapter.spares().let_look(0);
    for _ in 0..adapter.size() {
        // Without a valid login what is open is kept.
        if adapter.has_only(newest) || gate.pinned().is_some() {
            break;
        }
        if let Err(failure) = refill(adapter, newest, 1, gate).await {
            cannot_open(&failure, gate);
            break;
        }
        let wait = if adapter.spares().count() > 0 { Duration::ZERO } else { TURN };
        let Some(taken) = adapter.take_old(newest, wait).await else { break };
        match adapter.spares().take() {
            Some(fresh) => adapter.exchange(taken, fresh).await,
            None => {
                if let Err(failure) = adapter.replace_in_place(taken, newest).await {
                    cannot_open(&failure, gate);
                    break;
                }
            }
        }
        gate.counts.drained.add(1);
    }
}

/// Opens connections until `wanted` are spare, as far as there may be and as there is room for.
async fn refill<A: Adapter>(adapter: &A, newest: &Login, wanted: usize, gate: &Gate) -> Result<(), Failure> {
    // The other half is for those that were replaced and that the server is about to end.
    let most = (adapter.overlap() / 2).max(1).min(adapter.overlap());
    loop {
        close_replaced(adapter).await;
        if adapter.spares().count() >= wanted.min(most) || gate.pinned().is_some() {
            return Ok(());
        }
        match adapter.open(newest).await {
            Ok(connection) => adapter.spares().put(connection),
            Err(Failure { reason: Reason::Full, .. }) => return Ok(()),
            Err(failure) => return Err(failure),
        }
    }
}

fn cannot_open(failure: &Failure, gate: &Gate) {
    tracing::debug!("cannot open a connection in the place of an old one: {}", failure.source);
    if failure.reason == Reason::Refused {
        gate.was_refused_a_connection();
    }
}

async fn close_replaced<A: Adapter>(adapter: &A) {
    for connection in adapter.spares().take_replaced() {
        adapter.close_session(connection).await;
    }
}

/// Closes what hooks still replace, without end.
pub(crate) async fn keep_closing_replaced<A: Adapter>(adapter: &A) {
    loop {
        close_replaced(adapter).await;
        adapter.spares().used().await;
    }
}

/// Closes the connections that are not needed any more.
pub(crate) async fn close_spares<A: Adapter>(adapter: &A) {
    close_replaced(adapter).await;
    while let Some(connection) = adapter.spares().take() {
        adapter.close_session(connection).await;
    }
}

/// Returns whether every connection was ended.
async fn end<A: Adapter>(adapter: &A, old: &Arc<Login>, gate: &Gate) -> bool {
    let generation = old.number();
    match adapter.end(old).await {
        Ok(connections) => {
            gate.ended_late(connections);
            tracing::warn!(generation, connections, "ended connections in use at the end of their login");
            true
        }
        Err(failure) => {
            tracing::warn!(
                generation,
                "cannot end connections in use at the end of their login: {}",
                failure.source
            );
            false
        }
    }
}

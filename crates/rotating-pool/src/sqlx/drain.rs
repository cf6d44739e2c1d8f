//! Old logins whose connections have not all left.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use secrets_config_core::{DbCredentials, rotating::Generation};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, types::Oid},
};
use tokio::time::{self, Instant};

use super::{hooks::Gate, probe::Probe};

/// The pool counts a connection's age from a moment after its login was checked. Nothing closes within this time after
/// a switch, and what is older than its end is closed: a few new connections with it, but no old one stays.
const MARGIN: Duration = Duration::from_secs(1);
/// A connection that the pool does not take back in this time is left to itself.
const RETURN: Duration = Duration::from_secs(5);

/// The logins that are leaving.
pub(super) struct Drain {
    old: Vec<Old>,
    probe: Option<Probe>,
    /// When to look again, after the server could not be asked.
    not_before: Option<Instant>,
}

/// A login of which there may be sessions.
struct Old {
    generation: Arc<Generation<DbCredentials>>,
    role: Oid,
    since: Instant,
}

impl Drain {
    pub(super) fn new() -> Self {
        Self { old: Vec::new(), probe: None, not_before: None }
    }

    /// Lets the connections of `generation` leave. `probe` has the login that took its place.
    pub(super) fn add(
        &mut self,
        generation: Arc<Generation<DbCredentials>>,
        role: Oid,
        probe: Probe,
        gate: &Gate,
    ) {
        self.old.push(Old { generation, role, since: Instant::now() });
        self.probe = Some(probe);
        self.show(gate);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.old.is_empty()
    }

    /// Moves on: closes idle connections, and lets go of each login that has no session left.
    pub(super) async fn advance(&mut self, pool: &PgPool, options: &PgConnectOptions, gate: &Gate) {
        let now = Instant::now();
        let Some(newest) = self.old.iter().map(|old| old.since).max() else { return };
        if now < newest + MARGIN {
            return;
        }
        gate.close_before((newest + MARGIN).into_std());
        visit_idle(pool, gate).await;
        if self.not_before.is_some_and(|at| Instant::now() < at) {
            return;
        }
        let roles: Vec<Oid> = self.old.iter().map(|old| old.role).collect();
        let sessions = match self.probe(options, gate).await {
            Ok(probe) => probe.sessions(&roles).await,
            Err(error) => Err(error),
        };
        match sessions {
            Ok(sessions) => {
                self.not_before = None;
                gate.old_sessions.store(sessions.values().sum(), Ordering::Relaxed);
                // A connection that is still being opened has no session to count. It may take the time of an acquire.
                let opening = pool.options().get_acquire_timeout();
                let now = Instant::now();
                self.old.retain(|old| sessions.contains_key(&old.role) || now < old.since + opening);
            }
            Err(error) => {
                const AGAIN: Duration = Duration::from_secs(5);
                tracing::debug!("cannot count the sessions of old logins: {error}");
                self.probe = None;
                self.not_before = Some(Instant::now() + AGAIN);
            }
        }
        self.show(gate);
        if self.old.is_empty() {
            tracing::info!(generation = gate.accepting().number(), "every connection has the new login");
            if let Some(probe) = self.probe.take() {
                probe.close().await;
            }
        }
    }

    async fn probe(&mut self, options: &PgConnectOptions, gate: &Gate) -> Result<&mut Probe, sqlx::Error> {
        let probe = match self.probe.take() {
            Some(probe) => probe,
            None => Probe::open(options, &gate.accepting()).await?.0,
        };
        Ok(self.probe.insert(probe))
    }

    fn show(&self, gate: &Gate) {
        let draining =
            self.old.iter().map(|old| (old.generation.number(), old.generation.username().to_owned()));
        gate.draining.store(Arc::new(draining.collect()));
    }
}

/// Takes each idle connection out and returns it, which makes the pool ask whether to keep it. One at a time, and with a
/// pause after each that was closed: what is out cannot serve, and the place of what is gone is wanted.
async fn visit_idle(pool: &PgPool, gate: &Gate) {
    for _ in 0..pool.num_idle() {
        let Some(mut connection) = pool.try_acquire() else { return };
        let closed = gate.visit();
        if time::timeout(RETURN, connection.return_to_pool()).await.is_err() {
            tracing::debug!("an idle connection did not answer and was dropped");
        }
        if gate.end_visit() > closed {
            time::sleep(gate.pause()).await;
        }
    }
}

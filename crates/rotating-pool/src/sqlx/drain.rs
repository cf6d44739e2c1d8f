//! Old logins whose connections have not all left.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use secrets_config_core::{DbCredentials, rotating::Generation};
use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::time::Instant;

use super::{hooks::Gate, probe::Probe};

/// The pool counts a connection's age from a moment after its login was checked. Nothing closes within this time after
/// a switch, and what is older than its end is closed: a few new connections with it, but no old one stays.
const MARGIN: Duration = Duration::from_secs(1);
/// A connection that is still being opened has no session to count. It may take this long to fail on its own.
const OPENING: Duration = Duration::from_secs(5);

/// The logins that are leaving.
pub(super) struct Drain {
    old: Vec<Old>,
    probe: Option<Probe>,
}

struct Old {
    generation: Arc<Generation<DbCredentials>>,
    since: Instant,
}

impl Drain {
    pub(super) fn new() -> Self {
        Self { old: Vec::new(), probe: None }
    }

    /// Lets the connections of `generation` leave. `probe` has the login that took its place.
    pub(super) fn add(&mut self, generation: Arc<Generation<DbCredentials>>, probe: Probe, gate: &Gate) {
        self.old.push(Old { generation, since: Instant::now() });
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
        visit_idle(pool);
        let users: Vec<String> = self.old.iter().map(|old| old.generation.username().to_owned()).collect();
        let sessions = match self.probe(options, gate).await {
            Some(probe) => probe.sessions(&users).await,
            None => return,
        };
        let sessions = match sessions {
            Ok(sessions) => sessions,
            Err(error) => {
                tracing::debug!("cannot count the sessions of old logins: {error}");
                self.probe = None;
                return;
            }
        };
        gate.old_sessions.store(sessions.values().sum(), Ordering::Relaxed);
        self.old.retain(|old| sessions.contains_key(old.generation.username()) || now < old.since + OPENING);
        self.show(gate);
        if self.old.is_empty() {
            gate.close_none();
            tracing::info!(generation = gate.accepting().number(), "every connection has the new login");
            if let Some(probe) = self.probe.take() {
                probe.close().await;
            }
        }
    }

    async fn probe(&mut self, options: &PgConnectOptions, gate: &Gate) -> Option<&mut Probe> {
        if self.probe.is_none() {
            self.probe = Probe::open(options, &gate.accepting()).await.ok();
        }
        self.probe.as_mut()
    }

    fn show(&self, gate: &Gate) {
        let draining =
            self.old.iter().map(|old| (old.generation.number(), old.generation.username().to_owned()));
        gate.draining.store(Arc::new(draining.collect()));
    }
}

/// Takes each idle connection out and returns it, which makes the pool ask whether to keep it. One at a time: what is
/// out cannot serve.
fn visit_idle(pool: &PgPool) {
    for _ in 0..pool.num_idle() {
        match pool.try_acquire() {
            Some(connection) => drop(connection),
            None => break,
        }
    }
}

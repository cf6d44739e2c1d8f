//! The task that follows a login.

use std::{sync::Arc, time::Duration};

use secrets_config_core::{DbCredentials, Rotating, rotating::Generation};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, types::Oid},
};
use tokio::time::{self, Instant};

use super::{
    drain::Drain,
    hooks::Gate,
    probe::{Probe, with_login},
};

/// How often draining moves on.
const TICK: Duration = Duration::from_millis(250);
/// A new login that does not work is tried again after this, then after twice as long: a replica may not know it yet.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Gives a pool each new login, once it has proved to work.
pub(super) struct Swapper {
    pool: PgPool,
    login: Rotating<DbCredentials>,
    options: PgConnectOptions,
    gate: Arc<Gate>,
    /// The login of new connections: held, so that nobody revokes it.
    current: Arc<Generation<DbCredentials>>,
    role: Oid,
    pending: Option<Pending>,
    drain: Drain,
}

/// A login that is to be tried.
struct Pending {
    generation: Arc<Generation<DbCredentials>>,
    at: Instant,
    pause: Duration,
}

impl Swapper {
    pub(super) fn new(
        pool: PgPool,
        login: Rotating<DbCredentials>,
        options: PgConnectOptions,
        gate: Arc<Gate>,
        current: Arc<Generation<DbCredentials>>,
        role: Oid,
    ) -> Self {
        Self { pool, login, options, gate, current, role, pending: None, drain: Drain::new() }
    }

    /// Runs until the pool is closed and empty, or the login's owner is gone and nothing is left to do.
    pub(super) async fn run(mut self) {
        let mut closed = self.pool.close_event();
        tokio::select! {
            biased;
            () = &mut closed => {}
            () = self.follow() => return,
        }
        // Whoever still has a connection may finish: only then are the logins let go of.
        self.pool.close().await;
    }

    /// Dropping this future loses nothing but the step it is in.
    async fn follow(&mut self) {
        let mut is_owned = true;
        loop {
            let try_at = self.pending.as_ref().map(|pending| pending.at);
            tokio::select! {
                biased;
                changed = self.login.changed(), if is_owned => match changed {
                    Some(generation) => {
                        self.pending = Some(Pending { generation, at: Instant::now(), pause: FIRST_PAUSE });
                    }
                    None => {
                        is_owned = false;
                        self.pending = None;
                    }
                },
                () = sleep_until(try_at), if try_at.is_some() => self.try_pending().await,
                () = time::sleep(TICK), if !self.drain.is_empty() => {
                    self.drain.advance(&self.pool, &self.options, &self.gate).await;
                }
                else => return,
            }
        }
    }

    async fn try_pending(&mut self) {
        let Some(Pending { generation, pause, .. }) = self.pending.take() else { return };
        match Probe::open(&self.options, &generation).await {
            Ok((probe, role)) => self.switch(generation, role, probe).await,
            Err(error) => {
                let number = generation.number();
                tracing::warn!(
                    generation = number,
                    "the new login does not work yet, the old one is kept: {error}"
                );
                let (at, pause) = (Instant::now() + pause, (pause * 2).min(LONGEST_PAUSE));
                self.pending = Some(Pending { generation, at, pause });
            }
        }
    }

    async fn switch(&mut self, generation: Arc<Generation<DbCredentials>>, role: Oid, probe: Probe) {
        self.gate.accept(Arc::clone(&generation));
        self.pool.set_connect_options(with_login(&self.options, &generation));
        tracing::info!(generation = generation.number(), "new connections use the new login");
        let old = std::mem::replace(&mut self.current, generation);
        let old_role = std::mem::replace(&mut self.role, role);
        if old_role == role {
            // The same user with another password: its sessions live on.
            probe.close().await;
        } else {
            self.drain.add(old, old_role, probe, &self.gate);
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    if let Some(at) = at {
        time::sleep_until(at).await;
    }
}

//! The task that follows a login.

use std::{sync::Arc, time::Duration};

use secrets_config_core::{DbCredentials, Rotating, rotating::Generation};
use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::time;

use super::{
    drain::Drain,
    hooks::Gate,
    probe::{Probe, with_login},
};

/// How often draining moves on.
const TICK: Duration = Duration::from_millis(250);
/// A new login that does not work is tried again this often: a replica may not know it yet.
const PROBE_AGAIN: Duration = Duration::from_millis(500);

/// Gives a pool each new login, once it has proved to work.
pub(super) struct Swapper {
    pool: PgPool,
    login: Rotating<DbCredentials>,
    options: PgConnectOptions,
    gate: Arc<Gate>,
    /// The login of new connections: held, so that nobody revokes it.
    current: Arc<Generation<DbCredentials>>,
    drain: Drain,
}

impl Swapper {
    pub(super) fn new(
        pool: PgPool,
        login: Rotating<DbCredentials>,
        options: PgConnectOptions,
        gate: Arc<Gate>,
        current: Arc<Generation<DbCredentials>>,
    ) -> Self {
        Self { pool, login, options, gate, current, drain: Drain::new() }
    }

    /// Runs until the pool is closed or the login's owner is gone.
    pub(super) async fn run(mut self) {
        let mut closed = self.pool.close_event();
        loop {
            tokio::select! {
                biased;
                () = &mut closed => return,
                changed = self.login.changed() => match changed {
                    Some(generation) => tokio::select! {
                        biased;
                        () = &mut closed => return,
                        () = self.swap(generation) => {}
                    },
                    None => return,
                },
                () = time::sleep(TICK), if !self.drain.is_empty() => {
                    self.drain.advance(&self.pool, &self.options, &self.gate).await;
                }
            }
        }
    }

    async fn swap(&mut self, mut generation: Arc<Generation<DbCredentials>>) {
        let probe = loop {
            match Probe::open(&self.options, &generation).await {
                Ok(probe) => break probe,
                Err(error) => {
                    tracing::warn!(
                        generation = generation.number(),
                        "the new login does not work yet, the old one is kept: {error}"
                    );
                }
            }
            time::sleep(PROBE_AGAIN).await;
            generation = self.login.current().hold();
        };
        self.login.mark_seen(&generation);
        self.gate.accept(Arc::clone(&generation));
        self.pool.set_connect_options(with_login(&self.options, &generation));
        tracing::info!(generation = generation.number(), "new connections use the new login");
        let old = std::mem::replace(&mut self.current, generation);
        self.drain.add(old, probe, &self.gate);
    }
}

//! The task that follows a login.

use std::{sync::Arc, time::Duration};

use secrets_config_core::{DbCredentials, Rotating};
use tokio::{
    sync::watch,
    time::{self, Instant},
};

use crate::{
    adapter::{Adapter, Failure, Reason},
    drain::{self, Drain},
    gate::{CHECK, Gate},
    login::Login,
};

/// A new login that does not work is tried again after this, then after twice as long: a replica may not know it yet.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often a login that was refused is tried again.
const RETRY: Duration = Duration::from_secs(30);
/// How soon it is looked again whether a login works when that could not be told.
const UNCLEAR: Duration = Duration::from_secs(5);
/// A login that was doubted and works is not doubted again for so long, unless there is proof.
const TRUST: Duration = Duration::from_secs(300);

/// Gives a pool each new login, once it has proved to work.
pub(crate) struct Follower<A: Adapter> {
    adapter: Arc<A>,
    rotating: Rotating<DbCredentials>,
    gate: Arc<Gate>,
    /// The login of new connections.
    current: Arc<Login>,
    expiry: watch::Receiver<Option<std::time::Instant>>,
    /// The end of the current login that was acted upon.
    ended: Option<std::time::Instant>,
    pending: Option<Pending>,
    drain: Drain,
    /// When to look again whether the current login works.
    verify_at: Option<Instant>,
    trusted_until: Instant,
    upkeep: Option<time::Interval>,
    check: time::Interval,
}

/// A login that is to be tried.
struct Pending {
    login: Arc<Login>,
    at: Instant,
    pause: Duration,
}

impl<A: Adapter> Follower<A> {
    pub(crate) fn new(adapter: A, rotating: Rotating<DbCredentials>, gate: Arc<Gate>) -> Self {
        let current = gate.login();
        let now = Instant::now();
        let upkeep = adapter.upkeep_period().map(|period| time::interval_at(now + period, period));
        Self {
            adapter: Arc::new(adapter),
            rotating,
            gate,
            expiry: current.generation().expiry(),
            ended: None,
            current,
            pending: None,
            drain: Drain::new(),
            verify_at: None,
            trusted_until: now,
            upkeep,
            check: time::interval(CHECK),
        }
    }

    /// Runs until the pool is closed and empty, or the login's owner is gone and nothing is left to do.
    pub(crate) async fn run(mut self) {
        let (adapter, gate) = (Arc::clone(&self.adapter), Arc::clone(&self.gate));
        tokio::select! {
            biased;
            () = adapter.closed() => {}
            () = gate.closing() => {}
            () = self.follow() => return,
        }
        drain::close_spares(&*adapter).await;
        // Whoever still has a connection may finish: only then are the logins let go of.
        tokio::select! {
            () = adapter.emptied() => {}
            () = drain::keep_closing_replaced(&*adapter) => {}
        }
    }

    /// Dropping this future loses nothing but the step it is in.
    async fn follow(&mut self) {
        let mut is_owned = true;
        let adapter = Arc::clone(&self.adapter);
        while is_owned || !self.drain.is_empty() {
            let try_at = self.pending.as_ref().map(|pending| pending.at);
            let (drain_at, verify_at) = (self.drain.wake(), self.verify_at);
            let expires = *self.expiry.borrow_and_update();
            let ends_at = expires.filter(|at| self.ended != Some(*at)).map(Instant::from_std);
            tokio::select! {
                biased;
                changed = self.rotating.changed(), if is_owned => match changed {
                    Some(generation) => {
                        let login = Arc::new(Login::new(generation));
                        self.pending = Some(Pending { login, at: Instant::now(), pause: FIRST_PAUSE });
                    }
                    None => {
                        is_owned = false;
                        self.pending = None;
                    }
                },
                () = sleep_until(try_at), if try_at.is_some() => self.try_pending().await,
                // The end was moved: the loop looks again.
                Ok(()) = self.expiry.changed() => {}
                () = sleep_until(ends_at), if ends_at.is_some() => {
                    self.ended = expires;
                    self.pin();
                }
                is_certain = self.gate.doubted() => self.doubt(is_certain).await,
                () = sleep_until(verify_at), if verify_at.is_some() => self.verify().await,
                () = sleep_until(drain_at), if drain_at.is_some() => self.advance().await,
                () = adapter.spares().used(), if drain_at.is_some() => self.advance().await,
                _ = self.check.tick() => self.gate.let_check(),
                () = tick(&mut self.upkeep), if self.upkeep.is_some() => self.adapter.upkeep().await,
            }
        }
    }

    async fn try_pending(&mut self) {
        let Some(Pending { login, pause, .. }) = self.pending.take() else { return };
        match self.probe(&login).await {
            Ok(()) => self.switch(login).await,
            Err(failure) => {
                tracing::warn!(
                    generation = login.number(),
                    "the new login does not work yet, the old one is kept: {}",
                    failure.source
                );
                let (at, pause) = (Instant::now() + pause, (pause * 2).min(LONGEST_PAUSE));
                self.pending = Some(Pending { login, at, pause });
            }
        }
    }

    /// Tries a login. The connection that did it is the first that replaces another.
    async fn probe(&self, login: &Arc<Login>) -> Result<(), Failure> {
        drain::close_spares(&*self.adapter).await;
        // What would make room while there is no valid login may be all that still serves.
        if self.adapter.overlap() == 0 && self.gate.pinned().is_none() {
            return self.adapter.open_in_place(login).await;
        }
        match self.adapter.open(login).await {
            Ok(session) => {
                self.adapter.spares().put(session);
                Ok(())
            }
            Err(Failure { reason: Reason::Full, .. }) => self.adapter.open_in_place(login).await,
            Err(failure) => Err(failure),
        }
    }

    async fn switch(&mut self, login: Arc<Login>) {
        self.gate.accept(Arc::clone(&login));
        self.adapter.switch(&login);
        self.gate.counts.swapped.add(1);
        self.gate.unpin();
        self.verify_at = None;
        self.trusted_until = Instant::now();
        self.expiry = login.generation().expiry();
        self.ended = None;
        tracing::info!(generation = login.number(), "new connections use the new login");
        let old = std::mem::replace(&mut self.current, login);
        self.drain.keep(&self.current, &self.gate);
        // The same user with another password: its sessions live on.
        if !old.has_user_of(&self.current) {
            self.drain.add(old, &self.gate);
        }
        self.close_spares_if_idle().await;
    }

    async fn advance(&mut self) {
        self.drain.advance(&*self.adapter, &self.current, &self.gate).await;
        if self.drain.is_empty() {
            tracing::info!(generation = self.current.number(), "every connection has the new login");
            self.gate.check_all(self.gate.pinned().is_some());
        }
        self.close_spares_if_idle().await;
    }

    async fn close_spares_if_idle(&self) {
        if self.drain.is_empty() {
            drain::close_spares(&*self.adapter).await;
        }
    }

    async fn doubt(&mut self, is_certain: bool) {
        let is_known = self.gate.pinned().is_some() || self.verify_at.is_some();
        if !is_known && (is_certain || self.trusted_until <= Instant::now()) {
            self.verify().await;
        }
    }

    /// Finds out whether connections can be opened with the current login.
    async fn verify(&mut self) {
        self.verify_at = None;
        // Another one beside the pool would be one too many.
        drain::close_spares(&*self.adapter).await;
        match self.adapter.open(&self.current).await {
            Ok(session) => {
                self.adapter.close_session(session).await;
                self.trusted_until = Instant::now() + TRUST;
                if self.gate.pinned().is_some() {
                    tracing::info!(generation = self.current.number(), "the login works again");
                    self.gate.unpin();
                    self.adapter.switch(&self.current);
                }
                // What was found dropped is of an older login: replace it, and trust the rest.
                drain::replace_idle(&*self.adapter, &self.current, &self.gate).await;
                if self.drain.is_empty() {
                    self.gate.check_all(false);
                }
                self.close_spares_if_idle().await;
            }
            Err(Failure { reason: Reason::Refused, .. }) => self.pin(),
            Err(failure) => {
                if failure.reason == Reason::Unclear {
                    self.rotating.request_refresh(self.current.generation());
                }
                tracing::debug!("cannot tell whether the login works: {}", failure.source);
                self.verify_at = Some(Instant::now() + UNCLEAR);
            }
        }
    }

    /// Keeps the connections there are and opens no other, until there is a login that works.
    fn pin(&mut self) {
        if self.gate.pin() {
            tracing::warn!(
                generation = self.current.number(),
                "no valid login: open connections are kept, and no other can be opened"
            );
            self.adapter.refuse_growth();
        }
        self.rotating.request_refresh(self.current.generation());
        self.verify_at = Some(Instant::now() + RETRY);
    }
}

async fn sleep_until(at: Option<Instant>) {
    if let Some(at) = at {
        time::sleep_until(at).await;
    }
}

async fn tick(interval: &mut Option<time::Interval>) {
    if let Some(interval) = interval {
        interval.tick().await;
    }
}

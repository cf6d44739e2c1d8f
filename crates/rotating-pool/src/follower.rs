//! The task that follows a login.

use std::{sync::Arc, time::Duration};

use secrets_config_core::{DbCredentials, Rotating};
use tokio::{
    sync::watch,
    time::{self, Instant},
};

use crate::{
    Counters,
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
/// A login that was tried is not tried again before this is over, or a [`CHECK`] if there is proof that one is gone.
const APART: Duration = Duration::from_secs(5);
/// Another login is asked for when a new one has been accepted for so long and may not do what it has to.
const DENIED: Duration = Duration::from_secs(5);
/// The same, whatever the database has answered meanwhile, while there is another: it may be a replica that is behind.
const USELESS: Duration = Duration::from_secs(60);
/// Each connection is asked for its login until none has been found dropped for so long.
const CALM: Duration = Duration::from_secs(10);
/// A period may be without end, and a clock is not.
const LONGEST_PERIOD: Duration = Duration::from_secs(24 * 3600);

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
    /// What had been replaced and ended when the drain began.
    before: Counters,
    /// When to look again whether the current login works.
    verify_at: Option<Instant>,
    /// When it was tried last.
    verified: Instant,
    upkeep: Option<time::Interval>,
    check: time::Interval,
}

/// A login that is to be tried.
struct Pending {
    login: Arc<Login>,
    at: Instant,
    pause: Duration,
    /// Since when the database answers, and not as it should.
    failing: Option<Instant>,
    /// How long that may go on before another login is asked for.
    patience: Duration,
}

impl Pending {
    fn new(login: Arc<Login>) -> Self {
        Self { login, at: Instant::now(), pause: FIRST_PAUSE, failing: None, patience: USELESS }
    }

    /// Takes in that it does not work.
    fn fail(&mut self, reason: Reason) {
        let now = Instant::now();
        let patience = if reason == Reason::Denied { DENIED } else { USELESS };
        // For how long it was not even accepted says nothing about one that is.
        let since = self.failing.filter(|_| self.patience == patience);
        self.patience = patience;
        self.failing = match reason {
            Reason::Denied | Reason::Refused | Reason::Answer => since.or(Some(now)),
            Reason::Unclear | Reason::Full | Reason::Other => None,
        };
        self.at = now + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    /// Returns whether waiting is not expected to help. `is_urgent` is that no other login works.
    fn is_useless(&self, is_urgent: bool) -> bool {
        let patience = if is_urgent { DENIED } else { self.patience };
        self.failing.is_some_and(|since| since.elapsed() >= patience)
    }
}

impl<A: Adapter> Follower<A> {
    pub(crate) fn new(adapter: A, rotating: Rotating<DbCredentials>, gate: Arc<Gate>) -> Self {
        let current = gate.login();
        let now = Instant::now();
        let period = adapter.upkeep_period().map(|period| period.min(LONGEST_PERIOD));
        let upkeep = period.map(|period| time::interval_at(now + period, period));
        Self {
            adapter: Arc::new(adapter),
            rotating,
            gate,
            expiry: current.generation().expiry(),
            ended: None,
            current,
            pending: None,
            drain: Drain::new(),
            before: Counters::default(),
            verify_at: None,
            verified: now,
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
        // A handle that is kept says what there was, and holds nothing.
        gate.let_go();
    }

    /// Dropping this future loses nothing but the step it is in.
    async fn follow(&mut self) {
        let mut is_owned = true;
        let adapter = Arc::clone(&self.adapter);
        while is_owned || !self.drain.is_empty() {
            let try_at = self.pending.as_ref().map(|pending| pending.at);
            let (drain_at, verify_at) = (self.drain.wake(), self.verify_at);
            let expires = *self.expiry.borrow_and_update();
            if self.ended.is_some() && self.ended != expires {
                // It was renewed after its end.
                self.ended = None;
                self.verify_at = Some(Instant::now());
                continue;
            }
            let ends_at = expires.filter(|at| self.ended != Some(*at)).map(Instant::from_std);
            tokio::select! {
                biased;
                changed = self.rotating.changed(), if is_owned => match changed {
                    Some(generation) => {
                        self.pending = Some(Pending::new(Arc::new(Login::new(generation))));
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
                _ = self.check.tick() => self.look().await,
                () = tick(&mut self.upkeep), if self.upkeep.is_some() => self.adapter.upkeep().await,
            }
        }
        if self.gate.pinned().is_some() {
            // Nobody looks any more whether the login works again: from here on the server tells.
            self.gate.unpin();
            self.adapter.switch(&self.current);
        }
        self.gate.check_all(false);
    }

    async fn try_pending(&mut self) {
        let Some(mut pending) = self.pending.take() else { return };
        match self.probe(&pending.login).await {
            Ok(()) => self.switch(pending.login).await,
            Err(failure) => {
                pending.fail(failure.reason);
                let is_useless = pending.is_useless(self.gate.pinned().is_some());
                let generation = pending.login.number();
                self.pending = Some(pending);
                let error = failure.source;
                if is_useless {
                    tracing::warn!(
                        generation,
                        "the new login does not work, and another is asked for: {error}"
                    );
                    self.ask_for_another();
                } else {
                    tracing::warn!(
                        generation,
                        "the new login does not work yet, the old one is kept: {error}"
                    );
                }
            }
        }
    }

    /// Tells the owner of the logins that the newest is none that works.
    fn ask_for_another(&self) {
        match &self.pending {
            Some(pending) if pending.is_useless(self.gate.pinned().is_some()) => {
                self.rotating.request_replacement(pending.login.generation());
            }
            // Of an older one there would be nothing to tell.
            Some(pending) => self.rotating.request_refresh(pending.login.generation()),
            None => self.rotating.request_refresh(self.current.generation()),
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
            Err(Failure { reason: Reason::Full, .. }) if self.gate.pinned().is_none() => {
                self.adapter.open_in_place(login).await
            }
            Err(failure) => Err(failure),
        }
    }

    async fn switch(&mut self, login: Arc<Login>) {
        self.gate.accept(Arc::clone(&login));
        self.adapter.switch(&login);
        self.gate.counts.swapped.add(1);
        self.gate.unpin();
        self.verify_at = None;
        self.verified = Instant::now();
        self.expiry = login.generation().expiry();
        self.ended = None;
        tracing::info!(generation = login.number(), "new connections use the new login");
        let old = std::mem::replace(&mut self.current, login);
        self.drain.keep(&self.current, &self.gate);
        // The same user with another password: its sessions live on.
        if !old.has_user_of(&self.current) {
            if self.drain.is_empty() {
                self.before = self.gate.counts.read();
            }
            self.drain.add(old, &self.gate);
        }
        self.close_spares_if_idle().await;
    }

    async fn advance(&mut self) {
        self.drain.advance(&*self.adapter, &self.current, &self.gate).await;
        if self.drain.is_empty() {
            let now = self.gate.counts.read();
            tracing::info!(
                generation = self.current.number(),
                drained = now.drained - self.before.drained,
                killed = now.drained_late - self.before.drained_late,
                "every connection has the new login"
            );
        }
        self.close_spares_if_idle().await;
    }

    async fn close_spares_if_idle(&self) {
        if self.drain.is_empty() {
            drain::close_spares(&*self.adapter).await;
        }
    }

    async fn doubt(&mut self, is_certain: bool) {
        if self.gate.pinned().is_some() {
            return;
        }
        let at = self.verified + if is_certain { CHECK } else { APART };
        if at <= Instant::now() && (is_certain || self.verify_at.is_none()) {
            self.verify().await;
        } else {
            self.verify_at = Some(self.verify_at.map_or(at, |known| known.min(at)));
        }
    }

    /// What is looked after once a [`CHECK`].
    async fn look(&mut self) {
        self.gate.let_check();
        let is_calm = self.gate.pinned().is_none() && self.drain.is_empty();
        if is_calm && self.gate.has_found_none_dropped(CALM) {
            self.gate.check_all(false);
        }
        let is_due = self.adapter.trial_period().is_some_and(|period| self.verified.elapsed() >= period);
        // While old connections are replaced others are opened.
        if is_due && is_calm && self.verify_at.is_none() {
            self.verify().await;
        }
    }

    /// Finds out whether connections can be opened with the current login.
    async fn verify(&mut self) {
        self.verify_at = None;
        self.verified = Instant::now();
        // Another one beside the pool would be one too many.
        drain::close_spares(&*self.adapter).await;
        match self.adapter.open(&self.current).await {
            Ok(session) => {
                self.adapter.close_session(session).await;
                if self.gate.pinned().is_some() {
                    tracing::info!(generation = self.current.number(), "the login works again");
                    self.gate.unpin();
                    self.adapter.switch(&self.current);
                }
                if self.gate.is_checking() {
                    // What was found dropped is of an older login.
                    drain::replace_idle(&*self.adapter, &self.current, &self.gate).await;
                    self.close_spares_if_idle().await;
                }
            }
            Err(Failure { reason: Reason::Refused, .. }) => self.pin(),
            Err(failure) => {
                if failure.reason == Reason::Unclear {
                    self.ask_for_another();
                }
                tracing::debug!("cannot tell whether the login works: {}", failure.source);
                // Of an answer to the probe that is not about the login the next one would say the same.
                let says_nothing = matches!(failure.reason, Reason::Denied | Reason::Answer);
                if self.gate.pinned().is_some() || !says_nothing {
                    self.verify_at = Some(Instant::now() + UNCLEAR);
                }
            }
        }
    }

    /// Keeps the connections there are and opens no other, until there is a login that works.
    fn pin(&mut self) {
        if self.gate.pin() {
            let cause = self.gate.cause();
            tracing::warn!(
                generation = self.current.number(),
                cause = cause.as_ref().map(tracing::field::display),
                "no valid login: open connections are kept, and no other can be opened"
            );
            self.adapter.refuse_growth();
        }
        self.ask_for_another();
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

#[cfg(test)]
mod tests;

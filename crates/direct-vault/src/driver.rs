//! The one task that talks to Vault: it does what the engine asks for and tells it how it went.

mod doubt;
mod files;
mod job;
mod lease;
#[cfg(feature = "vaultrs")]
mod lent;
mod shutdown;
mod slot;
mod trouble;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{self, Instant, Interval, MissedTickBehavior},
};
use tracing::field::display;

#[cfg(feature = "vaultrs")]
pub(crate) use self::lent::{Borrowed, Loan};
use self::{
    doubt::doubted,
    files::Look,
    job::{Done, Outcome},
    lease::{Lease, RetiredLease},
};
pub(crate) use self::{
    files::Connection,
    lease::Kind,
    slot::{Followed, Once, Slot},
};
use crate::{
    Class, Counters, Error, LeaseStatus, State, Status,
    client::{Client, NewToken},
    clock::{Clock, Reading},
    engine::{Engine, Job, LeaseKey, RetiredId, SessionId},
    login::Authenticator,
};

/// What a [`Vault`](crate::Vault) asks of its driver.
pub(crate) enum Command {
    /// Read `path` and keep what is there.
    Hold { path: String, kind: Kind, slot: Box<dyn Slot> },
    /// Give everything back and end.
    Shutdown,
}

/// Owns the engine, the tokens and the leases.
pub(crate) struct Driver {
    engine: Engine,
    clock: Clock,
    client: Client,
    connection: Connection,
    login: Arc<Authenticator>,
    tokens: BTreeMap<SessionId, Arc<NewToken>>,
    leases: BTreeMap<LeaseKey, Lease>,
    retired: BTreeMap<RetiredId, RetiredLease>,
    jobs: FuturesUnordered<BoxFuture<'static, Done>>,
    releases: FuturesUnordered<BoxFuture<'static, RetiredId>>,
    #[cfg(feature = "vaultrs")]
    lent: lent::Lent,
    looks: FuturesUnordered<BoxFuture<'static, Look>>,
    /// When to look at what nobody tells of.
    looking: Interval,
    /// Vault does not take what the service logs in with.
    is_refused: bool,
    /// The TLS files have changed and cannot be used.
    tls_error: Option<Error>,
    /// Answered by the first login.
    started: Option<oneshot::Sender<Result<(), Error>>>,
    commands: mpsc::Receiver<Command>,
    status: Published,
    counters: Counters,
    last_error: Option<Arc<Error>>,
    common: trouble::Common,
    /// What was logged, and from when on again.
    said: BTreeMap<String, Option<Instant>>,
    #[cfg(feature = "metrics")]
    metrics: crate::metrics::Metrics,
}

impl Driver {
    pub(crate) fn new(
        engine: Engine,
        client: Client,
        connection: Connection,
        login: Authenticator,
        started: oneshot::Sender<Result<(), Error>>,
        commands: mpsc::Receiver<Command>,
        status: watch::Sender<Status>,
    ) -> Self {
        #[cfg(feature = "metrics")]
        let metrics = crate::metrics::Metrics::new(client.address().to_string());
        let mut looking = time::interval_at(Instant::now() + files::EVERY, files::EVERY);
        looking.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            engine,
            clock: Clock::new(Reading::now),
            client,
            connection,
            login: Arc::new(login),
            tokens: BTreeMap::new(),
            leases: BTreeMap::new(),
            retired: BTreeMap::new(),
            jobs: FuturesUnordered::new(),
            releases: FuturesUnordered::new(),
            #[cfg(feature = "vaultrs")]
            lent: lent::Lent::new(),
            looks: FuturesUnordered::new(),
            looking,
            is_refused: false,
            tls_error: None,
            started: Some(started),
            commands,
            status: Published(status),
            counters: Counters::default(),
            last_error: None,
            common: trouble::Common::default(),
            said: BTreeMap::new(),
            #[cfg(feature = "metrics")]
            metrics,
        }
    }

    /// Returns where to borrow the token.
    #[cfg(feature = "vaultrs")]
    pub(crate) fn borrowers(&self) -> secrets_config_core::Rotating<Option<Loan>> {
        self.lent.borrowers()
    }

    /// Runs until it is told to end, its [`Vault`](crate::Vault) is gone, or the first login is refused.
    pub(crate) async fn run(mut self) {
        loop {
            let now = self.clock.now();
            self.engine.clock_is_ahead(now, self.clock.ahead());
            self.drop_abandoned();
            while let Some(job) = self.engine.next_job(now) {
                let work = self.perform(job);
                #[cfg(feature = "vaultrs")]
                let work = self.hold_back(job, work);
                self.jobs.push(work);
            }
            self.publish_status();
            let wake = self.engine.wake(now);
            tokio::select! {
                biased;
                command = self.commands.recv() => match command {
                    Some(Command::Hold { path, kind, slot }) => self.hold(path, kind, slot),
                    Some(Command::Shutdown) => break,
                    None => {
                        self.tell_the_end();
                        return;
                    }
                },
                Some(done) = self.jobs.next() => {
                    if !self.take_in(done) {
                        return;
                    }
                    self.tokens.retain(|id, _| self.engine.has_session(*id));
                    #[cfg(feature = "vaultrs")]
                    self.lent.retain(|id| self.engine.has_session(id));
                    self.retired.retain(|id, _| self.engine.has_retired(*id));
                }
                Some(id) = self.releases.next() => self.engine.released(id),
                Some(look) = self.looks.next() => self.take_in_look(look),
                _ = self.looking.tick() => self.look_at_files(),
                (key, request) = doubted(&mut self.leases) => self.take_in_doubt(key, request),
                () = self.clock.wait_until(wake) => {}
            }
        }
        self.tell_the_end();
        self.shut_down().await;
    }

    /// Takes the outcome of a job in. Returns whether there is anything to go on for.
    fn take_in(&mut self, Done { job, sent, result }: Done) -> bool {
        let now = self.clock.now();
        if result.is_ok() {
            self.set_trouble(job, None);
        }
        match (job, result) {
            (_, Err(error)) => return self.take_in_failure(job, error),
            (_, Ok(Outcome::LoggedIn(login))) => {
                let id = self.engine.logged_in(now, sent, login.grant, login.is_ours);
                self.counters.logins += 1;
                self.is_refused = false;
                let (generation, ttl_secs) = (self.counters.logins, login.grant.ttl.as_secs());
                let (request_id, accessor_sha256) = (&login.request_id, login.accessor.as_ref().map(display));
                tracing::info!(generation, ttl_secs, %request_id, accessor_sha256, "logged in to Vault");
                self.tokens.insert(id, Arc::new(login));
                #[cfg(feature = "vaultrs")]
                self.lend();
                if let Some(started) = self.started.take() {
                    // A caller that is gone has dropped the `Vault` as well: the loop ends by that.
                    let _gone = started.send(Ok(()));
                }
            }
            (Job::RenewToken(id), Ok(Outcome::Renewed(grant))) => {
                if self.engine.token_renewed(now, id, sent, grant) {
                    self.refuse_denied(id);
                }
                self.counters.renewals += 1;
                tracing::debug!(ttl_secs = grant.ttl.as_secs(), "token renewed");
            }
            (Job::LookUpToken(id), Ok(Outcome::Alive(alive))) => {
                self.engine.token_looked_up(now, id, alive);
                if alive {
                    self.refuse_denied(id);
                } else {
                    // What was denied with it may be allowed to the next one, and is then said anew if it is not.
                    self.said.retain(|_, again| again.is_some());
                    tracing::warn!("the token is dead: logging in again");
                }
            }
            (job @ Job::Issue(key, session), Ok(Outcome::Answered(answered))) => {
                if let Err(error) = self.take_in_answer(key, session, sent, answered) {
                    return self.take_in_failure(job, error);
                }
            }
            (Job::RenewLease(key, session), Ok(Outcome::Renewed(grant))) => {
                self.engine.lease_renewed(now, key, session, sent, grant);
                self.counters.renewals += 1;
                let role = self.leases.get(&key).map(|lease| lease.path.as_str());
                tracing::debug!(role, ttl_secs = grant.ttl.as_secs(), "lease renewed");
            }
            (Job::RevokeLease(id, _), Ok(Outcome::Revoked)) => {
                self.engine.lease_revoked(id);
                self.counters.revocations += 1;
            }
            (Job::RevokeToken(id), Ok(Outcome::Revoked)) => {
                self.engine.token_revoked(now, id);
                self.counters.revocations += 1;
            }
            (job @ Job::CheckHealth, Ok(Outcome::Health(health))) => {
                self.engine.health_checked(now, health);
                if let Some(error) = self.client.unhealthy(health) {
                    self.refuse_all_first(&error);
                    self.note(job, error);
                }
            }
            (job, Ok(_)) => debug_assert!(false, "{job:?} has another outcome"),
        }
        if self.state(now) == State::Ready && self.last_error.take().is_some() {
            tracing::info!("all is well again");
            self.forget_troubles();
        }
        true
    }

    fn take_in_failure(&mut self, job: Job, error: Error) -> bool {
        let now = self.clock.now();
        self.engine.failed(now, job, &error);
        let is_over = matches!(error, Error::Denied { .. } | Error::LeaseGone { .. });
        if matches!(job, Job::RevokeLease(..) | Job::RevokeToken(_)) && is_over {
            tracing::debug!("a replaced lease ends by itself, or has: {error}");
            return true;
        }
        self.counters.failures += 1;
        if let Some(started) = self.started.take_if(|_| is_final(&error)) {
            let _gone = started.send(Err(error));
            return false;
        }
        match job {
            Job::Issue(key, session) => self.refuse_first(key, session, &error),
            Job::CheckHealth => self.refuse_all_first(&error),
            // What is given again by somebody may be another one.
            Job::LogIn => {
                self.is_refused =
                    matches!(error.class(), Class::Fatal) || matches!(error, Error::TokenNotReplaced);
                if error.is_retryable() && !self.engine.has_token(now) {
                    self.refuse_all_first(&error);
                }
            }
            _ => {}
        }
        self.note(job, error);
        true
    }

    /// Keeps what has gone wrong, for the status and for those who use what it is about.
    fn note(&mut self, job: Job, error: Error) {
        self.say(&error);
        let error = Arc::new(error);
        self.last_error = Some(Arc::clone(&error));
        self.set_trouble(job, Some(error));
    }

    /// Logs what is wrong: the first time, and then once a minute. That renewals are denied is said once: what cannot be
    /// renewed is replaced in time, and so it stays.
    fn say(&mut self, error: &Error) {
        const AGAIN: Duration = Duration::from_secs(60);
        let now = Instant::now();
        let text = error.to_string();
        self.said.retain(|_, again| again.is_none_or(|again| now < again));
        if !self.said.contains_key(&text) {
            let state = self.state(self.clock.now()).as_str();
            tracing::warn!(state, retryable = error.is_retryable(), "{text}");
            let is_lasting = matches!(error, Error::Denied { operation: "renew", .. });
            self.said.insert(text, (!is_lasting).then(|| now + AGAIN));
        }
    }

    fn state(&self, now: std::time::Instant) -> State {
        match self.engine.state(now) {
            State::Ready if self.tls_error.is_some() => State::Degraded,
            state => state,
        }
    }

    fn publish_status(&mut self) {
        let now = self.clock.now();
        self.tell_troubles();
        let shown = |at: Option<std::time::Instant>| at.map(|at| self.clock.shown(at));
        for (key, lease) in &mut self.leases {
            lease.set_expires(shown(self.engine.lease_expires(*key)));
        }
        let leases = self.leases.iter().filter_map(|(key, lease)| {
            Some(LeaseStatus {
                path: lease.path.clone(),
                generation: lease.generation()?,
                expires: shown(self.engine.lease_expires(*key)).map(Instant::from_std),
            })
        });
        let status = Status {
            state: self.state(now),
            generation: self.counters.logins,
            token_expires: shown(self.engine.token_expires()).map(Instant::from_std),
            leases: leases.collect(),
            last_error: self.last_error.clone(),
            bootstrap_stale: self.is_refused,
            counters: self.counters,
        };
        #[cfg(feature = "metrics")]
        self.metrics.record(&status);
        let (before, state) = (self.status.0.borrow().state, status.state);
        self.status.0.send_if_modified(|known| {
            let is_new = *known != status;
            if is_new {
                *known = status;
            }
            is_new
        });
        if before != state {
            tracing::info!(from = before.as_str(), to = state.as_str(), "state changed");
        }
    }
}

/// The published status. However the driver ends, the last one says so.
struct Published(watch::Sender<Status>);

impl Drop for Published {
    fn drop(&mut self) {
        self.0.send_modify(|status| status.state = State::Stopped);
    }
}

/// Whether it makes no sense to wait for what did not work the first time.
fn is_final(error: &Error) -> bool {
    match error.class() {
        Class::Fatal | Class::Relogin => true,
        Class::Wait | Class::Reissue => matches!(error, Error::Malformed { .. }),
    }
}

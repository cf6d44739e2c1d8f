//! A Vault without a network, and a clock that jumps from one event to the next.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::HOUR;
use crate::{
    Error, State,
    client::{Grant, Health},
    engine::{Engine, Job, RetiredId, SessionId},
    login::Method,
};

/// How Vault answers.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Answer {
    Good,
    Sealed,
    Unreachable,
    RenewalsFail,
    IssuesDenied,
    LoginsRefused,
    /// Tokens are given and may do nothing.
    EverythingDenied,
}

/// What Vault grants.
pub(super) struct Role {
    pub(super) ttl: Duration,
    pub(super) max: Duration,
    pub(super) renewable: bool,
}

/// A token or a lease in Vault.
struct Life {
    born: Instant,
    /// Nothing if it never ends.
    ends: Option<Instant>,
}

/// The engine, Vault, and an application that uses an old lease for a while.
pub(super) struct World {
    engine: Engine,
    now: Instant,
    start: Instant,
    pub(super) token: Role,
    pub(super) lease: Role,
    pub(super) answer: Answer,
    tokens: BTreeMap<SessionId, Life>,
    /// The lease in use, with its token, and those that are being drained.
    lease_in_use: Option<(SessionId, Life)>,
    draining: Vec<(RetiredId, Instant, SessionId, Life)>,
    pub(super) log: Vec<(Duration, Job)>,
    /// How often the lease in use had ended when something else happened.
    pub(super) lapses: usize,
    pub(super) least_overlap: Duration,
}

/// How long the application goes on using a lease that has been replaced.
const USE: Duration = Duration::from_secs(3);

impl World {
    pub(super) fn new() -> Self {
        Self::seeded(1)
    }

    pub(super) fn seeded(seed: u64) -> Self {
        Self::start(Engine::new(None, fastrand::Rng::with_seed(seed)))
    }

    pub(super) fn with_lease_max_age(age: Duration) -> Self {
        Self::start(Engine::new(Some(age), fastrand::Rng::with_seed(1)))
    }

    fn start(mut engine: Engine) -> Self {
        engine.add_lease();
        let now = Instant::now();
        Self {
            engine,
            now,
            start: now,
            token: Role { ttl: HOUR, max: 1000 * HOUR, renewable: true },
            lease: Role { ttl: HOUR, max: 1000 * HOUR, renewable: true },
            answer: Answer::Good,
            tokens: BTreeMap::new(),
            lease_in_use: None,
            draining: Vec::new(),
            log: Vec::new(),
            lapses: 0,
            least_overlap: Duration::MAX,
        }
    }

    pub(super) fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.let_things_end();
            while let Some(job) = self.engine.next_job(self.now) {
                self.log.push((self.now - self.start, job));
                self.perform(job);
            }
            let release = self.draining.iter().map(|(_, at, ..)| *at).min();
            let next = self.engine.wake(self.now).into_iter().chain(release).min();
            match next {
                Some(next) if next <= end => self.now = self.now.max(next),
                _ => break,
            }
        }
        self.now = end;
        self.let_things_end();
    }

    pub(super) fn state(&self) -> State {
        self.engine.state(self.now)
    }

    pub(super) fn count(&self, wanted: impl Fn(&Job) -> bool) -> usize {
        self.log.iter().filter(|(_, job)| wanted(job)).count()
    }

    pub(super) fn least_pause_since(&self, index: usize) -> Duration {
        self.log[index..].windows(2).map(|pair| pair[1].0 - pair[0].0).min().unwrap_or(Duration::MAX)
    }

    pub(super) fn live_tokens(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn live_leases(&self) -> usize {
        usize::from(self.lease_in_use.is_some()) + self.draining.len()
    }

    pub(super) fn revoke_leases(&mut self) {
        self.lease_in_use = None;
    }

    pub(super) fn revoke_tokens(&mut self) {
        self.tokens.clear();
        self.lease_in_use = None;
    }

    fn let_things_end(&mut self) {
        let (now, up) = (self.now, self.answer != Answer::Unreachable);
        let alive = |life: &Life| life.ends.is_none_or(|ends| ends > now);
        self.tokens.retain(|_, life| alive(life));
        let tokens = &self.tokens;
        if self.lease_in_use.as_ref().is_some_and(|(token, life)| !alive(life) || !tokens.contains_key(token))
        {
            self.lease_in_use = None;
            self.lapses += usize::from(up);
        }
        for (id, at, ..) in &self.draining {
            if *at <= now {
                self.engine.released(*id);
            }
        }
        self.draining.retain(|(_, at, token, life)| *at > now && alive(life) && tokens.contains_key(token));
    }

    fn perform(&mut self, job: Job) {
        if let Some(error) = self.refusal(job) {
            return self.engine.failed(self.now, job, &error);
        }
        let now = self.now;
        match job {
            Job::CheckHealth if self.answer == Answer::Sealed => {
                self.engine.health_checked(now, Health::Sealed)
            }
            Job::CheckHealth => self.engine.health_checked(now, Health::Serving),
            Job::LogIn => {
                let (life, grant) = born(&self.token, now);
                let id = self.engine.logged_in(now, now, grant);
                self.tokens.insert(id, life);
            }
            Job::LookUpToken(id) => {
                let alive = self.tokens.contains_key(&id) && self.answer != Answer::EverythingDenied;
                self.engine.token_looked_up(now, id, alive);
            }
            Job::RenewToken(id) => {
                let Some(life) = self.tokens.get_mut(&id) else { unreachable!("refused above") };
                let grant = renewed(life, &self.token, now);
                self.engine.token_renewed(now, id, now, grant);
            }
            Job::RenewLease(key, session) => {
                let Some((_, life)) = &mut self.lease_in_use else { unreachable!("refused above") };
                let grant = renewed(life, &self.lease, now);
                self.engine.lease_renewed(now, key, session, now, grant);
            }
            Job::Issue(key, session) => {
                let (life, grant) = born(&self.lease, now);
                let token_ends =
                    self.lease_in_use.as_ref().and_then(|(token, _)| self.tokens.get(token)?.ends);
                let retired = self.engine.issued(now, key, session, now, grant);
                if let (Some((token, life)), Some(id)) = (self.lease_in_use.replace((session, life)), retired)
                {
                    let ends = life.ends.into_iter().chain(token_ends).min();
                    let overlap = ends.map_or(Duration::MAX, |ends| ends.saturating_duration_since(now));
                    self.least_overlap = self.least_overlap.min(overlap);
                    self.draining.push((id, now + USE, token, life));
                }
            }
            Job::RevokeLease(id, _) => {
                self.draining.retain(|(draining, ..)| *draining != id);
                self.engine.lease_revoked(id);
            }
            Job::RevokeToken(id) => {
                self.tokens.remove(&id);
                self.engine.token_revoked(id);
            }
        }
    }

    fn refusal(&self, job: Job) -> Option<Error> {
        let path = String::new;
        let unavailable =
            Error::Unavailable { path: path(), status: 500, messages: Vec::new(), retry_after: None };
        let denied = Error::Denied { operation: "read", path: path(), messages: Vec::new() };
        let gone = Error::LeaseGone { path: path(), messages: Vec::new() };
        let dead = |id: &SessionId| !self.tokens.contains_key(id);
        match (self.answer, job) {
            (Answer::Unreachable, _) => Some(Error::Unreachable { address: path(), reason: path() }),
            (_, Job::CheckHealth | Job::LookUpToken(_)) => None,
            (Answer::Sealed, _) => Some(Error::Sealed { address: path() }),
            (Answer::RenewalsFail, Job::RenewLease(..)) => Some(unavailable),
            (Answer::IssuesDenied | Answer::EverythingDenied, Job::Issue(..)) => Some(denied),
            (Answer::LoginsRefused, Job::LogIn) => Some(Error::LoginRefused {
                method: Method::AppRole,
                path: path(),
                status: 400,
                messages: Vec::new(),
            }),
            (_, Job::RenewToken(id) | Job::RevokeToken(id) | Job::Issue(_, id) | Job::RenewLease(_, id))
                if dead(&id) =>
            {
                Some(denied)
            }
            (_, Job::RenewLease(..)) if self.lease_in_use.is_none() => Some(gone),
            _ => None,
        }
    }
}

fn born(role: &Role, now: Instant) -> (Life, Grant) {
    let ends = (!role.ttl.is_zero()).then(|| now + role.ttl);
    (Life { born: now, ends }, Grant { ttl: role.ttl, renewable: role.renewable })
}

fn renewed(life: &mut Life, role: &Role, now: Instant) -> Grant {
    let left = (life.born + role.max).saturating_duration_since(now);
    let ttl = role.ttl.min(left);
    life.ends = Some(now + ttl);
    Grant { ttl, renewable: role.renewable }
}

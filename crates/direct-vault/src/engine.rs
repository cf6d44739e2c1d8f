//! When to do what: the state machine of sessions and leases. It holds no clock, no socket and no secret.
//!
//! A *session* is one token. The driver asks [`Engine::next_job`] what to start, does it and tells how it went
//! (`engine/outcome.rs`, `engine/failure.rs`); [`Engine::wake`] says when there is something to do even if nothing is
//! told before.

mod agenda;
mod attempts;
mod bucket;
mod failure;
mod outcome;
mod room;
mod term;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use self::{
    attempts::Attempts,
    bucket::Bucket,
    term::{LATE, Term},
};
use crate::{State, client::Grant};

/// So long before its end a lease is replaced even if not all is as it should be, or a quarter of its life.
const TO_MOVE: Duration = Duration::from_secs(300);

/// One token; the first is 1.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct SessionId(pub(crate) u64);

/// One thing that is leased for as long as the application wants it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct LeaseKey(pub(crate) u64);

/// One lease that has been replaced.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct RetiredId(pub(crate) u64);

/// What the driver is to start.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Job {
    /// Ask how Vault is. Nothing else is asked during an outage.
    CheckHealth,
    /// Get a new token.
    LogIn,
    /// Find out whether the token lives.
    LookUpToken(SessionId),
    /// Give the token more time.
    RenewToken(SessionId),
    /// Give the lease more time.
    RenewLease(LeaseKey, SessionId),
    /// Read the lease's path, with this token.
    Issue(LeaseKey, SessionId),
    /// Give back a lease that nothing uses any more, with this token.
    RevokeLease(RetiredId, SessionId),
    /// Give back a token that nothing hangs on any more.
    RevokeToken(SessionId),
}

/// Decides what to do next.
#[derive(Debug)]
pub(crate) struct Engine {
    random: fastrand::Rng,
    lease_max_age: Option<Duration>,
    log_in: Attempts,
    logins: Bucket,
    /// The last login was refused: there will be no other token before somebody changes something.
    is_without_login: bool,
    /// How many tokens in a row died before anything was granted to one of them.
    stillborn: u32,
    /// Tokens are not to be renewed: no policy allows it.
    tokens_end: bool,
    /// Every token that is not revoked; the last one is in use.
    sessions: BTreeMap<SessionId, Session>,
    leases: BTreeMap<LeaseKey, Lease>,
    retired: BTreeMap<RetiredId, Retired>,
    outage: Option<Attempts>,
    /// Nothing starts before this, so that not everybody comes at once when an outage ends.
    resume: Option<Instant>,
    /// Vault asks for fewer requests: until then they start one after the other, a second apart.
    slow_until: Option<Instant>,
    last_start: Option<Instant>,
    /// When something else than a login last had no answer.
    unanswered: Option<Instant>,
    /// When Vault last said that it is well.
    healthy: Option<Instant>,
    /// How much of the time that is counted may never have passed.
    ahead: Duration,
    /// When it last grew, and how much it was before.
    jumped: Option<(Instant, Duration)>,
    last_id: u64,
}

#[derive(Debug)]
struct Session {
    term: Term,
    attempts: Attempts,
    /// When something was denied: the token may be dead.
    suspect: Option<Instant>,
    /// Something was granted: it has been alive.
    proven: bool,
    dead: bool,
    /// Another one was called dead as well before anything was granted to it: maybe no token may look itself up.
    may_live: bool,
    /// To revoke it is ours to do, and revokes its leases: it is neither somebody else's nor a batch token.
    is_ours: bool,
    /// Its renewal was denied.
    renewal_denied: bool,
    /// Reads without an answer. Each may have made a lease, which nobody can revoke but with the token.
    lost: Vec<Lost>,
    /// Its revocation waits for somebody who has borrowed it: nothing waits for the revocation.
    is_lent: bool,
    /// Many others were made in the same second. Its next renewal finds out whether it has a greatest lifetime.
    is_one_of_many: bool,
    /// It was to be replaced before its time, and the login failed: that is tried again now and then.
    is_kept: bool,
}

/// A read without an answer.
#[derive(Clone, Copy, Debug)]
struct Lost {
    key: LeaseKey,
    /// When what it made ends by itself, as far as anybody can know, in the time that has passed for certain.
    ends: Option<Instant>,
}

#[derive(Debug, Default)]
struct Lease {
    /// It is only read, again and again: it has no lease, and does not hang on the token.
    is_reading: bool,
    held: Option<Held>,
    /// The token that the next one is being read with.
    issuing: Option<SessionId>,
    issue: Attempts,
    renew: Attempts,
    /// No other token is to be had: the next one is read with the one there is.
    stays: bool,
    /// The last read was a denial, which says nothing about the next token.
    was_denied: bool,
    reads: Bucket,
    renewal: Renewal,
    /// When somebody last said that it does not work.
    doubted: Option<Instant>,
    /// Nobody has found out yet whether that is so.
    is_in_doubt: bool,
    /// When one was last said to be of no use.
    useless: Option<Instant>,
}

/// Whether a lease is renewed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Renewal {
    #[default]
    Allowed,
    /// It was denied with this token, which may be dead.
    Denied(SessionId),
    /// No policy allows it: the lease is replaced in time instead, and nobody asks again.
    Never,
}

#[derive(Debug)]
struct Held {
    session: SessionId,
    term: Term,
    /// Those who have it cannot use it: another one is wanted, whatever else is still in use.
    is_useless: bool,
}

/// A lease that has been replaced, and is still used or not yet revoked.
#[derive(Debug)]
struct Retired {
    key: LeaseKey,
    session: SessionId,
    /// When it ends by itself, and when at the latest, in the time that has passed for certain.
    expires: Option<Instant>,
    latest: Option<Instant>,
    released: bool,
    attempts: Attempts,
}

impl Engine {
    pub(crate) fn new(lease_max_age: Option<Duration>, random: fastrand::Rng) -> Self {
        Self {
            random,
            lease_max_age,
            log_in: Attempts::default(),
            logins: Bucket::default(),
            is_without_login: false,
            stillborn: 0,
            tokens_end: false,
            sessions: BTreeMap::new(),
            leases: BTreeMap::new(),
            retired: BTreeMap::new(),
            outage: None,
            resume: None,
            slow_until: None,
            last_start: None,
            unanswered: None,
            healthy: None,
            ahead: Duration::ZERO,
            jumped: None,
            last_id: 0,
        }
    }

    pub(crate) fn add_lease(&mut self) -> LeaseKey {
        let key = LeaseKey(self.next_id());
        self.leases.insert(key, Lease::default());
        key
    }

    /// Adds something that is read again and again without a lease.
    pub(crate) fn add_reading(&mut self) -> LeaseKey {
        let key = self.add_lease();
        self.leases.entry(key).and_modify(|lease| lease.is_reading = true);
        key
    }

    /// Takes note of a lease that was made and cannot be used: it is to be revoked.
    pub(crate) fn discard(
        &mut self,
        key: LeaseKey,
        session: SessionId,
        sent: Instant,
        grant: Grant,
    ) -> RetiredId {
        let expires = (!grant.ttl.is_zero()).then(|| sent.checked_add(grant.ttl)).flatten();
        self.retire(
            key,
            session,
            (expires, expires.and_then(|expires| expires.checked_sub(self.ahead_at(sent)))),
            true,
        )
    }

    /// Forgets a lease that nobody wants. If there is one it is to be revoked.
    pub(crate) fn remove_lease(&mut self, key: LeaseKey) -> Option<RetiredId> {
        let expires = self.retired_expires(key);
        let lease = self.leases.remove(&key)?;
        let held = lease.held.filter(|_| !lease.is_reading)?;
        Some(self.retire(key, held.session, (expires, held.term.latest()), true))
    }

    fn retire(
        &mut self,
        key: LeaseKey,
        session: SessionId,
        (expires, latest): (Option<Instant>, Option<Instant>),
        released: bool,
    ) -> RetiredId {
        let id = RetiredId(self.next_id());
        let attempts = Attempts::default();
        self.retired.insert(id, Retired { key, session, expires, latest, released, attempts });
        id
    }

    /// Takes note of how far the time that is counted is ahead of what has passed for certain: clocks that were set
    /// forward look like a machine that slept.
    pub(crate) fn clock_is_ahead(&mut self, now: Instant, ahead: Duration) {
        if self.ahead != ahead {
            self.jumped = Some((now, self.ahead));
            self.ahead = ahead;
        }
    }

    /// Returns how far the clock was ahead when something was sent.
    fn ahead_at(&self, sent: Instant) -> Duration {
        self.jumped.filter(|(noticed, _)| sent < *noticed).map_or(self.ahead, |(_, before)| before)
    }

    /// Returns the next thing to start, until there is nothing more to start now.
    pub(crate) fn next_job(&mut self, now: Instant) -> Option<Job> {
        self.forget_what_ended(now);
        let mut next: Option<(Instant, Job)> = None;
        self.agenda(now, &mut |due, at, job| {
            if at <= now && next.is_none_or(|next| (due, job) < next) {
                next = Some((due, job));
            }
        });
        let (_, job) = next?;
        self.attempts(job)?.start(now);
        self.last_start = Some(now);
        match job {
            Job::LogIn => self.logins.take(now),
            Job::Issue(key, session) => {
                let lease = self.leases.get_mut(&key)?;
                lease.issuing = Some(session);
                lease.reads.take(now);
            }
            _ => {}
        }
        Some(job)
    }

    /// Returns when there will be something to start, if no outcome is told before.
    pub(crate) fn wake(&self, now: Instant) -> Option<Instant> {
        // An end changes the state, whether or not there is something to start.
        let replaced = self.retired.values();
        let ends = self.expiries().chain(replaced.clone().filter_map(|retired| retired.expires));
        let lost =
            self.sessions.values().flat_map(|session| session.lost.iter().filter_map(|lost| lost.ends));
        let held = self.leases.values().filter_map(|lease| lease.held.as_ref()?.term.latest());
        let latest = held.chain(replaced.filter_map(|retired| retired.latest)).chain(lost);
        // What has ended makes room.
        let room = ends.clone().map(|end| end + LATE).chain(latest.map(|latest| latest + self.ahead));
        let mut wake = ends.chain(room).filter(|end| *end > now).min();
        self.agenda(now, &mut |_, at, _| wake = Some(wake.map_or(at, |wake| wake.min(at))));
        wake
    }

    /// Returns whether the lease is being read or renewed.
    pub(crate) fn is_busy(&self, key: LeaseKey) -> bool {
        self.leases.get(&key).is_some_and(|lease| lease.issue.is_running() || lease.renew.is_running())
    }

    /// Returns whether the lease in use was made with this token.
    pub(crate) fn holds(&self, key: LeaseKey, session: SessionId) -> bool {
        let held = self.leases.get(&key).and_then(|lease| lease.held.as_ref());
        held.is_some_and(|held| held.session == session)
    }

    /// Returns whether there is a token to ask with.
    pub(crate) fn has_token(&self, now: Instant) -> bool {
        self.sessions.last_key_value().is_some_and(|(_, session)| !session.has_ended(now))
    }

    /// Returns whether nothing but Vault's health is asked for.
    pub(crate) fn is_outage(&self) -> bool {
        self.outage.is_some()
    }

    /// Returns whether a new token is being asked for.
    pub(crate) fn is_logging_in(&self) -> bool {
        self.log_in.is_running()
    }

    /// Returns whether the token is still of any use.
    pub(crate) fn has_session(&self, id: SessionId) -> bool {
        self.sessions.contains_key(&id)
    }

    /// Returns whether the replaced lease is still to be revoked.
    pub(crate) fn has_retired(&self, id: RetiredId) -> bool {
        self.retired.contains_key(&id)
    }

    /// Returns the token in use.
    pub(crate) fn current(&self) -> Option<SessionId> {
        self.sessions.last_key_value().map(|(id, _)| *id)
    }

    /// Returns when the token in use ends.
    pub(crate) fn token_expires(&self) -> Option<Instant> {
        self.sessions.last_key_value()?.1.term.expires()
    }

    /// Returns when a lease ends: by itself, or with the token that made it.
    pub(crate) fn lease_expires(&self, key: LeaseKey) -> Option<Instant> {
        self.expires(self.leases.get(&key)?)
    }

    /// Returns when a lease that is replaced ends. A token is taken for dead where nobody may look it up, too: then only
    /// its own time ends the lease for certain.
    fn retired_expires(&self, key: LeaseKey) -> Option<Instant> {
        let held = self.leases.get(&key)?.held.as_ref()?;
        let is_dead = self.sessions.get(&held.session).is_some_and(|session| session.dead);
        if is_dead { held.term.expires() } else { self.lease_expires(key) }
    }

    fn expires(&self, lease: &Lease) -> Option<Instant> {
        let held = lease.held.as_ref().filter(|_| !lease.is_reading)?;
        let session = self.sessions.get(&held.session).and_then(|session| session.term.expires());
        held.term.expires().into_iter().chain(session).min()
    }

    /// Returns when each thing ends that is in use.
    fn expiries(&self) -> impl Iterator<Item = Instant> + Clone {
        self.leases.values().filter_map(|lease| self.expires(lease)).chain(self.token_expires())
    }

    /// Returns how things are.
    pub(crate) fn state(&self, now: Instant) -> State {
        let Some((&current, session)) = self.sessions.last_key_value() else { return State::Starting };
        let ended = |expires: Option<Instant>| expires.is_some_and(|expires| expires <= now);
        // What is held may hang on the token before.
        let holds = || self.leases.values().any(|lease| lease.held.is_some() && !lease.is_reading);
        let is_over = session.has_ended(now);
        if is_over && !holds() || self.leases.values().any(|lease| ended(self.expires(lease))) {
            return State::Expired;
        }
        let failing = is_over
            || self.outage.is_some()
            || (self.log_in.has_failed() && self.is_login_due(now))
            || session.attempts.has_failed()
            || self.leases.values().any(|lease| self.is_failing(now, lease, (current, session)));
        if failing { State::Degraded } else { State::Ready }
    }

    /// Drops what has ended by itself for certain: there is nothing to revoke.
    fn forget_what_ended(&mut self, now: Instant) {
        let certain = self.certain(now);
        let ended = |latest: Option<Instant>| latest.is_some_and(|latest| latest <= certain);
        let held =
            |id| self.leases.values().any(|lease| lease.held.as_ref().is_some_and(|held| held.session == id));
        let current = self.current();
        self.sessions.retain(|id, session| {
            session.lost.retain(|lost| !ended(lost.ends));
            Some(*id) == current || held(*id) || session.dead || !ended(session.term.latest())
        });
        self.retired.retain(|_, retired| !ended(retired.latest));
    }

    /// Returns how long it is until the first thing ends that is good now.
    fn headroom(&self, now: Instant) -> Option<Duration> {
        self.expiries().min()?.checked_duration_since(now)
    }

    /// Returns how much time has passed for certain by then, whatever clocks were set forward.
    fn certain(&self, now: Instant) -> Instant {
        now.checked_sub(self.ahead).unwrap_or(now)
    }

    fn attempts(&mut self, job: Job) -> Option<&mut Attempts> {
        match job {
            Job::CheckHealth => self.outage.as_mut(),
            Job::LogIn => Some(&mut self.log_in),
            Job::LookUpToken(id) | Job::RenewToken(id) | Job::RevokeToken(id) => {
                self.sessions.get_mut(&id).map(|session| &mut session.attempts)
            }
            Job::RenewLease(key, _) => self.leases.get_mut(&key).map(|lease| &mut lease.renew),
            Job::Issue(key, _) => self.leases.get_mut(&key).map(|lease| &mut lease.issue),
            Job::RevokeLease(id, _) => self.retired.get_mut(&id).map(|retired| &mut retired.attempts),
        }
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

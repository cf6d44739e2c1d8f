//! When to do what: the state machine of sessions and leases. It holds no clock, no socket and no secret.
//!
//! A *session* is one token. The driver asks [`Engine::next_job`] what to start, does it and tells the outcome
//! (`engine/outcome.rs`); [`Engine::wake`] says when there is something to do even if nothing is told before.

mod attempts;
mod outcome;
mod term;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use self::{
    attempts::Attempts,
    term::{Due, Term},
};
use crate::State;

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
    /// Every token that is not revoked; the last one is in use.
    sessions: BTreeMap<SessionId, Session>,
    leases: BTreeMap<LeaseKey, Lease>,
    retired: BTreeMap<RetiredId, Retired>,
    outage: Option<Attempts>,
    /// Nothing starts before this, so that not everybody comes at once when an outage ends.
    resume: Option<Instant>,
    last_id: u64,
}

#[derive(Debug)]
struct Session {
    term: Term,
    attempts: Attempts,
    /// Something was denied: the token may be dead.
    suspect: bool,
    /// Something was granted: it has been alive.
    proven: bool,
    dead: bool,
}

#[derive(Debug, Default)]
struct Lease {
    /// It is only read, again and again: it has no lease, and does not hang on the token.
    is_reading: bool,
    held: Option<Held>,
    /// The token that the next one is being read with.
    issuing: Option<SessionId>,
    attempts: Attempts,
}

#[derive(Debug)]
struct Held {
    session: SessionId,
    term: Term,
}

/// A lease that has been replaced, and is still used or not yet revoked.
#[derive(Debug)]
struct Retired {
    session: SessionId,
    expires: Option<Instant>,
    released: bool,
    attempts: Attempts,
}

impl Engine {
    pub(crate) fn new(lease_max_age: Option<Duration>, random: fastrand::Rng) -> Self {
        Self {
            random,
            lease_max_age,
            log_in: Attempts::default(),
            sessions: BTreeMap::new(),
            leases: BTreeMap::new(),
            retired: BTreeMap::new(),
            outage: None,
            resume: None,
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
    pub(crate) fn discard(&mut self, session: SessionId) -> RetiredId {
        self.retire(session, None, true)
    }

    /// Forgets a lease that nobody wants. If there is one it is to be revoked.
    pub(crate) fn remove_lease(&mut self, key: LeaseKey) -> Option<RetiredId> {
        let expires = self.lease_expires(key);
        let lease = self.leases.remove(&key)?;
        let held = lease.held.filter(|_| !lease.is_reading)?;
        Some(self.retire(held.session, expires, true))
    }

    fn retire(&mut self, session: SessionId, expires: Option<Instant>, released: bool) -> RetiredId {
        let id = RetiredId(self.next_id());
        self.retired.insert(id, Retired { session, expires, released, attempts: Attempts::default() });
        id
    }

    /// Returns the next thing to start, until there is nothing more to start now.
    pub(crate) fn next_job(&mut self, now: Instant) -> Option<Job> {
        self.forget_what_ended(now);
        let (_, job) = self.agenda(now).into_iter().filter(|(at, _)| *at <= now).min()?;
        self.attempts(job)?.start();
        if let Job::Issue(key, session) = job {
            self.leases.get_mut(&key)?.issuing = Some(session);
        }
        Some(job)
    }

    /// Returns when there will be something to start, if no outcome is told before.
    pub(crate) fn wake(&self, now: Instant) -> Option<Instant> {
        let ends = self.leases.keys().filter_map(|key| self.lease_expires(*key)).chain(self.token_expires());
        // An end changes the state, whether or not there is something to start.
        let ends = ends.filter(|end| *end > now);
        self.agenda(now).into_iter().map(|(at, _)| at).chain(ends).min()
    }

    /// Returns whether the lease is being read.
    pub(crate) fn is_issuing(&self, key: LeaseKey) -> bool {
        self.leases.get(&key).is_some_and(|lease| lease.issuing.is_some())
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
        let lease = self.leases.get(&key).filter(|lease| !lease.is_reading)?;
        let held = lease.held.as_ref()?;
        let session = self.sessions.get(&held.session).and_then(|session| session.term.expires());
        held.term.expires().into_iter().chain(session).min()
    }

    /// Returns how things are.
    pub(crate) fn state(&self, now: Instant) -> State {
        let Some((_, session)) = self.sessions.last_key_value() else { return State::Starting };
        let ended = |expires: Option<Instant>| expires.is_some_and(|expires| expires <= now);
        if session.dead
            || ended(session.term.expires())
            || self.leases.keys().any(|key| ended(self.lease_expires(*key)))
        {
            return State::Expired;
        }
        let failing = self.outage.is_some()
            || self.log_in.has_failed()
            || session.attempts.has_failed()
            || self.leases.values().any(|lease| lease.attempts.has_failed());
        if failing { State::Degraded } else { State::Ready }
    }

    /// Returns everything there is to start, each with the time from when on.
    fn agenda(&self, now: Instant) -> Vec<(Instant, Job)> {
        if let Some(checks) = &self.outage {
            return checks.earliest(now).map(|at| (at, Job::CheckHealth)).into_iter().collect();
        }
        let mut agenda = Vec::new();
        let resume = self.resume;
        let mut want = |at: Instant, job: Job, attempts: &Attempts| {
            if let Some(at) = attempts.earliest(at) {
                agenda.push((resume.map_or(at, |resume| resume.max(at)), job));
            }
        };
        let Some((current, session)) = self.sessions.last_key_value().map(|(id, session)| (*id, session))
        else {
            want(now, Job::LogIn, &self.log_in);
            return agenda;
        };
        if session.dead {
            want(now, Job::LogIn, &self.log_in);
        } else if session.suspect {
            want(now, Job::LookUpToken(current), &session.attempts);
        } else {
            match session.term.next() {
                Some((at, Due::Renew)) => want(at, Job::RenewToken(current), &session.attempts),
                Some((at, Due::Replace)) => want(at, Job::LogIn, &self.log_in),
                None => {}
            }
            // A lease made with a token that is about to go would go with it, unless no other token is to be had.
            let leaving = session.term.is_to_be_replaced(now) && !self.log_in.has_failed();
            for (key, lease) in &self.leases {
                let next = match &lease.held {
                    Some(held) if held.session == current || lease.is_reading => held.term.next(),
                    _ => Some((now, Due::Replace)),
                };
                let oldest = lease.held.as_ref().and_then(|held| held.term.oldest());
                if let Some(at) = oldest.filter(|_| !leaving) {
                    want(at, Job::Issue(*key, current), &lease.attempts);
                }
                match next {
                    Some((at, Due::Renew)) => want(at, Job::RenewLease(*key, current), &lease.attempts),
                    Some((at, Due::Replace)) if !leaving => {
                        want(at, Job::Issue(*key, current), &lease.attempts)
                    }
                    _ => {}
                }
            }
            for (id, retired) in self.retired.iter().filter(|(_, retired)| retired.released) {
                want(now, Job::RevokeLease(*id, current), &retired.attempts);
            }
        }
        for (id, session) in self.sessions.iter().filter(|(id, _)| **id != current && !self.is_used(**id)) {
            want(now, Job::RevokeToken(*id), &session.attempts);
        }
        agenda
    }

    /// Returns whether a lease that was made with this token is still wanted.
    fn is_used(&self, session: SessionId) -> bool {
        let uses = |lease: &Lease| {
            let is_held = |held: &Held| held.session == session && !lease.is_reading;
            lease.issuing == Some(session) || lease.held.as_ref().is_some_and(is_held)
        };
        self.leases.values().any(uses)
            || self.retired.values().any(|retired| retired.session == session && !retired.released)
    }

    /// Drops what has ended by itself: there is nothing to revoke.
    fn forget_what_ended(&mut self, now: Instant) {
        let ended = |expires: Option<Instant>| expires.is_some_and(|expires| expires <= now);
        self.retired.retain(|_, retired| !ended(retired.expires));
        let held =
            |id| self.leases.values().any(|lease| lease.held.as_ref().is_some_and(|held| held.session == id));
        let current = self.current();
        self.sessions.retain(|id, session| {
            Some(*id) == current || held(*id) || session.dead || !ended(session.term.expires())
        });
    }

    /// Returns how long it is until the first thing ends that is good now.
    fn headroom(&self, now: Instant) -> Option<Duration> {
        let leases = self.leases.keys().filter_map(|key| self.lease_expires(*key));
        leases.chain(self.token_expires()).min()?.checked_duration_since(now)
    }

    fn attempts(&mut self, job: Job) -> Option<&mut Attempts> {
        match job {
            Job::CheckHealth => self.outage.as_mut(),
            Job::LogIn => Some(&mut self.log_in),
            Job::LookUpToken(id) | Job::RenewToken(id) | Job::RevokeToken(id) => {
                self.sessions.get_mut(&id).map(|session| &mut session.attempts)
            }
            Job::RenewLease(key, _) | Job::Issue(key, _) => {
                self.leases.get_mut(&key).map(|lease| &mut lease.attempts)
            }
            Job::RevokeLease(id, _) => self.retired.get_mut(&id).map(|retired| &mut retired.attempts),
        }
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

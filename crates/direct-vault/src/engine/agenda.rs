//! Everything there is to do, and when.

use std::time::{Duration, Instant};

use super::{
    Engine, Held, Job, Lease, LeaseKey, Retired, Session, SessionId,
    attempts::{Attempts, FLOOR},
    term::Due,
};

/// So many logins may be made at once behind Vault.
const MOST_AT_ONCE: usize = 16;

impl Engine {
    /// Hands everything there is to start to `want`, each with when it is due and from when on it may start: what is
    /// due first goes first, even if all of it has to wait.
    pub(super) fn agenda(&self, now: Instant, want: &mut impl FnMut(Instant, Instant, Job)) {
        if let Some(checks) = &self.outage {
            if let Some(at) = checks.earliest(now) {
                want(at, at, Job::CheckHealth);
            }
            return;
        }
        let earliest = self.earliest(now);
        let mut want = |at: Instant, job: Job, attempts: &Attempts| {
            if let Some(due) = attempts.earliest(at) {
                want(due, earliest.map_or(due, |earliest| earliest.max(due)), job);
            }
        };
        let Some((&current, session)) = self.sessions.last_key_value() else {
            return want(self.logins.earliest(now), Job::LogIn, &self.log_in);
        };
        if session.has_ended(now) {
            want(self.logins.earliest(now), Job::LogIn, &self.log_in);
        } else if session.suspect.is_some() && !session.attempts.has_failed() {
            want(now, Job::LookUpToken(current), &session.attempts);
        } else {
            // Nobody can say whether it lives: what is done with it tells as well.
            if session.suspect.is_some() && !session.is_to_be_renewed(now) {
                want(now, Job::LookUpToken(current), &session.attempts);
            }
            match session.term.next(now) {
                Some((at, Due::Renew)) => want(at, Job::RenewToken(current), &session.attempts),
                Some((at, Due::Replace)) => want(self.logins.earliest(at), Job::LogIn, &self.log_in),
                None => {}
            }
            // Until another one is there it is renewed on.
            if let Some(at) = session.oldest(now) {
                want(self.logins.earliest(at), Job::LogIn, &self.log_in);
            }
            // A lease made with a token that is about to go would go with it, unless no other token is to be had.
            let is_leaving = session.is_to_be_replaced(now) && !self.log_in.has_failed();
            let reading = self.leases.values().filter(|lease| lease.issuing.is_some()).count();
            // One made while the token is being renewed or replaced may have to be made again.
            let is_held_up = is_leaving
                || reading >= MOST_AT_ONCE
                || session.attempts.is_running()
                || self.log_in.is_running()
                || self.is_cleaning_up();
            for (key, lease) in &self.leases {
                match lease.next(now, current, session) {
                    Some((at, Due::Renew)) => want(at, Job::RenewLease(*key, current), &lease.attempts),
                    Some((at, Due::Replace)) if !is_held_up => {
                        want(self.earliest_read(*key, lease, at), Job::Issue(*key, current), &lease.attempts);
                    }
                    _ => {}
                }
                let oldest = lease.held.as_ref().and_then(|held| held.term.oldest());
                if let Some(at) = oldest.filter(|_| !is_held_up) {
                    want(self.earliest_read(*key, lease, at), Job::Issue(*key, current), &lease.attempts);
                }
            }
            let is_to_go = |retired: &Retired| retired.released && !self.is_to_be_revoked(retired.session);
            for (id, retired) in self.retired.iter().filter(|(_, retired)| is_to_go(retired)) {
                want(now, Job::RevokeLease(*id, current), &retired.attempts);
            }
        }
        for (id, session) in self.sessions.iter().filter(|(id, _)| **id != current && !self.is_used(**id)) {
            want(now, Job::RevokeToken(*id), &session.attempts);
        }
    }

    /// Returns before when nothing at all starts.
    fn earliest(&self, now: Instant) -> Option<Instant> {
        let is_slow = self.slow_until.is_some_and(|until| now < until);
        let pace = self.last_start.filter(|_| is_slow).map(|last| last + FLOOR);
        self.resume.into_iter().chain(pace).max()
    }

    /// Returns in a word why the lease in use is replaced.
    pub(crate) fn reason(&self, now: Instant, key: LeaseKey) -> &'static str {
        match self.leases.get(&key).and_then(|lease| lease.held.as_ref()) {
            None => "first",
            Some(held) if Some(held.session) != self.current() => "new_token",
            Some(held) if held.term.has_ended(now) => "ended",
            Some(held) if held.is_useless => "of_no_use",
            Some(held) if held.term.oldest().is_some_and(|oldest| oldest <= now) => "age",
            Some(_) => "no_more_renewal",
        }
    }

    /// Returns whether a lease that was made with this token is still wanted.
    pub(super) fn is_used(&self, session: SessionId) -> bool {
        self.leases.values().any(|lease| lease.uses(session))
            || self.retired.values().any(|retired| retired.session == session && !retired.released)
    }

    /// Returns whether the token's revocation is at hand, and takes along what it made. One that somebody gave is only
    /// let go of.
    fn is_to_be_revoked(&self, id: SessionId) -> bool {
        let may_be_now = self.sessions.get(&id).is_some_and(|session| session.is_ours && !session.is_lent);
        may_be_now && Some(id) != self.current() && !self.is_used(id)
    }

    /// Returns when a lease may be read that is wanted at `at`. While the one before the one in use is still used there
    /// would be three: it is waited for, as long as the one in use works and leaves time to move on.
    fn earliest_read(&self, key: LeaseKey, lease: &Lease, at: Instant) -> Instant {
        const TO_MOVE: Duration = Duration::from_secs(300);
        if lease.is_reading {
            return at;
        }
        let at = lease.reads.earliest(at);
        let latest = || {
            let full = lease.held.as_ref().map(|held| held.term.full())?;
            self.lease_expires(key)?.checked_sub(TO_MOVE.min(full / 4))
        };
        let works = !lease.is_in_doubt && lease.held.as_ref().is_some_and(|held| !held.is_useless);
        let is_draining = works && self.retired.values().any(|retired| retired.key == key);
        if is_draining { latest().map_or(at, |latest| latest.max(at)) } else { at }
    }

    /// Returns whether a token is about to be revoked that may have made a lease nobody knows: one at a time.
    fn is_cleaning_up(&self) -> bool {
        self.sessions.iter().any(|(id, session)| {
            session.unknown_leases && !session.attempts.has_failed() && self.is_to_be_revoked(*id)
        })
    }

    /// Returns whether no lease but this one hangs on the token.
    pub(super) fn is_alone(&self, key: LeaseKey, session: SessionId) -> bool {
        self.leases.iter().all(|(other, lease)| *other == key || !lease.uses(session))
    }
}

impl Session {
    pub(super) fn has_ended(&self, now: Instant) -> bool {
        self.dead || self.term.has_ended(now)
    }

    /// Returns when another token is to take its place, though it could be renewed on.
    fn oldest(&self, now: Instant) -> Option<Instant> {
        if self.unknown_leases { Some(now) } else { self.term.oldest() }
    }

    fn is_to_be_renewed(&self, now: Instant) -> bool {
        self.term.next(now).is_some_and(|(at, due)| due == Due::Renew && at <= now)
    }

    pub(super) fn is_to_be_replaced(&self, now: Instant) -> bool {
        self.unknown_leases || self.term.is_to_be_replaced(now)
    }
}

impl Lease {
    fn uses(&self, session: SessionId) -> bool {
        let holds = |held: &Held| held.session == session && !self.is_reading;
        self.issuing == Some(session) || self.held.as_ref().is_some_and(holds)
    }

    /// Returns whether something that is to be done with the lease by now has failed.
    pub(super) fn is_failing(&self, now: Instant, current: SessionId, session: &Session) -> bool {
        let oldest = self.held.as_ref().and_then(|held| held.term.oldest());
        let next = self.next(now, current, session).map(|(at, _)| at);
        self.attempts.has_failed() && next.into_iter().chain(oldest).any(|at| at <= now)
    }

    /// Returns what is to be done with the lease, and when, under the token in use.
    fn next(&self, now: Instant, current: SessionId, session: &Session) -> Option<(Instant, Due)> {
        /// Vault counts whole seconds.
        const ROUNDING: Duration = Duration::from_secs(2);
        if let Some(held) = self.held.as_ref().filter(|_| self.is_reading) {
            return held.term.next(now);
        }
        let Some(held) = self.held.as_ref().filter(|held| held.session == current) else {
            return Some((now, Due::Replace));
        };
        // One that lasts as long as its token can have no more time, nor could another one: the next token is due.
        let ends_with_token = session.term.ends_for_good().is_some_and(|end| {
            held.term.expires().is_none_or(|expires| expires + ROUNDING >= end && !held.term.has_ended(now))
        });
        if ends_with_token && !self.is_in_doubt { None } else { held.term.next(now) }
    }
}

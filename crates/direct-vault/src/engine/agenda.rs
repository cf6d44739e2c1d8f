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
        let is_asked = session.suspect.is_some() && !session.attempts.has_failed();
        let is_usable = !session.has_ended(now) && !is_asked;
        if session.has_ended(now) {
            want(self.logins.earliest(now), Job::LogIn, &self.log_in);
        } else if is_asked {
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
            let is_to_go = |retired: &Retired| retired.released && !self.is_to_be_revoked(retired.session);
            for (id, retired) in self.retired.iter().filter(|(_, retired)| is_to_go(retired)) {
                want(now, Job::RevokeLease(*id, current), &retired.attempts);
            }
        }
        let may_read = is_usable && !self.is_held_up(now, session);
        for (key, lease) in &self.leases {
            let is_renewed = lease.renew.is_running() && lease.hangs_on(current);
            let at = if may_read && !is_renewed { lease.replacement(now, current, session) } else { None };
            if let Some((at, room)) = at.and_then(|at| Some(at).zip(self.room_from(now, *key, lease))) {
                if self.takes_its_token_along(now, lease) {
                    want(self.logins.earliest(at.max(room)), Job::LogIn, &self.log_in);
                } else {
                    want(lease.reads_from(at.max(room)), Job::Issue(*key, current), &lease.issue);
                }
            }
            let own = lease.held.as_ref().map(|held| held.session).filter(|_| !lease.is_reading);
            let Some(id) = own.filter(|id| is_usable || *id != current) else { continue };
            let own = if id == current { Some(session) } else { self.sessions.get(&id) };
            if let Some(at) = own.and_then(|own| lease.renewal(now, id, own)) {
                want(at, Job::RenewLease(*key, id), &lease.renew);
            }
        }
        for (id, session) in self.sessions.iter().filter(|(id, _)| **id != current) {
            if !self.is_used(*id) || self.is_spoiled(now, *id, session) {
                want(now, Job::RevokeToken(*id), &session.attempts);
            } else if let Some((at, Due::Renew)) = session.term.next(now).filter(|_| self.is_held(*id)) {
                want(at, Job::RenewToken(*id), &session.attempts);
            }
        }
    }

    /// Returns whether nothing is read with the token in use just now.
    fn is_held_up(&self, now: Instant, session: &Session) -> bool {
        // A lease made with a token that is about to go would go with it, unless no other token is to be had.
        let is_leaving =
            (session.is_to_be_replaced(now) || self.log_in.is_running()) && !self.log_in.has_failed();
        // One made while the token is being renewed may have to be made again.
        let is_changing = session.attempts.is_running();
        let reading = || self.leases.values().filter(|lease| lease.issuing.is_some()).count();
        is_leaving || is_changing || reading() >= MOST_AT_ONCE
    }

    /// Returns before when nothing at all starts.
    fn earliest(&self, now: Instant) -> Option<Instant> {
        let is_slow = self.slow_until.is_some_and(|until| now < until);
        let pace = self.last_start.filter(|_| is_slow).map(|last| last + FLOOR);
        self.resume.into_iter().chain(pace).max()
    }

    /// Returns in a word why the lease in use is replaced.
    pub(crate) fn reason(&self, now: Instant, key: LeaseKey) -> &'static str {
        let is_over = |id| self.sessions.get(&id).is_none_or(|session| session.has_ended(now));
        match self.leases.get(&key).and_then(|lease| lease.held.as_ref()) {
            None => "first",
            Some(held) if held.is_useless => "of_no_use",
            Some(held) if is_over(held.session) => "new_token",
            Some(held) if held.term.has_ended(now) => "ended",
            Some(held) if held.term.oldest().is_some_and(|oldest| oldest <= now) => "age",
            Some(held) if held.term.is_to_be_replaced(now) => "no_more_renewal",
            Some(_) => "new_token",
        }
    }

    /// Returns whether a lease that was made with this token is still wanted.
    pub(super) fn is_used(&self, session: SessionId) -> bool {
        self.leases.values().any(|lease| lease.uses(session))
            || self.retired.values().any(|retired| retired.session == session && !retired.released)
    }

    /// Returns whether a lease that was made with this token is in use, and none has taken its place.
    fn is_held(&self, session: SessionId) -> bool {
        self.leases.values().any(|lease| lease.hangs_on(session))
    }

    /// Returns whether the token's revocation is at hand, and takes along what it made. One that somebody gave is only
    /// let go of.
    fn is_to_be_revoked(&self, id: SessionId) -> bool {
        let may_be_now = self.sessions.get(&id).is_some_and(|session| session.is_ours && !session.is_lent);
        may_be_now && Some(id) != self.current() && !self.is_used(id)
    }

    /// Returns whether something that is to be done with the lease by now has failed.
    pub(super) fn is_failing(
        &self,
        now: Instant,
        lease: &Lease,
        (current, session): (SessionId, &Session),
    ) -> bool {
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let renewal = || {
            let id = lease.held.as_ref()?.session;
            lease.renewal(now, id, self.sessions.get(&id)?)
        };
        (lease.issue.has_failed() && is_due(lease.replacement(now, current, session)))
            || (lease.renew.has_failed() && is_due(renewal()))
    }

    /// Returns whether the next token is wanted by now, and not only some time before the end of this one.
    pub(super) fn is_login_due(&self, now: Instant) -> bool {
        let Some((&current, session)) = self.sessions.last_key_value() else { return true };
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        session.has_ended(now)
            || session.is_to_be_replaced(now)
            || is_due(session.oldest(now))
            || self.leases.iter().any(|(key, lease)| {
                is_due(lease.replacement(now, current, session))
                    && self.takes_its_token_along(now, lease)
                    && is_due(self.room_from(now, *key, lease))
            })
    }
}

impl Session {
    pub(super) fn has_ended(&self, now: Instant) -> bool {
        self.dead || self.term.has_ended(now)
    }

    /// Returns when another token is to take its place, though it could be renewed on.
    fn oldest(&self, now: Instant) -> Option<Instant> {
        if self.lost.is_empty() { self.term.oldest() } else { Some(now) }
    }

    fn is_to_be_renewed(&self, now: Instant) -> bool {
        self.term.next(now).is_some_and(|(at, due)| due == Due::Renew && at <= now)
    }

    pub(super) fn is_to_be_replaced(&self, now: Instant) -> bool {
        !self.lost.is_empty() || self.term.is_to_be_replaced(now)
    }
}

impl Lease {
    /// Returns whether it dies with the token, or is being read with it.
    pub(super) fn hangs_on(&self, session: SessionId) -> bool {
        !self.is_reading && self.uses(session)
    }

    pub(super) fn uses(&self, session: SessionId) -> bool {
        let holds = |held: &Held| held.session == session && !self.is_reading;
        self.issuing == Some(session) || self.held.as_ref().is_some_and(holds)
    }

    /// Returns when it asks for more time, from the token that made it.
    fn renewal(&self, now: Instant, id: SessionId, session: &Session) -> Option<Instant> {
        let held = self.held.as_ref().filter(|_| self.issuing != Some(id) && !session.has_ended(now))?;
        match held.term.next(now) {
            Some((at, Due::Renew)) if self.is_in_doubt || !held.ends_with(session, now) => Some(at),
            _ => None,
        }
    }

    /// Returns when another one is to take its place, under the token in use.
    pub(super) fn replacement(&self, now: Instant, current: SessionId, session: &Session) -> Option<Instant> {
        let Some(held) = self.held.as_ref().filter(|held| self.is_reading || held.session == current) else {
            return Some(now);
        };
        let due = match held.term.next(now) {
            // Another one would end with that token as well: the next token is due.
            _ if !self.is_reading && !self.is_in_doubt && held.ends_with(session, now) => None,
            Some((at, Due::Replace)) => Some(at),
            _ => None,
        };
        due.into_iter().chain(held.term.oldest()).min()
    }

    /// Returns from when on it may be read that is wanted at `at`, so that nothing is made in a loop.
    fn reads_from(&self, at: Instant) -> Instant {
        if self.is_reading { at } else { self.reads.earliest(at) }
    }
}

impl Held {
    /// Returns whether it lasts as long as its token, which can have no more time.
    fn ends_with(&self, session: &Session, now: Instant) -> bool {
        /// Vault counts whole seconds.
        const ROUNDING: Duration = Duration::from_secs(2);
        session.term.ends_for_good().is_some_and(|end| {
            self.term.expires().is_none_or(|expires| expires + ROUNDING >= end && !self.term.has_ended(now))
        })
    }
}

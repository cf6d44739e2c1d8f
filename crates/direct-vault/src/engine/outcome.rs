//! What the driver tells about the jobs it was given, and what those who use a lease say of it.

use std::time::{Duration, Instant};

use super::{
    Engine, Held, Lease, LeaseKey, Renewal, RetiredId, Session, SessionId,
    attempts::{Attempts, FLOOR, longest_pause},
    failure::AFTER_REFUSED_LOGIN,
    room::LEAST_WITH_OWN_TOKEN,
    term::{Spread, Term},
};
use crate::client::{Grant, Health};

/// When an outage ends everybody wants everything: spread it over this much.
const AFTER_OUTAGE: Duration = Duration::from_secs(2);
/// A credential that somebody says does not work is looked at this rarely: the fault may be theirs.
const AFTER_DOUBT: Duration = Duration::from_secs(300);
/// One that is of no use where there is no other is replaced so rarely: they say so once a minute.
const AFTER_USELESS: Duration = Duration::from_secs(55);
/// What has no lease is read again by then, however rarely that is asked for.
const LONGEST_UNREAD: Duration = Duration::from_secs(86_400);
/// To read again what has no lease makes nothing new.
const AFTER_DOUBT_OF_READING: Duration = Duration::from_secs(10);
/// What lives shorter asks so often that a wave of replacements does not stand out.
const LEAST_TO_SPREAD: Duration = Duration::from_secs(600);

impl Engine {
    /// A login that was sent at `sent` gave a token. `is_ours` is one that is ours to revoke.
    pub(crate) fn logged_in(
        &mut self,
        now: Instant,
        sent: Instant,
        grant: Grant,
        is_ours: bool,
    ) -> SessionId {
        self.log_in.succeeded(now);
        self.is_without_login = false;
        // What was denied to the token before may be allowed to this one.
        for lease in self.leases.values_mut().filter(|lease| lease.was_denied) {
            lease.was_denied = false;
            lease.issue.forgive();
        }
        self.leases.values_mut().for_each(|lease| lease.stays = false);
        self.logins.lives(now, grant.ttl);
        let spread = match self.sessions.last_key_value() {
            Some((_, session)) if !session.has_ended(now) => Spread::Narrow,
            _ => Spread::Wide,
        };
        let id = SessionId(self.next_id());
        let ahead = self.ahead_at(sent);
        let grant = Grant { renewable: grant.renewable && !self.tokens_end, ..grant };
        let session = Session {
            term: Term::new(sent, grant, None, spread, ahead, &mut self.random),
            attempts: Attempts::default(),
            suspect: None,
            proven: false,
            dead: false,
            may_live: false,
            is_ours,
            renewal_denied: false,
            lost: Vec::new(),
            is_one_of_many: is_ours && spread == Spread::Wide && grant.ttl >= LEAST_TO_SPREAD,
            is_lent: false,
            is_kept: false,
        };
        self.sessions.insert(id, session);
        id
    }

    /// Returns whether something was denied to the token before, and it lives.
    pub(crate) fn token_renewed(&mut self, now: Instant, id: SessionId, sent: Instant, grant: Grant) -> bool {
        let mut was_suspect = false;
        let ahead = self.ahead_at(sent);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.attempts.succeeded(now);
            was_suspect = session.suspect.take_if(|since| *since <= sent).is_some();
            session.term.renewed(sent, grant, ahead, &mut self.random);
            let has_period = grant.ttl >= session.term.full();
            if std::mem::take(&mut session.is_one_of_many) && !has_period {
                session.term.grows_old(sent, &mut self.random);
            }
            if was_suspect {
                self.settle_denials(now, id, Renewal::Never);
            }
            self.proves(id);
        }
        was_suspect
    }

    /// Returns how much time to ask for when the token is renewed, if that is not what Vault gives by itself.
    ///
    /// A token with a period is given its period whatever is asked for: a second less tells it from one that has a
    /// greatest lifetime, and is one of the many that would reach it together.
    pub(crate) fn token_increment(&self, id: SessionId) -> Option<Duration> {
        let session = self.sessions.get(&id).filter(|session| session.is_one_of_many)?;
        session.term.full().checked_sub(Duration::from_secs(1))
    }

    pub(crate) fn token_looked_up(&mut self, now: Instant, id: SessionId, alive: bool) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.attempts.succeeded(now);
            session.suspect = None;
            if alive {
                self.tokens_end |= session.renewal_denied;
                self.proves(id);
                self.settle_denials(now, id, Renewal::Never);
                return;
            }
            session.dead = true;
            session.term.end(now, self.ahead);
            self.leases.values_mut().for_each(|lease| lease.doubted = None);
            if !session.proven {
                // Nothing was ever granted to it: another login may give another such token.
                self.stillborn += 1;
                self.sessions.values_mut().for_each(|session| session.may_live = true);
                let pause = FLOOR.saturating_mul(1 << self.stillborn.min(16)).min(AFTER_REFUSED_LOGIN);
                self.log_in.failed_until(now + pause);
            }
            self.settle_denials(now, id, Renewal::Allowed);
        }
    }

    /// Something was granted to the token: it has been alive.
    pub(super) fn proves(&mut self, id: SessionId) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.proven = true;
            self.stillborn = 0;
        }
    }

    /// Whether renewals were denied for good or because the token was dead is known now.
    fn settle_denials(&mut self, now: Instant, session: SessionId, renewal: Renewal) {
        for lease in self.leases.values_mut().filter(|lease| lease.renewal == Renewal::Denied(session)) {
            lease.renewal = renewal;
            if let Some(held) = lease.held.as_mut().filter(|_| lease.is_in_doubt) {
                held.term.is_doubted(now);
            }
        }
    }

    /// Somebody who uses the lease says that it does not work: a renewal tells, or another one takes its place.
    pub(crate) fn doubted(&mut self, now: Instant, key: LeaseKey) {
        // One that is being replaced need not be looked at: what is said of it is not said of the next one.
        let Some(lease) = self.leases.get_mut(&key).filter(|lease| lease.issuing.is_none()) else { return };
        let rarely = if lease.is_reading { AFTER_DOUBT_OF_READING } else { AFTER_DOUBT };
        if lease.doubted.is_some_and(|doubted| now < doubted + rarely) {
            return;
        }
        if let Some(held) = &mut lease.held {
            lease.doubted = Some(now);
            lease.is_in_doubt = true;
            held.term.is_doubted(now);
        }
    }

    /// Somebody says of the lease that it is of no use, though Vault would renew it: another one takes its place. Who
    /// made it so may make the next one so as well, so this is not done often, and less often while the one before is
    /// used. Returns whether it is done.
    pub(crate) fn useless(&mut self, now: Instant, key: LeaseKey) -> bool {
        let is_over = |expires: Option<Instant>| expires.is_some_and(|expires| expires <= now);
        let has_another = self
            .retired
            .values()
            .any(|before| before.key == key && !before.released && !is_over(before.expires));
        let rarely = if has_another { AFTER_DOUBT } else { AFTER_USELESS };
        let is_soon = |lease: &Lease| lease.useless.is_some_and(|useless| now < useless + rarely);
        let lease = self.leases.get_mut(&key).filter(|lease| lease.issuing.is_none() && !is_soon(lease));
        let Some(lease) = lease else { return false };
        let Some(held) = &mut lease.held else { return false };
        held.is_useless = true;
        held.term.set_oldest(Some(now));
        lease.useless = Some(now);
        true
    }

    /// A new lease was read with the token `session`. The one before, if there is one, is retired: the driver tells by
    /// the returned id when nothing uses it any more.
    pub(crate) fn issued(
        &mut self,
        now: Instant,
        key: LeaseKey,
        session: SessionId,
        sent: Instant,
        grant: Grant,
    ) -> Option<RetiredId> {
        let expires = self.lease_expires(key);
        let old_expires = self.retired_expires(key);
        let ahead = self.ahead_at(sent);
        let with_token = self.sessions.get(&session).and_then(|session| session.term.expires());
        let lease = self.leases.get_mut(&key)?;
        let is_in_turn = lease.held.is_some() && expires.is_none_or(|expires| expires > now);
        let spread = if is_in_turn { Spread::Narrow } else { Spread::Wide };
        let grant = Grant { renewable: grant.renewable && lease.renewal != Renewal::Never, ..grant };
        let term = Term::new(sent, grant, self.lease_max_age, spread, ahead, &mut self.random);
        lease.issue.succeeded(now);
        lease.renew.forgive();
        lease.renew.no_earlier(now + FLOOR);
        lease.stays = false;
        let full = term.full();
        let end = term.expires().into_iter().chain(with_token).min();
        let left = end.map_or(Duration::ZERO, |end| end.saturating_duration_since(now));
        lease.reads.lives(now, left);
        lease.issuing = None;
        lease.is_in_doubt = false;
        let old = lease.held.replace(Held { session, term, is_useless: false });
        self.proves(session);
        let ends = self.certain(now).checked_add(full).filter(|_| !full.is_zero());
        for lost in self.sessions.values_mut().flat_map(|session| &mut session.lost) {
            if lost.key == key && lost.ends.is_none() {
                lost.ends = ends;
            }
        }
        if full >= LEAST_WITH_OWN_TOKEN && self.is_ours_alone(session) {
            // The next one comes with a token of its own.
            self.logins.lives(now, full);
        }
        old.map(|old| self.retire(key, old.session, (old_expires, old.term.latest()), false))
    }

    /// What has no lease was read, and is to be read again after `again`.
    pub(crate) fn was_read(&mut self, now: Instant, key: LeaseKey, again: Duration) {
        // Everybody who started together is spread, and later rather than sooner.
        let again = again.clamp(FLOOR, LONGEST_UNREAD).mul_f64(1.0 + 0.1 * self.random.f64());
        let Some(lease) = self.leases.get_mut(&key) else { return };
        lease.issue.succeeded(now);
        let Some(session) = lease.issuing.take() else { return };
        lease.held = Some(Held { session, term: Term::of_reading(now + again), is_useless: false });
        self.proves(session);
    }

    /// The service has something else to log in with: there is no reason to wait longer than between any two logins,
    /// nor to keep a token that is kept because a login failed.
    pub(crate) fn login_changed(&mut self, now: Instant) {
        self.log_in.forgive();
        self.log_in.again_at(now + FLOOR);
        self.leases.values_mut().for_each(|lease| lease.stays = false);
        if let Some(mut session) = self.sessions.last_entry() {
            let session = session.get_mut();
            if std::mem::take(&mut session.is_kept) {
                session.term.set_oldest(Some(now));
            }
        }
    }

    pub(crate) fn lease_renewed(
        &mut self,
        now: Instant,
        key: LeaseKey,
        session: SessionId,
        sent: Instant,
        grant: Grant,
    ) {
        let ahead = self.ahead_at(sent);
        let Some(lease) = self.leases.get_mut(&key) else { return };
        lease.renew.succeeded(now);
        // What was asked for before somebody complained says nothing about the complaint.
        lease.is_in_doubt &= lease.doubted.is_some_and(|doubted| doubted > sent);
        if lease.held.as_ref().is_none_or(|held| held.session != session) {
            let ends = sent.checked_add(grant.ttl).and_then(|end| end.checked_sub(ahead));
            let mut replaced = self.retired.values_mut().filter(|retired| retired.key == key);
            if let Some(retired) = replaced.find(|retired| retired.session == session) {
                retired.latest = retired.latest.max(ends);
            }
        } else if let Some(held) = &mut lease.held {
            let grant = Grant { renewable: grant.renewable && lease.renewal != Renewal::Never, ..grant };
            held.term.renewed(sent, grant, ahead, &mut self.random);
            if lease.is_in_doubt {
                held.term.is_doubted(now);
            }
        }
        self.proves(session);
    }

    /// Returns how much time to ask for when the lease is renewed.
    pub(crate) fn increment(&self, key: LeaseKey) -> Duration {
        let held = self.leases.get(&key).and_then(|lease| lease.held.as_ref());
        held.map_or(Duration::ZERO, |held| held.term.full())
    }

    /// Nothing uses the retired lease any more.
    pub(crate) fn released(&mut self, id: RetiredId) {
        self.retired.entry(id).and_modify(|retired| retired.released = true);
    }

    pub(crate) fn lease_revoked(&mut self, id: RetiredId) {
        self.retired.remove(&id);
    }

    /// The revocation of a token, which has begun, waits for somebody who has borrowed it.
    #[cfg(any(feature = "vaultrs", test))]
    pub(crate) fn is_lent(&mut self, id: SessionId) {
        self.sessions.entry(id).and_modify(|session| session.is_lent = true);
    }

    /// The token is gone, and what it made, or was let go of if it is not ours.
    pub(crate) fn token_revoked(&mut self, now: Instant, id: SessionId) {
        let Some(session) = self.forget_token(now, id).filter(|session| session.is_ours) else { return };
        self.retired.retain(|_, retired| retired.session != id);
        for lost in session.lost {
            // Vault takes along what hangs on a token in its own time.
            self.leases.entry(lost.key).and_modify(|lease| lease.issue.no_earlier(now + FLOOR));
        }
    }

    /// A token that is not in use is no more. What is still held of it had ended.
    pub(super) fn forget_token(&mut self, now: Instant, id: SessionId) -> Option<Session> {
        for held in
            self.leases.values_mut().filter(|lease| !lease.is_reading).filter_map(|lease| lease.held.as_mut())
        {
            if held.session == id {
                held.term.end(now, self.ahead);
            }
        }
        self.sessions.remove(&id)
    }

    pub(crate) fn health_checked(&mut self, now: Instant, health: Health) {
        if health == Health::Serving {
            self.healthy = Some(now);
        }
        if health != Health::Serving {
            let longest = longest_pause(self.headroom(now));
            self.outage.get_or_insert_default().still_out(now, longest, &mut self.random);
        } else if self.outage.take().is_some() {
            let most = self.headroom(now).map_or(AFTER_OUTAGE, |headroom| AFTER_OUTAGE.min(headroom / 4));
            self.resume = Some(now + most.mul_f64(self.random.f64()));
        }
    }
}

//! How many logins there may be of one lease: two, those included that nobody knows.

use std::time::{Duration, Instant};

use super::{
    Engine, Held, Lease, LeaseKey, Lost, Session, SessionId, TO_MOVE,
    term::{Due, LATE},
};

/// A lease that lives shorter is over before there is another token.
pub(super) const LEAST_WITH_OWN_TOKEN: Duration = Duration::from_secs(10);

impl Engine {
    /// Returns from when on there is room for another one beside the one in use, those before it that are still used or
    /// not yet revoked, and what reads without an answer may have made. Nothing if something must happen first.
    pub(super) fn room_from(&self, now: Instant, key: LeaseKey, lease: &Lease) -> Option<Instant> {
        if lease.is_reading {
            return Some(now);
        }
        // The token is to be revoked for what got lost with it: what is read with it now would go as well.
        let is_to_go = self.sessions.last_key_value().is_some_and(|(_, session)| !session.lost.is_empty());
        if is_to_go && !self.stays(lease) {
            return None;
        }
        let certain = self.certain(now);
        let may_last = |latest: Option<Instant>| latest.is_none_or(|latest| certain < latest);
        let lives = |expires: Option<Instant>| expires.is_none_or(|expires| now < expires + LATE);
        let is_dead = |id| self.sessions.get(&id).is_some_and(Session::is_dead_for_certain);
        let held = lease.held.as_ref().filter(|held| !is_dead(held.session) && may_last(held.term.latest()));
        let in_use = held.is_some() && lives(self.retired_expires(key));
        let retired = || self.retired.values().filter(|retired| retired.key == key);
        let leaving = retired().filter(|retired| retired.released).count();
        let before = retired()
            .filter(|before| !before.released && lives(before.expires) && !is_dead(before.session))
            .count();
        // Where nothing is in use and no other token is to be had, there is nothing to wait for.
        let lost = if self.stays(lease) && !in_use { 0 } else { self.lost(key, lease) };
        // Who cannot use what there is waits for nobody who uses the one before.
        let works =
            |held: &Held| !held.is_useless && self.sessions.get(&held.session).is_none_or(|own| !own.dead);
        if lease.is_in_doubt || !lease.held.as_ref().is_none_or(works) {
            return (lost < 2 && leaving < 3).then_some(now);
        }
        // What has ended by a clock that went forward may be in use still. Nobody waits for the one before it then.
        let used = (usize::from(in_use) + before).max(usize::from(held.is_some()));
        if used + leaving + lost < 2 {
            return Some(now);
        }
        // Rather a third than none, where to wait does not help.
        let expires = self.lease_expires(key).filter(|_| in_use && lost < 2)?;
        let held = lease.held.as_ref()?;
        let outlasts = |end: Option<Instant>, at: Instant| end.is_none_or(|end| end > at);
        let is_in_vain = !self.is_ours_alone(held.session)
            || retired().any(|before| outlasts(before.expires, expires))
            || self.sessions.iter().any(|(id, session)| {
                let is_stuck = *id == held.session
                    || (Some(*id) == self.current() && self.stays(lease))
                    || session.attempts.has_failed();
                let lasts = |lost: &Lost| lost.key == key && outlasts(lost.ends, self.certain(expires));
                is_stuck && session.lost.iter().any(lasts)
            });
        let full = held.term.full();
        let to_move = if full.is_zero() { TO_MOVE } else { TO_MOVE.min(full / 4) };
        expires.checked_sub(to_move).filter(|_| is_in_vain)
    }

    /// Returns whether the lease is read with the token in use, as no other one is to be had.
    fn stays(&self, lease: &Lease) -> bool {
        lease.stays || (self.is_without_login && self.log_in.has_failed())
    }

    /// Returns whether the token can be revoked for the sake of its lease: it is ours, and there is no other lease.
    pub(super) fn is_ours_alone(&self, id: SessionId) -> bool {
        let is_shared = self.leases.values().filter(|lease| !lease.is_reading).nth(1).is_some();
        self.sessions.get(&id).is_some_and(|session| session.is_ours) && !is_shared
    }

    /// Returns how many reads had no answer, and may have made what goes with their token.
    fn lost(&self, key: LeaseKey, lease: &Lease) -> usize {
        // What never ends is not waited for, nor who has borrowed a token.
        let is_endless = lease.held.as_ref().is_some_and(|held| held.term.full().is_zero());
        let goes = |session: &&Session| !session.dead && !session.is_lent && !is_endless;
        let lost = self.sessions.values().filter(goes).flat_map(|session| &session.lost);
        lost.filter(|lost| lost.key == key).count()
    }

    /// Returns whether the lease is to be replaced with the next token. Should the answer get lost, that token is revoked
    /// and takes along what nobody knows, and the lease in use stays. Where other leases hang on the token they would all
    /// have to move.
    pub(super) fn takes_its_token_along(&self, now: Instant, lease: &Lease) -> bool {
        let Some(current) = self.current() else { return false };
        let is_long = |held: &Held| held.term.expires().is_none() || held.term.full() >= LEAST_WITH_OWN_TOKEN;
        let certain = self.certain(now);
        let may_last = |held: &Held| held.term.latest().is_none_or(|latest| certain < latest);
        let works = |held: &Held| !held.is_useless && may_last(held);
        let held = lease.held.as_ref().filter(|held| held.session == current);
        held.is_some_and(|held| is_long(held) && works(held))
            && !(lease.is_reading || lease.is_in_doubt || self.stays(lease))
            && self.is_ours_alone(current)
    }

    /// Returns whether the token may have made what nobody knows, and all that is known has ended, or is said not to work
    /// and cannot be renewed, which would tell.
    pub(super) fn is_spoiled(&self, now: Instant, id: SessionId, session: &Session) -> bool {
        let has_ended = |expires: Option<Instant>| expires.is_some_and(|expires| expires <= now);
        let is_renewable = |held: &Held| matches!(held.term.next(now), Some((_, Due::Renew)));
        let is_over = |lease: &Lease| {
            let is_bad = lease.is_in_doubt && !lease.held.as_ref().is_some_and(is_renewable);
            lease.issuing != Some(id) && (is_bad || has_ended(self.expires(lease)))
        };
        let mut retired = self.retired.values().filter(|retired| retired.session == id && !retired.released);
        !session.lost.is_empty()
            && self.leases.values().filter(|lease| lease.uses(id)).all(is_over)
            && retired.all(|retired| has_ended(retired.expires))
    }
}

impl Session {
    fn is_dead_for_certain(&self) -> bool {
        self.dead && !self.may_live
    }
}

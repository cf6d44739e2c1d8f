//! How many logins there may be of one lease: two, those included that nobody knows.

use std::time::{Duration, Instant};

use super::{Engine, Held, Lease, LeaseKey, Session, SessionId, TO_MOVE, has_passed, term::LATE};

impl Engine {
    /// Returns from when on there is room for another one beside the one in use, those before it that are still used or
    /// not yet revoked, and what reads without an answer may have made. Nothing if something must happen first.
    pub(super) fn room_from(&self, now: Instant, key: LeaseKey, lease: &Lease) -> Option<Instant> {
        if lease.is_reading {
            return Some(now);
        }
        let lives = |expires: Option<Instant>| expires.is_none_or(|expires| now < expires + LATE);
        let is_dead = |id| self.sessions.get(&id).is_some_and(Session::is_dead_for_certain);
        let retired = || self.retired.values().filter(|retired| retired.key == key);
        let leaving = retired().filter(|retired| retired.released).count();
        let before = retired()
            .filter(|before| !before.released && lives(before.expires) && !is_dead(before.session))
            .count();
        let held = lease.held.as_ref().filter(|held| !is_dead(held.session));
        let in_use = held.is_some() && lives(self.retired_expires(key));
        let may_be_in_use = held.is_some_and(|held| self.may_last(now, held));
        // Who cannot use what there is waits for nobody who uses the one before.
        let works =
            |held: &Held| !held.is_useless && self.sessions.get(&held.session).is_none_or(|own| !own.dead);
        let is_good = !lease.is_in_doubt && lease.held.as_ref().is_none_or(works);
        let used = if is_good { (usize::from(in_use) + before).max(usize::from(may_be_in_use)) } else { 0 };
        let others = leaving + self.lost(key, lease);
        if used + others < 2 {
            return Some(now);
        }
        // Where others hang on the token as well both may end with it, and there would be none.
        let held =
            lease.held.as_ref().filter(|held| before > 0 && others == 0 && !self.is_own(held.session))?;
        self.lease_expires(key)?.checked_sub(TO_MOVE.min(held.term.full() / 4))
    }

    /// Returns whether the token can be revoked for the sake of its lease: it is ours, and there is no other lease.
    pub(super) fn is_own(&self, id: SessionId) -> bool {
        let is_shared = self.leases.values().filter(|lease| !lease.is_reading).nth(1).is_some();
        self.sessions.get(&id).is_some_and(|session| session.is_ours) && !is_shared
    }

    /// Returns how many reads had no answer whose lease goes with a token that is about to go.
    fn lost(&self, key: LeaseKey, lease: &Lease) -> usize {
        // What never ends is not waited for, nor who has borrowed a token.
        let is_endless = lease.held.as_ref().is_some_and(|held| held.term.full().is_zero());
        let goes = |session: &&Session| !session.dead && !session.is_lent && !is_endless;
        let lost = self.sessions.values().filter(goes).flat_map(|session| &session.lost);
        lost.filter(|lost| lost.key == key).count()
    }

    /// Returns whether it has not ended for certain: clocks may have been set forward, and a renewal without an answer
    /// may have given it more time.
    fn may_last(&self, now: Instant, held: &Held) -> bool {
        !has_passed(held.term.latest(), self.ahead, now)
    }

    /// Returns whether the lease is to be replaced with the next token. Should the answer get lost, that token is revoked
    /// and takes along what nobody knows, and the lease in use stays. Where other leases hang on the token they would all
    /// have to move.
    pub(super) fn takes_its_token_along(&self, now: Instant, lease: &Lease) -> bool {
        /// What lives shorter is over before there is another token.
        const LEAST: Duration = Duration::from_secs(10);
        let Some(current) = self.current() else { return false };
        let is_long = |held: &Held| held.term.expires().is_none() || held.term.full() >= LEAST;
        let works = |held: &Held| !held.is_useless && self.may_last(now, held);
        let held = lease.held.as_ref().filter(|held| held.session == current);
        held.is_some_and(|held| is_long(held) && works(held))
            && !(lease.is_reading || lease.is_in_doubt || lease.stays)
            && self.is_own(current)
    }

    /// Returns whether the token may have made what nobody knows, and all that is known has ended or does not work.
    pub(super) fn is_spoiled(&self, now: Instant, id: SessionId, session: &Session) -> bool {
        let has_ended = |expires: Option<Instant>| expires.is_some_and(|expires| expires <= now);
        let is_over = |lease: &Lease| {
            lease.issuing != Some(id) && (lease.is_in_doubt || has_ended(self.expires(lease)))
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

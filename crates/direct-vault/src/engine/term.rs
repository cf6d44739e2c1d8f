//! How long a token or a lease lives, and what that asks for.

use std::time::{Duration, Instant};

use crate::client::Grant;

/// So much later than is said something may end.
pub(super) const LATE: Duration = Duration::from_secs(2);

/// What is to be done with something that ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Due {
    /// Ask for more time.
    Renew,
    /// Get another one.
    Replace,
}

/// Over how much time the same thing is spread in many processes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spread {
    /// It was made because there was none: at a start, or after an outage, and then by everybody in the same second.
    Wide,
    /// It was made in its turn.
    Narrow,
}

impl Spread {
    /// Draws a factor of about one for a time: at most a tenth above, and a tenth below or, spread, down to `least`.
    fn draw(self, least: f64, random: &mut fastrand::Rng) -> f64 {
        const MOST: f64 = 1.1;
        let least = if self == Self::Wide { least } else { 0.9 };
        least + (MOST - least) * random.f64()
    }
}

/// The life of a token or a lease. Counted from before the request was sent, so never too long.
#[derive(Debug)]
pub(super) struct Term {
    /// What was granted first; a renewal that grants clearly less has met the greatest lifetime.
    full: Duration,
    expires: Option<Instant>,
    /// When it ends at the latest, in the time that has passed for certain: a renewal that no answer came to may have
    /// given it more.
    latest: Option<Instant>,
    /// A renewal was sent that no answer came to.
    is_uncertain: bool,
    next: Option<(Instant, Due)>,
    /// From when on a renewal that has failed is no longer worth waiting for.
    replace_at: Option<Instant>,
    /// When it is to be replaced, though it could be renewed on.
    oldest: Option<Instant>,
}

impl Term {
    pub(super) fn new(
        sent: Instant,
        grant: Grant,
        max_age: Option<Duration>,
        spread: Spread,
        ahead: Duration,
        random: &mut fastrand::Rng,
    ) -> Self {
        let oldest = max_age.and_then(|age| sent.checked_add(age.mul_f64(spread.draw(0.5, random) / 1.1)));
        let mut term = Self {
            full: grant.ttl,
            expires: None,
            latest: None,
            is_uncertain: false,
            next: None,
            replace_at: None,
            oldest,
        };
        term.grant(sent, grant, spread, ahead, random);
        term
    }

    /// The term of something that never ends and is read again at `next`.
    pub(super) fn of_reading(next: Instant) -> Self {
        let next = Some((next, Due::Replace));
        Self {
            full: Duration::ZERO,
            expires: None,
            latest: None,
            is_uncertain: false,
            next,
            replace_at: None,
            oldest: None,
        }
    }

    /// Takes over what a renewal granted.
    pub(super) fn renewed(
        &mut self,
        sent: Instant,
        grant: Grant,
        ahead: Duration,
        random: &mut fastrand::Rng,
    ) {
        if self.full.is_zero() {
            return self.grant(sent, grant, Spread::Narrow, ahead, random);
        }
        if grant.ttl.is_zero() {
            // Less than a second is left, cut to whole ones.
            return self.end(sent, ahead);
        }
        self.grant(sent, grant, Spread::Narrow, ahead, random);
        if grant.ttl < self.full.mul_f64(0.95) {
            self.replace(sent + self.patience(grant.ttl, random));
        }
    }

    /// Returns how long something near its greatest lifetime is kept. Who was made in the same second comes here within
    /// half a life; some wait, so that all of them together take two thirds.
    fn patience(&self, left: Duration, random: &mut fastrand::Rng) -> Duration {
        // A short life has no time to wait.
        const LEAST: Duration = Duration::from_secs(20);
        let kept = self.full.mul_f64(0.3 + 0.15 * random.f64()).max(LEAST);
        if random.u8(0..4) == 0 { left.saturating_sub(kept) } else { Duration::ZERO }
    }

    fn grant(
        &mut self,
        sent: Instant,
        Grant { ttl, renewable }: Grant,
        spread: Spread,
        ahead: Duration,
        random: &mut fastrand::Rng,
    ) {
        // A time too far away to be counted is no end at all.
        let expires = if ttl.is_zero() { None } else { sent.checked_add(ttl) };
        self.expires = expires;
        // Vault counts from when it answers, and longer than the whole seconds it says.
        let late = LATE.min(Duration::from_secs(ttl.as_secs() / 20));
        self.latest = expires.and_then(|expires| (expires + late).checked_sub(ahead));
        self.is_uncertain = false;
        self.replace_at = expires.map(|expires| expires - drain_time(ttl));
        self.next = expires.map(|_| {
            if renewable {
                (sent + renewal_after(ttl).mul_f64(spread.draw(0.2, random)), Due::Renew)
            } else {
                (sent + ttl.mul_f64(0.6 * spread.draw(0.5, random)), Due::Replace)
            }
        });
    }

    /// Notes that nobody knows what became of a renewal. Near the greatest lifetime, where it gives no more time, Vault
    /// counts what is left in whole seconds anew: that may have taken one.
    pub(super) fn renewal_got_lost(&mut self, now: Instant, ahead: Duration) {
        let granted = now.checked_add(self.full).and_then(|end| end.checked_sub(ahead));
        self.latest = self.latest.max(granted).filter(|_| self.expires.is_some());
        if !std::mem::replace(&mut self.is_uncertain, true) {
            self.expires = self.expires.and_then(|expires| expires.checked_sub(Duration::from_secs(1)));
        }
    }

    /// Notes that a renewal failed and may succeed at `again`. If that is too late, something new is to take its place.
    pub(super) fn renewal_failed(&mut self, now: Instant, again: Instant) {
        if let Some(at) = self.replace_at.filter(|at| *at <= again) {
            self.replace(at.max(now));
        }
    }

    /// Notes that there will be no renewal: something new comes while there is time for it.
    pub(super) fn is_not_renewable(&mut self) {
        let at = self.expires.map(|expires| expires - self.full.mul_f64(0.4));
        self.next = at.map(|at| (at, Due::Replace));
    }

    /// Asks for more time now: somebody says that it does not live any more.
    pub(super) fn is_doubted(&mut self, now: Instant) {
        if let Some((at, _)) = &mut self.next {
            *at = now.min(*at);
        }
    }

    /// Has it replaced once before its time, after 0.2 to 2.5 lives: others were made in the same second, and would reach
    /// their greatest lifetime together.
    pub(super) fn grows_old(&mut self, now: Instant, random: &mut fastrand::Rng) {
        self.oldest = now.checked_add(self.full.mul_f64(0.2 + 2.3 * random.f64()));
    }

    /// Has it replaced at that time, though it could be renewed on.
    pub(super) fn set_oldest(&mut self, oldest: Option<Instant>) {
        self.oldest = oldest;
    }

    /// Asks for something new from `now` on.
    pub(super) fn replace(&mut self, now: Instant) {
        self.next = Some((now, Due::Replace));
    }

    /// Notes that it has ended before its time.
    pub(super) fn end(&mut self, now: Instant, ahead: Duration) {
        self.expires = Some(now);
        self.latest = now.checked_sub(ahead);
        self.replace(now);
    }

    /// Returns what its time to live asks for, and when. What has ended cannot be renewed.
    pub(super) fn next(&self, now: Instant) -> Option<(Instant, Due)> {
        if self.has_ended(now) { Some((now, Due::Replace)) } else { self.next }
    }

    /// Returns when its age asks for another one. Until that is there it is renewed on.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.oldest
    }

    pub(super) fn is_to_be_replaced(&self, now: Instant) -> bool {
        self.next(now).is_some_and(|(at, due)| due == Due::Replace && at <= now)
    }

    pub(super) fn has_ended(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    pub(super) fn expires(&self) -> Option<Instant> {
        self.expires
    }

    /// Returns when it ends at the latest, in the time that has passed for certain.
    pub(super) fn latest(&self) -> Option<Instant> {
        self.latest
    }

    /// Returns when it ends for good: no renewal is to come.
    pub(super) fn ends_for_good(&self) -> Option<Instant> {
        self.expires.filter(|_| matches!(self.next, Some((_, Due::Replace))))
    }

    /// Returns how much time a renewal asks for.
    pub(super) fn full(&self) -> Duration {
        self.full
    }
}

/// Returns after what part of its life something is renewed: half, or earlier if half would leave too little time
/// for a restart of Vault, but not before a third.
fn renewal_after(ttl: Duration) -> Duration {
    const RESTART: Duration = Duration::from_secs(15);
    ttl.saturating_sub(RESTART).clamp(ttl.mul_f64(0.37), ttl / 2)
}

/// Returns how much of its life is kept for moving to another one: a quarter, but of a long life not more than five
/// minutes or a tenth. Until then a renewal that fails is tried again.
fn drain_time(ttl: Duration) -> Duration {
    const ENOUGH: Duration = Duration::from_secs(300);
    (ttl / 4).min(ENOUGH.max(ttl / 10))
}

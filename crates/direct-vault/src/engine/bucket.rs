//! How often something that makes a new credential may be asked for.

use std::time::{Duration, Instant};

use super::attempts::FLOOR;

/// So many at once.
const BURST: u32 = 3;
/// Then one in this time.
const REFILL: Duration = Duration::from_secs(10);

/// Three at once, then one in ten seconds: whatever goes wrong, credentials are not made in a loop. What lives so short
/// that it needs more often another one gets three a life.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// When all that was taken is there again.
    full: Option<Instant>,
    refill: Option<Duration>,
}

impl Bucket {
    pub(super) fn take(&mut self, now: Instant) {
        self.full = Some(self.full.map_or(now, |full| full.max(now)) + self.refill());
    }

    /// Notes how long that lives which was made.
    pub(super) fn lives(&mut self, now: Instant, ttl: Duration) {
        self.refill = (!ttl.is_zero()).then(|| (ttl / BURST).clamp(FLOOR, REFILL));
        let most = now + self.refill() * BURST;
        self.full = self.full.map(|full| full.min(most));
    }

    /// Returns when something that is wanted at `at` may be asked for.
    pub(super) fn earliest(&self, at: Instant) -> Instant {
        let there = self.full.and_then(|full| full.checked_sub(self.refill() * (BURST - 1)));
        there.map_or(at, |there| there.max(at))
    }

    fn refill(&self) -> Duration {
        self.refill.unwrap_or(REFILL)
    }
}

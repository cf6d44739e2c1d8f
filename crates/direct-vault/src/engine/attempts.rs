//! Something that is tried again after a failure.

use std::time::{Duration, Instant};

/// Requests for one thing are at least this far apart, whatever the times say.
pub(super) const FLOOR: Duration = Duration::from_secs(1);

/// Whether something is being tried, and from when on it may be tried again.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    running: bool,
    started: Option<Instant>,
    failures: u32,
    not_before: Option<Instant>,
}

impl Attempts {
    pub(super) fn start(&mut self, now: Instant) {
        self.running = true;
        self.started = Some(now);
    }

    pub(super) fn succeeded(&mut self, now: Instant) {
        *self = Self { running: false, started: None, failures: 0, not_before: Some(now + FLOOR) };
    }

    /// Pauses with full jitter, twice as long after each failure, from half a second up to `longest`.
    pub(super) fn failed(&mut self, now: Instant, longest: Duration, random: &mut fastrand::Rng) {
        let pause = self.doubled(Duration::from_millis(500), longest);
        self.failed_until(now + pause.mul_f64(random.f64()).max(FLOOR));
    }

    /// As [`failed`](Self::failed), for a look at whether an outage is over: from five seconds, never less than half.
    pub(super) fn still_out(&mut self, now: Instant, longest: Duration, random: &mut fastrand::Rng) {
        let pause = self.doubled(Duration::from_secs(5), longest);
        self.failed_until(now + pause.mul_f64(0.5 + 0.5 * random.f64()).max(FLOOR));
    }

    fn doubled(&self, first: Duration, longest: Duration) -> Duration {
        first.saturating_mul(1 << self.failures.min(16)).min(longest)
    }

    /// Lets what has failed be tried at once. What is running goes on.
    pub(super) fn forgive(&mut self) {
        self.failures = 0;
        self.not_before = None;
    }

    /// Lets it be tried at `at`, whatever the pause was to be.
    pub(super) fn again_at(&mut self, at: Instant) {
        self.not_before = Some(at);
    }

    /// Lets it be tried at `at` at the earliest.
    pub(super) fn no_earlier(&mut self, at: Instant) {
        self.not_before = self.not_before.max(Some(at));
    }

    pub(super) fn failed_until(&mut self, not_before: Instant) {
        let failures = self.failures + 1;
        *self = Self { running: false, started: None, failures, not_before: Some(not_before) };
    }

    /// Pauses so that attempts begin `apart` from each other, however long each took.
    pub(super) fn failed_apart(&mut self, now: Instant, apart: Duration) {
        let again = self.started.unwrap_or(now) + apart;
        self.failed_until(again.max(now + FLOOR));
    }

    /// Returns when something that is wanted at `at` may be started, unless it is running.
    pub(super) fn earliest(&self, at: Instant) -> Option<Instant> {
        let earliest = self.not_before.map_or(at, |not_before| not_before.max(at));
        (!self.running).then_some(earliest)
    }

    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    /// Returns how often it has failed in a row.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failures > 0
    }
}

/// Returns the longest pause between two attempts: the less `headroom` there is until something ends, the shorter.
/// Without any, nothing works, and the end of the trouble is to be seen soon.
pub(super) fn longest_pause(headroom: Option<Duration>) -> Duration {
    const USUAL: Duration = Duration::from_secs(30);
    const WITHOUT_HEADROOM: Duration = Duration::from_millis(2800);
    headroom.map_or(WITHOUT_HEADROOM, |headroom| USUAL.min(headroom / 8))
}

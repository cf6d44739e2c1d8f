//! The time that leases are counted in.

use std::time::{Duration, Instant, SystemTime};

use tokio::time;

/// What a difference between two clocks is before it counts: less is rounding, or a wall clock being put right.
const JUMP: Duration = Duration::from_secs(1);

/// How often the clocks are looked at: timers stand still while the machine sleeps.
const TICK: Duration = Duration::from_millis(500);

/// The clocks of one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Stands still while the machine sleeps.
    pub(crate) awake: Instant,
    /// Goes on while the machine sleeps, but not while a virtual machine is paused.
    pub(crate) boot: Option<Duration>,
    /// Is put right after any pause, and may be set to anything.
    pub(crate) wall: SystemTime,
}

impl Reading {
    pub(crate) fn now() -> Self {
        Self { awake: Instant::now(), boot: boot_time(), wall: SystemTime::now() }
    }
}

/// Counts what time has passed at most: the clock that went furthest is believed.
///
/// Vault's time goes on while this machine sleeps. Taking a lease for ended too early costs a new one, too late a failed
/// query; so a clock that is set forward counts as time that has passed, and one that is set back as nothing.
pub(crate) struct Clock {
    read: Box<dyn Fn() -> Reading + Send>,
    last: Reading,
    ahead: Duration,
}

impl Clock {
    pub(crate) fn new(read: impl Fn() -> Reading + Send + 'static) -> Self {
        Self { last: read(), read: Box::new(read), ahead: Duration::ZERO }
    }

    /// Looks at the clocks. Returns whether time has passed that nobody was awake for.
    fn look(&mut self) -> bool {
        self.observe((self.read)())
    }

    pub(crate) fn observe(&mut self, reading: Reading) -> bool {
        let last = std::mem::replace(&mut self.last, reading);
        let awake = reading.awake.saturating_duration_since(last.awake);
        let boot = reading.boot.zip(last.boot).and_then(|(boot, last)| boot.checked_sub(last));
        let wall = reading.wall.duration_since(last.wall).ok();
        let furthest = boot.max(wall).unwrap_or(awake);
        let missed = furthest.checked_sub(awake).filter(|missed| *missed > JUMP);
        self.ahead += missed.unwrap_or_default();
        missed.is_some()
    }

    /// Returns the time that leases are counted in.
    pub(crate) fn now(&self) -> Instant {
        time::Instant::now().into_std() + self.ahead
    }

    /// Returns when the clock that timers use, and everybody else, shows what `at` is here.
    pub(crate) fn shown(&self, at: Instant) -> Instant {
        at.checked_sub(self.ahead).unwrap_or(at)
    }

    /// Waits until `end`, or until it turns out that time has passed that nobody was awake for.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub(crate) async fn wait_until(&mut self, end: Option<Instant>) {
        loop {
            let end = end.map(|end| time::Instant::from_std(self.shown(end)));
            let tick = time::Instant::now() + TICK;
            time::sleep_until(end.map_or(tick, |end| end.min(tick))).await;
            if self.look() || end.is_some_and(|end| end <= time::Instant::now()) {
                return;
            }
        }
    }

    /// Returns how far the time that has passed is ahead of the clock that timers use.
    pub(crate) fn ahead(&self) -> Duration {
        self.ahead
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn boot_time() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::Boottime).try_into().ok()
}

/// Elsewhere the wall clock alone tells of a pause.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn boot_time() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const HOURS: Duration = Duration::from_secs(7200);

    /// A machine whose clocks are moved by hand.
    struct Machine {
        reading: Reading,
        clock: Clock,
    }

    impl Machine {
        fn new() -> Self {
            let reading = Reading { awake: Instant::now(), boot: Some(HOURS), wall: SystemTime::now() };
            Self { reading, clock: Clock::new(move || reading) }
        }

        fn passes(&mut self, awake: Duration, boot: Duration) {
            self.reading.awake += awake;
            self.reading.boot = self.reading.boot.map(|time| time + boot);
            self.reading.wall += boot;
        }
    }

    #[test]
    fn s32_a_suspended_machine_counts_the_time_it_slept() {
        let mut machine = Machine::new();
        machine.passes(SECOND, HOURS + SECOND);
        assert!(machine.clock.observe(machine.reading));
        assert_eq!(machine.clock.ahead(), HOURS);
    }

    #[test]
    fn s32_a_paused_virtual_machine_counts_what_the_wall_clock_is_put_right_by() {
        let mut machine = Machine::new();
        machine.passes(SECOND, SECOND);
        machine.reading.wall += HOURS;
        assert!(machine.clock.observe(machine.reading));
        assert_eq!(machine.clock.ahead(), HOURS);
    }

    #[test]
    fn s32_a_wall_clock_set_back_delays_nothing_and_hides_no_later_sleep() {
        let mut machine = Machine::new();
        machine.passes(SECOND, SECOND);
        machine.reading.wall -= HOURS;
        assert!(!machine.clock.observe(machine.reading));
        assert_eq!(machine.clock.ahead(), Duration::ZERO);
        machine.passes(SECOND, HOURS);
        assert!(machine.clock.observe(machine.reading));
        assert_eq!(machine.clock.ahead(), HOURS - SECOND);
    }

    #[test]
    fn s32_a_wall_clock_that_is_put_right_bit_by_bit_counts_for_nothing() {
        let mut machine = Machine::new();
        for _ in 0..3600 {
            machine.passes(SECOND, SECOND);
            machine.reading.wall += Duration::from_micros(500);
            assert!(!machine.clock.observe(machine.reading));
        }
        assert_eq!(machine.clock.ahead(), Duration::ZERO);
    }

    #[test]
    fn the_clocks_of_this_machine_run_alike() {
        let mut clock = Clock::new(Reading::now);
        assert!(!clock.look());
    }
}

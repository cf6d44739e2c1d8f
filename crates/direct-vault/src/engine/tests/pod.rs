//! Thirty days of one pod to which everything happens, a thousand times over.

use std::{thread, time::Duration};

use super::{
    DAY, HOUR, MINUTE, SECOND,
    world::{Fault, World},
};

const SEEDS: u64 = 1000;
/// From the end of what goes wrong until everything is well.
const RECOVERY: Duration = MINUTE;

/// What comes at once.
#[derive(Clone, Copy, Debug)]
enum Blow {
    LeasesRevoked,
    TokensRevoked,
    Crash,
    Restart,
    Sleep { time: Duration, does_boot_clock_know: bool },
    ClockForward(Duration),
    ClockBack(Duration),
}

struct Pod {
    seed: u64,
    random: fastrand::Rng,
    leases: usize,
    world: World,
}

impl Pod {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let leases = one_of(&mut random, &[1, 1, 1, 3]);
        let mut world = World::seeded_with_leases(seed, leases);
        let vault = &mut world.vault;
        vault.token.ttl = one_of(&mut random, &[HOUR / 2, HOUR, 8 * HOUR]);
        vault.token.max =
            one_of(&mut random, &[Some(1), Some(4), Some(1000), None]).map(|lives| vault.token.ttl * lives);
        vault.token.renewable = random.u8(..) < 200;
        vault.lease.ttl = one_of(&mut random, &[HOUR / 6, HOUR, 12 * HOUR]);
        vault.lease.max = Some(vault.lease.ttl * one_of(&mut random, &[1, 4, 1000]));
        vault.lease.renewable = random.u8(..) < 200;
        vault.clamps_to_token = !vault.token.renewable;
        world.latency = Duration::from_millis(random.u64(2..200));
        world.longest_use = one_of(&mut random, &[3 * SECOND, 10 * MINUTE, HOUR]);
        world.makes_tokens = random.u8(..) < 220;
        Self { seed, random, leases, world }
    }

    fn live(&mut self, time: Duration) {
        while self.world.elapsed() < time {
            let quiet = HOUR.mul_f64(1.0 + 11.0 * self.random.f64());
            self.run(quiet);
            if self.random.bool() {
                let blow = self.blow();
                self.strike(blow);
                self.recover(&blow);
            } else {
                let fault = self.fault();
                self.suffer(fault);
                self.recover(&fault);
            }
        }
    }

    /// Something goes wrong for five seconds to three hours, and something else may come on top.
    fn suffer(&mut self, fault: Fault) {
        const LONGEST: Duration = Duration::from_secs(3 * 3600);
        let length = 5.0 * (LONGEST.as_secs_f64() / 5.0).powf(self.random.f64());
        let length = Duration::from_secs_f64(length);
        self.world.vault.fault = fault;
        let before = length.mul_f64(self.random.f64());
        self.run(before);
        if self.random.u8(..) < 64 {
            let blow = self.blow();
            self.strike(blow);
        }
        self.run(length - before);
        self.world.vault.fault = Fault::None;
    }

    fn recover(&mut self, from: &impl std::fmt::Debug) {
        self.run(RECOVERY);
        let Self { seed, leases, world, .. } = self;
        assert!(world.is_well(), "seed {seed}: not well after {from:?}, {}", world.trail());
        // Those of processes that died are among them.
        let most = if *leases == 1 && world.makes_tokens { 16 } else { usize::MAX };
        assert!(world.vault.live_users() <= most, "seed {seed}: {} users", world.vault.live_users());
    }

    fn run(&mut self, time: Duration) {
        let Self { seed, leases, .. } = *self;
        // Two that are used for an hour may end with one token, if that is not this lease's alone: the next cannot wait.
        let has_own_tokens = leases == 1 && self.world.makes_tokens;
        let most = leases * if has_own_tokens || self.world.longest_use <= MINUTE { 2 } else { 3 };
        let end = self.world.elapsed() + time;
        loop {
            // The application notices what does not work within seconds.
            let left = end - self.world.elapsed();
            let step = if self.world.is_well() { left } else { left.min(5 * SECOND) };
            self.world.run_and_check(step, |world| {
                assert_eq!(world.wrongly_good(), 0, "seed {seed}: taken for good, {}", world.trail());
                assert!(world.logins_in_a_second() <= 1, "seed {seed}: two logins, {}", world.trail());
                assert_eq!(world.cut, 0, "seed {seed}: revoked while it was used, {}", world.trail());
                let users = world.users_in_vault();
                assert!(users <= most, "seed {seed}: {users} users, {}", world.trail());
                let (all, most) =
                    (world.vault.users_of_process(), if has_own_tokens { 3 } else { usize::MAX });
                assert!(all <= most, "seed {seed}: {all} users in all, {}", world.trail());
            });
            if self.world.elapsed() >= end {
                return;
            }
            self.world.complain();
        }
    }

    fn strike(&mut self, blow: Blow) {
        let world = &mut self.world;
        match blow {
            Blow::LeasesRevoked => world.vault.revoke_users(),
            Blow::TokensRevoked => world.vault.revoke_tokens(),
            Blow::Crash => world.crash(),
            Blow::Restart => world.restart(),
            Blow::Sleep { time, does_boot_clock_know } => world.sleep(time, does_boot_clock_know),
            Blow::ClockForward(time) => world.set_wall_clock(|wall| wall + time),
            Blow::ClockBack(time) => world.set_wall_clock(|wall| wall - time),
        }
    }

    fn blow(&mut self) -> Blow {
        // A jump of less than a second is none.
        let time = 2 * SECOND + 3 * HOUR.mul_f64(self.random.f64());
        match self.random.u8(0..7) {
            0 => Blow::LeasesRevoked,
            1 => Blow::TokensRevoked,
            2 => Blow::Crash,
            3 => Blow::Restart,
            4 => Blow::ClockForward(time),
            5 => Blow::ClockBack(time),
            _ => Blow::Sleep { time, does_boot_clock_know: self.random.bool() },
        }
    }

    fn fault(&mut self) -> Fault {
        let seconds = |random: &mut fastrand::Rng, most| SECOND.mul_f64(f64::from(most) * random.f64());
        match self.random.u8(0..17) {
            0 => Fault::Sealed,
            1 => Fault::Unreachable,
            2 => Fault::RenewalsFail,
            3 => Fault::IssuesFail,
            4 => Fault::LeaseRenewalsDenied,
            5 => Fault::IssuesDenied,
            6 => Fault::LoginsRefused,
            7 => Fault::EverythingDenied,
            8 => {
                let every = seconds(&mut self.random, 60);
                Fault::Quota { every, retry_after: self.random.bool().then_some(every.min(30 * SECOND)) }
            }
            9 => Fault::AnswersLost(self.random.f64()),
            10 => Fault::ReadsLost,
            11 => Fault::ReadsCut,
            12 => Fault::TokenRenewalsFail,
            13 => Fault::LookUpsFail,
            14 => Fault::LoginsFail,
            15 => Fault::LoginsHang,
            _ => Fault::Slow(seconds(&mut self.random, 45)),
        }
    }
}

fn one_of<T: Copy>(random: &mut fastrand::Rng, values: &[T]) -> T {
    values[random.usize(..values.len())]
}

#[test]
fn thirty_days_of_one_pod_a_thousand_times() {
    let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
    thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || {
                for seed in (first..SEEDS).step_by(threads as usize) {
                    let mut pod = Pod::new(seed);
                    pod.run(MINUTE);
                    assert!(pod.world.is_well(), "seed {seed}: a start");
                    pod.live(30 * DAY);
                }
            });
        }
    });
}

//! A Vault that is sealed, gone, or asks for patience.

use std::time::Duration;

use super::{
    DAY, HOUR, MINUTE, SECOND, is_health_check, is_issue, is_login, is_token_renewal,
    world::{Fault, World},
};
use crate::{State, engine::Job};

#[test]
fn s09_while_sealed_nobody_logs_in_and_what_is_held_stays_good() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.vault.token.ttl = 2 * HOUR;
        world.vault.lease.ttl = 2 * HOUR;
        world.run_for(HOUR + MINUTE * (seed % 60) as u32);
        let sealed = world.elapsed();
        world.vault.fault = Fault::Sealed;
        world.run_and_check(HOUR / 2, |world| {
            assert!(matches!(world.state(), State::Ready | State::Degraded), "seed {seed}");
        });
        assert_eq!(world.count_since(sealed, is_login), 0, "seed {seed}");
        let others = world.count_since(sealed, |job| !is_health_check(job));
        assert!(others <= 2, "seed {seed}: {others} requests met the outage, of the token and of the lease");
        assert!(world.least_pause(sealed, is_health_check) >= SECOND.mul_f64(2.5), "seed {seed}");
        world.vault.fault = Fault::None;
        world.run_for(35 * SECOND);
        assert!(world.is_well(), "seed {seed}");
        assert_eq!((world.count(is_login), world.count(is_issue), world.lapses), (1, 1, 0), "seed {seed}");
    }
}

#[test]
fn s09_health_is_asked_for_every_five_to_thirty_seconds() {
    let mut world = World::new();
    world.vault.token.ttl = 2 * DAY;
    world.vault.lease.ttl = 2 * DAY;
    world.run_for(MINUTE);
    world.vault.fault = Fault::Sealed;
    world.run_for(30 * HOUR);
    let checks: Vec<_> =
        world.log.iter().filter(|(_, job)| is_health_check(job)).map(|(at, _)| *at).collect();
    let pauses: Vec<_> = checks.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let most = [10, 20].into_iter().chain(std::iter::repeat(30)).map(Duration::from_secs);
    for (pause, most) in pauses.iter().zip(most) {
        assert!((most / 2..=most + SECOND).contains(pause), "{pause:?} of {most:?}");
    }
}

#[test]
fn s10_past_the_end_of_the_lease_a_sealed_vault_is_still_only_asked_for_its_health() {
    let mut world = World::new();
    world.run_for(HOUR);
    let sealed = world.elapsed();
    world.vault.fault = Fault::Sealed;
    world.run_for(3 * HOUR);
    assert_eq!(world.state(), State::Expired);
    assert_eq!(world.count_since(sealed, is_login), 0);
    assert!(world.least_pause(sealed + MINUTE, |_| true) >= SECOND);
}

#[test]
fn s11_after_the_unsealing_the_first_good_health_is_followed_by_a_login_within_two_seconds() {
    let mut delays = Vec::new();
    for seed in 0..200 {
        let mut world = World::seeded(seed);
        world.run_for(HOUR);
        world.vault.fault = Fault::Sealed;
        world.run_for(3 * HOUR);
        let unsealed = world.elapsed();
        world.vault.fault = Fault::None;
        world.run_for(10 * SECOND);
        let login = world.log.iter().position(|(at, job)| *at >= unsealed && is_login(job)).unwrap();
        let good_health = world.log[..login].iter().rfind(|(_, job)| is_health_check(job)).unwrap();
        let delay = world.log[login].0 - good_health.0;
        assert!(delay <= SECOND * 2 + world.latency * 2, "seed {seed}: {delay:?}");
        assert_eq!(world.count_since(unsealed, is_token_renewal), 0, "seed {seed}: the token has ended");
        assert!(world.is_well(), "seed {seed}");
        delays.push(delay);
    }
    assert!(*delays.iter().min().unwrap() < SECOND / 4 && *delays.iter().max().unwrap() > SECOND * 7 / 4);
}

#[test]
fn s12_a_start_while_sealed_succeeds_within_five_seconds_of_the_unsealing() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.vault.fault = Fault::Sealed;
        world.run_for(HOUR);
        assert_eq!((world.state(), world.count(is_login)), (State::Starting, 1), "one login meets the seal");
        world.vault.fault = Fault::None;
        world.run_for(5 * SECOND);
        assert!(world.is_well(), "seed {seed}: a check within 2.8 s, then two seconds at most to spread");
    }
}

#[test]
fn a_restart_of_ten_seconds_costs_a_short_lease_nothing() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.vault.token.ttl = 30 * SECOND;
        world.vault.token.max = Some(90 * SECOND);
        world.vault.lease.ttl = 20 * SECOND;
        world.vault.lease.max = Some(60 * SECOND);
        world.run_for(100 * SECOND + Duration::from_millis(700 * seed));
        world.vault.fault = Fault::Unreachable;
        world.run_for(10 * SECOND);
        world.vault.fault = Fault::None;
        world.run_for(60 * SECOND);
        assert_eq!(world.lapses, 0, "seed {seed}");
    }
}

#[test]
fn s15_a_quota_with_a_wait_is_kept_to_and_renewals_are_in_time() {
    for (seed, wait) in (0..100).zip([1, 2, 5, 30, 120].into_iter().cycle()) {
        let mut world = World::seeded(seed);
        world.run_for(MINUTE);
        let wait = Duration::from_secs(wait);
        world.vault.fault = Fault::Quota { every: wait + SECOND, retry_after: Some(wait) };
        world.run_for(6 * HOUR);
        assert_eq!(world.lapses, 0, "seed {seed}, {wait:?}");
        assert!(world.least_pause_when_limited() >= SECOND, "seed {seed}, {wait:?}");
    }
}

#[test]
fn s15_a_quota_without_a_wait_is_tried_again_with_pauses_and_never_twice_a_second() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.run_for(MINUTE);
        world.vault.fault = Fault::Quota { every: 20 * SECOND, retry_after: None };
        world.run_for(6 * HOUR);
        assert_eq!(world.lapses, 0, "seed {seed}");
        assert!(world.least_pause_when_limited() >= SECOND, "seed {seed}");
    }
}

#[test]
fn s15_many_leases_are_asked_for_one_after_the_other_from_the_first_429_on() {
    let mut world = World::with_leases(50);
    world.vault.fault = Fault::Quota { every: SECOND, retry_after: None };
    world.run_for(5 * MINUTE);
    assert!(world.is_well(), "fifty reads, one a second");
    let at_once = world.log.iter().filter(|(at, _)| *at < SECOND).count();
    assert!(at_once <= 1 + 16, "{at_once} requests before the first answer to them");
    world.run_for(6 * HOUR);
    assert_eq!(world.lapses, 0);
    assert!(world.least_pause_when_limited() >= SECOND, "{:?}", world.least_pause_when_limited());
}

#[test]
fn s15_a_wait_that_is_asked_for_is_never_cut_while_there_is_time() {
    let mut world = World::new();
    world.run_for(MINUTE);
    world.vault.fault = Fault::Quota { every: DAY, retry_after: Some(5 * MINUTE) };
    world.run_for(HOUR / 2 + 5 * MINUTE);
    let since = world.log.iter().position(|(at, _)| *at > MINUTE).unwrap();
    let renewals = |wanted: fn(&Job) -> bool| world.log[since..].iter().filter(move |(_, job)| wanted(job));
    let starts: Vec<_> = renewals(is_token_renewal).map(|(at, _)| *at).collect();
    assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= 5 * MINUTE), "{starts:?}");
}

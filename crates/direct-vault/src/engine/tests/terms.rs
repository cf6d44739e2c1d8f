//! Tokens and leases of every length of life, with nothing going wrong.

use std::time::Duration;

use super::{
    DAY, HOUR, MINUTE, SECOND, is_issue, is_lease_renewal, is_login, is_token_renewal,
    world::{Fault, World},
};
use crate::State;

#[test]
fn s01_a_day_takes_few_requests_and_never_lets_a_lease_end() {
    let mut world = World::new();
    world.vault.token.max = Some(4 * HOUR);
    world.run_for(DAY);
    assert!(world.count(is_login) <= 8, "{} logins", world.count(is_login));
    assert_eq!(world.count(is_issue), world.count(is_login), "one lease a token");
    assert!(world.count(is_lease_renewal) <= 3 * 24, "{} renewals", world.count(is_lease_renewal));
    assert_eq!(world.lapses, 0);
    assert_eq!((world.vault.live_tokens(), world.vault.live_users()), (1, 1), "what was replaced is revoked");
}

#[test]
fn s02_everything_new_is_there_a_quarter_of_an_hour_before_a_token_of_four_hours_ends() {
    for seed in 0..200 {
        let mut world = World::seeded(seed);
        world.vault.token.max = Some(4 * HOUR);
        world.longest_use = SECOND;
        world.run_for(2 * DAY);
        assert!(world.least_overlap >= 15 * MINUTE, "seed {seed}: only {:?} to drain", world.least_overlap);
    }
}

/// How often credentials may be made goes by how long they really live.
#[test]
fn s03_a_long_lease_is_replaced_as_often_as_a_token_of_seconds() {
    let mut world = World::new();
    world.vault.token.ttl = 10 * SECOND;
    world.vault.token.max = Some(10 * SECOND);
    world.run_for(HOUR);
    assert_eq!(world.lapses, 0);
}

#[test]
fn s03_a_lease_is_never_outlived_by_its_token() {
    let mut world = World::new();
    world.vault.token.ttl = 25 * SECOND;
    world.vault.token.max = Some(25 * SECOND);
    world.run_for(10 * MINUTE);
    assert_eq!(world.lapses, 0);
    assert!(world.least_overlap >= 5 * SECOND, "only {:?} to drain", world.least_overlap);
}

#[test]
fn s04_a_lease_at_its_greatest_lifetime_is_replaced_while_the_old_one_can_drain() {
    let mut world = World::new();
    world.vault.lease.ttl = 20 * SECOND;
    world.vault.lease.max = Some(60 * SECOND);
    world.run_for(20 * MINUTE);
    assert_eq!((world.lapses, world.count(is_login)), (0, world.count(is_issue)));
    assert!(world.least_overlap >= 5 * SECOND, "only {:?} to drain", world.least_overlap);
}

/// What an answer that got lost has made goes with its token, and that is no other's.
#[test]
fn s04_the_next_of_a_lease_comes_with_the_next_token_unless_others_hang_on_that() {
    for (leases, tokens) in [(1, 2), (2, 1)] {
        let mut world = World::with_leases(leases);
        world.vault.lease.max = Some(HOUR);
        world.run_for(MINUTE);
        let before = world.count(is_issue);
        while world.count(is_issue) < before + leases {
            world.run_for(MINUTE);
        }
        world.run_for(MINUTE);
        assert_eq!((world.count(is_login), world.lapses), (tokens, 0), "{leases} leases");
        assert_eq!((world.vault.live_tokens(), world.vault.live_users()), (1, leases), "{leases} leases");
    }
}

#[test]
fn s05_a_lease_that_cannot_be_renewed_is_replaced_at_seven_tenths_at_the_latest() {
    for seed in 0..200 {
        let mut world = World::seeded(seed);
        world.vault.lease.renewable = false;
        world.run_for(10 * HOUR);
        assert_eq!((world.lapses, world.count(is_lease_renewal)), (0, 0), "seed {seed}");
        assert!(world.least_overlap >= HOUR.mul_f64(0.3), "only {:?} to drain", world.least_overlap);
        assert!(world.count(is_issue) <= 21, "seed {seed}: {} leases in ten hours", world.count(is_issue));
    }
}

#[test]
fn s06_a_lease_that_is_gone_is_replaced_within_two_seconds_of_hearing_so() {
    let mut world = World::new();
    world.run_for(MINUTE);
    world.vault.revoke_users();
    world.run_for(HOUR);
    let renewal = world.log.iter().find(|(at, job)| *at > MINUTE && is_lease_renewal(job)).unwrap().0;
    let issue = world.log.iter().find(|(at, job)| *at > MINUTE && is_issue(job)).unwrap().0;
    assert!(issue - renewal <= 2 * SECOND, "{:?}", issue - renewal);
    assert_eq!((world.count(is_issue), world.count(is_login), world.state()), (2, 1, State::Ready));
}

#[test]
fn s07_a_complaint_makes_a_revoked_lease_be_replaced_at_once() {
    let mut world = World::new();
    world.run_for(MINUTE);
    world.vault.revoke_users();
    world.complain();
    world.run_for(2 * SECOND);
    assert!(world.is_well());
    assert_eq!(world.count(is_login), 1, "the token lives");
}

/// The role makes users that lack a grant, and the pool keeps the one before: there is nobody it could wait for.
#[test]
fn s26_a_lease_of_no_use_is_replaced_at_once_and_no_oftener_than_every_five_minutes() {
    let mut world = World::new();
    world.run_for(MINUTE);
    let start = world.elapsed();
    world.longest_use = HOUR;
    for _ in 0..24 {
        world.reject();
        world.run_for(5 * SECOND);
    }
    assert_eq!(world.count_since(start, is_issue), 1);
    for _ in 0..240 {
        world.reject();
        world.run_for(5 * SECOND);
    }
    let replaced = world.count_since(start, is_issue);
    assert!((4..=5).contains(&replaced), "{replaced} in 22 minutes");
    assert_eq!((world.lapses, world.count(is_login)), (0, 1));
}

/// There is none before it that anybody could use meanwhile.
#[test]
fn s26_a_lease_of_no_use_is_replaced_once_a_minute_where_there_is_no_other() {
    let mut world = World::new();
    world.longest_use = SECOND;
    world.run_for(MINUTE);
    let start = world.elapsed();
    for _ in 0..240 {
        world.reject();
        world.run_for(5 * SECOND);
    }
    assert!(world.least_pause(start, is_issue) >= 55 * SECOND);
    let replaced = world.count_since(start, is_issue);
    assert!((20..=22).contains(&replaced), "{replaced} in 20 minutes");
    assert_eq!(world.vault.live_users(), 1);
}

#[test]
fn s08_a_revoked_token_is_replaced_with_all_it_made() {
    let mut world = World::new();
    world.run_for(MINUTE);
    world.vault.revoke_tokens();
    world.complain();
    world.run_for(3 * SECOND);
    assert!(world.is_well());
    assert_eq!((world.count(is_issue), world.count(is_login)), (2, 2));
}

#[test]
fn s22_leases_of_a_batch_token_end_with_it_and_are_replaced_with_it() {
    for seed in 0..200 {
        let mut world = World::seeded(seed);
        world.vault.token.renewable = false;
        world.vault.clamps_to_token = true;
        world.vault.lease.ttl = 2 * HOUR;
        world.run_for(DAY);
        assert_eq!((world.count(is_token_renewal), world.count(is_lease_renewal)), (0, 0), "seed {seed}");
        assert_eq!(world.count(is_issue), world.count(is_login), "seed {seed}: one lease a token");
        assert!(world.count(is_login) <= 48, "seed {seed}: {} logins", world.count(is_login));
        assert_eq!(world.lapses, 0, "seed {seed}");
        assert!(world.least_overlap >= HOUR.mul_f64(0.3), "only {:?} to drain", world.least_overlap);
    }
}

#[test]
fn s22_a_lease_shorter_than_its_batch_token_is_renewed_as_long_as_that_helps() {
    let mut world = World::new();
    world.vault.token.renewable = false;
    world.vault.clamps_to_token = true;
    world.vault.lease.ttl = 10 * MINUTE;
    world.run_for(DAY);
    assert_eq!((world.count(is_token_renewal), world.lapses), (0, 0));
    assert_eq!(world.count(is_issue), world.count(is_login), "one lease a token");
}

#[test]
fn s22_a_periodic_token_forces_no_new_generation() {
    let mut world = World::new();
    world.run_for(30 * DAY);
    assert_eq!((world.count(is_login), world.count(is_issue), world.lapses), (1, 1, 0));
}

#[test]
fn s33_the_token_of_a_start_is_replaced_once_at_any_moment_of_its_first_lives() {
    let mut moments = Vec::new();
    for seed in 0..200 {
        let mut world = World::seeded(seed);
        world.vault.token.max = Some(1000 * HOUR);
        world.run_for(20 * HOUR);
        let logins: Vec<_> = world.log.iter().filter(|(_, job)| is_login(job)).map(|(at, _)| *at).collect();
        assert_eq!((logins.len(), world.count(is_issue), world.lapses), (2, 2, 0), "seed {seed}");
        assert!(world.least_overlap >= HOUR / 4, "seed {seed}: only {:?} to drain", world.least_overlap);
        moments.push(logins[1]);
    }
    moments.sort();
    assert!(HOUR / 4 < moments[0] && moments[199] < 3 * HOUR + MINUTE * 5, "{moments:?}");
    assert!(moments.windows(2).all(|pair| pair[1] - pair[0] < HOUR / 6), "{moments:?}");
}

#[test]
fn s33_the_token_of_a_start_is_kept_if_the_login_before_its_time_is_refused() {
    for seed in 0..50 {
        let mut world = World::seeded(seed);
        world.vault.token.max = Some(8 * HOUR);
        world.run_for(MINUTE);
        world.vault.fault = Fault::LoginsRefused;
        world.run_for(4 * HOUR);
        let logins = world.count(is_login);
        assert!((2..=1 + 8).contains(&logins), "seed {seed}: {} are refused", logins - 1);
        assert!(world.least_pause(MINUTE, is_login) >= HOUR / 2, "seed {seed}");
        assert!(world.is_well() && world.lapses == 0, "seed {seed}");
        world.vault.fault = Fault::None;
        if seed % 2 == 0 {
            world.change_login();
            world.run_for(5 * SECOND);
            assert_eq!(world.count(is_login), logins + 1, "seed {seed}: there is another secret id");
        } else {
            world.run_for(HOUR + MINUTE);
            assert_eq!(world.count(is_login), logins + 1, "seed {seed}: the secret id is good again");
        }
        world.run_for(DAY);
        assert_eq!(world.lapses, 0, "seed {seed}");
    }
}

#[test]
fn s33_tokens_of_minutes_and_tokens_with_a_period_are_not_replaced_before_their_time() {
    for (ttl, max) in [(9 * MINUTE, Some(1000 * HOUR)), (HOUR, None)] {
        let mut world = World::new();
        world.vault.token.ttl = ttl;
        world.vault.token.max = max;
        world.run_for(DAY);
        assert_eq!((world.count(is_login), world.lapses), (1, 0), "{ttl:?}, {max:?}");
    }
}

#[test]
fn s33_a_token_of_somebody_else_is_not_replaced_before_its_time() {
    for seed in 0..50 {
        let mut world = World::seeded(seed);
        world.makes_tokens = false;
        world.vault.token.max = Some(1000 * HOUR);
        world.run_for(DAY);
        assert_eq!((world.count(is_login), world.lapses), (1, 0), "seed {seed}");
    }
}

#[test]
fn the_leases_of_a_token_of_somebody_else_are_revoked_without_it() {
    for seed in 0..50 {
        let mut world = World::seeded(seed);
        world.makes_tokens = false;
        world.vault.token.max = Some(4 * HOUR);
        world.run_for(4 * HOUR - 10 * MINUTE);
        assert_eq!(
            (world.count(is_login), world.vault.live_tokens()),
            (2, 2),
            "seed {seed}: the old one lives"
        );
        assert_eq!(world.vault.live_users(), 1, "seed {seed}: its lease does not");
    }
}

#[test]
fn s34_a_lease_of_a_second_makes_no_busy_loop() {
    let mut world = World::new();
    world.vault.lease.ttl = SECOND;
    world.run_for(MINUTE);
    assert!(world.log.len() <= 64, "{} requests in a minute", world.log.len());
    assert!(world.least_pause(SECOND, |job| is_issue(job) || is_lease_renewal(job)) >= SECOND);
}

#[test]
fn s34_a_lease_of_five_seconds_is_kept_alive() {
    let mut world = World::new();
    world.vault.lease.ttl = 5 * SECOND;
    world.run_for(10 * MINUTE);
    assert_eq!((world.count(is_issue), world.lapses), (1, 0));
    assert!(world.least_pause(SECOND, is_lease_renewal) >= SECOND);
}

#[test]
fn s34_a_lease_of_five_seconds_that_cannot_be_renewed_is_replaced_in_time() {
    let mut world = World::new();
    world.vault.lease.ttl = 5 * SECOND;
    world.vault.lease.renewable = false;
    world.run_for(10 * MINUTE);
    assert_eq!((world.count(is_login), world.lapses), (1, 0));
    assert!(world.count(is_issue) <= 600 / 2, "{} leases", world.count(is_issue));
}

#[test]
fn s34_what_never_ends_is_never_renewed() {
    let mut world = World::new();
    world.vault.token.ttl = Duration::ZERO;
    world.vault.lease.ttl = Duration::ZERO;
    world.run_for(1000 * HOUR);
    assert_eq!(world.log.len(), 2, "one login and one lease: {:?}", world.log);
}

#[test]
fn s34_a_lease_of_a_month_is_renewed_now_and_then() {
    let mut world = World::new();
    world.vault.token.ttl = 768 * HOUR;
    world.vault.lease.ttl = 768 * HOUR;
    world.run_for(9000 * HOUR);
    assert_eq!((world.count(is_login), world.lapses), (1, 0));
    assert!(world.count(is_lease_renewal) <= 9000 / 768 * 3, "{}", world.count(is_lease_renewal));
}

#[test]
fn s34_a_role_that_grants_no_more_than_it_likes_is_no_loop() {
    let mut world = World::new();
    // Every renewal grants all there is, and that is less and less.
    world.vault.lease.max = Some(HOUR);
    world.run_for(DAY);
    assert!(world.count(is_issue) <= 24 * 100 / 45, "{} leases in a day", world.count(is_issue));
    assert_eq!(world.lapses, 0);
}

#[test]
fn an_age_can_be_set_at_which_a_lease_is_replaced() {
    let mut world = World::with_lease_max_age(2 * HOUR);
    world.run_for(20 * HOUR);
    assert!((11..=14).contains(&world.count(is_issue)), "{} leases", world.count(is_issue));
    assert_eq!(world.lapses, 0);
}

//! The engine against a simulated Vault, in simulated time.

mod outcomes;
mod world;

use std::time::Duration;

use self::world::{Answer, World};
use super::Job;
use crate::State;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

fn is_login(job: &Job) -> bool {
    matches!(job, Job::LogIn)
}

fn is_issue(job: &Job) -> bool {
    matches!(job, Job::Issue(..))
}

fn is_lease_renewal(job: &Job) -> bool {
    matches!(job, Job::RenewLease(..))
}

#[test]
fn a_day_takes_few_requests_and_never_lets_a_lease_end() {
    let mut world = World::new();
    world.token.max = 4 * HOUR;
    world.run_for(24 * HOUR);
    assert!(world.count(is_login) <= 8, "{} logins", world.count(is_login));
    assert_eq!(world.count(is_issue), world.count(is_login), "one lease a token");
    assert!(world.count(is_lease_renewal) <= 3 * 24, "{} renewals", world.count(is_lease_renewal));
    assert_eq!(world.lapses, 0);
    assert_eq!((world.live_tokens(), world.live_leases()), (1, 1), "what was replaced is revoked");
}

#[test]
fn a_lease_is_never_outlived_by_its_token() {
    let mut world = World::new();
    world.token.ttl = 25 * SECOND;
    world.token.max = 25 * SECOND;
    world.lease.ttl = HOUR;
    world.run_for(10 * 60 * SECOND);
    assert_eq!(world.lapses, 0);
    assert!(world.least_overlap >= 5 * SECOND, "only {:?} to drain", world.least_overlap);
}

#[test]
fn a_lease_at_its_greatest_lifetime_is_replaced_while_the_old_one_can_drain() {
    let mut world = World::new();
    world.lease.ttl = 20 * SECOND;
    world.lease.max = 60 * SECOND;
    world.run_for(20 * 60 * SECOND);
    assert_eq!((world.lapses, world.count(is_login)), (0, 1));
    assert!(world.least_overlap >= 5 * SECOND, "only {:?} to drain", world.least_overlap);
}

#[test]
fn a_lease_that_cannot_be_renewed_is_replaced_at_seven_tenths_at_the_latest() {
    let mut world = World::new();
    world.lease.renewable = false;
    world.run_for(10 * HOUR);
    assert_eq!((world.lapses, world.count(is_lease_renewal)), (0, 0));
    assert!(world.least_overlap >= HOUR.mul_f64(0.3), "only {:?} to drain", world.least_overlap);
}

#[test]
fn an_age_can_be_set_at_which_a_lease_is_replaced() {
    let mut world = World::with_lease_max_age(2 * HOUR);
    world.token.max = 100 * HOUR;
    world.run_for(19 * HOUR);
    assert_eq!((world.count(is_issue), world.lapses), (10, 0));
}

#[test]
fn what_never_ends_is_never_renewed() {
    let mut world = World::new();
    world.token.ttl = Duration::ZERO;
    world.lease.ttl = Duration::ZERO;
    world.run_for(1000 * HOUR);
    assert_eq!(world.log.len(), 2, "one login and one lease: {:?}", world.log);
}

#[test]
fn the_shortest_lease_makes_no_busy_loop() {
    let mut world = World::new();
    world.lease.ttl = SECOND;
    world.run_for(60 * SECOND);
    assert!(world.log.len() <= 64, "{} requests in a minute", world.log.len());
}

#[test]
fn during_an_outage_only_health_is_asked_and_rarely() {
    let mut world = World::new();
    world.run_for(HOUR);
    let before = world.log.len();
    world.answer = Answer::Sealed;
    world.run_for(HOUR / 2);
    let during: Vec<_> = world.log[before..].iter().filter(|(_, job)| *job != Job::CheckHealth).collect();
    assert!(during.len() <= 1, "one request meets the outage, the rest is health: {during:?}");
    assert!(world.log.len() - before <= 400, "{} checks in half an hour", world.log.len() - before);
    assert!(world.least_pause_since(before) >= SECOND);
}

#[test]
fn after_an_outage_everything_is_well_within_seconds() {
    let mut world = World::new();
    world.run_for(HOUR);
    world.answer = Answer::Unreachable;
    world.run_for(3 * HOUR);
    assert_eq!(world.state(), State::Expired, "the lease has ended meanwhile");
    world.answer = Answer::Good;
    world.run_for(10 * SECOND);
    assert_eq!(world.state(), State::Ready);
}

#[test]
fn a_restart_of_ten_seconds_costs_a_short_lease_nothing() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.token.ttl = 30 * SECOND;
        world.token.max = 90 * SECOND;
        world.lease.ttl = 20 * SECOND;
        world.lease.max = 60 * SECOND;
        world.run_for(100 * SECOND + Duration::from_millis(700 * seed));
        world.answer = Answer::Unreachable;
        world.run_for(10 * SECOND);
        world.answer = Answer::Good;
        world.run_for(60 * SECOND);
        assert_eq!(world.lapses, 0, "seed {seed}");
    }
}

#[test]
fn a_lease_that_was_revoked_is_replaced_at_the_next_renewal() {
    let mut world = World::new();
    world.run_for(60 * SECOND);
    world.revoke_leases();
    world.run_for(HOUR);
    assert_eq!((world.count(is_issue), world.count(is_login), world.state()), (2, 1, State::Ready));
}

#[test]
fn a_token_that_was_revoked_is_replaced_with_all_it_made() {
    let mut world = World::new();
    world.run_for(60 * SECOND);
    world.revoke_tokens();
    world.run_for(HOUR);
    assert_eq!((world.count(is_issue), world.count(is_login), world.state()), (2, 2, State::Ready));
}

#[test]
fn a_renewal_that_always_fails_makes_no_storm_of_leases() {
    let mut world = World::new();
    world.run_for(60 * SECOND);
    world.answer = Answer::RenewalsFail;
    world.run_for(10 * HOUR);
    assert!(world.count(is_issue) <= 10 * 2 + 2, "{} leases in ten hours", world.count(is_issue));
    assert_eq!(world.lapses, 0);
}

#[test]
fn a_denied_path_is_asked_for_once_a_minute_and_the_old_lease_is_kept() {
    let mut world = World::new();
    world.lease.max = 2 * HOUR;
    world.run_for(HOUR);
    let before = world.log.len();
    world.answer = Answer::IssuesDenied;
    world.run_for(HOUR);
    let issues = world.log[before..].iter().filter(|(_, job)| is_issue(job)).count();
    assert!((1..=62).contains(&issues), "{issues} in an hour");
    assert_eq!(world.count(is_login), 1, "the token is alive: no other is asked for");
}

#[test]
fn a_refused_login_is_tried_again_with_pauses_and_the_token_in_use_is_kept() {
    let mut world = World::new();
    world.token.max = 2 * HOUR;
    world.run_for(HOUR);
    world.answer = Answer::LoginsRefused;
    world.run_for(HOUR / 2);
    assert_eq!(world.lapses, 0);
    world.run_for(HOUR);
    assert!(world.count(is_login) <= 400, "{} logins", world.count(is_login));
    world.answer = Answer::Good;
    world.run_for(60 * SECOND);
    assert_eq!(world.state(), State::Ready);
}

#[test]
fn a_token_that_may_not_even_look_itself_up_makes_no_storm_of_logins() {
    let mut world = World::new();
    world.answer = Answer::EverythingDenied;
    world.run_for(HOUR);
    assert!(world.count(is_login) <= 70, "{} logins in an hour", world.count(is_login));
}

#[test]
fn a_lease_that_is_too_old_is_renewed_on_while_no_other_is_to_be_had() {
    let mut world = World::with_lease_max_age(2 * HOUR);
    world.run_for(HOUR);
    world.answer = Answer::IssuesDenied;
    world.run_for(20 * HOUR);
    assert_eq!(world.lapses, 0);
    world.answer = Answer::Good;
    world.run_for(2 * 60 * SECOND);
    assert_eq!((world.count(is_issue) > 1, world.state()), (true, State::Ready));
}

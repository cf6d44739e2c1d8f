//! Outcomes that come late, out of order, or with numbers that cannot be.

use std::time::{Duration, Instant};

use super::{HOUR, SECOND};
use crate::{
    Error, State,
    client::Grant,
    engine::{Engine, Job, LeaseKey, SessionId},
};

const GRANT: Grant = Grant { ttl: HOUR, renewable: true };

/// An engine that has logged in and begun to read its one lease.
fn issuing(now: Instant) -> (Engine, LeaseKey, SessionId) {
    let mut engine = Engine::new(None, fastrand::Rng::with_seed(1));
    let key = engine.add_lease();
    assert_eq!(engine.next_job(now), Some(Job::LogIn));
    let session = engine.logged_in(now, now, GRANT, true);
    assert_eq!(engine.next_job(now), Some(Job::Issue(key, session)));
    (engine, key, session)
}

/// The same with the lease in hand.
fn holding(now: Instant) -> (Engine, LeaseKey, SessionId) {
    let (mut engine, key, session) = issuing(now);
    assert!(engine.issued(now, key, session, now, GRANT).is_none());
    (engine, key, session)
}

fn unavailable(retry_after: Option<Duration>) -> Error {
    Error::Unavailable { path: String::new(), status: 503, messages: Vec::new(), retry_after }
}

#[test]
fn a_wait_that_no_clock_can_hold_is_cut() {
    let now = Instant::now();
    let (mut engine, key, session) = holding(now);
    let later = now + HOUR.mul_f64(0.6);
    let job = engine.next_job(later).unwrap();
    engine.failed(later, job, &unavailable(Some(Duration::MAX)));
    let job = engine.next_job(later).unwrap();
    engine.failed(later, job, &unavailable(Some(Duration::from_secs(86_400))));
    let wake = engine.wake(later).unwrap();
    assert!(wake <= later + HOUR / 10, "the lease {key:?} of {session:?} ends before {:?}", wake - later);
}

#[test]
fn the_lease_of_a_token_that_is_let_go_of_is_revoked_however_often_that_fails() {
    let now = Instant::now();
    let mut engine = Engine::new(None, fastrand::Rng::with_seed(1));
    let key = engine.add_lease();
    assert_eq!(engine.next_job(now), Some(Job::LogIn));
    let theirs = engine.logged_in(now, now, GRANT, false);
    assert_eq!(engine.next_job(now), Some(Job::Issue(key, theirs)));
    assert!(engine.issued(now, key, theirs, now, GRANT).is_none());
    let now = now + 2 * SECOND;
    let next = engine.logged_in(now, now, GRANT, false);
    assert_eq!(engine.next_job(now), Some(Job::Issue(key, next)));
    let old = engine.issued(now, key, next, now, GRANT).unwrap();
    engine.released(old);

    let jobs: Vec<_> = std::iter::from_fn(|| engine.next_job(now)).collect();
    assert_eq!(jobs, [Job::RevokeLease(old, next), Job::RevokeToken(theirs)]);
    engine.token_revoked(now, theirs);
    for minutes in 1..=3 {
        let later = now + 60 * minutes * SECOND;
        engine.failed(later, Job::RevokeLease(old, next), &unavailable(None));
        let again = later + 60 * SECOND;
        assert!(engine.has_retired(old));
        assert_eq!(engine.next_job(again), Some(Job::RevokeLease(old, next)));
    }
    engine.lease_revoked(old);
    assert!(!engine.has_retired(old));
}

#[test]
fn a_complaint_while_another_lease_is_read_is_not_about_that_one() {
    let now = Instant::now();
    let grant = Grant { renewable: false, ..GRANT };
    let (mut engine, key, session) = issuing(now);
    assert!(engine.issued(now, key, session, now, grant).is_none());
    let later = now + HOUR.mul_f64(0.67);
    assert_eq!(engine.next_job(later), Some(Job::RenewToken(session)));
    engine.token_renewed(later, session, later, GRANT);
    assert_eq!(engine.next_job(later), Some(Job::LogIn));
    let second = engine.logged_in(later, later, GRANT, true);
    assert_eq!(engine.next_job(later), Some(Job::Issue(key, second)));
    engine.doubted(later + SECOND, key);
    let after = later + 2 * SECOND;
    let old = engine.issued(after, key, second, after, grant).unwrap();
    engine.released(old);
    engine.token_revoked(after, session);
    engine.doubted(after + SECOND, key);
    let next = engine.next_job(after + SECOND);
    assert_eq!(next, Some(Job::Issue(key, second)), "it was revoked while it was read");
}

#[test]
fn a_complaint_while_the_lease_is_renewed_is_not_answered_by_that_renewal() {
    let now = Instant::now();
    let (mut engine, key, session) = holding(now);
    let later = now + HOUR.mul_f64(0.6);
    let jobs = |engine: &mut Engine, at| std::iter::from_fn(|| engine.next_job(at)).collect::<Vec<_>>();
    assert!(jobs(&mut engine, later).contains(&Job::RenewLease(key, session)));
    engine.doubted(later + SECOND, key);
    engine.lease_renewed(later + 2 * SECOND, key, session, later, GRANT);
    assert!(jobs(&mut engine, later + 3 * SECOND).contains(&Job::RenewLease(key, session)));
}

#[test]
fn a_token_is_not_revoked_while_a_lease_is_being_read_with_it() {
    let now = Instant::now();
    let (mut engine, key, first) = issuing(now);
    let later = now + HOUR.mul_f64(0.6);
    assert_eq!(engine.next_job(later), Some(Job::RenewToken(first)));
    engine.failed(
        later,
        Job::RenewToken(first),
        &Error::RenewalRefused { path: String::new(), status: 400, messages: Vec::new() },
    );
    assert_eq!(engine.next_job(later), Some(Job::LogIn));
    let second = engine.logged_in(later, later, GRANT, true);
    assert_eq!(engine.next_job(later), None, "the read of {key:?} goes on, and keeps its token");
    assert!(engine.issued(later, key, first, later, GRANT).is_none());
    let after = later + SECOND;
    assert_eq!(
        engine.next_job(after),
        Some(Job::Issue(key, second)),
        "what was read dies with the old token"
    );
}

#[test]
fn a_denial_of_an_old_token_does_not_hold_the_new_one_up() {
    let now = Instant::now();
    let (mut engine, key, first) = issuing(now);
    let second = engine.logged_in(now, now, GRANT, true);
    let denied = Error::Denied { operation: "read", path: String::new(), messages: Vec::new() };
    engine.failed(now, Job::Issue(key, first), &denied);
    let wake = engine.wake(now).unwrap();
    assert!(wake <= now + SECOND, "{:?}", wake - now);
    let jobs: Vec<_> = std::iter::from_fn(|| engine.next_job(now + SECOND)).collect();
    assert!(jobs.contains(&Job::Issue(key, second)), "{jobs:?}");
}

#[test]
fn the_late_end_of_a_renewal_says_nothing_about_the_next_lease() {
    let now = Instant::now();
    let (mut engine, key, first) = holding(now);
    let second = engine.logged_in(now, now, GRANT, true);
    let after = now + SECOND;
    assert_eq!(engine.next_job(after), Some(Job::Issue(key, second)));
    assert!(engine.issued(after, key, second, after, GRANT).is_some());
    engine.failed(
        after,
        Job::RenewLease(key, first),
        &Error::LeaseGone { path: String::new(), messages: Vec::new() },
    );
    assert_eq!(engine.state(after), State::Ready);
}

#[test]
fn the_end_of_a_lease_is_an_event_of_its_own() {
    let now = Instant::now();
    let (mut engine, _, _) = holding(now);
    let denied = Error::Denied { operation: "renew", path: String::new(), messages: Vec::new() };
    let end = now + HOUR;
    let nearly = end - 10 * SECOND;
    while let Some(job) = engine.next_job(nearly) {
        engine.failed(nearly, job, &denied);
    }
    assert!(engine.wake(nearly).unwrap() <= end);
    assert_eq!(engine.state(end), State::Expired);
}

#[test]
fn a_renewal_that_grants_nothing_is_no_endless_lease() {
    let now = Instant::now();
    let (mut engine, key, session) = holding(now);
    engine.lease_renewed(now, key, session, now, Grant { ttl: Duration::ZERO, renewable: true });
    assert_eq!(engine.lease_expires(key), Some(now));
}

#[test]
fn a_lease_that_can_have_no_more_time_is_good_to_its_end() {
    let now = Instant::now();
    let (mut engine, key, session) = holding(now);
    let refused = Error::RenewalRefused { path: String::new(), status: 400, messages: Vec::new() };
    engine.failed(now, Job::RenewLease(key, session), &refused);
    assert_eq!(engine.lease_expires(key), Some(now + HOUR));
    assert_eq!(engine.next_job(now + SECOND), Some(Job::LogIn));
    let next = engine.logged_in(now + SECOND, now + SECOND, GRANT, true);
    assert_eq!(engine.next_job(now + SECOND), Some(Job::Issue(key, next)));
    assert_eq!(engine.lease_expires(key), Some(now + HOUR));
}

//! A Vault that answers, and says no.

use super::{
    DAY, HOUR, MINUTE, SECOND, is_health_check, is_issue, is_lease_renewal, is_login, is_token_renewal,
    world::{Fault, World},
};
use crate::{State, engine::Job};

#[test]
fn s16_renewals_that_always_fail_make_no_more_than_one_lease_a_period() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.run_for(MINUTE);
        world.vault.fault = Fault::RenewalsFail;
        world.run_and_check(10 * HOUR, |world| assert!(world.vault.live_users() <= 2, "seed {seed}"));
        let issues = world.count(is_issue);
        assert!(issues <= 10 + 2, "seed {seed}: {issues} leases in ten hours");
        assert_eq!(world.lapses, 0, "seed {seed}");
        assert!(world.least_overlap >= 5 * MINUTE, "seed {seed}: only {:?} to drain", world.least_overlap);
    }
}

#[test]
fn s17_a_lease_that_no_policy_lets_renew_is_replaced_at_six_tenths_and_nobody_asks_again() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.vault.fault = Fault::LeaseRenewalsDenied;
        world.run_for(DAY);
        assert_eq!(world.count(is_lease_renewal), 1, "seed {seed}: one is enough to know");
        assert_eq!((world.count(is_login), world.lapses), (world.count(is_issue), 0), "seed {seed}");
        assert!(world.count(is_issue) <= 2 + 24 * 100 / 54, "seed {seed}: {} leases", world.count(is_issue));
        assert!(world.least_overlap >= HOUR.mul_f64(0.33), "only {:?} to drain", world.least_overlap);
        assert_eq!(world.state(), State::Ready, "seed {seed}");
    }
}

#[test]
fn s17_a_denial_to_a_dead_token_says_nothing_about_the_policy() {
    let mut world = World::new();
    world.run_for(MINUTE);
    world.vault.revoke_tokens();
    world.complain();
    world.run_for(3 * HOUR);
    assert!(world.count(is_lease_renewal) >= 4, "{} renewals", world.count(is_lease_renewal));
}

#[test]
fn s18_a_denied_path_is_asked_for_once_a_minute_and_the_lease_is_kept_to_its_end() {
    let mut world = World::new();
    world.vault.lease.max = Some(2 * HOUR);
    world.run_for(HOUR);
    let denied = world.elapsed();
    world.vault.fault = Fault::IssuesDenied;
    world.run_and_check(HOUR, |world| {
        // It is renewed for as long as its greatest lifetime allows, which ends in this hour.
        let is_over = world.elapsed() >= 2 * HOUR - 2 * SECOND;
        assert!(is_over || world.state() != State::Expired, "after {:?}", world.elapsed());
    });
    let issues = world.count_since(denied, is_issue);
    assert!((20..=62).contains(&issues), "{issues} in an hour");
    assert!(world.least_pause(denied, is_issue) >= 59 * SECOND);
    assert_eq!(world.count(is_login), 2, "one for the next lease, and no more while that token lives");
    world.vault.fault = Fault::None;
    world.run_for(MINUTE);
    assert!(world.is_well());
}

#[test]
fn s19_a_refused_login_is_tried_again_with_pauses_and_the_token_in_use_is_kept() {
    let mut world = World::new();
    world.vault.token.max = Some(2 * HOUR);
    world.run_for(HOUR);
    let refused = world.elapsed();
    world.vault.fault = Fault::LoginsRefused;
    world.run_for(HOUR / 2);
    assert_eq!(world.lapses, 0);
    world.run_for(HOUR);
    let logins = world.count_since(refused, is_login);
    assert!((40..=180).contains(&logins), "{logins} logins in ninety minutes");
    world.vault.fault = Fault::None;
    world.run_for(MINUTE);
    assert!(world.is_well());
}

#[test]
fn s19_a_refused_login_is_tried_once_a_minute_and_what_is_held_is_good_to_the_end() {
    for seed in 0..50 {
        let mut world = World::seeded(seed);
        world.vault.token.max = Some(4 * HOUR);
        world.run_for(HOUR / 10);
        world.vault.fault = Fault::LoginsRefused;
        let mut ends = world.until_the_token_ends();
        while ends > SECOND {
            world.run_for(ends - SECOND.min(ends / 2));
            assert_eq!(world.lapses, 0, "seed {seed}: what is held is good to the token's end");
            ends = world.until_the_token_ends();
        }
        // A token that cannot be renewed any further is to be replaced, after a try or two that were for the fleet.
        let since = world.last(is_token_renewal).unwrap();
        let pauses = world.pauses(since, is_login);
        let pauses: Vec<_> = pauses.into_iter().skip_while(|pause| *pause > MINUTE).collect();
        assert!(pauses.len() > 3, "seed {seed}: {pauses:?}");
        assert!(pauses.iter().all(|pause| (SECOND..=MINUTE).contains(pause)), "seed {seed}: {pauses:?}");
        world.run_for(10 * MINUTE);
        assert_eq!(world.state(), State::Expired, "seed {seed}");
        world.vault.fault = Fault::None;
        world.run_for(MINUTE);
        assert!(world.is_well(), "seed {seed}");
    }
}

#[test]
fn s19_where_no_login_is_to_be_had_the_next_lease_is_read_with_the_token_there_is() {
    for fault in [Fault::LoginsRefused, Fault::LoginsFail] {
        for seed in 0..50 {
            let mut world = World::seeded(seed);
            world.vault.lease.max = Some(HOUR);
            world.run_for(MINUTE);
            world.vault.fault = fault;
            world.run_for(DAY);
            assert_eq!(world.lapses, 0, "seed {seed}, {fault:?}");
            let (issues, logins) = (world.count(is_issue), world.count(is_login));
            assert!((24..=60).contains(&issues), "seed {seed}, {fault:?}: {issues} leases");
            if fault == Fault::LoginsRefused {
                assert_eq!(logins, issues, "seed {seed}: one try for each");
            }
            world.vault.fault = Fault::None;
            world.run_for(2 * HOUR);
            assert!(world.is_well(), "seed {seed}, {fault:?}");
            assert_eq!(
                (world.vault.live_tokens(), world.vault.live_users()),
                (1, 1),
                "seed {seed}, {fault:?}"
            );
        }
    }
}

#[test]
fn s19_leases_are_replaced_in_time_to_the_end_of_a_token_that_is_to_be_replaced_itself() {
    let faults = [
        (Fault::LoginsRefused, MINUTE),
        (Fault::LoginsFail, 2 * MINUTE),
        (Fault::LoginsHang, 5 * MINUTE),
        (Fault::LoginsHang, HOUR / 6),
    ];
    for (fault, lease_ttl) in faults {
        for seed in 0..50 {
            let mut world = World::seeded(seed);
            world.vault.token.max = Some(4 * HOUR);
            world.vault.lease.ttl = lease_ttl;
            world.vault.lease.renewable = false;
            world.run_for(HOUR / 10);
            world.vault.fault = fault;
            // No lease is made to last beyond the token's end.
            while world.until_the_token_ends() > 5 * MINUTE {
                world.run_for(MINUTE);
                assert_eq!(world.lapses, 0, "seed {seed}, {fault:?}, {}", world.trail());
            }
            world.vault.fault = Fault::None;
            world.run_for(MINUTE);
            assert!(world.is_well(), "seed {seed}, {fault:?}");
        }
    }
}

#[test]
fn s23_a_database_that_is_down_costs_no_more_than_the_login_for_the_next_lease() {
    let mut world = World::new();
    world.vault.lease.max = Some(HOUR);
    world.run_for(HOUR / 4);
    let down = world.elapsed();
    world.vault.fault = Fault::IssuesFail;
    world.run_for(2 * HOUR);
    assert!(world.least_pause(down, is_issue) >= SECOND);
    world.vault.fault = Fault::None;
    world.run_for(35 * SECOND);
    assert!(world.is_well());
    assert_eq!(world.count(is_login), 2);
}

#[test]
fn s31_a_read_without_an_answer_leaves_no_login_that_nobody_can_revoke() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.vault.fault = Fault::ReadsLost;
        world.run_and_check(30 * MINUTE, |world| {
            assert!(world.vault.live_users() <= 2, "seed {seed}: {} users", world.vault.live_users());
        });
        world.vault.fault = Fault::None;
        world.run_for(2 * MINUTE);
        assert!(world.is_well(), "seed {seed}");
        assert_eq!((world.vault.live_users(), world.vault.lost_users()), (1, 0), "seed {seed}");
    }
}

#[test]
fn s31_a_lease_in_use_is_kept_while_another_one_is_read_in_vain() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.vault.lease.max = Some(HOUR);
        world.run_for(MINUTE);
        world.vault.fault = Fault::ReadsLost;
        world.run_and_check(30 * MINUTE, |world| {
            assert!(world.vault.live_users() <= 2, "seed {seed}: {} users", world.vault.live_users());
        });
        world.vault.fault = Fault::None;
        world.run_for(2 * MINUTE);
        assert!(world.is_well(), "seed {seed}");
        assert_eq!((world.vault.lost_users(), world.lapses), (0, 0), "seed {seed}");
    }
}

/// All is well again, and nothing is left of what went wrong.
fn ends_with_one_login(mut world: World, seed: u64) {
    world.vault.fault = Fault::None;
    world.run_for(2 * HOUR);
    assert!(world.is_well(), "seed {seed}");
    assert_eq!((world.vault.live_users(), world.vault.lost_users()), (1, 0), "seed {seed}");
}

/// The login is refused, and then the answer to the read gets lost: nobody can revoke what that left before the lease in use ends.
#[test]
fn s31_where_no_token_is_to_be_had_a_third_login_is_made_only_rather_than_none() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.vault.lease.max = Some(HOUR);
        world.run_for(MINUTE);
        world.vault.fault = Fault::ReadsLostAndLoginsRefused;
        while world.vault.lost_users() == 0 {
            world.run_for(SECOND / 10);
        }
        world.vault.fault = Fault::LoginsRefused;
        let ends = world.elapsed() + world.until_the_lease_ends();
        while world.count(is_issue) == 2 {
            assert!(world.vault.live_users() <= 2, "seed {seed}");
            world.run_for(SECOND);
        }
        let left = ends.saturating_sub(world.elapsed());
        assert!(
            (4 * MINUTE..=5 * MINUTE).contains(&left),
            "seed {seed}: read {left:?} before the end {}",
            world.trail()
        );
        world.run_and_check(HOUR, |world| assert!(world.vault.live_users() <= 3, "seed {seed}"));
        assert_eq!(world.lapses, 0, "seed {seed}, {}", world.trail());
        ends_with_one_login(world, seed);
    }
}

/// Each read that gets lost takes a login, until the secret id is used up; then the database is well again.
#[test]
fn s31_the_last_login_whose_answer_got_lost_costs_no_lapse() {
    for seed in 0..50 {
        let mut world = World::seeded(seed);
        world.vault.lease.renewable = false;
        world.run_for(MINUTE);
        world.vault.fault = Fault::ReadsLost;
        while world.vault.lost_users() == 0 {
            world.run_for(SECOND / 10);
        }
        world.vault.fault = Fault::LoginsRefused;
        world.run_and_check(HOUR, |world| {
            assert!(world.vault.live_users() <= 3, "seed {seed}: {} users", world.vault.live_users());
        });
        assert_eq!(world.lapses, 0, "seed {seed}, {}", world.trail());
        ends_with_one_login(world, seed);
    }
}

/// The secret id was good for one login, and the database hangs when the service starts.
#[test]
fn s31_a_first_lease_is_read_until_there_is_one_though_no_other_token_is_to_be_had() {
    for seed in 0..50 {
        let mut world = World::seeded(seed);
        world.vault.fault = Fault::ReadsLost;
        world.run_for(SECOND);
        world.vault.fault = Fault::ReadsLostAndLoginsRefused;
        world.run_for(5 * MINUTE);
        assert!(world.vault.lost_users() > 2, "seed {seed}");
        world.vault.fault = Fault::LoginsRefused;
        world.run_for(MINUTE);
        assert_eq!(world.held.len(), 1, "seed {seed}, {}", world.trail());
    }
}

#[test]
fn s31_other_leases_do_not_move_because_one_cannot_be_read() {
    let mut world = World::with_leases(3);
    world.run_for(MINUTE);
    let before = world.count(is_login);
    world.vault.revoke_users();
    world.complain();
    world.vault.fault = Fault::ReadsLost;
    world.run_for(2 * MINUTE);
    assert_eq!(world.count(is_login), before, "three leases hang on the token");
}

#[test]
fn s31_a_token_with_an_unknown_login_is_renewed_on_while_no_other_is_to_be_had() {
    for seed in 0..50 {
        let mut world = World::seeded(seed);
        world.vault.fault = Fault::ReadsLost;
        world.run_for(10 * SECOND);
        world.vault.fault = Fault::LoginsRefused;
        world.run_for(2 * MINUTE);
        assert_eq!((world.held.len(), world.vault.lost_users()), (1, 1), "seed {seed}");
        world.run_for(HOUR / 2);
        assert_eq!((world.state(), world.lapses), (State::Degraded, 0), "seed {seed}");
        world.run_for(5 * HOUR);
        assert_eq!((world.state(), world.lapses), (State::Ready, 0), "seed {seed}: it has ended by itself");
        world.vault.fault = Fault::None;
        world.run_for(2 * MINUTE);
        assert!(world.is_well(), "seed {seed}");
        assert_eq!((world.count(is_issue), world.vault.lost_users()), (2, 0), "seed {seed}");
    }
}

#[test]
fn s31_a_token_of_somebody_else_is_kept_after_a_read_without_an_answer() {
    let mut world = World::new();
    world.makes_tokens = false;
    world.vault.fault = Fault::ReadsLost;
    world.run_for(10 * SECOND);
    world.vault.fault = Fault::None;
    world.run_for(DAY);
    assert!(world.is_well());
    assert_eq!((world.count(is_login), world.count(is_issue)), (1, 2), "to revoke it would revoke nothing");
}

#[test]
fn s31_a_path_whose_answer_is_cut_every_time_is_asked_for_with_pauses() {
    let mut logins = 0;
    for seed in 0..20 {
        let mut world = World::seeded(seed);
        world.vault.fault = Fault::ReadsCut;
        world.run_and_check(HOUR, |world| {
            assert!(world.vault.live_users() <= 2, "seed {seed}: {} users", world.vault.live_users());
        });
        logins += world.count(is_login);
        world.vault.fault = Fault::None;
        world.run_for(MINUTE);
        assert!(world.is_well(), "seed {seed}");
        assert_eq!(world.vault.lost_users(), 0, "seed {seed}");
    }
    assert!(logins <= 20 * 300, "{} logins in an hour", logins / 20);
}

#[test]
fn s31_a_path_whose_answer_is_cut_holds_nothing_else_up() {
    let mut world = World::with_leases(3);
    world.run_for(MINUTE);
    world.vault.revoke_users();
    world.complain();
    world.vault.fault = Fault::ReadsCut;
    world.run_for(10 * MINUTE);
    assert_eq!((world.count(is_health_check), world.count(is_login)), (0, 1), "Vault itself is well");
}

#[test]
fn s37_a_process_that_is_restarted_every_twenty_seconds_leaves_no_trail() {
    let mut world = World::new();
    for _ in 0..100 {
        world.run_for(20 * SECOND);
        world.restart();
        assert!(world.vault.live_users() <= 1 && world.vault.live_tokens() <= 1);
    }
    assert_eq!(world.count(is_login), 100, "one a life");
}

#[test]
fn s41_a_complaint_without_a_reason_costs_one_renewal_in_five_minutes() {
    let mut world = World::new();
    world.run_for(MINUTE);
    let before = world.elapsed();
    for _ in 0..50 * 60 {
        world.insist();
        world.run_for(SECOND);
    }
    let renewals = world.count_since(before, is_lease_renewal);
    assert!(renewals <= 10 + 2, "{renewals} in fifty minutes");
    assert_eq!((world.count(is_issue), world.count(is_login)), (1, 1), "nothing is replaced");
}

#[test]
fn a_token_that_may_not_even_look_itself_up_makes_no_storm_of_logins() {
    let mut world = World::new();
    world.vault.fault = Fault::EverythingDenied;
    world.run_for(HOUR);
    assert!(world.count(is_login) <= 70, "{} logins in an hour", world.count(is_login));
}

/// No policy lets the token look itself up, so that it is taken for dead.
#[test]
fn a_token_that_is_taken_for_dead_is_not_revoked_under_who_uses_its_leases() {
    let mut world = World::new();
    world.vault.lease.max = Some(HOUR);
    world.longest_use = HOUR;
    world.run_for(MINUTE);
    world.vault.fault = Fault::EverythingDenied;
    world.run_for(HOUR / 2);
    world.vault.fault = Fault::None;
    world.run_for(2 * HOUR);
    assert_eq!((world.cut, world.vault.live_tokens()), (0, 1));
}

#[test]
fn what_is_held_is_renewed_while_nobody_can_tell_whether_the_token_lives() {
    for seed in 0..100 {
        let mut world = World::seeded(seed);
        world.vault.lease.max = Some(4 * HOUR);
        world.run_for(MINUTE);
        world.reject();
        world.vault.fault = Fault::LookUpsFail;
        world.run_for(3 * HOUR);
        assert_eq!((world.lapses, world.count(is_login)), (0, 1), "seed {seed}, {}", world.trail());
    }
}

#[test]
fn a_lease_that_is_too_old_is_renewed_on_while_no_other_is_to_be_had() {
    let mut world = World::with_lease_max_age(2 * HOUR);
    world.run_for(HOUR / 2);
    world.vault.fault = Fault::IssuesDenied;
    world.run_for(20 * HOUR);
    assert_eq!(world.lapses, 0);
    world.vault.fault = Fault::None;
    world.run_for(2 * MINUTE);
    assert!(world.count(is_issue) > 1 && world.is_well());
}

#[test]
fn credentials_are_never_made_in_a_loop() {
    for fault in [Fault::IssuesFail, Fault::AnswersLost(1.0), Fault::AnswersLost(0.5), Fault::RenewalsFail] {
        for seed in 0..20 {
            let mut world = World::seeded(seed);
            world.vault.fault = fault;
            world.run_for(HOUR);
            for wanted in [is_issue as fn(&Job) -> bool, is_login] {
                let made = world.count(wanted);
                assert!(made <= 3 + 360, "seed {seed}, {fault:?}: {made} in an hour");
            }
        }
    }
}

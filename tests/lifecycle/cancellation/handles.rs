//! Handles of a lease that are dropped, whatever is under way.

use std::time::Duration;

use lifecycle_tests::turns::{at_every_turn, complete, pass};

use crate::{
    ground::{Ground, LOOK, PATH},
    stage::{self, Stage},
};

const SECOND: Duration = Duration::from_secs(1);

/// Drops the only handle, and asserts that the lease is let go of within `bound`, that nobody asks for it any more, and
/// that there can be another one.
fn dropped_during(stage: Stage, bound: Duration) {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(stage.terms).await;
        let (vault, login, is_over) = stage.reach(turns, &ground).await;
        drop(login);
        ground.server.seal(false);
        ground.assert_let_go(bound).await;
        assert_eq!(vault.status().borrow().leases.len(), 0, "after {turns} turns");

        let requests = ground.server.requests().len();
        pass(60 * SECOND, 3 * SECOND).await;
        ground.assert_let_go(Duration::ZERO).await;
        let since = ground.server.requests().split_off(requests);
        let is_of_lease = |request: &String| request.contains(PATH) || request.contains("sys/leases");
        assert!(!since.iter().any(is_of_lease), "{since:?}");

        let _login = complete(vault.database(PATH)).await.unwrap();
        assert_eq!((ground.server.leases(), vault.status().borrow().leases.len()), (1, 1));
        complete(vault.shutdown()).await;
        // What has ended is not revoked, and Vault counts in whole seconds.
        pass(SECOND, SECOND).await;
        assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0), "after {turns} turns");
        is_over
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

#[test]
fn dropped_while_the_token_is_renewed() {
    dropped_during(stage::TOKEN_RENEWAL, LOOK);
}

#[test]
fn dropped_while_the_lease_is_renewed() {
    dropped_during(stage::LEASE_RENEWAL, LOOK);
}

#[test]
fn dropped_while_the_lease_is_replaced() {
    dropped_during(stage::LEASE_REPLACEMENT, LOOK);
}

#[test]
fn dropped_while_the_token_is_replaced() {
    dropped_during(stage::TOKEN_REPLACEMENT, LOOK);
}

/// The outage is over after the next look at Vault's health, which nothing hurries once the lease is let go of, and a
/// pause.
#[test]
fn dropped_during_an_outage() {
    const LONGEST_PAUSE: Duration = Duration::from_secs(30);
    const BEFORE_ALL_BEGINS: Duration = Duration::from_secs(2);
    dropped_during(stage::OUTAGE, LONGEST_PAUSE + BEFORE_ALL_BEGINS + LOOK);
}

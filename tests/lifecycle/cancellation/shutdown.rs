//! A shutdown in the middle of something, and one that is itself given up.

use std::time::Duration;

use lifecycle_tests::turns::{at_every_turn, complete, cut_after};
use tokio::time::Instant;

use crate::{
    ground::{Ground, LONG, Last, PATH},
    stage::{self, Stage},
};

/// What the documentation promises.
const BOUND: Duration = Duration::from_secs(5);

fn shut_down_during(stage: Stage) {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(stage.terms).await;
        let (vault, login, is_over) = stage.reach(turns, &ground).await;
        let status = vault.status();
        let is_sealed = ground.server.is_sealed();
        let start = Instant::now();
        complete(vault.shutdown()).await;
        assert!(start.elapsed() <= BOUND, "it took {:?}", start.elapsed());
        if !is_sealed {
            assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0), "after {turns} turns");
        }
        ground.server.seal(false);
        let last = Last::of(status, login).await;
        ground.assert_quiet().await;
        last.assert_unchanged().await;
        is_over
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

#[test]
fn while_the_token_is_renewed() {
    shut_down_during(stage::TOKEN_RENEWAL);
}

#[test]
fn while_a_lease_is_renewed() {
    shut_down_during(stage::LEASE_RENEWAL);
}

#[test]
fn while_a_lease_is_replaced() {
    shut_down_during(stage::LEASE_REPLACEMENT);
}

#[test]
fn while_the_token_is_replaced() {
    shut_down_during(stage::TOKEN_REPLACEMENT);
}

#[test]
fn during_an_outage() {
    shut_down_during(stage::OUTAGE);
}

#[test]
fn while_a_lease_is_asked_for() {
    at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let asked = cut_after(turns, vault.database(PATH)).await;
        let completed = asked.is_some();
        complete(vault.shutdown()).await;
        assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0));
        drop(asked);
        ground.assert_quiet().await;
        completed
    });
}

#[test]
fn a_shutdown_that_is_dropped_ends_where_it_is() {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let login = complete(vault.database(PATH)).await.unwrap();
        let _other = complete(vault.database(PATH)).await.unwrap();
        let status = vault.status();
        let completed = cut_after(turns, vault.shutdown()).await.is_some();
        let last = Last::of(status, login).await;
        ground.assert_quiet().await;
        last.assert_unchanged().await;
        completed
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

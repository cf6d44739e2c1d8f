//! A `start` that is given up.

use std::{future::pending, time::Duration};

use direct_vault::Error;
use lifecycle_tests::turns::{at_every_turn, cut_after, until};

use crate::ground::{Ground, LONG};

#[test]
fn a_start_that_is_dropped_leaves_one_token_at_most() {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let started = cut_after(turns, ground.builder().start()).await;
        let completed = started.is_some();
        drop(started);
        ground.assert_quiet().await;
        assert!(ground.server.tokens_made() <= 1);
        completed
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

#[test]
fn a_start_that_waits_for_a_sealed_vault_can_be_dropped() {
    at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        ground.server.seal(true);
        let unseal = async {
            until("Vault is asked how it is", || ground.server.requests().len() > 3).await;
            ground.server.seal(false);
            pending().await
        };
        let starting = async {
            tokio::select! {
                started = ground.builder().start() => started,
                never = unseal => never,
            }
        };
        let started = cut_after(turns, starting).await;
        let completed = started.is_some();
        drop(started);
        ground.assert_quiet().await;
        assert!(ground.server.tokens_made() <= 1);
        completed
    });
}

#[test]
fn a_start_that_would_end_at_its_deadline_can_be_dropped_before() {
    at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        ground.server.seal(true);
        let starting = ground.builder().startup_deadline(Duration::from_secs(9)).start();
        let started = cut_after(turns, starting).await;
        assert!(matches!(started, None | Some(Err(Error::NotStarted { .. }))), "{started:?}");
        ground.server.seal(false);
        ground.assert_quiet().await;
        assert!(ground.server.tokens_made() <= 1);
        started.is_some()
    });
}

//! A `Vault` that is dropped without a word.

use lifecycle_tests::turns::{at_every_turn, complete, cut_after, tasks, until};

use crate::{
    ground::{Ground, LONG, Last, PATH},
    stage::{Stage, at_every_stage},
};

fn dropped_during(stage: Stage) {
    let turns = at_every_turn(async |turns| {
        let ground = stage.ground().await;
        let (vault, login, is_over) = stage.reach(turns, &ground).await;
        let status = vault.status();
        drop(vault);
        let last = Last::of(status, login).await;
        stage.end(&ground);
        ground.assert_quiet().await;
        last.assert_unchanged().await;
        is_over
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

at_every_stage!(dropped_during);

#[test]
fn dropped_while_a_lease_is_asked_for() {
    at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let asked = cut_after(turns, vault.database(PATH)).await;
        let completed = asked.is_some();
        drop((asked, vault));
        ground.assert_quiet().await;
        assert!(ground.server.leases_made() <= 1);
        completed
    });
}

#[test]
fn nothing_is_revoked_by_a_drop() {
    at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let _login = complete(vault.database(PATH)).await.unwrap();
        drop(vault);
        until("the tasks have ended", || tasks() == 1).await;
        assert_eq!((ground.server.tokens(), ground.server.leases()), (1, 1));
        turns == 0
    });
}

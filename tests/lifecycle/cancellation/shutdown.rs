//! A shutdown in the middle of something, and one that is itself given up.

use std::time::Duration;

use lifecycle_tests::turns::{at_every_turn, complete, cut_after};
use tokio::time::Instant;

use crate::{
    ground::{Ground, LONG, Last, PATH},
    stage::{Stage, at_every_stage},
};

/// What the documentation promises.
const BOUND: Duration = Duration::from_secs(5);

fn shut_down_during(stage: Stage) {
    let turns = at_every_turn(async |turns| {
        let ground = stage.ground().await;
        let (vault, login, is_over) = stage.reach(turns, &ground).await;
        let status = vault.status();
        let is_sealed = ground.server.is_sealed();
        let start = Instant::now();
        complete(vault.shutdown()).await;
        assert!(start.elapsed() <= BOUND, "it took {:?}", start.elapsed());
        if !is_sealed {
            assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0), "after {turns} turns");
        }
        stage.end(&ground);
        let last = Last::of(status, login).await;
        ground.assert_quiet().await;
        last.assert_unchanged().await;
        is_over
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

at_every_stage!(shut_down_during);

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

/// Cuts it everywhere, at a few places of the stage.
fn dropped_during(stage: Stage) {
    for into in [2, 10] {
        let turns = at_every_turn(async |turns| {
            let ground = stage.ground().await;
            let (vault, login, _) = stage.reach(into, &ground).await;
            let status = vault.status();
            let completed = cut_after(turns, vault.shutdown()).await.is_some();
            stage.end(&ground);
            let last = Last::of(status, login).await;
            ground.assert_quiet().await;
            last.assert_unchanged().await;
            completed
        });
        assert!(turns > 5, "{into} turns into it, it was cut at {turns} places only");
    }
}

mod dropped {
    use super::dropped_during;

    crate::stage::at_every_stage!(dropped_during);
}

#[test]
fn a_shutdown_that_is_dropped_while_nothing_happens_ends_where_it_is() {
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

//! Handles that are dropped, whatever is under way.

use std::time::Duration;

use lifecycle_tests::turns::{at_every_turn, complete, pass};

use crate::stage::{Stage, at_every_stage};

const SECOND: Duration = Duration::from_secs(1);

/// Drops the only handle, and asserts that what it is of is let go of, that nobody asks for it any more, and that there
/// can be another one.
fn dropped_during(stage: Stage) {
    let turns = at_every_turn(async |turns| {
        let ground = stage.ground().await;
        let (vault, login, is_over) = stage.reach(turns, &ground).await;
        drop(login);
        stage.end(&ground);
        ground.assert_let_go(&vault, stage.let_go).await;

        let requests = ground.server.requests().len();
        pass(60 * SECOND, 3 * SECOND).await;
        ground.assert_let_go(&vault, Duration::ZERO).await;
        let since = ground.server.requests().split_off(requests);
        // What a dead token made is given back with the next one, in case it was no more than denied.
        let is_of_it =
            |request: &String| request.contains("database/") || request.contains("sys/leases/renew");
        assert!(!since.iter().any(is_of_it), "{since:?}");
        assert!(since.iter().filter(|request| request.contains("sys/leases")).count() <= 1, "{since:?}");

        let _login = complete(stage.ask(&vault)).await.unwrap();
        assert_eq!((ground.server.leases(), vault.status().borrow().leases.len()), (stage.leases(), 1));
        complete(vault.shutdown()).await;
        // What has ended is not revoked, and Vault counts in whole seconds.
        pass(SECOND, SECOND).await;
        assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0), "after {turns} turns");
        is_over
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

at_every_stage!(dropped_during);

//! A lease that is asked for by somebody who does not wait for it.

use std::{cell::Cell, time::Duration};

use lifecycle_tests::turns::{at_every_turn, complete, cut_after, settle, until};

use crate::ground::{Ground, LONG, PATH};

#[test]
fn a_lease_nobody_waits_for_is_given_back() {
    // It is handed over at one moment. Who is gone right then has had it.
    let held = Cell::new(0);
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let asked = cut_after(turns, Duration::ZERO, vault.database(PATH)).await;
        let completed = asked.is_some();
        drop(asked);
        let status = vault.status();
        let is_held = || status.borrow().leases.len() == 1;
        settle().await;
        until("it is given back, or held", || ground.server.leases() == 0 || is_held()).await;
        held.set(held.get() + usize::from(!completed && is_held()));
        complete(vault.shutdown()).await;
        assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0));
        ground.assert_quiet().await;
        completed
    });
    assert!(turns > 5, "it was cut at {turns} places only");
    assert!(held.get() <= 1, "it was held after {} of {turns} cuts", held.get());
}

#[test]
fn asking_again_after_giving_up_works() {
    at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let asked = cut_after(turns, Duration::ZERO, vault.database(PATH)).await;
        let completed = asked.is_some();
        drop(asked);
        let login = complete(vault.database(PATH)).await.unwrap();
        assert_eq!(login.generation(), 1);
        complete(vault.shutdown()).await;
        assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0));
        completed
    });
}

//! A lease that is asked for by somebody who does not wait for it.

use lifecycle_tests::turns::{at_every_turn, complete, cut_after};

use crate::ground::{Ground, LONG, LOOK, PATH};

#[test]
fn a_lease_nobody_waits_for_is_given_back() {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let asked = cut_after(turns, vault.database(PATH)).await;
        let completed = asked.is_some();
        drop(asked);
        ground.assert_let_go(LOOK).await;
        assert_eq!(vault.status().borrow().leases.len(), 0);
        complete(vault.shutdown()).await;
        assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0));
        ground.assert_quiet().await;
        completed
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

#[test]
fn asking_again_after_giving_up_works() {
    at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let asked = cut_after(turns, vault.database(PATH)).await;
        let completed = asked.is_some();
        drop(asked);
        let login = complete(vault.database(PATH)).await.unwrap();
        assert_eq!(login.generation(), 1);
        complete(vault.shutdown()).await;
        assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0));
        completed
    });
}

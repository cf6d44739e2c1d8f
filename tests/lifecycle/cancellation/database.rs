//! A lease that is asked for by somebody who does not wait for it.

use std::time::Duration;

use direct_vault::Error;
use lifecycle_tests::turns::{at_every_turn, complete, cut_after, pass};

use crate::ground::{Ground, LONG, LOOK, PATH};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_lease_nobody_waits_for_is_given_back() {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let asked = cut_after(turns, vault.database(PATH)).await;
        let completed = asked.is_some();
        drop(asked);
        ground.assert_let_go(&vault, LOOK).await;
        complete(vault.shutdown()).await;
        assert_eq!((ground.server.tokens(), ground.server.leases()), (0, 0));
        ground.assert_quiet().await;
        completed
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

/// Whether it is denied for good is known after a look at the token.
#[test]
fn a_lease_that_is_denied_and_nobody_waits_for_is_not_asked_for_again() {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        ground.server.deny(PATH);
        let vault = ground.vault().await;
        let asked = cut_after(turns, vault.database(PATH)).await;
        assert!(matches!(asked, None | Some(Err(Error::Denied { .. }))), "{asked:?}");
        let completed = asked.is_some();
        pass(2 * MINUTE, LOOK).await;
        let reads = ground.asked(&format!("GET {PATH}"));
        assert!(reads <= 1, "{reads} after {turns} turns");
        complete(vault.shutdown()).await;
        assert_eq!(ground.server.tokens(), 0);
        ground.assert_quiet().await;
        completed
    });
    assert!(turns > 10, "it was cut at {turns} places only");
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

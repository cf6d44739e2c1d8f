//! A complaint about a login, whatever is under way.

use std::time::Duration;

use lifecycle_tests::turns::{at_every_turn, complete};
use tokio::{task::yield_now, time::Instant};

use crate::{ground::Ground, stage::TOKEN_RENEWAL};

/// The driver waits for many things at once and lets go of each wait when another one ends: no complaint is lost. The
/// lease itself is not renewed but for the complaint.
#[test]
fn heard_while_the_token_is_renewed() {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(TOKEN_RENEWAL.terms).await;
        let (vault, login, is_over) = TOKEN_RENEWAL.reach(turns, &ground).await;
        let renewals =
            || ground.server.requests().iter().filter(|asked| asked.ends_with("leases/renew")).count();
        let before = renewals();
        let start = Instant::now();
        login.request_refresh(&login.current());
        complete(async {
            while renewals() == before {
                yield_now().await;
            }
        })
        .await;
        assert!(
            start.elapsed() <= Duration::from_secs(1),
            "after {turns} turns it took {:?}",
            start.elapsed()
        );
        complete(vault.shutdown()).await;
        ground.assert_quiet().await;
        is_over
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

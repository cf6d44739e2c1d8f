//! How much time the renewals of a token ask for.

use std::time::Duration;

use direct_vault::Vault;
use lifecycle_tests::{
    service::settings,
    turns::{complete, pass, paused},
};
use testkit::{FakeVault, Terms};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A token with a period is granted its period nevertheless: that tells them apart. One of minutes is not asked.
#[test]
fn the_first_renewal_after_a_start_asks_for_a_second_less_and_no_other_for_anything() {
    paused(async {
        for (token_ttl, first) in [(10 * MINUTE, Some(599)), (9 * MINUTE, None)] {
            let terms = Terms { token_ttl, token_max_ttl: 100 * HOUR, lease_ttl: HOUR, lease_max_ttl: HOUR };
            let server = FakeVault::start(terms).await.unwrap();
            let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
            pass(3 * token_ttl, SECOND).await;
            complete(vault.shutdown()).await;

            let increments = server.token_increments();
            assert!(increments.len() >= 3, "{token_ttl:?}: {increments:?}");
            assert_eq!(increments[0], first, "{token_ttl:?}");
            assert!(increments[1..].iter().all(Option::is_none), "{token_ttl:?}: {increments:?}");
        }
    });
}

//! How much time the renewals of a token ask for.

use std::time::Duration;

use direct_vault::{Vault, VaultSettings};
use lifecycle_tests::turns::{complete, settle};
use secrets_config_core::Config;
use testkit::{FakeVault, Terms};
use tokio::time::advance;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A token with a period is granted its period nevertheless: that tells them apart.
#[tokio::test(start_paused = true)]
async fn the_first_renewal_after_a_start_asks_for_a_second_less_and_no_other_for_anything() {
    let increments = increments_of_three_lives(10 * MINUTE).await;
    assert!(increments.len() >= 3, "{increments:?}");
    assert_eq!(increments[0], Some(599));
    assert!(increments[1..].iter().all(Option::is_none), "{increments:?}");
}

#[tokio::test(start_paused = true)]
async fn the_renewals_of_a_token_of_minutes_ask_for_nothing() {
    let increments = increments_of_three_lives(9 * MINUTE).await;
    assert!(increments.len() >= 3 && increments.iter().all(Option::is_none), "{increments:?}");
}

async fn increments_of_three_lives(token_ttl: Duration) -> Vec<Option<u64>> {
    const STEP: Duration = Duration::from_secs(1);
    let terms = Terms { token_ttl, token_max_ttl: 100 * HOUR, lease_ttl: HOUR, lease_max_ttl: HOUR };
    let server = FakeVault::start(terms).await.unwrap();
    let url = server.url();
    let pairs = [("VAULT_ADDR", url.as_str()), ("VAULT_ROLE_ID", "a role"), ("VAULT_SECRET_ID", "an id")];
    let vault = complete(Vault::builder(VaultSettings::from_pairs(pairs).unwrap()).start()).await.unwrap();
    for _ in 0..3 * token_ttl.as_secs() {
        advance(STEP).await;
        settle().await;
    }
    complete(vault.shutdown()).await;
    server.token_increments()
}

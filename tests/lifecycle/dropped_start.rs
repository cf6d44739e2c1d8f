//! The rule about a `start` that is dropped, kept against a real server.

use std::time::{Duration, Instant};

use direct_vault::{Vault, VaultSettings};
use lifecycle_tests::operator;
use secrets_config_core::Config;
use serde_json::json;

#[tokio::test]
async fn a_dropped_start_leaves_one_token_at_most_and_that_ends_by_its_time() {
    const STARTS: u32 = 50;
    let server = testkit::Vault::start().await.unwrap();
    let role = json!({ "token_policies": ["default"], "token_ttl": "3s" });
    let login = operator::app_role(&server, role).await;
    let builder = || Vault::builder(VaultSettings::from_pairs(login.pairs(&server.address())).unwrap());
    let tokens = async || server.admin().lease_count("auth/approle/login").await.unwrap();

    let begin = Instant::now();
    builder().start().await.unwrap().shutdown().await;
    let whole = begin.elapsed();
    assert_eq!(tokens().await, 0);

    let mut completed = 0;
    for cut in 1..=STARTS {
        let started = tokio::time::timeout(whole * cut / STARTS, builder().start()).await;
        completed += usize::from(started.is_ok());
    }
    assert!(completed < STARTS as usize, "none was cut");
    assert!(tokens().await <= STARTS as usize);

    let deadline = Instant::now() + Duration::from_secs(20);
    while tokens().await > 0 {
        assert!(Instant::now() < deadline, "{} tokens are left", tokens().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

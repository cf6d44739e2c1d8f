//! Tokens that wear out, that cannot be renewed, and that can be renewed for ever.

use std::time::Duration;

use secrets_config::vault::{Error, Vault};
use serde_json::{Value, json};
use vault_tests::{Ground, SOON, until};

use crate::scene::{HOUR, SECOND, Stage, usual};

#[tokio::test]
async fn tokens_that_wear_out_are_refused_at_the_start_by_the_name_of_the_setting() {
    let ground = Ground::start().await;
    ground.set_role(json!({ "token_num_uses": 10 })).await;
    let error = Vault::builder(ground.fresh_settings().await).start().await.unwrap_err();
    assert!(matches!(error, Error::UnusableToken { .. }), "{error}");
    assert!(error.to_string().contains("token_num_uses=10"), "{error}");
}

#[tokio::test]
async fn a_batch_token_is_replaced_in_time_with_all_that_ends_with_it() {
    let stage = Stage::set(usual()).await;
    let batch = json!({ "token_type": "batch" });
    stage.servers.vault.admin().post("auth/approle/role/app", batch).await.unwrap();
    let scene = stage.open(&[]).await;
    tokio::time::sleep(3 * HOUR).await;
    // Between a login and its lease they differ.
    let is_even = |status: &Value| status["generation"] == status["logins"];
    scene.until(SOON, "at one lease a token", is_even).await;
    let status = scene.status().await;
    let logins = status["logins"].as_u64().unwrap();
    assert!((3..=8).contains(&logins), "{status}");
    assert_eq!(scene.proxy.requests("/v1/auth/token/renew-self").len(), 0);
    scene.end().await.assert_unharmed();
}

#[tokio::test]
async fn a_periodic_token_is_renewed_and_never_replaced() {
    let ground = Ground::start().await;
    ground.set_role(json!({ "token_period": "6s" })).await;
    let vault = Vault::builder(ground.fresh_settings().await).start().await.unwrap();
    let began = std::time::Instant::now();
    // Four lives, were it not renewed.
    while began.elapsed() < 24 * SECOND {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let status = vault.status().borrow().clone();
        assert!(status.is_ready(), "{status:?}");
    }
    let status = until(&vault, SOON, |status| status.counters.renewals >= 6).await;
    assert_eq!(status.counters.logins, 1, "{status:?}");
    vault.shutdown().await;
}

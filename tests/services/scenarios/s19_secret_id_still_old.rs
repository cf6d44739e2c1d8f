//! The secret id was changed in Vault, and the operator that syncs it has not yet come round.

use std::time::Instant;

use serde_json::json;
use service_tests::SOON;
use testkit::Provision;

use crate::scene::{HOUR, LOGIN, SECOND, Stage, least_pause, usual};

const RENEW_TOKEN: &str = "/v1/auth/token/renew-self";

#[tokio::test]
async fn the_token_lives_to_its_end_and_the_new_secret_id_is_taken_from_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("secret-id");
    let stage = Stage::set(Provision { token_ttl: 2 * HOUR, token_max_ttl: 6 * HOUR, ..usual() }).await;
    let old = stage.servers.app.secret_id.clone();
    std::fs::write(&file, &old).unwrap();
    let changes = [("VAULT_SECRET_ID", ""), ("VAULT_SECRET_ID_FILE", file.to_str().unwrap())];
    let scene = stage.open(&changes).await;

    let admin = scene.servers.vault.admin();
    let new = admin.post("auth/approle/role/app/secret-id", json!({})).await.unwrap();
    admin.post("auth/approle/role/app/secret-id/destroy", json!({ "secret_id": old })).await.unwrap();

    let refused = |status: &serde_json::Value| {
        status["last_error"].as_str().is_some_and(|error| error.contains("refused the login"))
    };
    scene.until(6 * HOUR, "refused", refused).await;
    let renewals = scene.proxy.requests(RENEW_TOKEN).len();
    assert!(renewals >= 3, "the token was renewed {renewals} times");
    assert_eq!(scene.status().await["state"], "degraded");
    assert!(scene.is_ready().await, "what is held still works");

    let written = Instant::now();
    std::fs::write(&file, new["data"]["secret_id"].as_str().unwrap()).unwrap();
    scene.until(SOON, "logged in again", |status| status["logins"] == 2).await;
    scene.until(SOON, "well", |status| status["state"] == "ready").await;

    let logins = scene.proxy.requests(LOGIN);
    assert!(least_pause(&logins) >= SECOND.mul_f64(0.9), "{:?}", least_pause(&logins));
    let again = logins.iter().skip(1).find(|login| login.status == Some(200)).unwrap().at;
    let after = scene.end().await;
    after.assert_unharmed();
    after.assert_within(10 * SECOND, written, again);
}

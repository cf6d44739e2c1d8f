//! An operator deletes the role that gives the credentials, or the one that gives the token, and makes it again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use service_tests::SOON;
use testkit::{Provision, Provisioned, Vault};

use crate::scene::{
    CREDS, FLOOR, HOUR, LOGIN, RENEW_LEASE, SECOND, Scene, lasting_token, least_pause, usual,
};

/// All is well within this after the role is there again.
const MINUTE: Duration = Duration::from_secs(60);

/// Deletes what is at `path`, and returns it.
async fn delete(vault: &Vault, path: &str) -> Value {
    let role = vault.admin().get(path).await.unwrap()["data"].clone();
    vault.admin().delete(path).await.unwrap();
    role
}

/// Asserts that the service serves, unless it is `end` or nearly so. Returns whether it is before that.
async fn serves_until(scene: &Scene, end: Instant) -> bool {
    tokio::time::sleep(SECOND / 5).await;
    let (is_ready, failed) = (scene.is_ready().await, scene.failed());
    // An answer that came later says nothing about the time before.
    let is_before = Instant::now() + HOUR / 12 < end;
    assert!(!is_before || is_ready && failed == 0, "{failed} failed\n{}", scene.service.output());
    is_before
}

#[tokio::test]
async fn the_login_in_use_is_kept_to_its_end_and_all_is_well_a_minute_after_its_role_is_back() {
    let path = "database/roles/app-role";
    let scene = Scene::start(lasting_token()).await;
    let deleted = Instant::now();
    let role = delete(&scene.servers.vault, path).await;

    // What Vault says of the end of the lease counts: a renewal on its way may have been granted.
    scene.until(2 * HOUR, "degraded", |status| status["state"] == "degraded").await;
    let granted = scene.proxy.requests("/v1/").into_iter().rev().find(|request| {
        let is_of_lease = request.path.starts_with(CREDS) || request.path == RENEW_LEASE;
        is_of_lease && request.status == Some(200)
    });
    let end = granted.unwrap().at + HOUR;
    while serves_until(&scene, end).await {}
    scene.until(HOUR, "expired", |status| status["state"] == "expired").await;
    let asked = scene.since(deleted, CREDS);
    assert!((1..=2).contains(&asked.len()) && least_pause(&asked) >= MINUTE - SECOND, "{asked:?}");

    scene.servers.vault.admin().post(path, role).await.unwrap();
    let back = Instant::now();
    scene.until(MINUTE + SOON, "ready", |status| status["state"] == "ready").await;
    let well = scene.swapped(2).await;
    assert_eq!(scene.proxy.requests(LOGIN).len(), 2, "one for the next lease");
    assert_eq!(scene.since(asked[0].at, LOGIN).len(), 0, "the token is good");
    assert!(least_pause(&scene.since(deleted, RENEW_LEASE)) >= FLOOR);
    scene.end().await.assert_within(MINUTE, back, well);
}

/// Makes the AppRole again, as it was.
async fn restore_login(vault: &Vault, app: &Provisioned, path: &str, role: Value) {
    let admin = vault.admin();
    admin.post(path, role).await.unwrap();
    admin.post(&format!("{path}/role-id"), json!({ "role_id": app.role_id })).await.unwrap();
    let secret_id = json!({ "secret_id": app.secret_id });
    admin.post(&format!("{path}/custom-secret-id"), secret_id).await.unwrap();
}

/// Without its role a token is not renewed, and lives on to its end.
#[tokio::test]
async fn the_token_in_use_lives_on_and_all_is_well_a_minute_after_its_role_is_back() {
    let path = "auth/approle/role/app";
    let long = Provision { lease_ttl: 2 * HOUR, token_ttl: 3 * HOUR, token_max_ttl: 30 * HOUR, ..usual() };
    let scene = Scene::start(long).await;
    let deleted = Instant::now();
    let (app, vault) = (&scene.servers.app, &scene.servers.vault);
    let role = delete(vault, path).await;

    let refused = |status: &Value| {
        status["last_error"].as_str().is_some_and(|error| error.contains("refused the login"))
    };
    scene.until(3 * HOUR, "refused", refused).await;
    // Long enough for a storm to show.
    let began = Instant::now();
    let end = scene.proxy.requests(LOGIN)[0].at + 3 * HOUR;
    while began.elapsed() < 5 * SECOND {
        serves_until(&scene, end).await;
    }
    let logins = scene.since(deleted, LOGIN);
    assert!(!logins.is_empty() && least_pause(&logins) >= FLOOR, "{logins:?}");
    assert!(scene.since(deleted, "/v1/").iter().all(|request| request.path != "/v1/auth/token/revoke-self"));

    restore_login(vault, app, path, role).await;
    let back = Instant::now();
    scene.until(MINUTE + SOON, "logged in again", |status| status["logins"] == 2).await;
    scene.until(SOON, "ready", |status| status["state"] == "ready").await;
    let well = Instant::now();
    scene.end().await.assert_within(MINUTE, back, well);
}

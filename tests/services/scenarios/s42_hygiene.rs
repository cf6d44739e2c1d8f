//! What the service says about all that happens to it, in its log at its most talkative and in its status.

use serde_json::Value;
use testkit::{Fault, Provision, When};

use crate::scene::{CREDS, HOUR, LOGIN, RENEW_LEASE, SECOND, Scene, usual};

#[tokio::test]
async fn no_secret_is_in_any_line_of_the_log_nor_in_the_status() {
    let provision = Provision { token_max_ttl: 2 * HOUR, ..usual() };
    let environment = [("RUST_LOG", "trace"), ("DATABASE_LOGIN_MAX_AGE", "6")];
    let mut scene = Scene::with(provision, &environment).await;
    scene.proxy.inject(When::path(RENEW_LEASE).times(1), Fault::status(403));
    for fault in [Fault::garbage(), Fault::status(500), Fault::CutAnswer] {
        for path in [LOGIN, CREDS, RENEW_LEASE] {
            scene.proxy.inject(When::path(path).times(1), fault.clone());
        }
    }
    scene.until(2 * HOUR, "replaced", |status| status["generation"].as_u64() >= Some(2)).await;
    let status = scene.status().await.to_string();
    scene.servers.app.revoke_tokens(&scene.servers.vault).await.unwrap();
    scene.until(2 * HOUR, "logged in again", |status| status["logins"].as_u64() >= Some(2)).await;
    scene.servers.vault.restart().await.unwrap();
    tokio::time::sleep(2 * SECOND).await;
    scene.service.terminate().await;
    scene.service.wait_exit(HOUR).await.unwrap();

    let said = scene.service.output();
    assert!(said.contains("TRACE") && said.contains("lease replaced"), "the log is not a whole one");
    let secrets = secrets(&scene);
    assert!(secrets.len() >= 10, "{} secrets passed the proxy", secrets.len());
    for secret in &secrets {
        assert!(!said.contains(secret.as_str()), "the log holds {secret}");
        assert!(!status.contains(secret.as_str()), "the status holds {secret}");
    }
}

/// Everything that passed the proxy and nobody may read: tokens, their accessors, ids of leases, passwords.
fn secrets(scene: &Scene) -> Vec<String> {
    let app = &scene.servers.app;
    let mut secrets = vec![app.role_id.clone(), app.secret_id.clone()];
    for request in scene.proxy.requests("/v1/") {
        let answer: Value = serde_json::from_str(&request.answer).unwrap_or_default();
        let (auth, data) = (&answer["auth"], &answer["data"]);
        let found =
            [&auth["client_token"], &auth["accessor"], &answer["lease_id"], &data["password"], &data["id"]];
        secrets.extend(found.into_iter().filter_map(Value::as_str).map(str::to_owned));
    }
    secrets.retain(|secret| !secret.is_empty());
    secrets.sort_unstable();
    secrets.dedup();
    secrets
}

//! What the service says about all that happens to it, in its log at its most talkative and in its status.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;
use service_tests::{SOON, Servers};
use testkit::{Fault, Provision, When};

use crate::scene::{CREDS, HOUR, LOGIN, RENEW_LEASE, SECOND, Scene, lasting_token, usual};

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

#[tokio::test]
async fn an_event_names_the_request_by_which_the_audit_log_knows_it_and_its_token() {
    let servers = Servers::start_audited(lasting_token()).await;
    let service = servers.ready_service(&[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    service.wait_line("lease replaced", SOON).await.unwrap();
    let said = service.output();
    let entries =
        [("logged in to Vault", 0), ("lease issued", 0), ("logged in to Vault", 1), ("lease replaced", 0)];
    let entries = entries.map(|(event, index)| {
        let line = said.lines().filter(|line| line.contains(event)).nth(index).unwrap();
        let id = field(line, "request_id");
        let audit = servers.vault.audit().unwrap();
        let is_answer = |entry: &Value| entry["type"] == "response" && entry["request"]["id"] == id;
        audit.into_iter().find(is_answer).unwrap_or_else(|| panic!("no request is called {id}: {line}"))
    });
    let paths = entries.each_ref().map(|entry| entry["request"]["path"].clone());
    let (login, creds) = ("auth/approle/login", "database/creds/app-role");
    assert_eq!(paths, [login, creds, login, creds]);
    // From one of them on all that was done with the token can be found.
    let [first, issued, second, replaced] = entries;
    for (login, lease) in [(first, issued), (second, replaced.clone())] {
        let accessor = &login["response"]["auth"]["accessor"];
        assert!(accessor.as_str().unwrap().starts_with("hmac-sha256:"), "{accessor}");
        assert_eq!(lease["auth"]["accessor"], *accessor);
    }
    let lease = replaced["response"]["secret"]["lease_id"].as_str().unwrap();
    assert!(servers.app.lease_ids(&servers.vault).await.unwrap().iter().any(|id| id == lease), "{replaced}");
}

#[tokio::test]
async fn an_event_has_a_hash_by_which_the_token_is_found_among_all_accessors() {
    let servers = Servers::start(lasting_token()).await;
    let service = servers.ready_service(&[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    service.wait_line("lease replaced", SOON).await.unwrap();
    let said = service.output();
    let hash_of = |event: &str, index: usize| {
        let line = said.lines().filter(|line| line.contains(event)).nth(index).unwrap();
        field(line, "accessor_sha256").to_owned()
    };
    let (first, login) = (hash_of("logged in to Vault", 0), hash_of("logged in to Vault", 1));
    assert_eq!([hash_of("lease issued", 0), hash_of("lease replaced", 0)], [first, login.clone()]);
    let accessors = servers.vault.admin().list("auth/token/accessors").await.unwrap();
    let hash = |accessor: &String| -> String {
        let hash = digest(&SHA256, accessor.as_bytes());
        hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    };
    assert_eq!(accessors.iter().map(hash).filter(|hash| *hash == login).count(), 1, "{login}");
}

#[tokio::test]
async fn the_replacement_of_a_lease_tells_why_and_how_long_the_old_one_lasts() {
    let servers = Servers::start(lasting_token()).await;
    let service = servers.ready_service(&[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    let by_age = service.wait_line("lease replaced", SOON).await.unwrap().text;
    assert!(by_age.contains("reason=\"age\""), "{by_age}");
    // The old lease was five seconds old, or a little less, and may have been renewed.
    let overlap: u64 = field(&by_age, "overlap_ms").parse().unwrap();
    assert!((1..=HOUR.as_millis()).contains(&overlap.into()), "{by_age}");

    let service = servers.ready_service(&[]).await;
    servers.app.revoke_tokens(&servers.vault).await.unwrap();
    let with_another = service.wait_line("reason=\"new_token\"", SOON).await.unwrap().text;
    assert!(with_another.contains("lease replaced"), "{with_another}");
}

/// Returns what stands behind the name of a field in a line of the log.
fn field<'a>(line: &'a str, name: &str) -> &'a str {
    let (_, rest) = line.split_once(&format!("{name}=")).unwrap_or_else(|| panic!("no {name} in {line}"));
    rest.split_whitespace().next().unwrap()
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

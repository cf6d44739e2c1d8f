//! Secrets of the key-value engines.

use std::time::{Duration, Instant};

use secrets_config::{
    Config, Secret,
    vault::{Error, Vault, VaultSettings},
};
use serde_json::json;
use testkit::{Fault, Proxy, When};
use vault_tests::{Ground, SOON};

#[derive(Debug, serde::Deserialize)]
struct Paint {
    colour: Secret<String>,
}

impl Paint {
    fn colour(&self) -> &str {
        self.colour.expose_secret()
    }
}

async fn start() -> (Ground, Vault) {
    let ground = Ground::start().await;
    let vault = Vault::builder(ground.fresh_settings().await).start().await.unwrap();
    (ground, vault)
}

#[tokio::test]
async fn versions_are_read_by_number() {
    let (ground, vault) = start().await;
    ground.write_secret("app/config", json!({ "colour": "red" })).await;
    let secrets = vault.kv2("secret");
    let newest = secrets.read::<Paint>("app/config").await.unwrap();
    assert_eq!((newest.colour(), newest.version()), ("red", 2));
    let first = secrets.read_version::<Paint>("app/config", 1).await.unwrap();
    assert_eq!((first.colour(), first.version()), ("green", 1));
    vault.shutdown().await;
}

#[tokio::test]
async fn a_version_that_is_deleted_is_not_found_and_the_message_says_so() {
    let (ground, vault) = start().await;
    ground.admin().delete("secret/data/app/config").await.unwrap();
    let error = vault.kv2("secret").read::<Paint>("app/config").await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("this version is deleted or destroyed"), "{error}");
    vault.shutdown().await;
}

#[tokio::test]
async fn a_new_version_is_a_new_generation() {
    let (ground, vault) = start().await;
    let every = Duration::from_secs(1);
    let mut paint = vault.kv2("secret").watch::<Paint>("app/config", every).await.unwrap();
    assert_eq!(paint.current().colour(), "green");
    ground.write_secret("app/config", json!({ "colour": "red" })).await;
    let newest = tokio::time::timeout(SOON, paint.changed()).await.unwrap().unwrap();
    assert_eq!((newest.colour(), newest.version(), newest.number()), ("red", 2, 2));
    vault.shutdown().await;
}

#[tokio::test]
async fn a_secret_that_goes_away_stays_as_it_was() {
    let (ground, vault) = start().await;
    let every = Duration::from_secs(1);
    let paint = vault.kv2("secret").watch::<Paint>("app/config", every).await.unwrap();
    ground.admin().delete("secret/metadata/app/config").await.unwrap();
    let status = vault_tests::until(&vault, SOON, |status| status.last_error.is_some()).await;
    assert!(matches!(status.last_error.as_deref(), Some(Error::NotFound { .. })), "{status:?}");
    assert!(status.is_ready(), "{status:?}");
    assert_eq!((paint.current().colour(), paint.generation()), ("green", 1));
    vault.shutdown().await;
}

#[tokio::test]
async fn a_secret_that_nobody_can_see_any_more_is_read_no_more() {
    let (ground, vault) = start().await;
    let every = Duration::from_secs(1);
    let secrets = vault.kv2("secret");
    let paint = secrets.watch::<Paint>("app/config", every).await.unwrap();
    let last = paint.current().hold();
    drop(paint);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(vault.status().borrow().leases.len(), 1);
    drop(last);
    vault_tests::until(&vault, SOON, |status| status.leases.is_empty()).await;
    // Were it still read, this would be noticed.
    ground.admin().delete("secret/metadata/app/config").await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let status = vault.status().borrow().clone();
    assert_eq!((status.counters.failures, status.last_error.map(|error| error.to_string())), (0, None));
    vault.shutdown().await;
}

#[tokio::test]
async fn a_path_without_a_grant_is_denied_with_the_path_that_a_policy_needs() {
    let (_ground, vault) = start().await;
    let error = vault.kv2("secret").read::<Paint>("app/config/below").await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error}");
    let said = error.to_string();
    assert!(
        said.contains("secret/data/app/config/below") && said.contains("a policy of the login"),
        "{said}"
    );
    vault.shutdown().await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_without_being_quoted() {
    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "it never comes to be")]
    struct Number {
        colour: u16,
    }
    let (_ground, vault) = start().await;
    let error = vault.kv2("secret").read::<Number>("app/config").await.unwrap_err();
    assert!(matches!(error, Error::Unfit { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("green"), "{error:?}");
    vault.shutdown().await;
}

#[tokio::test]
async fn version_1_of_the_engine_is_read_and_followed() {
    let (ground, vault) = start().await;
    ground.admin().post("sys/mounts/kv", json!({ "type": "kv" })).await.unwrap();
    ground.admin().post("kv/app/a%3Fb", json!({ "colour": "blue" })).await.unwrap();
    ground.allow("path \"kv/app/*\" { capabilities = [\"read\"] }").await;
    let secrets = vault.kv1("kv");
    assert_eq!(secrets.read::<Paint>("app/a?b").await.unwrap().colour(), "blue");
    let mut paint = secrets.watch::<Paint>("app/a?b", Duration::from_secs(1)).await.unwrap();
    ground.admin().post("kv/app/a%3Fb", json!({ "colour": "pink" })).await.unwrap();
    let newest = tokio::time::timeout(SOON, paint.changed()).await.unwrap().unwrap();
    assert_eq!((newest.colour(), newest.number()), ("pink", 2));
    vault.shutdown().await;
}

#[tokio::test]
async fn a_secret_is_no_lease() {
    let (_ground, vault) = start().await;
    let error = vault.lease::<serde_json::Value>("secret/data/app/config").await.unwrap_err();
    assert!(matches!(error, Error::NotLeased { .. }), "{error}");
    vault.shutdown().await;
}

#[tokio::test]
async fn a_name_does_not_lead_out_of_its_mount() {
    let (ground, vault) = start().await;
    ground.allow(r#"path "sys/mounts" { capabilities = ["read"] }"#).await;
    for name in ["../../sys/mounts", r"..\..\sys\mounts", "app/./config", ".\t./.\t./sys/mounts"] {
        let error = vault.kv2("secret").read::<serde_json::Value>(name).await.map(drop).unwrap_err();
        assert!(matches!(error, Error::Path { .. }), "{name:?}: {error}");
    }
    vault.shutdown().await;
}

#[tokio::test]
async fn a_call_is_tried_again_as_often_as_it_is_to_be() {
    let ground = Ground::start().await;
    let mut settings = ground.fresh_settings().await;
    settings.server.max_retries = Some(0);
    let vault = Vault::builder(settings).start().await.unwrap();
    ground.server.seal().await.unwrap();
    let error = vault.kv2("secret").read::<Paint>("app/config").await.unwrap_err();
    assert!(matches!(error, Error::Sealed { .. }), "{error}");
    // Now it is known: the next look at Vault's health is the next attempt.
    let error = vault.kv2("secret").read::<Paint>("app/config").await.unwrap_err();
    assert!(matches!(error, Error::Sealed { .. }), "{error}");
    vault.shutdown().await;
}

#[tokio::test]
async fn a_request_takes_no_longer_than_the_variable_says() {
    let ground = Ground::start().await;
    let proxy = Proxy::http(ground.server.address()[7..].parse().unwrap()).await.unwrap();
    let (url, secret_id) = (proxy.url(), ground.secret_id().await.id);
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", url.as_str()),
        ("VAULT_ROLE_ID", &ground.role_id),
        ("VAULT_SECRET_ID", &secret_id),
        ("VAULT_CLIENT_TIMEOUT", "700ms"),
        ("VAULT_MAX_RETRIES", "0"),
    ]);
    let vault = Vault::builder(settings.unwrap()).start().await.unwrap();
    proxy.inject(When::path("/v1/secret/data/"), Fault::Hold(SOON));
    let asked = Instant::now();
    let error = vault.kv2("secret").read::<Paint>("app/config").await.unwrap_err();
    let took = asked.elapsed();
    assert!((Duration::from_millis(700)..SOON / 4).contains(&took), "{took:?}");
    assert!(error.to_string().starts_with("no answer to secret/data/app/config within 700ms"), "{error}");
    vault.shutdown().await;
}

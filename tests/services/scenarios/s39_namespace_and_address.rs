//! Which Vault is meant, and where in it.

use std::net::Ipv6Addr;

use axum::{Json, Router, routing};
use secrets_config::{
    Config,
    vault::{Error, Vault, VaultSettings},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use vault_tests::Ground;

/// Makes a namespace with an AppRole, and returns its role id and a secret id.
async fn namespace(ground: &Ground, name: &str) -> (String, String) {
    ground.admin().post(&format!("sys/namespaces/{name}"), json!({})).await.unwrap();
    let admin = ground.admin().in_namespace(name);
    admin.post("sys/auth/approle", json!({ "type": "approle" })).await.unwrap();
    admin.post("sys/mounts/kv", json!({ "type": "kv" })).await.unwrap();
    admin.post("kv/app", json!({ "namespace": name })).await.unwrap();
    let policy = "path \"kv/app\" { capabilities = [\"read\"] }";
    admin.put("sys/policies/acl/app", json!({ "policy": policy })).await.unwrap();
    admin
        .post("auth/approle/role/app", json!({ "token_policies": ["app"], "token_ttl": "4s" }))
        .await
        .unwrap();
    let role_id = admin.get("auth/approle/role/app/role-id").await.unwrap();
    let secret_id = admin.post("auth/approle/role/app/secret-id", json!({})).await.unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&role_id["data"]["role_id"]), text(&secret_id["data"]["secret_id"]))
}

#[tokio::test]
async fn names_of_openbao_win_over_those_of_vault() {
    let ground = Ground::start().await;
    let (role_id, secret_id) = namespace(&ground, "team").await;
    let address = ground.server.address();
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", "http://127.0.0.1:1"),
        ("BAO_ADDR", address.as_str()),
        ("VAULT_NAMESPACE", "nobody"),
        ("BAO_NAMESPACE", "team"),
        ("VAULT_ROLE_ID", "0815"),
        ("BAO_ROLE_ID", &role_id),
        ("VAULT_SECRET_ID", "4711"),
        ("BAO_SECRET_ID", &secret_id),
    ]);
    let vault = Vault::builder(settings.unwrap()).start().await.unwrap();
    let secret: Value = vault.kv1("kv").read("app").await.unwrap();
    assert_eq!(secret["namespace"], "team");
    // Login, look-up and renewal are in the namespace, too.
    vault_tests::until(&vault, vault_tests::SOON, |status| status.counters.renewals >= 1).await;
    vault.shutdown().await;
}

#[tokio::test]
async fn a_login_may_be_in_a_namespace_above_that_of_the_mounts() {
    let ground = Ground::start().await;
    ground.admin().post("sys/namespaces/below", json!({})).await.unwrap();
    let below = ground.admin().in_namespace("below");
    below.post("sys/mounts/kv", json!({ "type": "kv" })).await.unwrap();
    below.post("kv/app", json!({ "namespace": "below" })).await.unwrap();
    ground.allow("path \"below/kv/app\" { capabilities = [\"read\"] }").await;
    ground.set_role(json!({ "token_ttl": "4s" })).await;
    let (address, secret_id) = (ground.server.address(), ground.secret_id().await.id);
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", address.as_str()),
        ("VAULT_NAMESPACE", "below"),
        ("VAULT_AUTH_NAMESPACE", "root"),
        ("VAULT_ROLE_ID", &ground.role_id),
        ("VAULT_SECRET_ID", &secret_id),
    ]);
    let vault = Vault::builder(settings.unwrap()).start().await.unwrap();
    let secret: Value = vault.kv1("kv").read("app").await.unwrap();
    assert_eq!(secret["namespace"], "below");
    vault_tests::until(&vault, vault_tests::SOON, |status| status.counters.renewals >= 1).await;
    vault.shutdown().await;
}

#[tokio::test]
async fn another_namespace_is_refused_with_what_to_check() {
    let ground = Ground::start().await;
    let (role_id, secret_id) = namespace(&ground, "team").await;
    let address = ground.server.address();
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", address.as_str()),
        ("VAULT_ROLE_ID", &role_id),
        ("VAULT_SECRET_ID", &secret_id),
    ]);
    let error = Vault::builder(settings.unwrap()).start().await.unwrap_err();
    assert!(matches!(error, Error::LoginRefused { .. }), "{error}");
    assert!(error.to_string().contains("in this namespace"), "{error}");
}

#[tokio::test]
async fn an_address_may_have_a_path_a_slash_at_its_end_and_an_ipv6_host() {
    let login = || async {
        Json(json!({ "auth": { "client_token": "t", "lease_duration": 0, "renewable": false } }))
    };
    let secret = || async {
        Json(
            json!({ "lease_id": "", "lease_duration": 0, "renewable": false, "data": { "colour": "green" } }),
        )
    };
    let routes = Router::new()
        .route("/vault/v1/auth/approle/login", routing::post(login))
        .route("/vault/v1/kv/app", routing::get(secret));
    let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.unwrap();
    let address = format!("http://{}/vault/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", address.as_str()),
        ("VAULT_ROLE_ID", "role"),
        ("VAULT_SECRET_ID", "id"),
    ]);
    let vault = Vault::builder(settings.unwrap()).start().await.unwrap();
    let secret: Value = vault.kv1("kv").read("app").await.unwrap();
    assert_eq!(secret["colour"], "green");
    vault.shutdown().await;
}

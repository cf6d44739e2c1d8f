//! Where requests go, and what is in them.

use std::collections::HashMap;

use canary_tests::{Request, Server, answer, json};
use direct_vault::{Vault, VaultSettings};
use secrets_config_core::Config;
use serde_json::json;
use vaultrs::kv2;

pub(crate) const TOKEN: &str = "hvs.hunter2-canary-token";

pub(crate) fn settings<'a>(address: &'a str, more: &[(&'a str, &'a str)]) -> VaultSettings {
    let mut pairs =
        vec![("VAULT_ADDR", address), ("VAULT_ROLE_ID", "a role"), ("VAULT_SECRET_ID", "an id of the role")];
    pairs.extend(more);
    VaultSettings::from_pairs(pairs).unwrap()
}

/// Answers a login, and nothing else.
pub(crate) fn login(request: &Request) -> Option<Vec<u8>> {
    let auth = json!({ "client_token": TOKEN, "lease_duration": 3600, "renewable": true });
    request.path.ends_with("/login").then(|| json("200 OK", &json!({ "auth": auth })))
}

/// The answer to a read of version 2 of the key-value engine.
pub(crate) fn secret(value: &str) -> Vec<u8> {
    let metadata = json!({
        "created_time": "", "deletion_time": "", "destroyed": false, "version": 1, "custom_metadata": null,
    });
    let body = json!({
        "request_id": "", "lease_id": "", "lease_duration": 0, "renewable": false,
        "data": { "data": { "key": value }, "metadata": metadata },
    });
    json("200 OK", &body)
}

pub(crate) type Read = Result<HashMap<String, String>, vaultrs::error::ClientError>;

#[tokio::test]
async fn a_redirect_to_another_host_never_gets_the_token() {
    for status in ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect"] {
        let other = Server::start(|_| async { secret("of another") }).await;
        let to = other.url();
        let server = Server::start(move |request| {
            let location = format!("location: {to}{}\r\n", request.path);
            let answer = login(&request).unwrap_or_else(|| answer(status, &location, b""));
            async move { answer }
        })
        .await;
        let vault = Vault::builder(settings(&server.url(), &[])).start().await.unwrap();
        let read: Read = kv2::read(&vault.vaultrs().unwrap(), "secret", "app").await;
        assert!(read.is_err(), "{status}");
        assert_eq!(server.requests().last().unwrap().header("x-vault-token"), Some(TOKEN));
        assert_eq!(other.requests().len(), 0, "{status}");
    }
}

#[tokio::test]
async fn the_path_of_the_address_and_the_namespace_are_kept() {
    let server =
        Server::start(|request| async move { login(&request).unwrap_or_else(|| secret("value")) }).await;
    let address = format!("{}/behind/a/proxy", server.url());
    let vault = Vault::builder(settings(&address, &[("VAULT_NAMESPACE", "team")])).start().await.unwrap();
    let read: HashMap<String, String> = kv2::read(&vault.vaultrs().unwrap(), "secret", "app").await.unwrap();
    assert_eq!(read["key"], "value");
    let asked = server.requests().pop().unwrap();
    assert_eq!(asked.path.trim_end_matches('?'), "/behind/a/proxy/v1/secret/data/app");
    assert_eq!(asked.header("x-vault-namespace"), Some("team"));
    assert_eq!(asked.header("x-vault-request"), Some("true"));
}

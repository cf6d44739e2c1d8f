//! The OpenBao server.

use serde_json::json;
use testkit::{Error, Vault};

#[tokio::test]
async fn keeps_its_data_when_it_is_killed() {
    let mut vault = Vault::start().await.unwrap();
    let address = vault.address();
    let secret = json!({ "colour": "green" });
    vault.admin().post("sys/mounts/kv", json!({ "type": "kv" })).await.unwrap();
    vault.admin().put("kv/kept", secret.clone()).await.unwrap();

    vault.kill().await.unwrap();
    assert!(matches!(vault.admin().health().await, Err(Error::Http { .. })));
    vault.restart().await.unwrap();
    assert_eq!(vault.admin().health().await.unwrap(), 503, "comes up sealed");
    vault.unseal().await.unwrap();
    assert_eq!(vault.admin().get("kv/kept").await.unwrap()["data"], secret);
    assert_eq!(vault.address(), address);
}

#[tokio::test]
async fn says_what_it_refuses_while_sealed() {
    let vault = Vault::start().await.unwrap();
    assert!(vault.admin().mounts().await.unwrap().contains(&"sys/".to_owned()));
    vault.seal().await.unwrap();
    let error = vault.admin().mounts().await.unwrap_err();
    assert_eq!(error.to_string(), "GET sys/mounts: 503 Vault is sealed");
    vault.unseal().await.unwrap();
    assert!(vault.admin().mounts().await.is_ok());
}

#[tokio::test]
async fn refuses_an_unknown_token() {
    let vault = Vault::start().await.unwrap();
    let stranger = vault.admin().with_token("not-a-token");
    let refusal = stranger.list("sys/leases/lookup/database").await.unwrap_err();
    assert!(matches!(refusal, Error::Vault { status: 403, .. }), "{refusal}");
    assert_eq!(vault.admin().lease_count("database/creds/app-role").await.unwrap(), 0);
}

#[tokio::test]
async fn several_run_at_once() {
    let (one, two) = tokio::try_join!(Vault::start(), Vault::start()).unwrap();
    assert_ne!(one.address(), two.address());
    one.seal().await.unwrap();
    assert_eq!(two.admin().health().await.unwrap(), 200);
}

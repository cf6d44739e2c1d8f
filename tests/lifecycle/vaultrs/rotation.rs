//! Engines used before, during and after the replacement of the token.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use direct_vault::{Vault, VaultSettings, VaultrsClient};
use lifecycle_tests::operator;
use secrets_config_core::Config;
use serde_json::json;
use testkit::Proxy;
use vaultrs::{
    api::pki::requests::GenerateCertificateRequest,
    client::Client,
    kv2, pki,
    transit::data::{decrypt, encrypt},
};

const SOON: Duration = Duration::from_secs(30);

const POLICY: &str = r#"
    path "secret/*" { capabilities = ["create", "read", "update"] }
    path "transit/*" { capabilities = ["create", "update"] }
    path "pki/issue/app" { capabilities = ["update"] }
"#;

/// A server with three engines, and a login whose token is replaced within 8 s, and lives for 20 s: time enough to use both.
async fn server() -> (testkit::Vault, operator::Login) {
    let server = testkit::Vault::start().await.unwrap();
    let admin = server.admin();
    admin.put("sys/policies/acl/app", json!({ "policy": POLICY })).await.unwrap();
    for (mount, of) in [("secret", json!({ "type": "kv-v2" })), ("transit", json!({ "type": "transit" }))] {
        admin.post(&format!("sys/mounts/{mount}"), of).await.unwrap();
    }
    admin.post("transit/keys/app", json!({})).await.unwrap();
    admin.post("sys/mounts/pki", json!({ "type": "pki" })).await.unwrap();
    // To make an RSA key may take seconds.
    let root = json!({ "common_name": "example.test", "key_type": "ec" });
    admin.post("pki/root/generate/internal", root).await.unwrap();
    let role = json!({
        "allowed_domains": ["example.test"], "allow_subdomains": true, "key_type": "ec", "ttl": "1h",
    });
    admin.post("pki/roles/app", role).await.unwrap();
    let role = json!({ "token_policies": ["app"], "token_ttl": "20s", "token_max_ttl": "20s" });
    let login = operator::app_role(&server, role).await;
    (server, login)
}

async fn use_everything(client: &VaultrsClient, host: &str) {
    let written = HashMap::from([("host".to_owned(), host.to_owned())]);
    kv2::set(client, "secret", "app", &written).await.unwrap();
    let read: HashMap<String, String> = kv2::read(client, "secret", "app").await.unwrap();
    assert_eq!(read, written);

    // What is encrypted is sent as base64: `hello`.
    let sealed = encrypt(client, "transit", "app", "aGVsbG8=", None).await.unwrap();
    let opened = decrypt(client, "transit", "app", &sealed.ciphertext, None).await.unwrap();
    assert_eq!(opened.plaintext, "aGVsbG8=");

    let mut request = GenerateCertificateRequest::builder();
    let certificate = pki::cert::generate(client, "pki", "app", Some(request.common_name(host))).await;
    assert!(certificate.unwrap().certificate.starts_with("-----BEGIN CERTIFICATE"));
}

#[tokio::test]
async fn engines_work_across_a_replacement_of_the_token() {
    let (server, login) = server().await;
    let proxy = Proxy::http(server.address().trim_start_matches("http://").parse().unwrap()).await.unwrap();
    let vault = Vault::builder(VaultSettings::from_pairs(login.pairs(&proxy.url())).unwrap());
    let vault = vault.start().await.unwrap();

    let kept = vault.vaultrs().unwrap();
    use_everything(&kept, "one.example.test").await;
    let mut status = vault.status();
    let replaced = status.wait_for(|status| status.generation == 2);
    drop(tokio::time::timeout(SOON, replaced).await.unwrap().unwrap());

    let newer = vault.vaultrs().unwrap();
    assert_ne!(newer.middle().token, kept.middle().token);
    use_everything(&newer, "two.example.test").await;
    use_everything(&kept, "three.example.test").await;

    let revoked = || proxy.requests("/v1/auth/token/revoke-self");
    assert!(revoked().is_empty(), "a token was revoked while somebody used it");
    let token = kept.middle().token.clone();
    drop(kept);
    let deadline = Instant::now() + SOON;
    while revoked().is_empty() {
        assert!(Instant::now() < deadline, "the replaced token is not revoked");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(revoked()[0].token.as_ref(), Some(&token));
    newer.lookup().await.unwrap();
    vault.shutdown().await;
}

//! A certificate that is refused is refused with the name of whoever should have signed it.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::Duration;

use canary_tests::{Log, Server, json};
use rcgen::{CertifiedKey, KeyPair};
use secrets_config::{
    Config,
    vault::{Error, Vault, VaultSettings},
};
use serde_json::json;

fn certificate(name: &str) -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed([name.to_owned()]).unwrap()
}

fn settings(address: &str, cacert: Option<&str>) -> VaultSettings {
    let mut pairs =
        vec![("VAULT_ADDR", address), ("VAULT_ROLE_ID", "role"), ("VAULT_SECRET_ID", "hunter2-canary")];
    pairs.extend(cacert.map(|path| ("VAULT_CACERT", path)));
    VaultSettings::from_pairs(pairs).unwrap()
}

/// Returns what is logged of a Vault that cannot be reached.
async fn said(server: &Server, cacert: Option<&str>) -> String {
    let log = Log::capture();
    let from = log.len();
    let starting = Vault::builder(settings(&server.url(), cacert)).start();
    let said = async {
        let sign = format!("no answer from Vault at {}", server.url());
        loop {
            if let Some(line) = log.text_from(from).lines().find(|line| line.contains(&sign)) {
                return line.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        started = starting => panic!("{:?}", started.err()),
        said = tokio::time::timeout(Duration::from_secs(10), said) => said.unwrap(),
    }
}

async fn vault(certificate: &CertifiedKey<KeyPair>) -> Server {
    Server::start_tls(certificate, |_| async { json("200 OK", &json!({})) }).await
}

#[tokio::test]
async fn a_certificate_of_another_ca_is_refused_with_the_file_of_ours() {
    let server = vault(&certificate("127.0.0.1")).await;
    let folder = tempfile::tempdir().unwrap();
    let ours = folder.path().join("ca.pem");
    std::fs::write(&ours, certificate("127.0.0.1").cert.pem()).unwrap();
    let ours = ours.to_str().unwrap();
    let said = said(&server, Some(ours)).await;
    assert!(said.contains(&format!("Vault's certificate is not signed by the CA in {ours}")), "{said}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_certificate_the_system_does_not_know_is_refused_with_that_word() {
    let server = vault(&certificate("127.0.0.1")).await;
    let said = said(&server, None).await;
    assert!(said.contains("Vault's certificate is not signed by the system's certificates"), "{said}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_certificate_of_another_host_is_refused_with_both_names() {
    let certificate = certificate("vault.example");
    let server = vault(&certificate).await;
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, certificate.cert.pem()).unwrap();
    let ca = ca.to_str().unwrap();
    let said = said(&server, Some(ca)).await;
    assert!(said.contains(&format!("is refused with the CA in {ca}")), "{said}");
    assert!(said.contains("127.0.0.1") && said.contains("vault.example"), "{said}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_file_without_a_certificate_ends_the_start_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    for (content, what) in [
        ("hunter2-canary", "there is no certificate in it"),
        ("-----BEGIN CERTIFICATE-----\nhunter2-canary\n-----END CERTIFICATE-----\n", ""),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = Vault::builder(settings("https://127.0.0.1:1", path.to_str())).start().await.unwrap_err();
        assert!(matches!(error, Error::Tls { .. }), "{error}");
        let sentence = error.to_string();
        assert!(sentence.contains(path.to_str().unwrap()) && sentence.contains(what), "{sentence}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

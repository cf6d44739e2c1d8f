//! The certificate authority and the client's certificate are replaced on disk.

use std::{path::Path, time::Duration};

use secrets_config::{
    Rotating,
    vault::{Error, State, Vault, kv::Versioned},
};
use serde_json::{Value, json};
use testkit::Tls;
use tokio::time;
use vault_tests::{Authority, Ground, SOON, server, until};

struct Stage {
    directory: tempfile::TempDir,
    ground: Ground,
    vault: Vault,
    secret: Rotating<Versioned<Value>>,
}

impl Stage {
    /// A service that believes `company` and shows a certificate of it, and follows a secret.
    async fn set(company: &Authority) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        company.write(&path.join("ca.pem"));
        company.write(&path.join("clients.pem"));
        company.write_client(&path.join("app.pem"), &path.join("app-key.pem"));
        let tls = Tls { client_ca: Some(path.join("clients.pem")), ..company.write_server(path, None) };
        let ground = Ground::start_with_tls(tls).await;
        let address = ground.server.tls_address();
        let [ca, cert, key] = ["ca.pem", "app.pem", "app-key.pem"].map(|file| text(path, file));
        let mut settings = ground.fresh_settings().await;
        settings.server = server(&[
            ("VAULT_ADDR", &address),
            ("VAULT_CACERT", &ca),
            ("VAULT_CLIENT_CERT", &cert),
            ("VAULT_CLIENT_KEY", &key),
        ]);
        let vault = Vault::builder(settings).start().await.unwrap();
        let secret = vault.kv2("secret").watch("app/config", Duration::from_secs(1)).await.unwrap();
        Self { directory, ground, vault, secret }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Asserts that the service still hears what changes in Vault.
    async fn assert_connected(&mut self, colour: &str) {
        self.ground.write_secret("app/config", json!({ "colour": colour })).await;
        let newest = time::timeout(SOON, self.secret.changed()).await.unwrap().unwrap();
        assert_eq!(newest["colour"], colour);
    }
}

fn text(directory: &Path, file: &str) -> String {
    directory.join(file).to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_authority_is_taken_over_without_a_restart() {
    let mut stage = Stage::set(&Authority::new("the company")).await;
    let next = Authority::new("the company, renewed");
    next.write_server(stage.path(), None);
    next.write(&stage.path().join("clients.pem"));
    // Every connection ends: from now on Vault has the new certificate, and asks for one of the new authority.
    stage.ground.server.restart().await.unwrap();
    stage.ground.server.unseal().await.unwrap();
    // Before that it may have heard that Vault is sealed, or not have heard the end of an answer.
    let is_unreachable = |error: &Error| matches!(error, Error::Unreachable { .. });
    until(&stage.vault, SOON, |status| status.last_error.as_deref().is_some_and(is_unreachable)).await;
    next.write_client(&stage.path().join("app.pem"), &stage.path().join("app-key.pem"));
    next.write(&stage.path().join("ca.pem"));
    until(&stage.vault, SOON, |status| status.state == State::Ready).await;
    stage.assert_connected("red").await;
    assert_eq!(stage.vault.status().borrow().counters.logins, 1);
    stage.vault.shutdown().await;
}

#[tokio::test]
async fn a_wrong_authority_is_an_alarm_and_the_old_one_stays_in_use() {
    let company = Authority::new("the company");
    let mut stage = Stage::set(&company).await;
    Authority::new("somebody else").write(&stage.path().join("ca.pem"));
    let status = until(&stage.vault, SOON, |status| status.state == State::Degraded).await;
    let said = status.last_error.unwrap().to_string();
    assert!(said.contains("Vault's certificate is not signed by the CA in"), "{said}");
    stage.assert_connected("red").await;

    std::fs::write(stage.path().join("ca.pem"), "").unwrap();
    let is_about_the_file = |error: &Error| matches!(error, Error::Tls { .. });
    until(&stage.vault, SOON, |status| status.last_error.as_deref().is_some_and(is_about_the_file)).await;
    stage.assert_connected("blue").await;

    company.write(&stage.path().join("ca.pem"));
    until(&stage.vault, SOON, |status| status.state == State::Ready).await;
    stage.vault.shutdown().await;
}

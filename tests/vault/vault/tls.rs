//! Whom to believe that they are Vault, and who the service is to Vault.
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

use std::{path::Path, time::Duration};

use secrets_config::vault::{Error, ServerSettings, Vault};
use testkit::Tls;
use vault_tests::{Authority, Ground, SOON, server};

/// A server with a certificate for 127.0.0.1, or for `dns_name`, and its authority's file.
async fn start(directory: &Path, dns_name: Option<&str>) -> Ground {
    let authority = Authority::new("the company");
    authority.write(&directory.join("ca.pem"));
    Ground::start_with_tls(authority.write_server(directory, dns_name)).await
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn connect(ground: &Ground, variables: &[(&str, &str)]) -> Result<Vault, Error> {
    let mut settings = ground.fresh_settings().await;
    settings.server = at(ground, variables);
    Vault::builder(settings).startup_deadline(SOON).start().await
}

/// Asserts that Vault is asked and not believed. That is waited for, as a Vault that is away is.
async fn assert_refused(ground: &Ground, variables: &[(&str, &str)], why: &str) {
    let mut settings = ground.fresh_settings().await;
    settings.server = at(ground, variables);
    let error = Vault::builder(settings).startup_deadline(Duration::from_secs(2)).start().await.unwrap_err();
    let Error::NotStarted { source: Some(source), .. } = &error else { panic!("{why}: {error}") };
    assert!(matches!(**source, Error::Unreachable { .. }), "{why}: {source}");
}

fn at(ground: &Ground, variables: &[(&str, &str)]) -> ServerSettings {
    let address = ground.server.tls_address();
    let address = [("VAULT_ADDR", address.as_str())];
    server(&[&address, variables].concat())
}

#[tokio::test]
async fn an_authority_is_given_as_a_file_as_itself_or_in_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let ground = start(directory.path(), None).await;
    let file = directory.path().join("ca.pem");
    let bytes = std::fs::read_to_string(&file).unwrap();
    let folder = directory.path().join("authorities");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(&file, folder.join("company.pem")).unwrap();
    Authority::new("another").write(&folder.join("another.pem"));
    std::fs::write(folder.join("..hidden"), "none").unwrap();
    for variable in
        [("VAULT_CACERT", text(&file)), ("BAO_CACERT_BYTES", &bytes), ("VAULT_CAPATH", text(&folder))]
    {
        connect(&ground, &[variable]).await.unwrap().shutdown().await;
    }
    assert_refused(&ground, &[], "the system does not know the authority").await;
}

#[tokio::test]
async fn the_authority_itself_wins_over_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let ground = start(directory.path(), None).await;
    let other = Authority::new("another").pem();
    let file = directory.path().join("ca.pem");
    let variables = [("VAULT_CACERT", text(&file)), ("VAULT_CACERT_BYTES", &other)];
    assert_refused(&ground, &variables, "the file is of the right authority, and does not count").await;
}

#[tokio::test]
async fn a_certificate_of_another_name_needs_that_name() {
    let directory = tempfile::tempdir().unwrap();
    let ground = start(directory.path(), Some("vault.internal")).await;
    let file = directory.path().join("ca.pem");
    let cacert = ("VAULT_CACERT", text(&file));
    assert_refused(&ground, &[cacert], "it is not for 127.0.0.1").await;
    let named = connect(&ground, &[cacert, ("VAULT_TLS_SERVER_NAME", "vault.internal")]).await.unwrap();
    named.shutdown().await;
    let error = connect(&ground, &[cacert, ("VAULT_TLS_SERVER_NAME", "not a name")]).await.unwrap_err();
    assert!(matches!(error, Error::ServerName), "{error}");
}

#[tokio::test]
async fn a_server_that_asks_for_a_certificate_is_shown_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let (authority, clients) = (Authority::new("the company"), Authority::new("the clients"));
    authority.write(&path.join("ca.pem"));
    clients.write(&path.join("clients.pem"));
    let tls = Tls { client_ca: Some(path.join("clients.pem")), ..authority.write_server(path, None) };
    let ground = Ground::start_with_tls(tls).await;
    let (ca, cert, key) = (path.join("ca.pem"), path.join("app.pem"), path.join("app-key.pem"));
    clients.write_client(&cert, &key);

    let shown =
        [("VAULT_CACERT", text(&ca)), ("VAULT_CLIENT_CERT", text(&cert)), ("VAULT_CLIENT_KEY", text(&key))];
    connect(&ground, &shown).await.unwrap().shutdown().await;
    assert_refused(&ground, &shown[..1], "Vault asks for a certificate").await;

    std::fs::write(&key, "-----BEGIN PRIVATE KEY-----\nhunter2-canary\n-----END PRIVATE KEY-----\n").unwrap();
    let error = connect(&ground, &shown).await.unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn whether_vault_is_vault_is_skipped_only_if_the_program_agrees() {
    let directory = tempfile::tempdir().unwrap();
    let ground = start(directory.path(), None).await;
    let skip = [("VAULT_SKIP_VERIFY", "true")];
    let error = connect(&ground, &skip).await.unwrap_err();
    assert!(matches!(error, Error::SkipVerify), "{error}");

    let mut settings = ground.fresh_settings().await;
    settings.server = at(&ground, &skip);
    let vault = Vault::builder(settings).danger_allow_skip_verify().start().await.unwrap();
    vault.shutdown().await;
}

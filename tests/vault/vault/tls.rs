//! Whom to believe that they are Vault, and who the service is to Vault.
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

use std::path::Path;

use secrets_config::vault::{Error, ServerSettings, Vault};
use testkit::Tls;
use vault_tests::{Authority, Ground, server};

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
    // A certificate that is not believed is waited for, as a Vault that is away is.
    let starting = Vault::builder(settings).start();
    tokio::time::timeout(std::time::Duration::from_secs(2), starting).await.unwrap_or_else(|_| {
        Err(Error::Unreachable { address: String::new(), reason: "it was waited for".to_owned() })
    })
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
    assert!(connect(&ground, &[]).await.is_err(), "the system does not know the authority");
}

#[tokio::test]
async fn the_authority_itself_wins_over_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let ground = start(directory.path(), None).await;
    let other = Authority::new("another").pem();
    let file = directory.path().join("ca.pem");
    let variables = [("VAULT_CACERT", text(&file)), ("VAULT_CACERT_BYTES", &other)];
    assert!(matches!(connect(&ground, &variables).await, Err(Error::Unreachable { .. })));
}

#[tokio::test]
async fn a_certificate_of_another_name_needs_that_name() {
    let directory = tempfile::tempdir().unwrap();
    let ground = start(directory.path(), Some("vault.internal")).await;
    let file = directory.path().join("ca.pem");
    let cacert = ("VAULT_CACERT", text(&file));
    assert!(connect(&ground, &[cacert]).await.is_err(), "it is not for 127.0.0.1");
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
    assert!(connect(&ground, &shown[..1]).await.is_err(), "Vault asks for a certificate");

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

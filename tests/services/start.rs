//! How the direct example starts, and why it does not.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use service_tests::{SOON, Servers};
use testkit::{Provision, Service};

/// Waits for the service to give up and returns the last line it wrote.
async fn last_words(mut service: Service) -> String {
    let status = service.wait_exit(SOON).await.unwrap();
    assert_eq!(status.code(), Some(1), "{}", service.output());
    service.lines().last().unwrap().text.clone()
}

#[tokio::test]
async fn wrong_credentials_end_the_start_with_a_sentence_that_says_what_to_check() {
    let servers = Servers::start(Provision::default()).await;
    let words = last_words(servers.service(&[("VAULT_SECRET_ID", "hunter2-canary")]).await).await;
    assert!(words.contains("check VAULT_ROLE_ID and VAULT_SECRET_ID"), "{words}");
    assert!(words.contains("invalid role or secret ID"), "{words}");
    assert!(!words.contains("hunter2"), "{words}");
}

#[tokio::test]
async fn a_path_that_gives_no_login_ends_the_start_with_a_sentence_that_names_it() {
    let servers = Servers::start(Provision::default()).await;
    let denied = "check the path's mount and role, the namespace, and that a policy";
    for path in ["database/creds/another-role", "postgres/creds/app-role"] {
        let words = last_words(servers.service(&[("DATABASE_CREDS_PATH", path)]).await).await;
        assert!(words.contains(path) && words.contains(denied), "{words}");
    }
}

#[tokio::test]
async fn a_malformed_address_is_reported_with_what_is_expected() {
    let servers = Servers::start(Provision::default()).await;
    let mut service = servers.service(&[("VAULT_ADDR", "localhost:8200")]).await;
    assert_eq!(service.wait_exit(SOON).await.unwrap().code(), Some(78));
    let said = service.output();
    assert!(said.contains("VAULT_ADDR"), "{said}");
    assert!(
        said.contains("expected an address with its scheme, such as https://vault.example:8200"),
        "{said}"
    );
}

#[tokio::test]
async fn credentials_may_stand_in_files() {
    let servers = Servers::start(Provision::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{text}\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (role_id, secret_id) =
        (write("role_id", &servers.app.role_id), write("secret_id", &servers.app.secret_id));
    let address = write("address", &servers.vault.address());
    let mut env = servers.app.example_env(&servers.vault, &servers.postgres);
    env.retain(|(name, _)| !name.starts_with("VAULT_"));
    env.push(("VAULT_ADDR_FILE".to_owned(), address));
    env.push(("VAULT_ROLE_ID_FILE".to_owned(), role_id));
    env.push(("VAULT_SECRET_ID_FILE".to_owned(), secret_id));
    let binary = Service::build("direct-vault-example").await.unwrap();
    let mut service = Service::start(&binary, env).await.unwrap();
    service.wait_ready(SOON).await.unwrap();
}

#[tokio::test]
async fn a_sealed_vault_is_waited_for() {
    let servers = Servers::start(Provision::default()).await;
    servers.vault.seal().await.unwrap();
    let mut service = servers.service(&[]).await;
    service.wait_line("is sealed", SOON).await.unwrap();
    assert_eq!(service.get("/healthz").await.unwrap().0, 200);
    assert_eq!(service.get("/readyz").await.unwrap().0, 503);
    assert_eq!(service.output().matches("is sealed").count(), 1, "{}", service.output());
    servers.vault.unseal().await.unwrap();
    service.wait_ready(SOON).await.unwrap();
}

#[tokio::test]
async fn a_vault_that_does_not_answer_is_waited_for() {
    let mut servers = Servers::start(Provision::default()).await;
    servers.vault.kill().await.unwrap();
    let mut service = servers.service(&[]).await;
    service.wait_line("no answer from Vault", SOON).await.unwrap();
    assert_eq!(service.get("/healthz").await.unwrap().0, 200);
    assert_eq!(service.get("/readyz").await.unwrap().0, 503);
    servers.vault.restart().await.unwrap();
    servers.vault.unseal().await.unwrap();
    service.wait_ready(SOON).await.unwrap();
}

#[tokio::test]
async fn a_service_that_waits_can_be_told_to_end() {
    let mut servers = Servers::start(Provision::default()).await;
    servers.vault.kill().await.unwrap();
    let mut service = servers.service(&[]).await;
    service.wait_line("no answer from Vault", SOON).await.unwrap();
    service.terminate().await;
    assert_eq!(service.wait_exit(SOON).await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_role_whose_tokens_wear_out_is_refused_by_name() {
    let servers = Servers::start(Provision { token_num_uses: 10, ..Provision::default() }).await;
    let words = last_words(servers.service(&[]).await).await;
    assert!(words.contains("token_num_uses=10"), "{words}");
}
